/** A terminal to write on without a program: an emulator behind a stream whose writes may take their time. */
import {EventEmitter} from 'node:events';
import xterm from '@xterm/headless';
import stringWidth from 'string-width';

type Done = (error?: Error | null) => void;

/** What one can see of a cell: a blank has no colour of its own, nor is it bold. */
function look(emulator: InstanceType<typeof xterm.Terminal>, row: number, column: number): string {
	const {active} = emulator.buffer;
	const cell = active.getLine(active.baseY + row)?.getCell(column);
	if (!cell) return 'nothing';
	const ground = `${cell.getBgColorMode()}/${cell.getBgColor()}`;
	const lines = `${cell.isInverse()}${cell.isUnderline()}${cell.isStrikethrough()}${cell.isOverline()}`;
	const chars = cell.getChars() || ' ';
	if (chars === ' ' && cell.getWidth() === 1 && !cell.isInverse()) return `blank ${ground} ${lines}`;
	const ink = `${cell.getFgColorMode()}/${cell.getFgColor()} ${cell.isBold()}${cell.isDim()}${cell.isItalic()}`;
	return `${cell.getWidth() === 0 ? 'half' : chars} ${ink} ${ground} ${lines}`;
}

/** All cells of a screen with their colours, row by row. An emulator has two columns at least, and may be told of one. */
export const cellsOf = (
	emulator: InstanceType<typeof xterm.Terminal>,
	{columns, rows} = {columns: emulator.cols, rows: emulator.rows},
): string[] =>
	Array.from({length: rows}, (_, row) =>
		Array.from({length: columns}, (_unused, column) => look(emulator, row, column)).join(' | '),
	);

const ESC = '\u001B';
/** A style, with brackets around it: `split` leaves it where it is. */
const sequence = new RegExp(`(${ESC}\\[[\\d;:]*m)`);

/** How many columns a terminal draws a code point in; none where it is drawn in the cell of the one before. */
export type Widths = (codePoint: number) => 0 | 1 | 2;

/** Columns that a row goes on with when a window becomes narrower. */
const beyondEdge = 40;

export class FakeTerminal extends EventEmitter {
	readonly isTTY = true;
	columns: number;
	rows: number;
	/** What was written, write by write. */
	readonly written: string[] = [];
	/** Called with every write; a line that is full takes its time there. */
	onWrite: (bytes: string) => void = () => {};
	#emulator: InstanceType<typeof xterm.Terminal>;
	#parsed: Promise<void> = Promise.resolve();

	/** @param widths Where it has others than @xterm/headless, which are those of Unicode 6. */
	constructor(columns: number, rows: number, widths?: Widths) {
		super();
		this.columns = columns;
		this.rows = rows;
		this.#emulator = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
		if (widths) {
			this.#emulator.unicode.register({
				version: 'other',
				wcwidth: widths,
				// In the lowest bit whether it joins the one before, then the width of both (xterm.js, UnicodeService).
				charProperties(codePoint, preceding) {
					const width = widths(codePoint);
					const before = (preceding >> 1) & 3;
					const isJoined = width === 0 && before > 0;
					return isJoined ? (before << 1) | 1 : width << 1;
				},
			});
			this.#emulator.unicode.activeVersion = 'other';
		}
	}

	write(bytes: string, encoding?: BufferEncoding | Done, done?: Done): boolean {
		if (bytes !== '') {
			this.written.push(bytes);
			this.onWrite(bytes);
			this.#parsed = new Promise(resolve => {
				this.#emulator.write(bytes, resolve);
			});
		}
		(typeof encoding === 'function' ? encoding : done)?.();
		return true;
	}

	/** UTF-8 bytes written since the last time. */
	takeBytes(): number {
		return Buffer.byteLength(this.written.splice(0).join(''));
	}

	/**
	 * What is on the screen afterwards is nobody's to know: terminals cut, reflow, scroll or erase, each in its own way, and
	 * the cursor moves along. So this one leaves nothing as it was. A row may go on beyond the right edge, with what a wider
	 * window has shown; what is deleted in it brings that in.
	 */
	resize(columns: number, rows: number): void {
		this.columns = columns;
		this.rows = rows;
		this.#forget();
		this.emit('resize');
	}

	/** The window became smaller and went back at once: whoever looks for its size finds the one that it knows. */
	resizeAndBack(): void {
		this.#forget();
		this.emit('SIGWINCH');
	}

	#forget(): void {
		const {columns, rows} = this;
		const wider = columns + beyondEdge;
		const left = Array.from({length: rows}, (_, row) => `\u001B[${row + 1}H${'▒'.repeat(wider)}`).join('');
		this.#emulator.write('', () => this.#emulator.resize(wider, rows));
		this.#parsed = new Promise(resolve => {
			this.#emulator.write(left, () => {
				this.#emulator.resize(columns, rows);
				resolve();
			});
		});
	}

	/** What there is to see, row by row: every cell with its colours, when all that was written has been read. */
	async cells(): Promise<string[]> {
		await this.#parsed;
		return cellsOf(this.#emulator, this);
	}

	/** The rows without the blanks at their ends. */
	async text(): Promise<string> {
		await this.#parsed;
		const {active} = this.#emulator.buffer;
		return Array.from(
			{length: this.rows},
			(_, row) =>
				active
					.getLine(active.baseY + row)
					?.translateToString(true, 0, this.columns)
					.trimEnd() ?? '',
		).join('\n');
	}

	async isOnAlternateScreen(): Promise<boolean> {
		await this.#parsed;
		return this.#emulator.buffer.active.type === 'alternate';
	}

	async isWrapping(): Promise<boolean> {
		await this.#parsed;
		return this.#emulator.modes.wraparoundMode;
	}
}

const segmenter = new Intl.Segmenter();

/**
 * What a terminal of that size shows when a frame is drawn on it and nothing was there before, each character in the column
 * that is meant, however wide the terminal takes the others to be.
 */
export async function drawnAfresh(
	frame: string,
	columns: number,
	rows: number,
	widths?: Widths,
): Promise<string[]> {
	const terminal = new FakeTerminal(columns, rows, widths);
	terminal.write('\u001B[?7l');
	for (const [row, line] of frame.split('\n').slice(0, rows).entries()) {
		let column = 0;
		const place = () => terminal.write(`\u001B[${row + 1};${column + 1}H`);
		for (const [index, part] of line.split(sequence).entries()) {
			if (index % 2 === 1) terminal.write(part);
			else {
				for (const {segment} of segmenter.segment(part)) {
					const width = Math.max(1, stringWidth(segment));
					if (column + width > columns) break;
					place();
					terminal.write(segment);
					column += width;
				}
			}
		}
		// Nothing of a character reaches beyond the end of the line; the style goes on in the next one.
		place();
		if (column < columns) terminal.write('\u001B7\u001B[m\u001B[K\u001B8');
	}
	return terminal.cells();
}
