/** The orders in which services are listed beside that of their names, and that of the revisions of a service. Pure. */
import {serviceState, type ServiceState} from '../../knative/service/service-state.js';
import type {ServiceVerdict} from '../live/verdicts.js';
import type {ServiceView} from '../../knative/service/service.js';
import {splitOrder} from '../../knative/split/split.js';
import {isGone, type Gone} from './selection.js';

export const serviceSorts = ['name', 'trouble', 'age'] as const;
export type ServiceSort = (typeof serviceSorts)[number];

/** A row of the list of services: one that is there, or the place of the selected one that is gone. */
export type ServiceRow = ServiceView | Gone;

/** What is worst first; what a loop says is worse than what Knative does. */
const ranks: Readonly<Record<ServiceState['kind'], number>> = {
	failed: 1,
	serving: 2,
	deleting: 3,
	progressing: 3,
	ready: 5,
};
const releasing = 4;

type Verdicts = ReadonlyMap<string, Pick<ServiceVerdict, 'tone'>>;

function rankOf(row: ServiceRow, verdicts: Verdicts): number {
	if (verdicts.get(row.uid)?.tone === 'bad') return 0;
	// What is gone stays where it was.
	if (isGone(row)) return row.last ? rankOf(row.last, verdicts) : 6;
	const {kind} = serviceState(row);
	const sharing = row.statusTraffic.filter(({percent}) => percent > 0);
	return kind === 'ready' && sharing.length > 1 ? releasing : ranks[kind];
}

/** The newest first. */
const bornAt = (row: ServiceRow) => (isGone(row) ? row.last : row)?.createdAt ?? 0;

const known = new WeakMap<
	readonly ServiceRow[],
	{sort: ServiceSort; bad: string; rows: readonly ServiceRow[]}
>();

/** Rows, which are in order of their names, in another order; the same array for the same rows, order and bad verdicts. */
export function sortedRows(
	rows: readonly ServiceRow[],
	sort: ServiceSort,
	verdicts: Verdicts,
): readonly ServiceRow[] {
	if (sort === 'name') return rows;
	const bad = [...verdicts].flatMap(([uid, {tone}]) => (tone === 'bad' ? [uid] : [])).join(' ');
	const before = known.get(rows);
	if (before?.sort === sort && before.bad === bad) return before.rows;
	// Stable: of those that are alike the order of names stays.
	const sorted =
		sort === 'age'
			? rows.toSorted((one, other) => bornAt(other) - bornAt(one))
			: rows
					.map(row => ({row, rank: rankOf(row, verdicts)}))
					.toSorted((one, other) => one.rank - other.rank)
					.map(({row}) => row);
	known.set(rows, {sort, bad, rows: sorted});
	return sorted;
}

/**
 * Rows of revisions, which are the newest first, with those of the split before the others: in the order in which all panes have
 * them, so that what users get is in sight however many newer ones there are.
 */
export function inSplitFirst<Row extends {readonly name: string}>(
	rows: readonly Row[],
	service: Pick<ServiceView, 'specTraffic' | 'statusTraffic' | 'latestReady'>,
): readonly Row[] {
	const order = splitOrder(service);
	const place = ({name}: Row) => {
		const found = order.indexOf(name);
		return found === -1 ? order.length : found;
	};
	return rows.toSorted((one, other) => place(one) - place(other));
}
