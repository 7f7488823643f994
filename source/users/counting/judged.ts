/**
 * Which stretches a verdict may go by. A pod counts a request when it has ended: for a while after the split was set there end
 * those that began before it, those of a slow revision are still under way, and those of a revision without a ready pod wait for
 * one and then end all together. None of that says anything of the split. Pure.
 */
import type {LedgerStretch, RevisionPart} from './ledger.js';
import {tookAtMost} from './quantile.js';

/** Why there is none that a verdict may go by. */
export type NotJudged =
	/** Requests take up to so many seconds: those that end now may have begun before the split was set. */
	| {readonly kind: 'slow'; readonly seconds: number}
	/** Nothing is known of how long requests of that revision take: it has answered none yet. */
	| {readonly kind: 'silent'; readonly revision: string}
	/** A revision that users are sent to has, or a moment ago had, no pod that is ready. */
	| {readonly kind: 'starting'; readonly revision: string};

/** Milliseconds that requests may take where none has ended yet: the last bound of the histogram. */
const unknownDuration = 10_000;
/** Milliseconds that requests may take of which those under way are too few to matter in a stretch of two seconds. */
const negligible = 250;
/** Milliseconds that those are taken to take that take longer than the last bound. */
const beyondBounds = 60_000;
/** Milliseconds that a revision's first pod is waited for: from then on it is one that gets nothing. */
const longestStart = 60_000;
/** Milliseconds between two stretches that follow on one another. */
const longestPause = 5000;

/**
 * @param stretches Those since the split that could be counted, and before them the last one that was not; oldest first.
 * @param since When the split became what it is; milliseconds.
 * @param revisions Those that have a share.
 */
export function judgedStretches(
	{settled, before}: {settled: readonly LedgerStretch[]; before: LedgerStretch | undefined},
	{since, revisions}: {since: number; revisions: readonly string[]},
): {judged: readonly LedgerStretch[]; because: NotJudged | undefined} {
	const durations = revisions.map(revision => ({revision, duration: durationOf(settled, revision)}));
	const [slowest] = durations.toSorted(
		(one, other) => (other.duration ?? unknownDuration) - (one.duration ?? unknownDuration),
	);
	const longest = slowest ? (slowest.duration ?? unknownDuration) : 0;
	const ended = since + (longest > negligible ? longest : 0);
	const start = startOf({settled, before}, {since, revisions});
	const judged = settled.filter(({earliest, from}) => earliest >= ended && from >= start.at);
	if (judged.length > 0 || settled.length === 0) return {judged, because: undefined};
	if (start.waitsFor !== undefined) return {judged, because: {kind: 'starting', revision: start.waitsFor}};
	return {
		judged,
		because:
			slowest === undefined
				? undefined
				: slowest.duration === undefined
					? {kind: 'silent', revision: slowest.revision}
					: {kind: 'slow', seconds: slowest.duration / 1000},
	};
}

/** Milliseconds within which nearly all of its requests end, by what its pods have ever told and by what came since the split. */
function durationOf(settled: readonly LedgerStretch[], revision: string): number | undefined {
	const buckets = new Map<number, number>();
	for (const {byRevision} of settled) {
		for (const [bound, count] of byRevision.get(revision)?.buckets ?? []) {
			buckets.set(bound, (buckets.get(bound) ?? 0) + count);
		}
	}
	const known = [settled.at(-1)?.byRevision.get(revision)?.everTook, tookAtMost(buckets)];
	const longest = known.reduce<number | undefined>(
		(most, one) => (one === undefined ? most : Math.max(most ?? 0, one)),
		undefined,
	);
	return longest === Infinity ? beyondBounds : longest;
}

/**
 * From when on no revision waits for its first pod: two stretches after the last one that began without, since what had waited ends
 * within them. Looked for once: a revision that goes to sleep later is one that nobody asks.
 */
function startOf(
	{settled, before}: {settled: readonly LedgerStretch[]; before: LedgerStretch | undefined},
	{since, revisions}: {since: number; revisions: readonly string[]},
): {at: number; waitsFor: string | undefined} {
	const coldIn = ({byRevision}: LedgerStretch) =>
		revisions.find(revision => byRevision.get(revision)?.isServing === false);
	const [first] = settled;
	let waitsFor = first && before && first.from - before.to <= longestPause ? coldIn(before) : undefined;
	for (const stretch of settled) {
		const {from, to} = stretch;
		if (from - since >= longestStart) return {at: from, waitsFor: undefined};
		const cold = coldIn(stretch);
		if (cold === undefined) return waitsFor === undefined ? {at: from, waitsFor} : {at: to, waitsFor};
		waitsFor = cold;
	}
	return {at: Infinity, waitsFor};
}

/**
 * How many of the requests of a revision certainly began after that moment: those that took no longer than the time since. One under
 * way at a revision whose share was taken away ends there all the same.
 *
 * @param since Milliseconds.
 */
export function begunSince(part: RevisionPart, {earliest}: LedgerStretch, since: number): number {
	const span = (earliest - since) / 1000;
	if (part.buckets.size === 0) return span * 1000 >= unknownDuration ? part.requests : 0;
	const within = (isWanted: (bound: number) => boolean) =>
		Math.max(0, ...[...part.buckets].map(([bound, count]) => (isWanted(bound) ? count : 0)));
	// The buckets have the requests of this console as well: whichever those were.
	const removed = Math.max(0, within(() => true) - part.requests);
	return Math.max(0, Math.min(part.requests, within(bound => bound <= span) - removed));
}
