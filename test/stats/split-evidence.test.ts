import * as fc from '../support/property.js';
import {expect, test} from 'vitest';
import {
	greatestEvidence,
	leastEvidence,
	logEvidence,
	type AmbiguousAnswers,
} from '../../source/stats/split-evidence.js';

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
