/** Quantiles of a histogram as Prometheus has them. Pure. */

/**
 * A quantile from cumulative counts by upper bound in seconds, in milliseconds: within a bucket evenly spread, as Prometheus'
 * histogram_quantile has it. Infinity in the last one without an end; undefined without requests.
 */
export function quantile(buckets: ReadonlyMap<number, number>, q: number): number | undefined {
	const sorted = [...buckets].toSorted(([one], [other]) => one - other);
	const total = sorted.at(-1)?.[1] ?? 0;
	if (total === 0) return undefined;
	const wanted = q * total;
	let lower = 0;
	let before = 0;
	for (const [bound, count] of sorted) {
		if (count >= wanted) {
			if (bound === Infinity) return Infinity;
			const inside = count > before ? (wanted - before) / (count - before) : 1;
			return (lower + (bound - lower) * inside) * 1000;
		}
		lower = bound;
		before = count;
	}
	return Infinity;
}

/** Of the requests of a histogram, those that are nearly all. */
const nearlyAll = 0.95;

/** Within how many milliseconds nearly all ended, as `quantile` has it. */
export const tookAtMost = (buckets: ReadonlyMap<number, number>): number | undefined =>
	quantile(buckets, nearlyAll);
