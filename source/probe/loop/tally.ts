/**
 * What came back, counted: by fingerprint, by status, with latencies. Mutable and outside React, because at 50 answers a
 * second a snapshot now and then is cheaper than a state for each; {@link Tally.snapshot} gives an immutable one.
 *
 * Counts belong to an epoch: the time since the configured split was last changed. Answers that come while the route is
 * still settling, or whose request was sent in an epoch before, are shown and kept out of the counts.
 */
import type {Answer} from '../transport/probe.js';
import {createLatencies} from './latencies.js';
import type {Latencies, Percentiles} from './latencies.js';

/** An answer as it was put down. */
export type RecordedAnswer = Answer & {
	/** Counted nowhere: the split was not settled when it was sent, or has been changed since. */
	settling: boolean;
	/** Which answer it is since the tally was made, from 1 on. */
	order: number;
};

/** Answers with one fingerprint (or that the caller counts as one). */
export type Group = Percentiles & {
	/** The fingerprints in it, the most frequent first; none for answers without one. */
	fingerprints: readonly string[];
	n: number;
	errors: number;
	/** Latencies of the last answers, in milliseconds, the newest last; at most 40. */
	recent: readonly number[];
	/** What the first one said at length: the beginning of the body, or why there was none. Printable. */
	sample: string;
};

export type TallySnapshot = {
	/** When the counting began; milliseconds since 1970. */
	since: number;
	settling: boolean;
	/** Requests of this epoch that were sent, and slots that were not, counted like answers: not while settling. */
	sent: number;
	notSent: number;
	/** Answers and failures that are counted: the sum of the groups' n. */
	answered: number;
	/** Failures, HTTP 5xx and their like in gRPC. */
	errors: number;
	/** By status (`200`, `UNAVAILABLE`) or, without one, by failure (`timeout`). */
	statusCodes: Readonly<Record<string, number>>;
	/** Answers since the epoch began that were shown and not counted. */
	settlingAnswers: number;
	groups: readonly Group[];
	/** The last 200 answers, the newest last. */
	last: readonly RecordedAnswer[];
};

/** Which epoch a request was sent in. */
export type Ticket = {readonly epoch: number};

export type Tally = {
	readonly settling: boolean;
	/** Counts from 0. While `settling`, answers are only shown; the next epoch ends that. */
	newEpoch(options: {settling: boolean; at: number}): void;
	/** To be called when a request is sent; the ticket goes to `record` with its answer. */
	sent(): Ticket;
	/** To be called for slots whose request could not be sent. */
	notSent(slots: number): void;
	/** Counts the answer and returns whether it is counted (and not only shown). */
	record(answer: Answer, ticket: Ticket): boolean;
	/**
	 * The counts as they are, never to change. Groups for which `groupOf` returns the same are made one; without it
	 * each fingerprint, and having none, is a group of its own. Sorted by first appearance.
	 */
	snapshot(groupOf?: (fingerprint: string | undefined) => string): TallySnapshot;
};

const lastLimit = 200;

/**
 * Fingerprints that are counted on their own. A body that differs each time (a clock, a request id) would otherwise make
 * as many groups as answers; from here on they are counted as having no fingerprint, which is true for the purpose.
 */
export const fingerprintLimit = 64;

/** Latencies that are kept in order, for a row's sparkline. */
const recentLimit = 40;

type Counter = {
	fingerprint: string | undefined;
	n: number;
	errors: number;
	latencies: Latencies;
	/** `order` is that among all answers, so that the answers of a row can be put in line. */
	recent: {order: number; latency: number}[];
	sample: string;
};

/** Nothing counted; `at` is when that begins, in milliseconds since 1970. */
export function createTally(at: number): Tally {
	let epoch = 0;
	let settling = false;
	let since = at;
	let sent = 0;
	let notSent = 0;
	let answered = 0;
	let errors = 0;
	let settlingAnswers = 0;
	let recorded = 0;
	let statusCodes = new Map<string, number>();
	let counters = new Map<string | undefined, Counter>();
	let last: readonly RecordedAnswer[] = [];
	let pending: RecordedAnswer[] = [];

	function counterFor(fingerprint: string | undefined, sample: string): Counter {
		const key = counters.size > fingerprintLimit && !counters.has(fingerprint) ? undefined : fingerprint;
		let counter = counters.get(key);
		if (!counter) {
			counter = {fingerprint: key, n: 0, errors: 0, latencies: createLatencies(), recent: [], sample};
			counters.set(key, counter);
		}

		return counter;
	}

	return {
		get settling() {
			return settling;
		},
		newEpoch(options) {
			epoch++;
			({settling} = options);
			since = options.at;
			sent = 0;
			notSent = 0;
			answered = 0;
			errors = 0;
			settlingAnswers = 0;
			statusCodes = new Map();
			counters = new Map();
		},
		sent() {
			if (!settling) {
				sent++;
			}

			return {epoch};
		},
		notSent(slots) {
			if (!settling) {
				notSent += slots;
			}
		},
		record(answer, ticket) {
			const counted = !settling && ticket.epoch === epoch;
			recorded++;
			pending.push({...answer, settling: !counted, order: recorded});
			if (pending.length > lastLimit) {
				pending = pending.slice(-lastLimit);
			}

			if (!counted) {
				settlingAnswers++;
				return false;
			}

			const {outcome, latency} = answer;
			const isResponse = outcome.kind === 'response';
			const failed = isResponse ? outcome.error : true;
			const code = isResponse ? outcome.code : outcome.failure;
			const counter = isResponse
				? counterFor(outcome.fingerprint, outcome.body)
				: counterFor(undefined, outcome.sentence);
			answered++;
			counter.n++;
			counter.latencies.record(latency);
			counter.recent.push({order: answered, latency});
			if (counter.recent.length >= 2 * recentLimit) {
				counter.recent = counter.recent.slice(-recentLimit);
			}

			statusCodes.set(code, (statusCodes.get(code) ?? 0) + 1);
			if (failed) {
				errors++;
				counter.errors++;
			}

			return true;
		},
		snapshot(groupOf = groupByFingerprint) {
			if (pending.length > 0) {
				last = [...last, ...pending].slice(-lastLimit);
				pending = [];
			}

			return {
				since,
				settling,
				sent,
				notSent,
				answered,
				errors,
				statusCodes: Object.fromEntries(statusCodes),
				settlingAnswers,
				groups: [...Map.groupBy(counters.values(), ({fingerprint}) => groupOf(fingerprint)).values()].map(
					toGroup,
				),
				last,
			};
		},
	};
}

const groupByFingerprint = (fingerprint: string | undefined): string =>
	fingerprint === undefined ? '' : `=${fingerprint}`;

function toGroup(counters: readonly Counter[]): Group {
	const fingerprints = counters
		.toSorted((one, other) => other.n - one.n)
		.flatMap(({fingerprint}) => (fingerprint === undefined ? [] : [fingerprint]));
	let n = 0;
	let errors = 0;
	for (const counter of counters) {
		n += counter.n;
		errors += counter.errors;
	}

	const [first] = counters;
	const latencies =
		counters.length === 1 && first
			? first.latencies
			: createLatencies(counters.map(counter => counter.latencies));
	const recent = counters
		.flatMap(counter => counter.recent)
		.toSorted((one, other) => one.order - other.order)
		.slice(-recentLimit)
		.map(({latency}) => latency);
	return {fingerprints, n, errors, recent, sample: first?.sample ?? '', ...latencies.percentiles()};
}
