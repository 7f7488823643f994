/**
 * What the number of requests of each stretch of time tells of how they come. Clients that send many requests come at random
 * themselves, whichever revision they get: the variance of all arrivals over that of independent ones is then that of the shares, or
 * more where the rate changes. It needs no share that is taken to be the right one, so that it helps where little is known of these.
 * Of clients that send evenly and one at a time it tells nothing. Pure.
 */

export type Arrivals = {
	/** Variance over that of independent ones; 1 while nothing can be said. */
	readonly factor: number;
	/** Stretches that were compared, less the rate that was fitted to them. */
	readonly looks: number;
	/** By how many times the factor is beyond chance (95 %); 1 when it is not. */
	readonly excess: number;
};

/** Stretches that are looked at: a minute. Over more, the hours of the day would tell. */
const recent = 30;
/** Quantile of the standard normal distribution: 5 %. */
const beyondChance = 1.645;
/** Busy and quiet times make more of it than any company; what is beyond that makes verdicts late, and hardly better. */
const mostExcess = 3;

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/**
 * @param totals Requests of each stretch, oldest first.
 * @param seconds How long each of them is; all the same unless told.
 */
export function arrivals(
	totals: readonly number[],
	seconds: readonly number[] = totals.map(() => 1),
): Arrivals {
	const counts = totals.slice(-recent);
	const lengths = seconds.slice(-recent);
	const looks = counts.length - 1;
	const rate = sumOf(counts) / sumOf(lengths);
	if (looks < 1 || !(rate > 0)) return {factor: 1, looks: 0, excess: 1};
	const deviates = counts.reduce((all, count, index) => {
		const expected = rate * (lengths[index] ?? 0);
		return expected > 0 ? all + (count - expected) ** 2 / expected : all;
	}, 0);
	const factor = deviates / looks;
	const excess = Math.min(mostExcess, Math.max(1, factor / chiSquareQuantile(looks, beyondChance)));
	return {factor, looks, excess};
}

/** The quantile of chi-square over its degrees of freedom, at z of the standard normal (Wilson and Hilferty 1931). Above 0. */
export function chiSquareQuantile(degrees: number, z: number): number {
	const spread = 2 / (9 * degrees);
	return Math.max(1e-3, (1 - spread + z * Math.sqrt(spread)) ** 3);
}
