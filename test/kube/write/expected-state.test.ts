/** Whether an object is as a patch was to leave it, and where it is not. */
import {describe, expect, it, test} from 'vitest';
import type {PatchOperation} from '../../../source/knative/objects/patch.js';
import {differencesOf, isApplied, includes} from '../../../source/kube/write/expected-state.js';

describe('what is wanted is there', () => {
	test.each<[actual: unknown, wanted: unknown]>([
		['a', 'a'],
		[{percent: 10, latestRevision: false}, {percent: 10}],
		[{a: {b: {c: 1, d: 2}}}, {a: {b: {c: 1}}}],
		[{a: 1}, {a: 1, b: undefined}],
		[{a: 1}, {a: undefined}],
		[[{a: 1, b: 2}], [{a: 1}]],
		[[], []],
		[null, null],
		[
			{'a/b': 1, 'c~d': 2},
			{'a/b': 1, 'c~d': 2},
		],
	])('in %j: %j', (actual, wanted) => {
		expect(includes(actual, wanted)).toBe(true);
	});

	test.each<[actual: unknown, wanted: unknown]>([
		['b', 'a'],
		[1, '1'],
		[undefined, 'a'],
		[{percent: 11}, {percent: 10}],
		[{}, {percent: 10}],
		[{a: {b: 1}}, {a: {b: 1, c: 1}}],
		[[{a: 1}, {a: 2}], [{a: 1}]],
		[[{a: 1}], [{a: 1}, {a: 2}]],
		[
			[{a: 1}, {a: 3}],
			[{a: 1}, {a: 2}],
		],
		[{0: 'a', length: 1}, ['a']],
		[['a'], {0: 'a'}],
		[null, {a: 1}],
		[null, {}],
		['text', {}],
		['text', {length: 4}],
		[{}, null],
		[undefined, null],
		[{}, {constructor: Object}],
	])('not in %j: %j', (actual, wanted) => {
		expect(includes(actual, wanted)).toBe(false);
	});
});

const object = {
	metadata: {annotations: {'example.com/a': 'one', 'b~c': 'two'}},
	spec: {traffic: [{revisionName: 'x', percent: 100}], template: {env: ['A', 'B', 'C']}},
};
const replace = (path: string, value: unknown): PatchOperation => ({op: 'replace', path, value});
const add = (path: string, value: unknown): PatchOperation => ({op: 'add', path, value});
const remove = (path: string): PatchOperation => ({op: 'remove', path});

describe('where an object is not as it was to be', () => {
	it('says what was wanted there and what is there', () => {
		expect(
			differencesOf(object, [
				replace('/spec/traffic/0/percent', 100),
				replace('/spec/traffic', [{revisionName: 'x', percent: 90}]),
				add('/metadata/annotations/example.com~1a', 'one'),
				add('/metadata/annotations/b~0c', 'three'),
				add('/spec/missing', 1),
			]),
		).toEqual([
			{
				path: '/spec/traffic',
				wanted: [{revisionName: 'x', percent: 90}],
				stored: [{revisionName: 'x', percent: 100}],
			},
			{path: '/metadata/annotations/b~0c', wanted: 'three', stored: 'two'},
			{path: '/spec/missing', wanted: 1, stored: undefined},
		]);
	});

	it('of what was taken out, says that it is there still', () => {
		expect(
			differencesOf(object, [remove('/metadata/annotations/b~0c'), remove('/metadata/annotations/gone')]),
		).toEqual([{path: '/metadata/annotations/b~0c', wanted: undefined, stored: 'two'}]);
	});

	it('looks no deeper than there are objects, nor at what every object has', () => {
		expect(
			differencesOf(object, [remove('/spec/traffic/0/percent/deeper'), remove('/spec/toString')]),
		).toEqual([]);
		expect(differencesOf(undefined, [remove('/spec')])).toEqual([]);
		expect(differencesOf(null, [replace('/spec', 1)])).toHaveLength(1);
	});

	it('says nothing of a test, nor of an element put into a list or taken out of it', () => {
		const operations: PatchOperation[] = [
			{op: 'test', path: '/spec/traffic', value: []},
			add('/spec/template/env/-', 'D'),
			add('/spec/template/env/10', 'D'),
			remove('/spec/template/env/0'),
		];
		expect(differencesOf(object, operations)).toEqual([]);
		// A name with digits in it, or before a further part, is no place in a list.
		expect(differencesOf(object, [add('/spec/template/env/0/name', 'D')])).toHaveLength(1);
		expect(differencesOf(object, [add('/spec/2nd', 'D')])).toHaveLength(1);
	});

	it('looks at an element that was replaced, whose place is known', () => {
		expect(differencesOf(object, [replace('/spec/template/env/1', 'X')])).toEqual([
			{path: '/spec/template/env/1', wanted: 'X', stored: 'B'},
		]);
	});
});

describe('an object holds a patch', () => {
	it.each<[operations: PatchOperation[], answer: boolean | undefined]>([
		[[replace('/spec/traffic/0/percent', 100)], true],
		[[replace('/spec/traffic/0/percent', 90)], false],
		[[add('/spec/template/env/-', 'C')], undefined],
		[[remove('/spec/template/env/3')], undefined],
		[[replace('/spec/template/env/1', 'B')], true],
		[[{op: 'test', path: '/spec/template/env/0', value: 'A'}], true],
		[[{op: 'test', path: '/spec/template/env/0', value: 'A'}, remove('/spec/template/env/3')], undefined],
		[[replace('/spec/traffic/0/percent', 100), add('/spec/template/env/-', 'C')], undefined],
		[[replace('/spec/traffic/0/percent', 90), add('/spec/template/env/-', 'C')], false],
		[[], true],
	])('%j: %s', (operations, answer) => {
		expect(isApplied(object, operations)).toBe(answer);
	});
});

const withScale = (scale: string) => ({
	spec: {template: {metadata: {annotations: {scale}}, spec: {containers: [{image: 'a:2', name: 'main'}]}}},
});

describe('what is put there and then changed by the same patch', () => {
	const operations: PatchOperation[] = [
		{
			op: 'replace',
			path: '/spec/template',
			value: {metadata: {annotations: {scale: '1', old: 'x'}}, spec: {}},
		},
		{op: 'add', path: '/spec/template/metadata/annotations/scale', value: '2'},
		{op: 'remove', path: '/spec/template/metadata/annotations/old'},
		{op: 'add', path: '/spec/template/spec/containers', value: [{image: 'a:2'}]},
	];

	it('is as the last of its operations leaves it', () => {
		expect(differencesOf(withScale('2'), operations)).toEqual([]);
		expect(isApplied(withScale('2'), operations)).toBe(true);
	});

	it('and is not where it is as the first one left it', () => {
		expect(differencesOf(withScale('1'), operations)).toMatchObject([{path: '/spec/template'}]);
		expect(isApplied(withScale('1'), operations)).toBe(false);
	});
});
