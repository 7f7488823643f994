import {describe, expect, test} from 'vitest';
import {claimedFrom} from '../../source/stats/evidence.js';
import {failureBound, logBoundEvidence, moreForBound} from '../../source/stats/failure-bound.js';
import {seeded} from './parts/random.js';

/** Streams of each simulation; a longer run by SIMULATION_RUNS. */
const streams = Number(process.env['SIMULATION_RUNS'] ?? 600);

// mean of (q/p0)^s ((1-q)/(1-p0))^(n-s) with Python's fractions; only the logarithm is a float.
test.each([
	{failed: 0, asked: 69, limit: 0.05, log: 2.9998},
	{failed: 0, asked: 350, limit: 0.01, log: 3.0003},
	{failed: 3, asked: 100, limit: 0.05, log: -0.1},
])('the evidence of $failed in $asked against $limit', ({failed, asked, limit}) => {
	const exact =
		[2, 4, 8, 16, 64]
			.map(part => limit / part)
			.reduce((sum, q) => sum + (q / limit) ** failed * ((1 - q) / (1 - limit)) ** (asked - failed), 0) / 5;
	expect(logBoundEvidence(failed, asked, limit)).toBeCloseTo(Math.log(exact), 10);
});

test('nothing is shown before anything was asked, or when everything failed', () => {
	expect(failureBound(0, 0)).toBe(1);
	expect(failureBound(7, 7)).toBe(1);
	expect(failureBound(0, 1)).toBeGreaterThan(0.95);
});

test.each([
	{limit: 0.01, needed: 350},
	{limit: 0.05, needed: 69},
])('without a failure $needed answers show a rate below $limit', ({limit, needed}) => {
	expect(moreForBound(0, 0, limit)).toBe(needed);
	expect(moreForBound(0, needed - 10, limit)).toBe(10);
	expect(moreForBound(0, needed, limit)).toBeUndefined();
	expect(failureBound(0, needed)).toBeLessThanOrEqual(limit * 1.024);
	expect(failureBound(0, needed - 1)).toBeGreaterThan(limit * 0.999);
});

test('how many more are needed goes by how often it failed so far', () => {
	expect(moreForBound(1, 200, 0.01)).toBeGreaterThan(350 - 200);
	// At twice the limit no number of answers will show that it is below.
	expect(moreForBound(4, 200, 0.01)).toBeUndefined();
});

test('the bound falls with each answer and rises with each failure', () => {
	let before = 1;
	for (let asked = 1; asked < 400; asked++) {
		const bound = failureBound(0, asked);
		expect(bound).toBeLessThanOrEqual(before);
		before = bound;
	}
	expect(failureBound(3, 400)).toBeGreaterThan(failureBound(2, 400));
});

test('refuses what is no count', () => {
	expect(() => failureBound(2, 1)).toThrow(RangeError);
	expect(() => failureBound(-1, 1)).toThrow(RangeError);
	expect(() => failureBound(0, 1.5)).toThrow(RangeError);
});

/** Answers until the rate is shown to be below the limit; Infinity within `length`. */
function untilBelow(rate: number, limit: number, length: number, random: () => number): number {
	let failed = 0;
	for (let asked = 1; asked <= length; asked++) {
		if (random() < rate) failed++;
		if (logBoundEvidence(failed, asked, limit) >= claimedFrom) return asked;
	}
	return Infinity;
}

describe('simulated streams that are looked at after every answer', () => {
	test.each([
		{limit: 0.01, looks: 3000},
		{limit: 0.05, looks: 1000},
	])('a revision that fails at the limit of $limit passes in at most one of 20', ({limit, looks}) => {
		const random = seeded(20_240_501);
		let passed = 0;
		for (let stream = 0; stream < streams; stream++) {
			if (untilBelow(limit, limit, looks, random) !== Infinity) passed++;
		}
		expect(passed / streams).toBeLessThanOrEqual(0.05);
		// It is no bound that never passes: with so many looks it comes close to what it promises.
		expect(passed).toBeGreaterThan(0);
	});

	// Of the exact distribution, by dynamic programming over the number of failures (Python): the median, and the 89th to
	// 91st percentile, which jump from one number of failures to the next. For a quarter of 1 % 857 was simulated once: that is
	// the next jump after 626, by which just more than half of the streams have passed.
	test.each([
		{rate: 0.001, limit: 0.01, median: 350, p90: [626, 857]},
		{rate: 0.0025, limit: 0.01, median: 626, p90: [1437, 1610]},
		{rate: 0.005, limit: 0.05, median: 69, p90: [123, 169]},
		{rate: 0.0125, limit: 0.05, median: 123, p90: [284, 319]},
	])('$rate is shown to be below $limit within about $median answers', ({rate, limit, median, p90}) => {
		const random = seeded(20_240_502);
		const lengths = Array.from({length: 600}, () => untilBelow(rate, limit, 20_000, random)).toSorted(
			(one, other) => one - other,
		);
		expect(lengths[300]).toBeGreaterThanOrEqual(median * 0.8);
		expect(lengths[300]).toBeLessThanOrEqual(median * 1.2);
		expect(lengths[540]).toBeGreaterThanOrEqual((p90[0] ?? 0) * 0.8);
		expect(lengths[540]).toBeLessThanOrEqual((p90[1] ?? 0) * 1.2);
	});

	test('the bound that is shown is above the true rate at every moment in 19 of 20 streams', () => {
		const random = seeded(20_240_503);
		let below = 0;
		const runs = streams / 2;
		for (let stream = 0; stream < runs; stream++) {
			const rate = [0.005, 0.02, 0.1][stream % 3] ?? 0;
			let failed = 0;
			for (let asked = 1; asked <= 600; asked++) {
				if (random() < rate) failed++;
				if (failureBound(failed, asked) <= rate) {
					below++;
					break;
				}
			}
		}
		expect(below / runs).toBeLessThanOrEqual(0.05);
	});
});
