/** What is said of the users, from the stretches of time that were counted: over the last half minute and since the split. Pure. */
import type {Dispersion} from '../../stats/dispersion.js';
import {
	usersErrorVerdict,
	usersSplitVerdict,
	type UsersErrorVerdict,
	type UsersSplitVerdict,
} from '../../stats/users-verdict.js';
import {judgedStretches, type NotJudged} from './judged.js';
import type {LedgerStretch} from './ledger.js';
import {
	failingOf,
	isUnder,
	keptBy,
	type EarlierSplit,
	type UsersFailing,
	type UsersKept,
} from './users-alarms.js';
import {intervalOf, isCountedWhole} from './users-interval.js';
import {
	percentsOf,
	recentMilliseconds,
	windowOf,
	type UsersWeight,
	type UsersWindow,
} from './users-window.js';

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
	readonly kept: UsersKept | undefined;
	/** Whether requests are independent, as far as is known. */
	readonly dispersion: Dispersion | undefined;
	/** All stretches that are kept and tell of every revision that users are sent to, oldest first: for a chart. */
	readonly history: readonly LedgerStretch[];
	/** The last half minute that is known of this split, and until when: what there is to show where nothing is told any more. */
	readonly known: {readonly window: UsersWindow; readonly until: number} | undefined;
	/** Whether the newest of what was counted, or what is hardly older, is among them. */
	readonly isCurrent: boolean;
};

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

/** Why a stretch is in no verdict. */
function uncounted(stretch: LedgerStretch | undefined): UsersView['untested'] {
	const parts = [...(stretch?.byRevision.values() ?? [])].filter(({isExact}) => !isExact);
	const part = parts.find(({pods, requests}) => requests > 0 && pods.read < pods.all);
	if (part) return {kind: 'part', ...part.pods};
	if (parts.length > 0) return {kind: 'rates'};
	const cut = [...(stretch?.byRevision ?? [])].find(([, {isCut}]) => isCut);
	return cut && {kind: 'cut', revision: cut[0]};
}
