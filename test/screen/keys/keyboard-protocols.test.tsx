/** Every key of the table, as the keyboard protocols spell it that a program may have left on in the terminal. */
import {PassThrough} from 'node:stream';
import {render, Text, useInput} from 'ink';
import {afterEach, expect, test} from 'vitest';
import {bindings} from '../../../source/screen/keys/key-table.js';
import {KeyedStdin} from '../../../source/terminal/input/keyed-stdin.js';
import {strokeOf} from '../../../source/terminal/input/strokes.js';

const ESC = '\u001B';

/** Keys with a name that have a number in either protocol. */
const numbers: Readonly<Record<string, number>> = {enter: 13, esc: 27, tab: 9, space: 32, backspace: 127};

/** Keys that are sequences of their own: the modifiers stand in them. */
const ends: Readonly<Record<string, readonly [string, string]>> = {
	up: ['1', 'A'],
	down: ['1', 'B'],
	right: ['1', 'C'],
	left: ['1', 'D'],
	home: ['1', 'H'],
	end: ['1', 'F'],
	pageup: ['5', '~'],
	pagedown: ['6', '~'],
	delete: ['3', '~'],
};

/** The key that Shift makes this of, on a keyboard as in the United States. */
const base = (character: string): string => {
	const place = '!@#$%^&*()_+{}|:"<>?~'.indexOf(character);
	return place === -1 ? character.toLowerCase() : "1234567890-=[]\\;',./`".charAt(place);
};

const bitsOf: Readonly<Record<string, number>> = {shift: 1, alt: 2, ctrl: 4};

type Spelling = (stroke: {readonly name: string; readonly bits: number}) => string;

const modifiersOf = (bits: number) => String(bits + 1);

const kitty =
	(event: '' | ':1'): Spelling =>
	({name, bits}) => {
		const end = ends[name];
		if (end) return `${ESC}[${end[0]};${modifiersOf(bits)}${event}${end[1]}`;
		const isShifted = base(name) !== name && numbers[name] === undefined;
		const code = numbers[name] ?? base(name).codePointAt(0);
		return `${ESC}[${code};${modifiersOf(bits | (isShifted ? 1 : 0))}${event}u`;
	};

const modifyOtherKeys: Spelling = ({name, bits}) => {
	const end = ends[name];
	if (end) return `${ESC}[${end[0]};${modifiersOf(bits)}${end[1]}`;
	const isShifted = base(name) !== name && numbers[name] === undefined;
	return `${ESC}[27;${modifiersOf(bits | (isShifted ? 1 : 0))};${numbers[name] ?? name.codePointAt(0)}~`;
};

const strokes = [...new Set(bindings.flatMap(({keys}) => keys))];

const partsOf = (stroke: string): {name: string; bits: number} => {
	const modifiers = /^(?:(?:ctrl|shift|alt)-)+(?=.)/.exec(stroke)?.[0] ?? '';
	return {
		name: stroke.slice(modifiers.length),
		bits: modifiers
			.split('-')
			.filter(name => name !== '')
			.reduce((sum, name) => sum | (bitsOf[name] ?? 0), 0),
	};
};

let unmount: (() => void) | undefined;
afterEach(() => unmount?.());

/** What Ink and the key table make of bytes, as soon as there are so many strokes. */
async function strokesOf(bytes: string, count: number): Promise<(string | undefined)[]> {
	const source = Object.assign(new PassThrough(), {
		isTTY: true,
		setRawMode() {},
		ref() {},
		unref() {},
	});
	const seen: (string | undefined)[] = [];
	return new Promise(resolve => {
		function Keys() {
			useInput((input, key) => {
				seen.push(strokeOf(input, key));
				if (seen.length === count) resolve(seen);
			});
			return <Text>keys</Text>;
		}

		const stdout = Object.assign(new PassThrough(), {isTTY: true, columns: 80, rows: 24});
		({unmount} = render(<Keys />, {
			stdin: new KeyedStdin(source),
			stdout,
			exitOnCtrlC: false,
			patchConsole: false,
		}));
		source.write(bytes);
	});
}

test.each([
	['kitty', kitty('')],
	['kitty, with the kind of event', kitty(':1')],
	['modifyOtherKeys', modifyOtherKeys],
])('%s', async (_, spell) => {
	expect(strokes.length).toBeGreaterThan(60);
	// Ctrl-C empties what is before it.
	const wanted = ['ctrl-c', ...strokes.filter(stroke => stroke !== 'ctrl-c')];
	const bytes = wanted.map(stroke => spell(partsOf(stroke))).join('');
	expect(await strokesOf(bytes, wanted.length)).toEqual(wanted);
});
