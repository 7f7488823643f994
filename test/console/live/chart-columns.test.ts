import * as fc from '../../support/property.js';
import {expect, test} from 'vitest';
import {chartOf, type Charted} from '../../../source/console/live/chart-columns.js';
import type {TimelineBucket} from '../../../source/console/state/state.js';
import {binOf} from '../../../source/probe/counting/latency-bins.js';

const noon = new Date(2026, 10, 26, 12, 0, 0).getTime();
const old = 'shop-00001';
const fresh = 'shop-00002';
const half = [
	{revision: old, percent: 50},
	{revision: fresh, percent: 50},
];

/** One second after noon with so many answers of each, and so many failures at the new one's tag. */
function bucket(
	second: number,
	{
		users = [1, 1],
		asked = 0,
		failed = 0,
		latency = 10,
		duration = 1000,
		gateway = 0,
	}: {
		users?: readonly [old: number, fresh: number];
		asked?: number;
		failed?: number;
		latency?: number;
		duration?: number;
		gateway?: number;
	} = {},
): TimelineBucket {
	const latencies = new Map([[binOf(latency), 1]]);
	return {
		at: noon + second * 1000,
		duration,
		users: new Map([
			[old, users[0]],
			[fresh, users[1]],
		]),
		failed: 0,
		gateway,
		revisions: new Map([[fresh, {asked, failed, latencies}]]),
	};
}

const shown = (
	timeline: readonly TimelineBucket[],
	{until, columns = 60, ...part}: {until: number; columns?: number} & Partial<Charted>,
) =>
	chartOf(
		{history: [], since: noon, weights: half, ...part, timeline, at: noon + until * 1000},
		{columns, revisions: [fresh, old]},
	);

test('there is nothing to draw before anything came', () => {
	expect(shown([], {until: 5})).toBeUndefined();
	expect(shown([bucket(0)], {until: 1, columns: 0})).toBeUndefined();
});

test('a column shows what came in it, and with little of it what came just before', () => {
	const chart = shown([bucket(0, {users: [30, 10]}), bucket(1, {users: [0, 1]})], {until: 1});
	// One answer of one revision is no share of 100 %.
	expect(chart?.revisions[0]?.share[0]).toBeCloseTo(10 / 40);
	expect(chart?.revisions[0]?.share[1]).toBeCloseTo(11 / 41);
	expect(chart?.revisions[1]?.share[1]).toBeCloseTo(30 / 41);
});

test('where nothing came a column is empty, and not as it was before', () => {
	const chart = shown([bucket(0, {users: [30, 10]}), bucket(4)], {until: 4});
	expect(chart?.revisions[0]?.share).toMatchObject([
		0.25,
		undefined,
		undefined,
		undefined,
		expect.any(Number),
	]);
	// It was never asked at its own host: it is not said to fail never.
	expect(chart?.revisions[0]?.errors).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test('failures at the revision’s own host are its errors', () => {
	const chart = shown([bucket(0, {asked: 20, failed: 5}), bucket(1, {asked: 20})], {until: 1});
	expect(chart?.revisions[0]?.errors).toEqual([0.25, 0]);
	expect(chart?.revisions[0]?.p95[0]).toBeCloseTo(10, -0.5);
});

test('a change of the split is marked, and what was before it is in no column after it', () => {
	const weights = [
		{revision: old, percent: 90},
		{revision: fresh, percent: 10},
	];
	const history = [{since: noon, weights: half}];
	const before = [bucket(0, {users: [5, 5]}), bucket(1, {users: [5, 5]})];
	const chart = shown([...before, bucket(2, {users: [4, 0]})], {
		until: 2,
		since: noon + 2000,
		weights,
		history,
	});
	expect(chart?.marks).toEqual([{column: 2, at: noon + 2000, before: [50, 50], after: [90, 10]}]);
	expect(chart?.revisions[0]?.share[2]).toBe(0);
	// Counting again changes nothing of what users get.
	expect(shown(before, {until: 2, since: noon + 1000, history})?.marks).toEqual([]);
});

test('what came before a change in its column is in none after it, and the second across it in no column at all', () => {
	const weights = [
		{revision: old, percent: 100},
		{revision: fresh, percent: 0},
	];
	const changed = (timeline: readonly TimelineBucket[], at: number, columns = 60) =>
		shown(timeline, {
			until: 6,
			columns,
			since: noon + at,
			weights,
			history: [{since: noon, weights: half}],
		})?.revisions[0]?.share;
	const before = [0, 1, 2, 3].map(second => bucket(second, {users: [0, 5]}));
	const after = [4, 5, 6].map(second => bucket(second, {users: [5, 0]}));
	expect(changed([...before, ...after], 3500)).toEqual([1, 1, 1, undefined, 0, 0, 0]);
	// In columns of two seconds: of the one that it is in the second half, then nothing of its first half, which is across.
	const soon = [...before.slice(0, 3), bucket(3, {users: [5, 0]}), ...after];
	expect(changed(soon, 3000, 4)).toEqual([1, 0, 0, 0]);
	expect(changed([...before, bucket(4, {users: [5, 5]}), ...after.slice(1)], 4500, 4)).toEqual([1, 1, 0, 0]);
	// Nothing has come since.
	expect(changed(before, 3500)).toEqual([1, 1, 1, undefined, undefined, undefined, undefined]);
});

test('columns become longer when there is no more room, and never more than there is', () => {
	fc.assert(
		fc.property(fc.integer({min: 1, max: 150}), fc.integer({min: 0, max: 3600}), (columns, until) => {
			const chart = shown([bucket(0), bucket(until)], {until, columns});
			expect(chart?.errors.length).toBeLessThanOrEqual(columns);
			// At least half of the room is used once there was more than fits.
			const fewest = (chart?.duration ?? 0) > 1000 ? columns / 2 - 1 : 0;
			expect(chart?.errors.length).toBeGreaterThanOrEqual(fewest);
			expect(chart?.errors.at(-1)).toBe(0);
		}),
	);
});

test('a column that is over stays as it is', () => {
	const timeline = Array.from({length: 50}, (_, second) =>
		bucket(second, {users: [second % 3, (second * 7) % 5]}),
	);
	const at = (until: number) => shown(timeline.slice(0, until + 1), {until})?.revisions[0]?.share ?? [];
	const whole = at(49);
	for (let until = 0; until < 49; until++) expect(at(until)).toEqual(whole.slice(0, until + 1));
});

test('what is only known by ten seconds fills the columns of all ten', () => {
	const chart = shown([bucket(0, {users: [30, 10], duration: 10_000}), bucket(10, {users: [40, 0]})], {
		until: 10,
	});
	expect(chart?.revisions[0]?.share).toEqual([...Array.from({length: 10}, () => 0.25), 0]);
});

test('no share is drawn while it is not known whose the answers are', () => {
	const unknown: TimelineBucket = {...bucket(1), users: new Map([[undefined, 40]])};
	const chart = shown([bucket(0, {users: [30, 10]}), unknown], {until: 1});
	expect(chart?.revisions.map(({share}) => share)).toEqual([
		[0.25, undefined],
		[0.75, undefined],
	]);
});

test('what the gateway failed is an error of users, and of no revision', () => {
	const whole = {users: [10, 10], gateway: 0} as const;
	const chart = shown([bucket(0, whole), bucket(1, {users: [0, 0], gateway: 20})], {until: 1});
	expect(chart?.errors).toEqual([0, 1]);
	expect(chart?.revisions[0]?.share).toEqual([0.5, undefined]);
	expect(chart?.silentFrom).toBe(1);
	// A part of them is not all.
	const part = shown([bucket(0, whole), bucket(1, {users: [10, 5], gateway: 5})], {until: 1});
	expect(part?.errors).toEqual([0, 0.25]);
	expect(part?.silentFrom).toBeUndefined();
	// What failed once at the beginning of a second may be answered in the rest of it.
	const few = shown([bucket(0, whole), bucket(1, {users: [0, 0], gateway: 1})], {until: 1});
	expect(few?.silentFrom).toBeUndefined();
});
