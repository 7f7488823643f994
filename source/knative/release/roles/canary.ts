/** Which revision of a split is being tried, and why. Pure. */
import {rejectionOf, takenBackOf, type ReleaseFacts} from '../evidence/release-facts.js';
import {isNewer, newestOf, waitingLatest, type Order, type Share} from '../evidence/shares.js';
import {canaryTag, stableTag} from '../verbs/role-tags.js';
import type {Doubt, Role} from './role.js';

/** What was rolled back keeps its tag, but is not being tried any more: what came after it is. */
const wasTried = (facts: ReleaseFacts, share: Share | undefined) =>
	share?.percent === 0 && takenBackOf(facts, share.revision) !== undefined;

/** The canary beside a revision that has 100 %: at 0 %, or that revision itself where it has kept the tag. */
export function canaryBeside(
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

/**
 * The canary of a split of which several revisions have a part.
 *
 * @param options.stable What users had, as far as that is known without knowing the canary.
 * @param options.noted The canary that was noted on the service.
 */
export function canaryAmong({
	facts,
	shares,
	order,
	stable,
	noted,
}: {
	facts: ReleaseFacts;
	shares: readonly Share[];
	order: Order;
	stable: string | undefined;
	noted: string | undefined;
}): Role | Doubt {
	const tagged = shares.find(({tags}) => tags.includes(canaryTag) && !tags.includes(stableTag));
	if (tagged && !wasTried(facts, tagged)) return roleByTag(tagged);
	const known = shares.find(
		share => share.revision === noted && share.revision !== stable && !wasTried(facts, share),
	);
	if (known) {
		const {revision, percent} = known;
		return {revision, percent, because: 'noted on the service'};
	}
	const tried = shares.filter(({revision}) => revision !== stable);
	const having = tried.filter(({percent}) => percent > 0);
	const newest =
		having.length === 1 && stable !== undefined
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
	const isOlder = stable !== undefined && isNewer(order, stable, newest) === true;
	return {
		revision: newest,
		percent,
		because: isOlder ? 'the newest one with traffic beside that' : 'the newest one with traffic',
	};
}
