/**
 * Finds parts of a row that are only further left or right in the next one: a line of hints where some come and others go. A
 * terminal moves them for a few bytes (ICH and DCH, ECMA-48 §8.3.64 and §8.3.26).
 */
import {blank, codePointOf, unknown} from './cells.js';

/**
 * From `column` on the row goes right by so many columns, blank ones coming in; left where `by` is negative. What comes in at the
 * right edge then is not known: where a window has become narrower, a row may go on beyond it (xterm.js, and tmux in it).
 */
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
		if (wanted.length - column < worthwhile || differences(row, wanted, column) < worthwhile) break;
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

function hasWide(cells: Uint32Array): boolean {
	for (const cell of cells) if (codePointOf(cell) === 0) return true;
	return false;
}

/** What follows at once is taken first, if it is long enough: what comes after that may have moved by another way. */
function bestShift(shown: Uint32Array, wanted: Uint32Array, column: number): number | undefined {
	const places = drawnPlaces(wanted, column);
	const unmoved = matchesIn(places, shown, wanted, {from: column, by: 0, least: 0});
	let best: {by: number; score: number} | undefined;
	for (let by = -furthest; by <= furthest; by++) {
		if (by === 0) continue;
		const {atOnce, from} = matchesAtOnce(shown, wanted, column, by);
		const isLong = atOnce >= worthwhile;
		const least = unmoved + Math.max(worthwhile, (best?.score ?? 0) + 1) - atOnce;
		const score = isLong
			? wanted.length + atOnce
			: atOnce + matchesIn(places, shown, wanted, {from, by, least}) - unmoved;
		if (score >= worthwhile && score > (best?.score ?? 0)) best = {by, score};
	}
	return best?.by;
}

/** Where something is to be drawn, from `column` on. */
function drawnPlaces(cells: Uint32Array, column: number): Uint32Array {
	const places = new Uint32Array(cells.length - column);
	let count = 0;
	for (let place = column; place < cells.length; place++) {
		if (cells[place] !== blank) places[count++] = place;
	}
	return places.subarray(0, count);
}

/** Cells that are drawn as wanted when the row has moved `by`, up to the first that is not, and where that is. Blank ones are not drawn. */
function matchesAtOnce(
	shown: Uint32Array,
	wanted: Uint32Array,
	column: number,
	by: number,
): {atOnce: number; from: number} {
	// What comes in at the right end is drawn in any case.
	const end = wanted.length + Math.min(0, by);
	let atOnce = 0;
	let place = column + Math.max(0, by);
	for (; place < end && wanted[place] === shown[place - by]; place++) if (wanted[place] !== blank) atOnce++;
	return {atOnce, from: place};
}

/** The same of all of `places` that are at `from` or further; fewer where there cannot be as many as `least`. */
function matchesIn(
	places: Uint32Array,
	shown: Uint32Array,
	wanted: Uint32Array,
	{from, by, least}: {from: number; by: number; least: number},
): number {
	const end = wanted.length + Math.min(0, by);
	let all = 0;
	for (let index = places.length - 1; index >= 0 && all + index + 1 >= least; index--) {
		const place = places[index] ?? 0;
		if (place < from) break;
		if (place < end && wanted[place] === shown[place - by]) all++;
	}
	return all;
}

function differences(shown: Uint32Array, wanted: Uint32Array, column: number): number {
	let count = 0;
	for (let place = column; place < wanted.length; place++) if (shown[place] !== wanted[place]) count++;
	return count;
}

function shiftedRow(shown: Uint32Array, {column, by}: RowShift): Uint32Array {
	const row = shown.slice().copyWithin(column + Math.max(0, by), column - Math.min(0, by));
	return by > 0 ? row.fill(blank, column, column + by) : row.fill(unknown, Math.max(column, row.length + by));
}
