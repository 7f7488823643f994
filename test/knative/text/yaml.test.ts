import {load} from 'js-yaml';
import {expect, test} from 'vitest';
import {printable} from '../../../source/knative/text/printable.js';
import {yamlLines} from '../../../source/knative/text/yaml.js';

const object = {
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {
		name: 'cart',
		annotations: {note: 'on\u202Eoff', bell: 'a\u0007\u001B[2Jb'},
		managedFields: [{manager: 'kubectl', operation: 'Apply'}],
	},
	spec: {long: 'word '.repeat(60).trim(), lines: 'first\nsecond'},
};

test('what is printed is the object, in its own order, without managedFields unless they are asked for', () => {
	const plain = {...object, metadata: {name: 'cart', managedFields: object.metadata.managedFields}};
	expect(load(yamlLines(plain, {managedFields: true}).join('\n'))).toEqual(plain);
	expect(load(yamlLines(plain, {managedFields: false}).join('\n'))).toEqual({
		...plain,
		metadata: {name: 'cart'},
	});
	expect(yamlLines(plain, {managedFields: false}).slice(0, 3)).toEqual([
		'apiVersion: serving.knative.dev/v1',
		'kind: Service',
		'metadata:',
	]);
	// The object itself is as it was.
	expect(plain.metadata.managedFields).toHaveLength(1);
});

test('a value is never folded, and nothing in it reaches a terminal', () => {
	const lines = yamlLines(object, {managedFields: true});
	expect(lines.some(line => line.includes(object.spec.long))).toBe(true);
	expect(lines.filter(line => printable(line) !== line)).toEqual([]);
	expect(lines).toContain('    note: "on\\u202Eoff"');
	// Whoever applies it has the same values.
	expect(load(lines.join('\n'))).toEqual(object);
});

test('an object without metadata is printed as it is', () => {
	expect(yamlLines({kind: 'Odd', metadata: null}, {managedFields: false})).toEqual([
		'kind: Odd',
		'metadata: null',
	]);
	expect(yamlLines({kind: 'Odd', metadata: 'none'}, {managedFields: false})).toEqual([
		'kind: Odd',
		'metadata: none',
	]);
});

test('an object that is nested without an end is refused in words, however deep it is', () => {
	let nested: object = {};
	for (let level = 0; level < 10_000; level++) nested = {nested};
	expect(() => yamlLines(nested, {managedFields: false})).toThrow('it is nested deeper than 500 levels');
});

test('what a terminal would act on is read as it was, in keys and lists, beside line ends and emoji', () => {
	const odd = {
		kind: 'Odd',
		metadata: {
			'a\u200Bkey': 'zero\u200Bwidth',
			tab: 'a\tb',
			both: 'first\n\u202Esecond\n',
			tag: '\u{E0041}',
			emoji: '👩‍💻 at work',
			quotes: '"\u202E\\"',
			marked: 'marked0z',
			deleted: '\u007F',
		},
		list: ['\u0085', 'plain', '\u202Eb'],
	};
	const lines = yamlLines(odd, {managedFields: true});
	expect(load(lines.join('\n'))).toEqual(odd);
	expect(lines.filter(line => printable(line) !== line)).toEqual([]);
	expect(lines).toContain('  both: "first\\n\\u202Esecond\\n"');
	expect(lines).toContain('  emoji: 👩‍💻 at work');
});
