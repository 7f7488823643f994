/**
 * The new revision against the old one, asked in pairs: both at their own hosts, in one slot, in random order, so that
 * each gets half of the requests whatever the split, and whatever happens to the gateway happens to both.
 */
import {isDeepStrictEqual} from 'node:util';
import {failureBound, moreForBound} from '../../stats/failure-bound.js';
import type {ErrorVerdict} from '../../stats/error-verdict.js';
import {errorVerdict} from '../../stats/error-verdict.js';
import type {LatencyVerdict} from '../../stats/latency-verdict.js';
import {isBadPair, latencyVerdict} from '../../stats/latency-verdict.js';
import type {TagAnswer} from '../attribution/attribution.js';
import type {Grade} from '../attribution/grade.js';
import {isFailure, isWorking} from '../attribution/grade.js';
import type {Alarm} from './alarm.js';
import {nextAlarm} from './alarm.js';
import type {Clock} from './clock.js';
import {withCode, wordsOf} from '../transport/answer-words.js';
import type {Latencies, Percentiles} from './latencies.js';
import {createLatencies} from './latencies.js';
import {createPace} from './pace.js';
import type {Answer, ProbeTarget} from '../transport/probe.js';

/** A revision, and the host that leads to it alone: its tag's, or the service's while it has 100 %. */
export type Side = {revision: string; authority: string};

export type Sides = {old: Side; fresh: Side};

export type SideReport = Percentiles & {
	revision: string;
	/** Answers that say whether it works: successes and failures. */
	asked: number;
	failed: number;
	/** Redirects, and 4xx of which it is not known whether they are failures: they say neither. */
	undecided: number;
	/** How many of them a pod may have had to be started for; their latencies are not in the percentiles. */
	cold: number;
	coldP50: number | undefined;
	/** What its last failure said: `500 Internal Server Error`. */
	lastFailure: string | undefined;
};

export type Comparison = {
	old: SideReport;
	fresh: SideReport;
	/** When the counting began; milliseconds since 1970. */
	since: number;
	/** Pairs that are over and counted. */
	pairs: number;
	/** Those in which both answered well, and neither was cold: the ones whose latencies are compared. */
	compared: number;
	/** Those of them in which the new revision was slower by far. */
	bad: number;
	/** Slots that passed without a pair. */
	notSent: number;
	/** Pairs that are no evidence: the gateway answered itself, or could not be reached. */
	withoutGateway: number;
	/** What the gateway itself said last at a tag, and which revision's that is. */
	gatewaySaid: {revision: string; text: string} | undefined;
	/**
	 * Pairs in which both failed with the same words: the gateway may have no rule for tag hosts. `isLast`: so did the last
	 * one.
	 */
	alikeFailures: {count: number; text: string; isLast: boolean};
	errors: ErrorVerdict;
	latency: LatencyVerdict;
	/** Since when it is worse, and slower; undefined while that was not said. */
	worse: Alarm | undefined;
	slower: Alarm | undefined;
	/** The new revision's failure rate is below this, at whatever moment one stops (α = 5 %); 0–1. */
	bound: number;
	/** About how many more answers until it is below 1 %; undefined when it is, or no number would do. */
	boundMore: number | undefined;
	/** How long that takes at this pace, in milliseconds. */
	boundWait: number | undefined;
};

/** An answer of one side, as it is to be kept in other books as well. */
export type SideAnswer = {revision: string; answer: Answer; grade: Grade; isFailed: boolean};

export type Pairs = {
	/** Undefined when there is nothing to compare. */
	readonly comparison: Comparison | undefined;
	/** What to compare: the counts begin anew when that is something else. */
	setSides(sides: Sides | undefined): void;
	/** Pairs a second, cut to a fifth of the maximum. */
	setRate(rate: number): void;
	/** Begins or goes on; the counts stay. */
	start(): void;
	/** No more pairs; what is in flight is counted. */
	pause(): void;
	/** The hosts may lead elsewhere for a while: no more pairs, and what is in flight is not counted. */
	suspend(): void;
	/** Forgets all counts: other hosts, or another gateway. */
	reset(): void;
	stop(): void;
};

/** Pairs a second at most, as a share of what the loop may send: 10 of 50, so that what is watched is not flooded. */
const pairShare = 0.2;

/** The bound that is called for in "~k more needed". */
const wantedBound = 0.01;

/** Milliseconds by which it is told whether something still happens. */
const recently = 30_000;

/**
 * Milliseconds an answer waits before it teaches what its revision says: the gateway may have moved the tag to another
 * revision a moment before this program hears of it.
 */
const learnAfter = 5000;

/**
 * Milliseconds without an answer after which the next one may come from a pod that had to be started. Knative keeps the
 * last pod for 30 s after a revision is idle (config-autoscaler scale-to-zero-grace-period); what is faster is not seen.
 */
const coldAfter = 30_000;

type PairCounts = {
	revision: string;
	authority: string;
	asked: number;
	failed: number;
	cold: number;
	warmLatencies: Latencies;
	coldLatencies: Latencies;
	/** When it last answered, on the clock's scale. */
	answeredAt: number;
	undecided: number;
	lastFailure: string | undefined;
};

/** An answer with what it is worth. */
type Asked = {answer: Answer; grade: Grade; isCold: boolean};

export function createPairs({
	ask: askGraded,
	clock,
	target,
	rate,
	maxRate,
	random = Math.random,
	worksElsewhere,
	onAnswer,
	onLearned,
	onChange,
}: {
	/** Asks, and says what the answer is worth. */
	ask: (
		target: ProbeTarget,
		options: {signal: AbortSignal; slot: number},
	) => Promise<{answer: Answer; grade: Grade}>;
	clock: Clock;
	/** The service's; only the host is another on each side. */
	target: () => ProbeTarget;
	rate: number;
	/** Requests a second that the loop may send. */
	maxRate: number;
	random?: () => number;
	/** Whether the service is known to answer the same request with 2xx or 3xx. */
	worksElsewhere: () => boolean;
	/** Each answer that is counted, and each that is no evidence. */
	onAnswer: (answer: SideAnswer) => void;
	onLearned: (answers: readonly TagAnswer[]) => void;
	onChange: () => void;
}): Pairs {
	let sides: Sides | undefined;
	let book: Book | undefined;
	let notSent = 0;
	/** Pairs that began in an earlier one are not counted. */
	let period = 0;
	let controller = new AbortController();
	let isSuspended = false;
	/** What is to be learned once it is old enough, the oldest first. */
	let toLearn: (TagAnswer & {at: number})[] = [];
	/** Until something is counted. */
	let known: Comparison | undefined;

	function changed(): void {
		known = undefined;
		onChange();
	}

	const pace = createPace({
		send,
		onNotSent(slots) {
			notSent += slots;
			known = undefined;
		},
		onChange,
		rate,
		maxRate: maxRate * pairShare,
		clock,
		random,
	});

	function begin(): void {
		interrupt();
		notSent = 0;
		book = sides && createBook(sides, clock.date());
		changed();
	}

	function interrupt(): void {
		period++;
		toLearn = [];
		controller.abort(new Error('Something else is being compared.'));
		controller = new AbortController();
	}

	async function send(slot: number): Promise<void> {
		const current = book;
		if (!current) {
			return;
		}

		const {signal} = controller;
		const began = period;
		const isFreshFirst = random() < 0.5;
		// Both are under way at once; only which of them is written first is drawn.
		const first = ask(isFreshFirst ? current.fresh : current.old, slot, signal);
		const second = ask(isFreshFirst ? current.old : current.fresh, slot, signal);
		const [one, other] = await Promise.all([first, second]);
		if (began === period) {
			record(current, isFreshFirst ? {fresh: one, old: other} : {fresh: other, old: one});
		}
	}

	async function ask(side: PairCounts, slot: number, signal: AbortSignal): Promise<Asked> {
		const isCold = clock.now() - side.answeredAt > coldAfter;
		const graded = await askGraded({...target(), authority: side.authority}, {signal, slot});
		if (graded.answer.outcome.kind === 'response') {
			side.answeredAt = clock.now();
		}

		return {...graded, isCold};
	}

	function record(current: Book, pair: AskedPair): void {
		const counted = count(current, pair, {worksElsewhere: worksElsewhere(), now: clock.date()});
		for (const side of ['old', 'fresh'] as const) {
			const {answer, grade} = pair[side];
			const {revision} = current[side];
			onAnswer({revision, answer, grade, isFailed: counted[side]});
			if (grade === 'success') {
				toLearn.push({revision, answer, at: clock.now()});
			}
		}

		const isOld = ({at}: {at: number}) => clock.now() - at >= learnAfter;
		if (toLearn.some(isOld)) {
			onLearned(toLearn.filter(isOld));
			toLearn = toLearn.filter(entry => !isOld(entry));
		}

		changed();
	}

	return {
		get comparison() {
			known ??= book && toComparison(book, {notSent, rate: pace.rate, now: clock.date()});
			return known;
		},
		setSides(next) {
			if (!isDeepStrictEqual(next, sides)) {
				sides = next;
				begin();
			}
		},
		setRate(perSecond) {
			pace.setRate(perSecond);
		},
		start() {
			isSuspended = false;
			pace.start();
		},
		pause() {
			isSuspended = false;
			pace.pause();
		},
		suspend() {
			if (!isSuspended) {
				isSuspended = true;
				pace.pause();
				interrupt();
			}
		},
		reset: begin,
		stop() {
			pace.stop();
			interrupt();
		},
	};
}

type AskedPair = {old: Asked; fresh: Asked};

/** What was counted of two sides. */
type Book = Omit<Comparison, 'old' | 'fresh' | 'notSent' | 'bound' | 'boundMore' | 'boundWait'> & {
	old: PairCounts;
	fresh: PairCounts;
	/** The pairs of the last half a minute. */
	lately: {at: number; freshFailed: boolean; oldFailed: boolean; isBad: boolean | undefined}[];
	lastFailedAt: number | undefined;
	lastBadAt: number | undefined;
};

function createBook({old, fresh}: Sides, since: number): Book {
	return {
		old: noCounts(old),
		fresh: noCounts(fresh),
		since,
		pairs: 0,
		compared: 0,
		bad: 0,
		withoutGateway: 0,
		gatewaySaid: undefined,
		alikeFailures: {count: 0, text: '', isLast: false},
		errors: errorVerdict({asked: 0, failed: 0}, {asked: 0, failed: 0}),
		latency: latencyVerdict(0, 0),
		worse: undefined,
		slower: undefined,
		lately: [],
		lastFailedAt: undefined,
		lastBadAt: undefined,
	};
}

const isGateways = ({grade}: Asked) => grade === 'gateway' || grade === 'unreached';

/** Counts a pair where it is evidence; returns which side failed. */
function count(
	book: Book,
	{old, fresh}: AskedPair,
	{worksElsewhere, now}: {worksElsewhere: boolean; now: number},
): {old: boolean; fresh: boolean} {
	if (isGateways(old) || isGateways(fresh)) {
		book.withoutGateway++;
		const own = fresh.grade === 'gateway' ? 'fresh' : old.grade === 'gateway' ? 'old' : undefined;
		if (own) {
			book.gatewaySaid = {revision: book[own].revision, text: textOf(own === 'fresh' ? fresh : old)};
		}

		return {old: false, fresh: false};
	}

	const fails = (side: Asked, other: Asked) =>
		isFailure(side.grade, {worksElsewhere: worksElsewhere || isWorking(other.grade)});
	const failed = {old: fails(old, fresh), fresh: fails(fresh, old)};
	const isAlike = isBad(old.grade) && isBad(fresh.grade) && textOf(old) === textOf(fresh);
	book.alikeFailures = isAlike
		? {count: book.alikeFailures.count + 1, text: textOf(fresh), isLast: true}
		: {...book.alikeFailures, isLast: false};
	// Two that fail with the same words are mostly a third that answers for both: no evidence against either.
	if (isAlike) {
		return {old: false, fresh: false};
	}

	book.pairs++;
	countSide(book.old, old, failed.old);
	countSide(book.fresh, fresh, failed.fresh);
	let isSlow: boolean | undefined;
	if (isWorking(old.grade) && isWorking(fresh.grade) && !old.isCold && !fresh.isCold) {
		isSlow = isBadPair(fresh.answer.latency, old.answer.latency);
		book.compared++;
		book.bad += isSlow ? 1 : 0;
	}

	book.lastFailedAt = failed.fresh ? now : book.lastFailedAt;
	book.lastBadAt = isSlow === true ? now : book.lastBadAt;
	book.lately.push({at: now, freshFailed: failed.fresh, oldFailed: failed.old, isBad: isSlow});
	book.errors = errorVerdict(book.fresh, book.old);
	book.latency = latencyVerdict(book.compared, book.bad);
	watch(book, now);
	return failed;
}

/** Pairs of the last half a minute from which on it is told whether something still happens. */
const tellingPairs = 3;

/** Since when the new revision is worse or slower, and whether it still is. */
function watch(book: Book, now: number): void {
	book.lately = book.lately.filter(({at}) => now - at < recently);
	const of = (isTrue: (pair: Book['lately'][number]) => boolean) => book.lately.filter(isTrue).length;
	const failing = of(({freshFailed}) => freshFailed);
	const compared = of(({isBad: isSlow}) => isSlow !== undefined);
	book.worse = nextAlarm(book.worse, {
		isRaised: book.errors.state === 'worse',
		isRecent: book.lately.length < tellingPairs ? undefined : failing > of(({oldFailed}) => oldFailed),
		lastSeen: book.lastFailedAt,
		now,
	});
	book.slower = nextAlarm(book.slower, {
		isRaised: book.latency.state === 'slower',
		isRecent: compared < tellingPairs ? undefined : of(({isBad: isSlow}) => isSlow === true) > compared / 2,
		lastSeen: book.lastBadAt,
		now,
	});
}

const isBad = (grade: Grade) => grade === 'failure' || grade === 'refusal';

/** What is the same of the same failure: an id or a time in it is none of it. */
function textOf({answer: {outcome}}: Asked): string {
	return outcome.kind === 'failure'
		? outcome.failure
		: withCode(outcome.code, wordsOf(outcome).replaceAll(/[\da-f-]{8,}/gi, '#'));
}

function toComparison(
	book: Book,
	{notSent, rate, now}: {notSent: number; rate: number; now: number},
): Comparison {
	watch(book, now);
	const {asked, failed} = book.fresh;
	const boundMore = moreForBound(failed, asked, wantedBound);
	const {lately: _lately, lastFailedAt: _lastFailedAt, lastBadAt: _lastBadAt, ...counts} = book;
	return {
		...counts,
		old: toReport(book.old),
		fresh: toReport(book.fresh),
		notSent,
		bound: failureBound(failed, asked),
		boundMore,
		boundWait: boundMore === undefined ? undefined : (boundMore / rate) * 1000,
	};
}

function noCounts({revision, authority}: Side): PairCounts {
	return {
		revision,
		authority,
		asked: 0,
		failed: 0,
		cold: 0,
		warmLatencies: createLatencies(),
		coldLatencies: createLatencies(),
		answeredAt: -Infinity,
		undecided: 0,
		lastFailure: undefined,
	};
}

function countSide(side: PairCounts, asked: Asked, isFailed: boolean): void {
	const {answer, grade, isCold} = asked;
	if (isFailed) {
		side.asked++;
		side.failed++;
		side.lastFailure = textOf(asked);
	} else if (grade === 'success') {
		side.asked++;
	} else {
		side.undecided++;
	}

	if (isCold) {
		side.cold++;
	}

	(isCold ? side.coldLatencies : side.warmLatencies).record(answer.latency);
}

function toReport({
	revision,
	asked,
	failed,
	undecided,
	cold,
	warmLatencies,
	coldLatencies,
	lastFailure,
}: PairCounts): SideReport {
	return {
		revision,
		asked,
		failed,
		undecided,
		cold,
		lastFailure,
		...warmLatencies.percentiles(),
		coldP50: coldLatencies.percentiles().p50,
	};
}
