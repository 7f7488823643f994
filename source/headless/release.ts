/**
 * The release without a screen: `split`, `complete`, `rollback`, `undo`. Planned, sent and remembered by the functions of
 * the console; what its review sheet shows is printed, and agreed to by `--yes` or at a prompt.
 */
import type {Cluster} from '../kube/cluster.js';
import {identityOf} from '../kube/objects.js';
import {entriesOf} from '../journal/journal-entry.js';
import type {HistoryFile} from '../journal/journal-file.js';
import {
	planComplete,
	planRollback,
	planSplit,
	planUndo,
	type Facts,
	type Planned,
} from '../release/plan-split.js';
import {dryRunOf, sendPlan, sentenceOfOutcome, type WriteOutcome} from '../release/send-plan.js';
import type {DryRun, Plan} from '../release/plan.js';
import type {ServiceView} from '../knative/service/service.js';
import {routeSettled} from '../knative/service/service-state.js';
import {needsSecondConfirmation} from '../knative/release/warnings.js';
import {exitCodes, type ExitCode} from './exit-codes.js';
import {followToGateway, type Arrival} from './follow-to-gateway.js';
import {parseShares} from './parse-shares.js';
import {readRevisions, readService} from './read-service.js';

export type Verb = 'split' | 'complete' | 'rollback' | 'undo';

export type ReleaseOptions = {
	verb: Verb;
	namespace: string;
	service: string;
	/** Of `split`: `<revision>=<percent>`. */
	shares: readonly string[];
	dryRun: boolean;
	/** Agreed to beforehand. */
	yes: boolean;
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
	/** What the plan says, before anything is sent. */
	show: (plan: Plan) => void;
	/** Whether somebody at a terminal agrees, and how strictly that has to be asked; undefined where there is nobody. */
	agree: ((plan: Plan, how: 'yes' | 'name') => Promise<boolean>) | undefined;
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
	const {plan: agreed} = planned;
	means.show(agreed);
	if (options.dryRun) return tryDry(means.cluster, agreed);
	if (means.cluster.readOnly) {
		return {
			code: exitCodes.notMade,
			sentence: 'Not done: started with --read-only, nothing is written.',
			plan: agreed,
		};
	}
	const refusal = await agreement(options, means, agreed);
	if (refusal !== undefined) return {code: exitCodes.notAgreed, sentence: refusal, plan: agreed};
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
	{verb, namespace, service: name, shares}: ReleaseOptions,
	{cluster, history, now = Date.now}: ReleaseDependencies,
): Promise<PlannedOrNot> {
	const [read, revisions, entries] = await Promise.all([
		readService(cluster, namespace, name),
		readRevisions(cluster, namespace, name),
		remembered(history),
	]);
	if (!read.ok) return {ok: false, code: exitCodes.notMade, sentence: `Not done: ${read.reason}`};
	const {service} = read;
	const changes = entriesOf(entries, service.uid);
	const facts: Facts = {service, revisions, changes, now: now()};
	const split = verb === 'split' ? parseShares(shares, service, revisions) : undefined;
	if (split && !split.ok) return {ok: false, code: exitCodes.usage, sentence: split.reason};
	const planned = ((): Planned => {
		switch (verb) {
			case 'split':
				return planSplit(facts, split?.split ?? []);
			case 'complete':
				return planComplete(facts);
			case 'rollback':
				return planRollback(facts);
			case 'undo':
				return planUndo(facts);
		}
	})();
	if (planned.ok) return planned;
	return {
		ok: false,
		sentence: planned.reason,
		...(planned.already ? {already: service} : {code: exitCodes.notMade}),
	};
}

/** The history is a help, not a condition: without it the roll back goes by tags and the list. */
async function remembered(history: HistoryFile | undefined) {
	try {
		return (await history?.read()) ?? [];
	} catch {
		return [];
	}
}

async function tryDry(cluster: Cluster, agreed: Plan): Promise<Result> {
	const outcome = await sendPlan(cluster, agreed, {dryRun: true});
	const dryRun = dryRunOf(outcome, agreed);
	const sentence = {
		asking: '',
		accepted: 'Dry run: the server would accept it. Nothing was written.',
		refused: 'Dry run: the server would refuse it. Nothing was written.',
		'not logged in': 'Dry run: you are not logged in. Nothing was written.',
		unknown: 'Dry run: no answer. Nothing was written.',
	}[dryRun.kind];
	return {
		code: dryRun.kind === 'accepted' ? exitCodes.done : exitCodes.notMade,
		sentence: 'sentence' in dryRun ? `${sentence} ${dryRun.sentence}` : sentence,
		plan: agreed,
		dryRun,
	};
}

/** Why it is not to be done; undefined when it is. `--yes` is not enough where the console would want more than Enter. */
async function agreement(
	{yes, production, service}: ReleaseOptions,
	{agree, cluster}: ReleaseDependencies,
	agreed: Plan,
): Promise<string | undefined> {
	const how = production ? 'name' : 'yes';
	const isDoubtful = needsSecondConfirmation(agreed.warnings);
	if (yes && !production && !isDoubtful) return undefined;
	if (agree) return (await agree(agreed, how)) ? undefined : 'Not done: nobody agreed to it.';
	if (production) {
		return `Not done: ${cluster.context} is production, where somebody has to type ${service} at a terminal.`;
	}
	return isDoubtful
		? 'Not done: a target cannot take the traffic now, which --yes does not agree to; do it at a terminal.'
		: 'Not done: nobody is there to agree to it; --yes agrees beforehand.';
}

async function write(
	{reason, wait, namespace, service}: ReleaseOptions,
	{cluster, history, progress, now = Date.now}: ReleaseDependencies,
	agreed: Plan,
): Promise<Result> {
	let sentAt = now();
	const outcome = await sendPlan(cluster, agreed, {
		reason: agreed.action,
		onSent({at}) {
			sentAt = at;
		},
	});
	const common = {plan: agreed, outcome: outcome.kind};
	if (outcome.kind !== 'done') {
		const codes: Partial<Record<WriteOutcome['kind'], ExitCode>> = {
			conflict: exitCodes.conflict,
			unknown: exitCodes.unknown,
		};
		const sentence = sentenceOfOutcome(outcome, agreed);
		return {...common, code: codes[outcome.kind] ?? exitCodes.notMade, sentence};
	}
	const generation = identityOf(outcome.object)?.generation;
	const problem =
		generation === undefined || outcome.unchanged
			? ''
			: await remember(cluster, history, agreed, {at: sentAt, generation, reason});
	if (wait === 0 || generation === undefined) {
		return {...common, code: exitCodes.done, sentence: `Done: the server took it.${problem}`};
	}
	const arrival = await followToGateway(cluster, {namespace, service, generation, within: wait, progress});
	return {
		...common,
		arrival,
		code: arrival.kind === 'moved' ? exitCodes.done : exitCodes.notRouted,
		sentence: `Done: the server took it. ${arrival.sentence}${problem}`,
	};
}

async function remember(
	cluster: Cluster,
	history: HistoryFile | undefined,
	{splits, write: {...request}, namespace, name, action, commands}: Plan,
	{at, generation, reason}: {at: number; generation: number; reason: string},
): Promise<string> {
	if (!history || !splits || request.kind !== 'patch') return '';
	try {
		await history.append({
			...splits,
			at,
			generation,
			server: cluster.server,
			context: cluster.context,
			namespace,
			service: name,
			uid: request.uid,
			by: cluster.user,
			own: true,
			reason: reason === '' ? action : `${action}: ${reason}`,
			command: commands[0] ?? '',
		});
		return '';
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return ` It is not in the history: ${why}.`;
	}
}
