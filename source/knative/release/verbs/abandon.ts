/** Gives a release up: the canary leaves the split with its tag, and what users run stays. Pure. */
import {dropTag, splitOf, type Split} from '../../split/split.js';
import {isAsked, type Choice, type VerbOptions} from './choice.js';
import {momentBy} from '../../text/moment.js';
import {noteOf, rejectionOf, unmarkedRejections, type ReleaseFacts} from '../evidence/release-facts.js';
import {pastOf} from '../evidence/past.js';
import {sharesOf} from '../evidence/shares.js';
import {releaseOf, type Release} from '../release.js';
import {canaryTag, hasRoleTags, moveTag, previousTag, stableTag} from './role-tags.js';
import {allOn, pinnedSplit, withoutBlocking} from './settled-split.js';

/** A split that is abandoned, and the revision that is to be marked as rejected. */
export type Abandonment =
	Exclude<Choice, {kind: 'split'}> | (Extract<Choice, {kind: 'split'}> & {rejected: string});

/** @param options `to`: the revision to give up, where the split does not tell. */
export function abandon(facts: ReleaseFacts, {to, placeholders, now}: VerbOptions = {}): Abandonment {
	const {service, revisions} = facts;
	const release = releaseOf(facts);
	const {canary, doubt} = release;
	// The mark of one that was given up may not have come to it: that is made good.
	const unmarked = facts.revisions ? unmarkedRejections(facts).map(({revision}) => revision) : [];
	const rejected = to ?? canary?.revision ?? unmarked[0];
	if (rejected === undefined) {
		if (doubt) return {kind: 'ask', question: doubt.because, candidates: doubt.candidates};
		const whole = release.whole ?? 'no revision';
		const given = givenUp(facts, now);
		if (given !== undefined) {
			return {kind: 'refused', reason: `${given}: ${whole} has 100 %.`, already: true};
		}
		return {kind: 'refused', reason: `${service.name} has no canary to abandon: ${whole} has 100 %.`};
	}
	if (
		canary &&
		canary.revision !== rejected &&
		release.whole !== rejected &&
		canary.revision !== release.whole
	) {
		return besideRelease(facts, release, rejected);
	}
	const kept = keptBy(facts, release, rejected);
	if (typeof kept !== 'string') return kept;
	const notes: string[] = [];
	const before = splitOf(service);
	const fit = withoutBlocking(service, allOn(service, kept), revisions, notes);
	let split: Split = fit.filter(({key}) => key !== rejected);
	if (split.some(({tags}) => tags.includes(canaryTag))) split = dropTag(split, canaryTag);
	if (hasRoleTags(before) && before.some(({tags}) => tags.includes(stableTag))) {
		split = moveTag(split, kept, stableTag, {service: service.name, placeholders, notes});
	}
	if (split.some(({key, tags}) => key === kept && tags.includes(previousTag))) {
		split = dropTag(split, previousTag);
	}
	if (before.some(row => row.latest && row.percent > 0)) {
		notes.push(`Pins ${kept} (was: follow latest).`);
	}
	if (isAsked(service, split) && rejectionOf(facts, rejected)) {
		if (!unmarked.includes(rejected)) {
			const reason = `${rejected} is out of the split and rejected already.`;
			return {kind: 'refused', reason, already: true};
		}
		notes.unshift(
			`${rejected} is out of the split already; this writes its mark, which it does not bear yet.`,
		);
	}
	return {
		kind: 'split',
		split,
		revision: kept,
		rejected,
		parts: {stable: kept, canary: rejected, previous: undefined},
		notes,
	};
}

/** What the last change of the split has given up. */
function givenUp(facts: ReleaseFacts, now: number | undefined): string | undefined {
	const found = noteOf(facts);
	if (!found?.isCurrent || found.note.verb !== 'abandon' || found.note.canary === undefined) return undefined;
	const {canary, since: at, by} = found.note;
	return `${canary} was given up already${momentBy({at, by}, now)}`;
}

/** One that is not what is being tried: what is, goes on. Its share goes to what users had. */
function besideRelease(facts: ReleaseFacts, {canary, stable}: Release, rejected: string): Abandonment {
	const {service, revisions} = facts;
	const tried = canary?.revision ?? '';
	if (rejected === stable?.revision) {
		const reason = `${rejected} is what users run, beside the canary, ${tried}: promote ${tried}, or roll back to one first.`;
		return {kind: 'refused', reason};
	}
	const before = splitOf(service);
	// What follows the latest is pinned where that is what is given up, and waits for the canary else.
	const isFollowed =
		!before.some(({key}) => key === rejected) &&
		sharesOf(service).some(({revision}) => revision === rejected);
	const rows = isFollowed ? pinnedSplit(service) : before;
	const freed = rows.find(({key}) => key === rejected)?.percent ?? 0;
	if (freed > 0 && !rows.some(({key}) => key === stable?.revision)) {
		const reason = `Which revision is to have the ${freed} % of ${rejected} cannot be told: split them first.`;
		return {kind: 'refused', reason};
	}
	const notes: string[] = [`${tried} is still being tried.`];
	const split = rows
		.filter(({key}) => key !== rejected)
		.map(row => (row.key === stable?.revision ? {...row, percent: row.percent + freed} : row));
	const isUnmarked = revisions && unmarkedRejections(facts).some(({revision}) => revision === rejected);
	if (isAsked(service, split) && rejectionOf(facts, rejected) && !isUnmarked) {
		const reason = `${rejected} is out of the split and rejected already.`;
		return {kind: 'refused', reason, already: true};
	}
	return {
		kind: 'split',
		split: withoutBlocking(service, split, revisions, notes),
		revision: undefined,
		rejected,
		parts: {stable: stable?.revision, canary: tried, previous: undefined},
		notes,
	};
}

/** What users keep: what has the traffic beside the one that is given up. */
function keptBy(
	facts: ReleaseFacts,
	{stable, doubt, whole}: Release,
	rejected: string,
): string | Exclude<Choice, {kind: 'split'}> {
	if (whole !== undefined && whole !== rejected) return whole;
	if (stable && stable.revision !== rejected) return stable.revision;
	// What is asked for here is what to give up: which one users are to keep is another question, of a roll back.
	const first = `Roll back to the one that users are to have first, then give ${rejected} up.`;
	if (doubt?.about === 'stable') return {kind: 'refused', reason: `${doubt.because} ${first}`};
	if (whole === rejected) {
		const past = pastOf(facts, whole);
		if (past.kind === 'told') return past.revision;
		if (past.kind === 'cannot tell') return {kind: 'refused', reason: `${past.because} ${first}`};
	}
	if (doubt) return {kind: 'refused', reason: `${doubt.because} ${first}`};
	const why =
		whole === rejected
			? `${rejected} has all of the traffic, and no other revision is known to have had it`
			: `${rejected} is what users run, and no other revision is known to have been it`;
	return {kind: 'refused', reason: `${why}: roll back to one first.`};
}
