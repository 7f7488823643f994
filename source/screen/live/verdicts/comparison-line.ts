/** Whether the canary is worse than what users had, as a line. Pure. */
import type {ComparedPair} from '../../../console/live/compared-pair.js';
import {convincingBound, isShownUnused, isUnused} from '../../../console/live/verdicts.js';
import type {Comparison, LoopSnapshot} from '../../../console/state/state.js';
import {clock, duration, percentOf, span} from '../../format.js';
import type {VerdictLine} from './verdict-line.js';

type ComparisonSnapshot = Pick<
	LoopSnapshot,
	'comparing' | 'comparison' | 'settling' | 'tagDoubt' | 'trouble' | 'weights' | 'alarm' | 'rows'
>;

/** What the two are in the release. */
type Called = Readonly<Record<'fresh' | 'old', string>>;

const usual: Called = {fresh: 'canary', old: 'stable'};

const line = (tone: VerdictLine['tone'], sentence: string, remedy?: string): VerdictLine => ({
	tone,
	sentence,
	...(remedy !== undefined && {remedy}),
});

/** Whether the new revision is worse than the old one; what matters most comes first, since the line may be cut. */
export function comparisonLine(snapshot: ComparisonSnapshot, pair: ComparedPair): VerdictLine {
	const {comparing, comparison, settling, tagDoubt, trouble} = snapshot;
	if (!pair.ok) {
		const {reason, untagged} = pair;
		return untagged === undefined
			? line('waiting', reason)
			: line('waiting', `not compared: ${reason}`, 't adds one');
	}
	const called = pair.called ?? usual;
	if (tagDoubt) {
		const sentence = `not compared: ${tagDoubt.sentence}`;
		// What it is comes before why that proves nothing.
		const shorter = [sentence.replace(/, (?:users|the service) .*$/s, '')];
		return {...line('warning', sentence), shorter};
	}
	if (!comparison || comparison.pairs === 0) {
		if (!comparing) {
			return line('waiting', 'not compared', `p compares ${called.fresh} and ${called.old} at their tags`);
		}
		if (comparison && comparison.withoutGateway > 0) {
			return line('warning', 'not compared: the gateway itself answers at a tag, or does not');
		}
		return line(
			'waiting',
			settling ? 'comparison waits until the route has switched' : 'no pair answered yet',
		);
	}
	const off = comparing ? '' : ' (off)';
	const {errors, latency, worse, slower} = comparison;
	const isWorse = errors.state === 'worse' || (worse !== undefined && !worse.isOver);
	const isSlower = latency.state === 'slower' || (slower !== undefined && !slower.isOver);
	const said = [...(isWorse ? ['WORSE'] : []), ...(isSlower ? ['SLOWER'] : [])];
	const alarm = isWorse ? worse : slower;
	const isOfErrors = isWorse || (!isSlower && errors.state !== 'not worse');
	const counts = alarmCounts(comparison, {isOfErrors, called});
	if (said.length > 0) {
		const when = alarm ? ` ${whenWords(alarm)}` : '';
		const remedy = remedyOf(snapshot, comparison.fresh.revision);
		const what = `${called.fresh} ${said.join(', ')}`;
		const verdict = `${what}${when}${off}`;
		// By what it is so is more than when it was so last.
		const brief = alarm && !alarm.isOver ? `${what} since ${clock(alarm.since)}${off}` : verdict;
		const evidence = isWorse
			? [failureCounts(comparison, called), ...failureShares(comparison, called)]
			: [...latencyCounts(comparison).slice(0, 1), briefLatencies(comparison)];
		const shorter = [...evidence.map(words => `${brief}: ${words}`), brief];
		return {...line('bad', `${verdict}: ${counts}`, remedy), shorter};
	}
	const suspected = [
		...(errors.state === 'suspicious' ? [`possibly worse${moreWords(errors.more)}`] : []),
		...(latency.state === 'suspicious' ? [`possibly slower${moreWords(latency.more)}`] : []),
	];
	if (suspected.length > 0) {
		return line('warning', `${called.fresh} ${suspected.join(', ')}${off}: ${counts}`);
	}
	const {fresh} = comparison;
	if (fresh.asked === 0) {
		const what = `${fresh.undecided} answers are redirects or 4xx`;
		// What users' answers say is said with them.
		const remedy = trouble?.remedy === 'ask over TLS' ? undefined : 'choose what to send (i)';
		return {
			...line('waiting', `${called.fresh} neither works nor fails: ${what}`, remedy),
			shorter: [`${called.fresh}: ${what}`],
		};
	}
	if (!comparison.isProven) {
		const {isOpen = false, old} = comparison;
		// What only fails shows no answer of its own, whatever is compared.
		const failing = onlyFails(old) ? called.old : onlyFails(fresh) ? called.fresh : undefined;
		const why = isOpen
			? 'any host may be answered so'
			: failing === undefined
				? "the tags' answers do not differ"
				: `${failing} has only failed`;
		return {
			...line(
				'waiting',
				`${called.fresh} not worse so far${off}, if it was asked: ${why} · ${failedOf(fresh)} failed, ${called.old} ${failedOf(old)}`,
				isOpen || failing !== undefined ? undefined : 'choose what to compare (i)',
			),
			shorter: [`${called.fresh} not worse so far${off}, if it was asked`],
		};
	}
	// No alarm is no evidence: good is only said of a new revision whose own failure rate is known to be low.
	const isGood = comparison.bound <= convincingBound && !trouble && fresh.undecided <= fresh.asked / 20;
	return line(
		isGood ? 'good' : 'waiting',
		`${called.fresh} not worse so far${off}: ${calmCounts(comparison, called)}`,
	);
}

function remedyOf(snapshot: ComparisonSnapshot, canary: string): string {
	if (!isUnused(snapshot, canary)) return 'R rolls back';
	return `${isShownUnused(snapshot, canary) ? 'no user gets it' : 'set to 0 %'}: X abandons`;
}

const onlyFails = ({asked, failed}: Comparison['old']) => asked > 0 && failed === asked;

/** What is over has an end. */
const whenWords = ({since, last, isOver}: {since: number; last: number; isOver: boolean}) =>
	isOver ? `${clock(since)}–${clock(last)}` : `since ${clock(since)}, last ${clock(last)}`;

const moreWords = (more: number | undefined) => (more === undefined ? '' : ` (~${more} more)`);

/** Pairs, all without a failure, that it is not worth to speak of: a quarter of an hour at one a second. */
const farOff = 1000;

const failedOf = ({failed, asked}: Comparison['old']) => `${failed} of ${asked}`;
const failureShare = ({failed, asked}: Comparison['old']) => percentOf(asked === 0 ? 0 : failed / asked);

const failureCounts = ({fresh, old}: Comparison, called: Called): string =>
	`fails ${failedOf(fresh)}, ${called.old} ${failedOf(old)}`;

/** What fails of either, in the fewest words; shorter ones later. */
function failureShares({fresh, old}: Comparison, called: Called): string[] {
	const share = `fails ${failureShare(fresh)}`;
	return [`${share}, ${called.old} ${failureShare(old)}`, share];
}

/** How much longer it takes, in the fewest words. */
const briefLatencies = ({fresh, old, compared, bad}: Comparison): string =>
	fresh.p50 === undefined || old.p50 === undefined
		? `slower in ${bad} of ${compared}`
		: `p50 ${duration(fresh.p50)} vs ${duration(old.p50)}`;

/** How low the new one's failure rate is known to be, and what it takes to know more. */
function calmCounts(comparison: Comparison, called: Called): string {
	const {fresh, old, bound, boundMore, boundWait} = comparison;
	// Nobody waits for thousands of answers to make up for an outage of both.
	const isInSight = boundMore !== undefined && boundMore < farOff;
	const wait = boundWait === undefined ? '' : ` (${span(boundWait)})`;
	return [
		// Never below what is shown.
		`${failedOf(fresh)} failed (true rate < ${percentOf(Math.ceil(bound * 1000 - 1e-6) / 1000)})`,
		...(isInSight ? [`< 1 % takes ~${boundMore} more${wait}`] : []),
		`${called.old} ${failedOf(old)}`,
		...latencyCounts(comparison),
	].join(' · ');
}

/** What the alarm is about first; how many requests without a failure would make up for it is of no use now. */
function alarmCounts(
	comparison: Comparison,
	{isOfErrors, called}: {isOfErrors: boolean; called: Called},
): string {
	const failures = failureCounts(comparison, called);
	const latencies = latencyCounts(comparison);
	return (isOfErrors ? [failures, ...latencies] : [...latencies, failures]).join(' · ');
}

function latencyCounts({fresh, old, compared, bad}: Comparison): string[] {
	return [
		...(fresh.p50 === undefined || old.p50 === undefined
			? []
			: [`p50 ${duration(fresh.p50)} vs ${duration(old.p50)}, slower in ${bad} of ${compared}`]),
		...(fresh.cold === 0 || fresh.coldP50 === undefined
			? []
			: [`${fresh.cold} from a cold start: p50 ${duration(fresh.coldP50)}`]),
	];
}
