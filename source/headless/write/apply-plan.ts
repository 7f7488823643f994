/** A plan without a screen: shown, agreed to, sent once and remembered, followed to the gateway; or tried dry. */
import type {HistoryFile} from '../../journal/journal-file.js';
import type {Warning} from '../../knative/release/warnings.js';
import type {Cluster} from '../../kube/cluster.js';
import {comeBackAfter, withPatience} from '../../kube/patient.js';
import {identityOf} from '../../kube/identity.js';
import {agreementFor, doubted} from '../../release/agreement.js';
import {doubtOf, doubtSince, latestSince} from '../../release/doubt-since.js';
import {placed, type DryRun, type Plan} from '../../release/plan.js';
import {planCreateService} from '../../release/plan-object.js';
import {sendRecorded} from '../../release/recorded.js';
import {dryRunOf, sendPlan, sentenceOfOutcome, type WriteOutcome} from '../../release/send-plan.js';
import type {UnderWay} from '../../release/under-way.js';
import type {CanaryVerdict} from '../../release/verdict/canary-verdict.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {readRevisions, readService} from '../read/read-service.js';
import {followToGateway, type Arrival} from './follow-to-gateway.js';
import {readAround} from './read-facts.js';

/** What has to be typed at a terminal can be said on the command line. */
export type Despite = 'worse' | 'slower' | 'rejected' | 'untried';

export type ApplyOptions = {
	namespace: string;
	service: string;
	/** What it is to be done in spite of. */
	despite?: readonly Despite[];
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

export type ApplyMeans = {
	cluster: Cluster;
	history: HistoryFile | undefined;
	/** Where what is under way is told, for who is ended meanwhile. */
	underWay?: UnderWay;
	/** What the plan says, before anything is sent. */
	show: (plan: Plan) => void;
	/** Whether somebody at a terminal agrees, by typing this word; undefined where there is nobody. */
	agree: ((word: string) => Promise<boolean>) | undefined;
	/** How it goes on after the write: the server's own words. */
	progress: (words: string) => void;
	/** How the canary does by now, where the plan is about that. */
	judge?: () => Promise<CanaryVerdict | undefined>;
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

/** Sends at most one write. With `dryRun` the server is asked, and nothing changes. */
export async function applyPlan(plan: Plan, options: ApplyOptions, means: ApplyMeans): Promise<Result> {
	const {now = Date.now} = means;
	const shownAt = now();
	const agreed = placed(plan, means.cluster);
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
	// The canary is compared before it is promoted, which takes its time, whoever has agreed to it.
	const isFresh = options.yes && agreed.action !== 'promote';
	// A roll back does not wait for what it can do without.
	const doubt =
		isFresh || agreed.action === 'roll back'
			? undefined
			: await newDoubt(means, agreed, {isJudged: now() - shownAt < freshVerdict});
	return doubt === undefined
		? write(options, means, agreed)
		: {code: exitCodes.conflict, sentence: doubtful(doubt), plan: agreed};
}

/** Milliseconds for which a verdict on the canary holds, as long as somebody thinks about it. */
const freshVerdict = 30_000;

const doubtful = (doubt: string) => `Not applied: ${doubt} Run it again.`;

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
	{yes, confirm, production, despite = []}: ApplyOptions,
	{agree, cluster}: ApplyMeans,
	agreed: Plan,
): Promise<{code: ExitCode; sentence: string} | undefined> {
	const isSaid = ({kind}: Warning) => despite.some(what => what === kind);
	const left = agreed.warnings.filter(warning => !isSaid(warning));
	const agreement = agreementFor(
		{...agreed, warnings: left},
		{production: production ? cluster.context : undefined},
	);
	const doubt = left.find(({kind}) => doubted.has(kind));
	if (doubt && (yes || !agree)) {
		return {
			code: exitCodes.notMade,
			sentence: `Not applied: ${doubt.sentence} To apply it anyway: --despite ${doubt.kind}.`,
		};
	}
	const untried = left.find(({kind}) => kind === 'untried');
	// A word that a script always says is not a word about this.
	if (untried && (yes || !agree)) {
		return {
			code: exitCodes.notAgreed,
			sentence: `Not applied: ${untried.revision ?? 'the new revision'} is not what is being tried, which --yes does not agree to; confirm it at a terminal, or say --despite untried.`,
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
		twice: `Not applied: ${'because' in agreement ? agreement.because : ''}, which --yes does not agree to; confirm it at a terminal.`,
		word: `Not applied: ${'because' in agreement ? agreement.because : ''}: type "${'word' in agreement ? agreement.word : ''}" at a terminal, or say it with --confirm.`,
	}[agreement.kind];
	return {code: exitCodes.notAgreed, sentence};
}

/**
 * What the plan does not say and is so by now: somebody may have taken minutes to agree, or the server has been busy.
 *
 * @param options.isJudged How the canary does is known, and no older than what was agreed to.
 */
async function newDoubt(
	{cluster, judge, now = Date.now}: ApplyMeans,
	plan: Plan,
	{isJudged}: {isJudged: boolean},
): Promise<string | undefined> {
	const {splits, namespace, name, write: sent} = plan;
	if (sent.kind === 'create') {
		const known = await readAround(cluster, namespace, now());
		return doubtOf(planCreateService(sent.manifest, plan.facts, known).warnings, plan, ['rejected']);
	}
	const [read, revisions] = await Promise.all([
		readService(cluster, namespace, name),
		splits && readRevisions(cluster, namespace, name),
	]);
	if (!read.ok) return undefined;
	const {service} = read;
	// What was written since is a conflict, and told as one; but a deletion holds for whatever the service has become.
	if (sent.kind === 'patch' && service.generation !== sent.generation) return undefined;
	if (sent.kind === 'delete service' && service.uid === sent.uid && service.generation !== sent.generation) {
		return `${service.lastModifier ?? 'Somebody'} has changed ${name} since it was planned.`;
	}
	const latest = latestSince(plan, service);
	if (latest !== undefined) return `${latest}.`;
	const verdict = isJudged ? undefined : await judge?.();
	return doubtSince(plan, {service, revisions, now: now(), verdict});
}

async function write(
	{reason, wait, namespace, service}: ApplyOptions,
	means: ApplyMeans,
	agreed: Plan,
): Promise<Result> {
	const {cluster, history, underWay, progress, now = Date.now} = means;
	const title = `${agreed.action} ${service}`;
	let mine = underWay?.begin(title);
	let doubt: string | undefined;
	/** What was said of it before is looked at again: it has had to wait. */
	const sendAgain = async (send: () => Promise<WriteOutcome>): Promise<WriteOutcome> => {
		doubt = await newDoubt(means, agreed, {isJudged: false});
		if (doubt !== undefined) return {kind: 'not made', sentence: doubt};
		mine?.end();
		mine = underWay?.begin(title);
		return send();
	};
	try {
		// What was refused because the server is busy was not made, and each patch is guarded: sent again it changes nothing else.
		let last: WriteOutcome | undefined;
		const {outcome, problem} = await sendRecorded(cluster, agreed, history, {
			reason,
			now,
			repeat: async send =>
				withPatience(
					async () => (last = await (last ? sendAgain(send) : send())),
					sent => (sent.kind === 'refused' && sent.isOnTheWay !== true ? comeBackAfter(sent) : undefined),
					{
						signal: never,
						again(seconds) {
							if (last && last.kind !== 'done') {
								mine?.settled({sentence: sentenceOfOutcome(last, agreed), code: exitCodes.notMade});
							}
							progress(`The server is busy: trying again in ${seconds} s.`);
						},
					},
				),
		});
		const common = {plan: agreed, outcome: outcome.kind};
		const notKept = problem === undefined ? '' : ` It is not in the history: ${problem}.`;
		if (outcome.kind !== 'done') {
			const sentence = `${doubt === undefined ? sentenceOfOutcome(outcome, agreed) : doubtful(doubt)}${notKept}`;
			const code = doubt === undefined ? (codes[outcome.kind] ?? exitCodes.notMade) : exitCodes.conflict;
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
		const makesRevision = agreed.action === 'create revision' || agreed.action === 'autoscaling';
		const follow = {namespace, service, generation, within: wait, makesRevision, progress};
		const arrival = await followToGateway(cluster, follow);
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

/** Who ends the program ends its waiting. */
const never = new AbortController().signal;

const codes: Partial<Record<WriteOutcome['kind'], ExitCode>> = {
	altered: exitCodes.altered,
	conflict: exitCodes.conflict,
	unknown: exitCodes.unknown,
};
