/**
 * Stands between Ink and the terminal. Ink writes whole frames; what goes on to the terminal is only what is not there
 * yet. Over SSH, with little bandwidth and much latency, that is the difference between a console and a slide show.
 *
 * For frames on the alternate screen, without a cursor of their own (Ink's `useCursor`).
 */
import {watchForForeignText, type Position} from './foreign-text.js';
import {Displayed} from './frame/displayed.js';
import {harmless} from './frame/harmless.js';
import {inkStdout} from './frame/ink-stdout.js';
import {createPacedOutput} from './frame/paced-output.js';
import type {TerminalStream} from './frame/terminal-stream.js';
import {frameClock, type FrameClock} from './frame-clock.js';
import {hasSureWidths, sureWidth, sureWidthOfAscii} from './frame/sure-width.js';
import {knownState, stringEnd} from './known-state.js';
import {windowSize} from './window-size.js';
import type {Sight} from '../sight.js';

export type {TerminalStream} from './frame/terminal-stream.js';

const beginUpdate = '\u001B[?2026h';
const endUpdate = '\u001B[?2026l';
const enterAlternateScreen = '\u001B[?1049h';
const leaveAlternateScreen = '\u001B[?1049l';
const home = '\u001B[H';
const eraseDown = '\u001B[J';
const eraseAll = '\u001B[2J';
const hideCursor = '\u001B[?25l';

/** Without wrapping a character that is wider than thought stays in its row. */
const noWrap = '\u001B[?7l';
const wrap = '\u001B[?7h';

/** How long after a change of its size or spelling a screen may wait for a frame of that kind, in milliseconds. */
const frameGrace = 100;

/** A character of two bytes, and of one column but where a terminal takes those that are ambiguous for wide (UAX #11). */
const ambiguous = '·';

/** Cells that it may take, where each byte of it is drawn as something. */
const widest = 4;

/**
 * Milliseconds after which a terminal that has not told is taken never to tell; and in which it may be read what it has told
 * meanwhile, where the program stood still.
 */
const silence = {long: 3000, read: 100};

/** How long after a key a frame is taken for what it brought about, in milliseconds. */
const keyEcho = 100;

export type FrameWriter<Stream = NodeJS.WriteStream> = {
	/** For Ink's `render(…, {stdout})`: the same terminal. Use it with `incrementalRendering: false`. */
	readonly stdout: Stream;
	/** Onto the alternate screen. A `first` frame, of lines that the window has room for, is on it at once. */
	enter(first?: string): void;
	/** Back from it. Nothing if it is left already. */
	leave(): void;
	/** Brings a frame on the screen: lines with styles and nothing else. */
	show(frame: string): void;
	/** Draws the last frame whole, over whatever others have written. */
	redraw(): void;
	/** The operator has pressed a key: on a slow line the next frame goes ahead of those that only bring news. */
	keyPressed(): void;
	/** A frame is complete, also one that was as the frame before and so was not written. For Ink's `onRender`. */
	rendered(): void;
	/** Milliseconds until the line takes the next frame, at most 1000; 0 on one that keeps up. News need not come sooner. */
	wait(): number;
	/**
	Looks for what others write on the screen, and draws over it. `isAnswering`: whether the terminal answers; its answers
	go to the `sight` of the writer.
	*/
	watch(isAnswering: () => boolean): void;
	/** No more questions until `enter`: nobody is about to be there who would read an answer. */
	stopWatching(): void;
	/** From now on frames are spelled like that, the one on the screen too. */
	respell(spell: (frame: string) => string): void;
	/**
	Whether the terminal draws in one column what some draw in two: as soon as it has told, and false when it has not for some
	seconds. Asked for until it tells; from now on somebody reads the answers.
	*/
	onNarrow(listener: (isNarrow: boolean) => void): void;
	/** Of the window, as `stdout` has it: at least 1 each. */
	size(): {columns: number; rows: number};
};

/** Where the kernel tells that the window has changed. */
export type WindowSignals = {
	on(event: 'SIGWINCH', listener: () => void): unknown;
	off(event: 'SIGWINCH', listener: () => void): unknown;
};

export type FrameOptions = {
	clock?: FrameClock;
	/** @default process */
	signals?: WindowSignals;
	/** How often this process has lost its processor to another one so far. */
	preemptions?: () => number;
	/** How a frame is to be spelled; no line may change its width. */
	spell?: (frame: string) => string;
	/** Whether the terminal is taken to draw in one column what some draw in two, until it tells. @default true */
	isNarrow?: boolean;
	/** Is told what is on the screen, and asks the terminal for it behind a frame. */
	sight?: Pick<Sight, 'taken' | 'behind' | 'request'>;
};

/**
 * A stream for Ink in the place of `terminal`. All that Ink writes has to go through it, or it no longer knows what is shown.
 */
export function createFrameWriter<Stream extends TerminalStream>(
	terminal: Stream,
	{
		clock = frameClock,
		signals = process,
		preemptions = () => process.resourceUsage().involuntaryContextSwitches,
		spell: firstSpelling = frame => frame,
		isNarrow: isTakenForNarrow = true,
		sight,
	}: FrameOptions = {},
): FrameWriter<Stream> {
	const displayed = new Displayed();
	if (!isTakenForNarrow) displayed.widthOf = sureWidthOfAscii;
	const output = createPacedOutput(terminal, {
		clock,
		preemptions,
		onReady() {
			if (isDue) schedule();
		},
	});
	const {write} = output;
	let isOnAlternateScreen = false;
	let isUpdating = false;
	let lastKey = -Infinity;
	/** What is to be on the screen, if it may not be there yet, as it was given and as it is spelled, and whether a key brought it about. */
	let given: string | undefined;
	let frame: string | undefined;
	/** What it shows, by its name for `sight`. */
	let shown: string | undefined;
	let isDue = false;
	let isForKey = false;
	let callOff: (() => void) | undefined;
	const size = () => windowSize(terminal);
	let isRendering = false;
	let spell = firstSpelling;
	/** Columns of an ambiguous character, as the terminal has told; and whether it is to be asked for them. */
	let width: number | undefined;
	let isWidthDue = false;
	let tellNarrow: ((isNarrow: boolean) => void) | undefined;
	/** The last frames on the way out ask nothing: the answer would be for the shell. */
	let mayAsk = true;
	const watch = watchForForeignText({
		clock,
		request: answered => sight?.request(answered) ?? '',
		isIdle: () => isRendering && !isDue && output.wait({isForKey: false}) === 0,
		redraw,
		rows: () => size().rows,
		redrawRows(count) {
			const before = output.sent;
			displayed.forgetNext(count);
			if (frame !== undefined) schedule();
			return output.sent - before;
		},
	});

	function paint(): void {
		callOff?.();
		callOff = undefined;
		isDue = false;
		isForKey = false;
		if (frame === undefined) return;
		const cursor = displayed.cursor;
		const bytes = displayed.show(frame, size().columns, size().rows);
		const asked = isRendering && bytes !== '' ? watch.beforeFrame(cursor) + measured() : '';
		if (bytes === undefined) {
			// Not made of lines after all.
			displayed.forget();
			write(asked + home + eraseDown + frame + behind());
		} else {
			const drawn = bytes === '' ? '' : beginUpdate + bytes + endUpdate;
			const all = asked + drawn + behind();
			if (all !== '') write(all);
		}
	}

	/** Only once Ink draws: nobody reads an answer before. */
	function behind(): string {
		return isRendering && mayAsk ? (sight?.behind(shown) ?? '') : '';
	}

	/** What asks how wide a character is, where everything is drawn over: how far the cursor is behind it, and whether it is one at all. */
	function measured(): string {
		if (!isWidthDue || !mayAsk || !sight) return '';
		isWidthDue = false;
		return home + ambiguous + sight.request(told) + home;
	}

	function told({row, column}: Position): void {
		// Of another place it is the answer to something else, or a key that looks like one.
		if (row !== 0 || column < 1 || column > widest || column === width) return;
		width = column;
		takeForNarrow(width === 1);
	}

	function takeForNarrow(isNarrow: boolean): void {
		displayed.widthOf = isNarrow ? sureWidth : sureWidthOfAscii;
		if (frame !== undefined) schedule(frameGrace);
		tellNarrow?.(isNarrow);
	}

	function forget(): void {
		displayed.forget();
		isWidthDue = width === undefined;
	}

	/** Now, or as soon as the line takes it; a newer frame takes its place. */
	function schedule(least = 0): void {
		isDue = true;
		callOff?.();
		callOff = undefined;
		if (output.isStuck) return;
		const wait = Math.max(least, output.wait({isForKey}));
		if (wait > 0) callOff = clock.after(wait, paint);
		else if (!isUpdating) paint();
	}

	/** Whether the terminal has said so of the change that is being signalled: it does before, as it looks on the same signal. */
	let isResizeTold = false;

	function onResize(): void {
		isResizeTold = true;
		forget();
		if (frame !== undefined) schedule(frameGrace);
	}

	/** A window that was another for a moment has the size that it had, and not what was on it: Node says nothing of that. */
	function onWindowSignal(): void {
		if (!isResizeTold) onResize();
		isResizeTold = false;
	}

	function enter(unspelled?: string): void {
		if (isOnAlternateScreen) return;
		given = unspelled;
		const first = spelled();
		isOnAlternateScreen = true;
		terminal.on('resize', onResize);
		signals.on('SIGWINCH', onWindowSignal);
		frame = first;
		const {columns, rows} = size();
		const isSure = first === undefined || hasSureWidths(first, displayed.widthOf);
		displayed.blanked(columns, rows, isSure ? first : undefined);
		mayAsk = true;
		watch.resume();
		isWidthDue = width === undefined;
		// Nothing is looked at yet: this is the first that is seen of the program, and each millisecond counts.
		const plain = first?.replaceAll('\n', '\r\n') ?? '';
		const drawn = isSure ? plain : eraseAll + (displayed.show(first, columns, rows) ?? plain);
		// Not every terminal has another screen: then what the shell has written is on this one.
		const known = stringEnd + enterAlternateScreen + knownState;
		write(known + noWrap + hideCursor + measured() + home + eraseAll + drawn);
	}

	function spelled(): string | undefined {
		return given === undefined ? undefined : harmless(spell(given));
	}

	function redraw(): void {
		forget();
		if (frame !== undefined) schedule();
	}

	function leave(): void {
		if (!isOnAlternateScreen) return;
		watch.pause();
		isOnAlternateScreen = false;
		terminal.off('resize', onResize);
		signals.off('SIGWINCH', onWindowSignal);
		callOff?.();
		callOff = undefined;
		isDue = false;
		isUpdating = false;
		given = undefined;
		frame = undefined;
		displayed.forget();
		write(home + eraseDown + wrap + leaveAlternateScreen);
	}

	function show(text: string): void {
		given = text;
		frame = spelled();
		shown = sight?.taken();
		isForKey ||= clock.now() - lastKey < keyEcho;
		schedule();
	}

	return {
		stdout: inkStdout(terminal, {
			size,
			enter,
			leave,
			show,
			isOnScreen: () => isOnAlternateScreen,
			isUpdating: () => isUpdating,
			begin() {
				isUpdating = true;
			},
			end() {
				isUpdating = false;
				if (isDue) schedule();
			},
			forget: () => displayed.forget(),
		}),
		enter,
		leave,
		show,
		redraw,
		watch: isAnswering => watch.start(isAnswering),
		stopWatching() {
			mayAsk = false;
			watch.pause();
		},
		respell(next) {
			spell = next;
			frame = spelled();
			if (frame !== undefined) schedule(frameGrace);
		},
		onNarrow(listener) {
			tellNarrow = listener;
			if (width !== undefined) listener(width === 1);
			const end = () => width === undefined && takeForNarrow(false);
			clock.after(silence.long, () => void clock.after(silence.read, end));
		},
		keyPressed() {
			lastKey = clock.now();
			watch.keyPressed();
		},
		rendered() {
			isRendering = true;
			const same = sight?.taken();
			if (same === undefined) return;
			shown = same;
			const asked = isDue || !isOnAlternateScreen ? '' : behind();
			if (asked !== '') write(asked);
		},
		wait: () => output.wait({isForKey: false}),
		size,
	};
}
