/** The verdicts as the lines of the live pane, what matters most first. Pure. */
import type {Comparison, EpochCounts, LoopSnapshot} from '../../console/state/state.js';
import {convincingBound, doubts, isUnused, setAndGot, sharesOf} from '../../console/live/verdicts.js';
import type {ComparedPair} from '../../console/live/compared-pair.js';
import {remedies, type AskedBy} from '../../knative/commands/identify-revisions.js';
import type {SplitVerdict} from '../../stats/split-verdict.js';
import {cutText, widthOf} from '../widgets/table/fit-text.js';
import {clock, duration, percentOf, shortRevision, span} from '../format.js';

export type VerdictLine = {
	tone: 'good' | 'waiting' | 'bad' | 'warning';
	sentence: string;
	/** What to do: whatever else of the line has no room, this has. */
	remedy?: string;
	/** What the line has no room for. It says what to do, so that it gives way to no counts. */
	more?: string;
};

/** What is known beside the counts. */
export type VerdictContext = {
	/** Of the service, which the names of its revisions begin with. */
	service: string;
	/** The route says no for good: nothing is being switched. */
	isRefused: boolean;
	/** How to identify revisions depends on it. */
	askedBy: AskedBy;
	pair: ComparedPair;
	/** Milliseconds since 1970. */
	now: number;
};

/** All that is to be said of what users get, and of the new revision. */
export function verdictLines(snapshot: LoopSnapshot, context: VerdictContext): VerdictLine[] {
	return [
		...gatewayLines(snapshot),
		...troubleLines(snapshot),
		splitLine(snapshot, context),
		...changeLines(snapshot, context),
		comparisonLine(snapshot, context.pair),
	];
}

/** A gateway that cannot be reached is no matter of statistics. */
function gatewayLines({gateway}: LoopSnapshot): VerdictLine[] {
	if (gateway.kind === 'down') {
		const requests = gateway.requests === 1 ? '1 request' : `${gateway.requests} requests`;
		return [
			{
				tone: 'bad',
				sentence: `gateway down since ${clock(gateway.since)} (${requests})`,
				more: `Gateway down since ${clock(gateway.since)} (${requests}); they are in no count. ${gateway.sentence}`,
			},
		];
	}
	if (gateway.kind === 'answers itself' && gateway.isAll) {
		const {code, text: said, since, last, requests} = gateway;
		return [
			{
				tone: 'bad',
				sentence: `the gateway itself answers ${said} since ${clock(since)} (${requests}): ${code === '404' ? 'no route for this host' : 'no revision answered'}`,
				more: `The gateway itself answers ${said}, ${requests} times from ${clock(since)} to ${clock(last)}: no revision was asked. Check the KIngress of the service and the gateway's pods.`,
			},
		];
	}
	return [];
}

/** Users get failures. */
function troubleLines({trouble, gateway}: LoopSnapshot): VerdictLine[] {
	if (!trouble || trouble.kind === 'down') return [];
	if (trouble.kind === 'gateway' && gateway.kind === 'answers itself' && gateway.isAll) return [];
	// What to do stands at the end of what is only a doubt.
	const [, sentence = trouble.sentence, remedy] = /^(.*); (choose .*)$/s.exec(trouble.sentence) ?? [];
	return [
		{
			tone: doubts.has(trouble.kind) ? 'warning' : 'bad',
			sentence,
			...(remedy !== undefined && {remedy}),
		},
	];
}

type SplitSnapshot = Pick<
	LoopSnapshot,
	| 'verdict'
	| 'settling'
	| 'rows'
	| 'alarm'
	| 'trouble'
	| 'suggestion'
	| 'answered'
	| 'rate'
	| 'unheard'
	| 'tags'
>;

/** Whether users get the split that is set. */
export function splitLine(
	{
		verdict,
		settling,
		rows,
		alarm,
		trouble,
		suggestion,
		answered,
		rate,
		unheard: unheardRevisions,
		tags,
	}: SplitSnapshot,
	{isRefused, askedBy, now}: Pick<VerdictContext, 'isRefused' | 'askedBy' | 'now'>,
): VerdictLine {
	if (settling) {
		return isRefused
			? {tone: 'bad', sentence: 'not counted: the route refuses the split, and the gateway is not switched'}
			: {tone: 'waiting', sentence: 'switching: answers not counted yet'};
	}
	if (!verdict) return {tone: 'waiting', sentence: 'no split to compare with yet'};
	const got = setAndGot(sharesOf({rows})) ?? 'nothing came lately';
	if (alarm && !alarm.isOver) {
		const impossible = verdict.state === 'impossible' ? `${verdict.sentence} ` : '';
		const long = `${span(now - alarm.since)} · since ${clock(alarm.since)}, last ${clock(alarm.last)}`;
		return {
			tone: 'bad',
			sentence: `wrong split: ${got} for ${long}`,
			remedy: 'S sends it again',
			more: `Users do not get this split: ${got} for ${long.replace(' · ', ' (')}). ${impossible}S sends the split again; else look at the KIngress and the gateway's pods (e).`,
		};
	}
	if (alarm) {
		return {
			tone: 'warning',
			sentence: `split was wrong ${clock(alarm.since)}–${clock(alarm.last)}, now ${got}`,
			remedy: 'Z counts anew',
		};
	}
	const isOpen = verdict.state === 'unjudgeable' || verdict.state === 'too few';
	const alike = rows.filter(({why}) => why === 'alike');
	if (isOpen && alike.some(({n}) => n > verdict.unattributed / 2)) {
		return {
			tone: 'warning',
			sentence: 'Revisions answer identically',
			remedy: suggestion === undefined ? 'choose what to compare (i)' : `i compares ${suggestion}`,
			more: `Revisions answer identically, so the split cannot be judged. ${suggestion === undefined ? remedies[askedBy].long : `They differ in ${suggestion}: i compares that, as --fingerprint ${suggestion} does.`}`,
		};
	}
	const unheard = rows.find(({why}) => why === 'unheard');
	if (isOpen && unheard && unheard.n > verdict.unattributed / 2) {
		const {remedy, because} = whyUnheard({unheard: unheardRevisions, tags});
		return {
			tone: 'warning',
			sentence: `cannot be judged: ${unheard.n} of ${answered} answers may be any revision's`,
			...(remedy !== undefined && {remedy}),
			more: `The split cannot be judged: ${unheard.n} of ${answered} answers may be those of ${unheard.candidates.join(' or ')}, because ${because}`,
		};
	}
	switch (verdict.state) {
		case 'agrees':
			return {tone: trouble ? 'warning' : 'good', sentence: verdict.sentence};
		case 'too few':
			return {tone: 'waiting', sentence: withWait(verdict, rate)};
		case 'suspicious':
		case 'unjudgeable':
			return {tone: 'warning', sentence: withWait(verdict, rate)};
		case 'disagrees':
		case 'impossible':
			return {tone: 'bad', sentence: verdict.sentence};
	}
}

/** Why a revision was never heard on its own, and what helps: a tag only where there is none. `because`: a clause with its stop. */
function whyUnheard({unheard, tags}: Pick<LoopSnapshot, 'unheard' | 'tags'>): {
	remedy: string | undefined;
	because: string;
} {
	const untagged = unheard.find(revision => !tags.some(tag => tag.revision === revision));
	if (untagged !== undefined) {
		return {
			remedy: 't adds a tag URL',
			because: 'not all of them could be asked on their own. t adds a tag URL.',
		};
	}
	const failing = tags.find(({revision, state}) => state === 'failed' && unheard.includes(revision));
	// Its turn comes, or the route settles.
	if (!failing) return {remedy: undefined, because: 'not all of them have been asked on their own yet.'};
	const {tag, revision, problem = 'no answer', fault, byHeader} = failing;
	const because = `the tag ${tag} of ${revision} tells nothing of it: ${problem}.`;
	if (fault === 'nothing to compare') {
		return {
			remedy: `tag ${tag} says nothing to compare: choose what (i)`,
			because: `${because} i chooses what to compare.`,
		};
	}
	const check =
		byHeader === undefined ? "the gateway's rule for tag hosts" : 'that the gateway passes the tag header on';
	return {
		remedy: `tag ${tag} fails: check ${byHeader === undefined ? "the gateway's rule" : 'its header'}`,
		because: `${because} Check ${check}; V sends the selected revision one request.`,
	};
}

/** `Too few answers to tell, ~44 more needed (44 s).`: how long that takes at this pace. */
function withWait({sentence, more}: SplitVerdict, rate: number): string {
	return more === undefined ? sentence : sentence.replace(/\.$/, ` (${span((more / rate) * 1000)}).`);
}

/** What users get became something else, though the split was not changed. */
export function changeLines(
	{change, alarm}: Pick<LoopSnapshot, 'change' | 'alarm'>,
	{service}: Pick<VerdictContext, 'service'>,
): VerdictLine[] {
	// That a wrong split began or ended is said by its alarm.
	if (!change || alarm) return [];
	const {at, before, after} = change;
	const shares = (counts: ReadonlyMap<string, number>) => {
		const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
		const named = [...counts]
			.toSorted(([, one], [, other]) => other - one)
			.map(([kind, count]) => `${nameOf(kind, service)} ${Math.round((count / total) * 100)} %`);
		return named.slice(0, 3).join(', ');
	};
	const [only] = after.keys();
	const now =
		after.size === 1 && only !== undefined
			? `all answers are ${nameOf(only, service)}'s`
			: `${shares(after)}, before ${shares(before)}`;
	return [{tone: 'warning', sentence: `since ${clock(at)} ${now}: changed without a change of the split`}];
}

/** `revision shop-00002` → `…00002`, `code 500` → `500`. */
function nameOf(kind: string, service: string): string {
	const [, word, rest = ''] = /^(revision|code) (.*)$/s.exec(kind) ?? [];
	if (word === 'revision') return shortRevision(rest, service);
	return word === 'code' ? rest : 'unknown';
}

type ComparisonSnapshot = Pick<
	LoopSnapshot,
	'comparing' | 'comparison' | 'settling' | 'tagDoubt' | 'trouble' | 'weights' | 'alarm'
>;

/** Whether the new revision is worse than the old one; what matters most comes first, since the line may be cut. */
export function comparisonLine(snapshot: ComparisonSnapshot, pair: ComparedPair): VerdictLine {
	const line = (tone: VerdictLine['tone'], sentence: string, remedy?: string): VerdictLine => ({
		tone,
		sentence,
		...(remedy !== undefined && {remedy}),
	});
	const {comparing, comparison, settling, tagDoubt, trouble} = snapshot;
	if (!pair.ok) {
		const {reason, untagged} = pair;
		return line('waiting', untagged === undefined ? reason : `not compared: ${reason}; t adds one`);
	}
	if (tagDoubt) return line('warning', `not compared: ${tagDoubt.sentence}`);
	if (!comparison || comparison.pairs === 0) {
		if (!comparing) return line('waiting', 'not compared', 'p compares canary and stable at their tags');
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
	const counts = alarmCounts(comparison, {isOfErrors: errors.state !== 'not worse'});
	if (said.length > 0) {
		const when = alarm
			? ` · since ${clock(alarm.since)}, ${alarm.isOver ? 'over since' : 'last'} ${clock(alarm.last)}`
			: '';
		const remedy = isUnused(snapshot, comparison.fresh.revision)
			? 'no user gets it: X abandons'
			: 'R rolls back';
		return line('bad', `canary ${said.join(', ')}${off}: ${counts}${when}`, remedy);
	}
	const suspected = [
		...(errors.state === 'suspicious' ? [`possibly worse${moreWords(errors.more)}`] : []),
		...(latency.state === 'suspicious' ? [`possibly slower${moreWords(latency.more)}`] : []),
	];
	if (suspected.length > 0) return line('warning', `canary ${suspected.join(', ')}${off}: ${counts}`);
	const {fresh} = comparison;
	if (fresh.asked === 0) {
		return line(
			'waiting',
			`canary neither works nor fails: ${fresh.undecided} answers are redirects or 4xx`,
			'choose what to send (i)',
		);
	}
	if (!comparison.isProven) {
		return line(
			'waiting',
			`canary not worse so far${off}, if it was asked: the tags' answers do not differ · ${failedOf(fresh)} failed, stable ${failedOf(comparison.old)}`,
			'choose what to compare (i)',
		);
	}
	// No alarm is no evidence: good is only said of a new revision whose own failure rate is known to be low.
	const isGood = comparison.bound <= convincingBound && !trouble && fresh.undecided <= fresh.asked / 20;
	return line(isGood ? 'good' : 'waiting', `canary not worse so far${off}: ${calmCounts(comparison)}`);
}

const moreWords = (more: number | undefined) => (more === undefined ? '' : ` (~${more} more)`);

/** Pairs, all without a failure, that it is not worth to speak of: a quarter of an hour at one a second. */
const farOff = 1000;

const failedOf = ({failed, asked}: Comparison['old']) => `${failed} of ${asked}`;

/** How low the new one's failure rate is known to be, and what it takes to know more. */
function calmCounts(comparison: Comparison): string {
	const {fresh, old, bound, boundMore, boundWait} = comparison;
	// Nobody waits for thousands of answers to make up for an outage of both.
	const isInSight = boundMore !== undefined && boundMore < farOff;
	const wait = boundWait === undefined ? '' : ` (${span(boundWait)})`;
	return [
		// Never below what is shown.
		`${failedOf(fresh)} failed (true rate < ${percentOf(Math.ceil(bound * 1000 - 1e-6) / 1000)})`,
		...(isInSight ? [`< 1 % takes ~${boundMore} more${wait}`] : []),
		`stable ${failedOf(old)}`,
		...latencyCounts(comparison),
	].join(' · ');
}

/** What the alarm is about first; how many requests without a failure would make up for it is of no use now. */
function alarmCounts(comparison: Comparison, {isOfErrors}: {isOfErrors: boolean}): string {
	const {fresh, old} = comparison;
	const failures = `fails ${failedOf(fresh)}, stable ${failedOf(old)}`;
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

/** The line under counts of an earlier split: what was claimed of it then. */
export function pastLine({verdict}: Pick<EpochCounts, 'verdict'>): VerdictLine {
	if (!verdict) return {tone: 'waiting', sentence: 'there was no split to compare with'};
	const isWrong = verdict.state === 'disagrees' || verdict.state === 'impossible';
	return {
		tone: isWrong ? 'bad' : verdict.state === 'agrees' ? 'good' : 'waiting',
		sentence: verdict.sentence,
	};
}

/**
 * The line in at most `width` columns: what gives way are its last pieces, whole, and then the end of the first one; never what
 * to do.
 */
export function fittedVerdict(
	{sentence, remedy}: Pick<VerdictLine, 'sentence' | 'remedy'>,
	width: number,
	ellipsis: string,
): string {
	const tail = remedy === undefined ? '' : ` · ${remedy}`;
	const pieces = sentence.split(' · ');
	while (pieces.length > 1 && widthOf(pieces.join(' · ') + tail) > width) pieces.pop();
	return cutText(pieces.join(' · '), Math.max(0, width - widthOf(tail)), {ellipsis}) + tail;
}
