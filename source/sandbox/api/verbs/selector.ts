/**
 * Label and field selectors of list and watch.
 *
 * Source: k8s.io/apimachinery pkg/labels/selector.go, pkg/fields/selector.go.
 */
import type {Resource, StoredObject} from '../../state.js';
import {at, stringOf} from '../http/json.js';
import {labelValueProblems, qualifiedNameProblems} from './names.js';
import {badRequest} from '../http/status.js';

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
	const requirements = splitTopLevel(text).map(part => parseRequirement(part, text));
	return object => requirements.every(requirement => meets(requirement, object.metadata.labels ?? {}));
}

function parseRequirement(part: string, whole: string): Requirement {
	const requirement = requirementIn(part);
	if (!requirement) {
		throw unparsable(whole, `found '${part}', expected: a requirement such as 'key=value'`);
	}

	const keyProblem = qualifiedNameProblems(requirement.key)[0];
	if (keyProblem !== undefined) {
		throw unparsable(whole, `key: Invalid value: "${requirement.key}": ${keyProblem}`);
	}

	for (const value of requirement.values) {
		const problem = labelValueProblems(value)[0];
		if (problem !== undefined) {
			throw unparsable(whole, `values: Invalid value: "${value}": ${problem}`);
		}
	}

	return requirement;
}

function requirementIn(part: string): Requirement | undefined {
	const set = /^(?<key>\S+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)$/.exec(part)?.groups;
	if (set) {
		const values = (set['values'] ?? '').split(',').map(value => value.trim());
		return {key: set['key'] ?? '', operator: set['operator'] === 'in' ? 'In' : 'NotIn', values};
	}

	const compared = /^(?<key>[^\s!=<>()]+)\s*(?<operator>==|=|!=|>|<)\s*(?<value>[^\s!=<>()]*)$/.exec(
		part,
	)?.groups;
	if (compared) {
		const {key = '', operator = '=', value = ''} = compared;
		if (operator === '>' || operator === '<') {
			return /^-?\d+$/.test(value)
				? {key, operator: operator === '>' ? 'Gt' : 'Lt', values: [value]}
				: undefined;
		}

		return {key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value]};
	}

	const exists = /^(?<not>!?)\s*(?<key>[^\s!=<>()]+)$/.exec(part)?.groups;
	return exists
		? {key: exists['key'] ?? '', operator: exists['not'] === '!' ? 'DoesNotExist' : 'Exists', values: []}
		: undefined;
}

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

/** The parts between commas that are not inside parentheses. */
function splitTopLevel(text: string): string[] {
	if (text.trim() === '') {
		return [];
	}

	const parts: string[] = [];
	let depth = 0;
	let part = '';
	for (const character of text) {
		depth += character === '(' ? 1 : character === ')' ? -1 : 0;
		if (character === ',' && depth === 0) {
			parts.push(part.trim());
			part = '';
		} else {
			part += character;
		}
	}

	parts.push(part.trim());
	return parts;
}

function unparsable(text: string, why: string) {
	return badRequest(`unable to parse requirement: ${why} (in the label selector ${JSON.stringify(text)})`);
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
