/**
 * Bytes for a terminal, as few as will do: it remembers where the cursor is and what it draws in, and takes the shortest
 * way from there.
 */
import {blank, codePointOf, styleOf, type Cell} from './cells.js';
import {defaultStyle, type StyleTable} from './styles.js';

const csi = '\u001B[';

/** Not known: after the last column a terminal may wait to wrap, after a wide character it may stand elsewhere. */
const nowhere = -1;

const bytesOf = (codePoint: number): number =>
	codePoint < 0x80 ? 1 : codePoint < 0x8_00 ? 2 : codePoint < 0x1_00_00 ? 3 : 4;

/** For one update of the screen: it begins where nothing is known of the cursor. */
export class Pen {
	readonly #styles: StyleTable;
	readonly #columns: number;
	#bytes = '';
	#row = nowhere;
	#column = nowhere;
	#style = defaultStyle;
	/** The column after a wide character: only another one may follow there without a move. */
	#afterWide = nowhere;

	/** @param styles That the numbers in the cells mean. The terminal is taken to draw in the default style. */
	constructor(styles: StyleTable, columns: number) {
		this.#styles = styles;
		this.#columns = columns;
	}

	/** All there is to send, and where the cursor is then; the terminal draws in the default style again. */
	finish(): {bytes: string; cursor: {row: number; column: number}} {
		this.#draw(defaultStyle);
		if (this.#bytes !== '' && (this.#row === nowhere || this.#column === nowhere)) this.moveTo(0, 0);
		return {bytes: this.#bytes, cursor: {row: this.#row, column: this.#column}};
	}

	/**
	 * To the cell at `row` and `column`, both from 0. On the way to the right, cells of `line` between here and there are
	 * written again where that takes no more bytes.
	 */
	moveTo(row: number, column: number, line?: Uint32Array): void {
		if (row === this.#row && column === this.#column) return;
		const move = this.#shortestMove(row, column);
		const again = row === this.#row && line ? this.#rewriting(line, this.#column, column) : undefined;
		this.#bytes += again !== undefined && again.bytes <= move.length ? again.text : move;
		this.#row = row;
		this.#column = column;
		this.#afterWide = nowhere;
	}

	/** Draws a cell where the cursor is; `moveTo` comes first. The second half of a wide character draws nothing. */
	put(row: number, column: number, cell: Cell, line: Uint32Array): void {
		const codePoint = codePointOf(cell);
		if (codePoint === 0) return;
		const isWide = column + 1 < this.#columns && codePointOf(line[column + 1] ?? blank) === 0;
		if (!(isWide && row === this.#row && column === this.#afterWide)) this.moveTo(row, column, line);
		if (cell !== blank || !this.#styles.isBlankPlain(this.#style)) this.#draw(styleOf(cell));
		this.#bytes += String.fromCodePoint(codePoint);
		this.#afterWide = isWide ? column + 2 : nowhere;
		this.#column = isWide ? nowhere : column + 1;
		if (column + (isWide ? 2 : 1) >= this.#columns) this.lose();
	}

	/** Blanks from the cursor on, which stays: to the end of the row, or `count` of them. */
	erase(count?: number): void {
		// Some terminals erase in the colours that they draw in.
		this.#draw(defaultStyle);
		this.#bytes += count === undefined ? `${csi}K` : `${csi}${count === 1 ? '' : count}X`;
	}

	/** Moves what is at the cursor and behind it in its row to the right, blanks coming in; to the left where it is negative. */
	shift(by: number): void {
		// What comes in has the colours that the terminal draws in.
		this.#draw(defaultStyle);
		const count = Math.abs(by);
		this.#bytes += `${csi}${count === 1 ? '' : count}${by > 0 ? '@' : 'P'}`;
	}

	/** Text as it is. Where the cursor is afterwards, and what it draws in, is not known. */
	raw(text: string, style: number): void {
		this.#draw(style);
		this.#bytes += `${text}${csi}m`;
		this.#style = defaultStyle;
		this.lose();
	}

	/** Moves the rows from `top` to `bottom` up (or down, where `by` is negative); blank ones come in. */
	scroll(top: number, bottom: number, by: number): void {
		this.#draw(defaultStyle);
		// A line feed in the last row of the region scrolls it, in the first one a reverse index (VT100).
		const [from, step] = by > 0 ? [bottom, '\n'] : [top, '\u001BM'];
		this.#bytes += `${csi}${top + 1};${bottom + 1}r${csi}${from + 1}H${step.repeat(Math.abs(by))}${csi}r`;
		this.lose();
	}

	lose(): void {
		this.#row = nowhere;
		this.#column = nowhere;
		this.#afterWide = nowhere;
	}

	#draw(style: number): void {
		this.#bytes += this.#styles.transition(this.#style, style);
		this.#style = style;
	}

	#shortestMove(row: number, column: number): string {
		const ways = [absolute(row, column)];
		if (row === this.#row) {
			if (column === 0) ways.push('\r');
			else ways.push(`${csi}${column + 1}G`);
			if (this.#column !== nowhere && column > this.#column) ways.push(steps(column - this.#column, 'C'));
		} else if (this.#row !== nowhere && row > this.#row) {
			if (column === this.#column) ways.push(steps(row - this.#row, 'B'));
			if (column === 0 && row === this.#row + 1) ways.push('\r\n');
		}
		return ways.reduce((best, way) => (way.length < best.length ? way : best));
	}

	/** The cells from one column to another as they are, if the terminal draws in their style now. */
	#rewriting(line: Uint32Array, from: number, to: number): {text: string; bytes: number} | undefined {
		// No move is longer than ten bytes.
		if (from === nowhere || to < from || to - from > 10) return undefined;
		let text = '';
		let bytes = 0;
		for (let column = from; column < to; column++) {
			const cell = line[column] ?? blank;
			const fits = cell === blank ? this.#styles.isBlankPlain(this.#style) : styleOf(cell) === this.#style;
			const codePoint = codePointOf(cell);
			// A wide character, of which this may be either half, is no short cut.
			if (
				!fits ||
				codePoint === 0 ||
				bytesOf(codePoint) > 3 ||
				codePointOf(line[column + 1] ?? blank) === 0
			) {
				return undefined;
			}
			text += String.fromCodePoint(codePoint);
			bytes += bytesOf(codePoint);
		}
		return {text, bytes};
	}
}

const steps = (count: number, direction: string) => `${csi}${count === 1 ? '' : count}${direction}`;

function absolute(row: number, column: number): string {
	if (column > 0) return `${csi}${row === 0 ? '' : row + 1};${column + 1}H`;
	return `${csi}${row === 0 ? '' : row + 1}H`;
}
