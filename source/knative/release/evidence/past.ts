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
	second,
	toSecond,
	type ReleaseFacts,
} from './facts.js';
import {unready} from '../verbs/choice.js';
import {moment} from '../../text/moment.js';
import {isNewer, keptByGateway, orderOf, sharesOf, type Share} from './shares.js';
import {previousTag, stableTag} from '../verbs/role-tags.js';

export type Past =
	/** It had the traffic before; older than what has it now. */
	| {kind: 'told'; revision: string; /** As a clause: `tagged previous`. */ because: string}
	/** What has it now was rolled back to: the one before was newer. */
	| {kind: 'rolled back'; from: string; at: number | undefined; by: string; isAbandoned: boolean}
	/** Nothing else is known to have had it. */
	| {kind: 'none'; because: string}
	/** Proof is missing, or contradicts itself. */
	| {kind: 'cannot tell'; candidates: readonly string[]; because: string};

/** A Revision that no Route lists any more, and since when. */
type Left = {name: string; at: number; createdAt: number};

/** @param whole The revision that has 100 % now. */
export function pastOf(facts: ReleaseFacts, whole: string): Past {
	return withMemory(facts, whole, fromNote(facts, whole) ?? fromSplitAndRecord(facts, whole));
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
	const kept = keptByGateway(service);
	if (kept !== undefined && kept !== whole) {
		const because = 'users still have it, because the route refuses the present split';
		return isNewer(order, kept, whole) === true || !isUsable(facts, kept)
			? {kind: 'cannot tell', candidates: [kept], because: `${kept}: ${because}.`}
			: {kind: 'told', revision: kept, because};
	}
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
	if (back?.kind === 'rolled back') return back;

	const older = left.filter(({name}) => isCandidate(name));
	const follows = shares.some(({revision, latest}) => revision === whole && latest);
	if (follows && listed.every(({tags}) => !tags.includes(previousTag))) {
		const before = meantBefore(facts, whole, older, order);
		if (before !== undefined && back === undefined) {
			return {
				kind: 'told',
				revision: before,
				because: `the latest ready revision until ${whole} came`,
			};
		}
	}
	const candidates = candidatesOf(facts, whole, {listed, older});
	if (candidates.length === 0 && back === undefined) {
		return fromEarlierNote(facts, whole) ?? nothing(facts, whole);
	}
	const [only, ...more] = candidates;
	if (only !== undefined && more.length === 0 && back === undefined) return told(only, listed, whole);
	const tagged = back === undefined ? byTag(candidates, listed) : undefined;
	if (tagged) return tagged;
	return fromEarlierNote(facts, whole, candidates) ?? doubtful(whole, candidates, back?.from);
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

/** Those that a Route listed once, as their record says, and that none lists now. */
function leftOf(facts: ReleaseFacts, whole: string): Left[] {
	return (ownRevisions(facts) ?? []).flatMap(
		({name, routingState, routingStateModified: at, createdAt, deleting}) =>
			name !== whole && routingState === 'reserve' && at !== undefined && createdAt !== undefined && !deleting
				? [{name, at, createdAt}]
				: [],
	);
}

/** It was let go as soon as it was made: no split has listed it. */
const wasNeverListed = ({at, createdAt}: Left) => at - createdAt <= second;

/** When the Route began to list `whole`, the last time. */
function arrivalOf(facts: ReleaseFacts, whole: string): {created: number; arrived: number} | undefined {
	const revision = facts.revisions?.find(({name}) => name === whole);
	if (revision?.createdAt === undefined) return undefined;
	const {createdAt: created, routingState, routingStateModified} = revision;
	return {created, arrived: routingState === 'active' ? (routingStateModified ?? created) : created};
}

/**
 * That a newer revision was in the split and is out of it again. Proven where `whole` came back at the moment when that
 * one left; else it may be a revision that the labeler has merely taken its time to let go of.
 */
function rolledBackBy(
	facts: ReleaseFacts,
	whole: string,
	left: readonly Left[],
): Extract<Past, {kind: 'rolled back'}> | {kind: 'perhaps'; from: string} | undefined {
	const order = orderOf(facts.service, facts.revisions);
	const last = left.filter(candidate => !wasNeverListed(candidate)).toSorted((a, b) => b.at - a.at)[0];
	const newer = left
		.filter(candidate => isNewer(order, candidate.name, whole) === true)
		.toSorted((a, b) => b.at - a.at)
		.find(candidate => !wasNeverListed(candidate));
	if (!newer || !last || last.at - newer.at > second) return undefined;
	const arrival = arrivalOf(facts, whole);
	const cameBack =
		arrival !== undefined &&
		arrival.arrived - arrival.created > second &&
		Math.abs(newer.at - arrival.arrived) <= 2 * second;
	const hasOlder = left.some(({name}) => isNewer(order, whole, name) === true);
	if (!cameBack && hasOlder) return {kind: 'perhaps', from: newer.name};
	return {
		kind: 'rolled back',
		from: newer.name,
		at: newer.at,
		by: facts.service.lastModifier ?? '',
		isAbandoned: false,
	};
}

/**
 * Where all of the traffic follows the latest ready revision, each takes it over from the one before: that is the one
 * which the Route let go of when this one came. Several in the same second are told apart only where the newest was made
 * in that second, too: then it has taken over from the others just before.
 */
function meantBefore(
	facts: ReleaseFacts,
	whole: string,
	older: readonly Left[],
	order: (name: string) => number | undefined,
): string | undefined {
	const arrival = arrivalOf(facts, whole);
	if (!arrival) return undefined;
	// What became ready only after a newer one had was never the latest ready one.
	const readySince = (name: string) =>
		facts.revisions
			?.find(candidate => candidate.name === name)
			?.conditions.find(({type, status}) => type === 'Ready' && status === 'True')?.since ?? 0;
	const came = Math.max(readySince(whole), arrival.created);
	const since = older.filter(
		({name, at}) => at >= toSecond(arrival.created) && readySince(name) <= toSecond(came) + second,
	);
	const last = Math.max(...since.map(({at}) => at));
	const together = since
		.filter(({at}) => last - at <= second)
		.toSorted((a, b) => (order(b.name) ?? 0) - (order(a.name) ?? 0));
	const [newest, ...others] = together;
	if (!newest || (others.length > 0 && last - newest.createdAt > second)) return undefined;
	return newest.name;
}

/**
 * What may have had the traffic before: what the split lists still, at 0 %, and what left it last. Where something is
 * listed, what had left before `whole` came cannot have been the last.
 */
function candidatesOf(
	facts: ReleaseFacts,
	whole: string,
	{listed, older}: {listed: readonly Share[]; older: readonly Left[]},
): string[] {
	const arrival = arrivalOf(facts, whole);
	const arrived = arrival === undefined ? undefined : toSecond(arrival.arrived);
	const ofRecord = older.filter(
		candidate =>
			// In the split when `whole` came into it: however short that was, it was listed.
			(arrived !== undefined && candidate.at >= arrived) ||
			(!wasNeverListed(candidate) && listed.length === 0),
	);
	const last = Math.max(...ofRecord.map(({at}) => at));
	const names = ofRecord.filter(({at}) => last - at <= second).map(({name}) => name);
	return [...listed.map(({revision}) => revision), ...names];
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
	// The note says what was asked for: a split with a row that is not ready users never had.
	const isServed = note?.split.every(
		({revision}) => revision === undefined || unready(facts, revision) === undefined,
	);
	if (!note || !isServed) return undefined;
	const main = note.split.find(({percent}) => percent === 100)?.revision ?? note.stable;
	const had = main === whole ? note.previous : main;
	if (had === undefined || had === whole || !isUsable(facts, had)) return undefined;
	const isCandidate = candidates
		? candidates.includes(had)
		: main === whole && isNewer(orderOf(facts.service, facts.revisions), whole, had) === true;
	if (!isCandidate) return undefined;
	return {kind: 'told', revision: had, because: 'it had the traffic when the service was last noted'};
}
