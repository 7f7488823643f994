/** What a terminal shows, and the bytes that make it show something else. */
import type {Position} from '../foreign-text.js';
import {blankLine, lineOf, type CellLine} from './cells.js';
import {drawLine} from './line-difference.js';
import {Pen} from './pen.js';
import {scrollBetween, scrolled, type FrameScroll} from './scroll.js';
import {defaultStyle, StyleTable} from './styles.js';
import {sureWidth, type SureWidth} from './sure-width.js';

type Drawing = {bytes: string; cursor: Position};

/** Of one screen. What it does not know for certain is sent again. */
export class Displayed {
	readonly #styles = new StyleTable();
	#columns = 0;
	#rows: (CellLine | undefined)[] = [];
	#forgotten = 0;
	#cursor: Position | undefined;
	#widthOf: SureWidth = sureWidth;

	/** What was written on a blank screen as it is; taken apart when there is something to compare it with. */
	#written: string | undefined;

	/** From now on nothing is known of the screen: the next frame is drawn whole. */
	forget(): void {
		this.#rows = [];
		this.#written = undefined;
		this.#cursor = undefined;
	}

	/** How wide characters are in this terminal, as far as that is sure. Nothing is known of the screen from now on, if it is another. */
	set widthOf(widthOf: SureWidth) {
		if (widthOf !== this.#widthOf) this.forget();
		this.#widthOf = widthOf;
	}

	get widthOf(): SureWidth {
		return this.#widthOf;
	}

	/** Of so many rows nothing is known: the next frame draws them whole. Each time the next ones, all in their turn. */
	forgetNext(count: number): void {
		for (let index = 0; index < Math.min(count, this.#rows.length); index++) {
			this.#rows[this.#forgotten++ % this.#rows.length] = undefined;
		}
	}

	/** Where the last frame has left the cursor, from 0; undefined where that is not known. */
	get cursor(): Position | undefined {
		return this.#cursor;
	}

	/** The screen was blanked, and then this was written on it: a frame that it has room for. */
	blanked(columns: number, rows: number, written?: string): void {
		this.#columns = columns;
		this.#written = written;
		this.#cursor = undefined;
		const line = blankLine(columns);
		this.#rows = Array.from({length: rows}, () => line);
	}

	/**
	 * The fewest bytes that bring a frame (lines with styles, as Ink writes them) on a screen of this size; what finds no
	 * room is left out. Empty when it is there already. Undefined when the frame holds something that is neither
	 * character nor style.
	 */
	show(frame: string, columns: number, rows: number): string | undefined {
		if (columns !== this.#columns) this.forget();
		this.#columns = columns;
		if (this.#written !== undefined) this.#rows = this.#linesOf(this.#written, rows) ?? [];
		this.#written = undefined;
		const wanted = this.#linesOf(frame, rows);
		if (!wanted) return undefined;
		const before = Array.from({length: rows}, (_, row) => this.#rows[row]);
		this.#rows = wanted;
		const drawn = this.#draw(before, wanted);
		const scroll = scrollBetween(before, wanted);
		const scrolledFirst = scroll && this.#draw(before, wanted, scroll);
		const best = scrolledFirst && scrolledFirst.bytes.length < drawn.bytes.length ? scrolledFirst : drawn;
		if (best.bytes !== '') this.#cursor = best.cursor;
		return best.bytes;
	}

	#linesOf(frame: string, rows: number): CellLine[] | undefined {
		// Lines that only moved are not taken apart again, and are known to be the same.
		const known = new Map(this.#rows.map(line => [line?.text, line]));
		const blank = blankLine(this.#columns);
		const lines: CellLine[] = [];
		let style = defaultStyle;
		const texts = frame.split('\n');
		for (let row = 0; row < rows; row++) {
			const text = texts[row] ?? '';
			const same = this.#rows[row]?.text === text ? this.#rows[row] : known.get(text);
			const line =
				same?.startStyle === style
					? same
					: text === '' && style === defaultStyle
						? blank
						: lineOf(text, style, {columns: this.#columns, styles: this.#styles, widthOf: this.#widthOf});
			if (!line) return undefined;
			lines.push(line);
			style = line.endStyle;
		}
		return lines;
	}

	#draw(
		before: readonly (CellLine | undefined)[],
		after: readonly CellLine[],
		scroll?: FrameScroll,
	): Drawing {
		const pen = new Pen(this.#styles, this.#columns);
		let shown = before;
		if (scroll) {
			pen.scroll(scroll.top, scroll.bottom, scroll.by);
			shown = scrolled(before, scroll, blankLine(this.#columns));
		}
		for (const [row, line] of after.entries()) {
			if (shown[row] !== line) drawLine(pen, row, {before: shown[row], after: line, widthOf: this.#widthOf});
		}
		return pen.finish();
	}
}
