/**
 * What a release is: which revision is new, which one users had, and why. Told from the cluster first; every verb, pane and
 * warning goes by it. Pure.
 */
import type {RevisionView} from '../revision/revision.js';
import {
	joinedChanges,
	mayExist,
	noteOf,
	ownRevisions,
	rejectionOf,
	takenBackOf,
	type ReleaseFacts,
} from './evidence/facts.js';
import {unready} from './verbs/choice.js';
import {pastOf} from './evidence/past.js';
import {canaryTag, stableTag} from './verbs/role-tags.js';
import {
	isNewer,
	keptByGateway,
	newestOf,
	orderOf,
	servedInstead,
	sharesOf,
	waitingLatest,
	type Order,
	type Share,
} from './evidence/shares.js';

export type {Change, ReleaseFacts} from './evidence/facts.js';

export type RoleName = 'canary' | 'stable';

export type Role = {
	readonly revision: string;
	/** Whole percent, 0–100. */
	readonly percent: number;
	/** Why it has this part, as a clause: `tagged canary`. */
	readonly because: string;
};

export type Doubt = {
	readonly about: 'canary' | 'stable';
	/** Which it may be. */
	readonly candidates: readonly string[];
	/** What is known, as a sentence. */
	readonly because: string;
};

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
	/** In a sentence or two. */
	readonly reason: string;
};

/** The part that a revision has in the release; undefined where it has none, or that cannot be told. */
export function roleOf(
	revision: string,
	{canary, stable}: Readonly<Record<RoleName, {readonly revision: string} | undefined>>,
): RoleName | undefined {
	if (revision === canary?.revision) return 'canary';
	return revision === stable?.revision ? 'stable' : undefined;
}

/** `cart-00002 10 %: tagged canary`. */
export const roleWords = ({revision, percent, because}: Role) => `${revision} ${percent} %: ${because}`;

export function releaseOf(facts: ReleaseFacts): Release {
	const shares = sharesOf(facts.service);
	const order = orderOf(facts.service, facts.revisions);
	const having = shares.filter(({percent}) => percent > 0);
	const whole = having.length === 1 && having[0]?.percent === 100 ? having[0].revision : undefined;
	const {canary, stable, doubt} =
		whole === undefined ? mixed(facts, shares, order) : settled(facts, shares, order, whole);
	const parts = new Set([canary?.revision, stable?.revision]);
	return {
		canary,
		stable,
		doubt,
		whole,
		others: shares.filter(({revision}) => !parts.has(revision)),
		outside: outsideOf(facts, shares, canary?.revision ?? whole, order),
		...accountOf(facts),
		reason: [
			canary ? `${canary.revision} is the canary: ${canary.because}.` : 'There is no canary.',
			...(stable ? [`${stable.revision} is stable: ${stable.because}.`] : []),
			...(doubt ? [doubt.because] : []),
		].join(' '),
	};
}

/** Of what the gateway was told last: it leads to nothing. */
const keptButGone = 'users had it, and it does not exist any more';

type Parts = Pick<Release, 'canary' | 'stable' | 'doubt'>;

/** One revision has everything: there is a canary only beside it, at 0 %. */
function settled(facts: ReleaseFacts, shares: readonly Share[], order: Order, whole: string): Parts {
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

/** What was rolled back keeps its tag, but is not being tried any more: what came after it is. */
const wasTried = (facts: ReleaseFacts, share: Share | undefined) =>
	share?.percent === 0 && takenBackOf(facts, share.revision) !== undefined;

function canaryBeside(
	facts: ReleaseFacts,
	shares: readonly Share[],
	order: Order,
	whole: string,
): Role | undefined {
	const waiting = waitingLatest(facts.service);
	const isWaitingTagged = waiting?.row.tags.includes(canaryTag) ?? false;
	const tagged = shares.find(({tags}) => tags.includes(canaryTag) && !tags.includes(stableTag));
	const isOver = wasTried(facts, tagged);
	if (tagged && !isWaitingTagged && !isOver) return roleByTag(tagged);
	if (waiting && rejectionOf(facts, waiting.revision) === undefined) {
		const leads = isWaitingTagged && waiting.row.revision !== undefined;
		return {
			revision: waiting.revision,
			percent: 0,
			because: leads
				? `not ready: until it is, the tag ${canaryTag} leads to ${waiting.row.revision}`
				: 'not ready, but the split follows the latest revision',
		};
	}
	const newer = shares.filter(
		({revision, percent}) =>
			percent === 0 && isNewer(order, revision, whole) === true && rejectionOf(facts, revision) === undefined,
	);
	const newest = newestOf(
		order,
		newer.map(({revision}) => revision),
	);
	if (tagged && isOver && (newest === undefined || newest === tagged.revision)) return roleByTag(tagged);
	if (newest === undefined) return undefined;
	return {
		revision: newest,
		percent: 0,
		because: `listed at 0 %, and newer than ${whole}`,
	};
}

const roleByTag = ({revision, percent}: Share): Role => ({
	revision,
	percent,
	because: `tagged ${canaryTag}`,
});

/** Several revisions have traffic, or none has. */
function mixed(facts: ReleaseFacts, shares: readonly Share[], order: Order): Parts {
	const found = noteOf(facts);
	const noted = found?.isCurrent ? found.note : undefined;
	const having = shares.filter(({percent}) => percent > 0);
	// No revision has been ready yet: what is deployed is tried beside nothing, and so no canary.
	if (having.length === 0) return {canary: undefined, stable: undefined, doubt: undefined};
	const marked = having.find(({tags}) => tags.includes(stableTag) && !tags.includes(canaryTag));
	const kept = keptByGateway(facts.service);
	const had = [kept, marked?.revision, noted?.stable].find(name =>
		having.some(({revision}) => revision === name),
	);
	const canary = canaryAmong({facts, shares, order, had, noted: noted?.canary});
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

function canaryAmong({
	facts,
	shares,
	order,
	had,
	noted,
}: {
	facts: ReleaseFacts;
	shares: readonly Share[];
	order: Order;
	had: string | undefined;
	noted: string | undefined;
}): Role | Doubt {
	const tagged = shares.find(({tags}) => tags.includes(canaryTag) && !tags.includes(stableTag));
	if (tagged && !wasTried(facts, tagged)) return roleByTag(tagged);
	const known = shares.find(
		share => share.revision === noted && share.revision !== had && !wasTried(facts, share),
	);
	if (known) {
		const {revision, percent} = known;
		return {revision, percent, because: 'noted on the service'};
	}
	const tried = shares.filter(({revision}) => revision !== had);
	const having = tried.filter(({percent}) => percent > 0);
	const newest =
		having.length === 1 && had !== undefined
			? having[0]?.revision
			: newestOf(
					order,
					having.map(({revision}) => revision),
				);
	// Newer, but no user has it: which of the two is meant the split does not say.
	const newer = tried.filter(
		({revision, percent}) =>
			percent === 0 &&
			newest !== undefined &&
			isNewer(order, revision, newest) === true &&
			rejectionOf(facts, revision) === undefined,
	);
	if (newest === undefined || newer.length > 0) {
		const candidates = (newest === undefined ? having : [...newer, {revision: newest}]).map(
			({revision}) => revision,
		);
		return {
			about: 'canary',
			candidates: candidates.length > 0 ? candidates : shares.map(({revision}) => revision),
			because: `Which revision is the canary cannot be told: none is tagged ${canaryTag}${newest === undefined ? ', and which is the newest is not known' : `, and ${newer[0]?.revision} is newer than ${newest} but has 0 %`}.`,
		};
	}
	const percent = shares.find(({revision}) => revision === newest)?.percent ?? 0;
	const isOlder = had !== undefined && isNewer(order, had, newest) === true;
	return {
		revision: newest,
		percent,
		because: isOlder ? 'the newest one with traffic beside that' : 'the newest one with traffic',
	};
}

function stableAmong({
	facts,
	having,
	canary,
	marked,
	kept,
	noted,
}: {
	facts: ReleaseFacts;
	having: readonly Share[];
	canary: string;
	marked: string | undefined;
	kept: string | undefined;
	noted: string | undefined;
}): Role | Doubt | undefined {
	// Of a split that the route refuses, what users do not have is not what they had.
	const served = servedInstead(facts.service);
	const others = having.filter(({revision}) => revision !== canary);
	const rest = others.filter(({revision}) => served === undefined || (served.get(revision) ?? 0) > 0);
	const of = (revision: string, because: string): Role => ({
		revision,
		percent: rest.find(share => share.revision === revision)?.percent ?? 0,
		because,
	});
	if (kept !== undefined && kept !== canary) {
		const because = 'users still have it, because the route refuses the present split';
		return of(kept, mayExist(facts, kept) ? because : keptButGone);
	}
	if (marked !== undefined && rest.some(({revision}) => revision === marked)) {
		return of(marked, `tagged ${stableTag}, and has traffic`);
	}
	if (rest.some(({revision}) => revision === noted) && noted !== undefined) {
		return of(noted, 'noted on the service');
	}
	const fit = rest.filter(({revision}) => unready(facts, revision) === undefined);
	const most = Math.max(0, ...fit.map(({percent}) => percent));
	const largest = fit.filter(({percent}) => percent === most);
	const [only, ...more] = largest;
	if (!only && kept !== undefined) {
		const candidates = others.map(({revision}) => revision);
		const because = `Which revision to go back to cannot be told: users still have ${kept}, because the route refuses the present split.`;
		return candidates.length === 0 ? undefined : {about: 'stable', candidates, because};
	}
	if (!only) {
		const candidates = rest.map(({revision}) => revision);
		const because = `Which revision users had cannot be told: ${candidates.join(', ')} cannot take traffic now.`;
		return candidates.length === 0 ? undefined : {about: 'stable', candidates, because};
	}
	if (more.length === 0) {
		return of(only.revision, 'the largest share beside the canary');
	}
	const candidates = largest.map(({revision}) => revision);
	return {
		about: 'stable',
		candidates,
		because: `Which revision users had cannot be told: ${candidates.join(' and ')} have ${most} % each.`,
	};
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
function accountOf(facts: ReleaseFacts): {since: number | undefined; by: string} {
	// A note has when the change was planned, and its review may have been looked at for long: what was written was written later.
	const written = (at: number) => Math.max(at, facts.service.trafficWrittenAt ?? 0);
	const found = noteOf(facts);
	if (found?.isCurrent) return {since: written(found.note.since), by: found.note.by};
	const last = joinedChanges(facts).at(-1);
	if (last) return {since: written(last.at), by: last.by};
	return {since: undefined, by: facts.service.lastModifier ?? ''};
}
