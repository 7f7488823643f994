/** The verdicts as the lines of the live pane, what matters most first. Pure. */
import {pairOf} from '../../console/live/compared-pair.js';
import {doubts, isAsking, tagsSilentSince, wantsTls} from '../../console/live/verdicts.js';
import type {EpochCounts, LoopSnapshot, RequestOptions} from '../../console/state/state.js';
import {askedBy} from '../../knative/commands/identify-revisions.js';
import {lateRefusal} from '../../knative/release/late-refusal.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';
import {changeSentence} from '../../release/verdict/change-sentence.js';
import {clock, shortRevision} from '../format.js';
import {cutAtClause, widthOf} from '../widgets/table/fit-text.js';
import {comparisonLine} from './verdicts/comparison-line.js';
import {splitLine} from './verdicts/split-line.js';
import type {VerdictContext, VerdictLine} from './verdicts/verdict-line.js';

/** What the verdicts of a snapshot are about, as the cluster has it now. */
export function verdictContext(
	{at: now}: Pick<LoopSnapshot, 'at'>,
	{
		service,
		revisions,
		requestOptions: {grpcCall},
		guess,
		tagsMissing,
		knowsTls,
	}: {
		service: ServiceView;
		revisions: readonly RevisionView[];
		requestOptions: Pick<RequestOptions, 'grpcCall'>;
		/** Why this gateway is asked, where the service's own Ingress does not say it. */
		guess?: string | undefined;
		/** Why no tag can be asked, as a sentence. */
		tagsMissing?: string | undefined;
		/** It is known where the gateway speaks TLS, where it is asked without. */
		knowsTls: boolean;
	},
): VerdictContext {
	const pair = pairOf(service, revisions);
	const needsTags = pair.ok || pair.untagged !== undefined;
	return {
		service: service.name,
		isRefused: lateRefusal(service) !== undefined,
		splitDoubt: service.splitDoubt,
		askedBy: askedBy(service.summary.protocol, grpcCall),
		pair: needsTags && tagsMissing !== undefined ? {ok: false, reason: tagsMissing} : pair,
		guess,
		tagsMissing,
		knowsTls,
		now,
	};
}

/** All that is to be said of what users get, and of the new revision. */
export function verdictLines(snapshot: LoopSnapshot, context: VerdictContext): VerdictLine[] {
	const until = lastAskedAt(snapshot);
	// Of users nothing is known any more from when on no revision answers; of tags, only where the gateway is down.
	const isAsked = until === undefined;
	const before = asOfSilence(isAsked ? snapshot.silentSince : undefined);
	const compared = asOfSilence(isAsked ? tagsSilentSince(snapshot) : undefined);
	const split = splitLine(snapshot, context);
	// What is over tells its own times, and what was not counted is of no answer.
	const isTimed = snapshot.settling || snapshot.alarm?.isOver === true;
	const lines = [
		...gatewayLines(snapshot, context),
		...troubleLines(snapshot, context),
		isTimed ? split : before(split),
		...changeLines(snapshot, context).map(before),
	];
	const told = until === undefined ? lines : lines.map(line => asOf(line, until));
	return [...told, compared(comparisonLine(snapshot, context.pair))];
}

/** When the last answer came of a loop that asks no more; undefined while it asks, and where none has come. */
function lastAskedAt({
	state,
	burstLeft,
	last,
}: Pick<LoopSnapshot, 'state' | 'burstLeft' | 'last'>): number | undefined {
	// Slow answers come after those that were asked later.
	return isAsking({state, burstLeft}) || last.length === 0 ? undefined : Math.max(...last.map(({at}) => at));
}

/** What was well before nothing was answered is not well now. */
const asOfSilence =
	(silent: number | undefined) =>
	(line: VerdictLine): VerdictLine =>
		silent === undefined ? line : asOf(line.tone === 'good' ? {...line, tone: 'warning'} : line, silent);

/** What nobody looks at any more is said of the time when it was, and first: the end of a line is what gives way. */
function asOf(line: VerdictLine, until: number): VerdictLine {
	// What is well says so itself, and what is not counted yet says nothing of then.
	if (line.tone === 'good' || line.tone === 'waiting') return line;
	const then = (text: string) =>
		`until ${clock(until)}: ${text.replace(/\busers get\b/, 'users got').replace(/^test requests fail\b/, 'test requests failed')}`;
	return {
		...line,
		sentence: then(line.sentence),
		...(line.shorter && {shorter: line.shorter.map(then)}),
		...(line.more !== undefined && {more: `As of ${clock(until)}. ${line.more}`}),
	};
}

const overTls = ({knowsTls}: Pick<VerdictContext, 'knowsTls'>): string =>
	knowsTls ? 'v asks over TLS' : 'give --gateway https://…';

/** A gateway that cannot be reached is no matter of statistics. */
function gatewayLines(
	{gateway, target}: LoopSnapshot,
	{guess, knowsTls}: Pick<VerdictContext, 'guess' | 'knowsTls'>,
): VerdictLine[] {
	if (gateway.kind === 'down') {
		const requests = gateway.requests === 1 ? '1 request' : `${gateway.requests} requests`;
		const since = `down since ${clock(gateway.since)}`;
		const because = gateway.reason === undefined ? '' : `: ${gateway.reason}`;
		return [
			{
				tone: 'bad',
				sentence: `gateway ${since} (${requests})${because}`,
				shorter: [`gateway ${since}${because}`],
				more: `Gateway ${since} (${requests}); they are in no count. ${gateway.sentence}`,
			},
		];
	}
	if (gateway.kind === 'answers itself' && gateway.isAll) {
		const {code, text: said, since, last, requests} = gateway;
		if (wantsTls(target, said)) {
			const sentence = `the gateway redirects to https since ${clock(since)} (${requests}): no revision answered`;
			const shorter = [sentence.replace(/ since .*$/, '')];
			return [
				{tone: 'bad', sentence, shorter, remedy: overTls({knowsTls}), more: `The gateway answers ${said}.`},
			];
		}
		return [
			{
				tone: 'bad',
				sentence: `the gateway itself answers ${said} since ${clock(since)} (${requests}): ${code === '404' ? 'no route for this host' : 'no revision answered'}`,
				more: `The gateway itself answers ${said}, ${requests} times from ${clock(since)} to ${clock(last)}: no revision was asked. ${guess ?? "Check the KIngress of the service and the gateway's pods."}`,
			},
		];
	}
	return [];
}

/** Users get failures. */
function troubleLines(
	{trouble, gateway}: LoopSnapshot,
	{knowsTls}: Pick<VerdictContext, 'knowsTls'>,
): VerdictLine[] {
	if (!trouble || gateway.kind === 'down') return [];
	if (trouble.isOver) {
		return [{tone: 'warning', sentence: trouble.sentence, remedy: 'Z resets counts'}];
	}
	if (trouble.kind === 'gateway' && gateway.kind === 'answers itself' && gateway.isAll) return [];
	// What to do stands at the end of what is only a doubt.
	const [, sentence = trouble.sentence, asked] = /^(.*); (ask .*)$/s.exec(trouble.sentence) ?? [];
	const remedies = {'choose what to send': 'choose what to send (i)', 'ask over TLS': overTls({knowsTls})};
	const remedy = trouble.remedy === undefined ? asked : remedies[trouble.remedy];
	return [
		{
			tone: doubts.has(trouble.kind) ? 'warning' : 'bad',
			sentence,
			// What it is comes before what it means.
			...(remedy !== undefined && {remedy, shorter: [sentence.replace(/(?: \(.*\))?: .*$/s, '')]}),
		},
	];
}

/** What users get became something else, though the split was not changed. */
export function changeLines(
	{change, alarm}: Pick<LoopSnapshot, 'change' | 'alarm'>,
	{service}: Pick<VerdictContext, 'service'>,
): VerdictLine[] {
	// That a wrong split began or ended is said by its alarm.
	if (!change || alarm) return [];
	const now = changeSentence(change, revision => shortRevision(revision, service));
	const sentence = `split unchanged, but ${now}`;
	// What it was before is to be seen in the chart.
	return [{tone: 'warning', sentence, shorter: [sentence.replace(/, before .*$/s, '')]}];
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
 * The line in at most `width` columns: what gives way are its last pieces, whole, then words, and only then clauses of the first one;
 * never what to do.
 */
export function fittedVerdict(
	{sentence, shorter = [], remedy}: Pick<VerdictLine, 'sentence' | 'shorter' | 'remedy'>,
	width: number,
	ellipsis: string,
): string {
	const tail = remedy === undefined ? '' : ` · ${remedy}`;
	const isFitting = (text: string) => widthOf(text + tail) <= width;
	const pieces = sentence.split(' · ');
	while (pieces.length > 1 && !isFitting(pieces.join(' · '))) pieces.pop();
	const words = [pieces.join(' · '), ...shorter];
	const text = words.find(isFitting) ?? words.at(-1) ?? '';
	return cutAtClause(text, Math.max(0, width - widthOf(tail)), ellipsis) + tail;
}
