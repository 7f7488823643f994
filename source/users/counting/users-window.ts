/** What the revisions got within some stretches of time, put together: rates, shares, failures, percentiles. Pure. */
import type {LedgerStretch, RevisionPart} from './ledger.js';
import {usersCertainty, type UsersCertainty} from './certainty.js';
import {quantile} from './quantile.js';

/** What a revision is configured to get: percent, 0–100. From `status.traffic`. */
export type UsersWeight = {readonly revision: string; readonly percent: number};

export type UsersRow = {
	readonly revision: string;
	/** 0–100; undefined for one that is not in the split. */
	readonly percent: number | undefined;
	/** Requests a second. */
	readonly perSecond: number;
	/**
	 * Of all requests that the split is about, 0–1; undefined while there are none, where it cannot be told, and for a revision at 0 %
	 * whose requests may be at its tag.
	 */
	readonly share: number | undefined;
	/** Counted, as far as it is told: 0 where only rates are. */
	readonly requests: number;
	/** Answered with a 5xx, and with a 4xx. */
	readonly failed: number;
	readonly rejected: number;
	/** Milliseconds, estimated from a histogram; undefined where none is told. Infinity beyond its last bound. */
	readonly p50: number | undefined;
	readonly p95: number | undefined;
	/** Requests under way; undefined where it is not told. */
	readonly concurrency: number | undefined;
	/** Of those that run, how many were read; undefined where pods are not asked. */
	readonly pods: {readonly all: number; readonly read: number} | undefined;
};

export type UsersWindow = {
	readonly seconds: number;
	readonly perSecond: number;
	readonly requests: number;
	/** Whether all of it was counted: otherwise it is an estimate. */
	readonly isExact: boolean;
	readonly rows: readonly UsersRow[];
	readonly certainty: UsersCertainty;
	/** Whether failures are told of in HTTP statuses: those of gRPC are not. */
	readonly hasStatuses: boolean;
};

/** Milliseconds that "recent" is. */
export const recentMilliseconds = 30_000;

/** Percent by revision: weights of one revision are added up. */
export function percentsOf(weights: readonly UsersWeight[]): ReadonlyMap<string, number> {
	const percents = new Map<string, number>();
	for (const {revision, percent} of weights) percents.set(revision, (percents.get(revision) ?? 0) + percent);
	return percents;
}

/**
 * @param stretches Those of the window; oldest first.
 * @param revisions Those that get a row, in this order.
 * @param percents The split, by revision: 0–100.
 */
export function windowOf(
	stretches: readonly LedgerStretch[],
	revisions: readonly string[],
	{
		percents,
		apart,
		hasStatuses,
	}: {
		percents: ReadonlyMap<string, number>;
		/** Revisions that may be asked at an address of their own. */
		apart: readonly string[];
		hasStatuses: boolean;
	},
): UsersWindow {
	const seconds = stretches.reduce((sum, {from, to}) => sum + (to - from) / 1000, 0);
	const sums = revisions.map(revision => {
		const parts = stretches.flatMap(stretch => {
			const part = stretch.byRevision.get(revision);
			return part ? [{part, seconds: (stretch.to - stretch.from) / 1000}] : [];
		});
		const sum = (of: (part: RevisionPart) => number) => parts.reduce((total, {part}) => total + of(part), 0);
		const buckets = new Map<number, number>();
		for (const {part} of parts) {
			for (const [bound, count] of part.buckets) buckets.set(bound, (buckets.get(bound) ?? 0) + count);
		}
		const mean = (of: (part: RevisionPart) => number) =>
			seconds > 0
				? parts.reduce((total, {part, seconds: length}) => total + of(part) * length, 0) / seconds
				: 0;
		return {
			revision,
			perSecond: Math.max(
				0,
				mean(({balance}) => balance),
			),
			ownPerSecond: mean(({ownPerSecond}) => ownPerSecond),
			requests: sum(({requests}) => requests),
			failed: sum(({failed}) => failed),
			rejected: sum(({rejected}) => rejected),
			buckets,
			isExact: parts.every(({part}) => part.isExact && !part.isCut),
			last: parts.at(-1)?.part,
		};
	});
	const perSecond = sums.reduce((total, sum) => total + sum.perSecond, 0);
	// What is asked at its own address blurs the shares of all others.
	const isApart = (sum: (typeof sums)[number]) =>
		percents.get(sum.revision) === 0 && sum.perSecond > 0 && apart.includes(sum.revision);
	const shared = sums.reduce((total, sum) => total + (isApart(sum) ? 0 : sum.perSecond), 0);
	const isExact = stretches.length > 0 && sums.every(sum => sum.isExact);
	const certainty = usersCertainty(sums, {seconds, isExact});
	return {
		seconds,
		perSecond,
		requests: sums.reduce((total, {requests}) => total + requests, 0),
		isExact,
		certainty,
		hasStatuses,
		rows: sums.map(sum => ({
			revision: sum.revision,
			percent: percents.get(sum.revision),
			perSecond: sum.perSecond,
			share: certainty.told === 'shares' && shared > 0 && !isApart(sum) ? sum.perSecond / shared : undefined,
			requests: sum.requests,
			failed: sum.failed,
			rejected: sum.rejected,
			p50: quantile(sum.buckets, 0.5),
			p95: quantile(sum.buckets, 0.95),
			concurrency: sum.last?.concurrency,
			pods: sum.last?.pods ?? {all: 0, read: 0},
		})),
	};
}
