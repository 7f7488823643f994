import {describe, expect, it} from 'vitest';
import {jsonPathCell, jsonPathTemplate, TemplateError} from '../../../source/headless/print/json-path.js';

const list = {
	kind: 'List',
	items: [
		{
			metadata: {name: 'cart', labels: {'app.kubernetes.io/name': 'a'}},
			status: {traffic: [{percent: 90}, {percent: 10}]},
		},
		{metadata: {name: 'checkout'}, status: {traffic: [{percent: 100}]}},
	],
};
const fill = (template: string, value: unknown = list) => jsonPathTemplate(template)(value);

describe('a template of kubectl', () => {
	it('gives the values of a path, with blanks between', () => {
		expect(fill('{.items[*].metadata.name}')).toBe('cart checkout');
		expect(fill('{.items[0].status.traffic[*].percent}')).toBe('90 10');
		expect(fill('{$.kind}{@.kind}{kind}')).toBe('ListListList');
	});

	it('goes through a range, with text and quoted text between', () => {
		expect(
			fill(String.raw`{range .items[*]}{.metadata.name}{"\t"}{.status.traffic[0].percent}{'\n'}{end}`),
		).toBe('cart\t90\ncheckout\t100\n');
	});

	it('finds by a filter, and by a name with dots in quotes', () => {
		expect(fill('{.items[?(@.metadata.name=="checkout")].status.traffic[0].percent}')).toBe('100');
		expect(fill("{.items[0].metadata.labels['app.kubernetes.io/name']}")).toBe('a');
	});

	it('gives nothing for what is not there, and JSON for what is no text', () => {
		expect(fill('[{.nothing.at.all}]')).toBe('[]');
		expect(fill('{.items[1].status}')).toBe('{"traffic":[{"percent":100}]}');
	});

	it('shows what comes from outside without anything a terminal would act on', () => {
		const shown = fill('{.a}', {a: 'x\u001B]52;c;aGk=\u0007\u202Ey'});
		for (const character of ['\u001B', '\u0007', '\u202E']) expect(shown).not.toContain(character);
	});

	it.each(['{.a', '{end}', '{range .items[*]}x', '{"a}', String.raw`{"\q"}`])(
		'says in a sentence that %s cannot be read',
		template => {
			expect(() => fill(template)).toThrow(TemplateError);
		},
	);

	it('runs no script that a path contains', () => {
		expect(() => fill('{.items[?(process.exit(7))]}')).toThrow(TemplateError);
		expect(() => fill('{.items[?(@.constructor.constructor("return process")().exit(7))]}')).toThrow(
			TemplateError,
		);
	});
});

it('gives <none> in a column for what is not there', () => {
	expect(jsonPathCell('.metadata.name')(list.items[0])).toBe('cart');
	expect(jsonPathCell('{.metadata.nothing}')(list.items[0])).toBe('<none>');
});
