/**
 * Text that others write on the screen (`wall`, a job in the background, a plugin) stands among the cells and reads as if it were
 * the console's. Nobody tells of it; but it moves the cursor. So the terminal is asked for its position before a frame is
 * written, and now and then while none is: where it is not where the last frame has left it, everything is drawn anew.
 *
 * Text may also have put the cursor back where it was, and some terminals answer nothing. So once the operator has rested from
 * pressing keys, and reads, every row is drawn again, a few at a time; and now and then another one, as long as nobody comes.
 */
import type {FrameClock} from './frame-clock.js';

/** Where the cursor is, from 0. */
export type Position = {readonly row: number; readonly column: number};

/**
 * Milliseconds between two looks at a screen that nothing is written on: each costs a dozen bytes, there and back, and a row. Twice
 * as many after each, up to the longest: whoever comes back presses a key.
 */
const soonest = 4000;
const rarest = 32_000;

/** Rows that are drawn again at a time: at a look; where the terminal does not answer; when the operator has rested. */
const rowsOf = {look: 1, silence: 2, rest: 2};

/** Milliseconds without a key until rows are drawn again, and from some of them to the next: some 300 bytes a second. */
const rest = 3000;
const step = 1000;

/** Milliseconds after which an answer is not waited for any more. */
const lostAfter = 5000;

/** Milliseconds between two repairs, the first time; twice as many after each that did not help, up to the longest. */
const shortest = 500;
const longest = 60_000;

export type ForeignTextOptions = {
	clock: FrameClock;
	/** The bytes that ask; `answered` is called with what the terminal says, if it does. */
	request: (answered: (position: Position) => void) => string;
	/** Whether the line is free and nothing waits for it. */
	isIdle: () => boolean;
	/** Draws everything again, or rows only, whatever is thought to be there. */
	redraw: () => void;
	redrawRows: (count: number) => void;
	/** Rows of the window. */
	rows: () => number;
};

export type ForeignTextWatch = {
	/** From now on. `isAnswering`: whether the terminal answers, as far as is known. */
	start(isAnswering: () => boolean): void;
	/** The operator has pressed a key. */
	keyPressed(): void;
	/** While somebody else has the terminal. */
	pause(): void;
	resume(): void;
	/** What is to be written before a frame: a question, or nothing. `cursor`: where the frame before has left it. */
	beforeFrame(cursor: Position | undefined): string;
};

export function watchForForeignText({
	clock,
	request,
	isIdle,
	redraw,
	redrawRows,
	rows,
}: ForeignTextOptions): ForeignTextWatch {
	let isAnswering: (() => boolean) | undefined;
	let isPaused = false;
	/** When the question that is not answered yet was asked. */
	let askedAt = -Infinity;
	let repairs = 0;
	let notBefore = -Infinity;
	let later: (() => void) | undefined;
	let stop: (() => void) | undefined;
	let interval = soonest;
	/** Rows that are still to be drawn again since the last key. */
	let left = 0;
	let stopStepping: (() => void) | undefined;

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
		const isTold = isAnswering?.() ?? false;
		interval = isTold ? Math.min(rarest, interval * 2) : soonest;
		stop = clock.after(interval, look);
		// Before a frame the terminal is asked.
		if (isIdle()) redrawRows(isTold ? rowsOf.look : rowsOf.silence);
	}

	function takeStep(): void {
		stopStepping = undefined;
		if (isIdle()) {
			redrawRows(rowsOf.rest);
			left -= rowsOf.rest;
		}

		if (left > 0) stopStepping = clock.after(step, takeStep);
	}

	function endWaiting(): void {
		stop?.();
		stop = undefined;
		stopStepping?.();
		stopStepping = undefined;
	}

	return {
		start(answering) {
			isAnswering = answering;
			stop ??= clock.after(interval, look);
		},
		keyPressed() {
			if (!isAnswering || isPaused) return;
			endWaiting();
			interval = soonest;
			stop = clock.after(interval, look);
			left = rows();
			stopStepping = clock.after(rest, takeStep);
		},
		pause() {
			isPaused = true;
			endWaiting();
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
