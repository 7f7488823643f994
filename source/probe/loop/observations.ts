/**
 * What was observed of one service: puts answers down, learns from them whose they are, and says what they come to. Asks
 * nothing itself.
 */
import type {AnyHost} from '../attribution/any-host.js';
import type {Evidence, TagAnswer} from '../attribution/attribution.js';
import {
	areProvenDistinct,
	learnAlone,
	learnFromTags,
	noEvidence,
	unheardOf,
	withoutDoubtful,
} from '../attribution/attribution.js';
import {isFailure, isWorking, type Grade} from '../attribution/grade.js';
import {createAnswerSeries} from '../counting/answer-series.js';
import {createFailureLog, type FailureEntry} from '../counting/failure-log.js';
import {attributedBy, groupBy, holdersOf, report, type Weight} from '../counting/loop-report.js';
import {withEpoch, type EpochCounts, type PastEpoch} from '../counting/past-epochs.js';
import {nextSplit, noSplitYet} from '../counting/split-since.js';
import {createTagAnswers} from '../counting/tag-answers.js';
import {createTally, type Ticket} from '../counting/tally.js';
import type {Alarm} from '../judging/alarm.js';
import {createGatewayMonitor} from '../judging/gateway-state.js';
import {nextSplitAlarm} from '../judging/split-alarm.js';
import {lastSeenOf} from '../judging/last-seen.js';
import {troubleOf} from '../judging/user-trouble.js';
import {createWaiting} from '../judging/waiting.js';
import type {SideAnswer} from '../pairs/pairs.js';
import {answerSummary} from '../transport/answer-summary.js';
import type {Answer, ProbeTarget} from '../transport/probe.js';
import type {ExpectedStatus} from '../transport/request-content.js';
import type {Clock} from './clock.js';
import {startOf, withheld, type Findings} from './findings.js';

/** The service's own host, or that of a tag; `revision`: which it leads to, undefined when that is not known any more. */
export type AskedHost =
	| {kind: 'service'}
	/** `isElsewhere`: at another gateway than the service's, or by another way. */
	| {kind: 'tag'; revision: string | undefined; isElsewhere: boolean};

export type Observations = {
	readonly settling: boolean;
	/** The service was seen to answer this request with 2xx or 3xx. */
	readonly works: boolean;
	/** Every answer, whoever's it is, before it is counted. `host`: whose was asked. */
	noteGrade(answer: Answer, grade: Grade, host: AskedHost): void;
	/**
	 * To be called when a request to the service's own host is sent; the ticket goes to `record` with its answer, and `over` is
	 * called whatever became of it.
	 */
	sent(): {ticket: Ticket; over: () => void};
	/** To be called for slots whose request could not be sent. */
	notSent(slots: number): void;
	record(answer: Answer, grade: Grade, ticket: Ticket): void;
	/** An answer at the tag of a revision. */
	recordAtTag: (answer: SideAnswer) => void;
	learn: (answers: readonly TagAnswer[]) => void;
	/** Counts begin again under this split; those before are history. */
	beginEpoch(epoch: {weights: readonly Weight[]; settling: boolean}): void;
	/** Another gateway may stand there, or the operator wants to know again. */
	forgetGateway(): void;
	/** Everything is of another service or another request. */
	forgetAll(): void;
	/** Whether it is proven that answers at the hosts of these two revisions come from two. */
	areDistinct(one: string, other: string): boolean;
	findings(): Findings;
	/** Waits for nothing any more. */
	stop(): void;
};

/** Milliseconds that "lately" means. */
const recently = 30_000;

/** Nothing observed yet; of one service and, by epochs, each of its splits. */
export function createObservations({
	clock,
	isExpected,
	anyHost,
	asked = () => undefined,
	onOverdue,
}: {
	clock: Clock;
	/** What any host gets is said by nobody for certain. */
	anyHost: Pick<AnyHost, 'isDoubtful' | 'isToUsers' | 'isUsersOpen'>;
	/** What is asked at present. Where nothing says that its host leads to the service, only its tags say whose an answer is. */
	asked?: () => ProbeTarget | undefined;
	/** Findings may be others, though nothing came. */
	onOverdue: () => void;
	isExpected: ExpectedStatus | undefined;
}): Observations {
	let weights: readonly Weight[] = [];
	let evidence: Evidence = noEvidence;
	let history: readonly PastEpoch[] = [];
	let splitSince = noSplitYet(clock.date());
	let works = false;
	let alarm: Alarm | undefined;
	let lastUnreached: {at: number; isRun: boolean} | undefined;
	let epochSince = clock.date();
	const tagAnswers = createTagAnswers();
	const tally = createTally(clock.date());
	const series = createAnswerSeries();
	const failures = createFailureLog();
	const monitor = createGatewayMonitor();
	const waiting = createWaiting({clock, onOverdue});

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
			text: answerSummary(outcome),
			isFromUpstream: outcome.kind === 'response' && outcome.isFromUpstream === true,
		});
	}

	/**
	 * When it was asked: what is given up after ten seconds did not begin then. To the second, under this split, and a minute ago at
	 * most; what is faster counts for when it came.
	 */
	function askedAt({latency}: Answer): number {
		const now = clock.date();
		if (latency < 1000) return now;
		const earliest = Math.ceil(epochSince / 1000) * 1000;
		return Math.min(now, Math.max(earliest, now - Math.min(latency, 60_000)));
	}

	function findSuggestion(rows: EpochCounts['rows']): string | undefined {
		const alike = rows.filter(({why}) => why === 'alike').flatMap(({candidates}) => candidates);
		return alike.length > 0
			? tagAnswers.traitBetween([...new Set([...holdersOf(weights), ...alike])])
			: undefined;
	}

	const isToAny = (fingerprint: string) => anyHost.isToUsers({fingerprint, firstLine: ''});

	/** What was learned where nobody else may have answered. */
	const trusted = () => withoutDoubtful(evidence, {isDoubtful: anyHost.isDoubtful, isToAny});

	/** What is counted under this split, and what else there is to say of the answers. */
	function buildEpoch() {
		const attributed = attributedBy(trusted(), weights, anyHost.isToUsers);
		const groupOf = groupBy(attributed);
		const now = clock.date();
		const {groups, settling, settlingAnswers, last, ...counts} = tally.snapshot(groupOf, {
			worksElsewhere: works,
		});
		const change = settling ? undefined : series.findChange(attributed, {since: counts.since, now});
		// What came before users got something else says nothing of what they get now.
		const from = Math.max(counts.since, startOf(change, now), now - recently);
		const {sent, answered, gatewayAnswers, unreached} = counts;
		const isLong = from > counts.since;
		const judged = report(
			{groups, answered, settling, unanswered: sent - answered - gatewayAnswers - unreached},
			attributed,
			// The seconds of a series are whole: what came in the one in which this split began is in none of them yet.
			!isLong
				? new Map(groups.flatMap(({said: [first], n}) => (first ? [[groupOf(first), n] as const] : [])))
				: series.countSince(attributed, from),
		);
		const verdict = anyHost.isUsersOpen ? withheld(judged.verdict) : judged.verdict;
		const epoch: EpochCounts = {...counts, ...judged, verdict, weights};
		const countSince = (at: number) => series.countSince(attributed, at);
		const timeline = series.timeline(attributed, now);
		const lately = isLong ? series.lostSince(from) : undefined;
		const lastOf = (keys?: ReadonlySet<string>) => series.lastSince(attributed, now - recently, keys);
		return {epoch, settling, settlingAnswers, last, change, timeline, countSince, lastOf, lately};
	}

	return {
		get settling() {
			return tally.settling;
		},
		get works() {
			return works;
		},
		noteGrade(answer, grade, host) {
			works ||= isWorking(grade);
			monitor.record(answer, grade, {
				asked: host.kind === 'tag' && host.isElsewhere ? 'tag elsewhere' : host.kind,
				isSettling: tally.settling,
				now: clock.date(),
			});
			if (host.kind === 'tag' && host.revision !== undefined && grade !== 'gateway') {
				tagAnswers.count(host.revision, answer);
			}
		},
		sent: () => ({ticket: tally.sent(), over: waiting.sent()}),
		stop() {
			waiting.clear();
		},
		notSent(slots) {
			tally.notSent(slots);
		},
		record(answer, grade, ticket) {
			if (answer.outcome.kind === 'response') waiting.answered(answer.latency);
			const {outcome} = answer;
			const said = tally.record(answer, grade, ticket, {
				isToAny: outcome.kind === 'response' && anyHost.isToUsers(outcome),
			});
			if (grade === 'unreached') {
				const at = clock.date();
				lastUnreached = {at, isRun: monitor.condition(at).kind === 'down'};
			}
			const holders = holdersOf(weights);
			if (said) {
				series.addOfService(said, {
					at: askedAt(answer),
					latency: answer.latency,
					failed: isFailure(grade, {worksElsewhere: works}),
				});
				const [alone] = holders;
				if (alone !== undefined && holders.length === 1 && !asked()?.isHostUnknown) {
					evidence = learnAlone(evidence, alone, answer, isExpected);
				}
			}

			const lost = !tally.settling && (grade === 'gateway' || grade === 'unreached') ? grade : undefined;
			if (lost) series.addLost(lost, {at: askedAt(answer), latency: answer.latency});
			// Of one that could not be reached none is kept.
			if (said || lost) {
				keepFailure(answer, grade, {at: 'service', revisions: grade === 'gateway' ? [] : holders});
			}
		},
		recordAtTag({revision, answer, grade, isFailed}) {
			// Two that fail alike are mostly a third that answers for both.
			if (isWorking(grade) || isFailed) {
				series.addOfTag(revision, {at: askedAt(answer), latency: answer.latency, failed: isFailed});
			}

			keepFailure(answer, grade, {at: 'tag', revisions: grade === 'gateway' ? [] : [revision]});
		},
		learn(answers) {
			evidence = learnFromTags(evidence, answers, isExpected);
			for (const {revision, answer} of answers) tagAnswers.keepTraits(revision, answer);
		},
		beginEpoch(next) {
			if (!tally.settling) history = withEpoch(history, buildEpoch().epoch, clock.date());
			({weights} = next);
			epochSince = clock.date();
			if (!next.settling) splitSince = nextSplit(splitSince, weights, epochSince);
			tally.newEpoch({settling: next.settling, at: epochSince});
			waiting.clear();
			alarm = undefined;
			lastUnreached = undefined;
			series.newEpoch();
			failures.clear();
		},
		forgetGateway() {
			monitor.clear();
		},
		forgetAll() {
			// Before the last counts would be kept as those of the service before.
			tally.newEpoch({settling: false, at: clock.date()});
			weights = [];
			history = [];
			splitSince = noSplitYet(clock.date());
			evidence = noEvidence;
			tagAnswers.forgetTraits();
			series.clear();
			works = false;
		},
		areDistinct: (one, other) => areProvenDistinct(trusted(), one, other),
		findings() {
			const now = clock.date();
			const {epoch, countSince, lastOf, lately, ...rest} = buildEpoch();
			const kinds = failures.entries({worksElsewhere: works});
			const gateway = monitor.condition(now);
			const target = asked();
			// What any host gets accuses nobody.
			const change = anyHost.isUsersOpen ? undefined : rest.change;
			alarm = rest.settling ? undefined : nextSplitAlarm(alarm, epoch, {change, lastOf, countSince, now});
			const answersSince = (at: number) =>
				[...countSince(at).values()].reduce((sum, count) => sum + count, 0);
			return {
				...epoch,
				...rest,
				history,
				splitSince,
				atTags: tagAnswers.counts,
				gateway,
				silentSince: monitor.silentSince(),
				isAnyHostOpen: anyHost.isUsersOpen,
				trouble: rest.settling
					? undefined
					: troubleOf(epoch, gateway, {
							overdue: waiting.overdue,
							isAnyHostOpen: anyHost.isUsersOpen,
							asked: target,
							unknownHost: target?.isHostUnknown ? target.authority : undefined,
							lastSeen: lastSeenOf(kinds, lastUnreached, answersSince),
							lately,
						}),
				alarm,
				suggestion: findSuggestion(epoch.rows),
				unheard: unheardOf(trusted(), holdersOf(weights)),
				failures: kinds,
			};
		},
	};
}
