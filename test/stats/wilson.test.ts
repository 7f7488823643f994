import {expect, test} from 'vitest';
import {wilson} from '../../source/stats/wilson.js';

// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I,
// method 3 (Wilson score), 95 %.
test.each([
	{seen: 81, total: 263, low: 0.2553, high: 0.3662},
	{seen: 15, total: 148, low: 0.0624, high: 0.1605},
	{seen: 0, total: 20, low: 0, high: 0.1611},
	{seen: 1, total: 29, low: 0.0061, high: 0.1718},
])('$seen of $total lies where Newcombe says', ({seen, total, low, high}) => {
	const interval = wilson(seen, total);
	expect(interval.low).toBeCloseTo(low, 4);
	expect(interval.high).toBeCloseTo(high, 4);
});

test('nothing seen reaches down to exactly 0, everything seen up to exactly 1', () => {
	expect(wilson(0, 7).low).toBe(0);
	expect(wilson(7, 7).high).toBe(1);
	expect(wilson(7, 7).low).toBeCloseTo(1 - wilson(0, 7).high, 12);
});

test('without any trial the share may be anything', () => {
	expect(wilson(0, 0)).toEqual({low: 0, high: 1});
});

test('a larger z gives a wider interval around the same share', () => {
	const narrow = wilson(30, 100, 1.96);
	const wide = wilson(30, 100, 2.576);
	expect(wide.low).toBeLessThan(narrow.low);
	expect(wide.high).toBeGreaterThan(narrow.high);
});
