/**
 * Text that others write on the screen (`wall`, a job in the background, a plugin) stands among the cells and reads as if it were
 * the console's. Nobody tells of it; but it moves the cursor. So the terminal is asked for its position before a frame is
 * written: where it is not where the last frame has left it, everything is drawn again.
 *
 * Text may also have put the cursor back where it was, and some terminals answer nothing. So rows are drawn again all the time, in
 * turn, for a few bytes a second; and every row sooner once the operator has rested from pressing keys, and reads.
 */
import type {FrameClock} from './frame-clock.js';

/** Where the cursor is, from 0. */
export type Position = {readonly row: number; readonly column: number};

/**
 * Bytes a second for rows that are drawn again: for each row once when no key comes any more, and all the time. An idle screen is
 * to cost less than 100 in any ten seconds: beside these there are a row that is in the balance, and what changes of itself.
 */
const rates = {afterKey: 300, always: 75};

/** Milliseconds without a key until rows are drawn again, and from some of them to the next. */
const rest = 3000;
const step = 1000;

/** Bytes of a row, until some were drawn again. */
const usualRow = 150;

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
	/** Draws everything again, or the next rows only, whatever is thought to be there; and says how many bytes these took. */
	redraw: () => void;
	redrawRows: (count: number) => number;
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

/** Does nothing before `start`. Rows are drawn again only while `isIdle`, a few at a time. */
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
	let stopStepping: (() => void) | undefined;
	/** Rows that are still to be drawn again since the last key, and from when on. */
	let left = 0;
	let restedAt = -Infinity;
	/** Bytes that may be sent for rows now; of a row, as the last ones were. */
	let allowance = 0;
	let bytesOfRow = usualRow;

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

	function takeStep(): void {
		stopStepping = clock.after(step, takeStep);
		// What was not sent while it could not be is not sent all at once then.
		if (clock.now() < restedAt || !isIdle()) return;
		const rate = left > 0 ? rates.afterKey : rates.always;
		allowance = Math.min(allowance + (rate * step) / 1000, 2 * rate);
		if (allowance <= 0) return;
		const count = Math.max(1, Math.floor(allowance / bytesOfRow));
		const bytes = redrawRows(count);
		allowance -= bytes;
		bytesOfRow = (bytesOfRow + bytes / count) / 2;
		if (left > 0 && left <= count) allowance = Math.min(allowance, 0);
		left -= count;
	}

	function startStepping(): void {
		stopStepping ??= clock.after(step, takeStep);
	}

	return {
		start(answering) {
			isAnswering = answering;
			startStepping();
		},
		keyPressed() {
			if (!isAnswering || isPaused) return;
			left = rows();
			restedAt = clock.now() + rest;
		},
		pause() {
			isPaused = true;
			stopStepping?.();
			stopStepping = undefined;
			later?.();
			later = undefined;
		},
		resume() {
			if (!isPaused) return;
			isPaused = false;
			askedAt = -Infinity;
			if (isAnswering) startStepping();
		},
		beforeFrame: question,
	};
}
