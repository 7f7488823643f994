import type {Sequence} from './sequences.js';

/** What a terminal says by itself or when it is asked; never a key. */
export type TerminalReport =
	/** Where the cursor is, from 1 (DSR 6, `CSI row ; column R`). */
	| {readonly kind: 'cursor'; readonly row: number; readonly column: number}
	/** The colour of the background, each part from 0 to 1 (OSC 11). */
	| {readonly kind: 'background'; readonly red: number; readonly green: number; readonly blue: number}
	/** What the terminal can do (DA1); asked last, its answer is the last one. */
	| {readonly kind: 'device attributes'; readonly attributes: readonly number[]}
	/** Which terminal it is, and of which version (DA2, `CSI > … c`). */
	| {readonly kind: 'identity'; readonly attributes: readonly number[]}
	/** That it is there (DSR 5): everything it has sent before was received before. */
	| {readonly kind: 'status'}
	/** Whether its window has the keyboard (mode 1004). */
	| {readonly kind: 'focus'; readonly isFocused: boolean}
	/** Anything else it says: versions, modes, titles. */
	| {readonly kind: 'other'};

/** A part of an X11 colour: one to four hexadecimal digits, of which the largest number is the whole. */
const part = (digits: string): number => Number.parseInt(digits, 16) / (16 ** digits.length - 1);

/** `11;rgb:ffff/ffff/ffff`, also with an alpha that some add. */
const backgroundIn = (body: string): TerminalReport | undefined => {
	const [, red, green, blue] =
		/^11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})(?:\/[\da-f]{1,4})?$/i.exec(body) ?? [];
	return red === undefined || green === undefined || blue === undefined
		? undefined
		: {kind: 'background', red: part(red), green: part(green), blue: part(blue)};
};

/** The report that a whole sequence is; undefined when it is a key, or noise. */
export const reportOf = (sequence: Sequence): TerminalReport | undefined => {
	if (sequence.kind === 'OSC') return backgroundIn(sequence.body) ?? {kind: 'other'};
	if (sequence.kind === 'string') return {kind: 'other'};
	if (sequence.kind !== 'CSI') return undefined;
	const {body, final} = sequence;
	switch (final) {
		// With one parameter at most it is F3; with 1 as the first it may be, and a key that means nothing is no loss.
		case 'R': {
			const [, row, column] = /^\??(\d+);(\d+)(?:;\d+)?$/.exec(body) ?? [];
			return row === undefined || column === undefined
				? undefined
				: {kind: 'cursor', row: Number(row), column: Number(column)};
		}

		case 'c': {
			const attributes = body.slice(1).split(';').map(Number).filter(Number.isFinite);
			if (body.startsWith('?')) return {kind: 'device attributes', attributes};
			if (body.startsWith('>')) return {kind: 'identity', attributes};
			return body.startsWith('=') ? {kind: 'other'} : undefined;
		}

		case 'n': {
			return body === '0' ? {kind: 'status'} : {kind: 'other'};
		}

		case 'I':
		case 'O': {
			return body === '' ? {kind: 'focus', isFocused: final === 'I'} : undefined;
		}

		// Modes, kitty's keyboard, sizes of the window, mouse reports of later protocols.
		case 'y':
		case 'x':
		case 't': {
			return {kind: 'other'};
		}

		case 'u':
		case 'm':
		case 'M': {
			return /^[?<>=]/.test(body) || final === 'M' ? {kind: 'other'} : undefined;
		}

		default: {
			return undefined;
		}
	}
};
