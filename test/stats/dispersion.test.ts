import {describe, expect, it} from 'vitest';
import {dispersion, mostGrouped} from '../../source/stats/dispersion.js';
import {seeded} from './parts/random.js';
import {intervalsOf} from './parts/users-traffic.js';

const requestsOf = (options: Parameters<typeof intervalsOf>[0]) =>
	intervalsOf(options).map(({requests}) => requests);
const shares = [0.8, 0.2];

it('says nothing of a few stretches', () => {
	const few = dispersion(
		[
			[80, 20],
			[79, 21],
		],
		shares,
	);
	expect(few).toMatchObject({looks: 0, isFound: false});
	// Then all of it is taken for what comes in groups as they are usual.
	expect(few.mostOver(2)).toBe(11);
	expect(dispersion([], shares).looks).toBe(0);
});

it('is about 1 where requests are independent, however unevenly they come', () => {
	for (const kind of ['poisson', 'bursts'] as const) {
		const found = dispersion(requestsOf({kind, shares, seconds: 600, rate: 50, random: seeded(4)}), shares);
		expect(found.factor).toBeGreaterThan(0.75);
		expect(found.factor).toBeLessThan(1.3);
		expect(found.isFound).toBe(false);
		expect(found.mostOver(1)).toBeLessThan(1.5);
	}
});

it('is about as large as the groups in which requests come', () => {
	const random = seeded(5);
	const requests = requestsOf({
		kind: 'sessions',
		length: 10,
		span: 1,
		shares,
		seconds: 600,
		rate: 50,
		random,
	});
	const found = dispersion(requests, shares);
	expect(found.isFound).toBe(true);
	expect(found.factor).toBeGreaterThan(5);
	expect(found.factor).toBeLessThan(25);
});

it('takes a share that changes once for what it is', () => {
	const random = seeded(6);
	const before = requestsOf({kind: 'poisson', shares, seconds: 60, rate: 50, random});
	const after = requestsOf({kind: 'poisson', shares: [0.5, 0.5], seconds: 20, rate: 50, random});
	const found = dispersion([...before, ...after], shares);
	expect(found.isFound).toBe(false);
	expect(found.factor).toBeLessThan(1.6);
});

// Nothing is left of the run without its ends, and what is outside of it is hardly off: no look at all remains.
it('says nothing where a run would explain what few stretches show', () => {
	const found = dispersion(
		[
			[81, 19],
			[50, 50],
			[50, 50],
			[79, 21],
		],
		shares,
	);
	expect(found).toMatchObject({looks: 0, isFound: false, factor: 1});
});

it('takes no run for one where what is outside of it is as far off as all are together', () => {
	const found = dispersion(
		[
			[94, 6],
			[66, 34],
			[88, 12],
			[86, 14],
		],
		shares,
	);
	// Of 83.5 on average: 110.25 + 306.25 + 20.25 + 6.25 over 100 · 0.835 · 0.165, and three degrees of freedom.
	expect(found.factor).toBeCloseTo(443 / 13.7775 / 3, 9);
	expect(found).toMatchObject({looks: 3, isFound: true});
});

it('allows for company that lasts longer than was looked at', () => {
	const random = seeded(7);
	const found = dispersion(requestsOf({kind: 'poisson', shares, seconds: 40, rate: 50, random}), shares);
	expect(found.mostOver(20)).toBeGreaterThan(found.mostOver(4));
	expect(found.mostOver(4)).toBeGreaterThanOrEqual(found.mostOver(1));
});

it('is the same beside a revision that is set to get nothing', () => {
	const random = seeded(9);
	const requests = requestsOf({kind: 'poisson', shares, seconds: 60, rate: 50, random});
	const beside = dispersion(
		requests.map(counts => [...counts, 0]),
		[...shares, 0],
	);
	expect(beside).toMatchObject({factor: dispersion(requests, shares).factor, isFound: false});
});

/** Looks at stretches of so many requests, half of them to each. */
const looksAt = (...requests: readonly number[]) =>
	dispersion(
		requests.map(count => [count / 2, count / 2]),
		[0.5, 0.5],
	).looks;

it('counts a stretch as a look from ten requests on, and the last ones first', () => {
	expect(looksAt(10, 10, 10, 10)).toBe(3);
	expect(looksAt(10, 10, 10)).toBe(0);
	expect(looksAt(10, 10, 10, 10, 10)).toBe(4);
	expect(looksAt(8, 10, 10, 10, 10)).toBe(3);
});

// Eight times 8² over 100 · 0.8 · 0.2, and seven degrees of freedom.
it('is Pearson’s statistic over its degrees of freedom', () => {
	const first = [88, 72, 88, 72, 88, 72, 88, 72];
	const found = dispersion(
		first.map(count => [count, 100 - count]),
		shares,
	);
	expect(found.factor).toBeCloseTo(512 / 16 / 7, 9);
	expect(found.looks).toBe(7);
	expect(found.isFound).toBe(false);
});

it('takes company for larger in the first seconds where arrivals tell of groups, and not where a stretch is longer', () => {
	const even = Array.from({length: 5}, (_, index) => [80 + (index % 2), 20 - (index % 2)]);
	const uneven = even.map(([old = 0, fresh = 0], index) =>
		index % 2 === 0 ? [old * 2, fresh * 2] : [old / 2, fresh / 2],
	);
	const atFirst = dispersion(even, shares).mostOver(5);
	expect(dispersion(uneven, shares).mostOver(5)).toBe(3 * atFirst);
	const seconds = even.map((_, index) => (index % 2 === 0 ? 4 : 1));
	expect(dispersion(uneven, shares, seconds).mostOver(5)).toBe(atFirst);
});

it('does not take a few shares that are far off for company where arrivals are not', () => {
	// Four looks with a factor of about 4: shares alone would have evidence divided by 16.
	const far = [92, 70, 87, 72, 90].map(count => [count, 100 - count]);
	const found = dispersion(far, shares);
	expect(found.factor).toBeGreaterThan(4);
	expect(found.mostOver(4)).toBeLessThan(4 * found.factor * 0.6);
});

describe('failures', () => {
	it('come one by one, or in groups', () => {
		const random = seeded(8);
		const alone = Array.from({length: 300}, () => (random() < 0.4 ? 1 : 0));
		expect(mostGrouped(alone)).toBeLessThan(1.3);
		expect(mostGrouped(alone.map(count => count * 8))).toBeGreaterThan(4);
		expect(mostGrouped([0, 0, 0, 0, 0, 0])).toBe(1);
		expect(mostGrouped([1, 0])).toBe(Infinity);
	});
});

it('finds a run that has only begun, so that what is outside of it is not taken for company', () => {
	const random = seeded(21);
	const before = requestsOf({kind: 'poisson', shares, seconds: 30, rate: 50, random});
	for (let seen = 2; seen <= 8; seen++) {
		const lie = Array.from({length: seen}, () => [50, 50]);
		expect(dispersion([...before, ...lie], shares).isFound).toBe(false);
	}
});

it('divides what a short run says by what the stretches before it tell, whatever the run is like', () => {
	const before = Array.from({length: 30}, (_, index) => (index % 2 === 0 ? [76, 24] : [84, 16]));
	const found = dispersion([...before, [60, 40], [40, 60], [62, 38], [38, 62]], shares);
	expect(found.mostOver(4)).toBeLessThan(2);
	// Over a longer time, all that was seen counts.
	expect(found.mostOver(20)).toBeGreaterThan(4);
});

it('takes no stretches for better than chance because a few of them are alike', () => {
	const alike = dispersion(
		Array.from({length: 24}, () => [80, 20]),
		shares,
	);
	expect(alike.mostOver(20)).toBeGreaterThan(2);
	expect(alike.mostOver(1)).toBeGreaterThanOrEqual(1);
});
