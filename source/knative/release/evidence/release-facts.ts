/** What a release is told from, and how far an account of an earlier moment still holds. Pure. */
import type {RevisionView} from '../../revision/revision.js';
import type {ServiceView} from '../../service/service.js';
import {equalSplits, splitOf, type Split} from '../../split/split.js';
import {parseNote, type NotedRejection, type ReleaseNote, type Taken} from './note.js';
import {parseRejection, type Rejection} from './rejection.js';

/** One change of the split, as this machine remembers it. */
export type Change = {
	readonly before: Split;
	readonly after: Split;
	/** Of the Service, made by the change. */
	readonly generation: number;
	/** Of the Service as it was when it had `before`, as far as that is known. */
	readonly from?: number | undefined;
	/** Milliseconds since 1970, UTC. */
	readonly at: number;
	/** User name; empty where it is not known. */
	readonly by: string;
	/** Made by this program on this machine. */
	readonly own: boolean;
	readonly reason: string;
};

export type ReleaseFacts = {
	readonly service: ServiceView;
	/** Those of this Service, in any order; undefined when they are not known or may not be listed. */
	readonly revisions: readonly RevisionView[] | undefined;
	/** Changes of its split that this machine knows of, oldest first. */
	readonly changes: readonly Change[];
};

/** `routingStateModified` and `creationTimestamp` are told to the second. */
export const second = 1000;

/** Milliseconds since 1970, cut to whole seconds, as Kubernetes writes times: only then do two of them compare. */
export const toSecond = (time: number) => Math.floor(time / second) * second;

/** Those of the service; undefined where they could not be listed. */
export function ownRevisions({service, revisions}: ReleaseFacts): readonly RevisionView[] | undefined {
	return revisions?.filter(
		revision => revision.namespace === service.namespace && revision.service === service.name,
	);
}

/** What is read of a Service again and again: once for each state of it. */
const notes = new WeakMap<ServiceView, ReleaseNote | 'none'>();

function writtenOn(service: ServiceView): ReleaseNote | undefined {
	let note = notes.get(service);
	if (note === undefined) {
		note = parseNote(service.releaseNote) ?? 'none';
		notes.set(service, note);
	}
	// One of a later generation came with a copy of another object.
	return note === 'none' || note.generation > service.generation ? undefined : note;
}

/**
 * Who has rejected the revision, where somebody has: as its own mark says, or the note on the Service, which is written
 * first.
 */
export function rejectionOf(
	{service, revisions}: Pick<ReleaseFacts, 'service' | 'revisions'>,
	name: string,
): Rejection | undefined {
	const revision = revisions?.find(candidate => candidate.name === name);
	const mark = parseRejection(revision?.rejected);
	if (mark) return mark;
	const noted = writtenOn(service)?.rejected.find(entry => entry.revision === name);
	// What was made since under the same name is another one.
	const isAnother = (revision?.createdAt ?? 0) > (noted?.at ?? Number.POSITIVE_INFINITY);
	return isAnother ? undefined : noted;
}

/** Those of the note whose own mark is not there yet, as far as that is known. */
export function unmarkedRejections(facts: Pick<ReleaseFacts, 'service' | 'revisions'>): NotedRejection[] {
	const {service, revisions} = facts;
	return (writtenOn(service)?.rejected ?? []).filter(({revision: name}) => {
		if (rejectionOf(facts, name) === undefined) return false;
		const revision = revisions?.find(candidate => candidate.name === name);
		return (
			revisions === undefined || (revision !== undefined && parseRejection(revision.rejected) === undefined)
		);
	});
}

/** False only where the revisions are known and it is not one of them, or it is being deleted. */
export function mayExist(facts: ReleaseFacts, revision: string): boolean {
	const known = ownRevisions(facts);
	return known === undefined || known.some(({name, deleting}) => name === revision && !deleting);
}

/**
 * Whether an account of the split at some generation is one of the present split. The generation counts every change of
 * the spec: with the same number nothing was changed since; with a higher one, the split has to be the same, and every
 * change since has to be accounted for by a revision, which is what a change of the template leaves behind.
 */
function joinsUp(
	facts: ReleaseFacts,
	{generation, at, split}: {generation: number; at: number; split: Split},
): boolean {
	const {service} = facts;
	const present = splitOf(service);
	if (generation > service.generation || !sameTargets(split, present)) return false;
	const steps = service.generation - generation;
	// One step that leaves the split alone is a change of the template.
	if (steps <= 1) return true;
	const since = toSecond(at);
	const made = ownRevisions(facts)?.filter(({createdAt = 0}) => createdAt > since).length ?? 0;
	return made >= steps;
}

/** The same rows, and what follows the latest means the same revision as then, where that was told. */
function sameTargets(one: Split, other: Split): boolean {
	return (
		equalSplits(one, other) &&
		one.every(
			row =>
				row.revision === undefined ||
				other.some(({key, revision}) => key === row.key && revision === row.revision),
		)
	);
}

/** What is written on the Service about its release, and whether it is about the present split. */
export function noteOf(facts: ReleaseFacts): {note: ReleaseNote; isCurrent: boolean} | undefined {
	const note = writtenOn(facts.service);
	if (!note) return undefined;
	const {generation, since: at, split} = note;
	return {note, isCurrent: joinsUp(facts, {generation, at, split})};
}

/** What a note tells of as rolled back, with what is over, because another one was promoted since. */
function everTaken(facts: Pick<ReleaseFacts, 'revisions'>, note: ReleaseNote): readonly Taken[] {
	const {verb, canary, since, by, taken = []} = note;
	const all =
		verb === 'roll back' && canary !== undefined
			? [{revision: canary, at: since, by}, ...taken.filter(({revision}) => revision !== canary)]
			: taken;
	// What was made since under the same name is another one.
	return all.filter(
		({revision, at}) => (facts.revisions?.find(({name}) => name === revision)?.createdAt ?? 0) <= at,
	);
}

/** What was rolled back, by a note, the last one first: users had not got it again when that was written. */
export function takenIn(facts: Pick<ReleaseFacts, 'revisions'>, note: ReleaseNote): readonly Taken[] {
	return everTaken(facts, note).filter(({isOver}) => isOver !== true);
}

/** What is noted of the present split as rolled back, over or not. */
export function takenNoted(facts: ReleaseFacts): readonly Taken[] {
	const found = noteOf(facts);
	return found?.isCurrent ? everTaken(facts, found.note) : [];
}

/** What was rolled back before the present split, and users have not got again. */
export function takenBack(facts: ReleaseFacts): readonly Taken[] {
	const found = noteOf(facts);
	return found?.isCurrent ? takenIn(facts, found.note) : [];
}

/** When a revision was rolled back, and by whom; undefined where it was not, or users have got it again. */
export function takenBackOf(facts: ReleaseFacts, revision: string | undefined): Taken | undefined {
	return takenBack(facts).find(taken => taken.revision === revision);
}

/** Its `before` is what was there last: an own one is guarded to be of that generation, another has to have been seen. */
function isGapless({own, from, generation}: Change): boolean {
	return own || from === generation - 1;
}

/**
 * The changes that lead up to the present split without a gap, oldest first: each begins where the one before it ended.
 * Empty when the last one that is known does not end at the present split.
 */
export function joinedChanges(facts: ReleaseFacts): Change[] {
	const joined: Change[] = [];
	for (const change of facts.changes.toReversed()) {
		const {generation, at, after} = change;
		const next = joined[0];
		const isJoined = next
			? equalSplits(after, next.before) && generation < next.generation
			: joinsUp(facts, {generation, at, split: after});
		if (!isJoined || !isGapless(change)) break;
		joined.unshift(change);
	}
	return joined;
}

/** The share of a revision when the service was last noted, percent; undefined where it had none, or nothing is noted. */
export function shareNoted(facts: ReleaseFacts, name: string): number | undefined {
	const rows = noteOf(facts)?.note.split.filter(({revision}) => revision === name) ?? [];
	const percent = rows.reduce((sum, row) => sum + row.percent, 0);
	return percent > 0 ? percent : undefined;
}
