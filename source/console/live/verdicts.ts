/** What the loop says of a service in one value: for the list of services, reviews, plans and whoever else decides by it. Pure. */
import type {Alarm} from '../../probe/loop/alarm.js';
import type {GatewayCondition} from '../../probe/loop/gateway-state.js';
import type {LoopSnapshot} from '../../probe/loop/loop.js';
import type {Trouble} from '../../probe/loop/trouble.js';
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
	/** The newest revision against the one before; undefined where nothing is compared. */
	canary: ComparedSide | undefined;
	stable: ComparedSide | undefined;
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
	/** Why nothing may be called good. */
	trouble: Trouble | undefined;
	/** Why what tags answer may be no revision's; one sentence. */
	tagDoubt: string | undefined;
	tone: 'good' | 'waiting' | 'warning' | 'bad';
	/** One or two words; empty while there is nothing to say. */
	word: string;
};

/** Upper bound of the canary's failure rate, 0–1, from which on it is called good: 69 answers without a failure. */
export const convincingBound = 0.05;

export function verdictOf(uid: string, snapshot: LoopSnapshot): ServiceVerdict {
	const {verdict, settling, comparison, tagDoubt, trouble, gateway, alarm} = snapshot;
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
		canary: sideOf('fresh'),
		stable: sideOf('old'),
		errorState: compared?.errors.state,
		latencyState: compared?.latency.state,
		errorEvidence: compared?.errors.logE,
		latencyEvidence: compared?.latency.logE,
		worse: compared?.worse,
		slower: compared?.slower,
		failureBound: compared?.bound,
		gateway,
		trouble,
		tagDoubt: tagDoubt?.sentence,
	};
	return {...facts, ...inWords(facts)};
}

const isOn = (alarm: Alarm | undefined) => alarm !== undefined && !alarm.isOver;

/** The worst of it in a word. */
function inWords({
	gateway,
	trouble,
	split,
	splitAlarm,
	errorState,
	latencyState,
	worse,
	slower,
	failureBound,
	tagDoubt,
}: Omit<ServiceVerdict, 'tone' | 'word'>): Pick<ServiceVerdict, 'tone' | 'word'> {
	if (gateway.kind === 'down') return {tone: 'bad', word: 'no gateway'};
	if (errorState === 'worse' || isOn(worse)) return {tone: 'bad', word: 'worse'};
	if (isOn(splitAlarm)) return {tone: 'bad', word: 'wrong split'};
	if (trouble && trouble.kind !== 'redirects') return {tone: 'bad', word: 'failing'};
	if (latencyState === 'slower' || isOn(slower)) return {tone: 'bad', word: 'slower'};
	const isSuspicious = split === 'suspicious' || errorState === 'suspicious' || latencyState === 'suspicious';
	if (isSuspicious || trouble || tagDoubt !== undefined || splitAlarm)
		return {tone: 'warning', word: 'unsure'};
	const isGood = split === 'agrees' && (failureBound === undefined || failureBound <= convincingBound);
	return isGood ? {tone: 'good', word: 'fine'} : {tone: 'waiting', word: ''};
}
