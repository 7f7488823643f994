/**
 * What came when: answers, failures and latencies by key and second, kept for as long as the program runs. Memory stays
 * bounded: what is older than ten minutes is kept by ten seconds, what is older than two hours by minutes, for two days.
 */
import {addBins, binOf, type LatencyBins} from './latency-bins.js';

export type SeriesCell = {
	/** Answers and failures. */
	n: number;
	failed: number;
	latencies: LatencyBins;
};

/** A stretch of time with the answers that came in it. */
export type SeriesBucket = {
	/** When it began, and how long it is; milliseconds. */
	at: number;
	duration: number;
	cells: ReadonlyMap<string, SeriesCell>;
};

export type Series = {
	/** Milliseconds since 1970 and milliseconds. What was asked long ago may be put down late. */
	add(key: string, answer: {at: number; latency: number; failed: boolean}): void;
	/** All buckets that end after `from`, the oldest first. One that is over never changes: another takes its place. */
	since(from: number): readonly SeriesBucket[];
	clear(): void;
};

type GrowingCell = {n: number; failed: number; latencies: Map<number, number>};
type GrowingBucket = {at: number; duration: number; cells: Map<string, GrowingCell>};

/** How long buckets are, and how many of that length are kept. */
const tiers = [
	{duration: 1000, limit: 600},
	{duration: 10_000, limit: 720},
	{duration: 60_000, limit: 2880},
] as const;

/** Keys in one bucket; whatever else comes in it is counted as one. */
const keysLimit = 24;
const otherKey = 'other';
/** What no revision answered, because the gateway did itself or was not reached: never counted as one with what others did. */
export const lostKeys = {gateway: 'gateway', unreached: 'unreached'} as const;
const keysOfLost: ReadonlySet<string> = new Set(Object.values(lostKeys));
/** Whether what is under a key of a series was answered by no revision. */
export const isLostKey = (key: string) => keysOfLost.has(key);

/** An empty one. Times are milliseconds since 1970 and may come out of order. */
export function createSeries(): Series {
	let kept: GrowingBucket[][] = tiers.map(() => []);

	/** The bucket of a tier that a time lies in; nearly always the last one. */
	function bucketAt(tier: number, at: number): GrowingBucket {
		const {duration} = tiers[tier] ?? tiers[0];
		const start = Math.floor(at / duration) * duration;
		const buckets = kept[tier] ?? [];
		const last = buckets.at(-1);
		if (last?.at === start) return last;
		const index = buckets.findLastIndex(bucket => bucket.at <= start);
		const found = buckets[index];
		if (found?.at === start) {
			const copy = {...found, cells: new Map([...found.cells].map(([key, cell]) => [key, copied(cell)]))};
			buckets[index] = copy;
			return copy;
		}

		const bucket = {at: start, duration, cells: new Map<string, GrowingCell>()};
		buckets.splice(index + 1, 0, bucket);
		return bucket;
	}

	/** What no longer fits a tier goes on into the next, coarser one. */
	function age(): void {
		for (const [tier, {limit}] of tiers.entries()) {
			const buckets = kept[tier] ?? [];
			while (buckets.length > limit) {
				const oldest = buckets.shift();
				if (oldest && tier + 1 < tiers.length) merge(bucketAt(tier + 1, oldest.at), oldest);
			}
		}
	}

	return {
		add(key, {at, latency, failed}) {
			const {cells} = bucketAt(0, at);
			const cell = cellOf(cells, key);
			const bin = binOf(latency);
			cell.n++;
			cell.failed += failed ? 1 : 0;
			cell.latencies.set(bin, (cell.latencies.get(bin) ?? 0) + 1);
			age();
		},
		since(from) {
			return kept.toReversed().flatMap(buckets => {
				const first = buckets.findIndex(({at, duration}) => at + duration > from);
				return first === -1 ? [] : buckets.slice(first);
			});
		},
		clear() {
			kept = tiers.map(() => []);
		},
	};
}

const copied = ({latencies, ...cell}: GrowingCell): GrowingCell => ({...cell, latencies: new Map(latencies)});

function cellOf(cells: Map<string, GrowingCell>, key: string): GrowingCell {
	const used = cells.has(key) || cells.size < keysLimit || isLostKey(key) ? key : otherKey;
	let cell = cells.get(used);
	if (!cell) {
		cell = {n: 0, failed: 0, latencies: new Map()};
		cells.set(used, cell);
	}
	return cell;
}

function merge(into: GrowingBucket, from: GrowingBucket): void {
	for (const [key, {n, failed, latencies}] of from.cells) {
		const cell = cellOf(into.cells, key);
		cell.n += n;
		cell.failed += failed;
		addBins(cell.latencies, latencies);
	}
}
