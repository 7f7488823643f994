/**
 * Do requests go their ways one by one, or in company? Where clients keep to a revision (kept connections, retries, one client
 * with half of the traffic), the shares of one stretch of time differ from those of the others by more than chance allows, and
 * no test that takes requests for independent may claim its rate of false alarms.
 *
 * Looked at over all stretches, at several lengths, about the share that they have together: Pearson's statistic of homogeneity.
 * A gateway that gave users another split for a while differs as well, and once: one run of stretches may have a share of its
 * own, if all others have that of the split. Neighbours alone would not do: clients that stay are in both.
 */

/** Requests of one stretch of time by revision, in the same order in all of them. */
export type Stretch = readonly number[];

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
/** Requests in a stretch below which its share says nothing. */
const fewestRequests = 10;

/** Quantiles of the standard normal distribution: one in 30,000 for what is found, since it is looked at all the time. */
const foundAt = 4;
/**
 * For what may be: 0.5 %. For few stretches in a row, in which company shows little, and where much was looked at: 5 %, so that
 * a wrong split is known within seconds.
 */
const fewStretches = 8;
const manyLooks = 10;
const mostAt = {few: -1.645, many: -2.576};

/**
 * Of how many requests a client's company is taken to be until it is seen: without a bound nothing could be claimed for minutes.
 * Clients that send ten requests on average, some many and some few, are company of about twenty in the end, and of less within
 * the seconds that it takes to see them.
 */
const largestGroup = 11;
/** How many times what was seen there may be. */
const unseen = 5;

/** By how many standard errors a stretch deviates, at least, that is taken to be one of a run with another share. */
const leastDeviation = 0.5;
/** Looks that the search for that run is worth. */
const searched = 2;

type Most = Readonly<Record<keyof typeof mostAt, number>>;
/** Stretches from one, to before another. */
type Run = {from: number; to: number};
type Deviation = {sum: number; looks: number};
type Scale = {length: number; factor: number; most: Most; isFound: boolean; looks: number};

/**
 * How far the requests of consecutive stretches, oldest first, are from being independent.
 *
 * @param shares Of the split, as fractions that sum to 1.
 */
export function dispersion(stretches: readonly Stretch[], shares: readonly number[]): Dispersion {
	const scales: Scale[] = [];
	const kinds = Math.max(1, shares.filter(share => share > 0).length - 1);
	const parts = partsOf(stretches, shares);
	const ofBlocks = (length: number) => deviationOf(parts, length);
	for (let length = 1; length * (fewestLooks + 1) <= stretches.length; length *= 2) {
		const scale = scaleOf(ofBlocks(length), {length, kinds});
		// In a short one there may be too few requests.
		if (scale) scales.push(scale);
	}
	const found = scales.filter(({isFound}) => isFound);
	const seen = Math.max(1, ...scales.map(({factor}) => factor));
	const [single] = scales;
	const company = companyOf(parts, {kinds, factor: single?.factor ?? 1});
	return {
		factor: Math.max(single?.factor ?? 1, ...found.map(({factor}) => factor)),
		isFound: found.length > 0,
		looks: single?.looks ?? 0,
		mostOver(over) {
			const isFew = (looks: number) => over <= fewStretches && looks >= manyLooks;
			const bounds = scales.map(({length, most, looks}) => {
				const excess = most[isFew(looks) ? 'few' : 'many'] - 1;
				return 1 + excess * Math.max(1, over / length);
			});
			if (single && isFew(single.looks)) bounds.push(single.most.few + (over - 1) * company);
			return Math.min(...bounds, Math.max(largestGroup, unseen * seen));
		},
	};
}

/** Stretches in a row that have one share: that of the split, or one of their own. */
type Part = {stretches: readonly Stretch[]; shares?: readonly number[]};

/**
 * All stretches as one, or a run with a share of its own apart from the others, without the stretches in which one became the other:
 * whichever single stretches are nearer to.
 */
function partsOf(stretches: readonly Stretch[], shares: readonly number[]): Part[] {
	const run = runOf(stretches, shares);
	const whole: Part[] = [{stretches}];
	if (!run) return whole;
	const {from, to} = run;
	const apart: Part[] = [
		{stretches: stretches.slice(0, from), shares},
		{stretches: stretches.slice(from === 0 ? from : from + 1, to === stretches.length ? to : to - 1)},
		{stretches: stretches.slice(to), shares},
	];
	const [one, other] = [deviationOf(whole, 1), deviationOf(apart, 1)];
	return one.sum / one.looks <= other.sum / Math.max(1, other.looks) ? whole : apart;
}

/** Blocks of that many stretches; what is left over at the beginning is in none. */
function joined(stretches: readonly Stretch[], length: number): Stretch[] {
	const blocks: number[][] = [];
	// From the end: what came last must be in it.
	for (let end = stretches.length; end - length >= 0; end -= length) {
		const part = stretches.slice(end - length, end);
		blocks.unshift(
			(part[0] ?? []).map((_, place) => part.reduce((sum, counts) => sum + (counts[place] ?? 0), 0)),
		);
	}
	return blocks.filter(counts => totalOf(counts) >= fewestRequests);
}

const totalOf = (counts: Stretch): number => counts.reduce((sum, count) => sum + count, 0);

/** Of blocks of so many stretches: about their own share, or with one run of them apart from the others. */
function scaleOf(
	{sum, looks}: Deviation,
	{length, kinds}: {length: number; kinds: number},
): Scale | undefined {
	if (looks < fewestLooks) return undefined;
	const degrees = looks * kinds;
	const factor = sum / degrees;
	return {
		length,
		factor,
		most: {
			few: Math.max(1, factor / quantile(degrees, mostAt.few)),
			many: Math.max(1, factor / quantile(degrees, mostAt.many)),
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
	return pairs === 0
		? Infinity
		: Math.max(
				0,
				(sum / kinds + fitted) / pairs - (mostAt.few * Math.max(1, factor)) / Math.sqrt(pairs * kinds),
			);
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

/** The stretches in a row that deviate most from the split, all to the same side; undefined where none do. */
function runOf(stretches: readonly Stretch[], shares: readonly number[]): Run | undefined {
	let best: (Run & {sum: number}) | undefined;
	for (const [place, share] of shares.entries()) {
		if (share <= 0 || share >= 1) continue;
		const deviations = stretches.map(counts => {
			const total = totalOf(counts);
			const off = (counts[place] ?? 0) - total * share;
			return total > 0 ? off / Math.sqrt(total * share * (1 - share)) : 0;
		});
		for (const signed of [deviations, deviations.map(off => -off)]) {
			const rough = greatestRun(signed, leastDeviation);
			if (!rough) continue;
			// What is nearer to the split than to the others of the run is none of it.
			const mean = signed.slice(rough.from, rough.to).reduce((sum, off) => sum + off, 0);
			const run = greatestRun(signed, Math.max(leastDeviation, mean / (rough.to - rough.from) / 2));
			if (run && run.sum > (best?.sum ?? 0)) best = run;
		}
	}
	return best;
}

/** The run with the greatest sum of what is above `least` (Kadane). */
function greatestRun(values: readonly number[], least: number): (Run & {sum: number}) | undefined {
	let best: (Run & {sum: number}) | undefined;
	let from = 0;
	let sum = 0;
	for (const [index, value] of values.entries()) {
		sum += value - least;
		if (sum <= 0) {
			sum = 0;
			from = index + 1;
		} else if (sum > (best?.sum ?? 0)) best = {from, to: index + 1, sum};
	}
	return best;
}

/** The quantile of chi-square over its degrees of freedom, at z of the standard normal (Wilson and Hilferty 1931). */
function quantile(degrees: number, z: number): number {
	const spread = 2 / (9 * degrees);
	return Math.max(1e-3, (1 - spread + z * Math.sqrt(spread)) ** 3);
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
