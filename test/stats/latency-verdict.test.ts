import {describe, expect, test} from 'vitest';
import {claimedFrom} from '../../source/stats/evidence.js';
import {isBadPair, latencyVerdict, logLatencyEvidence} from '../../source/stats/latency-verdict.js';
import {seeded} from './parts/random.js';

// Computed with Python's fractions from the definition; only the logarithm with mpmath at 40 digits.
test.each([
	{pairs: 7, bad: 7, logE: 3.036286684436938},
	{pairs: 17, bad: 14, logE: 3.085992479672561},
	{pairs: 10, bad: 5, logE: -0.7774006956291317},
	{pairs: 100, bad: 60, logE: 0.9379377006291995},
	{pairs: 2000, bad: 1100, logE: 8.407329675574369},
	{pairs: 0, bad: 0, logE: 0},
])('the evidence of $bad bad ones in $pairs pairs is the exact one', ({pairs, bad, logE}) => {
	expect(logLatencyEvidence(pairs, bad)).toBeCloseTo(logE, 10);
});

test('a pair is bad when the new one is a quarter slower and by more than 5 ms', () => {
	expect(isBadPair(130, 100)).toBe(true);
	expect(isBadPair(125, 100)).toBe(false);
	expect(isBadPair(9, 4)).toBe(false);
	expect(isBadPair(9.1, 4)).toBe(true);
	expect(isBadPair(4, 100)).toBe(false);
});

describe('the verdict', () => {
	test('is slower, suspicious or not, by the counts', () => {
		expect(latencyVerdict(7, 7).state).toBe('slower');
		expect(latencyVerdict(6, 6)).toMatchObject({state: 'suspicious', more: 1});
		expect(latencyVerdict(1000, 500)).toMatchObject({state: 'not slower', more: undefined});
		expect(latencyVerdict(0, 0)).toMatchObject({state: 'not slower', logE: 0});
	});

	test('refuses what is no count', () => {
		expect(() => latencyVerdict(3, 4)).toThrow(RangeError);
		expect(() => latencyVerdict(1.5, 1)).toThrow(RangeError);
	});
});

/** Latencies as services have them: 20 ms at the median with a long tail (log-normal, σ = 0.35). */
function latency(random: () => number): number {
	const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
	return 20 * Math.exp(0.35 * normal);
}

function untilSlower(factor: number, length: number, random: () => number): number {
	let bad = 0;
	for (let pairs = 1; pairs <= length; pairs++) {
		if (isBadPair(factor * latency(random), latency(random))) bad++;
		if (logLatencyEvidence(pairs, bad) >= claimedFrom) return pairs;
	}
	return Infinity;
}

describe('simulated pairs that are looked at one after the other', () => {
	test.each([
		{factor: 2, median: 17},
		{factor: 3, median: 7},
	])('$factor times the latency is found within about $median pairs', ({factor, median}) => {
		const random = seeded(18_890_517);
		const lengths = Array.from({length: 1000}, () => untilSlower(factor, 1000, random)).toSorted(
			(a, b) => a - b,
		);
		expect(lengths[500]).toBeGreaterThanOrEqual(median * 0.8);
		expect(lengths[500]).toBeLessThanOrEqual(median * 1.2);
	});

	// The hardest case there is: every second pair is bad, as between two coins.
	test('pairs that are bad by the toss of a coin raise an alarm in at most one of 20 streams', () => {
		const random = seeded(17_100_101);
		const streams = 400;
		let alarms = 0;
		for (let stream = 0; stream < streams; stream++) {
			let bad = 0;
			for (let pairs = 1; pairs <= 1200; pairs++) {
				if (random() < 0.5) bad++;
				if (logLatencyEvidence(pairs, bad) >= claimedFrom) {
					alarms++;
					break;
				}
			}
		}
		expect(alarms / streams).toBeLessThanOrEqual(0.05);
	});

	test('two revisions of the same latency raise no alarm', () => {
		const random = seeded(17_100_102);
		const alarms = Array.from({length: 300}, () => untilSlower(1, 600, random)).filter(Number.isFinite);
		expect(alarms.length / 300).toBeLessThanOrEqual(0.05);
	});
});
