/** A terminal emulator as terminals differ: widths of characters, encodings, whether there is an alternate screen. */
import xterm from '@xterm/headless';
import type {TerminalOptions} from './options.ts';

export type Modes = {
	readonly isAlternateScreen: boolean;
	readonly isCursorVisible: boolean;
	readonly isBracketedPaste: boolean;
	readonly isWrapping: boolean;
};

/** What a terminal is as long as nobody changed it. */
export const untouched: Modes = {
	isAlternateScreen: false,
	isCursorVisible: true,
	isBracketedPaste: false,
	isWrapping: true,
};

/** Enough of the ambiguous characters (UAX #11) for what the console draws with. */
const isAmbiguous = (codePoint: number): boolean =>
	[0xb7, 0xd7, 0xb1, 0xb0].includes(codePoint) || (codePoint >= 0x20_10 && codePoint <= 0x27_17);

/** @param answer Sends the program what it asked for: the colour of the background. */
export const emulate = (options: TerminalOptions, answer: (bytes: string) => void) => {
	const {cols = 120, rows = 40, before = '', hasAlternateScreen = true, charset, background} = options;
	const {isAmbiguousWide = false, isLatin1 = false} = options;
	const emulator = new xterm.Terminal({cols, rows, scrollback: 1000, allowProposedApi: true});
	emulator.write(before);
	if (isAmbiguousWide) {
		emulator.unicode.register({
			version: 'wide',
			wcwidth: codePoint => (isAmbiguous(codePoint) ? 2 : 1),
			// Of the character in the lowest bit whether it joins the one before, then its width (xterm.js, UnicodeService).
			charProperties: codePoint => (isAmbiguous(codePoint) ? 2 : 1) << 1,
		});
		emulator.unicode.activeVersion = 'wide';
	}

	if (background !== undefined) {
		emulator.parser.registerOscHandler(11, data => {
			const [, red, green, blue] = /^#(..)(..)(..)$/.exec(background) ?? [];
			if (data === '?') answer(`\u001B]11;rgb:${red}${red}/${green}${green}/${blue}${blue}\u001B\\`);
			return true;
		});
	}

	let isCursorVisible = true;
	/** Between the beginning and the end of an update (mode 2026): nobody sees what is on the screen by then. */
	let isUpdating = false;
	for (const final of ['h', 'l']) {
		emulator.parser.registerCsiHandler({prefix: '?', final}, parameters => {
			if (parameters.includes(25)) {
				isCursorVisible = final === 'h';
			}

			if (parameters.includes(2026)) isUpdating = final === 'h';

			// Else the emulator's own handler follows.
			return !hasAlternateScreen && parameters.includes(1049);
		});
	}

	const decoder = charset === undefined ? undefined : new TextDecoder(charset);
	const line = (index: number): string => {
		const {active} = emulator.buffer;
		// A line of the emulator may be longer than the screen: it keeps what a narrower window no longer shows.
		return active.getLine(active.baseY + index)?.translateToString(true, 0, emulator.cols) ?? '';
	};

	return {
		emulator,
		isUpdating: () => isUpdating,
		/** As the terminal takes the bytes of it. */
		decoded(data: string): string {
			if (isLatin1) return Buffer.from(data).toString('latin1');
			return decoder ? decoder.decode(Buffer.from(data), {stream: true}) : data;
		},
		/** A row of the screen, without the blanks at its end. */
		line,
		screen: (): string => Array.from({length: emulator.rows}, (_, index) => line(index)).join('\n'),
		modes: (): Modes => ({
			isAlternateScreen: emulator.buffer.active.type === 'alternate',
			isCursorVisible,
			isBracketedPaste: emulator.modes.bracketedPasteMode,
			isWrapping: emulator.modes.wraparoundMode,
		}),
	};
};
