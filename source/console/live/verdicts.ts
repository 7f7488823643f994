/** What the loop says of a service in one value: for the list of services, reviews, plans and whoever else decides by it. Pure. */
import type {Alarm} from '../../probe/judging/alarm.js';
import type {GatewayCondition} from '../../probe/judging/gateway-state.js';
import type {LoopSnapshot} from '../../probe/loop/loop.js';
import type {Trouble} from '../../probe/judging/user-trouble.js';
import {placeIn} from '../../probe/transport/answer-summary.js';
import type {ProbeTarget} from '../../probe/transport/probe.js';
import {tlsPlaceOf} from '../../probe/transport/tls-redirect.js';
import type {ErrorVerdict} from '../../stats/error-verdict.js';
import type {LatencyVerdict} from '../../stats/latency-verdict.js';
import type {SplitVerdict} from '../../stats/split-verdict.js';

/** How a revision fared at its tag, in pairs with the other one. */
export type ComparedSide = {revision: string; asked: number; failed: number; p50: number | undefined};

export type ServiceVerdict = {
	/** Of the service. */
	uid: string;
	/** Since when this is counted; milliseconds since 1970. */
	since: number;
	/** Requests are being sent now: else it is what was found then. */
	isRunning: boolean;
	/** Answers at the service's own host that are counted, and those of them that are failures. */
	answered: number;
	errors: number;
	/** Whether users get the split that is set; undefined while it is being switched or not known. */
	split: SplitVerdict['state'] | undefined;
	/** Since when they do not. */
	splitAlarm: Alarm | undefined;
	/**
	 * What each revision is set to get, and what it got of all answers of the last half a minute; percent, 0–100. `isOpen`: none
	 * of them is known to be its, and some may be. While no revision answers, nothing is got.
	 */
	shares: readonly {revision: string; set: number; got: number | undefined; isOpen?: true}[];
	/** When this was so; milliseconds since 1970. */
	at: number;
	/** The newest revision against the one before; undefined where nothing is compared. */
	canary: ComparedSide | undefined;
	stable: ComparedSide | undefined;
	/** It is set to get no user, and nothing says that some get it all the same. */
	isCanaryUnused: boolean;
	/** And what users get is known to be that of others. */
	isCanaryUnusedShown: boolean;
	/** undefined: not compared, or what tags answer may be no revision's. */
	errorState: ErrorVerdict['state'] | undefined;
	latencyState: LatencyVerdict['state'] | undefined;
	/** ln E of both, for whoever wants to be surer before it acts. */
	errorEvidence: number | undefined;
	latencyEvidence: number | undefined;
	worse: Alarm | undefined;
	slower: Alarm | undefined;
	/** The canary's failure rate is below this at whatever moment one stops (α = 5 %), 0–1. */
	failureBound: number | undefined;
	gateway: GatewayCondition;
	/** Since when users get no answer of a revision; milliseconds since 1970. */
	silentSince: number | undefined;
	/** Why nothing may be called good. */
	trouble: Trouble | undefined;
	/** Why what tags answer may be no revision's; one sentence. */
	tagDoubt: string | undefined;
	tone: 'good' | 'waiting' | 'warning' | 'bad';
	/** One word of at most 7 letters; empty while there is nothing to say. */
	word: string;
};

/** Upper bound of the canary's failure rate, 0–1, from which on it is called good: 69 answers without a failure. */
export const convincingBound = 0.05;

/** What a snapshot of the loop comes to. A comparison counts for nothing where a tag may lead elsewhere. */
export function verdictOf(uid: string, snapshot: LoopSnapshot): ServiceVerdict {
	const {verdict, settling, comparison, tagDoubt, trouble, gateway, silentSince, alarm} = snapshot;
	const shares = measuredShares(snapshot);
	const compared = tagDoubt || comparison?.pairs === 0 ? undefined : comparison;
	const sideOf = (side: 'fresh' | 'old') =>
		compared && {
			revision: compared[side].revision,
			asked: compared[side].asked,
			failed: compared[side].failed,
			p50: compared[side].p50,
		};
	const facts = {
		uid,
		since: snapshot.since,
		isRunning: snapshot.state === 'running',
		answered: snapshot.answered,
		errors: snapshot.errors,
		split: settling ? undefined : verdict?.state,
		splitAlarm: alarm,
		shares: silentSince === undefined ? shares : shares.map(share => ({...share, got: undefined})),
		at: snapshot.at,
		canary: sideOf('fresh'),
		stable: sideOf('old'),
		isCanaryUnused: compared !== undefined && isUnused(snapshot, compared.fresh.revision),
		isCanaryUnusedShown: compared !== undefined && isShownUnused(snapshot, compared.fresh.revision),
		errorState: compared?.errors.state,
		latencyState: compared?.latency.state,
		errorEvidence: compared?.errors.logE,
		latencyEvidence: compared?.latency.logE,
		worse: compared?.worse,
		slower: compared?.slower,
		failureBound: compared?.bound,
		gateway,
		silentSince,
		trouble,
		tagDoubt: tagDoubt?.sentence,
	};
	return {...facts, ...inWords(facts)};
}

/** Whether no user is set to get this revision, the gateway has that split, and nothing says that users get another one. */
export function isUnused(
	{weights, settling, alarm}: Pick<LoopSnapshot, 'weights' | 'settling' | 'alarm'>,
	revision: string,
): boolean {
	if (settling || weights.length === 0 || isOn(alarm)) return false;
	return weights.every(weight => weight.revision !== revision || weight.percent === 0);
}

/** Whether what users got shows that none gets this revision: an answer that may be anybody's may be its. */
export function isShownUnused(
	snapshot: Pick<LoopSnapshot, 'weights' | 'settling' | 'alarm' | 'rows'>,
	revision: string,
): boolean {
	const got = snapshot.rows.filter(({n}) => n > 0);
	return isUnused(snapshot, revision) && got.length > 0 && got.every(row => row.revision !== undefined);
}

/** What each revision is set to get, and what it got lately. */
export function measuredShares({rows}: Pick<LoopSnapshot, 'rows'>): ServiceVerdict['shares'] {
	const total = latelyIn(rows);
	const open = new Set(
		rows.flatMap(({revision, lately, candidates}) =>
			revision === undefined && lately > 0 ? candidates : [],
		),
	);
	return rows.flatMap(({revision, configuredPercent, lately}) =>
		revision === undefined
			? []
			: [
					{
						revision,
						set: configuredPercent ?? 0,
						got: total === 0 ? undefined : (lately / total) * 100,
						...(lately === 0 && open.has(revision) && {isOpen: true as const}),
					},
				],
	);
}

/** Answers of the last half a minute, of all of these rows. */
export const latelyIn = (rows: LoopSnapshot['rows']): number =>
	rows.reduce((sum, row) => sum + row.lately, 0);

/**
 * What a row got, 0–1: of all answers under this split, or of those that came lately.
 *
 * @param options.lately How many came lately, of all rows.
 */
export function shareGot(
	row: LoopSnapshot['rows'][number],
	{isGotLately: isLately, lately}: {isGotLately: boolean; lately: number},
): number | undefined {
	if (!isLately || row.observedShare === undefined) return row.observedShare;
	return lately === 0 ? undefined : row.lately / lately;
}

/**
 * Whether what users get is to be told of what came lately: it became something else under this split, and of both together nobody got
 * it at any time.
 */
export const isGotLately = ({alarm, change}: Pick<LoopSnapshot, 'alarm' | 'change'>): boolean =>
	alarm?.isOver === true || change !== undefined;

/**
 * Since when nothing is heard at the tags of revisions either: the gateway cannot be reached at all. Where it only answers users
 * itself, or has tags behind another one, what is compared goes on.
 */
export const tagsSilentSince = ({
	gateway,
	silentSince,
	target,
}: Pick<LoopSnapshot, 'gateway' | 'silentSince' | 'target'>): number | undefined =>
	gateway.kind === 'down' && silentSince !== undefined && !target.tagsAt ? gateway.since : undefined;

/** Whether requests are sent at present, be it of a burst alone. */
export const isAsking = ({state, burstLeft}: Pick<LoopSnapshot, 'state' | 'burstLeft'>): boolean =>
	state === 'running' || burstLeft > 0;

/** `set 90│10, users get 50│50`, or got, where nobody asks any more; undefined before anything was got. */
export function setAndGot(shares: ServiceVerdict['shares'], {isOver = false} = {}): string | undefined {
	if (shares.some(({got}) => got === undefined)) return undefined;
	return `set ${percents(shares.map(({set}) => set))}, users ${isOver ? 'got' : 'get'} ${percents(shares.map(({got}) => got ?? 0))}`;
}

const percents = (numbers: readonly number[]) => numbers.map(number => Math.round(number)).join('│');

const isOn = (alarm: Alarm | undefined) => alarm !== undefined && !alarm.isOver;

/** Whether users get nothing, or not always something, of any revision: another split cures nothing of that. */
export const isOfGateway = ({word, trouble}: Pick<ServiceVerdict, 'word' | 'trouble'>): boolean =>
	word === 'failing' && (trouble?.kind === 'gateway' || trouble?.kind === 'down');

/** What may turn out to be well. */
export const doubts: ReadonlySet<Trouble['kind']> = new Set([
	'redirects',
	'unanswered',
	'any host',
	'unknown host',
]);

/** The worst of it in a word. */
function inWords({
	gateway,
	silentSince,
	trouble,
	split,
	splitAlarm,
	errorState,
	latencyState,
	worse,
	slower,
	failureBound,
	tagDoubt,
	isCanaryUnused,
}: Omit<ServiceVerdict, 'tone' | 'word'>): Pick<ServiceVerdict, 'tone' | 'word'> {
	if (gateway.kind === 'down') return {tone: 'bad', word: 'down'};
	// What a revision does, or gets, is of before that.
	if (silentSince !== undefined) return {tone: 'bad', word: 'failing'};
	const isWorse = errorState === 'worse' || isOn(worse);
	const isSlower = latencyState === 'slower' || isOn(slower);
	if (isWorse && !isCanaryUnused) return {tone: 'bad', word: 'worse'};
	if (isOn(splitAlarm)) return {tone: 'bad', word: 'wrong'};
	if (trouble && !trouble.isOver && !doubts.has(trouble.kind)) return {tone: 'bad', word: 'failing'};
	if (isSlower && !isCanaryUnused) return {tone: 'bad', word: 'slower'};
	// Whoever reads the header or hears an alarm is to think of users: of them nobody gets it.
	if (isWorse || isSlower) return {tone: 'warning', word: isWorse ? 'worse' : 'slower'};
	const isSuspicious = split === 'suspicious' || errorState === 'suspicious' || latencyState === 'suspicious';
	if (isSuspicious || trouble || tagDoubt !== undefined || splitAlarm) {
		return {tone: 'warning', word: 'unsure'};
	}
	const isGood = split === 'agrees' && (failureBound === undefined || failureBound <= convincingBound);
	return isGood ? {tone: 'good', word: 'fine'} : {tone: 'waiting', word: ''};
}

/** Whether what the gateway answers itself, in a few words, is that it wants TLS. */
export const wantsTls = (target: ProbeTarget, said: string): boolean =>
	tlsPlaceOf(target, placeIn(said)) !== undefined;
