import {expect, it} from 'vitest';
import {quantile} from '../../../source/users/counting/quantile.js';

it('estimates quantiles within the buckets of a histogram', () => {
	const buckets = new Map([
		[0.1, 50],
		[0.2, 90],
		[Infinity, 100],
	]);
	expect(quantile(buckets, 0.5)).toBeCloseTo(100);
	expect(quantile(buckets, 0.7)).toBeCloseTo(150);
	expect(quantile(buckets, 0.95)).toBe(Infinity);
	expect(quantile(new Map(), 0.5)).toBeUndefined();
	expect(quantile(new Map([[Infinity, 0]]), 0.5)).toBeUndefined();
});
