/**
 * What came back, counted: by what was said, by status, with latencies. Mutable and outside React, because at 50 answers a
 * second a snapshot now and then is cheaper than a state for each; {@link Tally.snapshot} gives an immutable one.
 *
 * Counts belong to an epoch: the time since the configured split was last changed. Answers that come while the route is
 * still settling, or whose request was sent in an epoch before, are shown and kept out of the counts; so are the gateway's
 * own answers and connections that never were, which are no revision's.
 */
import type {Grade} from '../attribution/grade.js';
import {isFailure} from '../attribution/grade.js';
import type {Answer} from '../transport/probe.js';
import {answerSummary} from '../transport/answer-summary.js';
import {createLatencies} from './latencies.js';
import type {Latencies, Percentiles} from './latencies.js';

/** An answer as it was put down. */
export type RecordedAnswer = Answer & {
	grade: Grade;
	/** Counted nowhere: the split was not settled when it was sent, or has been changed since. */
	settling: boolean;
	/** Which answer it is since the tally was made, from 1 on. */
	order: number;
};

/** What an answer says, as far as it is counted apart from others. */
export type Said = {
	/** The same for the same in every epoch. */
	key: string;
	grade: Grade;
	fingerprint: string | undefined;
	/** `200`, `UNAVAILABLE`, `timeout`. */
	code: string;
	/** The first line, or the sentence of a failure. */
	text: string;
	/** It was known when it came that any host gets the same. */
	isToAny: boolean;
};

/** Answers that the caller counts as one. */
export type Group = Percentiles & {
	/** What was said in it, the most frequent first; at least one. */
	said: readonly Said[];
	n: number;
	failed: number;
	/** Latencies of the last answers, in milliseconds, the newest last; at most 40. */
	recent: readonly number[];
	/** What the first one said at length: the beginning of the body, or why there was none. Printable. */
	sample: string;
};

/** What is counted of one epoch. */
export type TallyCounts = {
	/** When the counting began; milliseconds since 1970. */
	since: number;
	/** Requests of this epoch that were sent, and slots that were not, counted like answers: not while settling. */
	sent: number;
	notSent: number;
	/** Answers and failures that are counted: the sum of the groups' n. */
	answered: number;
	/** Those of them that are failures. */
	errors: number;
	/** Those that say no (4xx) where it is not known that the same request can be answered otherwise. */
	refused: number;
	/** Answers of this epoch that the gateway gave itself, and connections that never were; not in `answered`. */
	gatewayAnswers: number;
	unreached: number;
	/** By status (`200`, `UNAVAILABLE`) or, without one, by failure (`timeout`). */
	statusCodes: Readonly<Record<string, number>>;
};

export type TallySnapshot = TallyCounts & {
	settling: boolean;
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
	/** Counts the answer; returns what it says if it is counted (and not only shown). */
	record(
		answer: Answer,
		grade: Grade,
		ticket: Ticket,
		options?: {
			/** Any host gets the same. */
			isToAny: boolean;
		},
	): Said | undefined;
	/**
	 * The counts as they are, never to change. What `groupOf` returns the same for is made one group. Sorted by first
	 * appearance.
	 *
	 * @param worksElsewhere Whether it is known that the same request can be answered with 2xx or 3xx.
	 */
	snapshot(groupOf: (said: Said) => string, options: {worksElsewhere: boolean}): TallySnapshot;
};

const lastLimit = 200;

/**
 * What is counted on its own. A body that differs each time (a clock, a request id) would otherwise make as many groups
 * as answers; from here on they are counted as having no fingerprint, which is true for the purpose.
 */
export const fingerprintLimit = 64;

/** Latencies that are kept in order, for a row's sparkline. */
const recentLimit = 40;

type Counter = {
	said: Said;
	n: number;
	latencies: Latencies;
	/** `order` is that among all answers, so that the answers of a row can be put in line. */
	recent: {order: number; latency: number}[];
	sample: string;
};

/** What an answer says; the text of a failure does not tell it apart, because it may have an id in it. */
function saidBy({outcome}: Answer, grade: Grade, isToAny: boolean): Said {
	if (outcome.kind === 'failure') {
		const {failure, sentence} = outcome;
		return {key: `!${failure}`, grade, fingerprint: undefined, code: failure, text: sentence, isToAny: false};
	}

	const {code, fingerprint, firstLine} = outcome;
	const text = grade === 'success' ? firstLine : answerSummary(outcome);
	if (grade === 'success' && isToAny) return {key: '*', grade, fingerprint, code, text, isToAny};
	return grade === 'success'
		? {
				key: fingerprint === undefined ? '' : `=${fingerprint}`,
				grade,
				fingerprint,
				code,
				text,
				isToAny: false,
			}
		: {key: `!${grade} ${code}`, grade, fingerprint: undefined, code, text, isToAny: false};
}

/** Nothing counted; `at` is when that begins, in milliseconds since 1970. */
export function createTally(at: number): Tally {
	let epoch = 0;
	let settling = false;
	let recorded = 0;
	let last: readonly RecordedAnswer[] = [];
	let pending: RecordedAnswer[] = [];
	let counts = noCounts(at);

	function counterFor(said: Said, sample: string): Counter {
		const {counters} = counts;
		const isTooMany = counters.size > fingerprintLimit && !counters.has(said.key);
		const used = isTooMany ? {...said, key: '', fingerprint: undefined} : said;
		let counter = counters.get(used.key);
		if (!counter) {
			counter = {said: used, n: 0, latencies: createLatencies(), recent: [], sample};
			counters.set(used.key, counter);
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
			counts = noCounts(options.at);
		},
		sent() {
			if (!settling) {
				counts.sent++;
			}

			return {epoch};
		},
		notSent(slots) {
			if (!settling) {
				counts.notSent += slots;
			}
		},
		record(answer, grade, ticket, {isToAny} = {isToAny: false}) {
			const counted = !settling && ticket.epoch === epoch;
			recorded++;
			pending.push({...answer, grade, settling: !counted, order: recorded});
			if (pending.length > lastLimit) {
				pending = pending.slice(-lastLimit);
			}

			if (!counted) {
				counts.settlingAnswers++;
				return undefined;
			}

			if (grade === 'gateway' || grade === 'unreached') {
				counts[grade === 'gateway' ? 'gatewayAnswers' : 'unreached']++;
				return undefined;
			}

			const {outcome, latency} = answer;
			const said = saidBy(answer, grade, isToAny);
			const counter = counterFor(said, outcome.kind === 'response' ? outcome.body : outcome.sentence);
			counts.answered++;
			counter.n++;
			counter.latencies.record(latency);
			counter.recent.push({order: counts.answered, latency});
			if (counter.recent.length >= 2 * recentLimit) {
				counter.recent = counter.recent.slice(-recentLimit);
			}

			counts.statusCodes.set(said.code, (counts.statusCodes.get(said.code) ?? 0) + 1);
			return counter.said;
		},
		snapshot(groupOf, {worksElsewhere}) {
			if (pending.length > 0) {
				last = [...last, ...pending].slice(-lastLimit);
				pending = [];
			}

			const {counters, statusCodes, ...numbers} = counts;
			const groups = [...Map.groupBy(counters.values(), ({said}) => groupOf(said)).values()].map(same =>
				toGroup(same, worksElsewhere),
			);
			return {
				...numbers,
				settling,
				errors: groups.reduce((sum, {failed}) => sum + failed, 0),
				refused: worksElsewhere
					? 0
					: [...counters.values()].reduce((sum, {said, n}) => sum + (said.grade === 'refusal' ? n : 0), 0),
				statusCodes: Object.fromEntries(statusCodes),
				groups,
				last,
			};
		},
	};
}

function noCounts(since: number) {
	return {
		since,
		sent: 0,
		notSent: 0,
		answered: 0,
		gatewayAnswers: 0,
		unreached: 0,
		settlingAnswers: 0,
		statusCodes: new Map<string, number>(),
		counters: new Map<string, Counter>(),
	};
}

function toGroup(counters: readonly Counter[], worksElsewhere: boolean): Group {
	let n = 0;
	let failed = 0;
	for (const counter of counters) {
		n += counter.n;
		failed += isFailure(counter.said.grade, {worksElsewhere}) ? counter.n : 0;
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
	return {
		said: counters.toSorted((one, other) => other.n - one.n).map(({said}) => said),
		n,
		failed,
		recent,
		sample: first?.sample ?? '',
		...latencies.percentiles(),
	};
}
