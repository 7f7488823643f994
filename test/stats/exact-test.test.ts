import {expect, test} from 'vitest';
import {exactTest} from '../../source/stats/exact-test.js';
import {seeded} from './parts/random.js';

const third = 1 / 3;
// All outcomes enumerated with Python's fractions, their probabilities compared and added exactly.
test.each([
	{counts: [120, 80], shares: [0.5, 0.5], p: 0.0056851559967503},
	{counts: [100, 100], shares: [0.5, 0.5], p: 1},
	{counts: [30, 170], shares: [0.1, 0.9], p: 0.024397815886869},
	{counts: [2, 198], shares: [0.01, 0.99], p: 1},
	{counts: [0, 200], shares: [0.02, 0.98], p: 0.037762822589972},
	{counts: [20, 5, 15], shares: [third, third, third], p: 0.0082581407866233},
	{counts: [12, 3, 5], shares: [0.5, 0.25, 0.25], p: 0.67331433482468},
	{counts: [8, 4, 4, 4], shares: [0.25, 0.25, 0.25, 0.25], p: 0.52819512991118},
])('$counts under $shares has the p of full enumeration', ({counts, shares, p}) => {
	const result = exactTest(counts, shares);
	expect(result.method).toBe('exact');
	expect(result.p).toBeCloseTo(p, 9);
});

test('a share of 0 that was seen is impossible, and one that was not does not matter', () => {
	expect(exactTest([199, 1], [1, 0]).p).toBe(0);
	expect(exactTest([120, 0, 80], [0.5, 0, 0.5]).p).toBeCloseTo(0.0056851559967503, 9);
});

test('with too many outcomes to count it is estimated, close to what counting gives', () => {
	const shares = [0.4, 0.3, 0.15, 0.1, 0.05];
	const result = exactTest([190, 140, 80, 55, 35], shares, seeded(3));
	expect(result.method).toBe('monte carlo');
	// Pearson's chi-square of these counts is 6 with 4 degrees of freedom: p = 0.199 in the limit of many answers.
	expect(result.p).toBeGreaterThan(0.17);
	expect(result.p).toBeLessThan(0.23);
	expect(exactTest([350, 100, 20, 20, 10], shares, seeded(3)).p).toBeLessThan(0.001);
});

test('a split that is right is refused in about alpha of the runs, at most', () => {
	const random = seeded(4);
	let refused = 0;
	const runs = 2000;
	for (let run = 0; run < runs; run++) {
		let first = 0;
		for (let answer = 0; answer < 200; answer++) if (random() < 0.9) first++;
		if (exactTest([first, 200 - first], [0.9, 0.1]).p < 0.05) refused++;
	}
	expect(refused / runs).toBeLessThanOrEqual(0.05);
	expect(refused / runs).toBeGreaterThan(0.02);
});

test('of no shares at all there is one outcome', () => {
	expect(exactTest([], [])).toEqual({p: 1, method: 'exact'});
	expect(exactTest([0], [0])).toEqual({p: 1, method: 'exact'});
	expect(exactTest([3], [0])).toEqual({p: 0, method: 'exact'});
});

test('what is as likely as anything is never unlikely, however many outcomes there are', () => {
	const shares = Array.from({length: 60}, () => 1 / 60);
	// Six answers of six revisions; more of one would be less likely.
	const counts = shares.map((_, place) => (place < 6 ? 1 : 0));
	expect(exactTest(counts, shares, seeded(5))).toEqual({p: 1, method: 'monte carlo'});
});
