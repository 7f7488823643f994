/**
 * Do requests go their ways one by one, or in company? Where clients keep to a revision (kept connections, retries, one client
 * with half of the traffic), the shares of one stretch of time differ from those of the next by more than chance allows, and
 * no test that takes requests for independent may claim its rate of false alarms.
 *
 * Looked at between neighbouring stretches, at several lengths: a share that changes once (the gateway is switched) makes one
 * difference, company makes many. Each difference is Pearson's statistic of homogeneity; the greatest is left out.
 */

/** Requests of one stretch of time by revision, in the same order in all of them. */
export type Stretch = readonly number[];

export type Dispersion = {
	/** Variance of the shares over that of independent requests: 1 when they are, about n when they come in groups of n. */
	readonly factor: number;
	/** More than chance allows. */
	readonly isFound: boolean;
	/** Differences between neighbouring stretches that were looked at; 0 while nothing can be said. */
	readonly looks: number;
	/**
	 * By how much the evidence of that many stretches in a row has to be divided, so that it holds for whatever dependence is
	 * not ruled out yet: 1 or more, Infinity before anything can be said. Company of a longer time than was looked at makes
	 * the excess grow with the time, and by no more.
	 */
	mostOver(stretches: number): number;
};

/** Fewer differences than that say nothing. */
const fewestLooks = 4;
/** Requests in a stretch below which its share says nothing. */
const fewestRequests = 10;

/** Quantiles of the standard normal distribution: one in 30,000 for what is found, since it is looked at all the time. */
const foundAt = 4;
/**
 * For what may be: 0.5 %. For few stretches in a row, in which company shows little, and where much was looked at: 5 %, so that
 * a wrong split is known within seconds.
 */
const fewStretches = 8;
const manyLooks = 12;
const mostAt = {few: -1.645, many: -2.576};

/**
 * Of how many requests a client's company is taken to be until it is seen: without a bound nothing could be claimed for minutes.
 * What comes in larger groups is found within half a minute, as a rule.
 */
const largestGroup = 8;

type Most = Readonly<Record<keyof typeof mostAt, number>>;
type Scale = {length: number; factor: number; most: Most; isFound: boolean; looks: number};

/** How far the requests of consecutive stretches, oldest first, are from being independent. */
export function dispersion(stretches: readonly Stretch[]): Dispersion {
	const scales: Scale[] = [];
	for (let length = 1; ; length *= 2) {
		const scale = scaleOf(joined(stretches, length), length);
		if (!scale) break;
		scales.push(scale);
	}
	const found = scales.filter(({isFound}) => isFound);
	return {
		factor: Math.max(scales[0]?.factor ?? 1, ...found.map(({factor}) => factor)),
		isFound: found.length > 0,
		looks: scales[0]?.looks ?? 0,
		mostOver(over) {
			if (scales.length === 0) return Infinity;
			const bounds = scales.map(({length, most, looks}) => {
				const excess = most[over <= fewStretches && looks >= manyLooks ? 'few' : 'many'] - 1;
				return 1 + excess * Math.max(1, over / length);
			});
			const seen = Math.max(...scales.map(({factor}) => factor));
			return Math.min(...bounds, Math.max(largestGroup, 4 * seen));
		},
	};
}

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

function scaleOf(blocks: readonly Stretch[], length: number): Scale | undefined {
	const differences: number[] = [];
	for (let index = 1; index < blocks.length; index++) {
		const difference = homogeneity(blocks[index - 1] ?? [], blocks[index] ?? []);
		if (difference !== undefined) differences.push(difference);
	}
	const kept = differences.toSorted((one, other) => one - other).slice(0, -1);
	if (kept.length < fewestLooks) return undefined;
	const sum = kept.reduce((total, value) => total + value, 0);
	// What is left out was the greatest of as many draws, or a change among them: between the two.
	const factor = sum / Math.max(1, kept.length - (greatestOf(differences.length) - 1) / 2);
	// Neighbouring differences share a stretch: they are worth two thirds of as many independent ones (von Neumann 1941).
	const degrees = (2 * kept.length) / 3;
	return {
		length,
		factor,
		most: {
			few: Math.max(1, factor / quantile(degrees, mostAt.few)),
			many: Math.max(1, factor / quantile(degrees, mostAt.many)),
		},
		isFound: factor > quantile(degrees, foundAt),
		looks: kept.length,
	};
}

/** About the mean of the greatest of n draws of chi-square with one degree of freedom. */
function greatestOf(n: number): number {
	return Math.max(1, 2 * Math.log(n) - Math.log(Math.log(n + 1)) - 0.6);
}

/** The quantile of chi-square over its degrees of freedom, at z of the standard normal (Wilson and Hilferty 1931). */
function quantile(degrees: number, z: number): number {
	const spread = 2 / (9 * degrees);
	return Math.max(1e-3, (1 - spread + z * Math.sqrt(spread)) ** 3);
}

/** Pearson's statistic of two rows of counts, over its degrees of freedom; undefined where all are of one kind. */
function homogeneity(one: Stretch, other: Stretch): number | undefined {
	const [first, second] = [totalOf(one), totalOf(other)];
	const total = first + second;
	let sum = 0;
	let kinds = 0;
	for (const [place, count] of one.entries()) {
		const both = count + (other[place] ?? 0);
		if (both === 0) continue;
		kinds++;
		const expected = (both * first) / total;
		const rest = (both * second) / total;
		sum += (count - expected) ** 2 / expected + ((other[place] ?? 0) - rest) ** 2 / rest;
	}
	return kinds < 2 ? undefined : sum / (kinds - 1);
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
