/**
Which key a control sequence is. Terminals spell one key in many ways: xterm's and rxvt's own, xterm's modifyOtherKeys
(`CSI 27 ; modifiers ; code ~`), kitty's keyboard protocol (`CSI code ; modifiers u`), either left on by a program that died.
Here they become one spelling each, the one that Ink reads without doubt; what is not listed is no key at all.
*/
import {graphemes} from '../output/graphemes.js';
import {escape, type Sequence} from './sequences.js';

/** Kitty's spelling of the Esc key: unlike a bare ESC byte, no parser has to wait to see whether more follows. */
export const escapeKey = `${escape}[27u`;

type Modifiers = {readonly isShift: boolean; readonly isAlt: boolean; readonly isControl: boolean};

const none: Modifiers = {isShift: false, isAlt: false, isControl: false};

const shiftBit = 1;
const altBit = 2;
const controlBit = 4;
/** Super, hyper and meta: no key of ours has them. */
const foreignBits = 8 | 16 | 32;
const capsLockBit = 64;
/** The keyboard protocol of kitty tells of a key that is let go, too. */
const released = '3';

const modifiersOf = (bits: number): Modifiers => ({
	isShift: (bits & shiftBit) !== 0,
	isAlt: (bits & altBit) !== 0,
	isControl: (bits & controlBit) !== 0,
});

/** Keys that move or delete, by what a sequence of theirs ends with: a letter, or a number and `~`. */
const letters: Readonly<Record<string, string>> = {A: 'A', B: 'B', C: 'C', D: 'D', F: 'F', H: 'H'};
const numbers: Readonly<Record<string, string>> = {
	1: 'H',
	7: 'H',
	4: 'F',
	8: 'F',
	3: '3~',
	5: '5~',
	6: '6~',
};

/** `end`: a letter, or a number and `~`. */
const movingKey = (end: string, {isShift, isAlt, isControl}: Modifiers): string => {
	const bits = (isShift ? shiftBit : 0) + (isAlt ? altBit : 0) + (isControl ? controlBit : 0);
	if (bits === 0) return `${escape}[${end}`;
	return end.length === 1 ? `${escape}[1;${bits + 1}${end}` : `${escape}[${end.slice(0, -1)};${bits + 1}~`;
};

/** The line editing keys that people hold Alt for: a word left and right, and deleting one. */
const altKeys = new Set(['b', 'f', 'd', '\u007F', '\b']);

/** Alt with a character; undefined where it means nothing, which is nearly everywhere. Some terminals send ESC TAB for Shift-Tab. */
export const altKey = (character: string): string | undefined => {
	if (character === '\t') return `${escape}[Z`;
	return altKeys.has(character) ? escape + character : undefined;
};

/** What Shift makes of the other keys of a keyboard as in the United States; for terminals that do not say. */
const shifted: Readonly<Record<string, string>> = Object.fromEntries(
	Array.from("1234567890-=[]\\;',./`", (key, index) => [key, '!@#$%^&*()_+{}|:"<>?~'.charAt(index)]),
);

/** Of one character; one whose capital takes two, as ß, has none on a keyboard. */
const upperCase = (character: string): string => {
	const upper = character.toUpperCase();
	return Array.from(upper).length === 1 ? upper : character;
};

const isLetter = (character: string) => character.toLowerCase() !== character.toUpperCase();

/** A key with a name that is a control character elsewhere. */
const namedKey = (code: number, {isShift, isAlt, isControl}: Modifiers): string | undefined => {
	switch (code) {
		case 9: {
			if (isControl) return undefined;
			return isShift || isAlt ? `${escape}[Z` : '\t';
		}

		case 13: {
			return isAlt || isControl ? undefined : '\r';
		}

		case 27: {
			return isAlt || isControl ? undefined : escapeKey;
		}

		default: {
			if (isControl) return isAlt ? undefined : '\b';
			return isAlt ? `${escape}\u007F` : '\u007F';
		}
	}
};

/** A control character as the keys of a keyboard without any protocol make it: Ctrl-C is 3, Ctrl-[ is Esc. */
const controlKey = (character: string): string | undefined => {
	if (character === '[') return escapeKey;
	if (character === ' ' || character === '@') return '\0';
	return /^[a-z]$/.test(character) ? String.fromCharCode(character.charCodeAt(0) & 0x1f) : undefined;
};

const characterKey = (character: string, {isShift, isAlt, isControl}: Modifiers): string | undefined => {
	if (isControl) return isAlt || isShift ? undefined : controlKey(character);
	if (isAlt) return isShift ? undefined : altKey(character);
	return character;
};

const isCharacter = (code: number): boolean =>
	code >= 0x20 &&
	!(code >= 0x7f && code <= 0x9f) &&
	code <= 0x10_ff_ff &&
	!(code >= 0xd8_00 && code <= 0xdf_ff);

const isNamed = (code: number): boolean => code === 9 || code === 13 || code === 27 || code === 127;

/** Of kitty's numbers for keys without a character: the keypad (`CSI 57399 u` to `57426`). */
const keypad: Readonly<Record<number, string>> = Object.fromEntries([
	...Array.from('0123456789./*-+', (character, index) => [57_399 + index, character] as const),
	[57_414, '\r'],
	[57_415, '='],
	[57_416, ','],
	...['D', 'C', 'A', 'B', '5~', '6~', 'H', 'F'].map((end, index) => [57_417 + index, escape + end] as const),
	[57_426, `${escape}3~`],
]);

/** Kitty's functional keys are numbers of the private use area. */
const isFunctional = (code: number): boolean => code >= 57_344 && code <= 63_743;

const keypadKey = (code: number, modifiers: Modifiers): string | undefined => {
	const key = keypad[code];
	if (key === undefined) return undefined;
	if (key === '\r') return namedKey(13, modifiers);
	return key.startsWith(escape) ? movingKey(key.slice(1), modifiers) : characterKey(key, modifiers);
};

/** `CSI code : shifted : base ; modifiers : event ; text u`, all but the code optional. */
const kittyKey = (body: string): string | undefined => {
	const [codes = '', state = '', text = ''] = body.split(';');
	const [code, shiftedCode, base] = codes.split(':').map(Number);
	const [modifier = '', event = ''] = state.split(':');
	const bits = modifier === '' ? 0 : Number(modifier) - 1;
	if (code === undefined || event === released || (bits & foreignBits) !== 0) return undefined;
	const modifiers = modifiersOf(bits);
	if (isNamed(code)) return namedKey(code, modifiers);
	if (isFunctional(code)) return keypadKey(code, modifiers);
	if (!isCharacter(code)) return undefined;
	if (modifiers.isControl || modifiers.isAlt) {
		// On a keyboard of another script Ctrl-C is the key at the place of C.
		const place = code > 0x7f && base !== undefined && isCharacter(base) ? base : code;
		return characterKey(String.fromCodePoint(place), modifiers);
	}

	const characters = text === '' ? [] : text.split(':').map(Number);
	if (characters.length > 0) {
		if (!characters.every(character => isCharacter(character))) return undefined;
		const typed = String.fromCodePoint(...characters);
		return graphemes(typed).length === 1 ? typed : undefined;
	}

	const character = String.fromCodePoint(code);
	if (isLetter(character)) {
		return modifiers.isShift === ((bits & capsLockBit) !== 0) ? character : upperCase(character);
	}

	if (!modifiers.isShift) return character;
	return shiftedCode !== undefined && isCharacter(shiftedCode)
		? String.fromCodePoint(shiftedCode)
		: (shifted[character] ?? character);
};

/** `CSI 27 ; modifiers ; code ~`: the code is of the character that Shift has made already. */
const otherKey = (bits: number, code: number): string | undefined => {
	if ((bits & foreignBits) !== 0) return undefined;
	const modifiers = modifiersOf(bits);
	if (isNamed(code)) return namedKey(code, modifiers);
	if (!isCharacter(code)) return undefined;
	const character = String.fromCodePoint(code);
	return characterKey(
		modifiers.isShift && !modifiers.isControl ? upperCase(character) : character,
		modifiers,
	);
};

/** `CSI number ; modifiers ~`, and rxvt's `$` (Shift), `^` (Ctrl) and `@` (both) in its place. */
const numberedKey = (body: string, final: string): string | undefined => {
	const [number = '', state = '', code] = body.split(';');
	const [modifier = '', event = ''] = state.split(':');
	if (event === released) return undefined;
	const bits = modifier === '' ? 0 : Number(modifier) - 1;
	if (number === '27' && code !== undefined) return otherKey(bits, Number(code));
	const end = numbers[number];
	if (end === undefined || (bits & foreignBits) !== 0) return undefined;
	const {isShift, isAlt, isControl} = modifiersOf(bits);
	return movingKey(end, {
		isShift: isShift || final === '$' || final === '@',
		isAlt,
		isControl: isControl || final === '^' || final === '@',
	});
};

/** `CSI 1 ; modifiers letter`, `CSI letter`, `CSI modifiers letter`. */
const letteredKey = (body: string, final: string): string | undefined => {
	const end = letters[final];
	const [, state = ''] = /^(?:1?;)?(\d*(?::\d+)?)$/.exec(body) ?? [undefined, 'x'];
	const [modifier = '', event = ''] = state.split(':');
	const bits = modifier === '' ? 0 : Number(modifier) - 1;
	if (end === undefined || event === released || !(bits >= 0) || (bits & foreignBits) !== 0) return undefined;
	return movingKey(end, modifiersOf(bits));
};

/** The keypad in application mode, left on by a program: the VT220's own sequences. */
const applicationKeypad: Readonly<Record<string, string>> = Object.fromEntries(
	Array.from('jklmnopqrstuvwxyX', (final, index) => [final, '*+,-./0123456789='.charAt(index)]),
);

const arrowOf = (final: string): string => letters[final.toUpperCase()] ?? '';

/** The key that a whole sequence is, as Ink reads it; undefined when it is none of ours. */
export const keyOfSequence = (sequence: Sequence): string | undefined => {
	if (sequence.kind === 'SS3') {
		const {body, final} = sequence;
		if (final === 'M' && body === '') return '\r';
		// rxvt: Ctrl with an arrow.
		if (/^[abcd]$/.test(final) && body === '') return movingKey(arrowOf(final), {...none, isControl: true});
		return body === '' && Object.hasOwn(applicationKeypad, final)
			? applicationKeypad[final]
			: letteredKey(body, final);
	}

	if (sequence.kind !== 'CSI') return undefined;
	const {body, final} = sequence;
	if (!/^[\d;:]*$/.test(body)) return undefined;
	if (final === 'u') return kittyKey(body);
	if (/^[~$^@]$/.test(final)) return numberedKey(body, final);
	if (final === 'Z') return `${escape}[Z`;
	// rxvt: Shift with an arrow.
	if (/^[abcd]$/.test(final) && body === '') return movingKey(arrowOf(final), {...none, isShift: true});
	return letteredKey(body, final);
};

/** A key of `keyOfSequence` that moves, with Alt: what terminals without modifiers spell as ESC and its sequence. */
export const withAlt = (sequence: Sequence): string | undefined => {
	const key = keyOfSequence(sequence);
	const [, end] = new RegExp(`^${escape}\\[([A-H]|\\d~)$`, 'u').exec(key ?? '') ?? [];
	return end === undefined ? undefined : movingKey(end, {...none, isAlt: true});
};
