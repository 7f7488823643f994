/**
Cuts what a terminal sent into single keys. A pure core: `KeyedStdin` adds the stream and the clock.

Grammar: ECMA-48 §5.4 (CSI), xterm's SS3 keys, OSC/DCS/APC strings (answers of the terminal, never typed), bracketed
paste (xterm mode 2004). Over SSH several keys regularly share one read, and one key is regularly cut in two.
*/

import {stripVTControlCharacters} from 'node:util';
import {graphemes} from '../output/graphemes.js';

const ESC = '\u001B';
const BEL = '\u0007';
const STRING_END = `${ESC}\\`;
const PASTE_START = `${ESC}[200~`;
const PASTE_END = `${ESC}[201~`;

/** Kitty's spelling of the Esc key: unlike a bare ESC byte, no parser has to wait to see whether more follows. */
export const ESCAPE_KEY = `${ESC}[27u`;

/** A paste longer than this many UTF-16 units keeps its beginning only; no field of a form is that long. */
export const MAX_PASTE = 65_536;

/** An escape sequence longer than this is noise, not a key. */
const MAX_SEQUENCE = 4096;

/** What is left over at the end of a read, and so what the next read (or the clock) must decide. */
export type Pending =
	| {readonly kind: 'nothing'}
	/** A lone ESC: the Esc key, or the first byte of a sequence that the network cut. */
	| {readonly kind: 'escape'}
	/** The beginning of a control sequence; nobody types that by hand. */
	| {readonly kind: 'sequence'; readonly text: string}
	/** Inside a bracketed paste. `tail` is what might be the beginning of its end marker. */
	| {readonly kind: 'paste'; readonly text: string; readonly tail: string};

export const NOTHING_PENDING: Pending = {kind: 'nothing'};

export type Cut = {
	/** One key each, in Ink's spelling; a paste is one token, `ESC[200~` … `ESC[201~`, with clean text between. */
	readonly keys: readonly string[];
	readonly pending: Pending;
};

type Sequence = {readonly end: number; readonly isKey: boolean} | 'unfinished' | undefined;

const within = (text: string, index: number, low: number, high: number) => {
	const code = text.charCodeAt(index);
	return code >= low && code <= high;
};

/** CSI: parameter bytes 30–3F, intermediate bytes 20–2F, one final byte 40–7E. `start` is after `ESC[`. */
const csi = (text: string, start: number): Sequence => {
	// The Linux console spells F1–F5 `ESC[[A` … `ESC[[E`.
	let index = text[start] === '[' ? start + 1 : start;
	while (within(text, index, 0x20, 0x3f)) {
		index++;
	}

	if (index >= text.length) {
		return 'unfinished';
	}

	return within(text, index, 0x40, 0x7e) ? {end: index + 1, isKey: true} : undefined;
};

/** SS3: optional modifiers, one final byte. `start` is after `ESC O`. */
const ss3 = (text: string, start: number): Sequence => {
	let index = start;
	while (within(text, index, 0x30, 0x39) || text[index] === ';') {
		index++;
	}

	if (index >= text.length) {
		return 'unfinished';
	}

	return within(text, index, 0x40, 0x7e) ? {end: index + 1, isKey: true} : undefined;
};

/** OSC, DCS and APC strings run to ST (or BEL): a terminal's answers. They are swallowed, never taken for typing. */
const controlString = (text: string, start: number): Sequence => {
	const bell = text.indexOf(BEL, start);
	const terminator = text.indexOf(STRING_END, start);
	if (bell === -1 && terminator === -1) {
		return 'unfinished';
	}

	const isBell = bell !== -1 && (terminator === -1 || bell < terminator);
	return {end: isBell ? bell + 1 : terminator + STRING_END.length, isKey: false};
};

const sequenceAt = (text: string, escapeIndex: number): Sequence => {
	const start = escapeIndex + 2;
	switch (text.charAt(escapeIndex + 1)) {
		case '[': {
			return csi(text, start);
		}

		case 'O': {
			return ss3(text, start);
		}

		// Alt+] and Alt+P look the same up to here; only an answer goes on with one of these.
		case ']': {
			return /^\d/.test(text.slice(start)) ? controlString(text, start) : undefined;
		}

		case 'P': {
			return /^[\d>!$+|]/.test(text.slice(start)) ? controlString(text, start) : undefined;
		}

		case '_': {
			return text[start] === 'G' ? controlString(text, start) : undefined;
		}

		default: {
			return undefined;
		}
	}
};

/** How many characters at the end of `text` might be the beginning of the paste's end marker. */
const unfinishedMarker = (text: string): number => {
	for (let length = Math.min(PASTE_END.length - 1, text.length); length > 0; length--) {
		if (PASTE_END.startsWith(text.slice(-length))) {
			return length;
		}
	}

	return 0;
};

/**
Pasted text, made harmless: escape sequences and control characters removed, line ends and tabs made uniform, line ends
around it dropped. Lines inside stay apart with `\n`: a list field makes rows of them.
*/
export const cleanPaste = (text: string): string =>
	stripVTControlCharacters(text)
		.replaceAll(/\r\n?/g, '\n')
		.replaceAll('\t', ' ')
		.replaceAll(/(?!\n)\p{Control}/gu, '')
		.replaceAll(/^\n+|\n+$/g, '');

const pasteToken = (text: string): readonly string[] => {
	const clean = cleanPaste(text);
	return clean === '' ? [] : [PASTE_START + clean + PASTE_END];
};

const plainKeys = (text: string): string[] => {
	const keys: string[] = [];
	// Control characters are keys of their own; CR LF is one Enter (some clients send both); C1 is never a key.
	for (const part of text.split(/(\r\n|\p{Control})/u)) {
		if (part === '\r\n') {
			keys.push('\r');
		} else if (!/^[\u0080-\u009F]$/.test(part)) {
			keys.push(...graphemes(part));
		}
	}

	return keys;
};

/** The line editing keys that people hold Alt for: a word left and right, and deleting one. */
const ALT_KEYS = new Set(['b', 'f', 'd', '\u007F', '\b']);

/**
Cut `chunk`, which follows `before`, into keys.

A terminal spells Alt with a character as ESC and that character in one write; but over SSH the Esc key and the next key
arrive in one read just as well, and those must not be lost. So ESC and a character are two keys, except for the few that
a line editor knows with Alt. In two reads they are always two keys, unless the second one continues a sequence.
*/
export const cutKeys = (before: Pending, chunk: string): Cut => {
	const keys: string[] = [];
	let text = chunk;

	if (before.kind === 'paste') {
		return continuePaste(before, chunk);
	}

	if (before.kind === 'sequence') {
		text = before.text + chunk;
	} else if (before.kind === 'escape') {
		if (chunk[0] === '[' || chunk[0] === 'O') {
			text = ESC + chunk;
		} else {
			keys.push(ESCAPE_KEY);
		}
	}

	let index = 0;
	while (index < text.length) {
		const escapeIndex = text.indexOf(ESC, index);
		if (escapeIndex === -1) {
			keys.push(...plainKeys(text.slice(index)));
			break;
		}

		keys.push(...plainKeys(text.slice(index, escapeIndex)));
		if (escapeIndex === text.length - 1) {
			return {keys, pending: {kind: 'escape'}};
		}

		const sequence = sequenceAt(text, escapeIndex);
		if (sequence === 'unfinished') {
			const rest = text.slice(escapeIndex);
			return {keys, pending: rest.length > MAX_SEQUENCE ? NOTHING_PENDING : {kind: 'sequence', text: rest}};
		}

		if (sequence !== undefined) {
			const key = text.slice(escapeIndex, sequence.end);
			if (key === PASTE_START) {
				const pasted = continuePaste({kind: 'paste', text: '', tail: ''}, text.slice(sequence.end));
				return {keys: [...keys, ...pasted.keys], pending: pasted.pending};
			}

			// An end marker without a beginning is the rest of a paste that was given up.
			if (sequence.isKey && key !== PASTE_END) {
				keys.push(key);
			}

			index = sequence.end;
			continue;
		}

		const next = text.charAt(escapeIndex + 1);
		if (ALT_KEYS.has(next)) {
			keys.push(ESC + next);
			index = escapeIndex + 2;
		} else {
			keys.push(ESCAPE_KEY);
			index = escapeIndex + 1;
		}
	}

	return {keys, pending: NOTHING_PENDING};
};

const continuePaste = (before: Extract<Pending, {kind: 'paste'}>, chunk: string): Cut => {
	const text = before.tail + chunk;
	const end = text.indexOf(PASTE_END);
	if (end === -1) {
		const kept = text.length - unfinishedMarker(text);
		const pasted = (before.text + text.slice(0, kept)).slice(0, MAX_PASTE);
		return {keys: [], pending: {kind: 'paste', text: pasted, tail: text.slice(kept)}};
	}

	const paste = pasteToken((before.text + text.slice(0, end)).slice(0, MAX_PASTE));
	const rest = cutKeys(NOTHING_PENDING, text.slice(end + PASTE_END.length));
	return {keys: [...paste, ...rest.keys], pending: rest.pending};
};
