/** `-o` of the commands that read: the formats that kubectl has, through one printer. */
import {identityOf} from '../../kube/identity.js';
import {visibleJson} from '../said.js';
import {printable} from '../../knative/text/printable.js';
import {yamlLines} from '../../knative/text/yaml.js';
import {jsonPathCell, jsonPathTemplate} from './json-path.js';
import {textTable} from './text-table.js';

/** `table` and `wide` are the command's own columns; the others print the objects as the server has them. */
export type ReadFormat =
	| {kind: 'table' | 'wide'}
	| {
			kind: 'objects';
			print: (value: object, items: readonly unknown[]) => string;
			/** Nothing is added to what the template says, not even a line end. */
			isExact?: true;
			/** What goes wrong is an object, too. */
			isJson?: true;
	  };

const readFormats = 'wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=HEADING:PATH,…';

/** `service.serving.knative.dev/cart`, as `kubectl get -o name` says it. */
function nameOf(item: unknown): string {
	return `service.serving.knative.dev/${printable(identityOf(item)?.name ?? '<unknown>')}`;
}

function customColumns(spec: string): (items: readonly unknown[]) => string {
	const columns = spec.split(',').map(column => {
		const colon = column.indexOf(':');
		if (colon < 1 || colon === column.length - 1) {
			throw new TypeError(`custom-columns: "${column}" is not HEADING:PATH, such as NAME:.metadata.name.`);
		}
		return {heading: column.slice(0, colon), cell: jsonPathCell(column.slice(colon + 1))};
	});
	return items =>
		textTable([
			columns.map(({heading}) => heading),
			...items.map(item => columns.map(({cell}) => cell(item))),
		]).join('\n');
}

/**
 * Reads what stands behind `-o`; without it a table.
 *
 * @throws TypeError or TemplateError with a sentence when it is none.
 */
export function parseReadFormat(text: string | undefined): ReadFormat {
	if (text === undefined || text === 'text' || text === '') return {kind: 'table'};
	const equals = text.indexOf('=');
	const [name, argument] = equals === -1 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
	switch (name) {
		case 'wide':
			return {kind: 'wide'};
		case 'json':
			return {kind: 'objects', print: value => visibleJson(value, 4), isJson: true};
		case 'yaml':
			return {kind: 'objects', print: value => yamlLines(value, {managedFields: false}).join('\n')};
		case 'name':
			return {kind: 'objects', print: (_, items) => items.map(item => nameOf(item)).join('\n')};
		case 'jsonpath':
			return {kind: 'objects', print: jsonPathTemplate(argument), isExact: true};
		case 'custom-columns': {
			const print = customColumns(argument);
			return {kind: 'objects', print: (_, items) => print(items)};
		}
		default:
			throw new TypeError(`The output "${text}" is not known: ${readFormats}.`);
	}
}
