/**
 * What had the traffic before the revision that has all of it now: proven by what the cluster keeps, not by what is usual.
 * In this order: the note of the last verb, while it is about the present split; the split itself; the record that the
 * labeler keeps on each Revision (`routingState`, `routingStateModified`: knative/serving pkg/reconciler/labeler); a note
 * about an earlier split. What this machine remembers is no proof: another machine remembers something else, and both have to
 * propose the same. It is told where it has to be asked. Pure.
 */
import {
	joinedChanges,
	mayExist,
	noteOf,
	ownRevisions,
	rejectionOf,
	takenBack,
	type ReleaseFacts,
} from './release-facts.js';
import {
	isUnchangedSince,
	lastOf,
	leftOf,
	listedBefore,
	mayBeOfOneWrite,
	meantBefore,
	rolledBackBy,
} from './record.js';
import type {ReleaseNote} from './note.js';
import {unready} from '../verbs/choice.js';
import {moment} from '../../text/moment.js';
import {isNewer, keptByGateway, orderOf, sharesOf, type Share} from './shares.js';
import {previousTag, stableTag} from '../verbs/role-tags.js';
import {wholeOf} from '../../split/split.js';

export type Past =
	/** It had the traffic before; older than what has it now. */
	| {kind: 'told'; revision: string; /** As a clause: `tagged previous`. */ because: string}
	/** What has it now was rolled back to: the one before was newer. */
	| {
			kind: 'rolled back';
			from: string;
			at: number | undefined;
			by: string;
			/** Percent, where an undo has taken it. */
			had?: number | undefined;
			isAbandoned: boolean;
	  }
	/** Nothing else is known to have had it. */
	| {kind: 'none'; because: string}
	/** Proof is missing, or contradicts itself. */
	| {kind: 'cannot tell'; candidates: readonly string[]; because: string};

/** @param whole The revision that has 100 % now. */
export function pastOf(facts: ReleaseFacts, whole: string): Past {
	return withMemory(
		facts,
		whole,
		whileRefused(facts, whole) ?? fromNote(facts, whole) ?? fromSplitAndRecord(facts, whole),
	);
}

/** Whatever was asked for before: what users have is what the gateway keeps. */
function whileRefused(facts: ReleaseFacts, whole: string): Past | undefined {
	const {service} = facts;
	const kept = keptByGateway(service);
	if (kept === undefined || kept === whole) return undefined;
	const because = 'users still have it, because the route refuses the present split';
	const isNewerOne = isNewer(orderOf(service, facts.revisions), kept, whole) === true;
	return isNewerOne || !isUsable(facts, kept)
		? {kind: 'cannot tell', candidates: [kept], because: `${kept}: ${because}.`}
		: {kind: 'told', revision: kept, because};
}

/** Where it cannot be told, what this machine remembers is one more that may be meant; it decides nothing. */
function withMemory(facts: ReleaseFacts, whole: string, past: Past): Past {
	if (past.kind !== 'none' && past.kind !== 'cannot tell') return past;
	const remembered = rememberedBefore(facts, whole);
	if (!remembered) return past;
	const {revision, at, by, percent} = remembered;
	const because = `${past.because} This machine remembers ${revision} with ${percent} % until ${by === '' ? 'somebody' : by} changed it at ${moment(at)}.`;
	const candidates = past.kind === 'none' ? [] : past.candidates;
	return {
		kind: 'cannot tell',
		candidates: candidates.includes(revision) ? candidates : [...candidates, revision],
		because,
	};
}

/** The revision with most of the traffic before `whole` had all of it, where what is remembered leads up to the present. */
function rememberedBefore(
	facts: ReleaseFacts,
	whole: string,
): {revision: string; percent: number; at: number; by: string} | undefined {
	for (const {before, at, by} of joinedChanges(facts).toReversed()) {
		const main = before.toSorted((a, b) => b.percent - a.percent)[0];
		const name = main?.revision;
		if (main === undefined || name === undefined || name === whole || main.percent <= 50) continue;
		return isUsable(facts, name) ? {revision: name, percent: main.percent, at, by} : undefined;
	}
	return undefined;
}

/** While it is about the present split, the note is the exact account: it was written in the same patch. */
function fromNote(facts: ReleaseFacts, whole: string): Past | undefined {
	const found = noteOf(facts);
	if (!found) return undefined;
	const {note, isCurrent} = found;
	const {stable, canary, previous, since: at, by} = note;
	const order = orderOf(facts.service, facts.revisions);
	if (!isCurrent) {
		const exact = justBefore(facts, whole, note);
		if (exact) return exact;
		// It tells of `whole` having been replaced by a newer one, which is out of the split again.
		const replaced = previous === whole ? stable : undefined;
		const isOut =
			replaced !== undefined && !sharesOf(facts.service).some(({revision}) => revision === replaced);
		if (!isOut || isNewer(order, replaced, whole) !== true || isOlderThan(facts, note.since)) {
			return undefined;
		}
		return {kind: 'rolled back', from: replaced, ...leaving(facts, replaced), isAbandoned: false};
	}
	if ((note.verb === 'roll back' || note.verb === 'abandon') && stable === whole && canary !== undefined) {
		return {kind: 'rolled back', from: canary, at, by, isAbandoned: note.verb === 'abandon'};
	}
	// Since then only tags were moved, or the like.
	const taken = takenBack(facts).find(({revision}) => canary === undefined || canary === revision);
	if (taken !== undefined && stable === whole && isNewer(order, taken.revision, whole) === true) {
		const {revision: from, at: takenAt, by: taker, had} = taken;
		return {kind: 'rolled back', from, at: takenAt, by: taker, had, isAbandoned: false};
	}
	const before = stable === whole ? previous : stable;
	if (before === undefined || before === whole || !isUsable(facts, before)) return undefined;
	if (isNewer(order, before, whole) === true) {
		return {kind: 'rolled back', from: before, at, by, isAbandoned: false};
	}
	return {
		kind: 'told',
		revision: before,
		because: `noted on the service: it had the traffic before ${whole}`,
	};
}

/**
 * Where the spec was changed once since the note, what it says was pinned is what was there before that: nothing else was in
 * between.
 */
function justBefore(facts: ReleaseFacts, whole: string, note: ReleaseNote): Past | undefined {
	const {service, revisions} = facts;
	if (note.generation !== service.generation - 1 || !wasServed(facts, note)) return undefined;
	const row = note.split.find(({percent}) => percent === 100) ?? rowOfStable(note);
	if (row?.revision === undefined || row.latest || row.revision === whole) return undefined;
	const {revision} = row;
	if (isNewer(orderOf(service, revisions), revision, whole) === true) {
		const isIn = sharesOf(service).some(share => share.revision === revision);
		return isIn
			? undefined
			: {kind: 'rolled back', from: revision, ...leaving(facts, revision), isAbandoned: false};
	}
	if (!isUsable(facts, revision)) return undefined;
	return {kind: 'told', revision, because: `noted on the service: it had the traffic before ${whole}`};
}

const rowOfStable = ({split, stable}: ReleaseNote) =>
	split.find(({revision, percent}) => revision === stable && percent > 0);

/** The note says what was asked for: a split with a row that is not ready users never had. */
function wasServed(facts: ReleaseFacts, {split}: ReleaseNote): boolean {
	return split.every(({revision}) => revision === undefined || unready(facts, revision) === undefined);
}

/** A note from before the last time that any revision came or went cannot speak of the change that did it. */
function isOlderThan(facts: ReleaseFacts, since: number): boolean {
	const made = ownRevisions(facts)?.filter(({createdAt = 0}) => createdAt > since) ?? [];
	return made.some(({routingState}) => routingState === 'active');
}

/** When it left the split, and who changed the service last, where that is told. */
function leaving({service, revisions}: ReleaseFacts, name: string): {at: number | undefined; by: string} {
	const revision = revisions?.find(candidate => candidate.name === name);
	const at = revision?.routingState === 'reserve' ? revision.routingStateModified : undefined;
	return {at, by: service.lastModifier ?? ''};
}

function isUsable(facts: ReleaseFacts, name: string): boolean {
	return mayExist(facts, name) && rejectionOf(facts, name) === undefined;
}

function fromSplitAndRecord(facts: ReleaseFacts, whole: string): Past {
	const {service} = facts;
	const order = orderOf(service, facts.revisions);
	const shares = sharesOf(service);
	// What is not ready may never have been: the Route lists the newest one before it can have traffic.
	const isCandidate = (name: string) =>
		name !== whole &&
		isNewer(order, name, whole) !== true &&
		isUsable(facts, name) &&
		unready(facts, name) === undefined;
	const listed = shares.filter(({revision, percent}) => percent === 0 && isCandidate(revision));
	const left = leftOf(facts, whole);

	const back = rolledBackBy(facts, whole, left);
	if (back?.kind === 'rolled back') return {...back, by: service.lastModifier ?? '', isAbandoned: false};

	const older = left.filter(({name}) => isNewer(order, name, whole) !== true);
	const follows = shares.some(({revision, latest}) => revision === whole && latest);
	// A row that is listed beside it may have had the traffic as well, if the split is another one since, or became one then.
	const isTold = listed.length === 0 || (isUnchangedSince(facts, whole) && !mayBeOfOneWrite(facts, whole));
	if (follows && isTold && back === undefined) {
		const before = meantBefore(facts, whole, older);
		if (before !== undefined && isCandidate(before)) {
			const because = isUnchangedSince(facts, whole)
				? `the latest ready revision until ${whole} came`
				: `the last to leave the split before ${whole} had all of it`;
			return {kind: 'told', revision: before, because};
		}
	}
	const before = listedBefore(facts, whole, older);
	// Where nothing is listed any more, and nothing was when it came, what left last.
	const names = before.length > 0 || listed.length > 0 ? before : lastOf(older);
	const all = [...new Set([...listed.map(({revision}) => revision), ...names, ...leavingNow(facts, whole)])];
	const candidates = all.filter(name => isCandidate(name));
	if (all.length === 0 && back === undefined) return fromEarlierNote(facts, whole) ?? nothing(facts, whole);
	// One of several that may not be gone back to may be the one that had it.
	const isWhole = candidates.length === all.length && back === undefined;
	const [only, ...more] = candidates;
	if (only !== undefined && more.length === 0 && isWhole) return told(only, listed, whole);
	const tagged = isWhole ? byTag(candidates, listed) : undefined;
	if (tagged) return tagged;
	const earlier = lastOf(older.filter(({name}) => isCandidate(name) && !candidates.includes(name)));
	return (
		fromEarlierNote(facts, whole, candidates) ??
		doubtful(whole, isWhole ? candidates : [...candidates, ...earlier], back?.from)
	);
}

/**
 * What the Route has still, though the split lists it no more; and, so that a row beside it is not taken for the only one, what
 * the labeler has not let go of yet.
 */
function leavingNow(facts: ReleaseFacts, whole: string): string[] {
	const {service} = facts;
	const order = orderOf(service, facts.revisions);
	const asked = new Set(sharesOf(service).map(({revision}) => revision));
	const active = (ownRevisions(facts) ?? []).filter(
		({routingState, deleting}) => asked.size > 1 && routingState === 'active' && !deleting,
	);
	return [...service.statusTraffic.map(({revision}) => revision), ...active.map(({name}) => name)].filter(
		name => name !== whole && !asked.has(name) && isNewer(order, name, whole) !== true,
	);
}

/** That nothing can be read is not that there is nothing. */
function nothing({revisions}: ReleaseFacts, whole: string): Past {
	return revisions === undefined
		? {
				kind: 'cannot tell',
				candidates: [],
				because: `Which revision had the traffic before ${whole} cannot be told: the revisions could not be listed.`,
			}
		: {kind: 'none', because: `No revision older than ${whole} is known to have had traffic.`};
}

function told(name: string, listed: readonly Share[], whole: string): Past {
	const row = listed.find(({revision}) => revision === name);
	const tag = row?.tags.find(candidate => candidate === stableTag || candidate === previousTag);
	if (tag !== undefined) return {kind: 'told', revision: name, because: `tagged ${tag}`};
	return {
		kind: 'told',
		revision: name,
		because: row
			? 'the only older one in the split'
			: `the last to leave the split before ${whole} had all of it`,
	};
}

function doubtful(whole: string, candidates: readonly string[], newer: string | undefined): Past {
	const what =
		newer === undefined
			? `which of them had the traffic before ${whole} cannot be told`
			: `${newer} is newer and was in the split, so ${whole} may be a roll back already`;
	return {kind: 'cannot tell', candidates, because: `${candidates.join(', ') || whole}: ${what}.`};
}

/** A tag tells only of what is in the split: one that left it later contradicts a tag that has stayed behind. */
function byTag(candidates: readonly string[], listed: readonly Share[]): Past | undefined {
	if (candidates.some(name => !listed.some(({revision}) => revision === name))) return undefined;
	for (const tag of [stableTag, previousTag]) {
		const tagged = listed.find(({tags}) => tags.includes(tag));
		if (tagged) {
			return {kind: 'told', revision: tagged.revision, because: `tagged ${tag}`};
		}
	}
	return undefined;
}

/** A note about an earlier split settles what the record leaves open. */
function fromEarlierNote(
	facts: ReleaseFacts,
	whole: string,
	candidates?: readonly string[],
): Past | undefined {
	const {note} = noteOf(facts) ?? {};
	if (!note || !wasServed(facts, note)) return undefined;
	const main = wholeOf(note.split) ?? note.stable;
	const earlier = main === whole ? note.previous : main;
	if (earlier === undefined || earlier === whole || !isUsable(facts, earlier)) return undefined;
	const isCandidate = candidates
		? candidates.includes(earlier)
		: main === whole && isNewer(orderOf(facts.service, facts.revisions), whole, earlier) === true;
	if (!isCandidate) return undefined;
	return {kind: 'told', revision: earlier, because: 'it had the traffic when the service was last noted'};
}
