/**
 * A line of a frame as the cells of a terminal. A cell is one number, character and style together, so that two lines
 * are compared as fast as two arrays of numbers.
 */
import type {SureWidth} from './sure-width.js';
import {defaultStyle, type StyleTable} from './styles.js';

/** The upper bits are the style, the lower 21 the code point; 0 in them is the second half of a wide character. */
export type Cell = number;

const codePointBits = 21;
const codePointMask = (1 << codePointBits) - 1;

/** A blank in the default style. */
export const blank: Cell = 0x20;
/** What is on the screen there is not known; equal to no cell of a line. */
export const unknown: Cell = 0xff_ff_ff_ff;

const cellOf = (codePoint: number, style: number): Cell => style * 2 ** codePointBits + codePoint;
/** The code point of the character; blanks are drawn as well. */
export const codePointOf = (cell: Cell): number => cell & codePointMask;
/** The number of its style in a {@link StyleTable}. */
export const styleOf = (cell: Cell): number => cell >>> codePointBits;

const escape = 0x1b;

export type CellLine = {
	/** As it was written, and the style that it began in. Equal ones are equal lines. */
	readonly text: string;
	readonly startStyle: number;
	/** One for every column. Those from `sure` on mean nothing. */
	readonly cells: Uint32Array;
	/** How many columns are known cell by cell: all, or those before a character whose width terminals disagree on. */
	readonly sure: number;
	/** What follows after those, as it was written, and the style it begins in. */
	readonly rest: string;
	readonly restStyle: number;
	readonly endStyle: number;
};

// Made of strings: the linter forbids control characters in patterns, where they are seldom meant.
const ESC = '\u001B';
const bell = '\u0007';
const sgr = new RegExp(`${ESC}\\[([\\d;:]*)m`, 'y');
/** A hyperlink begins or ends: OSC 8. */
const hyperlink = new RegExp(`${ESC}\\]8;[^${bell}${ESC}]*(?:${bell}|${ESC}\\\\)`, 'y');

/** A row without any text, of so many columns. */
export const blankLine = (columns: number): CellLine => ({
	text: '',
	startStyle: defaultStyle,
	cells: new Uint32Array(columns).fill(blank),
	sure: columns,
	rest: '',
	restStyle: defaultStyle,
	endStyle: defaultStyle,
});

/**
 * The cells of `text`, without those that find no room in `columns`. Undefined when there is anything in it but
 * characters, styles and hyperlinks: then nobody can tell what a terminal makes of it.
 */
export function lineOf(
	text: string,
	startStyle: number,
	{columns, styles, widthOf}: {columns: number; styles: StyleTable; widthOf: SureWidth},
): CellLine | undefined {
	const cells = new Uint32Array(columns).fill(blank);
	let style = startStyle;
	let column = 0;
	let index = 0;
	// Where the last character that found room began.
	let last = {index: 0, column: 0, style: startStyle};

	/** Known only as far as before that character: what follows it may belong to it. */
	const upToLast = (): CellLine | undefined => {
		const rest = text.slice(last.index);
		const endStyle = styleAfter(rest, last.style, styles);
		return endStyle === undefined
			? undefined
			: {text, startStyle, cells, sure: last.column, rest, restStyle: last.style, endStyle};
	};

	while (index < text.length) {
		const codePoint = text.codePointAt(index) ?? 0;
		if (codePoint === escape) {
			const applied = sgrAt(text, index, style, styles);
			if (applied?.style === undefined) return upToLast();
			style = applied.style;
			index = applied.end;
			continue;
		}
		const width = widthOf(codePoint);
		if (width === 0 && column <= columns) return upToLast();
		if (column < columns && width > 0) {
			last = {index, column, style};
			const isBlank = codePoint === blank || column + width > columns;
			if (!isBlank) cells[column] = cellOf(codePoint, style);
			else if (!styles.isBlankPlain(style)) cells[column] = cellOf(blank, style);
			if (width === 2 && column + 1 < columns) cells[column + 1] = cellOf(0, style);
		}
		column += width;
		index += codePoint > 0xff_ff ? 2 : 1;
	}
	return {text, startStyle, cells, sure: columns, rest: '', restStyle: defaultStyle, endStyle: style};
}

/** The style that a sequence at `index` leads to and where it ends; undefined when it is no SGR, the style when it is an unknown one. */
function sgrAt(
	text: string,
	index: number,
	from: number,
	styles: StyleTable,
): {style: number | undefined; end: number} | undefined {
	sgr.lastIndex = index;
	const found = sgr.exec(text);
	return found ? {style: styles.apply(from, found[1] ?? ''), end: sgr.lastIndex} : undefined;
}

/**
 * The style after a text that is written as it is; undefined when there is more in it than characters, styles and
 * hyperlinks. After a style that is not known the terminal is reset, so that no later line is drawn in it.
 */
function styleAfter(text: string, startStyle: number, styles: StyleTable): number | undefined {
	let style = startStyle;
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		if (code >= blank && (code < 0x7f || code > 0x9f)) continue;
		if (code !== escape) return undefined;
		const applied = sgrAt(text, index, style, styles);
		hyperlink.lastIndex = index;
		if (applied) {
			style = applied.style ?? defaultStyle;
			index = applied.end - 1;
		} else if (hyperlink.test(text)) index = hyperlink.lastIndex - 1;
		else return undefined;
	}
	return style;
}
