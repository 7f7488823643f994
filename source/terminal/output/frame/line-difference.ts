/** Draws over one line of the screen with another one. */
import {blank, codePointOf, unknown, type CellLine} from './cells.js';
import type {Pen} from './pen.js';
import {placed} from './placed.js';
import {shiftsBetween} from './shift.js';
import type {SureWidth} from './sure-width.js';

/** Bytes of `CSI n X` and of the move that has to follow, against which blanks are weighed. */
const eraseBytes = 5;
const moveBytes = 5;

/** @param before What is on the row; undefined when that is not known. */
export function drawLine(
	pen: Pen,
	row: number,
	{before, after, widthOf}: {before: CellLine | undefined; after: CellLine; widthOf: SureWidth},
): void {
	const columns = after.cells.length;
	const shown = before ? before.cells : new Uint32Array(columns).fill(unknown);
	const isRestShown = before
		? before.rest === after.rest && before.sure === after.sure && before.restStyle === after.restStyle
		: after.rest === '';
	if (isRestShown) {
		const hasEnd = after.rest === '';
		const moved = before && hasEnd ? move(pen, row, shown, after.cells) : shown;
		drawCells(pen, row, {shown: moved, wanted: after.cells, from: 0, to: after.sure, hasEnd});
		return;
	}
	// From the first character that terminals disagree on, in either line, the row is blanked and drawn whole.
	let from = Math.min(before?.sure ?? after.sure, after.sure);
	// Not in the middle of a wide one.
	if (codePointOf(after.cells[from] ?? blank) === 0) from--;
	drawCells(pen, row, {shown, wanted: after.cells, from: 0, to: from, hasEnd: false});
	pen.moveTo(row, from);
	pen.erase();
	drawCells(pen, row, {
		shown: new Uint32Array(columns).fill(blank),
		wanted: after.cells,
		from,
		to: after.sure,
		hasEnd: after.rest === '',
	});
	if (after.rest === '') return;
	pen.moveTo(row, after.sure, after.cells);
	const {bytes, end} = placed(after.rest, after.sure, columns, widthOf);
	pen.raw(bytes, after.restStyle);
	// Something drawn wider than thought may reach beyond what follows it.
	if (end < columns) pen.erase();
}

/** What is only further left or right goes there; gives what the row shows then. */
function move(pen: Pen, row: number, before: Uint32Array, after: Uint32Array): Uint32Array {
	const {shifts, shown} = shiftsBetween(before, after);
	for (const {column, by} of shifts) {
		pen.moveTo(row, column);
		pen.shift(by);
	}
	return shown;
}

/** @param hasEnd Whether nothing is beyond `to`, so that blanks may be erased to the end of the row. */
function drawCells(
	pen: Pen,
	row: number,
	{
		shown,
		wanted,
		from,
		to,
		hasEnd,
	}: {shown: Uint32Array; wanted: Uint32Array; from: number; to: number; hasEnd: boolean},
): void {
	for (let column = from; column < to; column++) {
		const cell = wanted[column] ?? blank;
		if (cell === shown[column]) continue;
		if (cell !== blank) {
			pen.put(row, column, cell, wanted);
			continue;
		}
		let last = column;
		let end = column;
		for (; end < to && wanted[end] === blank; end++) {
			if (shown[end] !== blank) last = end;
		}
		const count = last - column + 1;
		const reachesEnd = hasEnd && end === to;
		if (reachesEnd && count > 3) {
			pen.moveTo(row, column, wanted);
			pen.erase();
		} else if (!reachesEnd && count > eraseBytes + moveBytes) {
			pen.moveTo(row, column, wanted);
			pen.erase(count);
		} else {
			for (let place = column; place <= last; place++) pen.put(row, place, blank, wanted);
		}
		column = last;
	}
}
