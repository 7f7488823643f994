import * as fc from '../support/property.js';
import {expect, test} from 'vitest';
import {fixedInterval, fixedVerdict} from '../../source/stats/fixed-verdict.js';
import type {ShareCount, SharedAnswers} from '../../source/stats/split-verdict.js';

const rows = (...pairs: readonly (readonly [percent: number, count: number])[]): ShareCount[] =>
	pairs.map(([percent, count], index) => ({key: `r${index}`, percent, count}));

const anybodys = (count: number, places = 2): SharedAnswers[] => [
	{candidates: Array.from({length: places}, (_, index) => `r${index}`), count},
];

test('the verdict of one look: agrees, disagrees, cannot tell', () => {
	expect(fixedVerdict(rows([50, 103], [50, 97]))).toMatchObject({state: 'agrees', minimum: 7});
	expect(fixedVerdict(rows([50, 120], [50, 80]))).toMatchObject({state: 'disagrees', method: 'exact'});
	expect(fixedVerdict(rows([50, 120], [50, 80]), {alpha: 0.005}).state).toBe('agrees');
	expect(fixedVerdict(rows([99, 100], [1, 0]))).toMatchObject({
		state: 'cannot tell',
		sentence: 'Cannot tell: 100 attributed answers, and this split needs 459.',
	});
	expect(fixedVerdict(rows([100, 199], [0, 1]))).toMatchObject({
		state: 'disagrees',
		p: 0,
		sentence: 'Disagrees: r1 answered, and is set to get 0 %.',
	});
});

test('the verdict says by which p, to two digits', () => {
	expect(fixedVerdict(rows([50, 120], [50, 80]))).toMatchObject({
		p: expect.closeTo(0.005685155996750305, 10),
		method: 'exact',
		sentence: 'Disagrees with the expected split (p = 0.0057).',
	});
	expect(fixedVerdict(rows([50, 100], [50, 100])).sentence).toBe('Agrees with the expected split (p = 1.0).');
	expect(fixedVerdict(rows([50, 200], [50, 0])).sentence).toBe(
		'Disagrees with the expected split (p < 0.0001).',
	);
});

test('what answered at 0 % is named once, whether it is known which it was or not', () => {
	const none = rows([100, 10], [0, 1], [0, 0]);
	const shared = [{candidates: ['r1', 'r2'], count: 2}];
	expect(fixedVerdict(none, {shared})).toMatchObject({
		state: 'disagrees',
		p: 0,
		attributed: 11,
		unattributed: 2,
		sentence: 'Disagrees: r1 or r2 answered, and is set to get 0 %.',
	});
	// None of them has answered.
	const silent = [{candidates: ['r1', 'r2'], count: 0}];
	expect(fixedVerdict(rows([100, 10], [0, 0], [0, 0]), {shared: silent}).state).toBe('agrees');
});

test('two revisions with shares are judged by the test that the intervals turn around, whatever else is at 0 %', () => {
	const two = fixedVerdict(rows([70, 150], [30, 50]));
	expect(fixedVerdict(rows([70, 150], [0, 0], [30, 50])).p).toBe(two.p);
});

test.each([
	['less', [12, 28, 28, 32]],
	['more', [40, 20, 20, 20]],
])('a share that alone gets %s than it should is named, where all together agree', (_, counts) => {
	const split = rows(...counts.map(count => [25, count] as const));
	expect(fixedVerdict(split)).toMatchObject({
		state: 'cannot tell',
		sentence: 'Cannot tell: the share of r0 alone stands out, all together do not.',
	});
});

test('an answer that is known to be nobody’s at 0 % does not stand in the way', () => {
	const shared = [{candidates: ['r0', 'r1'], count: 0}];
	expect(fixedVerdict(rows([100, 200], [0, 0]), {shared}).state).toBe('agrees');
});

test('three revisions agree only where each share does', () => {
	const verdict = fixedVerdict(rows([34, 68], [33, 85], [33, 47]), {alpha: 0.002});
	expect(verdict.state).toBe('agrees');
	expect(fixedVerdict(rows([34, 68], [33, 66], [33, 66])).state).toBe('agrees');
	expect(fixedVerdict(rows([34, 120], [33, 40], [33, 40])).state).toBe('disagrees');
});

test('exactly the minimum of attributed answers is enough, and one fewer is not', () => {
	expect(fixedVerdict(rows([50, 4], [50, 3]))).toMatchObject({state: 'agrees', attributed: 7});
	expect(fixedVerdict(rows([50, 3], [50, 3]))).toMatchObject({state: 'cannot tell', attributed: 6});
});

test('answers that may be several revisions’ are given out against the claim', () => {
	// 116 : 74 and 10 unknown: with them 126 : 74 is refused at 0.01, with 116 : 84 it is not.
	expect(fixedVerdict(rows([50, 116], [50, 74]), {shared: anybodys(10)})).toMatchObject({
		state: 'cannot tell',
		sentence: 'Cannot tell: it depends on whose the 10 unattributed answers are.',
	});
	expect(fixedVerdict(rows([50, 150], [50, 40]), {shared: anybodys(10)}).state).toBe('disagrees');
	expect(fixedVerdict(rows([50, 98], [50, 95]), {shared: anybodys(7)}).state).toBe('agrees');
});

test('two revisions that say the same cannot be told apart, whatever their shares', () => {
	for (const percent of [90, 50, 1]) {
		const verdict = fixedVerdict(rows([100 - percent, 0], [percent, 0]), {shared: anybodys(200)});
		expect(verdict.state).toBe('cannot tell');
	}
});

test('an answer that a revision at 0 % may have given is no agreement, and no disagreement either', () => {
	const shared = [{candidates: ['r0', 'r1'], count: 3}];
	expect(fixedVerdict(rows([100, 197], [0, 0]), {shared}).state).toBe('cannot tell');
	expect(fixedVerdict(rows([100, 197], [0, 0]), {shared: [{candidates: ['r1'], count: 3}]}).state).toBe(
		'disagrees',
	);
});

// The binomial tails summed with Python's exact binomial coefficients, turned around by bisection.
test.each([
	{count: 120, total: 200, alpha: 0.01, low: 0.5067, high: 0.6884},
	{count: 0, total: 20, alpha: 0.05, low: 0, high: 0.1684},
	{count: 20, total: 20, alpha: 0.05, low: 0.8316, high: 1},
])('$count of $total lies where Clopper and Pearson say', ({count, total, alpha, low, high}) => {
	const interval = fixedInterval(rows([50, count], [50, total - count]), 'r0', {alpha});
	expect(interval.low).toBeCloseTo(low, 3);
	expect(interval.high).toBeCloseTo(high, 3);
});

test('the intervals and the verdict never contradict each other', () => {
	fc.assert(
		fc.property(
			fc.integer({min: 0, max: 120}),
			fc.integer({min: 0, max: 120}),
			fc.integer({min: 0, max: 30}),
			fc.integer({min: 1, max: 99}),
			(first, second, unknown, percent) => {
				const split = rows([percent, first], [100 - percent, second]);
				const shared = anybodys(unknown);
				const {state} = fixedVerdict(split, {shared});
				const isOut = split.some(({key, percent: set}) => {
					const {low, high} = fixedInterval(split, key, {shared});
					return set / 100 < low - 1e-9 || set / 100 > high + 1e-9;
				});
				expect({state, isOut}).not.toEqual({state: 'agrees', isOut: true});
				expect({state, isOut}).not.toEqual({state: 'disagrees', isOut: false});
			},
		),
	);
});

test('three revisions: a share that its own interval leaves out is not called in agreement', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({min: 0, max: 60}), {minLength: 3, maxLength: 3}),
			([a = 0, b = 0, c = 0]) => {
				const split = rows([60, a], [30, b], [10, c]);
				const isOut = split.some(({key, percent}) => {
					const {low, high} = fixedInterval(split, key);
					return percent / 100 < low || percent / 100 > high;
				});
				expect(isOut && fixedVerdict(split).state === 'agrees').toBe(false);
			},
		),
		{numRuns: 60},
	);
});
