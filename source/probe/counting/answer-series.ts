/** What came when, kept by what was said: so that what is learned later of whose answers those are counts for all of them. */
import {lastChangePoint, type ChangePoint, type LastChange} from '../../stats/change-point.js';
import type {Evidence} from '../attribution/attribution.js';
import {groupBy, type Attributed} from './loop-report.js';
import {createSeries, lostKeys, type SeriesBucket} from './series.js';
import type {Said} from './tally.js';
import {kindsOf, serviceKey, tagKey, toTimeline, type TimelineBucket} from './timeline.js';

type TimedAnswer = {
	/** Milliseconds since 1970. */
	at: number;
	/** Milliseconds. */
	latency: number;
	failed: boolean;
};

/** Requests that no revision answered. */
export type Lost = {gateway: number; unreached: number};

export type AnswerSeries = {
	/** An answer at the service's own host. */
	addOfService(said: Said, answer: TimedAnswer): void;
	/** An answer at the tag of a revision. */
	addOfTag(revision: string, answer: TimedAnswer): void;
	/** A request at the service's own host that no revision answered: the gateway did itself, or was not reached. */
	addLost(to: keyof Lost, answer: Omit<TimedAnswer, 'failed'>): void;
	/** How many such since then; milliseconds since 1970. */
	lostSince(from: number): Lost;
	/** Answers of each group since then; milliseconds since 1970. */
	countSince(attributed: Attributed, from: number): Map<string, number>;
	/** When the last answer since then came, of any of these groups where some are named, to the second; undefined where none did. */
	lastSince(attributed: Attributed, from: number, groups?: ReadonlySet<string>): number | undefined;
	/**
	 * The last change of what users get since then that shows by now: one that was taken back is two. Looked for once a second:
	 * it goes through all of them.
	 */
	findChange(attributed: Attributed, options: {since: number; now: number}): ChangePoint | undefined;
	/** The last hour, the oldest first. */
	timeline(attributed: Attributed, now: number): readonly TimelineBucket[];
	/** An epoch began: a change is looked for again. */
	newEpoch(): void;
	/** Forgets all of it. */
	clear(): void;
};

/** Milliseconds that a timeline goes back. */
const timelineLength = 3_600_000;

const secondOf = (at: number) => Math.floor(at / 1000);

/** An empty one. It is asked with the attribution of the moment, which may be another one at each question. */
export function createAnswerSeries(): AnswerSeries {
	const series = createSeries();
	/** What is behind the keys of the series. */
	let saids: ReadonlyMap<string, Said> = new Map();
	let knownChange: {second: number; change: LastChange | undefined} | undefined;
	let knownTimeline: KnownTimeline | undefined;

	/** Whole buckets only: one that began before may have answers of another epoch. */
	const bucketsFrom = (from: number) => series.since(from).filter(({at}) => at >= from);

	return {
		addOfService(said, answer) {
			const key = serviceKey(said);
			if (!saids.has(key)) saids = new Map(saids).set(key, said);
			series.add(key, answer);
		},
		addOfTag(revision, answer) {
			series.add(tagKey(revision), answer);
		},
		addLost(to, answer) {
			series.add(lostKeys[to], {...answer, failed: true});
		},
		lostSince(from) {
			const count = (to: keyof Lost) =>
				bucketsFrom(from).reduce((sum, {cells}) => sum + (cells.get(lostKeys[to])?.n ?? 0), 0);
			return {gateway: count('gateway'), unreached: count('unreached')};
		},
		countSince(attributed, from) {
			const groupOf = groupBy(attributed);
			const counts = new Map<string, number>();
			for (const {cells} of bucketsFrom(from)) {
				for (const [key, {n}] of cells) {
					const said = saids.get(key);
					if (said) counts.set(groupOf(said), (counts.get(groupOf(said)) ?? 0) + n);
				}
			}

			return counts;
		},
		lastSince(attributed, from, groups) {
			const groupOf = groupBy(attributed);
			const isOne = (key: string) => {
				const said = saids.get(key);
				return said !== undefined && groups?.has(groupOf(said)) !== false;
			};
			return series.since(from).findLast(({cells}) => [...cells.keys()].some(isOne))?.at;
		},
		findChange({attribute}, {since, now}) {
			if (knownChange?.second !== secondOf(now)) {
				const change = lastChangePoint(kindsOf(bucketsFrom(since), saids, attribute), knownChange?.change);
				knownChange = {second: secondOf(now), change};
			}

			return knownChange.change;
		},
		timeline(attributed, now) {
			const {evidence, weights, attribute} = attributed;
			const isSame = knownTimeline?.evidence === evidence && knownTimeline.weights === weights;
			const before = isSame ? knownTimeline?.byBucket : undefined;
			const buckets = series.since(now - timelineLength);
			// One whose successor of the same length is there is over, and never changes.
			const isOver = (index: number) => buckets[index + 1]?.duration === buckets[index]?.duration;
			const timeline = buckets.map(
				(bucket, index) =>
					(isOver(index) ? before?.get(bucket) : undefined) ?? toTimeline(bucket, saids, attribute),
			);
			const byBucket = new Map(
				buckets.flatMap((bucket, index) => {
					const made = timeline[index];
					return made && isOver(index) ? [[bucket, made] as const] : [];
				}),
			);
			knownTimeline = {evidence, weights, byBucket};
			return timeline;
		},
		newEpoch() {
			knownChange = undefined;
		},
		clear() {
			saids = new Map();
			series.clear();
			knownChange = undefined;
			knownTimeline = undefined;
		},
	};
}

type KnownTimeline = {
	evidence: Evidence;
	weights: Attributed['weights'];
	/** Of buckets that are over. */
	byBucket: ReadonlyMap<SeriesBucket, TimelineBucket>;
};
