/** What came when, by revision: for curves over time and for reports. Pure. */
import type {Attributor} from '../attribution/attribution.js';
import type {Bucket} from '../../stats/change-point.js';
import {addBins, type LatencyBins} from './latency-bins.js';
import {attributionOf} from './loop-report.js';
import {isLostKey, type SeriesBucket} from './series.js';
import type {Said} from './tally.js';

/** One stretch of time. */
export type TimelineBucket = {
	/** When it began, and how long it is; milliseconds. */
	at: number;
	duration: number;
	/** Answers at the service's own host by revision, which users' are like; `undefined` for those of no certain one. */
	users: ReadonlyMap<string | undefined, number>;
	/** Failures at the service's own host. */
	failed: number;
	/** Requests at the service's own host that the gateway answered itself, or that did not reach it; not in `users`. */
	gateway: number;
	revisions: ReadonlyMap<string, RevisionBucket>;
};

export type RevisionBucket = {
	/** Answers at its own host, and failures among them: those are certainly its own. */
	asked: number;
	failed: number;
	/** Of all answers that are certainly its own, those that users get too included. */
	latencies: LatencyBins;
};

/** Under which key of the series the answers at the service's own host are, and those at a tag's. */
export const serviceKey = (said: Said): string => `service ${said.key}`;
/** The key of what came from the tag URL of a revision, in a series that has what came to the service by its text. */
export const tagKey = (revision: string): string => `tag ${revision}`;

/** A bucket of the chart, as revisions are told apart by now: what was unattributed at first may have an owner since. */
export function toTimeline(
	{at, duration, cells}: SeriesBucket,
	saids: ReadonlyMap<string, Said>,
	attribute: Attributor,
): TimelineBucket {
	const users = new Map<string | undefined, number>();
	const revisions = new Map<string, {asked: number; failed: number; latencies: Map<number, number>}>();
	let failed = 0;
	let gateway = 0;
	for (const [key, cell] of cells) {
		if (isLostKey(key)) {
			gateway += cell.n;
			continue;
		}

		const said = saids.get(key);
		const tagged = key.startsWith('tag ') ? key.slice(4) : undefined;
		const revision = said ? revisionOf(said, attribute) : tagged;
		if (tagged === undefined) {
			users.set(revision, (users.get(revision) ?? 0) + cell.n);
			failed += cell.failed;
		}

		if (revision !== undefined) {
			const sum = revisions.get(revision) ?? {asked: 0, failed: 0, latencies: new Map<number, number>()};
			sum.asked += tagged === undefined ? 0 : cell.n;
			sum.failed += tagged === undefined ? 0 : cell.failed;
			addBins(sum.latencies, cell.latencies);
			revisions.set(revision, sum);
		}
	}

	return {at, duration, users, failed, gateway, revisions};
}

function revisionOf(said: Said, attribute: Attributor): string | undefined {
	const attribution = attributionOf(said, attribute);
	return attribution.kind === 'revision' ? attribution.revision : undefined;
}

/** What users' answers are when a change of behaviour is looked for: by revision, or failures, or by what they say. */
export function kindsOf(
	buckets: readonly SeriesBucket[],
	saids: ReadonlyMap<string, Said>,
	attribute: Attributor,
): Bucket[] {
	return buckets.map(({at, cells}) => {
		const counts = new Map<string, number>();
		for (const [key, {n}] of cells) {
			const said = saids.get(key);
			if (said) {
				const attribution = attributionOf(said, attribute);
				const kind =
					attribution.kind === 'revision'
						? `revision ${attribution.revision}`
						: said.grade === 'success'
							? 'other'
							: `code ${said.code}`;
				counts.set(kind, (counts.get(kind) ?? 0) + n);
			}
		}

		return {at, counts};
	});
}
