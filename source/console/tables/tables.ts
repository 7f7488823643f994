/**
 * What a watch told of, kept so that a change costs what it changes and not what there is: thousands of objects must not
 * be sorted and copied again because one of them has another pod. Snapshots are immutable; what did not change since the
 * one before is the same array in both, and the same row: many a change of an object changes nothing that a view has.
 */
import {isDeepStrictEqual} from 'node:util';
import type {RevisionView} from '../../knative/revision/revision.js';
import {compareNames, keyOf, type ObjectName} from './object-name.js';

/** Where the views of a feed are kept, by namespace and name. */
export type Table<View> = {
	/** A view that is as the one before stays what it was. Returns whether it is another. */
	put(view: View): boolean;
	/** Returns whether it was there. */
	drop(object: ObjectName): boolean;
};

export type SortedTable<View> = Table<View> & {
	/** In order of namespace and name; the same array as long as nothing changed. */
	snapshot(): readonly View[];
};

/** Index of the first row that does not come before `wanted`, in rows that are in order of namespace and name. */
export function placeOf(rows: readonly ObjectName[], wanted: ObjectName): number {
	let from = 0;
	let to = rows.length;
	while (from < to) {
		const middle = (from + to) >> 1;
		if (compareNames(rows[middle]!, wanted) < 0) from = middle + 1;
		else to = middle;
	}
	return from;
}

/** The row of that name in rows that are in order of namespace and name, or −1. */
export function indexOfName(rows: readonly ObjectName[], wanted: ObjectName): number {
	const place = placeOf(rows, wanted);
	const row = rows[place];
	return row && compareNames(row, wanted) === 0 ? place : -1;
}

/** Empty. Rows are sorted by namespace and name; a row that says the same as before changes nothing. */
export function createSortedTable<View extends ObjectName>(): SortedTable<View> {
	const rows: View[] = [];
	let current: readonly View[] | undefined = [];
	return {
		put(view) {
			const place = placeOf(rows, view);
			const row = rows[place];
			const isThere = row !== undefined && compareNames(row, view) === 0;
			if (isThere && isDeepStrictEqual(row, view)) return false;
			rows.splice(place, isThere ? 1 : 0, view);
			current = undefined;
			return true;
		},
		drop(object) {
			const place = indexOfName(rows, object);
			if (place === -1) return false;
			rows.splice(place, 1);
			current = undefined;
			return true;
		},
		snapshot() {
			current ??= [...rows];
			return current;
		},
	};
}

export type RevisionTable = Table<RevisionView> & {
	/** By `keyOf` of the service (no name: of bare Configurations), newest first; what has no revision is not in it. */
	snapshot(): ReadonlyMap<string, readonly RevisionView[]>;
};

const newestFirst = (a: RevisionView, b: RevisionView): number =>
	b.generation - a.generation || (a.name < b.name ? -1 : 1);

/** Empty. A revision whose service became another one moves to it. */
export function createRevisionTable(): RevisionTable {
	const services = new Map<string, Map<string, RevisionView>>();
	/** Under which service a revision is kept. */
	const homes = new Map<string, string>();
	const changed = new Set<string>();
	let current: ReadonlyMap<string, readonly RevisionView[]> = new Map();

	const drop = (object: ObjectName): boolean => {
		const key = keyOf(object);
		const home = homes.get(key);
		if (home === undefined) return false;
		homes.delete(key);
		services.get(home)?.delete(key);
		changed.add(home);
		return true;
	};
	return {
		put(view) {
			const key = keyOf(view);
			const home = keyOf({namespace: view.namespace, name: view.service ?? ''});
			if (isDeepStrictEqual(services.get(homes.get(key) ?? '')?.get(key), view)) return false;
			if (homes.get(key) !== home) {
				drop(view);
				homes.set(key, home);
			}
			const group = services.get(home) ?? new Map<string, RevisionView>();
			services.set(home, group.set(key, view));
			changed.add(home);
			return true;
		},
		drop,
		snapshot() {
			if (changed.size === 0) return current;
			const next = new Map(current);
			for (const home of changed) {
				const group = services.get(home);
				if (group && group.size > 0) next.set(home, [...group.values()].toSorted(newestFirst));
				else {
					services.delete(home);
					next.delete(home);
				}
			}
			changed.clear();
			current = next;
			return current;
		},
	};
}
