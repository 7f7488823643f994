/**
 * What a release is: which revision is new, which one users had, and why. Told from the cluster first; every verb, pane and
 * warning goes by it. Pure.
 */
import type {RevisionView} from '../revision/revision.js';
import {joinedChanges, mayExist, noteOf, ownRevisions, type ReleaseFacts} from './evidence/release-facts.js';
import {pastOf} from './evidence/past.js';
import {takenFromUsers} from './evidence/rolled-back.js';
import {isNewer, keptByGateway, orderOf, sharesOf, type Order, type Share} from './evidence/shares.js';
import {canaryAmong, canaryBeside} from './roles/canary.js';
import type {Doubt, Role} from './roles/role.js';
import {keptButGone, stableAmong} from './roles/stable.js';
import {canaryTag, stableTag} from './verbs/role-tags.js';

export {roleOf, roleWords, type Doubt, type Role, type RoleName} from './roles/role.js';
export type {Change, ReleaseFacts} from './evidence/release-facts.js';

export type Release = {
	/** In the split and being tried, be it with 0 %, or what the split will follow once it is ready. */
	readonly canary: Role | undefined;
	/** What users had when it began. */
	readonly stable: Role | undefined;
	/** The rest of the split. */
	readonly others: readonly Share[];
	/** Who is canary or stable cannot be told: it has to be asked. */
	readonly doubt: Doubt | undefined;
	/** The revision that has 100 %, where one has. */
	readonly whole: string | undefined;
	/** Newer ones that are no part of it, newest first. */
	readonly outside: readonly RevisionView[];
	/** When the split became what it is, and who changed it: milliseconds since 1970; empty where it is not known. */
	readonly since: number | undefined;
	readonly by: string;
	/** Of the Service, made by that change; undefined where it is not known. */
	readonly generation: number | undefined;
	/** In a sentence or two. */
	readonly reason: string;
};

/** What is being tried beside what, as far as the cluster tells it; what it does not tell is undefined, and `doubt` says why. */
export function releaseOf(facts: ReleaseFacts): Release {
	const shares = sharesOf(facts.service);
	const order = orderOf(facts.service, facts.revisions);
	const having = shares.filter(({percent}) => percent > 0);
	const whole = having.length === 1 && having[0]?.percent === 100 ? having[0].revision : undefined;
	const parts = whole === undefined ? mixed(facts, shares, order) : settled(facts, shares, order, whole);
	const {stable, doubt} = parts;
	const canary = parts.canary && toldRolledBack(facts, parts.canary);
	const named = new Set([canary?.revision, stable?.revision]);
	return {
		canary,
		stable,
		doubt,
		whole,
		others: shares.filter(({revision}) => !named.has(revision)),
		outside: outsideOf(facts, shares, canary?.revision ?? whole, order),
		...accountOf(facts),
		reason: [
			canary ? `${canary.revision} is the canary: ${canary.because}.` : 'There is no canary.',
			...(stable ? [`${stable.revision} is stable: ${stable.because}.`] : []),
			...(doubt ? [doubt.because] : []),
		].join(' '),
	};
}

/** What was rolled back is no fresh canary, whoever looks at it. */
function toldRolledBack(facts: ReleaseFacts, canary: Role): Role {
	const guess = canary.percent === 0 ? takenFromUsers(facts, canary.revision, undefined) : undefined;
	return guess ? {...canary, because: `${canary.because}, but ${guess.taken}`, lost: guess.lost} : canary;
}

type ReleaseParts = Pick<Release, 'canary' | 'stable' | 'doubt'>;

/** One revision has everything: there is a canary only beside it, at 0 %. */
function settled(facts: ReleaseFacts, shares: readonly Share[], order: Order, whole: string): ReleaseParts {
	const kept = keptByGateway(facts.service);
	if (kept !== undefined && kept !== whole) {
		const percent = shares.find(({revision}) => revision === kept)?.percent ?? 0;
		return {
			canary: {
				revision: whole,
				percent: 100,
				because: 'to have 100 %, but the route refuses that: users have not got it',
			},
			stable: {
				revision: kept,
				percent,
				because: mayExist(facts, kept) ? 'users still have it' : keptButGone,
			},
			doubt: undefined,
		};
	}
	const canary = canaryBeside(facts, shares, order, whole);
	if (canary && canary.revision !== whole) {
		const stable = {revision: whole, percent: 100, because: 'it has 100 %'};
		return {canary, stable, doubt: undefined};
	}
	if (!canary) {
		return {
			canary,
			stable: {revision: whole, percent: 100, because: 'it has 100 %, and nothing is being tried'},
			doubt: undefined,
		};
	}
	// Its tag has stayed on it with all of the traffic: what users had is what had it before.
	const past = pastOf(facts, whole);
	if (past.kind === 'told') {
		const percent = shares.find(({revision}) => revision === past.revision)?.percent ?? 0;
		return {canary, stable: {revision: past.revision, percent, because: past.because}, doubt: undefined};
	}
	if (past.kind !== 'cannot tell') return {canary, stable: undefined, doubt: undefined};
	const {candidates, because} = past;
	return {canary, stable: undefined, doubt: {about: 'stable', candidates, because}};
}

/** Several revisions have traffic, or none has. */
function mixed(facts: ReleaseFacts, shares: readonly Share[], order: Order): ReleaseParts {
	const found = noteOf(facts);
	const noted = found?.isCurrent ? found.note : undefined;
	const having = shares.filter(({percent}) => percent > 0);
	// No revision has been ready yet: what is deployed is tried beside nothing, and so no canary.
	if (having.length === 0) return {canary: undefined, stable: undefined, doubt: undefined};
	const marked = having.find(({tags}) => tags.includes(stableTag) && !tags.includes(canaryTag));
	const kept = keptByGateway(facts.service);
	const knownStable = [kept, marked?.revision, noted?.stable].find(name =>
		having.some(({revision}) => revision === name),
	);
	const canary = canaryAmong({facts, shares, order, stable: knownStable, noted: noted?.canary});
	if ('candidates' in canary) return {canary: undefined, stable: undefined, doubt: canary};
	const stable = stableAmong({
		facts,
		having,
		canary: canary.revision,
		marked: marked?.revision,
		kept,
		noted: noted?.stable,
	});
	if (stable && 'candidates' in stable) return {canary, stable: undefined, doubt: stable};
	return {canary, stable, doubt: undefined};
}

function outsideOf(
	facts: ReleaseFacts,
	shares: readonly Share[],
	than: string | undefined,
	order: Order,
): RevisionView[] {
	if (than === undefined) return [];
	return (ownRevisions(facts) ?? [])
		.filter(
			({name, deleting}) =>
				!deleting && !shares.some(({revision}) => revision === name) && isNewer(order, name, than) === true,
		)
		.toSorted((a, b) => b.generation - a.generation);
}

/** Who made the split what it is, and when. */
function accountOf(facts: ReleaseFacts): Pick<Release, 'since' | 'by' | 'generation'> {
	// A note has when the change was planned, and its review may have been looked at for long: what was written was written later.
	const written = (at: number) => Math.max(at, facts.service.trafficWrittenAt ?? 0);
	const found = noteOf(facts);
	if (found?.isCurrent) {
		const {since, by, generation} = found.note;
		return {since: written(since), by, generation};
	}
	const last = joinedChanges(facts).at(-1);
	if (last) return {since: written(last.at), by: last.by, generation: last.generation};
	return {since: undefined, by: facts.service.lastModifier ?? '', generation: undefined};
}
