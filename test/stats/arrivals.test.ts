import {expect, it} from 'vitest';
import {arrivals, chiSquareQuantile} from '../../source/stats/arrivals.js';
import {seeded} from './parts/random.js';
import {intervalsOf, type Traffic} from './parts/users-traffic.js';

const totalsOf = (traffic: Omit<Traffic, 'shares' | 'rate' | 'random' | 'seconds'>) =>
	intervalsOf({...traffic, shares: [0.8, 0.2], rate: 50, seconds: 60, random: seeded(31)}).map(({requests}) =>
		requests.reduce((sum, count) => sum + count, 0),
	);

it('says nothing before there are two stretches, nor where nothing comes', () => {
	for (const totals of [[], [100], [0, 0, 0]]) {
		expect(arrivals(totals)).toEqual({factor: 1, looks: 0, excess: 1});
	}
});

// 20² / 100 twice, about a mean of 100, and one degree of freedom.
it('is the variance over the mean', () => {
	expect(arrivals([120, 80])).toMatchObject({factor: 8, looks: 1});
});

it('takes a stretch that is longer for that, and not for company', () => {
	expect(arrivals([100, 200, 100], [2, 4, 2])).toMatchObject({factor: 0, excess: 1});
	expect(arrivals([100, 200, 100]).excess).toBe(3);
});

it('is about 1 for what comes one by one, and 0 for what comes evenly', () => {
	const alone = arrivals(totalsOf({kind: 'poisson'}));
	expect(alone.factor).toBeGreaterThan(0.5);
	expect(alone.factor).toBeLessThan(1.5);
	expect(alone.excess).toBe(1);
	expect(arrivals([100, 100, 100, 100])).toEqual({factor: 0, looks: 3, excess: 1});
});

it.each([1, 10])('tells of clients that send thirty requests within %d seconds', span => {
	expect(arrivals(totalsOf({kind: 'sessions', length: 30, span})).excess).toBeGreaterThan(2);
});

it('looks at the last minute alone', () => {
	const quiet = Array.from({length: 100}, () => 10);
	const busy = Array.from({length: 30}, () => 1000);
	expect(arrivals([...quiet, ...busy]).factor).toBe(0);
});

// 95 % of chi-square: 3.841 at 1, 9.488 at 4, 43.773 at 30.
it.each([
	[1, 3.841],
	[4, 9.488],
	[30, 43.773],
])('is the quantile of chi-square at %d degrees of freedom', (degrees, expected) => {
	expect(chiSquareQuantile(degrees, 1.645) * degrees).toBeCloseTo(expected, 0);
});
