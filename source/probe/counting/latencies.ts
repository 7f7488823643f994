/** Latencies, kept as an HDR histogram: constant size, and percentiles true to three digits (hdrhistogram.org). */
// By its file, because the package's index brings along an encoder and a WebAssembly build of the same; and by this file,
// because it has names: Node and bundlers disagree on what the default of a CommonJS module is.
import {constructorFromBucketSize} from 'hdr-histogram-js/dist/JsHistogramFactory.js';

/** In milliseconds. A percentile is undefined when there are too few samples to speak of it. */
export type Percentiles = {
	p50: number | undefined;
	p95: number | undefined;
	/** From 100 samples on: below that it is the largest one by another name. */
	p99: number | undefined;
};

export type Latencies = {
	/** Milliseconds, 0 or more; above 10 minutes it is counted as 10 minutes. */
	record(latency: number): void;
	percentiles(): Percentiles;
	/** For {@link createLatencies} only. */
	readonly histogram: Histogram;
};

const Int32Histogram = constructorFromBucketSize(32);
type Histogram = InstanceType<typeof Int32Histogram>;

/** Microseconds: the histogram counts whole numbers. */
const unit = 1000;
const highest = 10 * 60 * 1000 * unit;

/** No latencies, or those of all `parts` together. */
export function createLatencies(parts: readonly Latencies[] = []): Latencies {
	const histogram = new Int32Histogram(1, 2, 3);
	// Begins small and grows with what it sees: there is one for each fingerprint.
	histogram.autoResize = true;
	for (const part of parts) {
		histogram.add(part.histogram);
	}

	const at = (percentile: number, samples: number): number | undefined =>
		histogram.totalCount < samples ? undefined : histogram.getValueAtPercentile(percentile) / unit;

	// Finding one walks the whole histogram; a snapshot is taken ten times a second, mostly of rows that did not change.
	let known: Percentiles | undefined;

	return {
		histogram,
		record(latency) {
			known = undefined;
			histogram.recordValue(Math.min(highest, Math.max(0, Math.round(latency * unit))));
		},
		percentiles() {
			known ??= {p50: at(50, 1), p95: at(95, 1), p99: at(99, 100)};
			return known;
		},
	};
}
