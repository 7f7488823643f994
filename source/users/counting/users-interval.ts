/** A stretch of time as a verdict reads it: requests and failures by revision, in one order. Pure. */
import type {UsersInterval} from '../../stats/users-verdict.js';
import {begunSince} from './judged.js';
import type {LedgerStretch} from './ledger.js';

/** Whether it was counted of every revision, whole. */
export const isCountedWhole = ({byRevision}: LedgerStretch) =>
	[...byRevision.values()].every(({isExact, isCut}) => isExact && !isCut);

/**
 * @param revisions The order of what is given back.
 * @param since Of a revision at 0 % only requests count that certainly began after that moment; milliseconds.
 * @param percents The split, by revision: 0–100.
 */
export function intervalOf(
	stretch: LedgerStretch,
	revisions: readonly string[],
	{
		since,
		percents,
		withOpen,
	}: {
		since: number;
		percents: ReadonlyMap<string, number>;
		/** A revision whose failures are all that it counted. */
		withOpen?: string | undefined;
	},
): UsersInterval {
	const of = (field: 'requests' | 'failed' | 'rejected') =>
		revisions.map(revision => {
			const part = stretch.byRevision.get(revision);
			if (!part) return 0;
			const isUnused = field === 'requests' && (percents.get(revision) ?? 0) === 0;
			if (isUnused) return begunSince(part, stretch, since);
			return part[field] + (field !== 'requests' && revision === withOpen ? (part.open?.[field] ?? 0) : 0);
		});
	return {
		requests: of('requests'),
		failed: of('failed'),
		rejected: of('rejected'),
		seconds: (stretch.to - stretch.from) / 1000,
	};
}
