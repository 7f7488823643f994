/** Which of the usual steps of a release a change of its split leaves out, in words. Pure. */
import {sharesOf} from './evidence/shares.js';
import {releaseOf, type ReleaseFacts} from './release.js';
import type {Split} from '../split/split.js';
import {exactMoment} from '../text/moment.js';

/** Percent of the traffic, each some twice the one before: what few users would see is seen before most do. */
const steps: readonly number[] = [5, 10, 25, 50];

/**
 * `25 % and 50 % (10 % since 12:04:58)`. Of the revision that gains most; undefined where none does, or no step lies between.
 * @param facts With `now` (milliseconds since 1970) also since when the share is what it is.
 */
export function skippedSteps(
	facts: ReleaseFacts & {now?: number | undefined},
	after: Split,
): string | undefined {
	const {canary, stable, whole, since} = releaseOf(facts);
	const before = new Map(sharesOf(facts.service).map(({revision, percent}) => [revision, percent]));
	const main = stable?.revision ?? whole;
	const gains = after.flatMap(({revision}) => {
		if (revision === undefined || revision === main) return [];
		const from = before.get(revision) ?? 0;
		const to = after.reduce((sum, row) => sum + (row.revision === revision ? row.percent : 0), 0);
		return to > from ? [{revision, from, to}] : [];
	});
	// The canary, what begins to be one, or what is given more than either.
	const [tried] = gains.toSorted((one, other) => other.to - one.to);
	if (tried === undefined) return undefined;
	const {from, to} = tried;
	const skipped = steps.filter(step => step > from && step < to).map(step => `${step} %`);
	if (skipped.length === 0) return undefined;
	const named = [skipped.slice(0, -1).join(', '), ...skipped.slice(-1)]
		.filter(part => part !== '')
		.join(' and ');
	const isAnother = canary !== undefined && canary.revision !== tried.revision;
	const lasted =
		isAnother || since === undefined || facts.now === undefined
			? ''
			: ` since ${exactMoment(since, facts.now)}`;
	return `${named} (${isAnother ? `${tried.revision} ` : ''}${from} %${lasted === '' ? ' so far' : lasted})`;
}
