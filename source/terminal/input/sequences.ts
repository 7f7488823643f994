/**
Where one control sequence ends in what a terminal has sent: ECMA-48 §5.4 (CSI), xterm's SS3 keys, mouse reports of xterm's
first protocols, and control strings (OSC, DCS, APC, PM, SOS), which are answers of the terminal. Each with ESC and a
letter, or with the 8-bit control character.
*/

export const escape = '\u001B';
const bell = '\u0007';

export type Sequence =
	/** `body`: parameter and intermediate bytes. */
	| {readonly kind: 'CSI' | 'SS3'; readonly body: string; readonly final: string; readonly end: number}
	/** `body`: up to the terminator. */
	| {readonly kind: 'OSC' | 'string'; readonly body: string; readonly end: number}
	/** Of no use to anybody: a mouse report, or a sequence that something else cut off. */
	| {readonly kind: 'noise'; readonly end: number}
	/** The rest may come with the next read. */
	| {readonly kind: 'unfinished'};

const unfinished: Sequence = {kind: 'unfinished'};

type Introducer = 'CSI' | 'SS3' | 'OSC' | 'string';

const eightBit: Readonly<Record<string, Introducer>> = {
	'\u009B': 'CSI',
	'\u008F': 'SS3',
	'\u009D': 'OSC',
	'\u0090': 'string',
	'\u0098': 'string',
	'\u009E': 'string',
	'\u009F': 'string',
};

const stringTerminator = '\u009C';

/** Any character that begins a sequence, or may do so. */
export const introducers = new RegExp(`[${escape}${Object.keys(eightBit).join('')}]`, 'u');

/**
What follows ESC and the letter, for it to be an answer: Alt+] and Alt+P look the same up to there. OSC: a number, or the
letter of a title (xterm, CSI 20 t); DCS: parameters or what xterm's answers begin with; APC: kitty's graphics.
*/
const answers: Readonly<Record<string, {readonly kind: 'OSC' | 'string'; readonly begin: RegExp}>> = {
	']': {kind: 'OSC', begin: /^[\dlL]/},
	P: {kind: 'string', begin: /^[\d>!$+|]/},
	_: {kind: 'string', begin: /^G/},
};

const isWithin = (text: string, index: number, low: number, high: number): boolean => {
	const code = text.charCodeAt(index);
	return code >= low && code <= high;
};

/** Mouse reports without parameters: the letter → how many characters follow it (xterm: X10 and highlight tracking). */
const mouse: Readonly<Record<string, number>> = {M: 3, t: 2, T: 6};

const mouseReport = (text: string, start: number, length: number): Sequence => {
	for (let index = start; index < start + length; index++) {
		if (index >= text.length) return unfinished;
		// A coordinate that is too large is sent as NUL, no other control character ever is.
		if (isWithin(text, index, 0x01, 0x1f)) return {kind: 'noise', end: index};
	}

	return {kind: 'noise', end: start + length};
};

/** CSI: parameter bytes 30–3F, intermediate bytes 20–2F, one final byte 40–7E. `start` is after the introducer. */
const csi = (text: string, start: number): Sequence => {
	// rxvt spells Shift with an editing key so, although `$` is no final byte.
	if (/^[235678]\$/.test(text.slice(start, start + 2))) {
		return {kind: 'CSI', body: text.charAt(start), final: '$', end: start + 2};
	}

	// The Linux console spells F1–F5 `ESC[[A` … `ESC[[E`.
	let index = text[start] === '[' ? start + 1 : start;
	while (isWithin(text, index, 0x20, 0x3f)) index++;
	if (index >= text.length) return unfinished;
	// A control character, or one that no sequence has: the rest of this one was lost.
	if (!isWithin(text, index, 0x40, 0x7e)) return {kind: 'noise', end: index};
	const final = text.charAt(index);
	const length = index === start ? mouse[final] : undefined;
	if (length !== undefined) return mouseReport(text, index + 1, length);
	return {kind: 'CSI', body: text.slice(start, index), final, end: index + 1};
};

/** SS3: optional modifiers, one final byte. */
const ss3 = (text: string, start: number): Sequence => {
	let index = start;
	while (isWithin(text, index, 0x30, 0x39) || text[index] === ';') index++;
	if (index >= text.length) return unfinished;
	if (!isWithin(text, index, 0x40, 0x7e)) return {kind: 'noise', end: index};
	return {kind: 'SS3', body: text.slice(start, index), final: text.charAt(index), end: index + 1};
};

/** Up to ST, or to BEL, as xterm ends an OSC. */
const controlString = (text: string, start: number, kind: 'OSC' | 'string'): Sequence => {
	for (let index = start; index < text.length; index++) {
		const character = text.charAt(index);
		if (character === bell || character === stringTerminator) {
			return {kind, body: text.slice(start, index), end: index + 1};
		}

		if (character === escape) {
			if (index + 1 === text.length) return unfinished;
			if (text[index + 1] === '\\') return {kind, body: text.slice(start, index), end: index + 2};
			// Its end was lost, and here something else begins.
			return {kind: 'noise', end: index};
		}

		// Ctrl-C is a way out of everything; no other control character is a key here.
		if (character === '\u0003') return {kind: 'noise', end: index};
		if (isWithin(text, index, 0x00, 0x1f)) return {kind: 'noise', end: index + 1};
	}

	return unfinished;
};

const read = (introducer: Introducer, text: string, start: number): Sequence => {
	switch (introducer) {
		case 'CSI': {
			return csi(text, start);
		}

		case 'SS3': {
			return ss3(text, start);
		}

		case 'OSC':
		case 'string': {
			return controlString(text, start, introducer);
		}
	}
};

/**
The sequence whose ESC or 8-bit introducer is at `index`; undefined when there is none: ESC and a character that begins no
sequence, or ESC at the end.
*/
export const sequenceAt = (text: string, index: number): Sequence | undefined => {
	const eight = eightBit[text.charAt(index)];
	if (eight !== undefined) return read(eight, text, index + 1);
	const letter = text.charAt(index + 1);
	const start = index + 2;
	if (letter === '[') return csi(text, start);
	if (letter === 'O') return ss3(text, start);
	const answer = answers[letter];
	if (answer === undefined) return undefined;
	if (start === text.length) return unfinished;
	return answer.begin.test(text.slice(start, start + 1))
		? controlString(text, start, answer.kind)
		: undefined;
};

/** Final bytes, without any parameter before them, that no terminal ends a key or a report with. */
const neverSent = {CSI: /^[e-lopqsvwxyzJ-LNUVWXY]$/, SS3: /^[e-izGJ-LNT-WYZ]$/};

/** Whether what looks like a sequence, and came in three reads, are keys that were pressed one after the other. */
export const isTyped = (sequence: Sequence): boolean =>
	sequence.kind === 'CSI' || sequence.kind === 'SS3'
		? sequence.body === '' && neverSent[sequence.kind].test(sequence.final)
		: // Cut off by what follows the one character after ESC.
			sequence.kind === 'noise' && sequence.end === 2;

/** Whether a read may be what follows an ESC that came alone. */
export const mayContinueEscape = (text: string): boolean => {
	const letter = text.charAt(0);
	if (letter === '[' || letter === 'O') return true;
	const answer = answers[letter];
	return answer !== undefined && (text.length === 1 || answer.begin.test(text.slice(1, 2)));
};
