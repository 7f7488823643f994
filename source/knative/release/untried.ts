/** That a change gives all of the traffic to what is not being tried: a promotion, whatever the verb is called. Pure. */
import {splitOf, type Split} from '../split/split.js';
import {noteOf, rejectionOf, type ReleaseFacts} from './evidence/release-facts.js';
import {isNewer, keptByGateway, orderOf, sharesOf, sharesOfSplit} from './evidence/shares.js';
import {releaseOf} from './release.js';
import {unready} from './verbs/choice.js';
import type {Warning} from './warnings.js';

/** What gets everything by this change and is not what is being tried: now, or as soon as the revision that was made last is ready. */
export function untriedWarning(facts: ReleaseFacts, after: Split): Warning | undefined {
	return untriedNow(facts, after) ?? untriedNext(facts, after);
}

/**
 * The same of a way back to a revision that the operator has named: one without traffic that is newer than what users had is none.
 * Where that cannot be told, nothing holds it up.
 */
export function untriedOnWayBack(facts: ReleaseFacts, after: Split): Warning | undefined {
	const {stable, whole} = releaseOf(facts);
	const main = whole ?? stable?.revision;
	const untried = untriedNow(facts, after);
	if (untried?.revision === undefined || main === undefined) return undefined;
	// Where that cannot be gone back to, whatever is chosen is the way out.
	if (unready(facts, main) !== undefined) return undefined;
	const {revision} = untried;
	const has = sharesOf(facts.service).some(share => share.revision === revision && share.percent > 0);
	return !has && isNewer(orderOf(facts.service, facts.revisions), revision, main) === true
		? untried
		: undefined;
}

const followsWhole = (split: Split) => split.some(({latest, percent}) => latest && percent === 100);

/** Where a split begins to follow the latest one with everything, while that is not ready. */
function untriedNext(facts: ReleaseFacts, after: Split): Warning | undefined {
	const {service} = facts;
	const {latestCreated, latestReady} = service;
	if (!followsWhole(after) || followsWhole(splitOf(service))) return undefined;
	if (latestCreated === undefined || latestReady === undefined || latestCreated === latestReady) {
		return undefined;
	}
	// Of what was rejected it is warned as that.
	if (rejectionOf(facts, latestCreated)) return undefined;
	const sentence = `${latestCreated} gets all of the traffic as soon as it is ready: nobody will have tried it.`;
	return {kind: 'untried', revision: latestCreated, sentence};
}

/**
 * Undefined where no revision gets everything, where it is the canary or has it already, and on every way back: to what users
 * had, to anything older than that, or to what the gateway still has. What was rejected is warned of as that.
 */
function untriedNow(facts: ReleaseFacts, after: Split): Warning | undefined {
	const {service, revisions} = facts;
	const to = sharesOfSplit(service, after).find(({percent}) => percent === 100)?.revision;
	if (to === undefined) return undefined;
	const {canary, stable, whole, doubt} = releaseOf(facts);
	const having = sharesOf(service).filter(({percent}) => percent > 0);
	// Nobody has anything yet.
	if (having.length === 0) return undefined;
	if ([canary?.revision, stable?.revision, whole, keptByGateway(service)].includes(to)) return undefined;
	if (doubt?.candidates.includes(to)) return undefined;
	const order = orderOf(service, revisions);
	// A tag that has stayed on what has everything makes it no less what users have.
	const main = whole ?? stable?.revision;
	if (main !== undefined && isNewer(order, main, to) === true) return undefined;
	if (rejectionOf(facts, to)) return undefined;
	const known = knownOf(facts, to);
	const instead =
		canary && canary.revision !== whole
			? `the canary is ${canary.revision} (${canary.percent} %)`
			: `users have ${main ?? having.map(({revision, percent}) => `${revision} (${percent} %)`).join(', ')}`;
	return {kind: 'untried', revision: to, sentence: `${known}: ${instead}.`};
}

/** What the cluster tells of a revision that is neither what users had nor what is being tried. */
function knownOf(facts: ReleaseFacts, name: string): string {
	const share = sharesOf(facts.service).find(({revision}) => revision === name);
	const tags = share?.tags ?? [];
	const tagged = tags.length === 0 ? '' : ` is tagged ${tags.join(', ')} and`;
	if (share && share.percent > 0) {
		return `${name}${tagged} has ${share.percent} % of users, but is not what is being tried`;
	}
	const {note} = noteOf(facts) ?? {};
	const shares = [note?.split, ...(note?.undo ?? [])].map(split =>
		(split ?? []).reduce((sum, {revision, percent}) => sum + (revision === name ? percent : 0), 0),
	);
	const once = shares.find(percent => percent > 0);
	return once === undefined
		? `${name}${tagged} was in no split that is known to have given it traffic`
		: `${name}${tagged} had ${once} % of users before, but is not what is being tried`;
}

/** The same of a revision that is only being made: nobody can have tried it. */
export function untriedWhenMade(facts: ReleaseFacts, after: Split): Warning | undefined {
	const having = sharesOf(facts.service).filter(({percent}) => percent > 0);
	if (!followsWhole(after) || having.length === 0) return undefined;
	return {
		kind: 'untried',
		sentence: 'The new revision gets all of the traffic as soon as it is ready: nobody will have tried it.',
	};
}
