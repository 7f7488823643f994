/** Ends a release well: all of the traffic to the canary, and to nothing that was not in the split. Pure. */
import {conditionSentence, stateWords} from '../../revision/revision-state.js';
import {condition} from '../../service/service-state.js';
import {dropTag, follow, splitOf, type Split} from '../../split/split.js';
import {moment, momentBy} from '../../text/moment.js';
import {isAsked, revisionOf, unready, type Choice, type Guess, type VerbOptions} from './choice.js';
import {mayExist, noteOf, rejectionOf, type ReleaseFacts} from '../evidence/release-facts.js';
import {rolledBackBefore} from '../evidence/rolled-back.js';
import {isNewer, orderOf, sharesOf} from '../evidence/shares.js';
import {pastOf} from '../evidence/past.js';
import {releaseOf, type Release} from '../release.js';
import {canaryTag, moveTag, previousTag, stableTag, withoutLeftovers} from './role-tags.js';
import {allOn, withoutBlocking} from './settled-split.js';

/** @param keepsPrevious What users had stays in the split at 0 %, tagged `previous`, as the way back. */
export function promote(
	facts: ReleaseFacts,
	{to, placeholders, now, keepsPrevious = true}: VerbOptions & {keepsPrevious?: boolean} = {},
): Choice {
	const {service} = facts;
	const release = releaseOf(facts);
	const {canary, doubt, outside, whole} = release;
	if (to === undefined && doubt?.about === 'canary') {
		return {kind: 'ask', question: doubt.because, candidates: doubt.candidates};
	}
	const offered = to ?? canary?.revision;
	if (to === undefined && canary && isOlderUntagged(facts, release)) {
		const question = `${canary.revision} is older than ${release.stable?.revision}, which is ${release.stable?.because}: that would be no promotion.`;
		return {kind: 'ask', question, candidates: [release.stable?.revision ?? '', canary.revision]};
	}
	if (offered !== undefined) {
		const why = noPromotion(facts, release, offered);
		if (why !== undefined) return {kind: 'refused', reason: why};
		const guess = rolledBackBefore(facts, offered, now);
		return promoteTo(facts, release, offered, {placeholders, now, keepsPrevious, guess});
	}
	const ready = outside.filter(({name, state}) => state.ready && rejectionOf(facts, name) === undefined);
	const [only, ...more] = ready;
	if (only === undefined) return nothingToPromote(facts, whole, now);
	const question = `${service.name} has no canary: ${whole ?? 'no revision'} has 100 %.`;
	if (more.length > 0) {
		return {
			kind: 'ask',
			question: `${question} Newer, and in no split: ${ready.map(({name}) => name).join(', ')}.`,
			candidates: ready.map(({name}) => name),
		};
	}
	const sentence = `${question} ${only.name} is newer, but no split lists it`;
	const guess = {sentence, because: `no split lists ${only.name}`};
	return promoteTo(facts, release, only.name, {placeholders, now, keepsPrevious, guess});
}

/** What is being tried is so only because the other one, which is newer, has the tag of what users had: it may have been moved. */
function isOlderUntagged(facts: ReleaseFacts, {canary, stable, whole}: Release): boolean {
	if (whole !== undefined || !canary || !stable) return false;
	const {service, revisions} = facts;
	const isTagged = sharesOf(service).some(
		({revision, tags}) => revision === canary.revision && tags.includes(canaryTag),
	);
	const found = noteOf(facts);
	const isNoted = found?.isCurrent === true && found.note.canary === canary.revision;
	return (
		!isTagged && !isNoted && isNewer(orderOf(service, revisions), stable.revision, canary.revision) === true
	);
}

/** Why it would be no promotion, whoever has chosen it: what is being tried would be taken from users, without a word of that. */
function noPromotion(facts: ReleaseFacts, {canary, stable, whole}: Release, to: string): string | undefined {
	if (whole !== undefined || !canary || stable?.revision !== to) return undefined;
	// The tag of what users had may be on the newer one of two: then neither is the way back.
	if (isNewer(orderOf(facts.service, facts.revisions), to, canary.revision) === true) return undefined;
	return `${to} is what users had before ${canary.revision} was tried: that would be no promotion. Roll back instead.`;
}

function promoteTo(
	facts: ReleaseFacts,
	release: Release,
	to: string,
	{placeholders, now, keepsPrevious, guess}: VerbOptions & {keepsPrevious: boolean; guess: Guess | undefined},
): Choice {
	const {service, revisions} = facts;
	const why = unready(facts, to) ?? waitingFor(facts, to);
	if (why !== undefined) return {kind: 'refused', reason: `${why}. Nothing was promoted.`};
	const notes: string[] = [];
	const back = keepsPrevious ? wayBack(facts, release, to) : undefined;
	let split = withoutBlocking(service, allOn(service, to), revisions, notes);
	split = dropTag(split, canaryTag);
	const tagging = {service: service.name, placeholders, notes};
	split = moveTag(split, to, stableTag, tagging);
	const follows = followsAgain(facts, to);
	if (back !== undefined && split.some(({key}) => key === back)) {
		split = moveTag(split, back, previousTag, tagging);
	} else {
		split = dropTag(split, previousTag);
	}
	// Where the cluster does not tell which of several users had, each of them may be the way back.
	const {doubt} = releaseOf({...facts, changes: []});
	const waysBack = doubt?.about === 'stable' && keepsPrevious ? doubt.candidates : [];
	split = withoutLeftovers(split, back === undefined ? waysBack : [back]);
	split = followedAgain(facts, split, to, {follows, notes});
	notes.push(...outsideNotes(release, to, now));
	if (revisions === undefined) {
		notes.push(`The revisions could not be listed: whether ${to} is ready is not known here.`);
	}
	if (isAsked(service, split)) {
		return {
			kind: 'refused',
			reason: `${to} has 100 % of the traffic of ${service.name} already.`,
			already: true,
		};
	}
	return {
		kind: 'split',
		split,
		revision: to,
		parts: {stable: to, canary: undefined, previous: back},
		notes,
		...(guess !== undefined && {guess}),
	};
}

/** The split follows what is not ready yet: to give it the traffic would be to wait for whatever becomes ready. */
function waitingFor({service}: ReleaseFacts, to: string): string | undefined {
	const {latestCreated, latestReady} = service;
	const isKnown = to !== latestCreated || latestCreated === latestReady;
	return isKnown ? undefined : `${to} is not ready`;
}

/** What users had: it stays where a roll back finds it, at once and warm. */
function wayBack(facts: ReleaseFacts, {stable, whole}: Release, to: string): string | undefined {
	const past = whole === to ? pastOf(facts, whole) : undefined;
	const before = past?.kind === 'told' ? past.revision : [stable?.revision, whole].find(name => name !== to);
	if (before === undefined || before === to) return undefined;
	const isFine = mayExist(facts, before) && rejectionOf(facts, before) === undefined;
	return isFine && unready(facts, before) === undefined ? before : undefined;
}

/** All of the traffic followed the latest before the release, says the note about it. */
function hadFollowed(facts: ReleaseFacts): boolean {
	const found = noteOf(facts);
	return found?.isCurrent === true && found.note.followed;
}

/** The same once it is promoted, where no newer revision can take it at once. */
function followsAgain(facts: ReleaseFacts, to: string): boolean {
	const {latestReady, latestCreated} = facts.service;
	return hadFollowed(facts) && latestReady === to && latestCreated === to;
}

/** Pinned, so that later revisions wait for the operator; following the latest where it did before the release. */
function followedAgain(
	facts: ReleaseFacts,
	split: Split,
	to: string,
	{follows, notes}: {follows: boolean; notes: string[]},
): Split {
	if (follows) {
		notes.push(
			'Follow latest is on again, as before this release: the next ready revision gets this traffic.',
		);
		return follow(split, to, to).split;
	}
	const isFollowing = splitOf(facts.service).some(row => row.latest);
	if (isFollowing || hadFollowed(facts)) {
		notes.push(`${isFollowing ? 'Pinned' : 'Stays pinned'} to ${to}: later revisions wait for you.`);
	}
	return split;
}

function outsideNotes({outside}: Release, to: string, now: number | undefined): string[] {
	return outside
		.filter(({name}) => name !== to)
		.map(({name, creator, createdAt, state}) => {
			const when = createdAt === undefined ? '' : ` (${moment(createdAt, now)})`;
			const how = state.ready ? '' : `, ${state.word.toLowerCase()}`;
			return `${creator ?? 'Somebody'} has made ${name} since${when}${how}; it is not part of this release.`;
		});
}

/** Complete is what has 100 % on the newest revision of all: where that one is not ready there is nothing to be glad of. */
function nothingToPromote(facts: ReleaseFacts, whole: string | undefined, now: number | undefined): Choice {
	const {service} = facts;
	const {name, latestCreated} = service;
	const has =
		whole === undefined
			? `${name} has no ready revision`
			: `${whole} has 100 % of the traffic of ${name} already`;
	if (latestCreated !== undefined && latestCreated !== whole) {
		const made = revisionOf(facts, latestCreated);
		const rejected = rejectionOf(facts, latestCreated);
		if (rejected) {
			const {at, by, why} = rejected;
			const reason = why === '' ? '' : `: ${why}`;
			return {
				kind: 'refused',
				reason: `${name} has no canary: ${latestCreated} was rejected${momentBy({at, by}, now)}${reason}. ${has}.`,
			};
		}
		const configurations = condition(service, 'ConfigurationsReady');
		const ofConditions = configurations?.status === 'False' ? conditionSentence(configurations) : '';
		const why = made ? stateWords(made.state) : ofConditions;
		if (made?.state.ready !== true) {
			return {
				kind: 'refused',
				reason: `The newest revision, ${latestCreated}, is not ready${why === '' ? '' : ` (${why.replace(/\.$/, '')})`}; ${has}. Nothing was promoted.`,
			};
		}
		return {kind: 'refused', reason: `${name} has no canary: ${has}.`};
	}
	if (service.observedGeneration !== service.generation) {
		return {
			kind: 'refused',
			reason: `${has}, but the controller has not taken up the last change yet, which may make a newer revision. Nothing was promoted; try again.`,
		};
	}
	return {kind: 'refused', reason: `${has}.`, ...(whole !== undefined && {already: true as const})};
}
