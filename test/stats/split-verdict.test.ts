/** What is said of a split, from the counts. */
import * as fc from '../support/property.js';
import {describe, expect, test} from 'vitest';
import {claimedFrom} from '../../source/stats/evidence.js';
import {logEvidence} from '../../source/stats/split-evidence.js';
import {
	minimumAnswers,
	splitVerdict,
	type ShareCount,
	type SharedAnswers,
} from '../../source/stats/split-verdict.js';

const rows = (...pairs: readonly (readonly [percent: number, count: number])[]): ShareCount[] =>
	pairs.map(([percent, count], index) => ({key: `r${index}`, percent, count}));

/** Answers that may be those of any of so many rows. */
const anybodys = (count: number, places = 2): SharedAnswers[] => [
	{candidates: Array.from({length: places}, (_, index) => `r${index}`), count},
];

test.each([
	{share: 0.5, minimum: 7},
	{share: 0.25, minimum: 17},
	{share: 0.1, minimum: 44},
	{share: 0.05, minimum: 90},
	{share: 0.01, minimum: 459},
	{share: 1, minimum: 1},
])('a dead share of $share would have shown after $minimum answers', ({share, minimum}) => {
	expect(minimumAnswers([share, 1 - share])).toBe(minimum);
});

describe('the verdict', () => {
	test('says how many more it needs while there are too few', () => {
		expect(splitVerdict(rows([50, 2], [50, 1]))).toMatchObject({
			state: 'too few',
			more: 4,
			sentence: 'Too few answers to tell, ~4 more needed.',
		});
		expect(splitVerdict(rows([50, 3], [50, 3]))).toMatchObject({
			state: 'too few',
			sentence: 'Too few answers to tell, 1 more needed.',
		});
	});

	test('agrees from the minimum on', () => {
		expect(splitVerdict(rows([50, 4], [50, 3]))).toMatchObject({state: 'agrees', more: undefined});
		expect(splitVerdict(rows([50, 67], [50, 61])).state).toBe('agrees');
		expect(splitVerdict(rows([100, 1])).state).toBe('agrees');
		expect(splitVerdict(rows([100, 1], [0, 0])).state).toBe('agrees');
	});

	test('disagrees at evidence 20, also before the minimum', () => {
		expect(splitVerdict(rows([50, 11], [50, 0])).state).toBe('suspicious');
		expect(splitVerdict(rows([50, 12], [50, 0])).state).toBe('disagrees');
		expect(splitVerdict(rows([1, 12], [99, 88])).state).toBe('disagrees');
	});

	test('tells how many more answers would turn a suspicion into a disagreement', () => {
		const verdict = splitVerdict(rows([50, 11], [50, 0]));
		expect(verdict.more).toBe(1);
		// That none is unattributed is no reason not to.
		expect(splitVerdict(rows([50, 11], [50, 0]), anybodys(0)).more).toBe(1);
		const slight = splitVerdict(rows([50, 140], [50, 99]));
		expect(slight.state).toBe('suspicious');
		const factor = (239 + (slight.more ?? Number.NaN)) / 239;
		expect(logEvidence([140 * factor, 99 * factor], [0.5, 0.5])).toBeGreaterThanOrEqual(claimedFrom);
	});

	test('calls one single answer of a revision with 0 % impossible, whatever else there is', () => {
		const verdict = splitVerdict(rows([100, 500], [0, 1]), anybodys(400));
		expect(verdict).toMatchObject({state: 'impossible', impossible: ['r1']});
		expect(verdict.sentence).toBe('r1 answered, and is set to get 0 %.');
	});

	test('calls an answer impossible that only revisions at 0 % may have given, and no other', () => {
		const split = rows([100, 500], [0, 0], [0, 0]);
		expect(splitVerdict(split, [{candidates: ['r1', 'r2'], count: 1}])).toMatchObject({
			state: 'impossible',
			sentence: 'r1 or r2 answered, and is set to get 0 %.',
		});
		expect(splitVerdict(split, [{candidates: ['r0', 'r1'], count: 1}]).state).toBe('unjudgeable');
		expect(splitVerdict(split, [{candidates: ['r1', 'r2'], count: 0}]).state).toBe('agrees');
	});

	test('says that it cannot be judged when it depends on whose the answers are', () => {
		expect(splitVerdict(rows([50, 48], [50, 47]), anybodys(5)).state).toBe('agrees');
		expect(splitVerdict(rows([50, 40], [50, 40]), anybodys(40))).toMatchObject({
			state: 'unjudgeable',
			sentence: 'Split cannot be judged: 40 of 120 answers could be of several revisions.',
		});
		// Two that say the same: nothing is known of either.
		expect(splitVerdict(rows([90, 0], [10, 0]), anybodys(200)).state).toBe('unjudgeable');
	});

	test('does not agree when the unattributed answers could undo it, nor disagree when they could explain it', () => {
		// 4800 : 4800 and 400 unknown: exactly as configured, or 5200 : 4800, which alone would be a disagreement.
		expect(splitVerdict(rows([50, 5200], [50, 4800])).logE).toBeGreaterThan(claimedFrom);
		expect(splitVerdict(rows([50, 4800], [50, 4800]), anybodys(400)).state).toBe('unjudgeable');
		expect(splitVerdict(rows([50, 6000], [50, 3800]), anybodys(200)).state).toBe('disagrees');
	});

	test('an answer is only weighed for those that may have given it', () => {
		// Of three, two say the same: together they get what they should, and nothing is known of each.
		expect(
			splitVerdict(rows([80, 160], [10, 0], [10, 0]), [{candidates: ['r1', 'r2'], count: 40}]).state,
		).toBe('unjudgeable');
		expect(
			splitVerdict(rows([80, 100], [10, 0], [10, 0]), [{candidates: ['r1', 'r2'], count: 100}]).state,
		).toBe('disagrees');
	});

	test('is the same for any order of the revisions', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({min: 0, max: 60}), {minLength: 3, maxLength: 3}),
				fc.integer({min: 0, max: 4}),
				(counts, unattributed) => {
					const [a = 0, b = 0, c = 0] = counts;
					const forth = splitVerdict(rows([20, a], [30, b], [50, c]), anybodys(unattributed, 3));
					const back = splitVerdict(rows([50, c], [30, b], [20, a]), anybodys(unattributed, 3));
					expect(back.state).toBe(forth.state);
					expect(back.logE).toBeCloseTo(forth.logE, 9);
				},
			),
		);
	});

	test('refuses shares that are no split and counts that are none', () => {
		expect(() => splitVerdict(rows([50, 1], [40, 1]))).toThrow(
			'The shares of a split sum to 100, not to 90.',
		);
		expect(() => splitVerdict(rows([50, 1], [50, -1]))).toThrow(RangeError);
		expect(() => splitVerdict(rows([50, 1], [50, 1.5]))).toThrow(RangeError);
		expect(() => splitVerdict(rows([50, 1], [50, 1]), anybodys(-1))).toThrow(RangeError);
		expect(() => splitVerdict(rows([100, 1]), [{candidates: ['other'], count: 1}])).toThrow(
			'Answers of other are none of this split.',
		);
	});
});
