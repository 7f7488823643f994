import * as fc from '../support/property.js';
import {describe, expect, test} from 'vitest';
import {claimedFrom} from '../../source/stats/evidence.js';
import {alphaPerRow, shareInterval} from '../../source/stats/share-interval.js';
import {logEvidence} from '../../source/stats/split-evidence.js';
import {seeded} from './parts/random.js';

const streams = Number(process.env['SIMULATION_RUNS'] ?? 300);

test('without any answer the share may be anything', () => {
	expect(shareInterval(0, 0)).toEqual({low: 0, high: 1});
});

test('its ends are where the evidence reaches 1/alpha', () => {
	const {low, high} = shareInterval(30, 100);
	expect(logEvidence([30, 70], [low, 1 - low])).toBeCloseTo(claimedFrom, 6);
	expect(logEvidence([30, 70], [high, 1 - high])).toBeCloseTo(claimedFrom, 6);
	expect(low).toBeLessThan(0.3);
	expect(high).toBeGreaterThan(0.3);
});

test('nothing seen reaches down to exactly 0, everything seen up to exactly 1', () => {
	expect(shareInterval(0, 40).low).toBe(0);
	expect(shareInterval(40, 40).high).toBe(1);
	expect(shareInterval(40, 40).low).toBeCloseTo(1 - shareInterval(0, 40).high, 9);
});

test('it leaves out a configured share exactly when the evidence against that share is conclusive', () => {
	fc.assert(
		fc.property(
			fc.integer({min: 0, max: 300}),
			fc.integer({min: 0, max: 300}),
			fc.integer({min: 1, max: 99}),
			(count, rest, percent) => {
				const share = percent / 100;
				const {low, high} = shareInterval(count, count + rest);
				const isOut = share < low - 1e-9 || share > high + 1e-9;
				expect(isOut).toBe(logEvidence([count, rest], [share, 1 - share]) >= claimedFrom);
			},
		),
	);
});

test('answers that may be its own widen it to hold for every number of them', () => {
	const {low, high} = shareInterval(40, 100, {possible: 20});
	expect(low).toBeCloseTo(shareInterval(40, 100).low, 9);
	expect(high).toBeCloseTo(shareInterval(60, 100).high, 9);
});

test('refuses what is no count', () => {
	expect(() => shareInterval(3, 2)).toThrow(RangeError);
	expect(() => shareInterval(1, 2, {possible: 2})).toThrow(RangeError);
	expect(() => shareInterval(-1, 2)).toThrow(RangeError);
});

/**
 * Whether the interval leaves the share out. By the evidence that it is made of, which is a hundred times as quick, and
 * now and then by the interval itself.
 */
function isOutside(
	share: number,
	count: number,
	{n, possible, alpha}: {n: number; possible: number; alpha: number},
): boolean {
	const limit = -Math.log(alpha);
	const isBelow = share < count / n && logEvidence([count, n - count], [share, 1 - share]) >= limit;
	const most = count + possible;
	const isAbove = share > most / n && logEvidence([most, n - most], [share, 1 - share]) >= limit;
	if (n % 50 === 0) {
		const {low, high} = shareInterval(count, n, {possible, alpha});
		return share < low || share > high;
	}
	return isBelow || isAbove;
}

describe('simulated streams that are looked at after every answer', () => {
	test.each([
		{shares: [0.5, 0.5], unknown: 0},
		{shares: [0.9, 0.1], unknown: 0},
		{shares: [0.99, 0.01], unknown: 0},
		{shares: [0.8, 0.2], unknown: 0.2},
		{shares: [0.6, 0.3, 0.1], unknown: 0},
		{shares: [0.34, 0.33, 0.33], unknown: 0.1},
	])(
		'at $shares, $unknown of the answers unattributed, all rows hold the truth at every moment in 19 of 20',
		({shares, unknown}) => {
			const random = seeded(7_700_001);
			const alpha = alphaPerRow(shares.length);
			let broken = 0;
			for (let stream = 0; stream < streams; stream++) {
				const counts = shares.map(() => 0);
				let possible = 0;
				let isBroken = false;
				for (let n = 1; n <= 300 && !isBroken; n++) {
					let left = random();
					const place = shares.findIndex(share => (left -= share) < 0);
					if (random() < unknown) possible++;
					else counts[place === -1 ? 0 : place]! += 1;
					isBroken = shares.some((share, index) =>
						isOutside(share, counts[index] ?? 0, {n, possible, alpha}),
					);
				}
				if (isBroken) broken++;
			}
			expect(broken / streams).toBeLessThanOrEqual(0.05);
		},
	);
});
