/** What is written on the service about its release, and what is read of what anybody may have written there. */
import {describe, expect, it} from 'vitest';
import {
	formatNote,
	hasNote,
	noteOperations,
	parseNote,
	withNote,
	type ReleaseNote,
} from '../../../../source/knative/release/evidence/note.js';
import {
	formatRejection,
	markOf,
	parseRejection,
} from '../../../../source/knative/release/evidence/rejection.js';
import type {PatchOperation} from '../../../../source/knative/objects/patch.js';
import type {Split} from '../../../../source/knative/split/split.js';

const row = (key: string, percent: number, tags: readonly string[] = []) => ({
	key,
	revision: key,
	latest: false,
	percent,
	tags,
	locked: false,
});
const split: Split = [row('cart-00001', 90, ['stable']), row('cart-00002', 10, ['canary'])];

const note: ReleaseNote = {
	generation: 7,
	verb: 'split',
	stable: 'cart-00001',
	canary: 'cart-00002',
	previous: undefined,
	followed: false,
	since: Date.UTC(2026, 10, 26, 9),
	by: 'ann',
	split,
	undo: [[row('cart-00001', 100)]],
	rejected: [{revision: 'cart-00002', by: 'ann', at: Date.UTC(2026, 10, 26, 9), why: 'too many 5xx'}],
};

const long = (rows: number): Split =>
	Array.from({length: rows}, (_, index) => row(`cart-${'x'.repeat(50)}-${index}`, index === 0 ? 100 : 0));

describe('a note', () => {
	it('is read as it was written, with what followed the latest', () => {
		expect(parseNote(formatNote(note))).toEqual(note);
		const latest = {
			key: '@latest',
			revision: 'cart-00003',
			latest: true,
			percent: 100,
			tags: [],
			locked: false,
		};
		const following = {...note, followed: true, by: '', split: [latest], undo: []};
		expect(parseNote(formatNote(following))).toEqual(following);
		const taken = [{revision: 'cart-00002', by: 'ann', at: Date.UTC(2026, 10, 26, 8)}];
		expect(parseNote(formatNote({...note, taken}))).toEqual({...note, taken});
	});

	it('is read where what it says of an earlier roll back is nothing that could be', () => {
		const forged = JSON.stringify({...JSON.parse(formatNote(note) ?? ''), taken: {revision: 5}});
		expect(parseNote(forged)).toEqual(note);
	});

	it('has an id, or none where that is not one', () => {
		expect(parseNote(formatNote({...note, id: 'a-1'}))).toEqual({...note, id: 'a-1'});
		const text = formatNote(note)?.replace('"v":1', '"v":1,"id":"<no id>"');
		expect(parseNote(text)).toEqual(note);
	});

	it('is changed where it is, in an annotation of its own or with the first ones', () => {
		const changed = {...note, id: 'a-1', since: note.since + 1000};
		const change = (before: ReleaseNote) => ({...before, id: changed.id, since: changed.since});
		for (const unannotatedAt of [undefined, '4711']) {
			const operations = noteOperations({unannotatedAt}, note);
			expect(hasNote(operations)).toBe(true);
			expect(withNote(operations, change)).toEqual(noteOperations({unannotatedAt}, changed));
		}
		const other: PatchOperation[] = [{op: 'add', path: '/metadata/annotations/a', value: 'b'}];
		expect(hasNote(other)).toBe(false);
		expect(withNote(other, change)).toEqual(other);
	});

	it('is at most 4 KiB: the oldest splits go, and it goes whole where one is too long', () => {
		const text = formatNote({...note, undo: Array.from({length: 8}, () => long(10))}) ?? '';
		expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(4096);
		const kept = parseNote(text)?.undo.length ?? 0;
		expect(kept).toBeGreaterThan(0);
		expect(kept).toBeLessThan(8);
		expect(formatNote({...note, split: long(100)})).toBeUndefined();
		expect(noteOperations({unannotatedAt: undefined}, {...note, split: long(100)})).toEqual([]);
	});

	it('keeps at most eight splits to undo, the last ones', () => {
		const undo = Array.from({length: 9}, (_, index) => [row(`cart-${index}`, 100)]);
		expect(parseNote(formatNote({...note, undo}))?.undo.map(([first]) => first?.key)).toEqual(
			Array.from({length: 8}, (_, index) => `cart-${index}`),
		);
	});

	it('has nothing in it that is not known', () => {
		const bare: ReleaseNote = {
			...note,
			stable: undefined,
			canary: undefined,
			by: '',
			undo: [],
			rejected: [{revision: 'cart-00002', by: '', at: undefined, why: ''}],
			split: [{...row('@latest', 100), revision: undefined, latest: true}],
		};
		expect(JSON.parse(formatNote(bare) ?? '')).toEqual({
			v: 1,
			generation: 7,
			verb: 'split',
			since: '2026-11-26T09:00:00.000Z',
			rejected: [{revision: 'cart-00002'}],
			split: [{percent: 100}],
		});
		expect(parseNote(formatNote(bare))).toEqual(bare);
	});

	it('is read where it is longer than one of ours, up to 16 KiB', () => {
		const text = JSON.stringify({...JSON.parse(formatNote(note) ?? ''), more: ''});
		const padded = (length: number) =>
			text.replace('"more":""', `"more":"${'x'.repeat(length - text.length)}"`);
		expect(parseNote(padded(16_384))).toEqual(note);
		expect(parseNote(padded(16_385))).toBeUndefined();
	});

	it.each([
		[
			'a percent that is none',
			{
				split: [
					{to: 'a', percent: 101},
					{to: 'b', percent: -1},
				],
			},
		],
		[
			'a fraction of a percent',
			{
				split: [
					{to: 'a', percent: 99.5},
					{to: 'b', percent: 0.5},
				],
			},
		],
		['no row', {split: []}],
		[
			'one revision twice',
			{
				split: [
					{to: 'a', percent: 50},
					{to: 'a', percent: 50},
				],
			},
		],
		['a revision without a name', {split: [{to: '', percent: 100}]}],
		['an unknown verb', {verb: 'boast'}],
		['a generation before the first', {generation: 0}],
		['no moment', {since: 'yesterday'}],
	])('with %s is none', (_, part) => {
		const text = JSON.stringify({...JSON.parse(formatNote(note) ?? ''), ...part});
		expect(parseNote(text)).toBeUndefined();
	});

	it('with rejections that cannot be read is one without', () => {
		const text = JSON.stringify({...JSON.parse(formatNote(note) ?? ''), rejected: [{why: 'x'}]});
		expect(parseNote(text)).toEqual({...note, rejected: []});
	});

	it.each([
		'',
		'no JSON',
		'[]',
		'{"v":2}',
		JSON.stringify({...JSON.parse(formatNote(note) ?? ''), split: [{to: 'a', percent: 90}]}),
		'x'.repeat(20_000),
	])('is none where somebody else wrote %.40s', text => {
		expect(parseNote(text)).toBeUndefined();
	});

	it('of somebody else is printable', () => {
		const text = formatNote(note)?.replace('"ann"', String.raw`"a\u001b[2Jnn"`);
		expect(parseNote(text)?.by).toBe('a␛[2Jnn');
	});
});

describe('written', () => {
	it('is one annotation more, where there are some', () => {
		expect(noteOperations({unannotatedAt: undefined}, note)).toEqual([
			{op: 'add', path: '/metadata/annotations/kn-canary.dev~1release', value: formatNote(note)},
		]);
	});

	it('is the first one only on the object that was read: adding the map replaces it', () => {
		expect(noteOperations({unannotatedAt: '4711'}, note)).toEqual([
			{op: 'test', path: '/metadata/resourceVersion', value: '4711'},
			{op: 'add', path: '/metadata/annotations', value: {'kn-canary.dev/release': formatNote(note)}},
		]);
	});
});

describe('a rejection', () => {
	it('is whatever is written there, and printable', () => {
		expect(parseRejection(undefined)).toBeUndefined();
		expect(parseRejection('')).toBeUndefined();
		expect(parseRejection('by hand\u001B[2J')).toEqual({by: '', at: undefined, why: 'by hand␛[2J'});
		expect(parseRejection('{"by":"ann","at":"2026-11-26T09:00:00Z","why":"5xx"}')).toEqual({
			by: 'ann',
			at: Date.UTC(2026, 10, 26, 9),
			why: '5xx',
		});
		expect(parseRejection('{"by":1}')).toMatchObject({why: '{"by":1}'});
		expect(parseRejection('{"at":"soon"}')).toEqual({by: '', at: undefined, why: ''});
	});

	it('is read as it was written, and a reason is cut at 500 characters', () => {
		const full = {by: 'ann', at: Date.UTC(2026, 10, 26, 9), why: '5xx'};
		expect(parseRejection(formatRejection(full))).toEqual(full);
		expect(markOf(full)).toEqual({'kn-canary.dev/rejected': formatRejection(full)});
		expect(formatRejection({by: 'ann', at: undefined, why: ''})).toBe('{"by":"ann"}');
		const reason = 'x'.repeat(501);
		const cut = reason.slice(1);
		expect(parseRejection(formatRejection({...full, why: reason}))?.why).toBe(cut);
		expect(parseRejection(JSON.stringify({by: reason, why: reason}))).toEqual({
			by: cut,
			at: undefined,
			why: cut,
		});
		expect(parseRejection(reason)?.why).toBe(cut);
	});
});
