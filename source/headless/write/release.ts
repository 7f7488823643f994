/**
 * The release without a screen: `split`, `complete`, `rollback`, `abandon`, `undo`. Planned, sent and remembered by the functions of
 * the console; what its review sheet shows is printed, and agreed to by `--yes` or at a prompt.
 */
import type {Cluster} from '../../kube/cluster.js';
import {identityOf} from '../../kube/objects.js';
import {entriesOf, withoutRepeats, type HistoryEntry} from '../../journal/journal-entry.js';
import {describeFault} from '../../knative/text/fault.js';
import type {HistoryFile, Recalled} from '../../journal/journal-file.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {agreementFor} from '../../release/agreement.js';
import {
	planAbandon,
	planPromote,
	planRollback,
	planSplit,
	planUndo,
	type Facts,
	type Planned,
} from '../../release/plan-split.js';
import {sendRecorded} from '../../release/recorded.js';
import {dryRunOf, sendPlan, sentenceOfOutcome, type WriteOutcome} from '../../release/send-plan.js';
import {settleAttempts} from '../../release/outcome/settle-attempts.js';
import {settleDeeds} from '../../release/outcome/settle-deeds.js';
import type {UnderWay} from '../../release/under-way.js';
import {withoutHistory} from '../../release/without-history.js';
import {placed, type DryRun, type Plan} from '../../release/plan.js';
import type {ServiceView} from '../../knative/service/service.js';
import {routeSettled} from '../../knative/service/service-state.js';
import {roleTags} from '../../knative/release/verbs/role-tags.js';
import type {Warning} from '../../knative/release/warnings.js';
import {meantBy} from '../../knative/release/words.js';
import type {CanaryComparison} from './compare-canary.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {followToGateway, type Arrival} from './follow-to-gateway.js';
import {parseShares} from './parse-shares.js';
import type {Base} from '../../knative/revision/base.js';
import {releaseOf} from '../../knative/release/release.js';
import {readBase} from '../../release/read-base.js';
import {readRevisions, readService} from '../read/read-service.js';
import {readPlaceholders} from '../../kube/read-placeholders.js';

export type ReleaseCommand = 'split' | 'complete' | 'rollback' | 'abandon' | 'undo';

/** What has to be typed at a terminal can be said on the command line. */
export type Despite = 'worse' | 'rejected';

export type ReleaseOptions = {
	verb: ReleaseCommand;
	namespace: string;
	service: string;
	/** Of `split`: `<revision>=<percent>`. */
	shares: readonly string[];
	/** Which revision is meant, in a word of the operator's; undefined where the release is to tell. */
	to?: string | undefined;
	/** What it is to be done in spite of: `worse`, `rejected`. */
	despite?: readonly Despite[];
	/** After promoting, what users had stays in the split at 0 %, tagged `previous`. */
	keepsPrevious?: boolean;
	/** Of `abandon`: the template is put back to what users run, too. */
	resetsTemplate?: boolean;
	dryRun: boolean;
	/** Agreed to beforehand. */
	yes: boolean;
	/** What would have to be typed at a terminal, said beforehand. */
	confirm?: string | undefined;
	/** The context is production. */
	production: boolean;
	/** Why, in the operator's words: kept in the history. */
	reason: string;
	/** Milliseconds to wait for the gateway; 0 does not wait. */
	wait: number;
};

export type ReleaseDependencies = {
	cluster: Cluster;
	history: HistoryFile | undefined;
	/** Where what is under way is told, for who is ended meanwhile. */
	underWay?: UnderWay;
	/** What the plan says, before anything is sent. */
	show: (plan: Plan) => void;
	/** Whether somebody at a terminal agrees, by typing this word; undefined where there is nobody. */
	agree: ((word: string) => Promise<boolean>) | undefined;
	/** Asks the canary and what users had in pairs, before it is promoted; undefined where that is not wanted. */
	compare?: (facts: Facts & {revisions: NonNullable<Facts['revisions']>}) => Promise<CanaryComparison>;
	/** How it goes on after the write: the server's own words. */
	progress: (words: string) => void;
	now?: () => number;
};

export type Result = {
	code: ExitCode;
	/** Whether the change was made, as a sentence. */
	sentence: string;
	plan?: Plan;
	dryRun?: DryRun;
	outcome?: WriteOutcome['kind'];
	arrival?: Arrival;
};

export async function release(options: ReleaseOptions, means: ReleaseDependencies): Promise<Result> {
	const planned = await plan(options, means);
	if (!planned.ok) {
		if (planned.already) return stands(planned, options, means);
		return {code: planned.code, sentence: planned.sentence};
	}
	const agreed = placed(planned.plan, means.cluster);
	means.show(agreed);
	if (options.dryRun) return tryDry(means.cluster, agreed);
	if (means.cluster.readOnly) {
		return {
			code: exitCodes.notMade,
			sentence: 'Not done: started with --read-only, nothing is written.',
			plan: agreed,
		};
	}
	const refusal = await refusalOf(options, means, agreed);
	if (refusal) return {...refusal, plan: agreed};
	return write(options, means, agreed);
}

type PlannedOrNot =
	| {ok: true; plan: Plan}
	| {ok: false; code: ExitCode; sentence: string; already?: undefined}
	/** What is wished for is asked for already. */
	| {ok: false; already: ServiceView; sentence: string};

/** A script may ask for the same twice; what the gateway does not have is not so yet, though, whoever asked for it. */
async function stands(
	{already, sentence}: Extract<PlannedOrNot, {already: ServiceView}>,
	{namespace, service, wait, dryRun}: ReleaseOptions,
	{cluster, progress}: ReleaseDependencies,
): Promise<Result> {
	if (wait === 0 || dryRun || routeSettled(already)) return {code: exitCodes.done, sentence};
	const {generation} = already;
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
	const [read, revisions, memory, placeholders] = await Promise.all([
		readService(cluster, namespace, name),
		readRevisions(cluster, namespace, name),
		remembered(history),
		// A roll back waits for nothing that it can do without.
		verb === 'complete' ? readPlaceholders(cluster, namespace, name, roleTags) : undefined,
	]);
	if (!read.ok) return {ok: false, code: exitCodes.notMade, sentence: `Not done: ${read.reason}`};
	const {service} = read;
	const changes = await settledChanges(memory, {service, revisions, server: cluster.server}, history, now());
	const unread = {problem: memory.problem, changes: changes.length};
	const known: Facts = {service, revisions, changes, now: now(), user: cluster.user, placeholders};
	const facts = verb === 'complete' ? await withVerdict(known, {compare, progress}) : known;
	const meant = options.to === undefined ? undefined : meantBy(options.to, facts);
	if (meant && !meant.ok) return {ok: false, code: exitCodes.usage, sentence: meant.reason};
	const to = meant?.revision;
	const base = options.resetsTemplate ? await readRunning(cluster, facts) : undefined;
	if (base && !base.ok) return {ok: false, code: exitCodes.notMade, sentence: `Not applied: ${base.reason}`};
	const split = verb === 'split' ? parseShares(shares, facts) : undefined;
	if (split && !split.ok) return {ok: false, code: exitCodes.usage, sentence: split.reason};
	const planned = ((): Planned => {
		switch (verb) {
			case 'split':
				return planSplit(facts, split?.split ?? []);
			case 'complete':
				return planPromote(facts, {to, keepsPrevious: options.keepsPrevious});
			case 'rollback':
				return withoutHistory(planRollback(facts, {to}), 'roll back', unread);
			case 'abandon':
				return planAbandon(facts, {to, why: options.reason, base: base?.base});
			case 'undo':
				return withoutHistory(planUndo(facts), 'undo', unread);
		}
	})();
	if (planned.ok) return guessed(planned) ?? planned;
	const {reason, already, candidates, instead} = planned;
	if (already) return {ok: false, sentence: reason, already: service};
	if (candidates) return {ok: false, code: exitCodes.usage, sentence: whichOf(reason, candidates)};
	const hint = instead ? ` To give the release up: kn-canary ${instead} ${name}.` : '';
	return {ok: false, sentence: `${reason}${hint}`, code: exitCodes.notMade};
}

/** What is promoted is compared before, where there is a canary to compare. */
async function withVerdict(
	facts: Facts,
	{
		compare,
		progress,
	}: {compare: ReleaseDependencies['compare'] | undefined; progress: (words: string) => void},
): Promise<Facts> {
	const {revisions} = facts;
	const {canary, whole} = releaseOf(facts);
	if (!compare || !revisions || !canary || canary.revision === whole) return facts;
	progress(`Comparing ${canary.revision} with what users had…`);
	const compared = await compare({...facts, revisions});
	if (compared.kind === 'compared') return {...facts, verdict: compared.verdict};
	progress(compared.sentence);
	return facts;
}

/** What users run, as the template that made it: of the revision that has 100 %, or is stable. */
async function readRunning(
	cluster: Cluster,
	facts: Facts,
): Promise<{ok: true; base: Base} | {ok: false; reason: string}> {
	const {stable, doubt} = releaseOf(facts);
	if (!stable)
		return {ok: false, reason: doubt?.because ?? `what users of ${facts.service.name} run is not known.`};
	return readBase(cluster, facts.service.namespace, stable.revision);
}

/** What is more than was asked for is asked for by its name. */
function guessed({plan: {warnings, splits}}: Extract<Planned, {ok: true}>): PlannedOrNot | undefined {
	const guess = warnings.find(({kind}) => kind === 'guess');
	const revision = splits?.after.find(({percent}) => percent === 100)?.revision;
	if (!guess || revision === undefined) return undefined;
	return {ok: false, code: exitCodes.usage, sentence: whichOf(guess.sentence, [revision])};
}

function whichOf(question: string, candidates: readonly string[]): string {
	if (candidates.length === 0) return `${question} Name the revision: --to REVISION.`;
	return `${question} Name the revision: ${candidates.map(name => `--to ${name}`).join(' or ')}.`;
}

type Memory = Recalled & {problem?: string};

const nothing: Recalled = {entries: [], attempts: [], deeds: []};

/** What is remembered. That it cannot be read is not that there is nothing. */
async function remembered(history: HistoryFile | undefined): Promise<Memory> {
	try {
		return (await history?.readAll()) ?? nothing;
	} catch (error) {
		return {...nothing, problem: describeFault(error)};
	}
}

/** The changes of this service, with those whose sender has not lived to write down how they ended. */
async function settledChanges(
	{entries, attempts, deeds}: Memory,
	{
		service,
		revisions,
		server,
	}: {service: ServiceView; revisions: readonly RevisionView[] | undefined; server: string},
	history: HistoryFile | undefined,
	now: number,
): Promise<HistoryEntry[]> {
	const changes = entriesOf(entries, service.uid);
	const {made, ended} = settleAttempts(attempts, service, changes, now);
	const {namespace, name} = service;
	const has = {server, namespace, services: [service], revisionsOf: () => revisions};
	const settled = settleDeeds(
		deeds.filter(deed => deed.service === name),
		has,
		now,
	);
	try {
		for (const entry of made) await history?.append(entry);
		for (const ending of [...ended, ...settled]) await history?.end(ending);
	} catch {
		// What cannot be written down is found out again the next time.
	}
	return entriesOf(withoutRepeats([...changes, ...made]), service.uid);
}

async function tryDry(cluster: Cluster, agreed: Plan): Promise<Result> {
	const outcome = await sendPlan(cluster, agreed, {dryRun: true});
	const dryRun = dryRunOf(outcome, agreed);
	const sentence = {
		asking: '',
		accepted: 'Dry run: the server would accept it. Nothing was written.',
		altered: 'Dry run: the server would store something else. Nothing was written.',
		refused: 'Dry run: the server would refuse it. Nothing was written.',
		'not logged in': 'Dry run: you are not logged in. Nothing was written.',
		unknown: 'Dry run failed. Nothing was written.',
	}[dryRun.kind];
	return {
		code: dryRun.kind === 'accepted' ? exitCodes.done : exitCodes.notMade,
		sentence: 'sentence' in dryRun ? `${sentence} ${dryRun.sentence}` : sentence,
		plan: agreed,
		dryRun,
	};
}

/** Why it is not to be done; undefined when it is. `--yes` is not enough where the console would want more than Enter. */
async function refusalOf(
	{yes, confirm, production, despite = []}: ReleaseOptions,
	{agree, cluster}: ReleaseDependencies,
	agreed: Plan,
): Promise<{code: ExitCode; sentence: string} | undefined> {
	const isSaid = ({kind}: Warning) => despite.some(what => what === kind);
	const left = agreed.warnings.filter(warning => !isSaid(warning));
	const agreement = agreementFor(
		{...agreed, warnings: left},
		{production: production ? cluster.context : undefined},
	);
	const doubt = left.find(({kind}) => kind === 'worse' || kind === 'rejected');
	if (doubt && (yes || !agree)) {
		return {
			code: exitCodes.notMade,
			sentence: `Not applied: ${doubt.sentence} To apply it anyway: --despite ${doubt.kind}.`,
		};
	}
	if (agreement.kind === 'once' && yes) return undefined;
	if (agreement.kind === 'word' && confirm !== undefined) {
		if (confirm === agreement.word) return undefined;
		return {
			code: exitCodes.notAgreed,
			sentence: `Not applied: --confirm says "${confirm}", and it has to be "${agreement.word}" (${agreement.because}).`,
		};
	}
	if (agree && (agreement.kind !== 'twice' || !yes)) {
		const word = agreement.kind === 'word' ? agreement.word : 'yes';
		return (await agree(word))
			? undefined
			: {code: exitCodes.notAgreed, sentence: 'Not applied: not confirmed.'};
	}
	const sentence = {
		once: 'Not applied: not confirmed; --yes skips the question.',
		twice:
			'Not applied: a target cannot take the traffic now, which --yes does not agree to; confirm it at a terminal.',
		word: `Not applied: ${'because' in agreement ? agreement.because : ''}: type "${'word' in agreement ? agreement.word : ''}" at a terminal, or say it with --confirm.`,
	}[agreement.kind];
	return {code: exitCodes.notAgreed, sentence};
}

async function write(
	{reason, wait, namespace, service}: ReleaseOptions,
	{cluster, history, underWay, progress, now = Date.now}: ReleaseDependencies,
	agreed: Plan,
): Promise<Result> {
	const mine = underWay?.begin(`${agreed.action} ${service}`);
	try {
		const {outcome, problem} = await sendRecorded(cluster, agreed, history, {reason, now});
		const common = {plan: agreed, outcome: outcome.kind};
		const notKept = problem === undefined ? '' : ` It is not in the history: ${problem}.`;
		if (outcome.kind !== 'done') {
			const sentence = `${sentenceOfOutcome(outcome, agreed)}${notKept}`;
			const code = codes[outcome.kind] ?? exitCodes.notMade;
			mine?.settled({sentence, code});
			return {...common, code, sentence};
		}
		const missed = outcome.missed === undefined ? '' : ` But ${outcome.missed}`;
		const taken = `Done: the server took it.${notKept}${missed}`;
		const generation = identityOf(outcome.object)?.generation;
		if (wait === 0 || generation === undefined) {
			mine?.settled({sentence: taken, code: exitCodes.done});
			return {...common, code: exitCodes.done, sentence: taken};
		}
		mine?.settled({
			sentence: `${taken} Whether the gateway has it was not waited for.`,
			code: exitCodes.notRouted,
		});
		const arrival = await followToGateway(cluster, {namespace, service, generation, within: wait, progress});
		return {
			...common,
			arrival,
			code: arrival.kind === 'moved' ? exitCodes.done : exitCodes.notRouted,
			sentence: `Done: the server took it. ${arrival.sentence}${notKept}${missed}`,
		};
	} finally {
		mine?.end();
	}
}

const codes: Partial<Record<WriteOutcome['kind'], ExitCode>> = {
	altered: exitCodes.altered,
	conflict: exitCodes.conflict,
	unknown: exitCodes.unknown,
};
