/**
 * Text that others write on the screen (`wall`, a job in the background, a plugin) stands among the cells and reads as if it were
 * the console's. Nobody tells of it; but it moves the cursor. So the terminal is asked for its position before a frame is
 * written, and now and then while none is: where it is not where the last frame has left it, everything is drawn anew.
 *
 * A terminal that answers nothing has a few rows drawn again at a time instead.
 */
import type {FrameClock} from './frame-clock.js';

/** Where the cursor is, from 0. */
export type Position = {readonly row: number; readonly column: number};

/** Milliseconds between two looks at a screen that nothing is written on: each costs a dozen bytes, there and back. */
const interval = 4000;

/** Rows that are drawn again at a time where the terminal does not answer. */
const rowsAtOnce = 2;

/** Milliseconds after which an answer is not waited for any more. */
const lostAfter = 5000;

/** Milliseconds between two repairs, the first time; twice as many after each that did not help, up to the longest. */
const shortest = 500;
const longest = 60_000;

export type ForeignTextOptions = {
	clock: FrameClock;
	/** The bytes that ask; `answered` is called with what the terminal says, if it does. */
	request: (answered: (position: Position) => void) => string;
	/** Where the last frame has left the cursor; undefined where that is not known. */
	cursor: () => Position | undefined;
	/** Whether the line is free and nothing waits for it. */
	isIdle: () => boolean;
	write: (bytes: string) => void;
	/** Draws everything again, or rows only, whatever is thought to be there. */
	redraw: () => void;
	redrawRows: (count: number) => void;
};

export type ForeignTextWatch = {
	/** From now on. `isAnswering`: whether the terminal answers, as far as is known. */
	start(isAnswering: () => boolean): void;
	/** While somebody else has the terminal. */
	pause(): void;
	resume(): void;
	/** What is to be written before a frame: a question, or nothing. `cursor`: where the frame before has left it. */
	beforeFrame(cursor: Position | undefined): string;
};

export function watchForForeignText({
	clock,
	request,
	cursor,
	isIdle,
	write,
	redraw,
	redrawRows,
}: ForeignTextOptions): ForeignTextWatch {
	let isAnswering: (() => boolean) | undefined;
	let isPaused = false;
	/** When the question that is not answered yet was asked. */
	let askedAt = -Infinity;
	let repairs = 0;
	let notBefore = -Infinity;
	let later: (() => void) | undefined;
	let stop: (() => void) | undefined;

	function question(expected: Position | undefined): string {
		const now = clock.now();
		if (!isAnswering?.() || isPaused || !expected || now - askedAt < lostAfter) return '';
		askedAt = now;
		return request(({row, column}) => {
			askedAt = -Infinity;
			if (row === expected.row && column === expected.column) repairs = 0;
			else repair();
		});
	}

	function repair(): void {
		later?.();
		later = undefined;
		if (isPaused) return;
		const now = clock.now();
		// Something that writes all the time, or a terminal that counts otherwise: not at any price.
		if (now < notBefore) {
			later = clock.after(notBefore - now, repair);
			return;
		}

		notBefore = now + Math.min(longest, shortest * 2 ** repairs);
		repairs++;
		redraw();
	}

	function look(): void {
		stop = clock.after(interval, look);
		if (!isIdle()) return;
		if (isAnswering?.()) {
			const asked = question(cursor());
			if (asked !== '') write(asked);
		} else redrawRows(rowsAtOnce);
	}

	return {
		start(answering) {
			isAnswering = answering;
			stop ??= clock.after(interval, look);
		},
		pause() {
			isPaused = true;
			stop?.();
			stop = undefined;
			later?.();
			later = undefined;
		},
		resume() {
			if (!isPaused) return;
			isPaused = false;
			askedAt = -Infinity;
			if (isAnswering) stop ??= clock.after(interval, look);
		},
		beforeFrame: question,
	};
}
