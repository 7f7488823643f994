/** Finds lines of a screen that are only further up or down in the next one. */
import type {CellLine} from './cells.js';

export type FrameScroll = {
	/** The rows, first and last, that a terminal has to scroll. */
	readonly top: number;
	readonly bottom: number;
	/** How far the rows go up; negative where they go down. */
	readonly by: number;
};

/**
 * The scroll that brings most of the lines that changed to where they are wanted. None when fewer than two would be
 * spared. Lines are the same when they are the same object.
 */
export function scrollBetween(
	before: readonly (CellLine | undefined)[],
	after: readonly CellLine[],
): FrameScroll | undefined {
	const places = new Map(before.map((line, row) => [line, row]));
	const votes = new Map<number, number>();
	for (const [row, line] of after.entries()) {
		const place = places.get(line);
		if (place === undefined || before[row] === line) continue;
		votes.set(place - row, (votes.get(place - row) ?? 0) + 1);
	}
	const [by, count] = [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best), [0, 0]);
	if (count < 2) return undefined;
	const run = longestRun(after, (line, row) => before[row + by] === line);
	return by > 0 ? {top: run.from, bottom: run.to - 1 + by, by} : {top: run.from + by, bottom: run.to - 1, by};
}

/** What a terminal shows after it. */
export function scrolled<Item>(rows: readonly Item[], {top, bottom, by}: FrameScroll, blank: Item): Item[] {
	return rows.map((row, index) => {
		if (index < top || index > bottom) return row;
		const from = index + by;
		return from < top || from > bottom ? blank : rows[from]!;
	});
}

/** The longest run of items that pass, as [from, to). */
function longestRun<Item>(
	items: readonly Item[],
	passes: (item: Item, index: number) => boolean,
): {from: number; to: number} {
	let best = {from: 0, to: 0};
	let from = 0;
	for (let index = 0; index <= items.length; index++) {
		if (index < items.length && passes(items[index]!, index)) continue;
		if (index - from > best.to - best.from) best = {from, to: index};
		from = index + 1;
	}
	return best;
}
