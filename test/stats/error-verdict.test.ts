import * as fc from '../support/property.js';
import {describe, expect, test} from 'vitest';
import {errorVerdict, logErrorEvidence} from '../../source/stats/error-verdict.js';
import {claimedFrom} from '../../source/stats/evidence.js';
import {seeded} from './parts/random.js';

// Computed with Python's fractions from the definition, E exactly; only its logarithm with mpmath at 40 digits.
test.each([
	{strata: [{exposure: 0.5, fresh: 6, old: 0}], logE: 3.076735977241972},
	{strata: [{exposure: 0.5, fresh: 5, old: 0}], logE: 2.51482613663717},
	{strata: [{exposure: 0.5, fresh: 10, old: 3}], logE: 1.400202782042852},
	{strata: [{exposure: 0.1, fresh: 3, old: 2}], logE: 2.926880730440152},
	{
		strata: [
			{exposure: 0.5, fresh: 4, old: 1},
			{exposure: 0.1, fresh: 2, old: 3},
		],
		logE: 1.850975935744215,
	},
	{strata: [{exposure: 0.5, fresh: 0, old: 40}], logE: -10.71682136847409},
	{strata: [{exposure: 0.5, fresh: 600, old: 500}], logE: -3.970601049959426},
])('the evidence of $strata is the exact one', ({strata, logE}) => {
	expect(logErrorEvidence(strata)).toBeCloseTo(logE, 10);
});

test('a failure changes the evidence by 1 on average while the revisions are alike, whatever the share', () => {
	fc.assert(
		fc.property(
			fc.double({min: 0.01, max: 0.99, noNaN: true}),
			fc.nat({max: 30}),
			fc.nat({max: 30}),
			(exposure, fresh, old) => {
				const now = logErrorEvidence([{exposure, fresh, old}]);
				const ifFresh = Math.exp(logErrorEvidence([{exposure, fresh: fresh + 1, old}]) - now);
				const ifOld = Math.exp(logErrorEvidence([{exposure, fresh, old: old + 1}]) - now);
				expect(exposure * ifFresh + (1 - exposure) * ifOld).toBeCloseTo(1, 9);
			},
		),
	);
});

/** The evidence when every tenth request to the new revision has failed, and none to the old one. */
const tenthFailed = (pairs: number) => logErrorEvidence([{exposure: 0.5, fresh: pairs / 10, old: 0}]);

describe('the verdict', () => {
	test('is worse after six failures of the new revision alone, and suspicious after four', () => {
		expect(errorVerdict({asked: 6, failed: 6}, {asked: 6, failed: 0})).toMatchObject({
			state: 'worse',
			more: undefined,
		});
		expect(errorVerdict({asked: 40, failed: 4}, {asked: 40, failed: 0})).toMatchObject({state: 'suspicious'});
		expect(errorVerdict({asked: 40, failed: 2}, {asked: 40, failed: 0}).state).toBe('not worse');
	});

	test('tells about how many more pairs it takes, if it goes on as it did', () => {
		const {more = 0} = errorVerdict({asked: 40, failed: 4}, {asked: 40, failed: 0});
		expect(tenthFailed(40 + more)).toBeGreaterThanOrEqual(claimedFrom);
		expect(tenthFailed(39 + more)).toBeLessThan(claimedFrom);
	});

	test('does not blame the new revision for what both suffer, nor for what the old one does', () => {
		expect(errorVerdict({asked: 500, failed: 500}, {asked: 500, failed: 500}).state).toBe('not worse');
		expect(errorVerdict({asked: 500, failed: 0}, {asked: 500, failed: 400}).state).toBe('not worse');
		expect(errorVerdict({asked: 0, failed: 0}, {asked: 0, failed: 0})).toMatchObject({
			state: 'not worse',
			logE: 0,
		});
	});

	test('refuses what is no count and no share', () => {
		expect(() => errorVerdict({asked: 3, failed: 4}, {asked: 3, failed: 0})).toThrow(RangeError);
		expect(() => logErrorEvidence([{exposure: 1, fresh: 1, old: 0}])).toThrow(RangeError);
	});
});

/** Requests drawn to either revision with ρ = 0.5 until "worse" is said, or Infinity within `length`. */
function untilWorse(fresh: number, old: number, length: number, random: () => number): number {
	const failed = {fresh: 0, old: 0};
	for (let n = 1; n <= length; n++) {
		const isFresh = random() < 0.5;
		if (random() >= (isFresh ? fresh : old)) continue;
		failed[isFresh ? 'fresh' : 'old']++;
		if (logErrorEvidence([{exposure: 0.5, ...failed}]) >= claimedFrom) return n;
	}
	return Infinity;
}

describe('simulated streams that are looked at after every answer', () => {
	test.each([
		{old: 0, fresh: 1, median: 12, p90: 17},
		{old: 0.001, fresh: 0.05, median: 240, p90: 385},
		{old: 0.01, fresh: 0.05, median: 351, p90: 904},
	])(
		'a rate of $fresh instead of $old is found within about $median requests',
		({old, fresh, median, p90}) => {
			const random = seeded(20_031_120);
			const lengths = Array.from({length: 2000}, () => untilWorse(fresh, old, 6000, random)).toSorted(
				(a, b) => a - b,
			);
			expect(lengths[1000]).toBeGreaterThanOrEqual(median * 0.8);
			expect(lengths[1000]).toBeLessThanOrEqual(median * 1.2);
			expect(lengths[1800]).toBeGreaterThanOrEqual(p90 * 0.8);
			expect(lengths[1800]).toBeLessThanOrEqual(p90 * 1.2);
		},
	);

	test.each([0.001, 0.01, 0.05, 0.3])(
		'two revisions that both fail at a rate of %d are told apart in less than one of 20 streams',
		rate => {
			const random = seeded(19_340_404);
			const streams = 500;
			let alarms = 0;
			for (let stream = 0; stream < streams; stream++) {
				if (untilWorse(rate, rate, 3600, random) !== Infinity) alarms++;
			}
			expect(alarms / streams).toBeLessThanOrEqual(0.05);
		},
	);
});
