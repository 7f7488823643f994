/** What the verbs promise whatever came before, and which of it a model breaks. */
import {releaseOf} from '../../../../source/knative/release/release.js';
import {sharesOf} from '../../../../source/knative/release/evidence/shares.js';
import {toTargets, type Split} from '../../../../source/knative/split/split.js';
import type {Planned} from '../../../../source/release/plan-facts.js';
import {planAbandon, planPromote, planRollback, planUndo} from '../../../../source/release/plan-split.js';
import type {Plan} from '../../../../source/release/plan.js';
import {nameOf, type Model} from './model.js';

export const planOf = (planned: Planned): Plan | undefined => (planned.ok ? planned.plan : undefined);
export const writtenBy = (plan: Plan | undefined): Split => plan?.splits?.after ?? [];
export const targetOf = (plan: Plan | undefined) =>
	writtenBy(plan).find(({percent}) => percent === 100)?.revision;

/** What a split means: each revision once, with its share and tags; what is not ready at 0 % cannot be put back. */
export function meaning(model: Model, split: Split): string[] {
	const rows = new Map<string, {percent: number; tags: readonly string[]}>();
	for (const {revision = 'none', percent, tags} of split) {
		const known = rows.get(revision);
		rows.set(revision, {percent: percent + (known?.percent ?? 0), tags: [...(known?.tags ?? []), ...tags]});
	}
	const isReady = (name: string) =>
		model.revisions.some(
			({generation, state, isDeleted}) => nameOf(generation) === name && state === 'ready' && !isDeleted,
		);
	return [...rows]
		.filter(([name, {percent}]) => percent > 0 || isReady(name))
		.map(([name, {percent, tags}]) => `${name} ${percent} ${tags.toSorted().join()}`)
		.toSorted();
}

/** What is promised and is not so, in words. */
export type Broken = string[];

export const check = (broken: Broken, isSo: boolean, promise: string) => {
	if (!isSo) broken.push(promise);
};

const generationOf = (model: Model, name: string | undefined) =>
	model.revisions.find(({generation}) => nameOf(generation) === name)?.generation ?? 0;

/** Of a row with that tag: where it leads. */
export const tagged = (plan: Plan, tag: string) => writtenBy(plan).filter(row => row.tags.includes(tag));

function brokenByPromote(model: Model, facts: ReturnType<Model['facts']>, plan: Plan): Broken {
	const broken: Broken = [];
	const {canary} = releaseOf(facts);
	const to = targetOf(plan);
	const wasIn = sharesOf(facts.service).some(({revision}) => revision === to);
	const isGuess = plan.warnings.some(({kind}) => kind === 'guess');
	check(broken, wasIn || isGuess, `promoted ${to}, which was in no split`);
	check(
		broken,
		to === canary?.revision || isGuess,
		`promoted ${to}, which the sheet does not name as the canary`,
	);
	// What somebody has asked for again, be it refused by the route, was said then.
	const isAsked = sharesOf(facts.service).some(({revision, percent}) => revision === to && percent > 0);
	check(
		broken,
		isGuess || isAsked || !model.takenBack.has(to ?? ''),
		`promoted ${to}, which was rolled back, without a word`,
	);
	check(broken, tagged(plan, 'canary').length === 0, 'there is a canary after it was promoted');
	check(
		broken,
		tagged(plan, 'stable').every(({revision}) => revision === to),
		'stable is not what has 100 %',
	);
	check(
		broken,
		tagged(plan, 'previous').every(({percent}) => percent === 0),
		'previous has traffic',
	);
	return broken;
}

function brokenByRollBack(model: Model, facts: ReturnType<Model['facts']>, plan: Plan): Broken {
	const broken: Broken = [];
	const {canary, whole, reason} = releaseOf(facts);
	const to = targetOf(plan);
	const tried = canary?.revision ?? whole;
	const isOlder = generationOf(model, to) < generationOf(model, tried);
	check(broken, isOlder, `rolled back to ${to}, newer than ${tried}`);
	const made = model.revisions.find(({generation}) => nameOf(generation) === to);
	check(broken, made?.rejected === undefined, `rolled back to ${to}, which was rejected`);
	const hasBetter = model.revisions
		.filter(
			({generation, rejected, isDeleted}) =>
				generation < generationOf(model, tried) && rejected === undefined && !isDeleted,
		)
		.some(({generation}) => model.had.has(nameOf(generation)));
	check(
		broken,
		model.had.has(to ?? '') || !hasBetter,
		`rolled back to ${to}, which no user had: ${plan.notes.join(' ')} ${reason}`,
	);
	check(
		broken,
		tagged(plan, 'canary').every(({revision}) => revision !== to),
		'the canary is what users have',
	);
	check(
		broken,
		tagged(plan, 'stable').every(({revision}) => revision === to),
		'stable is not what has 100 %',
	);
	return broken;
}

const proposalOf = (result: Planned) =>
	result.ok
		? `${JSON.stringify(toTargets(writtenBy(result.plan)))} ${result.plan.warnings.map(({kind}) => kind).join()}`
		: `nothing${result.already ? ', it is so already' : ''}`;

const differ = (name: string, proposals: readonly string[]): Broken =>
	new Set(proposals).size > 1 ? [`machines propose differently to ${name}: ${proposals.join(' / ')}`] : [];

/** Machines that remember other things propose the same; what one alone remembers may be undone by it alone. */
function brokenByMemory(model: Model): Broken {
	const machines = ['anns', 'bobs', undefined].map(who => model.facts(who));
	// Where somebody has taken the note away there is nothing but what each machine has seen itself.
	const undone = model.isForgotten ? [] : machines.map(facts => planUndo(facts)).filter(({ok}) => ok);
	return [
		...differ(
			'promote',
			machines.map(facts => proposalOf(planPromote(facts))),
		),
		...differ(
			'roll back',
			machines.map(facts => proposalOf(planRollback(facts))),
		),
		...differ(
			'abandon',
			machines.map(facts => proposalOf(planAbandon(facts))),
		),
		...differ(
			'undo',
			undone.map(result => proposalOf(result)),
		),
	];
}

export function brokenPromises(model: Model): Broken {
	const facts = model.facts('anns');
	const promotion = planOf(planPromote(facts));
	const back = planOf(planRollback(facts));
	return [
		...(promotion ? brokenByPromote(model, facts, promotion) : []),
		...(back ? brokenByRollBack(model, facts, back) : []),
		...brokenByMemory(model),
	];
}

const shareIn = (split: Split, name: string) =>
	split.reduce((sum, {revision, percent}) => sum + (revision === name ? percent : 0), 0);

/** Nothing that was rejected gets more users without its name being said. */
export function brokenByRejected(model: Model, {service}: ReturnType<Model['facts']>, plan: Plan): Broken {
	return model.revisions.flatMap(({generation, rejected}) => {
		const name = nameOf(generation);
		const had = sharesOf(service).find(({revision}) => revision === name)?.percent ?? 0;
		const isSaid = plan.warnings.some(({kind, revision}) => kind === 'rejected' && revision === name);
		return rejected !== undefined && shareIn(writtenBy(plan), name) > had && !isSaid
			? [`${plan.action} gives more users to ${name}, which was rejected, without a word`]
			: [];
	});
}
