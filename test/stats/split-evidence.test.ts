import * as fc from '../support/property.js';
import {expect, test} from 'vitest';
import {
	greatestEvidence,
	leastEvidence,
	logEvidence,
	type AmbiguousAnswers,
} from '../../source/stats/split-evidence.js';

// Computed with Python's fractions: Kθ as a rational, Γ(Kθ+x)/Γ(Kθ) as the product Kθ(Kθ+1)…(Kθ+x−1), E exactly, and
// only its logarithm with decimal at 30 digits. No lgamma is involved.
test.each([
	{counts: [12, 0], shares: [1 / 2, 1 / 2], logE: 3.233261024056632},
	{counts: [11, 0], shares: [1 / 2, 1 / 2], logE: 2.812047558980329},
	{counts: [67, 61], shares: [1 / 2, 1 / 2], logE: -1.204054979583988},
	{counts: [0, 46], shares: [1 / 10, 9 / 10], logE: 3.036475112363758},
	{counts: [30, 20, 50], shares: [1 / 3, 1 / 3, 1 / 3], logE: 3.889156913236651},
	{counts: [88, 12], shares: [99 / 100, 1 / 100], logE: 15.739301484558865},
	{counts: [5, 3, 2], shares: [1 / 4, 1 / 4, 1 / 2], logE: 0.262602388054757},
	{counts: [5200, 4800], shares: [1 / 2, 1 / 2], logE: 4.515624158012735},
])('the evidence of $counts is the exact one', ({counts, shares, logE}) => {
	expect(logEvidence(counts, shares)).toBeCloseTo(logE, 8);
});

test('the evidence is 1 before any answer, and stays 1 when one revision has everything', () => {
	expect(logEvidence([0, 0], [0.3, 0.7])).toBeCloseTo(0, 12);
	expect(logEvidence([5000], [1])).toBeCloseTo(0, 9);
});

// The defining property of an e-process: were the split as configured, the next answer changes E by 1 on average.
test('the evidence is a martingale under the configured split', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({min: 1, max: 50}), {minLength: 2, maxLength: 5}),
			fc.array(fc.integer({min: 0, max: 40}), {minLength: 5, maxLength: 5}),
			(weights, counts) => {
				const sum = weights.reduce((a, b) => a + b, 0);
				const shares = weights.map(weight => weight / sum);
				const here = counts.slice(0, shares.length);
				const now = logEvidence(here, shares);
				const next = shares.reduce((mean, share, chosen) => {
					const counted = here.map((count, index) => count + (index === chosen ? 1 : 0));
					return mean + share * Math.exp(logEvidence(counted, shares) - now);
				}, 0);
				expect(next).toBeCloseTo(1, 9);
			},
		),
	);
});

/** Every way to give the ambiguous answers out. */
function allAssignments(
	counts: readonly number[],
	groups: readonly AmbiguousAnswers[],
): (readonly number[])[] {
	return groups.reduce<(readonly number[])[]>(
		(found, {candidates, count}) =>
			Array.from({length: count}).reduce<(readonly number[])[]>(
				partial =>
					partial.flatMap(filled =>
						candidates.map(chosen => filled.map((value, place) => value + (place === chosen ? 1 : 0))),
					),
				found,
			),
		[counts],
	);
}

test('the greatest and the least evidence are those of all assignments', () => {
	const group = fc.record({
		candidates: fc.subarray([0, 1, 2], {minLength: 1}),
		count: fc.integer({min: 0, max: 3}),
	});
	fc.assert(
		fc.property(
			fc.array(fc.integer({min: 0, max: 25}), {minLength: 3, maxLength: 3}),
			fc.constantFrom([0.5, 0.3, 0.2], [0.9, 0.05, 0.05], [0.34, 0.33, 0.33]),
			fc.array(group, {minLength: 0, maxLength: 2}),
			(counts, shares, groups) => {
				const all = allAssignments(counts, groups).map(filled => logEvidence(filled, shares));
				expect(greatestEvidence(counts, shares, groups)).toBeCloseTo(Math.max(...all), 9);
				expect(leastEvidence(counts, shares, groups)).toBeCloseTo(Math.min(...all), 9);
			},
		),
		{numRuns: 300},
	);
});

test('answers are moved over several kinds of ambiguity where evening out each kind alone is stuck', () => {
	const groups = [
		{candidates: [1, 2], count: 2},
		{candidates: [0, 1], count: 2},
	];
	expect(leastEvidence([3, 0, 2], [0.34, 0.33, 0.33], groups)).toBeCloseTo(
		logEvidence([3, 3, 3], [0.34, 0.33, 0.33]),
		9,
	);
});

test('an answer that only revisions at 0 % may have given is impossible however it is given out', () => {
	const groups = [{candidates: [2], count: 1}];
	expect(leastEvidence([50, 50, 0], [0.5, 0.5, 0], groups)).toBe(Infinity);
	expect(leastEvidence([50, 50, 0], [0.5, 0.5, 0], [{candidates: [1, 2], count: 1}])).toBeLessThan(0);
	expect(greatestEvidence([50, 50, 0], [0.5, 0.5, 0], [{candidates: [1, 2], count: 1}])).toBe(Infinity);
});

test('thousands of answers that may be anybody’s are given out evenly', () => {
	const least = leastEvidence([0, 0], [0.9, 0.1], [{candidates: [0, 1], count: 10_000}]);
	expect(least).toBeCloseTo(logEvidence([9000, 1000], [0.9, 0.1]), 4);
});

test('many kinds of ambiguous answers are taken for anybody’s rather than tried one by one', () => {
	const groups = Array.from({length: 8}, (_, index) => ({
		candidates: [index % 4, (index + 1) % 4, (index * 3 + 2) % 4],
		count: 2,
	}));
	const shares = [0.25, 0.25, 0.25, 0.25];
	expect(greatestEvidence([5, 5, 5, 5], shares, groups)).toBeGreaterThanOrEqual(
		leastEvidence([5, 5, 5, 5], shares, groups),
	);
});
