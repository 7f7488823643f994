/** The interval in which a share may lie, given how often it was seen. */

/** Both ends as fractions, 0–1. */
export type Interval = {low: number; high: number};

/**
 * Wilson score interval of a binomial proportion (Brown, Cai, DasGupta, "Interval Estimation for a Binomial
 * Proportion", Statistical Science 16, 2001). For one look: it says where the share may be, not whether it is right.
 *
 * @param seen How often, 0–`total`.
 * @param total How many trials; with none the interval is the whole of 0–1.
 * @param z Quantile of the normal distribution; 1.96 is 95 %.
 */
export function wilson(seen: number, total: number, z = 1.96): Interval {
	if (total <= 0) return {low: 0, high: 1};
	const share = seen / total;
	const square = z * z;
	const centre = (share + square / (2 * total)) / (1 + square / total);
	const half =
		(z / (1 + square / total)) * Math.sqrt((share * (1 - share)) / total + square / (4 * total * total));
	// The ends are exact where nothing, or everything, was seen; in floating point they are off by some 1e-17.
	return {
		low: seen === 0 ? 0 : Math.max(0, centre - half),
		high: seen === total ? 1 : Math.min(1, centre + half),
	};
}
