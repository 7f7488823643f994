/**
 * Stories of a service: several operators on machines of their own, CI, kubectl, kn, crashes, gradual rollouts, tags that
 * are moved. Whatever came before, the verbs keep what they promise.
 */
import {assert, property} from '../../support/property.js';
import {describe, expect, it} from 'vitest';
import {releaseOf} from '../../../source/knative/release/release.js';
import {sharesOf} from '../../../source/knative/release/evidence/shares.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {planAbandon, planPromote, planRollback, planUndo} from '../../../source/release/plan-split.js';
import {happen} from './stories/happen.js';
import {Model, nameOf} from './stories/model.js';
import {
	brokenByRejected,
	brokenPromises,
	check,
	meaning,
	planOf,
	tagged,
	targetOf,
	writtenBy,
	type Broken,
} from './stories/promises.js';
import {stories, type StoryStep} from './stories/steps.js';

/** The verb as done by this machine, and what does not hold right after it. */
function doVerb(
	model: Model,
	{verb, machine: who, to: picked, keepsPrevious}: Extract<StoryStep, {kind: 'verb'}>,
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

function doStep(model: Model, {step: what, seconds}: {step: StoryStep; seconds: number}): Broken {
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

const runs = Number(process.env['STORIES'] ?? 200);

/** Everything that was broken on the way. */
const brokenIn = (story: readonly {step: StoryStep; seconds: number}[]): Broken => {
	const model = new Model();
	return story.flatMap(part => [...doStep(model, part), ...brokenPromises(model)]);
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
