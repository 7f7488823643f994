import * as v from 'valibot';
import {describe, expect, test} from 'vitest';
import {
	conditions,
	issueSentence,
	metadata,
	optionalText,
	optionalTime,
	optionalWhole,
	ownedMetadata,
	shared,
	stringMap,
	text,
	tolerantList,
} from '../../../source/knative/objects/parsed.js';

const raw = {name: 'cart', namespace: 'shop', uid: 'u-1', resourceVersion: '7'};
const owned = (managedFields: unknown, ownerReferences: unknown = []) =>
	v.parse(ownedMetadata, {...raw, managedFields, ownerReferences});

describe('what does not fit', () => {
	test.each([
		[text, 7, ''],
		[text, 'a\u001Bb', 'a␛b'],
		[optionalText, '', undefined],
		[optionalText, 7, undefined],
		[optionalText, 'x\u0007', 'x␇'],
		[optionalWhole, 1.5, undefined],
		[optionalWhole, '3', undefined],
		[optionalWhole, 3, 3],
		[optionalTime, 'yesterday', undefined],
		[optionalTime, '2026-11-23T07:00:00Z', Date.UTC(2026, 10, 23, 7)],
		[tolerantList(v.string()), 'no list', []],
		[tolerantList(v.string()), ['a', 1, null, 'b'], ['a', 'b']],
		[stringMap, {a: 'x', b: 1, c: null}, new Map([['a', 'x']])],
		[stringMap, null, new Map()],
	])('is left out, and the rest is read (%#)', (schema: v.GenericSchema, given: unknown, read: unknown) => {
		expect(v.parse(schema, given)).toEqual(read);
	});

	test('in metadata is no reason to refuse the object, but for its name', () => {
		expect(v.parse(metadata, {...raw, generation: 'x', creationTimestamp: 1, labels: []})).toMatchObject({
			name: 'cart',
			generation: 0,
			creationTimestamp: undefined,
			labels: new Map(),
		});
		expect(v.parse(metadata, {...raw, generation: 3}).generation).toBe(3);
		const refused = v.safeParse(metadata, {...raw, name: ''});
		expect(issueSentence('A service', refused.issues ?? [])).toMatch(
			/^A service cannot be read: name: .*\.$/,
		);
	});
});

test('why something cannot be read is one printable sentence, with the place where there is one', () => {
	expect(issueSentence('A pod', [])).toBe('A pod cannot be read.');
	const whole = v.safeParse(v.object({}), 'x').issues ?? [];
	expect(issueSentence('A pod', whole)).toBe(
		'A pod cannot be read: expected Object, and it is of type string.',
	);
	const hostile = v.safeParse(v.literal('a'), '\u001B[2J').issues ?? [];
	expect(issueSentence('A pod', hostile)).not.toContain('\u001B');
});

test.each([
	['a text', v.object({env: v.number()}), {env: 's3cr3t'}, 'env: expected number, and it is of type string'],
	['a number', v.object({env: v.string()}), {env: 53_637}, 'env: expected string, and it is of type number'],
	[
		'one of several',
		v.object({kind: v.picklist(['a', 'b'])}),
		{kind: 's3cr3t'},
		'kind: expected ("a" | "b")',
	],
	['a list', v.object({env: v.string()}), {env: ['s3cr3t']}, 'env: expected string, and it is a list'],
	['nothing', v.object({env: v.string()}), {}, 'env: '],
])('a value that is not as it has to be is not told, be it %s', (_, schema, input, words) => {
	const sentence = issueSentence('A pod', v.safeParse(schema, input).issues ?? []);
	expect(sentence).toContain(words);
	expect(sentence).not.toMatch(/s3cr3t|53637/);
});

test('words that many objects say are printable, also after thousands of others', () => {
	expect(shared('Ready\u0007')).toBe('Ready␇');
	for (let word = 0; word < 5000; word++) expect(shared(`word ${word}`)).toBe(`word ${word}`);
	expect(shared('Ready\u0007')).toBe('Ready␇');
});

test.each([
	[{}, []],
	[{conditions: null}, []],
	[{conditions: {type: 'Ready'}}, []],
	[{conditions: [null, 'Ready', 7, ['Ready'], {type: 7, status: 'True'}]}, []],
	[
		{
			conditions: [
				{
					type: 'Re\u0007ady',
					status: 1,
					severity: {},
					reason: 3,
					message: 'a\u001Bb',
					lastTransitionTime: 'x',
				},
			],
		},
		[{type: 'Re␇ady', status: 'Unknown', severity: '', reason: '', message: 'a␛b', since: undefined}],
	],
])('of conditions in %j those that are some are read, and are printable', (status, read) => {
	expect(v.parse(v.object({conditions}), status).conditions).toEqual(read);
});

test('labels are those that were sent, also by names that objects of JavaScript have something of', () => {
	const sent: unknown = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "c", "n": 1}');
	expect([...v.parse(stringMap, sent)]).toEqual([
		['__proto__', 'a'],
		['constructor', 'b'],
		['toString', 'c'],
	]);
	expect(v.parse(v.object({labels: stringMap}), {})).toEqual({labels: new Map()});
});

test('a condition that says none of the three words is Unknown, and one without a type is none', () => {
	const read = v.parse(conditions, [
		{type: 'Ready', status: 'True', lastTransitionTime: '2026-11-23T07:00:00Z'},
		{type: 'Active', status: 'Perhaps', severity: 'Info', reason: 'NoTraffic', message: 'asleep'},
		{status: 'True'},
	]);
	expect(read).toEqual([
		{
			type: 'Ready',
			status: 'True',
			severity: '',
			reason: '',
			message: '',
			since: Date.UTC(2026, 10, 23, 7),
		},
		{
			type: 'Active',
			status: 'Unknown',
			severity: 'Info',
			reason: 'NoTraffic',
			message: 'asleep',
			since: undefined,
		},
	]);
});

test('of its owners only the one that controls an object counts', () => {
	const references = [
		{apiVersion: 'v1', kind: 'ConfigMap', name: 'a'},
		{apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'b', controller: true},
		{apiVersion: 'v1', kind: 'ConfigMap', name: 'c', controller: 'true'},
	];
	expect(owned([], references).ownerReferences.map(({name}) => name)).toEqual(['b']);
	expect(v.parse(ownedMetadata, raw)).toMatchObject({
		ownerReferences: [],
		managedFields: {all: [], last: []},
	});
});

/** A time within one minute, and an entry of `managedFields` at that time. */
const at = (second: number) => Date.UTC(2026, 10, 23, 7, 0, second);
const entry = (manager: string, second: number, more: object = {}) => ({
	manager,
	time: new Date(at(second)).toISOString(),
	...more,
});

/** When `spec.traffic` was written last, by these entries. */
function trafficSince(entries: unknown): unknown {
	const {managedFields} = owned(entries);
	return 'traffic' in managedFields ? managedFields.traffic : 'none';
}

describe('who wrote an object', () => {
	const traffic = {fieldsV1: {'f:spec': {'f:traffic': {}}}};
	const template = {fieldsV1: {'f:spec': {'f:template': {}}}};

	test('last, is told by time, and of its status alone nobody did', () => {
		const {managedFields} = owned([
			entry('kn', 5),
			entry('argocd', 9),
			entry('controller', 30, {subresource: 'status'}),
			entry('kn', 7),
		]);
		expect(managedFields).toMatchObject({all: ['kn', 'argocd', 'controller'], last: ['argocd']});
	});

	test('in one second cannot be told: all of them are named, each once', () => {
		const {managedFields} = owned([entry('kn', 5), entry('argocd', 5), entry('kn', 5)]);
		expect(managedFields).toMatchObject({last: ['kn', 'argocd']});
	});

	test('without times is not known', () => {
		expect(owned([{manager: 'kn'}]).managedFields).toEqual({all: ['kn'], last: [], traffic: undefined});
	});

	test('its traffic, and when last, is told by the fields that are theirs', () => {
		expect(trafficSince([entry('kn', 5, traffic), entry('argocd', 9, template)])).toBe(at(5));
		expect(trafficSince([entry('kn', 5, traffic), entry('argocd', 3, traffic)])).toBe(at(5));
		expect(trafficSince([entry('kn', 5, template)])).toBeUndefined();
		expect(trafficSince([entry('kn', 5, {...traffic, subresource: 'status'})])).toBeUndefined();
		// A time that is none says nothing; the others still do.
		expect(trafficSince([{...entry('kn', 5, traffic), time: 'soon'}, entry('argocd', 3, traffic)])).toBe(
			at(3),
		);
	});
});
