/**
 * Stories of a service: several operators on machines of their own, CI, kubectl, kn, crashes, gradual rollouts, tags that
 * are moved. Whatever came before, the verbs keep what they promise.
 */
import {
	array,
	assert,
	boolean,
	constant,
	constantFrom,
	nat,
	oneof,
	property,
	record,
	type Arbitrary,
} from '../../support/property.js';
import {describe, expect, it} from 'vitest';
import {releaseOf} from '../../../source/knative/release/release.js';
import {sharesOf} from '../../../source/knative/release/evidence/shares.js';
import {splitOf, toTargets, type Split} from '../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import type {Planned} from '../../../source/release/plan-facts.js';
import {
	planAbandon,
	planPromote,
	planRollback,
	planSplit,
	planTags,
	planUndo,
} from '../../../source/release/plan-split.js';
import type {Plan} from '../../../source/release/plan.js';
import {freeCanaryTag} from '../../../source/knative/release/free-tag.js';
import {planRevision} from '../../../source/knative/revision/plan-revision.js';
import {planCreateRevision} from '../../../source/release/plan-object.js';
import {Model, nameOf} from './model.js';

type Step =
	| {kind: 'deploy'; by: string; crashes: boolean; stays: boolean}
	| {kind: 'ready'}
	| {kind: 'crash'; pick: number}
	| {
			kind: 'kubectl';
			picks: readonly number[];
			shares: readonly number[];
			/** In that order, `none` for a row without. */
			tags: readonly Tag[];
			follows: 'not' | 'whole' | 'too';
			/** Which machines see it: on their own, or as a part of what happened while they were away. */
			seen: 'bobs' | 'both' | 'later' | 'nobody';
	  }
	/** A change of the template and of the split in one write, as `kn service update --image … --traffic …` sends it. */
	| {kind: 'both'; pick: number; share: number; crashes: boolean; stays: boolean}
	| {kind: 'delete'; pick: number}
	| {kind: 'kn'; picks: readonly number[]; share: number}
	| {kind: 'tag'; pick: number; tag: string}
	| {kind: 'rollout'; on: boolean}
	| {kind: 'roll on'}
	/** `kubectl replace` and the like: what this program wrote down on the service is lost. */
	| {kind: 'forget'}
	/** Somebody marks a revision as rejected, by hand. */
	| {kind: 'mark'; pick: number}
	/** `to`: which revision the operator names; `none` for whom the release is to tell. */
	| {
			kind: 'verb';
			verb: 'promote' | 'roll back' | 'abandon' | 'undo';
			machine: string;
			to: number | 'none';
			keepsPrevious: boolean;
	  }
	| {kind: 'new revision'; machine: string; percent: number; crashes: boolean; stays: boolean}
	| {kind: 'slide'; machine: string; pick: number; percent: number}
	/** Of a revision in the split, by this program. */
	| {kind: 'retag'; machine: string; pick: number; tag: string};

type Tag = 'none' | 'stable' | 'canary' | 'previous' | 'v1';

const machine = constantFrom('anns', 'bobs');
const pick = nat({max: 20});
const share = constantFrom(0, 1, 5, 10, 25, 50, 75, 90, 100);

const step: Arbitrary<{step: Step; seconds: number}> = record({
	seconds: constantFrom(2, 5, 30, 600),
	step: oneof(
		{
			weight: 4,
			arbitrary: record({
				kind: constant('deploy' as const),
				by: constantFrom('ci', 'bob'),
				crashes: boolean(),
				stays: boolean(),
			}),
		},
		{weight: 1, arbitrary: constant({kind: 'ready' as const})},
		{weight: 1, arbitrary: record({kind: constant('crash' as const), pick})},
		{
			weight: 3,
			arbitrary: record({
				kind: constant('kubectl' as const),
				picks: array(pick, {minLength: 1, maxLength: 3}),
				shares: array(share, {minLength: 3, maxLength: 3}),
				tags: array(
					constantFrom('none' as const, 'none' as const, 'stable' as const, 'canary' as const, 'v1' as const),
					{minLength: 3, maxLength: 3},
				),
				follows: constantFrom('not' as const, 'not' as const, 'whole' as const, 'too' as const),
				seen: constantFrom('bobs' as const, 'both' as const, 'later' as const, 'nobody' as const),
			}),
		},
		{
			weight: 1,
			arbitrary: record({
				kind: constant('both' as const),
				pick,
				share,
				crashes: boolean(),
				stays: boolean(),
			}),
		},
		{weight: 1, arbitrary: record({kind: constant('delete' as const), pick})},
		{
			weight: 2,
			arbitrary: record({
				kind: constant('kn' as const),
				picks: array(pick, {minLength: 2, maxLength: 2}),
				share,
			}),
		},
		{
			weight: 1,
			arbitrary: record({
				kind: constant('tag' as const),
				pick,
				tag: constantFrom('stable', 'canary', 'previous', 'v1'),
			}),
		},
		{weight: 1, arbitrary: record({kind: constant('rollout' as const), on: boolean()})},
		{weight: 1, arbitrary: constant({kind: 'roll on' as const})},
		{weight: 1, arbitrary: constant({kind: 'forget' as const})},
		{weight: 1, arbitrary: record({kind: constant('mark' as const), pick})},
		{
			weight: 6,
			arbitrary: record({
				kind: constant('verb' as const),
				verb: constantFrom('promote' as const, 'roll back' as const, 'abandon' as const, 'undo' as const),
				machine,
				to: oneof({weight: 4, arbitrary: constant('none' as const)}, {weight: 1, arbitrary: pick}),
				keepsPrevious: boolean(),
			}),
		},
		{
			weight: 3,
			arbitrary: record({
				kind: constant('new revision' as const),
				machine,
				percent: constantFrom(0, 0, 10),
				crashes: boolean(),
				stays: boolean(),
			}),
		},
		{weight: 3, arbitrary: record({kind: constant('slide' as const), machine, pick, percent: share})},
		{
			weight: 1,
			arbitrary: record({
				kind: constant('retag' as const),
				machine,
				pick,
				tag: constantFrom('stable', 'canary', 'v1'),
			}),
		},
	),
});

const stories = array(step, {minLength: 3, maxLength: 14});

const planOf = (planned: Planned): Plan | undefined => (planned.ok ? planned.plan : undefined);
const writtenBy = (plan: Plan | undefined): Split => plan?.splits?.after ?? [];
const targetOf = (plan: Plan | undefined) => writtenBy(plan).find(({percent}) => percent === 100)?.revision;

/** What a split means: each revision once, with its share and tags; what is not ready at 0 % cannot be put back. */
function meaning(model: Model, split: Split): string[] {
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
type Broken = string[];

const check = (broken: Broken, isSo: boolean, promise: string) => {
	if (!isSo) broken.push(promise);
};

const generationOf = (model: Model, name: string | undefined) =>
	model.revisions.find(({generation}) => nameOf(generation) === name)?.generation ?? 0;

/** Of a row with that tag: where it leads. */
const tagged = (plan: Plan, tag: string) => writtenBy(plan).filter(row => row.tags.includes(tag));

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

function brokenPromises(model: Model): Broken {
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
function brokenByRejected(model: Model, {service}: ReturnType<Model['facts']>, plan: Plan): Broken {
	return model.revisions.flatMap(({generation, rejected}) => {
		const name = nameOf(generation);
		const had = sharesOf(service).find(({revision}) => revision === name)?.percent ?? 0;
		const isSaid = plan.warnings.some(({kind, revision}) => kind === 'rejected' && revision === name);
		return rejected !== undefined && shareIn(writtenBy(plan), name) > had && !isSaid
			? [`${plan.action} gives more users to ${name}, which was rejected, without a word`]
			: [];
	});
}

/** The verb as done by this machine, and what does not hold right after it. */
function doVerb(
	model: Model,
	{verb, machine: who, to: picked, keepsPrevious}: Extract<Step, {kind: 'verb'}>,
): Broken {
	const facts = model.facts(who);
	const to = picked === 'none' ? undefined : nameOf((picked % model.revisions.length) + 1);
	const verbs = {
		promote: () => planPromote(facts, {to, keepsPrevious}),
		'roll back': () => planRollback(facts, {to}),
		abandon: () => planAbandon(facts, {to}),
		undo: () => planUndo(facts),
	};
	const plan = planOf(verbs[verb]());
	if (!plan) return [];
	const broken: Broken = brokenByRejected(model, facts, plan);
	const before = meaning(model, splitOf(facts.service));
	const {canary, whole} = releaseOf(facts);
	const had = [canary?.revision, whole].find(name => name !== undefined && name !== targetOf(plan));
	const isTaken = verb === 'roll back' && had !== undefined && (model.served.get(had) ?? 0) > 0;
	model.send(who, who, plan);
	if (verb === 'promote') model.takenBack.clear();
	if (isTaken && !model.served.get(had)) model.takenBack.add(had);
	if (verb === 'roll back') {
		const again = planRollback(model.facts(), {to});
		check(broken, !again.ok && again.already === true, 'a second roll back is not the same as one');
	}
	const isTrue = splitOf(model.service()).every(
		({tags, percent}) => !tags.includes('canary') || percent < 100,
	);
	// What undo puts back is as it was, its tags too.
	check(broken, isTrue || verb === 'undo', `after ${verb} the canary has everything`);
	const given = plan.givenUp?.revision ?? '';
	if (verb === 'abandon') {
		model.reject(given, who);
		const isOut = sharesOf(model.service()).every(({revision}) => revision !== given);
		check(broken, isOut, `${given} was abandoned and is in the split`);
	}
	// One that is given up beside a release that goes on is no end of that.
	if (verb === 'abandon' && (canary === undefined || canary.revision === given)) {
		const isMarked = tagged(plan, 'stable').every(({percent}) => percent === 100);
		check(broken, isMarked, 'after abandon, stable is not what users have');
		check(broken, tagged(plan, 'canary').length === 0, 'there is a canary after it was abandoned');
	}
	if (verb === 'undo') return broken;
	// By somebody who remembers nothing.
	const undone = planUndo(model.facts());
	check(
		broken,
		undone.ok || undone.already === true,
		`${verb} cannot be undone: ${undone.ok || undone.reason}`,
	);
	const after = meaning(model, undone.ok ? writtenBy(undone.plan) : splitOf(model.service()));
	check(
		broken,
		after.join() === before.join(),
		`undo after ${verb}: ${after.join()} instead of ${before.join()}`,
	);
	return broken;
}

function take(model: Model, {step: what, seconds}: {step: Step; seconds: number}): Broken {
	model.pass(seconds);
	if (what.kind === 'verb') return doVerb(model, what);
	const leadsToUsers = () => {
		const service = model.service();
		const {whole} = releaseOf({service, revisions: model.views(), changes: []});
		return splitOf(service).some(
			({tags, latest, revision}) => !latest && revision === whole && tags.includes('canary'),
		);
	};
	const didBefore = leadsToUsers();
	happen(model, what);
	const broken: Broken = [];
	const isMoved = what.kind === 'new revision' && !didBefore && leadsToUsers();
	check(broken, !isMoved, 'a new revision has left the tag canary on what users have');
	return broken;
}

const follow = (percent: number): TrafficTarget => ({latestRevision: true, percent});

/** As an editor leaves it: each revision once, each tag once, a row that follows the latest beside them or not. */
function edited(
	{picks, shares, tags, follows}: Extract<Step, {kind: 'kubectl'}>,
	made: (index: number) => number,
): TrafficTarget[] {
	const names = [...new Set(picks.map(index => nameOf(made(index))))];
	const rows: TrafficTarget[] = names.map(revisionName => ({revisionName}));
	if (follows === 'too') rows.unshift({latestRevision: true});
	let left = 100;
	const used = new Set<Tag>(['none']);
	return rows.map((row, index) => {
		const percent = index === rows.length - 1 ? left : Math.min(left, shares[index] ?? 0);
		left -= percent;
		const tag = tags[index] ?? 'none';
		const isFree = !used.has(tag);
		used.add(tag);
		return {...row, percent, ...(isFree && {tag})};
	});
}

function happen(model: Model, what: Exclude<Step, {kind: 'verb'}>): void {
	const made = (index: number) => (index % model.revisions.length) + 1;
	switch (what.kind) {
		case 'deploy':
			return model.deploy(what.by, what);
		case 'ready':
			return model.becomeReady();
		case 'forget': {
			model.note = undefined;
			model.isForgotten = true;
			model.takenBack.clear();
			return;
		}
		case 'mark':
			return model.reject(nameOf(made(what.pick)), 'kim');
		case 'crash':
			return model.crash(made(what.pick));
		case 'rollout': {
			model.hasRolloutDuration = what.on;
			return;
		}
		case 'roll on':
			return model.rollOn();
		case 'kubectl': {
			const traffic = what.follows === 'whole' ? [follow(100)] : edited(what, made);
			return model.watched(what.seen, 'kim', () => model.write('kim', traffic));
		}
		case 'both': {
			const pinned: TrafficTarget = {revisionName: nameOf(made(what.pick)), percent: 100 - what.share};
			return model.deploy('kim', {...what, traffic: [follow(what.share), pinned]});
		}
		case 'delete': {
			model.remove(made(what.pick));
			return;
		}
		case 'kn': {
			const [one = '', other = ''] = what.picks.map(index => nameOf(made(index)));
			const wanted = new Map(
				one === other
					? [[one, 100]]
					: [
							[one, what.share],
							[other, 100 - what.share],
						],
			);
			const kept = model.traffic
				.map(target => ({...target, percent: wanted.get(target.revisionName ?? '') ?? 0}))
				.filter(({percent, tag}) => percent > 0 || tag !== undefined);
			const seen = new Set<string>();
			const once = kept.map(target => {
				const isFirst = !seen.has(target.revisionName ?? '');
				seen.add(target.revisionName ?? '');
				return isFirst ? target : {...target, percent: 0};
			});
			const added = [...wanted]
				.filter(([name]) => !seen.has(name))
				.map(([revisionName, percent]) => ({revisionName, percent}));
			return model.write('kim', [...once, ...added]);
		}
		case 'tag': {
			const name = nameOf(made(what.pick));
			const index = model.traffic.findIndex(
				({revisionName, tag}) => revisionName === name && tag === undefined,
			);
			const untagged = model.traffic.map(({tag, ...target}) => ({
				...target,
				...(tag !== undefined && tag !== what.tag && {tag}),
			}));
			if (index === -1) return;
			return model.write('kim', untagged.with(index, {...untagged[index], tag: what.tag}));
		}
		case 'new revision': {
			const facts = model.facts(what.machine);
			const {service} = facts;
			const newTag = freeCanaryTag(facts);
			const revision = planRevision(
				service,
				{
					image: `registry.example.com/cart:${model.revisions.length + 1}`,
					percent: what.percent,
					...(newTag !== '' && {newTag}),
				},
				{stable: releaseOf(facts).stable?.revision},
			);
			if (!revision.ok) return;
			const plan = planCreateRevision(facts, revision, []);
			model.send(what.machine, what.machine, plan, {makes: what});
			return;
		}
		case 'slide': {
			const facts = model.facts(what.machine);
			const name = nameOf(made(what.pick));
			const rest = splitOf(facts.service).filter(({key}) => key !== name);
			const main = rest[0];
			if (!main) return;
			const others = rest.map(row => ({...row, percent: row === main ? 100 - what.percent : 0}));
			const tags = splitOf(facts.service).find(({key}) => key === name)?.tags ?? [];
			const row = {key: name, revision: name, latest: false, percent: what.percent, tags, locked: false};
			const plan = planOf(planSplit(facts, [...others, row]));
			if (plan) model.send(what.machine, what.machine, plan);
			return;
		}
		case 'retag': {
			const facts = model.facts(what.machine);
			const rows = splitOf(facts.service);
			const {revision} = rows[what.pick % rows.length] ?? {};
			const plan = revision === undefined ? undefined : planOf(planTags(facts, revision, [what.tag]));
			if (plan) model.send(what.machine, what.machine, plan);
		}
	}
}

const runs = Number(process.env['STORIES'] ?? 200);

/** Everything that was broken on the way. */
const brokenIn = (story: readonly {step: Step; seconds: number}[]): Broken => {
	const model = new Model();
	return story.flatMap(part => [...take(model, part), ...brokenPromises(model)]);
};

describe('whatever came before', () => {
	it(
		`the verbs keep what they promise, in ${runs} stories`,
		() => {
			assert(
				property(stories, story => {
					expect(brokenIn(story)).toEqual([]);
				}),
				{numRuns: runs},
			);
		},
		Math.max(60_000, runs * 100),
	);
});
