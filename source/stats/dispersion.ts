/**
 * Do requests go their ways one by one, or in company? Where clients keep to a revision (kept connections, retries, one client
 * with half of the traffic), the shares of one stretch of time differ from those of the others by more than chance allows, and
 * no test that takes requests for independent may claim its rate of false alarms.
 *
 * Looked at over all stretches, at several lengths, about the share that they have together: Pearson's statistic of homogeneity.
 * A gateway that gave users another split for a while differs as well, and once: one run of stretches may have a share of its
 * own, if all others have that of the split (`runs-apart.ts`). Neighbours alone would not do: clients that stay are in both.
 */
import {arrivals, chiSquareQuantile as quantile} from './arrivals.js';
import {fewestRequests, partsOf, searched, totalOf, type Part, type Stretch} from './runs-apart.js';

export type Dispersion = {
	/** Variance of the shares over that of independent requests: 1 when they are, about n when they come in groups of n. */
	readonly factor: number;
	/** More than chance allows. */
	readonly isFound: boolean;
	/** Stretches that were compared, less the shares that were fitted to them; 0 while nothing can be said. */
	readonly looks: number;
	/**
	 * By how much the evidence of that many stretches in a row has to be divided, so that it holds for whatever dependence is
	 * not ruled out yet: 1 or more. Company of a longer time than was looked at makes the excess grow with the time, and by no
	 * more.
	 */
	mostOver(stretches: number): number;
};

/** Fewer stretches than that, beyond the shares that were fitted, say nothing. */
const fewestLooks = 3;
/** Stretches from which on one less is enough: what a wrong split has left to look at, when it begins in the first seconds. */
const someStretches = 6;

/** Quantiles of the standard normal distribution: one in 300,000 for what is found, since it is looked at all the time, at several lengths. */
const foundAt = 4.5;
/**
 * For what may be: 0.5 %. For few stretches in a row, in which company shows little, and where much was looked at: 5 %, so that
 * a wrong split is known within seconds.
 */
const fewStretches = 8;
const manyLooks = 10;
const mostAt = {few: -1.645, many: -2.576};

/**
 * Of how many requests a client's company is taken to be until it is seen: without a bound nothing could be claimed for minutes.
 * Clients that send ten requests on average, some many and some few, are company of about twenty in the end: so many within a
 * minute, and fewer within ten seconds, or else the stretches before tell of them.
 *
 * Of all that was seen while that is little; within ten seconds; and for each stretch beyond them one more, up to a limit.
 */
const largestGroup = {atFirst: 11, within: 5, limit: 25};
/** Stretches: ten seconds. */
const shortWhile = 5;
/** Looks from which on company that sends all it has within a stretch was seen. */
const firstLooks = 9;
/** How many times what was seen there may be: the greatest of several lengths of time, or of single stretches. */
const unseen = {ofAny: 4, ofSingle: 3.5};
/** Looks at requests that are independent which single stretches are added to: a few of them alone are now and then far off. */
const priorLooks = 8;
/** What was seen to deviate less than requests one by one do was so by chance. */
const leastFactor = {few: 0.5, many: 1};

type Most = Readonly<Record<keyof typeof mostAt, number>>;
type Deviation = {sum: number; looks: number};
type Scale = {length: number; factor: number; most: Most; isFound: boolean; looks: number};

/**
 * How far the requests of consecutive stretches, oldest first, are from being independent.
 *
 * @param shares Of the split, as fractions that sum to 1.
 * @param seconds How long each stretch is; all the same unless told.
 */
export function dispersion(
	stretches: readonly Stretch[],
	shares: readonly number[],
	seconds?: readonly number[],
): Dispersion {
	const scales: Scale[] = [];
	const kinds = Math.max(1, shares.filter(share => share > 0).length - 1);
	const parts = partsOf(stretches, shares);
	const ofBlocks = (length: number) => deviationOf(parts, length);
	for (let length = 1; length * (fewestLooks + 1) <= stretches.length; length *= 2) {
		const least = stretches.length < someStretches ? fewestLooks : fewestLooks - 1;
		const scale = scaleOf(ofBlocks(length), {length, kinds, least});
		// In a short one there may be too few requests.
		if (scale) scales.push(scale);
	}
	const found = scales.filter(({isFound}) => isFound);
	const arriving = arrivals(stretches.map(totalOf), seconds);
	/** The shares of a few stretches are far off by chance now and then, and then the arrivals are not. */
	const tempered = ({factor, looks}: Scale) =>
		Math.min(factor, (factor * looks + arriving.factor * arriving.looks) / (looks + arriving.looks));
	const seen = Math.max(1, ...scales.map(tempered));
	const [single] = scales;
	const company = companyOf(parts, {kinds, factor: single?.factor ?? 1});
	const before = seenBefore(stretches, {shares, kinds});
	/** Of how many requests company may be, whatever the shares show. */
	const groupOver = (over: number) =>
		arriving.excess *
		(over < stretches.length || (single && single.looks >= firstLooks)
			? Math.min(largestGroup.limit, largestGroup.within + Math.max(0, over - shortWhile))
			: largestGroup.atFirst);
	return {
		factor: Math.max(single?.factor ?? 1, ...found.map(({factor}) => factor)),
		isFound: found.length > 0,
		looks: single?.looks ?? 0,
		mostOver(over) {
			const isShort = over <= fewStretches;
			const group = groupOver(over);
			let least = Math.max(group, unseen.ofAny * seen);
			for (const {length, most, looks} of scales) {
				const excess = most[isShort && looks >= manyLooks ? 'few' : 'many'] - 1;
				least = Math.min(least, 1 + excess * Math.max(1, over / length));
			}
			const earlier = isShort ? before[stretches.length - over] : undefined;
			if (!single || !earlier) return least;
			if (single.looks >= manyLooks) least = Math.min(least, single.most.few + (over - 1) * company);
			if (earlier.looks < fewestLooks) return least;
			const steadied = Math.max(steady(earlier), steady(single));
			return Math.min(
				least,
				Math.max(group, unseen.ofSingle * steadied),
				earlier.most + (over - 1) * earlier.company,
			);
		},
	};
}

/** The factor of single stretches, with looks added at which it is 1. */
const steady = ({factor, looks}: {factor: number; looks: number}): number =>
	(factor * looks + priorLooks) / (looks + priorLooks);

/** What single stretches told before each of them, about the shares of the split. */
type EarlierDispersion = {
	looks: number;
	factor: number;
	/** The factor, and what neighbours have in common, at most (95 %). */
	most: number;
	company: number;
};

/**
 * Of the stretches before each: what is asked of a run of the last ones must not depend on them, nor on where a change among them
 * is taken to be.
 */
function seenBefore(
	stretches: readonly Stretch[],
	{shares, kinds}: {shares: readonly number[]; kinds: number},
): EarlierDispersion[] {
	let looks = 0;
	let sum = 0;
	let pairs = 0;
	let common = 0;
	let last: Stretch | undefined;
	return stretches.map(counts => {
		const factor = looks === 0 ? 1 : sum / looks / kinds;
		const told: EarlierDispersion = {
			looks,
			factor,
			most: Math.max(1, Math.max(leastFactor.few, factor) / quantile(looks * kinds, mostAt.few)),
			company: mostCommon({sum: common / kinds, pairs, kinds, factor}),
		};
		const isTold = totalOf(counts) >= fewestRequests;
		if (isTold) {
			looks++;
			sum += deviation([counts], shares);
			if (last) {
				common += covariance(last, counts, shares);
				pairs++;
			}
		}
		last = isTold ? counts : undefined;
		return told;
	});
}

/** @param sum Of the covariances of so many pairs. */
function mostCommon({
	sum,
	pairs,
	kinds,
	factor,
}: {
	sum: number;
	pairs: number;
	kinds: number;
	factor: number;
}): number {
	return pairs === 0
		? Infinity
		: Math.max(0, sum / pairs - (mostAt.few * Math.max(1, factor)) / Math.sqrt(pairs * kinds));
}

/** Blocks of that many stretches; what is left over at the beginning is in none. */
function joined(stretches: readonly Stretch[], length: number): Stretch[] {
	if (length === 1) return stretches.filter(counts => totalOf(counts) >= fewestRequests);
	const blocks: number[][] = [];
	// From the end: what came last must be in it.
	for (let end = stretches.length; end - length >= 0; end -= length) {
		const part = stretches.slice(end - length, end);
		blocks.push(
			(part[0] ?? []).map((_, place) => part.reduce((sum, counts) => sum + (counts[place] ?? 0), 0)),
		);
	}
	return blocks.toReversed().filter(counts => totalOf(counts) >= fewestRequests);
}

/** Of blocks of so many stretches: about their own share, or with one run of them apart from the others. */
function scaleOf(
	{sum, looks}: Deviation,
	{length, kinds, least}: {length: number; kinds: number; least: number},
): Scale | undefined {
	if (looks < least) return undefined;
	const degrees = looks * kinds;
	const factor = sum / degrees;
	return {
		length,
		factor,
		most: {
			few: Math.max(1, Math.max(leastFactor.few, factor) / quantile(degrees, mostAt.few)),
			many: Math.max(1, Math.max(leastFactor.many, factor) / quantile(degrees, mostAt.many)),
		},
		isFound: factor > quantile(degrees, foundAt),
		looks,
	};
}

/** Of blocks of so many stretches. Where a run would explain it, but too few are left to say so, nothing is said. */
function deviationOf(parts: readonly Part[], length: number): Deviation {
	let sum = 0;
	let looks = parts.length > 1 ? -searched : 0;
	const outside = parts.filter(({shares}) => shares).flatMap(part => joined(part.stretches, length));
	const known = parts.find(({shares}) => shares)?.shares;
	if (known) {
		sum += deviation(outside, known);
		looks += outside.length;
	}
	for (const part of parts.filter(({shares}) => !shares)) {
		const blocks = joined(part.stretches, length);
		sum += deviation(blocks);
		looks += parts.length > 1 ? Math.max(0, blocks.length - 1) : blocks.length - 1;
	}
	return {sum, looks};
}

/**
 * How much neighbours have in common, at most (95 %): the covariance of their deviations, in units of the variance of independent
 * requests. What stays for k stretches shows between each two neighbours among them, so that their sum has at most k − 1 times this
 * more than single ones have.
 */
function companyOf(parts: readonly Part[], {kinds, factor}: {kinds: number; factor: number}): number {
	let sum = 0;
	let pairs = 0;
	let fitted = 0;
	for (const {stretches, shares} of parts) {
		const expected = shares ?? sharesOf(stretches);
		if (!shares && stretches.length > 1) fitted++;
		for (const [index, counts] of stretches.entries()) {
			const next = stretches[index + 1];
			if (!next || totalOf(counts) < fewestRequests || totalOf(next) < fewestRequests) continue;
			sum += covariance(counts, next, expected);
			pairs++;
		}
	}
	// About a share of their own, deviations sum to 0: neighbours seem to have less in common.
	return mostCommon({sum: sum / kinds + fitted, pairs, kinds, factor});
}

function covariance(one: Stretch, other: Stretch, shares: readonly number[]): number {
	const [n, m] = [totalOf(one), totalOf(other)];
	return shares.reduce(
		(sum, share, place) =>
			share > 0
				? sum +
					(((one[place] ?? 0) - n * share) * ((other[place] ?? 0) - m * share)) / (share * Math.sqrt(n * m))
				: sum,
		0,
	);
}

/** Pearson's statistic of so many rows of counts against these shares; against those that they have together unless told. */
function deviation(blocks: readonly Stretch[], shares?: readonly number[]): number {
	const expected = shares ?? sharesOf(blocks);
	let deviates = 0;
	for (const counts of blocks) {
		const total = totalOf(counts);
		for (const [place, share] of expected.entries()) {
			if (share > 0) deviates += ((counts[place] ?? 0) - total * share) ** 2 / (total * share);
		}
	}
	return deviates;
}

/** The shares that they have together. */
function sharesOf(blocks: readonly Stretch[]): number[] {
	const sums = (blocks[0] ?? []).map((_, place) =>
		blocks.reduce((sum, counts) => sum + (counts[place] ?? 0), 0),
	);
	const all = totalOf(sums);
	return sums.map(sum => sum / all);
}

/**
 * By how much failures come in groups: the variance of their number between stretches over its mean, at most so much (95 %),
 * at least 1; Infinity before anything can be said.
 */
export function mostGrouped(failures: readonly number[]): number {
	if (failures.length <= fewestLooks) return Infinity;
	const mean = failures.reduce((sum, count) => sum + count, 0) / failures.length;
	if (mean === 0) return 1;
	const squares = failures.reduce((sum, count) => sum + (count - mean) ** 2, 0);
	const degrees = failures.length - 1;
	return Math.max(1, squares / degrees / mean / quantile(degrees, mostAt.few));
}
