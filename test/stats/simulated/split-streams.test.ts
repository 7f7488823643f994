/** Simulated streams of answers, looked at after every one: how soon a wrong split is seen, and how seldom a right one is accused. */
import {describe, expect, test} from 'vitest';
import {claimedFrom} from '../../../source/stats/evidence.js';
import {logEvidence} from '../../../source/stats/split-evidence.js';
import {splitVerdict} from '../../../source/stats/split-verdict.js';
import {seeded} from '../parts/random.js';

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

/** Milliseconds: some seconds of the processor, which a busy machine gives in minutes. */
const simulationTimeout = 600_000;

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
		simulationTimeout,
	);
});
