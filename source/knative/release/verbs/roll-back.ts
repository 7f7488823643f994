/** Ends a release that fails: all of the traffic back to what users had. Pure; waits for nothing. */
import {dropTag, splitOf} from '../../split/split.js';
import {moment, momentBy} from '../../text/moment.js';
import {isAsked, type Choice, type VerbOptions} from './choice.js';
import {
	joinedChanges,
	mayExist,
	noteOf,
	ownRevisions,
	rejectionOf,
	shareNoted,
	takenBackOf,
	type ReleaseFacts,
} from '../evidence/release-facts.js';
import {pastOf, type Past} from '../evidence/past.js';
import {isUnchangedSince} from '../evidence/record.js';
import {takenWords} from '../evidence/rolled-back.js';
import {releaseOf, type Release} from '../release.js';
import {canaryTag, hasRoleTags, moveTag, previousTag, stableTag} from './role-tags.js';
import {isNewer, keptByGateway, orderOf, sharesOf} from '../evidence/shares.js';
import {allOn, withoutBlocking} from './settled-split.js';

/** The split that gives users back what they had; a question where that may be several, a refusal where there is none. */
export function rollBack(facts: ReleaseFacts, {to, placeholders, now}: VerbOptions = {}): Choice {
	const release = releaseOf(facts);
	if (to !== undefined) {
		const why = noWayBack(facts, to);
		if (why !== undefined) return {kind: 'refused', reason: why};
		return backTo(facts, release, to, {placeholders, because: 'you chose it'});
	}
	return release.whole === undefined
		? fromMixed(facts, release, {placeholders})
		: fromWhole(facts, release, release.whole, {placeholders, now});
}

/**
 * Why it would be no roll back, whoever has chosen it: a roll back is agreed to with less than a promotion is. What the gateway
 * still has while the route refuses the present split is what users have, however new it is.
 */
function noWayBack({service, revisions}: ReleaseFacts, to: string): string | undefined {
	const order = orderOf(service, revisions);
	const others = sharesOf(service).filter(({revision, percent}) => percent > 0 && revision !== to);
	const [first] = others;
	if (!first || keptByGateway(service) === to) return undefined;
	if (!others.every(({revision}) => isNewer(order, to, revision) === true)) return undefined;
	const has = others.map(({revision, percent}) => `${revision} (${percent} %)`).join(', ');
	return `${to} is newer than what has the traffic beside it, ${has}: that would be no roll back. Promote it instead.`;
}

/** Several revisions have traffic. */
function fromMixed(facts: ReleaseFacts, release: Release, options: VerbOptions): Choice {
	const {canary, stable, doubt} = release;
	const shares = sharesOf(facts.service);
	if (doubt) {
		const candidates = doubt.candidates.filter(name => rejectionOf(facts, name) === undefined);
		return {kind: 'ask', question: doubt.because, candidates};
	}
	if (!stable || !canary) {
		return {
			kind: 'refused',
			reason: `No revision of ${facts.service.name} has been ready yet: there is none to roll back to.`,
		};
	}
	if (!mayExist(facts, stable.revision)) return askOfGone(facts, stable.revision, canary.revision);
	const order = orderOf(facts.service, facts.revisions);
	const candidates = shares
		.filter(({revision}) => revision !== canary.revision && rejectionOf(facts, revision) === undefined)
		.map(({revision}) => revision);
	if (isNewer(order, stable.revision, canary.revision) === true) {
		const question = `${stable.revision} is newer than the canary, ${canary.revision}: that would be no roll back.`;
		return {kind: 'ask', question, candidates: [canary.revision, ...candidates]};
	}
	if (rejectionOf(facts, stable.revision)) {
		return {kind: 'ask', question: `${stable.revision} was rejected.`, candidates};
	}
	return backTo(facts, release, stable.revision, {...options, because: stable.because});
}

/** What users had was deleted: whatever else is ready may be what they are to have. */
function askOfGone(facts: ReleaseFacts, gone: string, canary: string): Choice {
	const candidates = (ownRevisions(facts) ?? [])
		.filter(({name, deleting, state}) => name !== canary && !deleting && state.ready)
		.map(({name}) => name)
		.filter(name => rejectionOf(facts, name) === undefined);
	return {kind: 'ask', question: `${gone} is what users had, and does not exist any more.`, candidates};
}

/** One revision has everything: it was rolled back to already, or promoted over another one. */
function fromWhole(
	facts: ReleaseFacts,
	release: Release,
	whole: string,
	{placeholders, now}: VerbOptions,
): Choice {
	const {canary} = release;
	const past = pastOf(facts, whole);
	const isBeside = canary !== undefined && canary.revision !== whole;
	// What was taken back before that is not what is given up by the verb that is named instead.
	const isOfCanary = past.kind === 'rolled back' && past.from === canary?.revision;
	if (isBeside && !isOfCanary) return besideCanary(facts, canary.revision, whole, now);
	switch (past.kind) {
		case 'told':
			return backTo(facts, release, past.revision, {placeholders, because: past.because});
		case 'rolled back': {
			return {
				kind: 'refused',
				already: true,
				reason: alreadyWords(past, whole, now),
				...(isBeside && {instead: 'abandon' as const}),
			};
		}
		case 'none': {
			const unused = release.outside.find(({name}) => isUnchangedSince(facts, name));
			const what = unused === undefined ? '' : `users never got ${unused.name}; `;
			return {kind: 'refused', reason: `Nothing to roll back: ${what}${whole} has 100 %. ${past.because}`};
		}
		case 'cannot tell':
			return {kind: 'ask', question: past.because, candidates: past.candidates};
	}
}

type Back = Pick<Extract<Past, {kind: 'rolled back'}>, 'from' | 'at' | 'by' | 'had'> & {
	isAbandoned?: boolean;
};

function alreadyWords(back: Back, whole: string, now: number | undefined): string {
	if (back.had !== undefined) return `${back.from} ${takenWords(back, now)}: ${whole} has 100 %.`;
	const how = back.isAbandoned ? 'was abandoned' : 'was rolled back';
	return `${back.from} ${how} already${momentBy(back, now)}: ${whole} has 100 %.`;
}

/**
 * Nothing of the canary reaches users now: whether anything ever did decides what is said, not what is done. That it is so
 * already the note says; what only this machine remembers is told.
 */
function besideCanary(facts: ReleaseFacts, canary: string, whole: string, now: number | undefined): Choice {
	const taken = takenBackOf(facts, canary);
	if (taken) {
		const reason = alreadyWords({...taken, from: canary}, whole, now);
		return {kind: 'refused', already: true, reason, instead: 'abandon'};
	}
	const noted = notedShare(facts, canary);
	if (noted === 'served') {
		const {note, isCurrent} = noteOf(facts) ?? {};
		const [before] = note?.undo ?? [];
		// It was that change which has taken it, and none since.
		const isTold = note?.verb !== 'undo' && before?.some(row => row.revision === canary && row.percent > 0);
		const [at, by] = isCurrent
			? isTold
				? [note?.since, note?.by ?? '']
				: [undefined, '']
			: [undefined, facts.service.lastModifier ?? ''];
		return {
			kind: 'refused',
			already: true,
			reason: alreadyWords({from: canary, at, by}, whole, now),
			instead: 'abandon',
		};
	}
	const remembered = noted === undefined ? rememberedLoss(facts, canary) : undefined;
	const words = remembered
		? ` This machine remembers that it had some until ${untilWords(remembered, now)}.`
		: '';
	return {
		kind: 'refused',
		reason:
			noted === 'never'
				? `Nothing to roll back: users never got ${canary}; ${whole} has 100 %.`
				: `Nothing to roll back: ${canary} has 0 %, ${whole} has 100 %.${words}`,
		instead: 'abandon',
	};
}

const untilWords = ({at, by}: {at: number; by: string}, now: number | undefined) =>
	`${by === '' ? 'somebody' : by} changed it at ${moment(at, now)}`;

/**
 * Whether the canary had any traffic, by the note; undefined where that tells of no traffic, and not of the present split: what
 * was after it is not known; nor is what an undo took that left no word of it, or what was before the splits that are kept.
 */
function notedShare(facts: ReleaseFacts, canary: string): 'served' | 'never' | undefined {
	const found = noteOf(facts);
	if (!found?.isCurrent) return shareNoted(facts, canary) === undefined ? undefined : 'served';
	const hadTraffic = [found.note.split, ...found.note.undo].some(split =>
		split.some(({revision, percent}) => revision === canary && percent > 0),
	);
	if (hadTraffic) return 'served';
	const {verb, isWhole, undo} = found.note;
	const isListed = undo.at(-1)?.some(({revision}) => revision === canary) ?? true;
	return verb === 'new revision' || (isWhole === true && !isListed) ? 'never' : undefined;
}

/** Who took the traffic from the canary, and when, as this machine remembers. */
function rememberedLoss(facts: ReleaseFacts, canary: string): {at: number; by: string} | undefined {
	const taken = joinedChanges(facts).findLast(({before, after}) => {
		const shareIn = (split: typeof before) =>
			split.reduce((sum, {revision, percent}) => sum + (revision === canary ? percent : 0), 0);
		return shareIn(before) > 0 && shareIn(after) === 0;
	});
	return taken && {at: taken.at, by: taken.by};
}

/**
 * 100 % to this revision, pinned: were it reached by following the latest one, the next revision to become ready would
 * take the traffic away from it again. What is rolled back stays in the split at 0 %, where it can be looked at.
 */
function backTo(
	facts: ReleaseFacts,
	{canary, whole}: Release,
	to: string,
	{placeholders, because}: VerbOptions & {because: string},
): Choice {
	const {service, revisions} = facts;
	const before = splitOf(service);
	const notes: string[] = [];
	const from = [canary?.revision, whole].find(name => name !== undefined && name !== to);
	let split = withoutBlocking(service, allOn(service, to), revisions, notes);
	// A tag that is new may fail, which a roll back cannot afford.
	if (hasRoleTags(before)) {
		const tagging = {service: service.name, placeholders, notes, isCareful: true};
		split = dropTag(split, previousTag);
		if (
			split.some(({tags}) => tags.includes(stableTag)) ||
			before.some(({tags}) => tags.includes(previousTag))
		) {
			split = moveTag(split, to, stableTag, tagging);
		}
		const isCanary = (key: string) => split.find(row => row.key === key)?.tags.includes(canaryTag) ?? false;
		if (isCanary(to)) split = dropTag(split, canaryTag);
		if (from !== undefined && split.some(({key}) => key === from) && !isCanary(from)) {
			split = moveTag(split, from, canaryTag, tagging);
		}
	}
	if (isAsked(service, split) || (whole === to && before.every(row => !row.latest || row.percent === 0))) {
		return {
			kind: 'refused',
			reason: `${to} has 100 % of the traffic of ${service.name} already.`,
			already: true,
		};
	}
	if (before.some(row => row.latest && row.percent > 0)) {
		notes.unshift(`Pins ${to} (was: follow latest).`);
	}
	if (revisions === undefined) {
		notes.push(`The revisions could not be listed: whether ${to} is ready is not known here.`);
	}
	return {
		kind: 'split',
		split,
		revision: to,
		parts: {stable: to, canary: from, previous: undefined},
		notes: [`Back to ${to}: ${because}.`, ...notes],
	};
}
