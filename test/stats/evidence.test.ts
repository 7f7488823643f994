import {describe, expect, test} from 'vitest';
import {claimedFrom, leastThatReaches, logMeanExp, suspiciousFrom} from '../../source/stats/evidence.js';

test('a comparison is suspicious from 5 and claimed from 20', () => {
	expect(Math.exp(suspiciousFrom)).toBeCloseTo(5, 12);
	expect(Math.exp(claimedFrom)).toBeCloseTo(20, 12);
});

test.each([
	[[0], 0],
	[[Math.log(2), Math.log(4)], Math.log(3)],
	[[-Infinity, Math.log(8)], Math.log(4)],
	[[-Infinity, -Infinity], -Infinity],
	// Neither of these is a number that could be raised to.
	[[2000, 2000], 2000],
	[[-2000, -2000 + Math.log(3)], -2000 + Math.log(2)],
])('the mean of what %j are the logarithms of', (logs, mean) => {
	expect(logMeanExp(logs)).toBeCloseTo(mean, 9);
});

describe('the least number that reaches', () => {
	test.each([1, 2, 3, 4, 7, 8, 9, 1000, 65_536])('is %d', least => {
		expect(leastThatReaches(number => number >= least)).toBe(least);
	});

	test('is not known beyond the limit', () => {
		expect(leastThatReaches(number => number >= 17, 16)).toBeUndefined();
		expect(leastThatReaches(number => number >= 16, 16)).toBe(16);
		expect(leastThatReaches(() => false)).toBeUndefined();
	});
});
