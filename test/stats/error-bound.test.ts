import {expect, test} from 'vitest';
import {errorBound, requestsForBound} from '../../source/stats/error-bound.js';

// The quantile of the beta distribution by mpmath's incomplete beta function, at 40 digits; no binomial sum is involved.
test.each([
	{failed: 0, asked: 120, bound: 0.024655401055656},
	{failed: 1, asked: 120, bound: 0.038920846860168},
	{failed: 3, asked: 20, bound: 0.34366380431428},
	{failed: 5, asked: 1000, bound: 0.010484076911416},
	{failed: 19, asked: 20, bound: 0.99743862122347},
	{failed: 120, asked: 4000, bound: 0.034824744046227},
])('$failed failures of $asked bound the rate at $bound', ({failed, asked, bound}) => {
	expect(errorBound(failed, asked)).toBeCloseTo(bound, 9);
});

test('nothing is known before anything was asked, or when everything failed', () => {
	expect(errorBound(0, 0)).toBe(1);
	expect(errorBound(7, 7)).toBe(1);
});

test('without a failure the bound is about 3/n', () => {
	expect(errorBound(0, 3000) * 3000).toBeCloseTo(3, 1);
});

// Found by trying one number after the other with mpmath.
test.each([
	{failed: 0, limit: 0.01, requests: 299},
	{failed: 1, limit: 0.01, requests: 473},
	{failed: 2, limit: 0.05, requests: 124},
])('a bound of $limit after $failed failures takes $requests requests', ({failed, limit, requests}) => {
	expect(requestsForBound(failed, limit)).toBe(requests);
});

test('refuses what is no count', () => {
	expect(() => errorBound(2, 1)).toThrow(RangeError);
	expect(() => errorBound(-1, 1)).toThrow(RangeError);
});
