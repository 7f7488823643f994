/**
 * What users got over time, as their pods count it: the same columns as those of the probes (`chart-columns.ts`), from the
 * stretches between two rounds. Pure.
 */
import {usersCertainty} from '../../users/counting/certainty.js';
import {quantile} from '../../users/counting/quantile.js';
import type {RevisionPart} from '../../users/counting/ledger.js';
import type {LedgerStretch, UsersSplitChange} from '../../users/users.js';
import {columnsFor, gathered, type Chart} from './chart-columns.js';

/** Milliseconds: pods are asked no more often. */
const shortest = 2000;

/**
 * @param stretches Oldest first.
 * @param changes Where the split was changed.
 * @param options.columns Room, in cells.
 * @param options.revisions Of which there is something to be drawn, in that order.
 * @param options.isShareTold Whether it can be told what each gets by now.
 * @param options.hasStatuses Whether errors have a status of their own; else none are drawn.
 */
export function usersChartOf(
	stretches: readonly LedgerStretch[],
	changes: readonly UsersSplitChange[],
	{
		columns,
		revisions,
		hasStatuses = true,
		isShareTold = true,
	}: {columns: number; revisions: readonly string[]; hasStatuses?: boolean; isShareTold?: boolean},
): Chart | undefined {
	const [first] = stretches;
	const last = stretches.at(-1);
	if (!first || !last || columns < 1) return undefined;
	// What has come so far is of the split before one that was changed since.
	const end = Math.max(last.to - 1, changes.at(-1)?.at ?? 0);
	const {start, duration, length, place} = columnsFor(first.from, end, {columns, shortest});
	const held = Array.from({length}, (_, column) => {
		const from = start + column * duration;
		// What reaches into it by a little is of another one.
		return stretches.filter(stretch => {
			const shared = Math.min(stretch.to, from + duration) - Math.max(stretch.from, from);
			return shared >= Math.min(duration, stretch.to - stretch.from) / 4;
		});
	});
	const marks = changes
		.map(change => ({...change, column: place(change.at)}))
		.filter(({column}) => column > 0 && column < length);
	const breaks = new Set(marks.map(({column}) => column));
	const ofColumns = (weigh: Weigh, value: (found: readonly LedgerStretch[]) => number | undefined) =>
		held.map((_, index) => {
			const found = gathered(held, index, {breaks, weigh});
			return found.length === 0 ? undefined : value(found);
		});
	const errorsOf = (which: Which) =>
		ofColumns(counted(which), found => (hasStatuses ? failedPart(which)(found) : undefined));
	return {
		start,
		duration,
		errors: errorsOf(revisionsOf),
		revisions: revisions.map(revision => {
			const own = counted(() => [revision]);
			return {
				revision,
				share: ofColumns(came(revisionsOf), found => {
					const all = sumOf(found, came(revisionsOf));
					const ofRevision = sumOf(
						found,
						came(() => [revision]),
					);
					return all === 0 || !areSharesTold(found) ? undefined : ofRevision / all;
				}),
				errors: errorsOf(() => [revision]),
				p95: ofColumns(own, found => p95Of(found, revision)),
			};
		}),
		marks,
		...(!isShareTold && {isShareOpen: true}),
	};
}

/** As the numbers are told: what would be a guess there is no line here. */
function areSharesTold(found: readonly LedgerStretch[]): boolean {
	const seconds = found.reduce((sum, {from, to}) => sum + (to - from) / 1000, 0);
	const rows = [...new Set(found.flatMap(revisionsOf))].map(revision => {
		const mean = (of: (part: RevisionPart) => number) =>
			found.reduce((sum, {from, to, byRevision}) => {
				const part = byRevision.get(revision);
				return part ? sum + of(part) * ((to - from) / 1000) : sum;
			}, 0) / seconds;
		return {perSecond: mean(part => part.perSecond), ownPerSecond: mean(part => part.ownPerSecond)};
	});
	const isExact = found.every(({byRevision}) =>
		[...byRevision.values()].every(part => part.isExact && !part.isCut),
	);
	return usersCertainty(rows, {seconds, isExact}).told === 'shares';
}

type Weigh = (stretch: LedgerStretch) => number;
type Which = (stretch: LedgerStretch) => readonly string[];

const revisionsOf: Which = ({byRevision}) => [...byRevision.keys()];
const sumOf = (stretches: readonly LedgerStretch[], weigh: Weigh): number =>
	stretches.reduce((sum, stretch) => sum + weigh(stretch), 0);

/** Requests, be they counted or a rate over that time. */
const came =
	(which: Which): Weigh =>
	stretch =>
		which(stretch).reduce((sum, revision) => sum + (stretch.byRevision.get(revision)?.perSecond ?? 0), 0) *
		((stretch.to - stretch.from) / 1000);

/** Requests that were counted: of others it is not told how they went. */
const counted =
	(which: Which): Weigh =>
	stretch =>
		which(stretch).reduce((sum, revision) => sum + (stretch.byRevision.get(revision)?.requests ?? 0), 0);

const failedPart =
	(which: Which) =>
	(found: readonly LedgerStretch[]): number | undefined => {
		const failed = sumOf(found, stretch =>
			which(stretch).reduce((sum, revision) => sum + (stretch.byRevision.get(revision)?.failed ?? 0), 0),
		);
		const all = sumOf(found, counted(which));
		return all === 0 ? undefined : failed / all;
	};

/** Milliseconds. What took longer than the last bound of the histogram is drawn as that bound. */
function p95Of(found: readonly LedgerStretch[], revision: string): number | undefined {
	const buckets = new Map<number, number>();
	for (const {byRevision} of found) {
		for (const [bound, count] of byRevision.get(revision)?.buckets ?? []) {
			buckets.set(bound, (buckets.get(bound) ?? 0) + count);
		}
	}
	const p95 = quantile(buckets, 0.95);
	return p95 === Infinity ? Math.max(0, ...[...buckets.keys()].filter(Number.isFinite)) * 1000 : p95;
}
