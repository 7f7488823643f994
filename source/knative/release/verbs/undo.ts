/** Takes the last change of the split back, whoever made it, where it is told without a gap. Pure. */
import {equalSplits, mergedRows, splitOf, wholeOf, type Split} from '../../split/split.js';
import {momentBy} from '../../text/moment.js';
import {isAsked, unready, type BroughtBack, type Choice, type VerbOptions} from './choice.js';
import {joinedChanges, noteOf, takenBack, type Change, type ReleaseFacts} from '../evidence/release-facts.js';
import {takenWords} from '../evidence/rolled-back.js';
import {hasRoleTags, previousTag} from './role-tags.js';
import {releaseOf} from '../release.js';
import {isNewer, orderOf, servedInstead, sharesOf, sharesOfSplit} from '../evidence/shares.js';
import {withoutBlocking} from './settled-split.js';

type Last = {before: Split; what: string; at: number; by: string};

/**
 * The split before the last change that is known to join up with the present one; refused where none is, or where it is
 * set already.
 */
export function undo(facts: ReleaseFacts, {now}: VerbOptions = {}): Choice {
	const {service, revisions} = facts;
	const last = lastOf(facts);
	if (!last) return {kind: 'refused', reason: nothingKnown(facts, now)};
	const when = momentBy(last, now);
	// An undo is not taken back by another one: that goes one step further back.
	const taken = last.what === 'undo' ? `the change before the one undone${when}` : `${last.what}${when}`;
	const notes: string[] = [`Takes back: ${taken}.`];
	const split = asThen(facts, last.before, notes);
	if (isAsked(service, split)) {
		return {
			kind: 'refused',
			reason: `${service.name} has the split it had before the last change already.`,
			already: true,
		};
	}
	const bringsBack = broughtBack(facts, split, now, notes);
	const fit = withoutBlocking(service, split, revisions, notes);
	const parts = partsOf(facts, fit);
	return {
		kind: 'split',
		split: fit,
		revision: wholeOf(fit),
		parts,
		notes,
		...(bringsBack && {bringsBack}),
	};
}

/**
 * That it gives users again what somebody has taken from them.
 *
 * @param notes Gets that it comes back without a user getting it.
 */
function broughtBack(
	facts: ReleaseFacts,
	after: Split,
	now: number | undefined,
	notes: string[],
): BroughtBack | undefined {
	const found = noteOf(facts);
	if (!found?.isCurrent) return takenSince(facts, after, now);
	const {canary, verb, since: at, by} = found.note;
	if (verb === 'abandon' && canary !== undefined && after.some(({revision}) => revision === canary)) {
		const how = `which was given up${momentBy({at, by}, now)}`;
		if (shareIn(after, canary) > 0) return {revision: canary, how};
		notes.push(`Brings ${canary} back into the split, at 0 %, ${how}; its mark as rejected stays.`);
	}
	const taken = takenBack(facts).find(({revision}) => shareIn(after, revision) > 0);
	return taken && {revision: taken.revision, how: `which ${takenWords(taken, now)}`};
}

/** The same of what somebody has taken from users without this program: newer than all that has traffic now. */
function takenSince(facts: ReleaseFacts, after: Split, now: number | undefined): BroughtBack | undefined {
	const order = orderOf(facts.service, facts.revisions);
	const having = sharesOf(facts.service).filter(({percent}) => percent > 0);
	const back = sharesOfSplit(facts.service, after).find(
		({revision, percent}) =>
			percent > 0 &&
			having.length > 0 &&
			having.every(share => isNewer(order, revision, share.revision) === true),
	);
	const last = lastOf(facts);
	if (!back || !last) return undefined;
	return {revision: back.revision, how: `from whom it was taken${momentBy(last, now)}`};
}

/** That a split gives users more of it again than they have, as a sentence; undefined where it does not. */
export function backSentence(
	{revision, how}: BroughtBack,
	{service}: Pick<ReleaseFacts, 'service'>,
	after: Split,
): string | undefined {
	const percent = shareIn(after, revision);
	const has = sharesOf(service).find(share => share.revision === revision)?.percent ?? 0;
	return percent > has ? `Brings ${revision} back to ${percent} % of users, ${how}.` : undefined;
}

const shareIn = (split: Split, name: string) =>
	split.reduce((sum, {revision, percent}) => sum + (revision === name ? percent : 0), 0);

/** Where no note or change leads up to the present split: who is known to have changed it. */
function nothingKnown(facts: ReleaseFacts, now: number | undefined): string {
	const {service, changes} = facts;
	const found = noteOf(facts);
	if (found?.isCurrent) return `Nothing to undo: no earlier split of ${service.name} is noted.`;
	const seen = found ? {at: found.note.since, by: found.note.by} : changes.at(-1);
	if (!seen) return `Nothing to undo: no change of the split of ${service.name} is known.`;
	const who = service.lastModifier ?? 'somebody';
	return `Nothing to undo: the last change of ${service.name} that is known was${momentBy(seen, now)}, and ${who} has changed it since; what it was before that is not known.`;
}

function lastOf(facts: ReleaseFacts): Last | undefined {
	const found = noteOf(facts);
	if (found?.isCurrent) {
		const {note} = found;
		const [before] = note.undo;
		return before && {before, what: note.verb, at: note.since, by: note.by};
	}
	const change = joinedChanges(facts).at(-1);
	// What an undo took back only this machine knows: another one would take the undo back.
	if (!change || isUndo(change)) return undefined;
	return {
		before: change.before,
		what: change.own ? change.reason : 'a change of the split',
		at: change.at,
		by: change.by,
	};
}

const isUndo = ({own, reason}: Change) => own && /^undo(?::|$)/.test(reason);

/** The splits that undo would put back, one after the other, the last one first. */
export function undoable(facts: ReleaseFacts): readonly Split[] {
	const found = noteOf(facts);
	if (found?.isCurrent) return found.note.undo;
	return standing(joinedChanges(facts))
		.toReversed()
		.map(({before}) => before);
}

/** The changes that undo would take back, oldest first: an undo takes back the one before it, and is none itself. */
function standing(changes: readonly Change[]): Change[] {
	const stack: Change[] = [];
	for (const change of changes) {
		const last = stack.at(-1);
		if (isUndo(change) && last && equalSplits(change.before, last.after)) stack.pop();
		else stack.push(change);
	}
	return stack;
}

/**
 * Where the split followed the latest revision and that is another one now, or about to be, the revision of then is
 * pinned: undoing must not send traffic to one that had none.
 */
function asThen({service}: ReleaseFacts, before: Split, notes: string[]): Split {
	const newest = service.latestCreated ?? service.latestReady;
	return mergedRows(
		before.map(row => {
			if (!row.latest || row.revision === undefined) return row;
			if (row.revision === service.latestReady && row.revision === newest) return row;
			notes.push(
				`The split followed the latest revision, then ${row.revision}; pinned now, because ${newest ?? 'none'} is the latest today.`,
			);
			return {...row, key: row.revision, latest: false};
		}),
	);
}

/** Who has which part in the split of then, by its tags and shares. */
function partsOf(facts: ReleaseFacts, split: Split) {
	const specTraffic = split.flatMap(({revision, latest, percent, tags}) =>
		(tags.length > 0 ? tags : [undefined]).map((tag, index) => ({
			revision: latest ? undefined : revision,
			latest,
			percent: index === 0 ? percent : 0,
			tag,
		})),
	);
	const {canary, stable} = releaseOf({
		...facts,
		service: {...facts.service, specTraffic, releaseNote: undefined},
		changes: [],
	});
	const isTold = hasRoleTags(split) || splitOf(facts.service).length > 1;
	return {
		stable: stable?.revision,
		canary: isTold ? canary?.revision : undefined,
		previous: previousTo(facts, split),
	};
}

/** What a roll back goes to from there: what the one that is taken back went to, or what is tagged so. */
function previousTo(facts: ReleaseFacts, split: Split): string | undefined {
	const whole = wholeOf(split);
	const found = noteOf(facts);
	const {verb, stable, canary} = found?.isCurrent ? found.note : {};
	// What the route has not taken, or what is not ready, no user had.
	const wasServed =
		stable !== undefined &&
		servedInstead(facts.service) === undefined &&
		unready(facts, stable) === undefined;
	if (verb === 'roll back' && whole !== undefined && whole === canary && wasServed) return stable;
	return split.find(({revision, tags}) => revision !== whole && tags.includes(previousTag))?.revision;
}
