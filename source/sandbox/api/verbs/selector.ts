/**
 * Label and field selectors of list and watch.
 *
 * Source: k8s.io/apimachinery pkg/labels/selector.go, pkg/fields/selector.go.
 */
import type {Resource, StoredObject} from '../../shared-store.js';
import {at, stringOf} from '../body/json.js';
import {labelValueProblems, qualifiedNameProblems} from './names.js';
import {badRequest, type ApiError} from '../http/api-error.js';

export type Selector = (object: StoredObject) => boolean;

type Requirement = {
	key: string;
	operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
	values: string[];
};

/**
 * Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`.
 *
 * @throws ApiError 400 when it is none.
 */
export function parseLabelSelector(text: string): Selector {
	const requirements = text.trim() === '' ? [] : requirementsIn(text);
	return object => requirements.every(requirement => meets(requirement, object.metadata.labels ?? {}));
}

/** A word, an operator or a mark; '' at the end. */
type SelectorToken = {kind: 'identifier' | 'operator' | 'end'; text: string};

const binaryOperators = 'in, notin, =, ==, !=, gt, lt';

function tokensOf(text: string): SelectorToken[] {
	const found = text.match(/==|!=|[()!=<>,]|[^\s()!=<>,]+/g) ?? [];
	return found.map(token => ({
		kind: /^(?:==|!=|[()!=<>,])$/.test(token) ? 'operator' : 'identifier',
		text: token,
	}));
}

/** The parser of labels.Parse, with its words. */
function requirementsIn(text: string): Requirement[] {
	const tokens = tokensOf(text);
	const end: SelectorToken = {kind: 'end', text: ''};
	const peek = (): SelectorToken => tokens[0] ?? end;
	const next = (): SelectorToken => tokens.shift() ?? end;
	const isOver = (): boolean => peek().kind === 'end' || peek().text === ',';
	const expected = (token: SelectorToken, what: string): Error =>
		unparsable(`found '${token.text}', expected: ${what}`);

	function identifier(): string {
		const token = next();
		if (token.kind !== 'identifier') {
			throw expected(token, 'identifier');
		}

		return token.text;
	}

	function setOfValues(): string[] {
		const opening = next();
		if (opening.text !== '(') {
			throw expected(opening, "'('");
		}

		const values: string[] = [];
		for (;;) {
			values.push(peek().kind === 'identifier' ? next().text : '');
			const token = next();
			if (token.text === ')') {
				return values;
			}

			if (token.text !== ',') {
				throw expected(token, "',' or ')'");
			}
		}
	}

	function requirement(): Requirement {
		const isNegated = peek().text === '!';
		if (isNegated) {
			next();
		}

		const key = identifier();
		check('key', key, qualifiedNameProblems(key));
		if (isNegated || isOver()) {
			return {key, operator: isNegated ? 'DoesNotExist' : 'Exists', values: []};
		}

		const token = next();
		const operator = operators[token.text];
		if (!operator) {
			throw expected(token, binaryOperators);
		}

		const isSet = token.text === 'in' || token.text === 'notin';
		const values = isSet ? setOfValues() : [isOver() ? '' : identifier()];
		for (const value of values) {
			check('values', value, labelValueProblems(value));
		}

		if ((operator === 'Gt' || operator === 'Lt') && !/^-?\d+$/.test(values[0] ?? '')) {
			throw unparsable(
				`values[0][${key}]: Invalid value: "${values[0] ?? ''}": for 'Gt', 'Lt' operators, the value must be an integer`,
			);
		}

		return {key, operator, values};
	}

	const requirements: Requirement[] = [];
	for (;;) {
		requirements.push(requirement());
		const token = next();
		if (token.kind === 'end') {
			return requirements;
		}

		if (token.text !== ',') {
			throw badRequest(`found '${token.text}', expected: ',' or 'end of string'`);
		}

		if (peek().kind !== 'identifier' && peek().text !== '!') {
			throw badRequest(`found '${peek().text}', expected: identifier after ','`);
		}
	}
}

const operators: Readonly<Record<string, Requirement['operator'] | undefined>> = {
	'=': 'In',
	'==': 'In',
	'!=': 'NotIn',
	in: 'In',
	notin: 'NotIn',
	'>': 'Gt',
	'<': 'Lt',
};

function check(what: string, value: string, problems: readonly string[]): void {
	if (problems[0] !== undefined) {
		throw unparsable(`${what}: Invalid value: "${value}": ${problems[0]}`);
	}
}

const unparsable = (why: string): ApiError => badRequest(`unable to parse requirement: ${why}`);

function meets({key, operator, values}: Requirement, labels: Record<string, string>): boolean {
	const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
	if (operator === 'In' || operator === 'NotIn') {
		return (value !== undefined && values.includes(value)) === (operator === 'In');
	}

	if (operator === 'Exists' || operator === 'DoesNotExist') {
		return (value !== undefined) === (operator === 'Exists');
	}

	if (value === undefined || !/^-?\d+$/.test(value)) {
		return false;
	}

	const difference = Number(value) - Number(values[0]);
	return operator === 'Gt' ? difference > 0 : difference < 0;
}

/** Where a field of a field selector is found, beside metadata.name and metadata.namespace. */
const selectableFields: Record<string, string[]> = {
	pods: ['spec.nodeName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
	namespaces: ['status.phase'],
	events: [
		'involvedObject.kind',
		'involvedObject.namespace',
		'involvedObject.name',
		'involvedObject.uid',
		'involvedObject.apiVersion',
		'involvedObject.resourceVersion',
		'involvedObject.fieldPath',
		'reason',
		'reportingComponent',
		'type',
	],
};

/**
 * Parses `metadata.name=a,status.phase!=b`. Custom resources know only metadata.name and metadata.namespace.
 *
 * @throws ApiError 400 when it is none or names a field that cannot be selected by.
 */
export function parseFieldSelector(text: string, resource: Resource): Selector {
	const known = new Set([
		'metadata.name',
		'metadata.namespace',
		...(resource.group === '' ? (selectableFields[resource.plural] ?? []) : []),
	]);
	const terms = text
		.split(',')
		.filter(term => term !== '')
		.map(term => {
			const match = /^(?<field>[^!=]+?)(?<operator>!=|==|=)(?<value>.*)$/s.exec(term)?.groups;
			if (!match) {
				throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
			}

			const {field = '', operator = '=', value = ''} = match;
			if (!known.has(field)) {
				throw badRequest(`field label not supported: ${field}`);
			}

			return {path: field.split('.'), equal: operator !== '!=', value};
		});
	return object => terms.every(({path, equal, value}) => (stringOf(at(object, ...path)) === value) === equal);
}
