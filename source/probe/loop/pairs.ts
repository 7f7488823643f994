/**
 * The new revision against the old one, asked in pairs: both at their own hosts, in one slot, in random order, so that
 * each gets half of the requests whatever the split, and whatever happens to the gateway happens to both.
 */
import {isDeepStrictEqual} from 'node:util';
import {errorBound, requestsForBound} from '../../stats/error-bound.js';
import type {ErrorVerdict} from '../../stats/error-verdict.js';
import {errorVerdict} from '../../stats/error-verdict.js';
import type {LatencyVerdict} from '../../stats/latency-verdict.js';
import {isBadPair, latencyVerdict} from '../../stats/latency-verdict.js';
import type {Clock} from './clock.js';
import type {Latencies, Percentiles} from './latencies.js';
import {createLatencies} from './latencies.js';
import {createPace} from './pace.js';
import type {Answer, Probe, ProbeTarget} from '../transport/probe.js';

/** A revision, and the host that leads to it alone: its tag's, or the service's while it has 100 %. */
export type Side = {revision: string; authority: string};

export type Sides = {old: Side; fresh: Side};

export type SideReport = Percentiles & {
	revision: string;
	asked: number;
	/** HTTP 5xx and their like in gRPC, and requests without an answer. */
	failed: number;
	/** How many of them a pod may have had to be started for; their latencies are not in the percentiles. */
	cold: number;
	coldP50: number | undefined;
};

export type Comparison = {
	old: SideReport;
	fresh: SideReport;
	/** When the counting began; milliseconds since 1970. */
	since: number;
	/** Pairs that are over. */
	pairs: number;
	/** Those in which both answered, and neither was cold: the ones whose latencies are compared. */
	compared: number;
	/** Those of them in which the new revision was slower by far. */
	bad: number;
	/** Slots that passed without a pair. */
	notSent: number;
	errors: ErrorVerdict;
	latency: LatencyVerdict;
	/** The new revision's error rate is below this, with 95 % confidence; 0–1. */
	bound: number;
	/** How many more requests without a failure until it is below 1 %; undefined when it is, or no number would do. */
	boundMore: number | undefined;
};

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

/** The bound that is called for in "need ~k more". */
const wantedBound = 0.01;

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
};

export function createPairs({
	probe,
	clock,
	target,
	timeout,
	rate,
	maxRate,
	random = Math.random,
	onChange,
}: {
	probe: Probe;
	clock: Clock;
	/** The service's; only the host is another on each side. */
	target: () => ProbeTarget;
	timeout: number;
	rate: number;
	/** Requests a second that the loop may send. */
	maxRate: number;
	random?: () => number;
	onChange: () => void;
}): Pairs {
	let sides: Sides | undefined;
	let counts: {old: PairCounts; fresh: PairCounts} | undefined;
	let since = clock.date();
	let pairs = 0;
	let compared = 0;
	let bad = 0;
	let notSent = 0;
	/** Pairs that began in an earlier one are not counted. */
	let period = 0;
	let controller = new AbortController();
	let isSuspended = false;
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
		since = clock.date();
		pairs = 0;
		compared = 0;
		bad = 0;
		notSent = 0;
		counts = sides && {old: noCounts(sides.old), fresh: noCounts(sides.fresh)};
		changed();
	}

	function interrupt(): void {
		period++;
		controller.abort(new Error('Something else is being compared.'));
		controller = new AbortController();
	}

	async function send(slot: number): Promise<void> {
		const current = counts;
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

	async function ask(
		side: PairCounts,
		slot: number,
		signal: AbortSignal,
	): Promise<{answer: Answer; isCold: boolean}> {
		const isCold = clock.now() - side.answeredAt > coldAfter;
		const answer = await probe.ask({...target(), authority: side.authority}, {timeout, signal, slot});
		if (answer.outcome.kind === 'response') {
			side.answeredAt = clock.now();
		}

		return {answer, isCold};
	}

	type Asked = {answer: Answer; isCold: boolean};
	function record(
		current: {old: PairCounts; fresh: PairCounts},
		{old, fresh}: {old: Asked; fresh: Asked},
	): void {
		pairs++;
		const oldFailed = count(current.old, old);
		const freshFailed = count(current.fresh, fresh);
		if (!oldFailed && !freshFailed && !old.isCold && !fresh.isCold) {
			compared++;
			if (isBadPair(fresh.answer.latency, old.answer.latency)) {
				bad++;
			}
		}

		changed();
	}

	return {
		get comparison() {
			known ??= counts && {
				old: toReport(counts.old),
				fresh: toReport(counts.fresh),
				since,
				pairs,
				compared,
				bad,
				notSent,
				errors: errorVerdict(counts.fresh, counts.old),
				latency: latencyVerdict(compared, bad),
				...boundOf(counts.fresh),
			};
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
	};
}

/** Returns whether the request failed. */
function count(side: PairCounts, {answer, isCold}: {answer: Answer; isCold: boolean}): boolean {
	const {outcome, latency} = answer;
	const failed = outcome.kind === 'failure' || outcome.error;
	side.asked++;
	if (failed) {
		side.failed++;
	}

	if (isCold) {
		side.cold++;
	}

	(isCold ? side.coldLatencies : side.warmLatencies).record(latency);
	return failed;
}

function toReport({revision, asked, failed, cold, warmLatencies, coldLatencies}: PairCounts): SideReport {
	return {
		revision,
		asked,
		failed,
		cold,
		...warmLatencies.percentiles(),
		coldP50: coldLatencies.percentiles().p50,
	};
}

function boundOf({asked, failed}: PairCounts): Pick<Comparison, 'bound' | 'boundMore'> {
	const bound = errorBound(failed, asked);
	const needed = bound <= wantedBound ? undefined : requestsForBound(failed, wantedBound);
	return {bound, boundMore: needed === undefined ? undefined : needed - asked};
}
