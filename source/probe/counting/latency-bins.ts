/** Latencies of a stretch of time in few numbers, for a curve over time: percentiles true to 10 %. */

/** Between the bounds of two bins. */
const ratio = 1.2;
/** Milliseconds below which it does not matter. */
const smallest = 0.1;
/** Up to 10 minutes. */
const binsLimit = 86;

/** How often each bin was met, by its number. */
export type LatencyBins = ReadonlyMap<number, number>;

/** The number of the bin of a latency in milliseconds, from 0; all that is slower than the last one is in that. */
export function binOf(latency: number): number {
	const bin = Math.floor(Math.log(Math.max(latency, smallest) / smallest) / Math.log(ratio));
	return Math.min(binsLimit, bin);
}

/** Milliseconds; undefined without any latency. `percentile` is 0–100. */
export function percentileOf(bins: LatencyBins, percentile: number): number | undefined {
	let total = 0;
	for (const count of bins.values()) total += count;
	if (total === 0) return undefined;
	const wanted = (percentile / 100) * total;
	let seen = 0;
	for (const bin of [...bins.keys()].toSorted((one, other) => one - other)) {
		seen += bins.get(bin) ?? 0;
		// The middle of the bin.
		if (seen >= wanted) return smallest * ratio ** (bin + 0.5);
	}
	return undefined;
}

/** Adds the counts of `bins` to those of `to`, in place. */
export function addBins(to: Map<number, number>, bins: LatencyBins): void {
	for (const [bin, count] of bins) to.set(bin, (to.get(bin) ?? 0) + count);
}
