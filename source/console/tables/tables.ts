/**
 * What a watch told of, kept so that a change costs what it changes and not what there is: thousands of objects must not
 * be sorted and copied anew because one of them has another pod. Snapshots are immutable; what did not change since the
 * one before is the same array in both, and the same row: many a change of an object changes nothing that a view has.
 */
import {isDeepStrictEqual} from 'node:util';
import type {RevisionView} from '../../knative/revision/revision.js';

/** Where the views of a feed are kept, by their names. */
export type Table<View> = {
	/** A view that is as the one before stays what it was. */
	put(view: View): void;
	drop(name: string): void;
};

export type SortedTable<View> = Table<View> & {
	/** In order of name; the same array as long as nothing changed. */
	snapshot(): readonly View[];
};

/** Index of the first name that does not come before `name`, in rows that are in order of name. */
export function placeOf(rows: readonly {name: string}[], name: string): number {
	let from = 0;
	let to = rows.length;
	while (from < to) {
		const middle = (from + to) >> 1;
		if (rows[middle]!.name < name) from = middle + 1;
		else to = middle;
	}
	return from;
}

/** The row of that name in rows that are in order of name, or −1. */
export function indexOfName(rows: readonly {name: string}[], name: string): number {
	const place = placeOf(rows, name);
	return rows[place]?.name === name ? place : -1;
}

export function createSortedTable<View extends {name: string}>(): SortedTable<View> {
	const rows: View[] = [];
	let current: readonly View[] | undefined = [];
	return {
		put(view) {
			const place = placeOf(rows, view.name);
			const isThere = rows[place]?.name === view.name;
			if (isThere && isDeepStrictEqual(rows[place], view)) return;
			rows.splice(place, isThere ? 1 : 0, view);
			current = undefined;
		},
		drop(name) {
			const place = indexOfName(rows, name);
			if (place === -1) return;
			rows.splice(place, 1);
			current = undefined;
		},
		snapshot() {
			current ??= [...rows];
			return current;
		},
	};
}

export type RevisionTable = Table<RevisionView> & {
	/** By service name (empty: of a bare Configuration), newest first; what has no revision is not in it. */
	snapshot(): ReadonlyMap<string, readonly RevisionView[]>;
};

const newestFirst = (a: RevisionView, b: RevisionView): number =>
	b.generation - a.generation || (a.name < b.name ? -1 : 1);

export function createRevisionTable(): RevisionTable {
	const services = new Map<string, Map<string, RevisionView>>();
	/** Under which service a revision is kept. */
	const homes = new Map<string, string>();
	const changed = new Set<string>();
	let current: ReadonlyMap<string, readonly RevisionView[]> = new Map();

	const drop = (name: string) => {
		const home = homes.get(name);
		if (home === undefined) return;
		homes.delete(name);
		services.get(home)?.delete(name);
		changed.add(home);
	};
	return {
		put(view) {
			const {name} = view;
			const home = view.service ?? '';
			if (isDeepStrictEqual(services.get(homes.get(name) ?? '')?.get(name), view)) return;
			if (homes.get(name) !== home) {
				drop(name);
				homes.set(name, home);
			}
			const group = services.get(home) ?? new Map<string, RevisionView>();
			services.set(home, group.set(name, view));
			changed.add(home);
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
