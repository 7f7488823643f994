/** The note that a plan leaves on the service, in the same patch: what the release is from then on. Pure. */
import {noteOf, takenNoted, unmarkedRejections} from '../knative/release/evidence/release-facts.js';
import {
	noteOperations,
	type NotedRejection,
	type ReleaseNote,
	type Taken,
	type Verb,
} from '../knative/release/evidence/note.js';
import {releaseOf} from '../knative/release/release.js';
import {isAsked, unready, type Parts} from '../knative/release/verbs/choice.js';
import {
	isNewer,
	orderOf,
	servedInstead,
	sharesOf,
	sharesOfSplit,
} from '../knative/release/evidence/shares.js';
import {undoable} from '../knative/release/verbs/undo.js';
import {diffSplit, splitOf, type Split} from '../knative/split/split.js';
import type {Facts} from './plan-facts.js';
import {isStillWorse} from './verdict/canary-verdict.js';

/** Of one service, without a mark of their own: more than that are those of somebody who may not mark any. */
const mostRejected = 4;

/** Rolled back one after the other, and none promoted since. */
const mostTaken = 4;

/** What is written down on the service about its release, in the same patch. */
export function noteFor(
	verb: Verb,
	facts: Facts,
	after: Split,
	{
		parts = keptParts(facts, after),
		followed,
		rejected,
		changesTemplate = false,
	}: {
		parts?: Parts | undefined;
		followed?: boolean;
		/** In the same patch: that moves the generation, whatever becomes of the split. */
		changesTemplate?: boolean;
		/** What this gives up. */
		rejected?: NotedRejection | undefined;
	} = {},
) {
	const {service, now, user = ''} = facts;
	if (now === undefined) return [];
	const found = noteOf(facts);
	const note = found?.isCurrent ? found.note : undefined;
	const before = splitOf(service);
	const earlier = undoable(facts);
	return noteOperations(service, {
		...parts,
		// It counts changes of the spec.
		generation: service.generation + (isAsked(service, after) && !changesTemplate ? 0 : 1),
		verb,
		followed: followed ?? (verb === 'promote' ? false : (note?.followed ?? false)),
		since: now,
		by: user,
		split: after,
		// Undo takes a change back: what it puts back is not undone by undoing again, the one before it is.
		undo: verb === 'undo' ? earlier.slice(1) : [before, ...earlier],
		taken: [...(verb === 'undo' ? undone(facts, after) : []), ...stillTaken(facts, verb, after)].slice(
			0,
			mostTaken,
		),
		...(isWholeSince(verb, note, parts.canary) && {isWhole: true}),
		worse: worseSince(facts, found?.note.worse),
		rejected: [
			...(rejected ? [rejected] : []),
			...unmarkedRejections(facts).filter(({revision}) => revision !== rejected?.revision),
		].slice(0, mostRejected),
	});
}

/** Whether all that was taken from the canary is told since it came: it comes with this, or what came before tells it. */
const isWholeSince = (verb: Verb, note: ReleaseNote | undefined, canary: string | undefined) =>
	verb === 'new revision' ||
	// The name of what it makes is not known then.
	note?.verb === 'new revision' ||
	(note?.isWhole === true && note.canary === canary);

/** What was found worse stays that until another one is, or it is found sound. */
function worseSince({verdict}: Facts, noted: string | undefined): string | undefined {
	if (verdict?.errors === 'worse') return verdict.canary.revision;
	return noted !== undefined && isStillWorse(verdict, noted) ? noted : undefined;
}

/** What was rolled back stays that until users get it again, or another one is promoted, and is so again where that is undone. */
function stillTaken(facts: Facts, verb: Verb, after: Split): readonly Taken[] {
	const served = new Set(after.filter(({percent}) => percent > 0).map(({revision}) => revision));
	const listed = new Set(after.map(({revision}) => revision));
	return takenNoted(facts)
		.filter(({revision}) => !served.has(revision))
		.map(({isOver, ...taken}) => {
			const isAgain = verb === 'undo' && listed.has(taken.revision);
			return verb === 'promote' || (isOver === true && !isAgain) ? {...taken, isOver: true} : taken;
		});
}

/** What an undo takes from users: newer than all that they keep, so that it is no way back. */
function undone(facts: Facts, after: Split): readonly Taken[] {
	const {service, revisions, now = 0, user = ''} = facts;
	// What the route has not taken, or what is not ready, no user had.
	if (servedInstead(service) !== undefined) return [];
	const order = orderOf(service, revisions);
	const kept = sharesOfSplit(service, after).filter(({percent}) => percent > 0);
	return sharesOf(service)
		.filter(
			({revision, percent}) =>
				percent > 0 &&
				unready(facts, revision) === undefined &&
				kept.every(other => isNewer(order, revision, other.revision) === true),
		)
		.map(({revision, percent}) => ({revision, at: now, by: user, had: percent}));
}

/** Of a change of shares or tags alone: the release goes on, with what is in the split. */
function keptParts(facts: Facts, after: Split): Parts {
	const {canary, stable, whole} = releaseOf(facts);
	const listed = new Set(after.map(({revision}) => revision));
	const main = stable?.revision ?? whole;
	// Begun by this change: the one that gains and is not what users have.
	const gaining = diffSplit(splitOf(facts.service), after).find(
		row => row.revision !== main && (row.after ?? 0) > (row.before ?? 0),
	)?.revision;
	const tried = canary?.revision ?? gaining;
	return {
		stable: main,
		canary: tried !== undefined && listed.has(tried) ? tried : undefined,
		previous: previousTo(facts, main),
	};
}

/** What had the traffic before what users have, as the note about the present split tells it. */
function previousTo(facts: Facts, main: string | undefined): string | undefined {
	const found = noteOf(facts);
	if (!found?.isCurrent) return undefined;
	const {stable, previous} = found.note;
	return stable === main ? previous : stable;
}
