/**
 * The release without a screen: `split`, `complete`, `rollback`, `abandon`, `undo`. Planned, sent and remembered by the functions of
 * the console; what its review sheet shows is printed, and agreed to by `--yes` or at a prompt.
 */
import {ownLine} from '../../knative/commands/own-line.js';
import type {Cluster} from '../../kube/cluster.js';
import type {Facts, Planned} from '../../release/plan-facts.js';
import {planAbandon, planPromote, planRollback, planSplit, planUndo} from '../../release/plan-split.js';
import {withoutHistory} from '../../release/without-history.js';
import type {Plan} from '../../release/plan.js';
import type {ServiceView} from '../../knative/service/service.js';
import {tagsOfPromotion} from '../../knative/release/verbs/role-tags.js';
import {untriedWarning} from '../../knative/release/untried.js';
import type {Warning} from '../../knative/release/warnings.js';
import {wholeOf} from '../../knative/split/split.js';
import {sharesMeant} from '../../knative/release/shares-meant.js';
import {meantBy} from '../../knative/release/revision-by-word.js';
import type {CanaryComparison} from './compare-canary.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {applyPlan, type ApplyMeans, type ApplyOptions, type Result} from './apply-plan.js';
import {wayToGateway} from '../../release/outcome/arrival.js';
import {followToGateway} from './follow-to-gateway.js';
import type {Base} from '../../knative/revision/base.js';
import {releaseOf} from '../../knative/release/release.js';
import {readBase} from '../../release/read-base.js';
import {readSplitWrite} from '../../kube/read-route.js';
import {readFacts} from './read-facts.js';

export type ReleaseCommand = 'split' | 'complete' | 'rollback' | 'abandon' | 'undo';

export type ReleaseOptions = ApplyOptions & {
	verb: ReleaseCommand;
	/** Of `split`: `<revision>=<percent>`. */
	shares: readonly string[];
	/** Which revision is meant, in a word of the operator's; undefined where the release is to tell. */
	to?: string | undefined;
	/** After promoting, what users had stays in the split at 0 %, tagged `previous`. */
	keepsPrevious?: boolean;
	/** Of `abandon`: the template is put back to what users run, too. */
	resetsTemplate?: boolean;
};

export type ReleaseDependencies = ApplyMeans & {
	/** Asks the canary and what users had in pairs, before it is promoted; undefined where that is not wanted. */
	compare?: (facts: Facts & {revisions: NonNullable<Facts['revisions']>}) => Promise<CanaryComparison>;
};

/** Where it is so already nothing is sent. */
export async function release(options: ReleaseOptions, means: ReleaseDependencies): Promise<Result> {
	const planned = await plan(options, means);
	if (!planned.ok) {
		if (planned.already) return stands(planned, options, means);
		return {code: planned.code, sentence: planned.sentence};
	}
	const {judge} = planned;
	return applyPlan(planned.plan, options, {...means, ...(judge && {judge})});
}

type PlannedOrNot =
	/** `judge`: how the canary does, asked again. */
	| {ok: true; plan: Plan; judge?: () => Promise<Facts['verdict']>}
	| {ok: false; code: ExitCode; sentence: string; already?: undefined}
	/** What is wished for is asked for already. */
	| {ok: false; already: ServiceView; sentence: string};

/** A script may ask for the same twice; what the gateway does not have is not so yet, though, whoever asked for it. */
async function stands(
	{already, sentence}: Extract<PlannedOrNot, {already: ServiceView}>,
	{namespace, service, wait, dryRun}: ReleaseOptions,
	{cluster, progress}: ReleaseDependencies,
): Promise<Result> {
	const {generation} = already;
	const isThere = wayToGateway(already, generation).kind === 'moved';
	if (wait === 0 || dryRun || isThere) return {code: exitCodes.done, sentence};
	const arrival = await followToGateway(cluster, {namespace, service, generation, within: wait, progress});
	return {
		code: arrival.kind === 'moved' ? exitCodes.done : exitCodes.notRouted,
		sentence: `${sentence} ${arrival.sentence}`,
		arrival,
	};
}

async function plan(
	options: ReleaseOptions,
	{cluster, history, progress, compare, now = Date.now}: ReleaseDependencies,
): Promise<PlannedOrNot> {
	const {verb, namespace, service: name, shares} = options;
	const read = await readFacts(
		{cluster, history, now},
		{namespace, name, tags: verb === 'complete' ? tagsOfPromotion : []},
	);
	if (!read.ok) return {ok: false, code: exitCodes.notMade, sentence: `Not done: ${read.reason}`};
	const {facts, unread} = read;
	const {service} = facts;
	const meant = options.to === undefined ? undefined : meantBy(options.to, facts);
	if (meant && !meant.ok) return {ok: false, code: exitCodes.usage, sentence: meant.reason};
	const to = meant?.revision;
	const base = options.resetsTemplate ? await readRunning(cluster, facts) : undefined;
	if (base && !base.ok) return {ok: false, code: exitCodes.notMade, sentence: `Not applied: ${base.reason}`};
	const split = verb === 'split' ? sharesMeant(shares, facts) : undefined;
	if (split && !split.ok) return {ok: false, code: exitCodes.usage, sentence: split.reason};
	const promotion = (of: Facts) => planPromote(of, {to, keepsPrevious: options.keepsPrevious});
	const planOf = (known: Facts): Planned => {
		switch (verb) {
			case 'split':
				return planSplit(known, split?.split ?? []);
			case 'complete':
				return promotion(known);
			case 'rollback':
				return withoutHistory(planRollback(known, {to}), 'roll back', unread);
			case 'abandon':
				return planAbandon(known, {to, why: options.reason, base: base?.base});
			case 'undo':
				return withoutHistory(planUndo(known), 'undo', unread);
		}
	};
	const first = planOf(facts);
	// Before somebody is asked, what may tell it is.
	const told =
		first.ok || verb !== 'rollback' || !first.candidates ? undefined : await readSplitWrite(cluster, facts);
	const planned = told ? planOf({...facts, service: told}) : first;
	if (planned.ok) {
		// A share is given to a revision by its name.
		if (verb === 'split') return named(planned);
		const unclear = to === undefined ? guessed(planned, facts) : undefined;
		if (unclear || verb !== 'complete') return unclear ?? planned;
		const judge = async () => verdictOn(planned.plan, facts, {compare, progress});
		const verdict = await judge();
		const judged = verdict && promotion({...facts, verdict});
		const best = judged?.ok ? judged : planned;
		return {...(to === undefined ? best : named(best)), judge};
	}
	const {reason, already, candidates, instead} = planned;
	if (already) return {ok: false, sentence: reason, already: service};
	if (candidates) return {ok: false, code: exitCodes.usage, sentence: whichOf(reason, candidates)};
	const hint = instead
		? ` To give the release up: ${ownLine([instead, name], {namespace, flags: cluster.flags})}`
		: '';
	return {ok: false, sentence: `${reason}${hint}`, code: exitCodes.notMade};
}

/** What is promoted is compared before, where it is the canary: of another revision its verdict would say nothing. */
async function verdictOn(
	{splits}: Plan,
	facts: Facts,
	{
		compare,
		progress,
	}: {compare: ReleaseDependencies['compare'] | undefined; progress: (words: string) => void},
): Promise<Facts['verdict']> {
	const {revisions} = facts;
	const {canary, whole} = releaseOf(facts);
	if (!compare || !revisions || !canary || canary.revision === whole) return undefined;
	if (!splits || wholeOf(splits.after) !== canary.revision) return undefined;
	progress(`Comparing ${canary.revision} with what users had…`);
	const compared = await compare({...facts, revisions});
	if (compared.kind === 'compared') return compared.verdict;
	progress(compared.sentence);
	return undefined;
}

/** What users run, as the template that made it: of the revision that has 100 %, or is stable. */
async function readRunning(
	cluster: Cluster,
	facts: Facts,
): Promise<{ok: true; base: Base} | {ok: false; reason: string}> {
	const {stable, doubt} = releaseOf(facts);
	if (!stable) {
		return {ok: false, reason: doubt?.because ?? `what users of ${facts.service.name} run is not known.`};
	}
	return readBase(cluster, facts.service.namespace, stable.revision);
}

/** What is more than was asked for is asked for by its name. */
function guessed(
	{plan: {warnings, splits}}: Extract<Planned, {ok: true}>,
	facts: Facts,
): PlannedOrNot | undefined {
	const guess = warnings.find(({kind}) => kind === 'guess');
	const revision = splits && wholeOf(splits.after);
	if (!guess || !splits || revision === undefined) return undefined;
	const also = untriedWarning(facts, splits.after) ? ' With --yes also --despite untried.' : '';
	return {ok: false, code: exitCodes.usage, sentence: `${whichOf(guess.sentence, [revision])}${also}`};
}

/** Who has named the revision has asked for it: what there is to say of it is a warning. */
function named({plan: made}: Extract<Planned, {ok: true}>): Extract<PlannedOrNot, {ok: true}> {
	const warnings = made.warnings.map((warning): Warning => {
		const {because: _, ...said} = warning;
		return warning.kind === 'guess' ? {...said, kind: 'other'} : warning;
	});
	return {ok: true, plan: {...made, warnings}};
}

function whichOf(question: string, candidates: readonly string[]): string {
	if (candidates.length === 0) return `${question} Name the revision: --to REVISION.`;
	return `${question} Name the revision: ${candidates.map(name => `--to ${name}`).join(' or ')}.`;
}
