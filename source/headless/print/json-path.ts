/**
 * Templates of `-o jsonpath=…` as kubectl has them: text, quoted text, paths in braces, `{range …}…{end}`.
 *
 * Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/ and k8s.io/client-go util/jsonpath. The paths themselves are
 * jsonpath-plus's, without scripts: a filter is evaluated by its own small interpreter, never by `eval`.
 */
import {JSONPath} from 'jsonpath-plus';
import {printable, printableLines} from '../../knative/text/printable.js';

type JsonPathPart =
	| {kind: 'text'; text: string}
	| {kind: 'path'; path: string}
	| {kind: 'range'; path: string; parts: readonly JsonPathPart[]};

/** A template that cannot be read, as a sentence. */
export class TemplateError extends Error {
	override name = 'TemplateError';
}

/** What stands between braces; a brace in quotes or brackets is part of it. */
function braced(template: string, from: number): {inside: string; end: number} {
	let quote: string | undefined;
	for (let index = from; index < template.length; index++) {
		const character = template[index]!;
		if (quote !== undefined) {
			if (character === '\\') index++;
			else if (character === quote) quote = undefined;
		} else if (character === '"' || character === "'") quote = character;
		else if (character === '}') return {inside: template.slice(from, index).trim(), end: index + 1};
	}
	throw new TemplateError(`The brace opened at character ${from} is not closed.`);
}

/** `"a\n"` as JSON reads it; in single quotes likewise, as kubectl takes it. */
function unquoted(text: string): string | undefined {
	const [first] = text;
	if ((first !== '"' && first !== "'") || text.length < 2 || text.at(-1) !== first) return undefined;
	const body = text.slice(1, -1);
	const asJson =
		first === '"'
			? text
			: `"${body.replaceAll(String.raw`\'`, "'").replaceAll(/(?<!\\)"/g, String.raw`\"`)}"`;
	try {
		const value: unknown = JSON.parse(asJson);
		return typeof value === 'string' ? value : undefined;
	} catch {
		throw new TemplateError(`${text} is not a quoted text.`);
	}
}

/** A template may come out of a script: of what a terminal acts on it keeps line ends and tabs, which are what it is for. */
const shownText = (text: string): string =>
	text
		.split(/([\n\t])/)
		.map((piece, index) => (index % 2 === 0 ? printable(piece) : piece))
		.join('');

/** kubectl takes `.items`, `$.items`, `@.items` and `items` for the same. */
function rooted(path: string): string {
	const relative = path.replace(/^[$@]/, '');
	return `$${relative === '' || /^[.[]/.test(relative) ? relative : `.${relative}`}`;
}

function parse(template: string): JsonPathPart[] {
	const root: JsonPathPart[] = [];
	const open: {path: string; parts: JsonPathPart[]}[] = [];
	const here = () => open.at(-1)?.parts ?? root;
	for (let index = 0; index < template.length;) {
		const brace = template.indexOf('{', index);
		if (brace !== index) {
			const end = brace === -1 ? template.length : brace;
			here().push({kind: 'text', text: shownText(template.slice(index, end))});
			index = end;
			continue;
		}
		const {inside, end} = braced(template, index + 1);
		index = end;
		const text = unquoted(inside);
		if (text !== undefined) here().push({kind: 'text', text: shownText(text)});
		else if (inside === 'end') {
			const range = open.pop();
			if (!range) throw new TemplateError('{end} without a {range …} before it.');
			here().push({kind: 'range', ...range});
		} else if (/^range\s/.test(inside)) open.push({path: rooted(inside.slice(5).trim()), parts: []});
		else here().push({kind: 'path', path: rooted(inside)});
	}
	if (open.length > 0) throw new TemplateError('A {range …} has no {end}.');
	return root;
}

function find(json: object, path: string): unknown[] {
	try {
		const found: unknown = JSONPath({path, json, eval: 'safe', wrap: true});
		return Array.isArray(found) ? found : [];
	} catch (error) {
		throw new TemplateError(
			`The path ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
		);
	}
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** As kubectl writes a value, made printable: a text bare, everything else as JSON. */
const valueText = (value: unknown): string =>
	printableLines(typeof value === 'string' ? value : JSON.stringify(value)).join('\n');

function filled(parts: readonly JsonPathPart[], value: unknown): string {
	return parts
		.map(part => {
			if (part.kind === 'text') return part.text;
			const found = isObject(value) ? find(value, part.path) : part.path === '$' ? [value] : [];
			return part.kind === 'path'
				? found.map(item => valueText(item)).join(' ')
				: found.map(item => filled(part.parts, item)).join('');
		})
		.join('');
}

/**
 * The template as a function of what is printed.
 *
 * @throws TemplateError when it cannot be read; the function throws it for a path that cannot.
 */
export function jsonPathTemplate(template: string): (value: unknown) => string {
	const parts = parse(template);
	return value => filled(parts, value);
}

/** The values that a path without braces leads to, as texts; `<none>` where there is none (custom columns). */
export function jsonPathCell(path: string): (value: unknown) => string {
	const clean = rooted(path.replace(/^\{(.*)\}$/, '$1').trim());
	return value => {
		const found = isObject(value) ? find(value, clean) : [];
		return found.length === 0 ? '<none>' : found.map(item => valueText(item)).join(',');
	};
}
