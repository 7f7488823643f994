import {describe, expect, test} from 'vitest';
import {changePoint, lastChangePoint, type Bucket, type LastChange} from '../../source/stats/change-point.js';
import {seeded} from './parts/random.js';

const streams = Number(process.env['SIMULATION_RUNS'] ?? 200);

/** A bucket a second, with `perSecond` answers each, drawn from the shares. */
function drawn(
	shares: readonly number[],
	{
		from,
		seconds,
		perSecond,
		random,
	}: {from: number; seconds: number; perSecond: number; random: () => number},
): Bucket[] {
	return Array.from({length: seconds}, (_, second) => {
		const counts = new Map<string, number>();
		for (let answer = 0; answer < perSecond; answer++) {
			let left = random();
			const place = shares.findIndex(share => (left -= share) < 0);
			const kind = `r${place === -1 ? 0 : place}`;
			counts.set(kind, (counts.get(kind) ?? 0) + 1);
		}
		return {at: (from + second) * 1000, counts};
	});
}

test('answers that all become those of one revision are a change, and it is said since when', () => {
	const random = seeded(11);
	const buckets = [
		...drawn([0.5, 0.5], {from: 0, seconds: 60, perSecond: 2, random}),
		...drawn([0, 1], {from: 60, seconds: 40, perSecond: 2, random}),
	];
	const found = changePoint(buckets);
	expect(found?.at).toBeGreaterThanOrEqual(56_000);
	expect(found?.at).toBeLessThanOrEqual(61_000);
	expect([...(found?.after.keys() ?? [])]).toEqual(['r1']);
	expect(found?.before.get('r0')).toBeGreaterThan(40);
});

/** A bucket a second with these counts. */
const bucketsOf = (...counts: readonly Record<string, number>[]): Bucket[] =>
	counts.map((kinds, second) => ({at: second * 1000, counts: new Map(Object.entries(kinds))}));
const times = (count: number, kinds: Record<string, number>) => Array.from({length: count}, () => kinds);

// Summed with Python from the definition: KT before, KT after, over the greatest likelihood, by the weights.
test.each([
	{buckets: [...times(4, {a: 3, b: 1}), ...times(4, {a: 0, b: 4})], logE: 5.027992724048917, at: 4000},
	{buckets: [...times(5, {a: 4}), ...times(5, {b: 4})], logE: 19.573381932965194, at: 5000},
	{buckets: [...times(2, {a: 4}), {b: 1}], logE: -0.962430159023134, at: 2000},
])('the evidence is the exact one, and the change where it is likeliest: $logE', ({buckets, logE, at}) => {
	const found = changePoint(bucketsOf(...buckets), -Infinity);
	expect(found?.logE).toBeCloseTo(logE, 9);
	expect(found?.at).toBe(at);
});

test('a kind that is counted and has not come makes no difference to where the change is', () => {
	const buckets = bucketsOf(...times(5, {a: 4, c: 0}), ...times(5, {b: 4, c: 0}));
	expect(changePoint(buckets)).toMatchObject({
		at: 5000,
		before: new Map([['a', 20]]),
		after: new Map([['b', 20]]),
	});
});

test('a change is claimed from evidence 20 on, with what came before it and after it', () => {
	const buckets = bucketsOf(...times(4, {a: 3, b: 1}), ...times(4, {a: 0, b: 4}));
	expect(changePoint(buckets)).toMatchObject({
		before: new Map([
			['a', 12],
			['b', 4],
		]),
		after: new Map([['b', 16]]),
	});
	expect(changePoint(buckets, 5.03)).toBeUndefined();
	expect(changePoint(buckets, 5.02)).toBeDefined();
});

test('one kind of answer, no answers and a single bucket are no change', () => {
	expect(changePoint([])).toBeUndefined();
	const same = Array.from({length: 200}, (_, at) => ({at, counts: new Map([['r0', 3]])}));
	expect(changePoint(same)).toBeUndefined();
	expect(
		changePoint([
			{
				at: 0,
				counts: new Map([
					['r0', 100],
					['r1', 100],
				]),
			},
		]),
	).toBeUndefined();
});

test('seconds without an answer do not matter', () => {
	const random = seeded(12);
	const buckets = [
		...drawn([1, 0], {from: 0, seconds: 30, perSecond: 1, random}),
		...Array.from({length: 500}, (_, second) => ({
			at: (30 + second) * 1000,
			counts: new Map<string, number>(),
		})),
		...drawn([0, 1], {from: 530, seconds: 30, perSecond: 1, random}),
	];
	expect(changePoint(buckets)?.at).toBe(530_000);
});

describe('simulated streams that are looked at every second', () => {
	test.each([[[0.5, 0.5]], [[0.9, 0.1]], [[0.7, 0.2, 0.1]], [[0.98, 0.02]]])(
		'at %j, which does not change, a change is said in at most one of 20',
		shares => {
			const random = seeded(13);
			let wrong = 0;
			for (let stream = 0; stream < streams; stream++) {
				const buckets = drawn(shares, {from: 0, seconds: 120, perSecond: 2, random});
				for (let seconds = 2; seconds <= buckets.length; seconds += 2) {
					if (changePoint(buckets.slice(0, seconds))) {
						wrong++;
						break;
					}
				}
			}
			expect(wrong / streams).toBeLessThanOrEqual(0.05);
		},
	);

	test('half of the answers that become all are noticed within some 30 answers', () => {
		const random = seeded(14);
		const waits = Array.from({length: 60}, () => {
			const buckets = [
				...drawn([0.5, 0.5], {from: 0, seconds: 100, perSecond: 1, random}),
				...drawn([1, 0], {from: 100, seconds: 100, perSecond: 1, random}),
			];
			for (let seconds = 100; seconds <= buckets.length; seconds++) {
				if (changePoint(buckets.slice(0, seconds))) return seconds - 100;
			}
			return Infinity;
		}).toSorted((one, other) => one - other);
		expect(waits[30]).toBeLessThan(35);
	});
});

test('of a change that was taken back the second one is the last, and stays it', () => {
	const random = seeded(12);
	const even = [0.9, 0.1];
	const perSecond = 10;
	const buckets = [
		...drawn(even, {from: 0, seconds: 20, perSecond, random}),
		...drawn([0.5, 0.5], {from: 20, seconds: 13, perSecond, random}),
		...drawn(even, {from: 33, seconds: 60, perSecond, random}),
	];
	const seen: (number | undefined)[] = [];
	let last: LastChange | undefined;
	for (let second = 1; second <= buckets.length; second++) {
		last = lastChangePoint(buckets.slice(0, second), last);
		seen.push(last && last.at / 1000);
	}
	expect(seen.slice(0, 20).every(at => at === undefined)).toBe(true);
	expect(Math.abs((seen[32] ?? 0) - 20)).toBeLessThanOrEqual(3);
	// From eight seconds after its end on.
	expect(seen.slice(40).every(at => at !== undefined && Math.abs(at - 33) <= 3)).toBe(true);
	// As a whole it shows no change any more.
	expect(changePoint(buckets)).toBeUndefined();
});
