/**
 * What pairs of answers come to: a new revision against an old one, with the verdicts on its failures and its latencies.
 * Counts; asks nothing.
 */
import type {ErrorVerdict} from '../../stats/error-verdict.js';
import {errorVerdict} from '../../stats/error-verdict.js';
import {failureBound, moreForBound} from '../../stats/failure-bound.js';
import type {LatencyVerdict} from '../../stats/latency-verdict.js';
import {isBadPair, latencyVerdict} from '../../stats/latency-verdict.js';
import type {Grade} from '../attribution/grade.js';
import {isFailure, isWorking} from '../attribution/grade.js';
import type {Latencies, Percentiles} from '../counting/latencies.js';
import {createLatencies} from '../counting/latencies.js';
import type {Alarm} from '../judging/alarm.js';
import {nextAlarm} from '../judging/alarm.js';
import {withCode, withoutIds, answerSummary} from '../transport/answer-summary.js';
import type {Answer} from '../transport/probe.js';
import type {Side, Sides} from './sides.js';

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
	/** What the gateway itself said last at a tag, be it by `brokenHandshake`, and which revision's that is. */
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
	/** What both answer proves that it was they who were asked: else nothing is known of the new one's failures. */
	isProven: boolean;
	/** It is still being looked at whether any host is answered as their tags are. */
	isOpen?: true;
	/** The new revision's failure rate is below this, at whatever moment one stops (α = 5 %); 0–1. */
	bound: number;
	/** About how many more answers until it is below 1 %; undefined when it is, or no number would do. */
	boundMore: number | undefined;
	/** How long that takes at this pace, in milliseconds. */
	boundWait: number | undefined;
};

/** The bound that is called for in "~k more needed". */
const wantedBound = 0.01;

/** Milliseconds by which it is told whether something still happens. */
const recently = 30_000;

export type PairCounts = Side & {
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
export type Asked = {answer: Answer; grade: Grade; isCold: boolean};

export type AskedPair = {old: Asked; fresh: Asked};

/** What was counted of two sides. Changed in place. */
export type Book = Omit<
	Comparison,
	'old' | 'fresh' | 'notSent' | 'isProven' | 'isOpen' | 'bound' | 'boundMore' | 'boundWait'
> & {
	old: PairCounts;
	fresh: PairCounts;
	/** The pairs of the last half a minute. */
	lately: {at: number; freshFailed: boolean; oldFailed: boolean; isBad: boolean | undefined}[];
	lastFailedAt: number | undefined;
	lastBadAt: number | undefined;
};

/** Nothing counted yet. @param since Milliseconds since 1970. */
export function createBook({old, fresh}: Sides, since: number): Book {
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

/** What a gateway says without a word, for a name that its certificate is not for. */
export const brokenHandshake = 'its TLS handshake fails';

const isRefusedAtTag = ({grade, answer: {outcome}}: Asked) =>
	grade === 'gateway' || (outcome.kind === 'failure' && outcome.failure === 'tls');

/** Counts a pair where it is evidence; returns which side failed. */
export function countPair(
	book: Book,
	{old, fresh}: AskedPair,
	{worksElsewhere, now}: {worksElsewhere: boolean; now: number},
): {old: boolean; fresh: boolean} {
	if (isGateways(old) || isGateways(fresh)) {
		book.withoutGateway++;
		const own = isRefusedAtTag(fresh) ? 'fresh' : isRefusedAtTag(old) ? 'old' : undefined;
		if (own) {
			const said = own === 'fresh' ? fresh : old;
			const text = said.grade === 'gateway' ? textOf(said) : brokenHandshake;
			book.gatewaySaid = {revision: book[own].revision, text};
		}

		return {old: false, fresh: false};
	}

	const fails = (side: Asked, other: Asked) =>
		isFailure(side.grade, {worksElsewhere: worksElsewhere || isWorking(other.grade)});
	const failed = {old: fails(old, fresh), fresh: fails(fresh, old)};
	const isAlike = isBad(old.grade) && isBad(fresh.grade) && areAlike(old, fresh);
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

/** As it is shown: the same for as long as possible. */
function textOf({answer: {outcome}}: Asked): string {
	return outcome.kind === 'failure'
		? outcome.failure
		: withCode(outcome.code, answerSummary(outcome).replaceAll(/[\da-f-]{8,}/gi, '#'));
}

/** An id or a time in it is no difference. */
function areAlike(one: Asked, other: Asked): boolean {
	const codeOf = ({answer: {outcome}}: Asked) =>
		outcome.kind === 'failure' ? outcome.failure : outcome.code;
	return codeOf(one) === codeOf(other) && withoutIds(textOf(one)) === withoutIds(textOf(other));
}

/** @param options.overdue Pairs of which an answer does not come: until it is there it may be a failure of the new one. */
export function toComparison(
	book: Book,
	{
		notSent,
		rate,
		now,
		overdue,
		isProven,
		isOpen,
	}: {notSent: number; rate: number; now: number; overdue: number; isProven: boolean; isOpen: boolean},
): Comparison {
	watch(book, now);
	const asked = book.fresh.asked + overdue;
	const failed = book.fresh.failed + overdue;
	const boundMore = isProven ? moreForBound(failed, asked, wantedBound) : undefined;
	const {lately: _lately, lastFailedAt: _lastFailedAt, lastBadAt: _lastBadAt, ...counts} = book;
	return {
		...counts,
		old: toReport(book.old),
		fresh: toReport(book.fresh),
		notSent,
		isProven,
		...(isOpen && {isOpen}),
		bound: isProven ? failureBound(failed, asked) : 1,
		boundMore,
		boundWait: boundMore === undefined ? undefined : (boundMore / rate) * 1000,
	};
}

function noCounts(side: Side): PairCounts {
	return {
		...side,
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
