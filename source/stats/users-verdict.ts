/**
 * What the counts of the users' own requests say: whether the split is as configured, and whether the new revision fails more
 * often. A voice of its own, never mixed with that of the probes: those are sent one by one and evenly, users are not.
 *
 * The split: the e-process of `split-evidence.ts`, begun again with each stretch of time, the starts weighed so that the sum is
 * an e-process again (Shin, Ramdas and Rinaldo, "E-detectors", 2023): what changed ten seconds ago is not drowned by the hour
 * before. The errors: that of `error-verdict.ts`, with ρ the new one's share of the requests in each stretch.
 *
 * Both take requests for independent. So evidence is divided by what the dispersion may be (`dispersion.ts`), and where they
 * are found not to be independent nothing is claimed at all.
 */
import {dispersion, mostGrouped, type Dispersion} from './dispersion.js';
import {logErrorEvidence, type Failures} from './error-verdict.js';
import {claimedFrom, logMeanExp, suspiciousFrom} from './evidence.js';
import {logAboveEvidence} from './failure-bound.js';
import {logEvidence} from './split-evidence.js';
import {minimumAnswers} from './split-verdict.js';

/** Requests of one stretch of time, a couple of seconds, under one split. By revision, in the same order in all of them. */
export type UsersInterval = {
	readonly requests: readonly number[];
	/** Of them: answered with a 5xx. */
	readonly failed: readonly number[];
	/** Of them: answered with a 4xx. */
	readonly rejected: readonly number[];
	/** How long it is; as long as all others unless told. */
	readonly seconds?: number;
};

export type UsersSplitVerdict = {
	/**
	 * too few · agrees · suspicious: could be chance · disagrees: less than one such stream in 20 when the split is as configured ·
	 * impossible: users just reached a revision that is configured 0 % and has no address of its own · at tags: one that has an
	 * address of its own was just reached, there or through the gateway, and nothing else is wrong · dependent: requests are not
	 * independent, so that nothing can be claimed.
	 */
	readonly state: 'too few' | 'agrees' | 'suspicious' | 'disagrees' | 'impossible' | 'at tags' | 'dependent';
	/** Undefined for a revision whose requests are in no share: those at 0 % that came and are over, or may be at its tag. */
	readonly requests: readonly (number | undefined)[];
	/** ln E, divided by what the dispersion may be. */
	readonly logE: number;
	/** It disagreed, and what came lately is by far likelier to be of the split that is set than of what was got then. */
	readonly isOver?: true;
	/** Requests from which on agreement can be told. */
	readonly minimum: number;
	readonly dispersion: Dispersion;
	/**
	 * What part of all requests (0–1) one client would have to send, all to one revision, for the configured split to look like this. Its
	 * requests and those of a gateway with another split have the same distribution, however long one looks: this is no rate of
	 * false alarms, and no count can tell.
	 */
	readonly oneClient: number;
	/** Whether the revision that gets too much has an address of its own: its requests may be of those who ask it there. */
	readonly isOneTagged: boolean;
};

/** Stretches that are looked at one by one; older ones count as one. An hour at one in two seconds. */
const mostIntervals = 1800;

/**
 * Whether users are sent where they should be.
 *
 * @param intervals Oldest first, all under this split.
 * @param shares As fractions that sum to 1.
 * @param tagged Which of the revisions have an address of their own, at a tag: what comes there says nothing of the split.
 */
export function usersSplitVerdict(
	all: readonly UsersInterval[],
	shares: readonly number[],
	tagged: readonly boolean[] = [],
): UsersSplitVerdict {
	const counts = shares.map((_, place) =>
		all.reduce((sum, interval) => sum + (interval.requests[place] ?? 0), 0),
	);
	const isUnused = (place: number) => (shares[place] ?? 0) <= 0;
	// What came to a revision at 0 % and came no more for half a minute is over.
	const reached = [...shares.keys()].filter(
		place => isUnused(place) && all.slice(-recentStretches).some(({requests}) => (requests[place] ?? 0) > 0),
	);
	const isImpossible = reached.some(place => tagged[place] !== true);
	const intervals = all.map(interval => ({
		...interval,
		requests: interval.requests.map((count, place) => (isUnused(place) ? 0 : count)),
	}));
	const isShown = (place: number, count: number) =>
		!isUnused(place) || count === 0 || isImpossible || reached.includes(place);
	const requests = counts.map((count, place) => (isShown(place, count) ? count : undefined));
	const total = counts.reduce((sum, count, place) => sum + (isUnused(place) ? 0 : count), 0);
	const minimum = minimumAnswers(shares);
	const spread = dispersion(
		intervals.map(interval => interval.requests),
		shares,
		lengthsOf(intervals),
	);
	const {part, place: most} = oneClient(intervals, shares);
	const isOneTagged = tagged[most] === true;
	const common = {requests, minimum, dispersion: spread, oneClient: part, isOneTagged};
	if (isImpossible) return {...common, state: 'impossible', logE: Infinity};
	const logE = spread.looks > 0 ? splitEvidence(intervals, shares, over => spread.mostOver(over)) : 0;
	// Agreement has to survive that requests are independent, disagreement all that they may be instead.
	const undivided = splitEvidence(intervals, shares, () => 1);
	const state =
		spread.isFound && total > 0
			? 'dependent'
			: logE >= claimedFrom
				? 'disagrees'
				: Math.max(logE, undivided) >= suspiciousFrom
					? 'suspicious'
					: reached.length > 0
						? 'at tags'
						: total < minimum || spread.looks === 0
							? 'too few'
							: 'agrees';
	const isOver = state === 'disagrees' && isRightAgain(intervals, shares, spread.factor);
	return {...common, state, logE, ...(isOver && {isOver})};
}

/**
 * Whether the last half a minute speaks for the split that is set and against the shares of that stretch of any length before it
 * which says most against it: by the likelihoods of both, divided by how grouped requests are found to be. Of shares that are
 * known their ratio reaches 20 with a chance of at most 1/20 a look where those are still got. These are chosen, so that this holds only
 * about; by what says most, and not by the most extreme, since the most extreme half a minute of many is further off than what
 * was got. How often it is said untruly is simulated. Whatever is said to be over is said to be wrong again as soon as it is.
 */
function isRightAgain(
	intervals: readonly UsersInterval[],
	shares: readonly number[],
	factor: number,
): boolean {
	const last = intervals.length - recentStretches;
	if (last <= 0) return false;
	const lately = summed(intervals.slice(last), shares);
	if (logEvidence(lately, shares) / Math.max(1, factor) >= suspiciousFrom) return false;
	const worst = mostAgainst(intervals.slice(0, last), shares);
	const total = worst.reduce((sum, count) => sum + count, 0) + shares.length / 2;
	const ratio = lately.reduce((sum, count, place) => {
		const share = shares[place] ?? 0;
		return share > 0 && count > 0
			? sum + count * Math.log((share * total) / ((worst[place] ?? 0) + 0.5))
			: sum;
	}, 0);
	return ratio / Math.max(1, factor) >= claimedFrom;
}

/** The counts of that stretch, of half minutes, which says most against the split. */
function mostAgainst(intervals: readonly UsersInterval[], shares: readonly number[]): readonly number[] {
	const blocks = Array.from({length: Math.ceil(intervals.length / recentStretches)}, (_, block) =>
		summed(intervals.slice(block * recentStretches, (block + 1) * recentStretches), shares),
	);
	let most = shares.map(() => 0);
	let greatest = -Infinity;
	for (const from of blocks.keys()) {
		let sums = shares.map(() => 0);
		for (const block of blocks.slice(from)) {
			sums = sums.map((sum, place) => sum + (block[place] ?? 0));
			const evidence = logEvidence(sums, shares);
			if (evidence > greatest) [most, greatest] = [sums, evidence];
		}
	}
	return most;
}

const summed = (intervals: readonly UsersInterval[], shares: readonly number[]): number[] =>
	shares.map((_, place) => intervals.reduce((sum, {requests}) => sum + (requests[place] ?? 0), 0));

const lengthsOf = (intervals: readonly UsersInterval[]) => intervals.map(({seconds = 1}) => seconds);

/** Stretches of which it is told what they could come from: half a minute. */
const recentStretches = 15;

/** One client that sends the part f to one revision, at `place`, makes of its share θ f + (1 − f)θ. */
function oneClient(
	intervals: readonly UsersInterval[],
	shares: readonly number[],
): {part: number; place: number} {
	const recent = intervals.slice(-recentStretches);
	const sums = summed(recent, shares);
	const total = sums.reduce((sum, count) => sum + count, 0);
	if (total === 0) return {part: 0, place: -1};
	const parts = shares.map((share, place) =>
		share < 1 ? ((sums[place] ?? 0) / total - share) / (1 - share) : 0,
	);
	const part = Math.max(0, ...parts);
	return {part, place: parts.indexOf(part)};
}

/**
 * ln Σ w_s E_s over the starts s, which is an e-process again where Σ w_s ≤ 1 (Shin, Ramdas and Rinaldo 2023, section 4). A quarter of the
 * weight is that of the first start; the rest falls with 1/(s + 8) over the starts that are looked at, so that an hour of truth
 * costs what begins after it ln 1808 − ln 9 more than ten seconds do, one stretch of a gross lie. Where old stretches are dropped, the
 * starts are numbered from there on: from then on it is no e-process but an e-detector, and how often it is wrong in an hour is what is simulated.
 */
function splitEvidence(
	intervals: readonly UsersInterval[],
	shares: readonly number[],
	divisorOver: (stretches: number) => number,
): number {
	const kept = intervals.slice(-mostIntervals);
	const sums = shares.map(() => 0);
	const older = intervals.slice(0, -mostIntervals);
	const logs: number[] = [];
	for (let start = kept.length - 1; start >= 0; start--) {
		for (const place of shares.keys()) sums[place] = (sums[place] ?? 0) + (kept[start]?.requests[place] ?? 0);
		if (start === 0) {
			for (const {requests} of older) {
				for (const place of shares.keys()) sums[place] = (sums[place] ?? 0) + (requests[place] ?? 0);
			}
		}
		const divisor = divisorOver(start === 0 ? intervals.length : kept.length - start);
		const log = logEvidence(
			sums.map(sum => sum / divisor),
			shares,
		);
		logs.push(log + Math.log(weightOf(start)));
	}
	return logs.length === 0 ? 0 : logMeanExp(logs) + Math.log(logs.length);
}

const firstWeight = 0.25;
const flatness = 8;
const laterWeight =
	(1 - firstWeight) /
	Array.from({length: mostIntervals}, (_, start) => 1 / (start + 1 + flatness)).reduce(
		(sum, one) => sum + one,
		0,
	);

function weightOf(start: number): number {
	return start === 0 ? firstWeight : laterWeight / (start + flatness);
}

export type UsersErrorVerdict = {
	/** As `ErrorVerdict`, and dependent as above. */
	readonly state: 'worse' | 'suspicious' | 'not worse' | 'dependent';
	/** ln of the mean of both e-processes: 5xx, and 4xx. */
	readonly logE: number;
	/** Which of them says most. */
	readonly by: '5xx' | '4xx';
};

/**
 * Whether the new revision fails its users more often than the old one.
 *
 * @param places Of both in the intervals.
 * @param places.shares Of the split, as fractions, in the order of the intervals.
 */
export function usersErrorVerdict(
	intervals: readonly UsersInterval[],
	{fresh, old, shares}: {fresh: number; old: number; shares: readonly number[]},
): UsersErrorVerdict {
	const ofPair = (values: readonly number[]) => [values[fresh] ?? 0, values[old] ?? 0];
	const both = ofPair(shares).reduce((sum, share) => sum + share, 0);
	const spread = dispersion(
		intervals.map(({requests}) => ofPair(requests)),
		ofPair(shares).map(share => share / Math.max(both, Number.MIN_VALUE)),
		lengthsOf(intervals),
	);
	const logOf = (failures: (interval: UsersInterval) => readonly number[]): number =>
		logErrorEvidence(strata(intervals, failures, {fresh, old}));
	const failed = logOf(interval => interval.failed);
	const rejected = logOf(interval => interval.rejected);
	const logE = logMeanExp([failed, rejected]);
	const state = spread.isFound
		? 'dependent'
		: logE >= claimedFrom
			? 'worse'
			: logE >= suspiciousFrom
				? 'suspicious'
				: 'not worse';
	return {state, logE, by: failed >= rejected ? '5xx' : '4xx'};
}

/**
 * Failures that come in groups (one client that tries again and again) count as one each. Stretches in which both were asked: of a
 * failure in another one it is known whose it was, and nothing else.
 */
function strata(
	intervals: readonly UsersInterval[],
	failures: (interval: UsersInterval) => readonly number[],
	{fresh, old}: {fresh: number; old: number},
): Failures[] {
	const grouped = mostGrouped(
		intervals.map(interval => (failures(interval)[fresh] ?? 0) + (failures(interval)[old] ?? 0)),
	);
	return intervals.flatMap(interval => {
		const [asked, askedOld] = [interval.requests[fresh] ?? 0, interval.requests[old] ?? 0];
		const counts = failures(interval);
		return asked > 0 && askedOld > 0
			? [
					{
						exposure: asked / (asked + askedOld),
						fresh: (counts[fresh] ?? 0) / grouped,
						old: (counts[old] ?? 0) / grouped,
					},
				]
			: [];
	});
}

/** The part of the users' requests to a revision that fails with which nobody would release it. */
export const failingAbove = 0.05;

/**
 * Whether a revision fails its users, whatever any other does: ln E that it fails more than one request in 20. Begun again with each
 * stretch, as the split is, so that an hour without an error does not hide what goes on now. Failures that come in groups count
 * as one each.
 */
export function usersFailingEvidence(intervals: readonly UsersInterval[], place: number): number {
	const counts = intervals.map(({requests, failed}) => ({
		asked: requests[place] ?? 0,
		failed: failed[place] ?? 0,
	}));
	// Over all of an hour, what begins in its last minute would look like one group.
	const grouped = mostGrouped(counts.slice(-recentStretches).map(({failed}) => failed));
	return overStarts(counts, kept => {
		const sums = {asked: 0, failed: 0};
		return kept.toReversed().map(({asked, failed}) => {
			sums.asked += asked;
			sums.failed += failed;
			return logAboveEvidence(sums.failed / grouped, sums.asked / grouped, failingAbove);
		});
	});
}

/** Requests of some time to a revision whose share was taken away, and to those that have it now. */
export type KeptInterval = {readonly seconds: number; readonly taken: number; readonly others: number};

/** Of the requests that the split sent it, the part that may still come by other ways, and that may fail to come to the others. */
const unmoved = 0.25;
/** Of all requests that the others should get, the part that they are weighed against where they got none before. */
const leastOfOthers = 0.05;
/** Requests to the one before its share was taken that tell how many it got. */
const fewestBefore = 20;

/**
 * Whether a revision that has lost its share, and has an address of its own, gets its users all the same. What comes to that address
 * is in its counts, and no count tells it from what a gateway sends there: but what is asked there is asked before as well, and takes
 * nothing from the others. So two things have to be shown, each by an e-process of Poisson rates: it gets more than what did not
 * come by the split before, and the others do not get what was taken from it.
 *
 * @param intervals Since its share was taken, oldest first.
 * @param before Under the split that gave it a share.
 * @param share Of it then, above 0 and at most 1.
 * @returns ln E of the weaker of both.
 */
export function usersKeptEvidence(
	intervals: readonly KeptInterval[],
	before: KeptInterval,
	share: number,
): number {
	if (before.seconds <= 0 || before.taken < fewestBefore) return -Infinity;
	const had = before.taken / before.seconds;
	const others = before.others / before.seconds;
	const sent = share >= 1 ? had : Math.min(had, (others * share) / (1 - share));
	if (sent <= 0) return -Infinity;
	const all = others + sent;
	const kept = {most: had - sent + unmoved * sent, kept: had};
	const missing = {least: others + (1 - unmoved) * sent, missing: Math.max(others, leastOfOthers * all)};
	const grouped = Math.max(
		mostGrouped(intervals.map(({taken}) => taken)),
		mostGrouped(intervals.map(interval => interval.others)),
	);
	return overStarts(intervals, from => {
		const sums = {seconds: 0, taken: 0, others: 0};
		return from.toReversed().map(interval => {
			sums.seconds += interval.seconds;
			sums.taken += interval.taken;
			sums.others += interval.others;
			const ofTaken = sums.taken * Math.log(kept.kept / kept.most) - (kept.kept - kept.most) * sums.seconds;
			const ofOthers =
				sums.others * Math.log(missing.missing / missing.least) +
				(missing.least - missing.missing) * sums.seconds;
			return Math.min(ofTaken, ofOthers) / grouped;
		});
	});
}

/** ln Σ w_s E_s over the starts, as in `splitEvidence`; `logsOf` has the newest start first. */
function overStarts<Of>(
	intervals: readonly Of[],
	logsOf: (kept: readonly Of[]) => readonly number[],
): number {
	const kept = intervals.slice(-mostIntervals);
	const logs = logsOf(kept).map((log, index) => log + Math.log(weightOf(kept.length - 1 - index)));
	return logs.length === 0 ? -Infinity : logMeanExp(logs) + Math.log(logs.length);
}
