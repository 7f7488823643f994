/** What is written on the service about its release, and what is read of what anybody may have written there. */
import {describe, expect, it} from 'vitest';
import {
	formatNote,
	noteOperations,
	parseNote,
	type ReleaseNote,
} from '../../../../source/knative/release/evidence/note.js';
import {parseRejection} from '../../../../source/knative/release/evidence/rejection.js';
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
	});
});
