/** Text in which no character moves those behind it, however wide a terminal draws it. */
import stringWidth from 'string-width';
import {graphemes} from '../graphemes.js';
import type {SureWidth} from './sure-width.js';

const ESC = '\u001B';
const bell = '\u0007';
const csi = `${ESC}[`;

/** Styles and hyperlinks, with brackets around them: `split` leaves them where they are. */
const sequences = new RegExp(`(${ESC}\\[[\\d;:]*m|${ESC}\\]8;[^${bell}${ESC}]*(?:${bell}|${ESC}\\\\))`);
const invisible = /^\p{Default_Ignorable_Code_Point}+$/u;

/** As Ink counts: what is drawn at all has a cell. */
const columnsOf = (grapheme: string): number => Math.max(1, stringWidth(grapheme));

const isSure = (grapheme: string, width: number, widthOf: SureWidth): boolean => {
	const codePoint = grapheme.codePointAt(0) ?? 0;
	return widthOf(codePoint) === width && String.fromCodePoint(codePoint) === grapheme;
};

/**
 * What follows a grapheme whose width terminals disagree on (an emoji, a flag, a letter with marks) is put in its column,
 * instead of where the terminal's cursor is then. What finds no room is left out.
 *
 * @param text Characters, styles and hyperlinks.
 * @param start The column, from 0, in which it begins.
 * @returns the bytes, and the column in which the cursor is then: `columns` where that is behind the last one.
 */
export function placed(
	text: string,
	start: number,
	columns: number,
	widthOf: SureWidth,
): {bytes: string; end: number} {
	let bytes = '';
	let column = start;
	let isPlaced = true;
	let isFull = false;
	const place = () => {
		if (!isPlaced && column < columns) bytes += `${csi}${column + 1}G`;
		isPlaced = true;
	};
	for (const [index, part] of text.split(sequences).entries()) {
		if (index % 2 === 1) {
			bytes += part;
			continue;
		}
		for (const grapheme of graphemes(part)) {
			if (isFull || invisible.test(grapheme)) continue;
			const width = columnsOf(grapheme);
			isFull = column + width > columns;
			if (isFull) continue;
			place();
			bytes += grapheme;
			column += width;
			isPlaced = isSure(grapheme, width, widthOf);
		}
	}
	place();
	return {bytes, end: column};
}
