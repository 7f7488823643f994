/** `create`, `revision create`, `scale`, `tag` and `delete` without a screen: planned, agreed to and sent as the console does. */
import {serviceFacts} from '../../console/forms/form-facts.js';
import {toService, validateService, type ServiceValues} from '../../knative/forms/service-form.js';
import {meantBy} from '../../knative/release/revision-by-word.js';
import {roleTags} from '../../knative/release/verbs/role-tags.js';
import {tagsOf, tagsRule} from '../../knative/split/tags.js';
import {planCreateService, planDeleteRevision, planDeleteService} from '../../release/plan-object.js';
import type {Facts, Planned} from '../../release/plan-facts.js';
import {planTags} from '../../release/plan-split.js';
import {alreadyExists} from '../../release/send-plan.js';
import {exitCodes} from '../exit-codes.js';
import {applyPlan, type ApplyMeans, type ApplyOptions, type Result} from './apply-plan.js';
import {planNewRevision, type RevisionWish} from './revision-from-flags.js';
import {fieldSentences, type PlannedObject} from './planned-object.js';
import {readAround, readFacts} from './read-facts.js';

export type ObjectWish =
	| {verb: 'create'; values: ServiceValues}
	| ({verb: 'revision'} & RevisionWish)
	/** Of one revision; what is added moves here where another one has it. */
	| {verb: 'tag'; revision: string; add: readonly string[]; remove: readonly string[]}
	/** The service, or one revision of it. */
	| {verb: 'delete'; revision: string | undefined};

/** What cannot be planned is the result, with its exit code; nothing was sent then. */
export async function changeObject(
	wish: ObjectWish,
	options: ApplyOptions,
	means: ApplyMeans,
): Promise<Result> {
	const planned = await plannedFor(wish, options, means);
	if (planned.ok) return applyPlan(planned.plan, options, means);
	return {code: planned.code, sentence: planned.sentence};
}

async function plannedFor(
	wish: ObjectWish,
	{namespace, service: name, dryRun}: ApplyOptions,
	means: ApplyMeans,
): Promise<PlannedObject> {
	if (wish.verb === 'create') {
		const wrong = fieldSentences(validateService(wish.values));
		if (wrong !== undefined) return {ok: false, code: exitCodes.usage, sentence: wrong};
		const known = await readAround(means.cluster, namespace, (means.now ?? Date.now)());
		// Who finds it before anything is sent has not made it, however new it is.
		if (!dryRun && known?.services.some(service => service.name === name)) {
			return {ok: false, code: exitCodes.notMade, sentence: alreadyExists(name)};
		}
		return {ok: true, plan: planCreateService(toService(wish.values), serviceFacts(wish.values), known)};
	}
	const tags = wish.verb === 'tag' ? wish.add : wish.verb === 'revision' ? roleTags : [];
	const read = await readFacts(means, {namespace, name, tags});
	if (!read.ok) return {ok: false, code: exitCodes.notMade, sentence: `Not done: ${read.reason}`};
	const {facts} = read;
	switch (wish.verb) {
		case 'revision':
			return planNewRevision(means.cluster, facts, wish);
		case 'tag':
			return taggedFor(facts, wish);
		case 'delete':
			return deletedFor(facts, wish.revision);
	}
}

function taggedFor(
	facts: Facts,
	{revision: word, add, remove}: Extract<ObjectWish, {verb: 'tag'}>,
): PlannedObject {
	const meant = meantBy(word, facts);
	if (!meant.ok) return {ok: false, code: exitCodes.usage, sentence: meant.reason};
	const {revision} = meant;
	const present = tagsOf(facts.service, revision);
	const stranger = remove.find(tag => !present.includes(tag));
	if (stranger !== undefined) {
		const has = present.length === 0 ? 'no tag' : present.join(', ');
		return {
			ok: false,
			code: exitCodes.notMade,
			sentence: `${revision} has no tag ${stranger}: it has ${has}.`,
		};
	}
	const tags = [
		...present.filter(tag => !remove.includes(tag)),
		...add.filter(tag => !present.includes(tag)),
	];
	const wrong = tagsRule(tags.join(','), facts.service.name);
	if (wrong !== undefined) return {ok: false, code: exitCodes.usage, sentence: wrong};
	const planned = planTags(facts, revision, tags);
	// A script may ask for the same twice.
	return planned.ok || !planned.already
		? orRefused(planned)
		: {ok: false, code: exitCodes.done, sentence: planned.reason};
}

function deletedFor(facts: Facts, word: string | undefined): PlannedObject {
	const {service, revisions} = facts;
	if (word === undefined) return {ok: true, plan: planDeleteService(service, revisions)};
	const meant = meantBy(word, facts);
	if (!meant.ok) return {ok: false, code: exitCodes.usage, sentence: meant.reason};
	const revision = revisions?.find(({name}) => name === meant.revision);
	if (!revision) {
		return {
			ok: false,
			code: exitCodes.notMade,
			sentence: `Not done: ${meant.revision} cannot be read, so deleting it cannot be guarded.`,
		};
	}
	return orRefused(planDeleteRevision(service, revision));
}

const orRefused = (planned: Planned): PlannedObject =>
	planned.ok ? planned : {ok: false, code: exitCodes.notMade, sentence: `Not done: ${planned.reason}`};
