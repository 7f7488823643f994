/**
 * The live loop: asks the gateway at a pace, counts what comes back, attributes it to revisions and compares that with
 * the configured split. Needs no screen.
 */
import {isDeepStrictEqual} from 'node:util';
import type {ChangePoint} from '../../stats/change-point.js';
import {changePoint} from '../../stats/change-point.js';
import type {Evidence} from '../attribution/attribution.js';
import {learnAlone, learnFromTags, noEvidence} from '../attribution/attribution.js';
import {createGatewayKnowledge} from '../attribution/gateway-knowledge.js';
import {gradeOf, isFailure, isWorking, type Grade} from '../attribution/grade.js';
import type {Tag, TagState} from '../attribution/learning.js';
import {createLearner} from '../attribution/learning.js';
import {distinguishingTrait} from '../attribution/traits.js';
import {createProbe} from '../transport/create-probe.js';
import {describeFailure} from '../transport/failure.js';
import type {Answer, AskOptions, Probe, ProbeTarget} from '../transport/probe.js';
import {checkTarget, defaultTimeout} from '../transport/probe.js';
import {parseExpectedStatus} from '../transport/request-content.js';
import type {Alarm} from './alarm.js';
import {nextAlarm} from './alarm.js';
import type {Clock} from './clock.js';
import {systemClock} from './clock.js';
import {createFailureLog, type FailureEntry} from './failure-log.js';
import {wordsOf} from '../transport/answer-words.js';
import {createGatewayMonitor, type GatewayCondition} from './gateway-state.js';
import type {Attributed, Weight} from './loop-report.js';
import {attributedBy, groupBy, holdersOf, judgeCounts, percentsOf, report} from './loop-report.js';
import type {PaceState} from './pace.js';
import {createPace, defaultMaxRate} from './pace.js';
import type {Comparison, SideAnswer, Sides} from './pairs.js';
import {createPairs} from './pairs.js';
import type {EpochCounts, PastEpoch} from './past-epochs.js';
import {withEpoch} from './past-epochs.js';
import {createPublisher} from './publisher.js';
import {createSeries} from './series.js';
import {tagDoubtOf, type TagDoubt} from './tag-doubt.js';
import type {RecordedAnswer, Said} from './tally.js';
import {createTally} from './tally.js';
import {kindsOf, serviceKey, tagKey, timelineOf, type TimelineBucket} from './timeline.js';
import {troubleOf, type Trouble} from './trouble.js';

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

export type LoopSnapshot = EpochCounts & {
	/** When this was so; milliseconds since 1970. */
	at: number;
	target: ProbeTarget;
	state: PaceState;
	/** Requests a second, now. */
	rate: number;
	/** Requests of a burst still to be sent; 0 when there is none. */
	burstLeft: number;
	settling: boolean;
	inFlight: number;
	/** Answers that came while the split settled: shown, not counted. */
	settlingAnswers: number;
	/** The last 200 answers, the newest last. */
	last: readonly RecordedAnswer[];
	/** What became of the tags that were to be learned. */
	tags: readonly TagState[];
	/** Whether pairs are sent while the loop runs; how the new revision compares, when there is something to compare. */
	comparing: boolean;
	comparison: Comparison | undefined;
	/** What was counted under earlier splits, the newest last; at most 50. */
	history: readonly PastEpoch[];
	/** What is to be said of the gateway itself. */
	gateway: GatewayCondition;
	/** Why nothing may be called good, whatever the shares say. */
	trouble: Trouble | undefined;
	/** Since when users do not get the split that is set. */
	alarm: Alarm | undefined;
	/** A change of what users get under this split, though nothing was changed. */
	change: ChangePoint | undefined;
	/** Why what tags answer may be no revision's. */
	tagDoubt: TagDoubt | undefined;
	/** By what else revisions that say the same can be told apart, in the words of `--fingerprint`. */
	suggestion: string | undefined;
	/** Kinds of failure of this split, the newest first. */
	failures: readonly FailureEntry[];
	/** The last ten minutes, by the second, the newest last. */
	timeline: readonly TimelineBucket[];
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
	 * Asks another gateway or service from now on; counts begin anew. What was learned is kept when only the gateway is
	 * another, else forgotten, and the split with it; with the same target nothing happens. Throws TypeError when the target cannot be asked.
	 */
	retarget(target: ProbeTarget): void;
	/**
	 * Tells what split the route has, or is `settling` on: counts begin anew whenever that changes, and only then.
	 * Settling is until the route is Ready again at its present generation.
	 */
	setEpoch(epoch: {weights: readonly Weight[]; settling: boolean}): void;
	/** Counts anew, under the same split: what was alarming is looked at afresh. */
	restart(): void;
	/** Asks tag URLs what their revisions say, once the split is settled. Resolves when that is done, given up, or replaced. */
	learn(tags: readonly Tag[]): Promise<void>;
	/**
	 * Which two revisions to ask in pairs beside the rest, at their own hosts; not while the split settles. Their counts
	 * go on when the split changes, and begin anew with other sides.
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

/** Milliseconds that "lately" means, and that the timeline goes back. */
const recently = 30_000;
const timelineLength = 600_000;

/** Answers of which the traits are kept, of each revision. */
const traitsLimit = 6;

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
	let evidence: Evidence = noEvidence;
	let controller = new AbortController();
	let current: LoopSnapshot | undefined;
	let comparing = false;
	let history: readonly PastEpoch[] = [];
	/** The service was seen to answer this request with 2xx or 3xx. */
	let works = false;
	let alarm: Alarm | undefined;
	let traits: ReadonlyMap<string, readonly ReadonlyMap<string, string>[]> = new Map();
	/** What is behind the keys of the series. */
	let saids: ReadonlyMap<string, Said> = new Map();
	const tally = createTally(clock.date());
	const series = createSeries();
	const failures = createFailureLog();
	const monitor = createGatewayMonitor();
	const knowledge = createGatewayKnowledge({probe, timeout, ...(random && {random})});
	const publisher = createPublisher(clock);

	function changed(): void {
		current = undefined;
		publisher.changed();
	}

	/** Asks, and says what the answer is worth. */
	async function ask(asked: ProbeTarget, options: AskOptions): Promise<{answer: Answer; grade: Grade}> {
		const answer = await knowledge.judge(
			asked,
			await probe.ask(asked, {timeout, ...options}),
			options.signal,
		);
		const grade = gradeOf(answer.outcome, isExpected);
		works ||= isWorking(grade);
		monitor.record(answer, grade, {
			isService: asked.authority === target.authority,
			now: clock.date(),
		});
		return {answer, grade};
	}

	const pace = createPace({
		send,
		onNotSent(slots) {
			tally.notSent(slots);
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
		onLearned(answers) {
			evidence = learnFromTags(evidence, answers, isExpected);
			for (const {revision, answer} of answers) keepTraits(revision, answer);
		},
		onChange: changed,
	});

	const pairs = createPairs({
		ask,
		clock,
		target: () => target,
		rate: pace.rate,
		maxRate,
		worksElsewhere: () => works,
		onAnswer: recordAtTag,
		onLearned(answers) {
			evidence = learnFromTags(evidence, answers, isExpected);
		},
		onChange: changed,
		...(random && {random}),
	});

	function keepTraits(revision: string, {outcome}: Answer): void {
		if (outcome.kind === 'response' && outcome.traits) {
			const kept = [...(traits.get(revision) ?? []), outcome.traits].slice(-traitsLimit);
			traits = new Map(traits).set(revision, kept);
		}
	}

	function recordAtTag({revision, answer, grade, isFailed}: SideAnswer): void {
		const {latency} = answer;
		const at = clock.date();
		if (grade !== 'gateway' && grade !== 'unreached') {
			series.add(tagKey(revision), {at, latency, failed: isFailed});
		}

		keepFailure(answer, grade, {at: 'tag', revisions: grade === 'gateway' ? [] : [revision]});
	}

	function keepFailure(
		{latency, outcome}: Answer,
		grade: Grade,
		where: Pick<FailureEntry, 'at' | 'revisions'>,
	): void {
		if (isWorking(grade) || grade === 'unreached') return;
		failures.record({
			...where,
			when: clock.date(),
			latency,
			grade,
			code: outcome.kind === 'response' ? outcome.code : outcome.failure,
			text: wordsOf(outcome),
		});
	}

	/** Pairs are sent while the loop sends, and the tags lead where they say. */
	function steerPairs(): void {
		if (tally.settling) {
			pairs.suspend();
		} else if (comparing && pace.state === 'running') {
			pairs.start();
		} else {
			pairs.pause();
		}
	}

	async function send(slot: number): Promise<void> {
		const {signal} = controller;
		const ticket = tally.sent();
		// In the next snapshot; but nobody is told: the answer would then have to wait for its turn to be.
		current = undefined;
		let asked: {answer: Answer; grade: Grade};
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
		}

		record(asked, ticket);
	}

	function record(
		{answer, grade}: {answer: Answer; grade: Grade},
		ticket: ReturnType<typeof tally.sent>,
	): void {
		const said = tally.record(answer, grade, ticket);
		const holders = holdersOf(weights);
		if (said) {
			const key = serviceKey(said);
			if (!saids.has(key)) saids = new Map(saids).set(key, said);
			series.add(key, {
				at: clock.date(),
				latency: answer.latency,
				failed: isFailure(grade, {worksElsewhere: works}),
			});
			const [alone] = holders;
			if (alone !== undefined && holders.length === 1) {
				evidence = learnAlone(evidence, alone, answer, isExpected);
			}
		}

		if (said || (!tally.settling && grade === 'gateway')) {
			keepFailure(answer, grade, {at: 'service', revisions: grade === 'gateway' ? [] : holders});
		}
	}

	function beginEpoch(next: {weights: readonly Weight[]; settling: boolean}): void {
		history = withEpoch(history, snapshot(), clock.date());
		({weights} = next);
		tally.newEpoch({settling: next.settling, at: clock.date()});
		alarm = undefined;
		knownChange = {second: -1, change: undefined};
		failures.clear();
		if (next.settling) {
			learner.suspend();
		} else {
			learner.resume();
		}

		steerPairs();
		changed();
	}

	/** Buckets of this epoch: the one in which it began is left out, because it may have answers of the one before. */
	const bucketsFrom = (since: number) => series.since(since).filter(({at}) => at >= since);

	let knownChange: {second: number; change: ChangePoint | undefined} = {second: -1, change: undefined};
	/** Looked for once a second: it goes through all of them. */
	function findChange({attribute}: Attributed, since: number): ChangePoint | undefined {
		const second = Math.floor(clock.date() / 1000);
		if (second !== knownChange.second) {
			knownChange = {second, change: changePoint(kindsOf(bucketsFrom(since), saids, attribute))};
		}

		return knownChange.change;
	}

	let knownTimeline: {second: number; evidence: Evidence; timeline: readonly TimelineBucket[]} = {
		second: -1,
		evidence: noEvidence,
		timeline: [],
	};
	function findTimeline({attribute}: Attributed): readonly TimelineBucket[] {
		const second = Math.floor(clock.date() / 1000);
		if (second !== knownTimeline.second || knownTimeline.evidence !== evidence) {
			const buckets = series.since(clock.date() - timelineLength);
			knownTimeline = {second, evidence, timeline: timelineOf(buckets, saids, attribute)};
		}

		return knownTimeline.timeline;
	}

	/** Answers of each group in the last half a minute of this epoch. */
	function countLately(attributed: Attributed, since: number): Map<string, number> {
		const groupOf = groupBy(attributed);
		const counts = new Map<string, number>();
		for (const {cells} of bucketsFrom(Math.max(since, clock.date() - recently))) {
			for (const [key, {n}] of cells) {
				const said = saids.get(key);
				if (said) counts.set(groupOf(said), (counts.get(groupOf(said)) ?? 0) + n);
			}
		}

		return counts;
	}

	/** Since when users get another split, and whether they still do, by what came lately. */
	function watchSplit(
		{rows, verdict}: Pick<EpochCounts, 'rows' | 'verdict'>,
		change: ChangePoint | undefined,
	): Alarm | undefined {
		const recent = judgeCounts(
			rows.map(row => ({...row, n: row.lately})),
			percentsOf(weights),
		);
		const isTelling = recent !== undefined && !['too few', 'unjudgeable'].includes(recent.state);
		const isRecent =
			isTelling || (recent !== undefined && recent.attributed >= tellingAnswers)
				? isWrong(recent.state) || recent.state === 'suspicious'
				: undefined;
		const next = nextAlarm(alarm, {
			isRaised: isWrong(verdict?.state),
			isRecent,
			// While nothing comes it is not seen either.
			lastSeen: isRecent === true ? series.since(clock.date() - recently).at(-1)?.at : undefined,
			now: clock.date(),
		});
		// What changed is when it began, or when it ended, to the second.
		if (!next || !change) return next;
		if (next.isOver) return change.at > next.since ? {...next, last: Math.min(next.last, change.at)} : next;
		return {...next, since: Math.min(next.since, change.at)};
	}

	function findSuggestion(rows: EpochCounts['rows']): string | undefined {
		const alike = new Set(rows.flatMap(({why, candidates}) => (why === 'alike' ? candidates : [])));
		return alike.size === 0
			? undefined
			: distinguishingTrait(
					new Map(holdersOf(weights).map(revision => [revision, traits.get(revision) ?? []])),
				);
	}

	function build(): LoopSnapshot {
		const attributed = attributedBy(evidence, weights);
		const {groups, ...counts} = tally.snapshot(groupBy(attributed), {worksElsewhere: works});
		const gateway = monitor.condition(clock.date());
		const change = counts.settling ? undefined : findChange(attributed, counts.since);
		// What came before users got something else says nothing of what they get now.
		const from = Math.max(counts.since, change?.at ?? 0);
		const judged = report({groups, ...counts}, attributed, countLately(attributed, from));
		alarm = counts.settling ? undefined : watchSplit(judged, change);
		const {comparison} = pairs;
		return {
			...counts,
			...judged,
			at: clock.date(),
			target,
			weights,
			state: pace.state,
			rate: pace.rate,
			burstLeft: pace.burstLeft,
			inFlight: pace.inFlight,
			tags: learner.tags,
			comparing,
			comparison,
			history,
			gateway,
			trouble: counts.settling ? undefined : troubleOf({...counts, ...judged}, gateway),
			alarm,
			change,
			tagDoubt: tagDoubtOf(comparison, {...counts, weights}),
			suggestion: findSuggestion(judged.rows),
			failures: failures.entries({worksElsewhere: works}),
			timeline: findTimeline(attributed),
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
			monitor.clear();
			beginEpoch({weights, settling: tally.settling});
		},
		retarget(next) {
			checkTarget(next);
			if (isDeepStrictEqual(next, target)) {
				return;
			}

			const sameService =
				next.authority === target.authority &&
				next.path === target.path &&
				next.protocol === target.protocol &&
				isDeepStrictEqual(next.request, target.request);
			controller.abort(new Error('Another target is being asked.'));
			controller = new AbortController();
			target = next;
			pairs.reset();
			monitor.clear();
			knowledge.forget();
			if (!sameService) {
				// Before the last counts would be kept as those of the service before.
				tally.newEpoch({settling: false, at: clock.date()});
				current = undefined;
				history = [];
				evidence = noEvidence;
				traits = new Map();
				saids = new Map();
				series.clear();
				works = false;
				void learner.learn([]);
			}

			beginEpoch({weights: sameService ? weights : [], settling: sameService && tally.settling});
		},
		setEpoch({settling, weights: given}) {
			// Only what makes up a split: another tag or URL beside it begins no new test.
			const next = given.map(({revision, percent}) => ({revision, percent}));
			if (settling !== tally.settling || !isDeepStrictEqual(next, weights)) {
				beginEpoch({weights: next, settling});
			}
		},
		learn: async tags => learner.learn(tags),
		setSides(sides) {
			pairs.setSides(sides);
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
			pairs.stop();
			publisher.stop();
			controller.abort(new Error('The loop was stopped.'));
			await probe.close();
		},
	};
}

const isWrong = (state: string | undefined) => state === 'disagrees' || state === 'impossible';

/** Attributed answers of the last half a minute from which on it is told whether something still happens. */
const tellingAnswers = 5;
