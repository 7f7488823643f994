/** How soon users who get failures, or a revision that was rolled back, raise an alarm; and how seldom nothing does. */
import {expect, it} from 'vitest';
import {claimedFrom} from '../../../source/stats/evidence.js';
import {
	failingAbove,
	usersFailingEvidence,
	usersKeptEvidence,
	type UsersInterval,
} from '../../../source/stats/users-verdict.js';
import {seeded} from '../parts/random.js';
import {intervalsOf, type Traffic} from '../parts/users-traffic.js';

const runs = Number(process.env['SIMULATION_RUNS'] ?? 40);

type Evidence = (seen: readonly UsersInterval[]) => number;

/** Seconds until it is claimed, looked at after each stretch, in ascending order; Infinity for never. */
const secondsUntilClaimed = (traffic: Omit<Traffic, 'random' | 'kind'>, evidence: Evidence): number[] =>
	Array.from({length: runs}, (_, run) => {
		const intervals = intervalsOf({...traffic, kind: 'poisson', random: seeded(1000 + run)});
		const found = intervals.findIndex((__, index) => evidence(intervals.slice(0, index + 1)) >= claimedFrom);
		return found < 0 ? Infinity : (found + 1) * 2;
	}).toSorted((one, other) => one - other);

const nineOfTen = (sorted: readonly number[]) => sorted[Math.floor(sorted.length * 0.9)] ?? Infinity;
const claimed = (sorted: readonly number[]) => sorted.filter(Number.isFinite).length;

const untilFailing = (errors: number, {rate = 50, seconds = 120} = {}) =>
	secondsUntilClaimed({shares: [1], seconds, rate, errors: [errors]}, seen => usersFailingEvidence(seen, 0));

it('calls no revision failing that fails one request in 20, however often it is looked at', () => {
	expect(claimed(untilFailing(failingAbove)) / runs).toBeLessThanOrEqual(0.05);
});

it('calls a revision failing that fails one in three, of few users, too', () => {
	expect(nineOfTen(untilFailing(0.32, {seconds: 30}))).toBeLessThanOrEqual(12);
	expect(nineOfTen(untilFailing(0.32, {rate: 2}))).toBeLessThanOrEqual(60);
});

/** Until it is told that a revision keeps its users that had 20 % of 50 a second, while it gets that part of them. */
const untilKept = (kept: number) =>
	secondsUntilClaimed({shares: [1 - kept, kept], seconds: 120, rate: 50}, seen =>
		usersKeptEvidence(
			seen.map(({requests: [others = 0, taken = 0]}) => ({seconds: 2, taken, others})),
			{seconds: 60, taken: 600, others: 2400},
			0.2,
		),
	);

it('tells that a revision keeps the users that were taken from it, and not that some ask it at its tag', () => {
	expect(nineOfTen(untilKept(0.2))).toBeLessThanOrEqual(40);
	expect(nineOfTen(untilKept(1))).toBeLessThanOrEqual(16);
	expect(claimed(untilKept(0.04))).toBe(0);
});
