/**
 * Finds parts of a row that are only further left or right in the next one: a line of hints where some come and others go. A
 * terminal moves them for a few bytes (ICH and DCH, ECMA-48 §8.3.64 and §8.3.26).
 */
import {blank, codePointOf, type Cell} from './cells.js';

/** From `column` on the row goes right by so many columns, blank ones coming in; left where `by` is negative. */
export type RowShift = {readonly column: number; readonly by: number};

/** How far is looked for what has moved, in columns. */
const furthest = 32;
/** Cells that a shift has to spare, or it is not worth its bytes. */
const worthwhile = 16;
/** Shifts of one row: hints come and go at a few places. */
const most = 3;

/** The shifts, one after the other, and the row after them. Both rows have the same length. */
export function shiftsBetween(
	shown: Uint32Array,
	wanted: Uint32Array,
): {shifts: readonly RowShift[]; shown: Uint32Array} {
	const shifts: RowShift[] = [];
	let row = shown;
	let from = 0;
	while (shifts.length < most) {
		const column = nextDifference(row, wanted, from);
		if (wanted.length - column < worthwhile || matches(row, wanted, column, 0).missing < worthwhile) break;
		// Half of a wide character would be left over.
		if (shifts.length === 0 && (hasWide(row) || hasWide(wanted))) break;
		if (drawnFrom(row, 0) < worthwhile || drawnFrom(wanted, column) < worthwhile) break;
		const by = bestShift(row, wanted, column);
		if (by === undefined) break;
		shifts.push({column, by});
		row = shiftedRow(row, {column, by});
		from = column + Math.max(0, by);
	}
	return {shifts, shown: row};
}

function nextDifference(shown: Uint32Array, wanted: Uint32Array, from: number): number {
	let column = from;
	while (column < wanted.length && shown[column] === wanted[column]) column++;
	return column;
}

/** Cells with something in them, as many as decide it: of a row that was blank nothing can have moved. */
function drawnFrom(cells: Uint32Array, column: number): number {
	let drawn = 0;
	for (let place = column; place < cells.length && drawn < worthwhile; place++) {
		if (cells[place] !== blank) drawn++;
	}
	return drawn;
}

const hasWide = (cells: Uint32Array): boolean => cells.some(cell => codePointOf(cell) === 0);

/** What follows at once is taken first, if it is long enough: what comes after that may have moved by another way. */
function bestShift(shown: Uint32Array, wanted: Uint32Array, column: number): number | undefined {
	const {all: unmoved} = matches(shown, wanted, column, 0);
	let best: {by: number; score: number} | undefined;
	for (let by = -furthest; by <= furthest; by++) {
		if (by === 0) continue;
		const {atOnce, all} = matches(shown, wanted, column, by);
		const score = atOnce >= worthwhile ? wanted.length + atOnce : all - unmoved;
		if (score >= worthwhile && score > (best?.score ?? 0)) best = {by, score};
	}
	return best?.by;
}

/** Cells that are drawn as wanted when the row has moved `by`: those that follow at once, and all; and how many are not. */
function matches(
	shown: Uint32Array,
	wanted: Uint32Array,
	column: number,
	by: number,
): {atOnce: number; all: number; missing: number} {
	let atOnce = 0;
	let all = 0;
	let missing = 0;
	for (let place = column + Math.max(0, by); place < wanted.length; place++) {
		const cell: Cell = shown[place - by] ?? blank;
		const isDrawn = wanted[place] !== blank;
		if (cell !== wanted[place]) missing++;
		else if (isDrawn) {
			all++;
			if (missing === 0) atOnce++;
		}
	}
	return {atOnce, all, missing};
}

function shiftedRow(shown: Uint32Array, {column, by}: RowShift): Uint32Array {
	return shown.map((cell, place) =>
		place < column ? cell : place - by < column ? blank : (shown[place - by] ?? blank),
	);
}
