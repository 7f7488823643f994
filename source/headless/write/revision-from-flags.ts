/** `kn-canary revision create` and `scale`: from flags to the plan that the form of the console makes. */
import {revisionFacts} from '../../console/forms/form-facts.js';
import {stockLimits, type AutoscalingLimits} from '../../knative/autoscaling/autoscaling.js';
import {
	initialRevision,
	toRevisionRequest,
	validateRevision,
	type RevisionValues,
} from '../../knative/forms/revision-form.js';
import type {EnvRow} from '../../knative/forms/form.js';
import {releaseOf} from '../../knative/release/release.js';
import {basedOn, type Base} from '../../knative/revision/base.js';
import {planRevision, type EnvChange} from '../../knative/revision/plan-revision.js';
import {readAutoscalingDefaults} from '../../kube/read-autoscaling-defaults.js';
import type {Cluster} from '../../kube/cluster.js';
import {baseOffer} from '../../release/base-offer.js';
import {freeCanaryTag} from '../../knative/release/free-tag.js';
import {planCreateRevision} from '../../release/plan-object.js';
import type {Facts} from '../../release/plan-facts.js';
import {readBase} from '../../release/read-base.js';
import {exitCodes} from '../exit-codes.js';
import {fieldSentences, type PlannedObject} from './planned-object.js';

export type RevisionWish = {
	/** What is given; all else stays as the template, or what users run, has it. */
	values: Partial<Omit<RevisionValues, 'env' | 'base'>>;
	env: readonly EnvChange[];
	/** Undefined: the template, unless that has failed users. */
	from: 'template' | 'users' | undefined;
	action: 'create revision' | 'autoscaling';
};

/** Chooses no base where the template has failed users: it is refused, with the flags that say which is meant. */
export async function planNewRevision(
	cluster: Cluster,
	facts: Facts,
	{values: given, env, from, action}: RevisionWish,
): Promise<PlannedObject> {
	const {service} = facts;
	const offer = baseOffer(facts);
	if (from === undefined && offer?.outcome !== undefined) {
		return {
			ok: false,
			code: exitCodes.usage,
			sentence: `The template makes what was ${offer.outcome}. Say which is meant: --from users (${offer.running}) or --from template (${offer.template}).`,
		};
	}
	const unknown = unknownRunning(facts);
	const running = offer?.revision ?? unknown;
	const read =
		from === 'users' && running !== undefined
			? await readBase(cluster, service.namespace, running)
			: undefined;
	if (read && !read.ok) return {ok: false, code: exitCodes.notMade, sentence: `Not done: ${read.reason}`};
	const base = read?.base;
	const limits = action === 'autoscaling' ? await limitsOf(cluster) : stockLimits;
	const on = basedOn(service, base);
	const before = initialRevision(on);
	const values: RevisionValues = {
		...before,
		newTag: freeCanaryTag(facts),
		...given,
		env: withChanges(before.env, env),
		base: base ? 'users' : 'template',
	};
	const wrong = fieldSentences(validateRevision(values, on, limits));
	if (wrong !== undefined) return {ok: false, code: exitCodes.usage, sentence: wrong};
	const plan = planRevision(service, toRevisionRequest(values, on, limits), {
		base,
		stable: releaseOf(facts).stable?.revision,
		placeholders: facts.placeholders,
	});
	if (!plan.ok) return {ok: false, code: exitCodes.notMade, sentence: `Not done: ${plan.reason}`};
	const lines = [
		{label: 'Made from', value: madeFrom(base, {offer, unknown}, on.summary.image)},
		...revisionFacts(values, on),
	];
	return {ok: true, plan: planCreateRevision(facts, plan, lines, {action})};
}

/** The revision that users run, where that is not among those that could be read: what it is is not known. */
function unknownRunning(facts: Facts): string | undefined {
	const running = releaseOf(facts).stable?.revision;
	return facts.revisions?.some(({name}) => name === running) ? undefined : running;
}

function madeFrom(
	base: Base | undefined,
	{offer, unknown}: {offer: ReturnType<typeof baseOffer>; unknown: string | undefined},
	image: string,
): string {
	if (base) return `what users run: ${offer?.running ?? `${base.revision} (${image})`}`;
	if (offer) return `the template: ${offer.template}`;
	return unknown === undefined ? `the template, which is what users run: ${image}` : `the template: ${image}`;
}

function withChanges(before: readonly EnvRow[], changes: readonly EnvChange[]): EnvRow[] {
	const byName = new Map(changes.map(change => [change.name, change]));
	const kept = before.flatMap((row): EnvRow[] => {
		const change = byName.get(row.name);
		if (!change) return [row];
		return 'remove' in change ? [] : [{name: row.name, value: change.value}];
	});
	const added = changes.flatMap((change): EnvRow[] =>
		'remove' in change || before.some(({name}) => name === change.name) ? [] : [change],
	);
	return [...kept, ...added];
}

async function limitsOf(cluster: Cluster): Promise<AutoscalingLimits> {
	const answer = await readAutoscalingDefaults(cluster);
	return answer.kind === 'known' ? answer.defaults.limits : stockLimits;
}
