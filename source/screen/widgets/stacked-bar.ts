/** One bar for all shares, part after part. Pure. */
import {apportion} from '../../knative/split/apportion.js';

/** Where a part of a bar is: its first cell, and how many it has. */
export type BarPart = {readonly from: number; readonly cells: number};

/**
 * The parts of a bar of `width` cells, in proportion to the shares, which sum to 100. What has a share has a cell at least:
 * in a release 1 % is the interesting one.
 * @param percents 0–100 each
 */
export function barParts(percents: readonly number[], width: number): BarPart[] {
	const cells = apportion(percents, Math.max(0, width)).map((count, index) =>
		(percents[index] ?? 0) > 0 && width > 0 ? Math.max(1, count) : 0,
	);
	let over = cells.reduce((sum, count) => sum + count, 0) - Math.max(0, width);
	while (over > 0) {
		const largest = cells.indexOf(Math.max(...cells));
		cells[largest] = Math.max(0, (cells[largest] ?? 0) - 1);
		over--;
	}
	let from = 0;
	return cells.map(count => {
		const part = {from, cells: count};
		from += count;
		return part;
	});
}
