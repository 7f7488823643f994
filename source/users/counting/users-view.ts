/** What is said of the users, from the stretches of time that were counted: over the last half minute and since the split. Pure. */
import type {Dispersion} from '../../stats/dispersion.js';
import {claimedFrom} from '../../stats/evidence.js';
import {
	failingAbove,
	usersErrorVerdict,
	usersFailingEvidence,
	usersKeptEvidence,
	usersSplitVerdict,
	type KeptInterval,
	type UsersErrorVerdict,
	type UsersInterval,
	type UsersSplitVerdict,
} from '../../stats/users-verdict.js';
import type {RevisionPart, LedgerStretch} from './ledger.js';
import {usersCertainty, type UsersCertainty} from './certainty.js';
import {begunSince, judgedStretches, type NotJudged} from './judged.js';
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

export type UsersView = {
	/** The last half minute, or what there is of it. */
	readonly recent: UsersWindow;
	/** Since the split is what it is. */
	readonly sinceSplit: UsersWindow;
	/** Undefined where nothing is counted, or the split is not known. */
	readonly split: UsersSplitVerdict | undefined;
	/**
	 * Why there is no verdict on the split though users come; undefined where there is one, and where there is nothing to compare.
	 * rates: there are no counts · part: counts of so many of all pods · cut: pods of a revision end all the time.
	 */
	readonly untested:
		| NotJudged
		| {kind: 'rates'}
		| {kind: 'part'; read: number; all: number}
		| {kind: 'cut'; revision: string}
		| undefined;
	/** Of the newest revision against the one that has most; undefined where there are no two, or nothing is counted. */
	readonly errors: (UsersErrorVerdict & {readonly fresh: string; readonly old: string}) | undefined;
	/** The revision that fails more of its users than anybody would release with, whatever another does; the worst of them. */
	readonly failing: UsersFailing | undefined;
	/**
	 * A revision whose share was taken away, and that gets its users all the same, though it has an address of its own, at which they
	 * might have asked for it. Requests since then, to it and to all others.
	 */
	readonly kept: {readonly revision: string; readonly requests: number; readonly others: number} | undefined;
	/** Whether requests are independent, as far as is known. */
	readonly dispersion: Dispersion | undefined;
	/** All stretches that are kept and tell of every revision that users are sent to, oldest first: for a chart. */
	readonly history: readonly LedgerStretch[];
	/** The last half minute that is known of this split, and until when: what there is to show where nothing is told any more. */
	readonly known: {readonly window: UsersWindow; readonly until: number} | undefined;
	/** Whether the newest of what was counted, or what is hardly older, is among them. */
	readonly isCurrent: boolean;
};

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

/** The last split under which users were counted, and until when it was that: milliseconds. */
export type EarlierSplit = {readonly weights: readonly UsersWeight[]; readonly until: number};

/** Milliseconds that "recent" is. */
export const recentMilliseconds = 30_000;

/** Milliseconds for which what is shown may be older than what was asked last: a pod that is replaced is back by then. */
const longestGap = 10_000;

/**
 * @param stretches Oldest first; all that are kept.
 * @param weights The split as the route has it, in its order.
 * @param tagged Revisions that have an address of their own.
 * @param since When the split became what it is at the gateway; milliseconds.
 * @param changed When the route told of it; milliseconds. What came before is in no window.
 * @param earlier The split before.
 * @param recent Milliseconds that are recent.
 * @param pair The revision that is looked at, and the one that it is compared with.
 * @param isGrpc Whether one of them speaks gRPC: of its errors only those of the queue-proxy have a status of their own.
 */
export function usersView(
	stretches: readonly LedgerStretch[],
	{
		weights,
		tagged = [],
		since,
		changed = -Infinity,
		earlier,
		pair,
		isGrpc = false,
		recent: milliseconds = recentMilliseconds,
	}: {
		weights: readonly UsersWeight[];
		tagged?: readonly string[];
		since: number;
		changed?: number | undefined;
		earlier?: EarlierSplit | undefined;
		pair: {fresh: string; old: string} | undefined;
		isGrpc?: boolean;
		recent?: number;
	},
): UsersView {
	const revisions = [...new Set([...weights.map(({revision}) => revision), ...strangers(stretches)])];
	const last = stretches.at(-1)?.to ?? 0;
	const percents = percentsOf(weights);
	// Shares are of the same time for all, or they are none: a revision whose pods do not answer would seem to get nothing.
	const whole = stretches.filter(stretch =>
		[...percents].every(([revision, percent]) => percent === 0 || !isUnread(stretch, revision)),
	);
	const settled = whole.filter(({earliest, isSettling}) => earliest >= since && !isSettling);
	const isRecent = ({to}: LedgerStretch) => to > last - milliseconds;
	// While the gateway is being switched, for however long, what users get then is all there is to show.
	const underway = () => whole.filter(stretch => isRecent(stretch) && stretch.earliest >= changed);
	const settledRecent = settled.filter(isRecent);
	const recent = settledRecent.length > 0 ? settledRecent : underway();
	const counted = settled.filter(isCountedWhole);
	const [first] = counted;
	const {judged, because} = judgedStretches(
		{settled: counted, before: first && whole[whole.indexOf(first) - 1]},
		{since, revisions: [...percents].flatMap(([revision, percent]) => (percent > 0 ? [revision] : []))},
	);
	const intervals = judged.map(stretch => intervalOf(stretch, revisions, {since, percents}));
	// Of what failed it matters whose it was, and not why that was asked.
	// What may be of this console is no failure of the new one, and may be one of the old one.
	const ofAll = judged.map(stretch =>
		intervalOf(stretch, revisions, {since: -Infinity, percents, withOpen: pair?.old}),
	);
	// What cannot be counted is left out whole: which stretches those are has nothing to do with where requests went.
	const isCounted = judged.some(({to}) => to > last - milliseconds);
	const shares = revisions.map(revision => (percents.get(revision) ?? 0) / 100);
	const isKnown = Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9;
	const areTagged = revisions.map(revision => tagged.includes(revision));
	const split =
		isCounted && isKnown && weights.length > 1 ? usersSplitVerdict(intervals, shares, areTagged) : undefined;
	const places = pair && {fresh: revisions.indexOf(pair.fresh), old: revisions.indexOf(pair.old)};
	const isPair = places !== undefined && places.fresh >= 0 && places.old >= 0 && places.fresh !== places.old;
	const errors =
		isCounted && isPair ? {...usersErrorVerdict(ofAll, {...places, shares}), ...pair!} : undefined;
	const lost =
		isCounted && earlier
			? keptBy(judged, {percents, tagged, earlier, before: whole.filter(isUnder(earlier))})
			: undefined;
	const of = {percents, apart: tagged.filter(revision => revision !== lost?.revision), hasStatuses: !isGrpc};
	const known = whole.filter(({earliest}) => earliest >= changed);
	const until = known.at(-1)?.to;
	const windows = {recent: windowOf(recent, revisions, of), sinceSplit: windowOf(settled, revisions, of)};
	return {
		...windows,
		split,
		untested: split || weights.length < 2 ? undefined : (because ?? uncounted(settled.at(-1))),
		// No 5xx of gRPC proves nothing; many of them do.
		errors: isGrpc && errors?.state !== 'worse' ? undefined : errors,
		failing: failingOf(settled, windows, {revisions, percents, old: pair?.old}),
		kept: lost,
		dispersion: split?.dispersion,
		history: whole,
		known:
			until === undefined
				? undefined
				: {
						window: windowOf(
							known.filter(({to}) => to > until - milliseconds),
							revisions,
							of,
						),
						until,
					},
		isCurrent: (whole.at(-1)?.to ?? -Infinity) >= last - longestGap,
	};
}

/** The revision that is worst, of those that have a share: each is looked at, so that each has its part of the false alarms. */
function failingOf(
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

/** Whether it was counted of every revision, whole. */
const isCountedWhole = ({byRevision}: LedgerStretch) =>
	[...byRevision.values()].every(({isExact, isCut}) => isExact && !isCut);

/** Milliseconds under the split before that tell what users got of it. */
const longestBefore = 60_000;

const isUnder =
	({until}: EarlierSplit) =>
	({to, from, isSettling}: LedgerStretch) =>
		to <= until && from >= until - longestBefore && !isSettling;

/** A revision that had a share under the split before and has none now, and gets its users all the same. */
function keptBy(
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
): UsersView['kept'] {
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

/** Whether a revision has pods, and none of them has told anything. */
function isUnread({byRevision}: LedgerStretch, revision: string): boolean {
	const pods = byRevision.get(revision)?.pods;
	return pods !== undefined && pods.all > 0 && pods.read === 0;
}

/** Revisions that users reached, or that have pods, and that are not in the split. */
function strangers(stretches: readonly LedgerStretch[]): string[] {
	const last = stretches.at(-1);
	return last
		? [...last.byRevision].flatMap(([revision, {perSecond}]) => (perSecond > 0 ? [revision] : []))
		: [];
}

/** Weights of one revision are added up. */
function percentsOf(weights: readonly UsersWeight[]): ReadonlyMap<string, number> {
	const percents = new Map<string, number>();
	for (const {revision, percent} of weights) percents.set(revision, (percents.get(revision) ?? 0) + percent);
	return percents;
}

/** Why a stretch is in no verdict. */
function uncounted(stretch: LedgerStretch | undefined): UsersView['untested'] {
	const parts = [...(stretch?.byRevision.values() ?? [])].filter(({isExact}) => !isExact);
	const part = parts.find(({pods, requests}) => requests > 0 && pods.read < pods.all);
	if (part) return {kind: 'part', ...part.pods};
	if (parts.length > 0) return {kind: 'rates'};
	const cut = [...(stretch?.byRevision ?? [])].find(([, {isCut}]) => isCut);
	return cut && {kind: 'cut', revision: cut[0]};
}

function intervalOf(
	stretch: LedgerStretch,
	revisions: readonly string[],
	{
		since,
		percents,
		withOpen,
	}: {
		since: number;
		percents: ReadonlyMap<string, number>;
		/** A revision whose failures are all that it counted. */
		withOpen?: string | undefined;
	},
): UsersInterval {
	const of = (field: 'requests' | 'failed' | 'rejected') =>
		revisions.map(revision => {
			const part = stretch.byRevision.get(revision);
			if (!part) return 0;
			const isUnused = field === 'requests' && (percents.get(revision) ?? 0) === 0;
			if (isUnused) return begunSince(part, stretch, since);
			return part[field] + (field !== 'requests' && revision === withOpen ? (part.open?.[field] ?? 0) : 0);
		});
	return {
		requests: of('requests'),
		failed: of('failed'),
		rejected: of('rejected'),
		seconds: (stretch.to - stretch.from) / 1000,
	};
}

function windowOf(
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
