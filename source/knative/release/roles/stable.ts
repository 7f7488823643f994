/** Which revision of a split users had before the canary, and why. Pure. */
import {mayExist, type ReleaseFacts} from '../evidence/release-facts.js';
import {servedInstead, type Share} from '../evidence/shares.js';
import {unready} from '../verbs/choice.js';
import {stableTag} from '../verbs/role-tags.js';
import type {Doubt, Role} from './role.js';

/** Of what the gateway was told last: it leads to nothing. */
export const keptButGone = 'users had it, and it does not exist any more';

/**
 * What users had, of the revisions that have a part beside the canary; undefined where there is none beside it.
 *
 * @param options.having The revisions with a part.
 * @param options.marked The one tagged stable.
 * @param options.kept What the gateway has in place of a split that the route refuses.
 * @param options.noted What was noted on the service.
 */
export function stableAmong({
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
