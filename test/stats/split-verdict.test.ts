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
import {seeded} from './random.js';

const rows = (...pairs: readonly (readonly [percent: number, count: number])[]): ShareCount[] =>
	pairs.map(([percent, count], index) => ({key: `r${index}`, percent, count}));

/** Answers that may be those of any of so many rows. */
const anybodys = (count: number, places = 2): SharedAnswers[] => [
	{candidates: Array.from({length: places}, (_, index) => `r${index}`), count},
];

// Computed with Python's fractions: Kθ as a rational, Γ(Kθ+x)/Γ(Kθ) as the product Kθ(Kθ+1)…(Kθ+x−1), E exactly, and
// only its logarithm with decimal at 30 digits. No lgamma is involved.
test.each([
	{counts: [12, 0], shares: [1 / 2, 1 / 2], logE: 3.233261024056632},
	{counts: [11, 0], shares: [1 / 2, 1 / 2], logE: 2.812047558980329},
	{counts: [67, 61], shares: [1 / 2, 1 / 2], logE: -1.204054979583988},
	{counts: [0, 46], shares: [1 / 10, 9 / 10], logE: 3.036475112363758},
	{counts: [30, 20, 50], shares: [1 / 3, 1 / 3, 1 / 3], logE: 3.889156913236651},
	{counts: [88, 12], shares: [99 / 100, 1 / 100], logE: 15.739301484558865},
	{counts: [5, 3, 2], shares: [1 / 4, 1 / 4, 1 / 2], logE: 0.262602388054757},
	{counts: [5200, 4800], shares: [1 / 2, 1 / 2], logE: 4.515624158012735},
])('the evidence of $counts is the exact one', ({counts, shares, logE}) => {
	expect(logEvidence(counts, shares)).toBeCloseTo(logE, 8);
});

test('the evidence is 1 before any answer, and stays 1 when one revision has everything', () => {
	expect(logEvidence([0, 0], [0.3, 0.7])).toBeCloseTo(0, 12);
	expect(logEvidence([5000], [1])).toBeCloseTo(0, 9);
});

// The defining property of an e-process: were the split as configured, the next answer changes E by 1 on average.
test('the evidence is a martingale under the configured split', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({min: 1, max: 50}), {minLength: 2, maxLength: 5}),
			fc.array(fc.integer({min: 0, max: 40}), {minLength: 5, maxLength: 5}),
			(weights, counts) => {
				const sum = weights.reduce((a, b) => a + b, 0);
				const shares = weights.map(weight => weight / sum);
				const here = counts.slice(0, shares.length);
				const now = logEvidence(here, shares);
				const next = shares.reduce((mean, share, chosen) => {
					const counted = here.map((count, index) => count + (index === chosen ? 1 : 0));
					return mean + share * Math.exp(logEvidence(counted, shares) - now);
				}, 0);
				expect(next).toBeCloseTo(1, 9);
			},
		),
	);
});

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

/** Requests until the first disagreement, or Infinity within `length`. */
function untilAlarm(configured: number, real: number, length: number, random: () => number): number {
	const shares = [configured, 1 - configured];
	let seen = 0;
	for (let n = 1; n <= length; n++) {
		if (random() < real) seen++;
		if (logEvidence([seen, n - seen], shares) >= claimedFrom) return n;
	}
	return Infinity;
}

/** The same for any number of revisions. */
function untilAlarmOf(
	configured: readonly number[],
	real: readonly number[],
	length: number,
	random: () => number,
): number {
	const counts = configured.map(() => 0);
	for (let n = 1; n <= length; n++) {
		let left = random();
		const chosen = real.findIndex(share => (left -= share) < 0);
		counts[chosen === -1 ? 0 : chosen]! += 1;
		if (logEvidence(counts, configured) >= claimedFrom) return n;
	}
	return Infinity;
}

describe('simulated streams that are looked at after every answer', () => {
	// The yardsticks: median and 90th percentile of 400 streams. The bounds are three standard errors of the median
	// and more; the seed makes the outcome the same every time.
	test.each([
		{configured: 0.5, real: 1, median: 12, p90: 12},
		{configured: 0.5, real: 0.9, median: 15, p90: 23},
		{configured: 0.1, real: 0, median: 46, p90: 46},
		{configured: 0.1, real: 0.5, median: 11, p90: 21},
		{configured: 0.1, real: 0.3, median: 31, p90: 60},
		{configured: 0.1, real: 0.2, median: 88, p90: 197},
		{configured: 0.5, real: 0.6, median: 202, p90: 467},
	])(
		'$configured that is really $real is found within about $median answers',
		({configured, real, median, p90}) => {
			const random = seeded(20_221_128);
			const lengths = Array.from({length: 400}, () => untilAlarm(configured, real, 2000, random)).toSorted(
				(a, b) => a - b,
			);
			expect(lengths[200]).toBeGreaterThanOrEqual(median * 0.8);
			expect(lengths[200]).toBeLessThanOrEqual(median * 1.2);
			expect(lengths[360]).toBeGreaterThanOrEqual(p90 * 0.8);
			expect(lengths[360]).toBeLessThanOrEqual(p90 * 1.2);
		},
	);

	// Medians and 90th percentiles of 4,000 streams, simulated in Python by the predictive form of the same process.
	test.each([
		{configured: [0.8, 0.1, 0.1], real: [0.6, 0.3, 0.1], median: 31, p90: 68},
		{configured: [1 / 3, 1 / 3, 1 / 3], real: [0.5, 0.5, 0], median: 19, p90: 20},
		{configured: [0.9, 0.05, 0.05], real: [0.9, 0.1, 0], median: 86, p90: 109},
	])(
		'three revisions at $configured that really get $real are found within about $median answers',
		({configured, real, median, p90}) => {
			const random = seeded(20_221_129);
			const lengths = Array.from({length: 600}, () => untilAlarmOf(configured, real, 2000, random)).toSorted(
				(a, b) => a - b,
			);
			expect(lengths[300]).toBeGreaterThanOrEqual(median * 0.8);
			expect(lengths[300]).toBeLessThanOrEqual(median * 1.2);
			expect(lengths[540]).toBeGreaterThanOrEqual(p90 * 0.8);
			expect(lengths[540]).toBeLessThanOrEqual(p90 * 1.2);
		},
	);

	test('three revisions that are right are called wrong in at most one of 20 streams', () => {
		const random = seeded(2011_03568);
		const splits = [
			[1 / 3, 1 / 3, 1 / 3],
			[0.8, 0.1, 0.1],
			[0.9, 0.05, 0.05],
			[0.98, 0.01, 0.01],
		];
		const streams = 400;
		let alarms = 0;
		for (const shares of splits) {
			for (let stream = 0; stream < streams; stream++) {
				if (untilAlarmOf(shares, shares, 600, random) !== Infinity) alarms++;
			}
		}
		expect(alarms / (splits.length * streams)).toBeLessThanOrEqual(0.05);
	});

	test.each([0.5, 0.25, 0.1, 0.01])(
		'a split that is right at %d is called wrong in less than one of 20 streams',
		share => {
			const random = seeded(2011_03567);
			const streams = 600;
			let alarms = 0;
			for (let stream = 0; stream < streams; stream++) {
				if (untilAlarm(share, share, 600, random) !== Infinity) alarms++;
			}
			expect(alarms / streams).toBeLessThan(0.05);
		},
	);
});

const runs = Number(process.env['SIMULATION_RUNS'] ?? 200);

describe('simulated streams with answers that may be several revisions’, looked at after every answer', () => {
	/** What an answer of a revision is worth as evidence: its own, or one of these. */
	type World = {
		name: string;
		shares: readonly number[];
		candidatesOf: (place: number, random: () => number) => readonly number[];
	};
	const worlds: World[] = [
		...[0.02, 0.05, 0.1, 0.2].map(part => ({
			name: `${part * 100} % unattributed`,
			shares: [0.8, 0.2],
			candidatesOf: (place: number, random: () => number) => (random() < part ? [0, 1] : [place]),
		})),
		{
			name: 'one share-holder unheard',
			shares: [0.9, 0.1],
			candidatesOf: () => [0, 1],
		},
		{
			name: 'one of three unheard',
			shares: [0.6, 0.3, 0.1],
			candidatesOf: place => (place === 2 ? [0, 1, 2] : [place, 2]),
		},
		{
			name: 'two of three alike',
			shares: [0.5, 0.3, 0.2],
			candidatesOf: place => (place === 0 ? [0] : [1, 2]),
		},
		{
			name: 'failures of one revision alone unattributed',
			shares: [0.5, 0.5],
			candidatesOf: (place, random) => (place === 1 && random() < 0.2 ? [0, 1] : [place]),
		},
	];

	test.each(worlds)(
		'$name: a split that is right is called wrong in at most one of 20',
		({shares, candidatesOf}) => {
			const random = seeded(31_415);
			let alarms = 0;
			for (let run = 0; run < runs; run++) {
				const counts = shares.map(() => 0);
				const shared = new Map<string, {candidates: readonly number[]; count: number}>();
				for (let n = 1; n <= 300; n++) {
					let left = random();
					const found = shares.findIndex(share => (left -= share) < 0);
					const candidates = candidatesOf(found === -1 ? 0 : found, random);
					const [only] = candidates;
					if (candidates.length === 1 && only !== undefined) counts[only]! += 1;
					else {
						const key = candidates.join(' ');
						shared.set(key, {candidates, count: (shared.get(key)?.count ?? 0) + 1});
					}
					const {state} = splitVerdict(
						shares.map((share, index) => ({
							key: `r${index}`,
							percent: Math.round(share * 100),
							count: counts[index] ?? 0,
						})),
						[...shared.values()].map(group => ({
							candidates: group.candidates.map(place => `r${place}`),
							count: group.count,
						})),
					);
					if (state === 'disagrees' || state === 'impossible') {
						alarms++;
						break;
					}
				}
			}
			expect(alarms / runs).toBeLessThanOrEqual(0.05);
		},
	);
});
