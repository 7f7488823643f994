/**
 * The live loop: asks the gateway at a pace, counts what comes back, attributes it to revisions and compares that with
 * the configured split. Needs no screen.
 */
import {isDeepStrictEqual} from 'node:util';
import {createAnyHost} from '../attribution/any-host.js';
import {createGatewayKnowledge} from '../attribution/gateway-knowledge.js';
import type {Tag, TagState} from '../attribution/learning.js';
import {createLearner} from '../attribution/learning.js';
import type {Weight} from '../counting/loop-report.js';
import {judgedTag, tagDoubtOf, type TagDoubt} from '../judging/tag-doubt.js';
import type {Comparison} from '../pairs/comparison.js';
import {createPairs} from '../pairs/pairs.js';
import type {Sides} from '../pairs/sides.js';
import {createProbe} from '../transport/create-probe.js';
import {describeFailure} from '../transport/failure.js';
import type {Probe, ProbeTarget} from '../transport/probe.js';
import {isAskedAt} from '../transport/tag-target.js';
import {checkTarget, defaultTimeout, isOfSameService} from '../transport/probe.js';
import {parseExpectedStatus} from '../transport/request-content.js';
import type {Clock} from './clock.js';
import {systemClock} from './clock.js';
import type {Findings} from './findings.js';
import {createGradedAsk, type GradedAnswer} from './graded-ask.js';
import {createObservations, type AskedHost} from './observations.js';
import type {PaceState} from './pace.js';
import {createPace, defaultMaxRate} from './pace.js';
import {createPublisher} from './publisher.js';

export type LoopOptions = {
	target: ProbeTarget;
	/** Requests a second; 1 when not given. */
	rate?: number;
	/** 50 when not given. */
	maxRate?: number;
	/** Milliseconds per request; 10,000 when not given. */
	timeout?: number;
	/** Statuses that are no failure, all others are (`parseExpectedStatus`); as usual when not given. */
	expectStatus?: string | undefined;
	/** One of its own when not given. The loop closes the one it uses. */
	probe?: Probe;
	clock?: Clock;
	random?: () => number;
};

export type LoopSnapshot = Findings & {
	/** When this was so; milliseconds since 1970. */
	at: number;
	target: ProbeTarget;
	state: PaceState;
	/** Requests a second, now. */
	rate: number;
	/** Those at tags, beside them. */
	tagRate: number;
	/** Requests of a burst still to be sent; 0 when there is none. */
	burstLeft: number;
	inFlight: number;
	/** What became of the tags that were to be learned. */
	tags: readonly TagState[];
	/** Whether pairs are sent while the loop runs; how the new revision compares, when there is something to compare. */
	comparing: boolean;
	comparison: Comparison | undefined;
	/** Why what tags answer may be no revision's. */
	tagDoubt: TagDoubt | undefined;
};

export type Loop = {
	/** Starts or resumes. */
	start(): void;
	/** No more requests until `start`. */
	pause(): void;
	/** Returns the rate, cut to the maximum; throws RangeError when it is not a number above 0. */
	setRate(rate: number): number;
	/** 200 requests at 20 a second when not said otherwise, then what was before. */
	burst(requests?: number, rate?: number): void;
	/**
	 * Asks another gateway or service from now on; counts begin again. What was learned is kept when only the gateway is
	 * another, else forgotten, and the split with it; with the same target nothing happens. Throws TypeError when the target cannot be asked.
	 */
	retarget(target: ProbeTarget): void;
	/**
	 * Tells what split the route has, or is `settling` on: counts begin again whenever that changes, and only then.
	 * Settling is until the route is Ready again at its present generation.
	 */
	setEpoch(epoch: {weights: readonly Weight[]; settling: boolean}): void;
	/** Counts again, under the same split: what was alarming is looked at afresh. */
	restart(): void;
	/** Asks tag URLs what their revisions say, once the split is settled. Resolves when that is done, given up, or replaced. */
	learn(tags: readonly Tag[]): Promise<void>;
	/**
	 * Which two revisions to ask in pairs beside the rest, at their own hosts; not while the split settles. Their counts
	 * go on when the split changes, and begin again with other sides.
	 */
	setSides(sides: Sides | undefined): void;
	/** Whether they are; not until this is called. */
	compare(comparing: boolean): void;
	/**
	 * Calls `listener` after changes, at most once in so many milliseconds (100). That a request was sent is none: its
	 * answer is. Returns the way to stop.
	 */
	subscribe(listener: (snapshot: LoopSnapshot) => void, interval?: () => number): () => void;
	/** How things are; the same object as long as nothing changes. */
	snapshot(): LoopSnapshot;
	/** Ends for good: gives up what is in flight and drops the connections. */
	stop(): Promise<void>;
};

/** A loop that is paused until `start`. Throws TypeError when the target cannot be asked, RangeError for a rate of 0 or less. */
export function createLoop({
	target: firstTarget,
	rate,
	maxRate = defaultMaxRate,
	timeout = defaultTimeout,
	expectStatus,
	probe = createProbe(),
	clock = systemClock,
	random,
}: LoopOptions): Loop {
	checkTarget(firstTarget);
	const isExpected = expectStatus === undefined ? undefined : parseExpectedStatus(expectStatus);
	let target = firstTarget;
	let weights: readonly Weight[] = [];
	let controller = new AbortController();
	let current: LoopSnapshot | undefined;
	let comparing = false;
	let sides: Sides | undefined;
	const knowledge = createGatewayKnowledge({probe, timeout, ...(random && {random})});
	const publisher = createPublisher(clock);
	const anyHost = createAnyHost({saidToAll: knowledge.saidToAll, onChange: changed});
	const observations = createObservations({
		clock,
		isExpected,
		anyHost,
		asked: () => target,
		onOverdue: changed,
	});

	function changed(): void {
		current = undefined;
		publisher.changed();
	}

	function hostOf(asked: ProbeTarget): AskedHost {
		if (asked === target) return {kind: 'service'};
		const compared = sides ? [sides.fresh, sides.old] : [];
		const {revision} = [...learner.tags, ...compared].find(place => isAskedAt(place, asked)) ?? {};
		return {kind: 'tag', revision, isElsewhere: target.tagsAt !== undefined};
	}

	const ask = createGradedAsk({probe, timeout, isExpected, knowledge, anyHost, observations, hostOf});

	const pace = createPace({
		send,
		onNotSent(slots) {
			observations.notSent(slots);
		},
		onChange() {
			// A burst may have ended in the pause that was before.
			steerPairs();
			changed();
		},
		clock,
		...(rate !== undefined && {rate}),
		maxRate,
		...(random && {random}),
	});

	const learner = createLearner({
		ask,
		clock,
		target: () => target,
		onLearned: observations.learn,
		onChange: changed,
	});

	const pairs = createPairs({
		ask,
		clock,
		target: () => target,
		rate: pace.rate,
		maxRate,
		worksElsewhere: () => observations.works,
		areDistinct: (fresh, old) =>
			observations.areDistinct(fresh, old) &&
			!anyHost.areAlike(fresh, old) &&
			!anyHost.isOpen(fresh) &&
			!anyHost.isOpen(old),
		isOpen: (fresh, old) => anyHost.isOpen(fresh) || anyHost.isOpen(old),
		onAnswer: observations.recordAtTag,
		onLearned: observations.learn,
		onChange: changed,
		...(random && {random}),
	});

	/** Pairs are sent while the loop sends, and the tags lead where they say. */
	function steerPairs(): void {
		if (observations.settling) {
			pairs.suspend();
		} else if (comparing && pace.state === 'running') {
			pairs.start();
		} else {
			pairs.pause();
		}
	}

	async function send(slot: number): Promise<void> {
		const {signal} = controller;
		const {ticket, over} = observations.sent();
		// In the next snapshot; but nobody is told: the answer would then have to wait for its turn to be.
		current = undefined;
		let asked: GradedAnswer;
		try {
			asked = await ask(target, {signal, slot});
		} catch (error) {
			if (signal.aborted) {
				return;
			}

			// No gateway makes `ask` throw; but an answer that nobody sees would look like a request that never was.
			const outcome = describeFailure(
				'other',
				target,
				error instanceof Error ? error.message : String(error),
			);
			asked = {
				answer: {at: clock.date(), latency: clock.now() - slot, outcome},
				grade: 'failure',
			};
		} finally {
			over();
		}

		observations.record(asked.answer, asked.grade, ticket);
	}

	function beginEpoch(next: {weights: readonly Weight[]; settling: boolean}): void {
		({weights} = next);
		observations.beginEpoch(next);
		if (next.settling) {
			learner.suspend();
		} else {
			learner.resume();
		}

		steerPairs();
		changed();
	}

	function build(): LoopSnapshot {
		const findings = observations.findings();
		const {comparison} = pairs;
		return {
			...findings,
			at: clock.date(),
			target,
			state: pace.state,
			rate: pace.rate,
			tagRate: pairs.sentPerSecond,
			burstLeft: pace.burstLeft,
			inFlight: pace.inFlight,
			tags: learner.tags.map(tag => judgedTag(tag, anyHost.saidToAll)),
			comparing,
			comparison,
			tagDoubt: tagDoubtOf(comparison, findings, anyHost.saidToAll),
		};
	}

	function snapshot(): LoopSnapshot {
		current ??= build();
		return current;
	}

	return {
		start() {
			pace.start();
			steerPairs();
		},
		pause() {
			pace.pause();
			steerPairs();
		},
		setRate(perSecond) {
			const set = pace.setRate(perSecond);
			pairs.setRate(set);
			return set;
		},
		burst(requests, perSecond) {
			pace.burst(requests, perSecond);
			steerPairs();
		},
		restart() {
			pairs.reset();
			observations.forgetGateway();
			beginEpoch({weights, settling: observations.settling});
		},
		retarget(next) {
			checkTarget(next);
			if (isDeepStrictEqual(next, target)) {
				return;
			}

			const sameService = isOfSameService(next, target);
			controller.abort(new Error('Another target is being asked.'));
			controller = new AbortController();
			target = next;
			pairs.reset();
			observations.forgetGateway();
			knowledge.forget();
			anyHost.clear();
			if (!sameService) {
				observations.forgetAll();
				void learner.learn([]);
			}

			beginEpoch({weights: sameService ? weights : [], settling: sameService && observations.settling});
		},
		setEpoch({settling, weights: given}) {
			// Only what makes up a split: another tag or URL beside it begins no new test.
			const next = given.map(({revision, percent}) => ({revision, percent}));
			if (settling !== observations.settling || !isDeepStrictEqual(next, weights)) {
				beginEpoch({weights: next, settling});
			}
		},
		learn: async tags => learner.learn(tags),
		setSides(next) {
			sides = next;
			pairs.setSides(next);
		},
		compare(wanted) {
			comparing = wanted;
			steerPairs();
			changed();
		},
		subscribe: (listener, interval = () => 100) =>
			publisher.subscribe(() => {
				listener(snapshot());
			}, interval),
		snapshot,
		async stop() {
			pace.stop();
			learner.stop();
			observations.stop();
			pairs.stop();
			publisher.stop();
			controller.abort(new Error('The loop was stopped.'));
			await probe.close();
		},
	};
}
