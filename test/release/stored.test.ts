/** What is said when the server has stored something other than was wanted. */
import {describe, expect, it} from 'vitest';
import {splitOf} from '../../source/knative/split/split.js';
import {parseService} from '../../source/knative/service/service.js';
import {alteredSentences} from '../../source/release/stored.js';
import {knativeService, revisionName} from '../knative/objects.js';

function objectWith(percents: [number, number]) {
	const object = knativeService();
	object.spec.traffic = percents.map((percent, index) => ({revisionName: revisionName(index + 1), percent}));
	return object;
}

const splitWith = (percents: [number, number]) => {
	const parsed = parseService(objectWith(percents));
	if (!parsed.ok) throw new Error(parsed.reason);
	return splitOf(parsed.value);
};

const altered = (differences: {path: string; wanted: unknown; stored: unknown}[], object: unknown = {}) => ({
	kind: 'altered' as const,
	object,
	warnings: [],
	differences,
});

it('of the traffic, each row that is not as wanted, as before → wanted → stored', () => {
	const splits = {before: splitWith([90, 10]), after: splitWith([100, 0])};
	const stored = altered([{path: '/spec/traffic', wanted: [], stored: []}], objectWith([95, 5]));
	expect(alteredSentences({splits}, stored)).toEqual([
		`${revisionName(1)} 90 % → wanted 100 % → stored 95 %, ${revisionName(2)} 10 % → wanted 0 % → stored 5 %`,
	]);
});

it('of traffic that has the same shares in other entries, that', () => {
	const object = objectWith([90, 10]);
	const shares = [
		[1, 50],
		[1, 40],
		[2, 10],
	] as const;
	object.spec.traffic = shares.map(([index, percent]) => ({revisionName: revisionName(index), percent}));
	const splits = {before: splitWith([80, 20]), after: splitWith([90, 10])};
	const stored = altered([{path: '/spec/traffic', wanted: [], stored: []}], object);
	expect(alteredSentences({splits}, stored)).toEqual(['the same shares, in other entries of the traffic']);
});

it('of a field, its name, what was wanted and what was stored, printable', () => {
	const image = {path: '/spec/template/spec/containers/0/image', wanted: 'a:1', stored: 'b:\u001B[2J'};
	const note = {path: '/metadata/annotations/example.com~1note', wanted: 'x', stored: undefined};
	expect(alteredSentences({}, altered([image, note]))).toEqual([
		'template.spec.containers.0.image: wanted a:1 → stored b:␛[2J',
		'the annotation example.com/note: wanted x → stored nothing',
	]);
});

it('of variables, that they are not as wanted, and no value', () => {
	const path = '/spec/template/spec/containers/0/env';
	const env = {path, wanted: [{name: 'A', value: 'secret'}], stored: [{name: 'A', value: 'other'}]};
	expect(alteredSentences({}, altered([env]))).toEqual(['template.spec.containers.0.env is not as wanted']);
});

const template = (changed: object = {}, more: object[] = []) => ({
	spec: {
		timeoutSeconds: 300,
		containers: [{image: 'a:1', env: [{name: 'PASS', value: 'hunter2'}], ...changed}, ...more],
	},
});

const fields = (count: number, value: number) =>
	Object.fromEntries(Array.from({length: count}, (_, index) => [`f${index}`, value]));

describe('of a whole template', () => {
	const told = (stored: unknown, wanted: unknown = template(), path = '/spec/template') =>
		alteredSentences({}, altered([{path, wanted, stored}]));

	it('the fields where the two part, and what the server added is none', () => {
		expect(told(template({image: 'b:1', ports: []}))).toEqual([
			'template.spec.containers.0.image: wanted a:1 → stored b:1',
		]);
		expect(told({template: template({image: 'b:1'})}, {template: template()}, '/spec')).toEqual([
			'template.spec.containers.0.image: wanted a:1 → stored b:1',
		]);
	});

	it.each<[string, unknown, string]>([
		['value', template({env: [{name: 'PASS', value: 'changed'}]}), 'template.spec.containers.0.env'],
		['number', template({env: []}), 'template.spec.containers.0.env'],
		['container', template({}, [{image: 'proxy:1'}]), 'template.spec.containers'],
		['template', undefined, 'template'],
	])('no variable, where its %s is another one', (_, stored, field) => {
		expect(told(stored)).toEqual([`${field} is not as wanted`]);
	});

	it('the spec by that name, where there is none', () => {
		expect(told(undefined, {timeoutSeconds: 1}, '/spec')).toEqual([
			'the spec: wanted {"timeoutSeconds":1} → stored nothing',
		]);
	});

	it('an annotation by its name, where the map was added', () => {
		expect(told({}, {'example.com/note': 'x'}, '/metadata/annotations')).toEqual([
			'the annotation example.com/note: wanted x → stored nothing',
		]);
	});

	it('six fields, and how many more there are', () => {
		expect(told(fields(6, 1), fields(6, 0))).toHaveLength(6);
		expect(told(fields(8, 1), fields(8, 0)).slice(5)).toEqual([
			'template.f5: wanted 0 → stored 1',
			'and 2 more',
		]);
	});
});

it('the map of annotations by its place, where it is no map', () => {
	const map = {path: '/metadata/annotations', wanted: {a: 'x'}, stored: 'none'};
	expect(alteredSentences({}, altered([map]))).toEqual([
		'metadata.annotations: wanted {"a":"x"} → stored none',
	]);
});

it('a long value by its beginning', () => {
	const long = {path: '/spec/a', wanted: 'x'.repeat(60), stored: 'x'.repeat(61)};
	expect(alteredSentences({}, altered([long]))).toEqual([
		`a: wanted ${'x'.repeat(60)} → stored ${'x'.repeat(60)}…`,
	]);
});

const tagged = (tags: string[]) =>
	splitWith([90, 10]).map(row => (row.key === revisionName(2) ? {...row, tags} : row));

describe('of a split', () => {
	const difference = [{path: '/spec/traffic', wanted: [], stored: []}];

	it('the tags, where those are others', () => {
		const splits = {before: tagged([]), after: tagged(['canary', 'next'])};
		expect(alteredSentences({splits}, altered(difference, objectWith([90, 10])))).toEqual([
			`${revisionName(2)} 10 % → wanted 10 % canary,next → stored 10 %`,
		]);
	});

	it('a row that was not there, or is not, as such', () => {
		const [first] = splitWith([100, 0]);
		if (!first) throw new Error('no row');
		const other = {...first, key: 'other', revision: 'other', percent: 0};
		const splits = {before: [first], after: [first, other]};
		expect(alteredSentences({splits}, altered(difference, objectWith([100, 0])))).toEqual([
			`other – → wanted 0 % → stored –, ${revisionName(2)} – → wanted – → stored 0 %`,
		]);
	});

	it('as any field, where what came back is no Service, or the plan is none of a split', () => {
		const words = ['traffic: wanted [1] → stored []'];
		const traffic = [{path: '/spec/traffic', wanted: [1], stored: []}];
		const splits = {before: splitWith([90, 10]), after: splitWith([100, 0])};
		expect(alteredSentences({splits}, altered(traffic, {}))).toEqual(words);
		expect(alteredSentences({}, altered(traffic, objectWith([95, 5])))).toEqual(words);
	});
});

it('tells no value deeper than the stack reaches', () => {
	let nested: object = {};
	for (let level = 0; level < 10_000; level++) nested = {nested};
	const deep = {path: '/spec/template/spec', wanted: 1, stored: nested};
	expect(alteredSentences({}, altered([deep]))).toEqual(['template.spec is not as wanted']);
});
