/**
 * What is an alarm by itself: a revision that fails its users, whatever another does, and one that keeps them though its share was
 * taken away. Pure.
 */
import {claimedFrom} from '../../stats/evidence.js';
import {
	failingAbove,
	usersFailingEvidence,
	usersKeptEvidence,
	type KeptInterval,
} from '../../stats/users-verdict.js';
import type {LedgerStretch} from './ledger.js';
import {intervalOf, isCountedWhole} from './users-interval.js';
import {percentsOf, type UsersRow, type UsersWeight, type UsersWindow} from './users-window.js';

export type UsersFailing = {
	readonly revision: string;
	/** Answered with a 5xx since the split, of so many. */
	readonly failed: number;
	readonly requests: number;
	/** The part of them, 0–1, that it fails more than: less than one such revision in 20 if it did not. */
	readonly limit: number;
	/** It is what the newest one is compared with: to go back to it cures nothing. */
	readonly isOld: boolean;
};

/**
 * A revision whose share was taken away, and that gets its users all the same, though it has an address of its own, at which they
 * might have asked for it. Requests since then, to it and to all others.
 */
export type UsersKept = {readonly revision: string; readonly requests: number; readonly others: number};

/** The last split under which users were counted, and until when it was that: milliseconds. */
export type EarlierSplit = {readonly weights: readonly UsersWeight[]; readonly until: number};

/** The revision that is worst, of those that have a share: each is looked at, so that each has its part of the false alarms. */
export function failingOf(
	settled: readonly LedgerStretch[],
	{recent, sinceSplit}: {recent: UsersWindow; sinceSplit: UsersWindow},
	{
		revisions,
		percents,
		old,
	}: {revisions: readonly string[]; percents: ReadonlyMap<string, number>; old: string | undefined},
): UsersFailing | undefined {
	const looked = revisions.filter(revision => (percents.get(revision) ?? 0) > 0);
	const intervals = settled.map(stretch => intervalOf(stretch, revisions, {since: -Infinity, percents}));
	const isNow = ({revision}: UsersRow) =>
		recent.rows.some(
			row => row.revision === revision && row.requests > 0 && row.failed > failingAbove * row.requests,
		);
	const [worst] = sinceSplit.rows
		.filter(
			row =>
				looked.includes(row.revision) &&
				isNow(row) &&
				usersFailingEvidence(intervals, revisions.indexOf(row.revision)) >=
					claimedFrom + Math.log(looked.length),
		)
		.toSorted((one, other) => other.failed / other.requests - one.failed / one.requests);
	return (
		worst && {
			revision: worst.revision,
			failed: worst.failed,
			requests: worst.requests,
			limit: failingAbove,
			isOld: worst.revision === old && looked.length > 1,
		}
	);
}

/** Milliseconds under the split before that tell what users got of it. */
const longestBefore = 60_000;

/** Whether a stretch tells what users got under the split before. */
export const isUnder =
	({until}: EarlierSplit) =>
	({to, from, isSettling}: LedgerStretch) =>
		to <= until && from >= until - longestBefore && !isSettling;

/** A revision that had a share under the split before and has none now, and gets its users all the same. */
export function keptBy(
	judged: readonly LedgerStretch[],
	{
		percents,
		tagged,
		earlier,
		before,
	}: {
		percents: ReadonlyMap<string, number>;
		tagged: readonly string[];
		earlier: EarlierSplit;
		before: readonly LedgerStretch[];
	},
): UsersKept | undefined {
	const had = percentsOf(earlier.weights);
	const taken = [...percents].flatMap(([revision, percent]) =>
		percent === 0 && (had.get(revision) ?? 0) > 0 && tagged.includes(revision) ? [revision] : [],
	);
	const counted = before.filter(isCountedWhole);
	for (const revision of taken) {
		const intervals = judged.map(stretch => keptIn(stretch, revision));
		const all = sumOf(intervals);
		const known = sumOf(counted.map(stretch => keptIn(stretch, revision)));
		const lately = sumOf(intervals.slice(-fewStretches));
		// What ended is over at once, however much there was of it.
		const isNow = lately.taken / lately.seconds >= known.taken / known.seconds / 2;
		if (
			isNow &&
			usersKeptEvidence(intervals, known, (had.get(revision) ?? 0) / 100) >=
				claimedFrom + Math.log(taken.length)
		) {
			return {revision, requests: all.taken, others: all.others};
		}
	}
	return undefined;
}

/** Stretches that are now. */
const fewStretches = 5;

function keptIn({from, to, byRevision}: LedgerStretch, revision: string): KeptInterval {
	const others = [...byRevision].reduce(
		(sum, [name, {requests}]) => (name === revision ? sum : sum + requests),
		0,
	);
	return {seconds: (to - from) / 1000, taken: byRevision.get(revision)?.requests ?? 0, others};
}

const sumOf = (intervals: readonly KeptInterval[]): KeptInterval =>
	intervals.reduce(
		(sum, {seconds, taken, others}) => ({
			seconds: sum.seconds + seconds,
			taken: sum.taken + taken,
			others: sum.others + others,
		}),
		{seconds: 0, taken: 0, others: 0},
	);
