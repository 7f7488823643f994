/** Tails and intervals, against sums of exact binomial coefficients (Python's fractions). */
import {describe, expect, test} from 'vitest';
import {binomialAtMost, binomialInterval, binomialTest, logBinomial} from '../../source/stats/binomial.js';

test.each([
	{count: 3, trials: 20, share: 1 / 4, log: -2.010694773651406},
	{count: 0, trials: 5, share: 1 / 3, log: -2.027325540540822},
	{count: 5, trials: 5, share: 1 / 3, log: -5.493061443340548},
	{count: 40, trials: 200, share: 0.3, log: -7.800412436475608},
])('the logarithm of the chance of $count in $trials at $share', ({count, trials, share, log}) => {
	expect(logBinomial(count, trials, share)).toBeCloseTo(log, 9);
});

describe('the chance of at most so many', () => {
	test.each([
		{count: 3, trials: 20, share: 1 / 4, chance: 0.225156047664},
		{count: 12, trials: 20, share: 1 / 4, chance: 0.999816295942},
		{count: 0, trials: 10, share: 0.1, chance: 0.3486784401},
		{count: 9, trials: 10, share: 0.9, chance: 0.6513215599},
		{count: 40, trials: 200, share: 0.3, chance: 0.000928314557},
		{count: 60, trials: 200, share: 0.3, chance: 0.534809176161},
		{count: 150, trials: 200, share: 0.3, chance: 1},
		{count: 5, trials: 10, share: 0.5, chance: 0.623046875},
	])('$count of $trials at $share is exact', ({count, trials, share, chance}) => {
		expect(binomialAtMost(count, trials, share)).toBeCloseTo(chance, 11);
	});

	test('is certain of all, and of a share of 0; never of fewer than none, nor of less than all at a share of 1', () => {
		expect(binomialAtMost(-1, 5, 0)).toBe(0);
		expect(binomialAtMost(-1, 5, 0.5)).toBe(0);
		expect(binomialAtMost(5, 5, 1)).toBe(1);
		expect(binomialAtMost(5, 5, 0.5)).toBe(1);
		expect(binomialAtMost(0, 5, 0)).toBe(1);
		expect(binomialAtMost(4, 5, 1)).toBe(0);
	});
});

test.each([
	{count: 120, trials: 200, share: 0.5, p: 0.00568515599675},
	{count: 100, trials: 200, share: 0.5, p: 1},
	{count: 30, trials: 200, share: 0.1, p: 0.032653131864},
	{count: 10, trials: 200, share: 0.1, p: 0.01614249991},
	{count: 0, trials: 7, share: 0.5, p: 0.015625},
	{count: 2, trials: 10, share: 0.5, p: 0.109375},
	{count: 8, trials: 10, share: 0.5, p: 0.109375},
])('the test of $count of $trials at $share gives p = $p', ({count, trials, share, p}) => {
	expect(binomialTest(count, trials, share)).toBeCloseTo(p, 11);
});

describe('the interval', () => {
	test.each([
		{count: 5, trials: 20, alpha: 0.05, low: 0.086571469101, high: 0.491045871708},
		{count: 1, trials: 30, alpha: 0.01, low: 0.00016707077, high: 0.222751065024},
		{count: 29, trials: 30, alpha: 0.01, low: 0.777248934976, high: 0.99983292923},
		{count: 0, trials: 9, alpha: 0.05, low: 0, high: 0.33626711688},
		{count: 9, trials: 9, alpha: 0.05, low: 0.66373288312, high: 1},
		{count: 30, trials: 100, alpha: 0.1, low: 0.224923224371, high: 0.384220612794},
	])('of $count of $trials at $alpha is Clopper and Pearson’s', ({count, trials, alpha, low, high}) => {
		const interval = binomialInterval(count, trials, alpha);
		expect(interval.low).toBeCloseTo(low, 10);
		expect(interval.high).toBeCloseTo(high, 10);
	});

	test('of nothing is everything', () => {
		expect(binomialInterval(0, 0, 0.05)).toEqual({low: 0, high: 1});
	});
});
