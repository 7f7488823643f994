/** The verdicts as the lines under the rows of the live pane. Pure. */
import type {Comparison, LoopSnapshot, Row} from '../../console/state/state.js';
import type {ComparedPair} from '../../console/live/compared-pair.js';
import {remedies, type AskedBy} from '../../knative/commands/identify-revisions.js';
import type {SplitVerdict} from '../../stats/split-verdict.js';
import {duration, percentOf} from '../format.js';

export type VerdictLine = {
	tone: 'good' | 'waiting' | 'bad' | 'warning';
	sentence: string;
	/** What the line has no room for. It says what to do, so that it gives way to no counts. */
	more?: string;
};

/** What is known beside the counts. */
type SplitContext = {
	settling: boolean;
	/** The route says no for good: nothing is being switched. */
	isRefused: boolean;
	/** What was counted: when revisions answer alike, that is why nothing can be said, and not any error. */
	rows: readonly Row[];
	/** What tells revisions apart depends on it. */
	askedBy: AskedBy;
};

/** Whether users get the split that is configured. */
export function splitLine(
	verdict: SplitVerdict | undefined,
	{settling, isRefused, rows, askedBy}: SplitContext,
): VerdictLine {
	if (settling) {
		return isRefused
			? {tone: 'bad', sentence: 'not counted: the route refuses the split, and the gateway is not switched'}
			: {
					tone: 'waiting',
					sentence: 'settling: the gateway is being switched; these answers are not counted',
				};
	}
	if (!verdict) return {tone: 'waiting', sentence: 'no split to compare with yet'};
	const alike = rows.filter(({attribution}) => attribution === 'indistinguishable');
	if (verdict.state === 'unjudgeable' && alike.some(({n}) => n > verdict.unattributed / 2)) {
		return {
			tone: 'warning',
			// What to do must not be what a narrow window cuts off.
			sentence: `Alike: ${remedies[askedBy].short}`,
			more: `Revisions answer alike, so the split cannot be judged. ${remedies[askedBy].long}`,
		};
	}
	switch (verdict.state) {
		case 'agrees':
			return {tone: 'good', sentence: verdict.sentence};
		case 'too few':
			return {tone: 'waiting', sentence: verdict.sentence};
		case 'suspicious':
		case 'unjudgeable':
			return {tone: 'warning', sentence: verdict.sentence};
		case 'disagrees':
		case 'impossible':
			return {tone: 'bad', sentence: verdict.sentence};
	}
}

/** Upper 95 % bound of the new revision's error rate, 0–1, from which on it is shown as good: 59 pairs without a failure. */
const convincingBound = 0.05;

/** Whether the new revision is worse than the old one; what matters most comes first, since the line may be cut. */
export function comparisonLine(
	{comparing, comparison, settling}: Pick<LoopSnapshot, 'comparing' | 'comparison' | 'settling'>,
	pair: ComparedPair,
): VerdictLine {
	const line = (tone: VerdictLine['tone'], text: string) => ({tone, sentence: `new vs old: ${text}`});
	if (!pair.ok) return line('waiting', pair.reason);
	if (!comparison || comparison.pairs === 0) {
		if (!comparing) return line('waiting', 'off; p asks both in pairs at their tags');
		return line('waiting', settling ? 'waits until the route has settled' : 'no pair answered yet');
	}
	const off = comparing ? '' : ' (off)';
	const {errors, latency} = comparison;
	const said = [
		...(errors.state === 'worse' ? ['WORSE'] : []),
		...(latency.state === 'slower' ? ['SLOWER'] : []),
	];
	const alarm = (text: string) =>
		`${text}${off}, ${alarmCounts(comparison, {isOfErrors: errors.state !== 'not worse'})}`;
	if (said.length > 0) return line('bad', alarm(said.join(', ')));
	const suspected = [
		...(errors.state === 'suspicious' ? [`maybe worse${need(errors.more)}`] : []),
		...(latency.state === 'suspicious' ? [`maybe slower${need(latency.more)}`] : []),
	];
	if (suspected.length > 0) return line('warning', alarm(suspected.join(', ')));
	// No alarm is no evidence: good is only said of a new revision whose own error rate is known to be low.
	const tone = comparison.bound <= convincingBound ? 'good' : 'waiting';
	return line(tone, `not worse so far${off}, ${calmCounts(comparison)}`);
}

const need = (more: number | undefined) => (more === undefined ? '' : `, need ~${more} more`);

/** Pairs, all without a failure, that it is not worth to speak of: a quarter of an hour at one a second. */
const farOff = 1000;

const failedOf = ({failed, asked}: Comparison['old']) => `${failed}/${asked}`;

/** How low the new one's error rate is known to be, and what it takes to know more. */
function calmCounts(comparison: Comparison): string {
	const {fresh, old, bound, boundMore} = comparison;
	// Nobody waits for thousands of answers to make up for an outage of both.
	const isInSight = boundMore !== undefined && boundMore < farOff;
	return [
		`${failedOf(fresh)} failed: below ${percentOf(bound)}`,
		...(isInSight ? [`need ~${boundMore} more for 1 %`] : []),
		`old ${failedOf(old)}`,
		...latencyCounts(comparison),
	].join(' · ');
}

/** What the alarm is about first; how many requests without a failure would make up for it is of no use now. */
function alarmCounts(comparison: Comparison, {isOfErrors}: {isOfErrors: boolean}): string {
	const failures = `${failedOf(comparison.fresh)} failed, old ${failedOf(comparison.old)}`;
	const latencies = latencyCounts(comparison);
	return (isOfErrors ? [failures, ...latencies] : [...latencies, failures]).join(' · ');
}

function latencyCounts({fresh, old, compared, bad}: Comparison): string[] {
	return [
		...(fresh.p50 === undefined || old.p50 === undefined
			? []
			: [`p50 ${duration(fresh.p50)} vs ${duration(old.p50)}, slower in ${bad}/${compared}`]),
		...(fresh.cold === 0 || fresh.coldP50 === undefined
			? []
			: [`${fresh.cold} from a cold start: p50 ${duration(fresh.coldP50)}`]),
	];
}
