/**
 * What users and revisions got over time, as columns of a chart. A column gets its value from what came in it and, where that
 * is little, from what came just before: never across a change of the split. So a column that is over stays as it is, and a
 * chart that grows costs one column. When there is no more room each two become one. Pure.
 */
import type {LoopSnapshot, TimelineBucket} from '../state/state.js';
import {addBins, percentileOf} from '../../probe/counting/latency-bins.js';

/** Of one row of a chart; undefined where nothing came. */
export type ColumnValues = readonly (number | undefined)[];

export type RevisionColumns = {
	revision: string;
	/** Of users' answers, 0–1; undefined also where it is not known whose too many of them are. */
	share: ColumnValues;
	/** Of the answers at its own host, 0–1. */
	errors: ColumnValues;
	/** Milliseconds. */
	p95: ColumnValues;
};

export type Chart = {
	/** When the first column begins, and how long each is; milliseconds. */
	start: number;
	duration: number;
	/** Failures of users' requests, 0–1; those that the gateway failed are of them. */
	errors: ColumnValues;
	revisions: readonly RevisionColumns[];
	/** From which column on users got nothing of any revision, and asked: what came before is not how it is now. */
	silentFrom?: number;
	/** What each gets by now cannot be told: too few come. */
	isShareOpen?: true;
	/** Where the split was changed. */
	marks: readonly ChartMark[];
};

export type ChartMark = {
	column: number;
	/** Milliseconds since 1970. */
	at: number;
	/** Percents of the split before and after, in the order of each. */
	before: readonly number[];
	after: readonly number[];
};

type Epoch = Pick<LoopSnapshot, 'since' | 'weights'>;
/** What of a snapshot is drawn. */
export type Charted = Epoch & Pick<LoopSnapshot, 'timeline' | 'at'> & {history: readonly Epoch[]};

/** Answers from which on a column says enough by itself. */
const telling = 20;
/** Requests without an answer of a revision before it is said that none comes. */
const fewestFailed = 5;
const second = 1000;

/**
 * @param columns Room, in cells; at least 1.
 * @param revisions Of which there is something to be drawn, in that order.
 */
export function chartOf(
	{timeline, history, since, weights, at: now}: Charted,
	{columns, revisions}: {columns: number; revisions: readonly string[]},
): Chart | undefined {
	const first = timeline[0]?.at;
	if (first === undefined || columns < 1) return undefined;
	const {start, duration, length, place} = columnsFor(first, now, {columns, shortest: second});
	const changes = marksOf([...history, {since, weights}]).map(mark => ({...mark, column: place(mark.at)}));
	const buckets = inColumns(ofOneSplit(timeline, changes), {start, duration, length}).map((column, index) => {
		// In the column of a mark nothing else is drawn: it is of what came since.
		const from = changes.findLast(mark => mark.column === index)?.at ?? 0;
		return column.filter(({at}) => at >= from);
	});
	const marks = changes.filter(({column}) => column > 0 && column < length);
	const breaks = new Set(marks.map(({column}) => column));
	const ratio = (part: (bucket: TimelineBucket) => number, whole: (bucket: TimelineBucket) => number) =>
		buckets.map((_, index) => {
			const sums = gathered(buckets, index, {breaks, weigh: whole});
			const total = sumOf(sums, whole);
			return total === 0 ? undefined : sumOf(sums, part) / total;
		});
	const silentFrom = silenceIn(buckets);
	return {
		start,
		duration,
		errors: ratio(({failed, gateway}) => failed + gateway, requests),
		revisions: revisions.map(revision => ({
			revision,
			share: buckets.map((_, index) => shareOf(gathered(buckets, index, {breaks, weigh: answers}), revision)),
			errors: ratio(
				bucket => bucket.revisions.get(revision)?.failed ?? 0,
				bucket => bucket.revisions.get(revision)?.asked ?? 0,
			),
			p95: buckets.map((_, index) =>
				p95Of(gathered(buckets, index, {breaks, weigh: latenciesOf(revision)}), revision),
			),
		})),
		...(silentFrom !== undefined && {silentFrom}),
		marks,
	};
}

/** So many columns that all of the time from the first to the last has room, as short as can be; milliseconds. */
export function columnsFor(
	first: number,
	last: number,
	{columns, shortest}: {columns: number; shortest: number},
): {start: number; duration: number; length: number; place: (time: number) => number} {
	let duration = shortest;
	const startFor = (length: number) => Math.floor(first / length) * length;
	while ((last - startFor(duration)) / duration >= columns) duration *= 2;
	const start = startFor(duration);
	const place = (time: number) => Math.floor((time - start) / duration);
	return {start, duration, length: place(last) + 1, place};
}

/** The part of answers of no certain revision, beyond which no share is drawn. */
const toleratedUnknown = 0.05;

function shareOf(buckets: readonly TimelineBucket[], revision: string): number | undefined {
	const total = sumOf(buckets, answers);
	const unknown = sumOf(buckets, ({users}) => users.get(undefined) ?? 0);
	if (total === 0 || unknown > toleratedUnknown * total) return undefined;
	return sumOf(buckets, ({users}) => users.get(revision) ?? 0) / total;
}

/** Answers at the service's own host, and requests there. */
const answers = ({users}: TimelineBucket) => [...users.values()].reduce((sum, n) => sum + n, 0);
const requests = (bucket: TimelineBucket) => answers(bucket) + bucket.gateway;

/** Where the columns begin in which the gateway fails everything, if that is so now and not by chance. */
function silenceIn(columns: readonly (readonly TimelineBucket[])[]): number | undefined {
	const from = columns.findLastIndex(column => sumOf(column, answers) > 0) + 1;
	const failed = columns.slice(from).reduce((sum, column) => sum + sumOf(column, ({gateway}) => gateway), 0);
	return failed >= fewestFailed ? from : undefined;
}

/** A bucket across a change is of neither split. */
const ofOneSplit = (timeline: readonly TimelineBucket[], changes: readonly {at: number}[]) =>
	timeline.filter(bucket => !changes.some(({at}) => at > bucket.at && at < bucket.at + bucket.duration));

/** The buckets of each column; one that is longer than a column is in all that it covers. */
function inColumns(
	timeline: readonly TimelineBucket[],
	{start, duration, length}: {start: number; duration: number; length: number},
): TimelineBucket[][] {
	const columns = Array.from({length}, (): TimelineBucket[] => []);
	for (const bucket of timeline) {
		const from = Math.floor((bucket.at - start) / duration);
		const to = Math.max(from, Math.ceil((bucket.at + bucket.duration - start) / duration) - 1);
		for (let column = Math.max(0, from); column <= Math.min(to, length - 1); column++) {
			columns[column]?.push(bucket);
		}
	}
	return columns;
}

/** What is in a column and in those before it, until there is enough; none where nothing came in the column itself. */
export function gathered<Item>(
	columns: readonly (readonly Item[])[],
	index: number,
	{breaks, weigh}: {breaks: ReadonlySet<number>; weigh: (item: Item) => number},
): Item[] {
	const found: Item[] = [];
	for (let column = index; column >= 0; column--) {
		found.push(...(columns[column] ?? []).filter(item => !found.includes(item)));
		const total = found.reduce((sum, item) => sum + weigh(item), 0);
		if (total === 0) return [];
		if (total >= telling || breaks.has(column)) break;
	}
	return found;
}

const sumOf = (buckets: readonly TimelineBucket[], weigh: (bucket: TimelineBucket) => number): number =>
	buckets.reduce((sum, bucket) => sum + weigh(bucket), 0);

const latenciesOf =
	(revision: string) =>
	(bucket: TimelineBucket): number =>
		[...(bucket.revisions.get(revision)?.latencies.values() ?? [])].reduce((sum, n) => sum + n, 0);

function p95Of(buckets: readonly TimelineBucket[], revision: string): number | undefined {
	const bins = new Map<number, number>();
	for (const bucket of buckets) {
		const own = bucket.revisions.get(revision);
		if (own) addBins(bins, own.latencies);
	}
	return percentileOf(bins, 95);
}

/** Where an epoch has another split than the one before it: counting again changes nothing of what users get. */
function marksOf(epochs: readonly Epoch[]): Omit<ChartMark, 'column'>[] {
	return epochs.flatMap(({since, weights}, index) => {
		const before = epochs[index - 1]?.weights;
		const isOther = before !== undefined && splitWords(before) !== splitWords(weights);
		return isOther && weights.length > 0
			? [{at: since, before: percentsOf(before), after: percentsOf(weights)}]
			: [];
	});
}

const percentsOf = (weights: Epoch['weights']) => weights.map(({percent}) => percent);
const splitWords = (weights: Epoch['weights']) =>
	weights.map(({revision, percent}) => `${revision} ${percent}`).join(' ');
