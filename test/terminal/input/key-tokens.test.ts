import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {graphemes} from '../../../source/terminal/output/graphemes.js';
import {
	cleanPaste,
	cutKeys,
	ESCAPE_KEY,
	MAX_PASTE,
	NOTHING_PENDING,
	type Pending,
} from '../../../source/terminal/input/key-tokens.js';

const cutAll = (chunks: readonly string[]) => {
	let pending: Pending = NOTHING_PENDING;
	const keys: string[] = [];
	for (const chunk of chunks) {
		const cut = cutKeys(pending, chunk);
		keys.push(...cut.keys);
		pending = cut.pending;
	}

	return {keys, pending};
};

test.each([
	['control bytes and letters', 'a\tb\r\u007F\u0003', ['a', '\t', 'b', '\r', '\u007F', '\u0003']],
	[
		'CSI and SS3 keys',
		'\u001B[A\u001BOB\u001B[1;5C\u001B[3~',
		['\u001B[A', '\u001BOB', '\u001B[1;5C', '\u001B[3~'],
	],
	['function keys of the Linux console', '\u001B[[Ax', ['\u001B[[A', 'x']],
	['Alt with the keys of a line editor', '\u001Bb\u001B\u007Fx', ['\u001Bb', '\u001B\u007F', 'x']],
	['Esc and the next key', '\u001Bj\u001B\r\u001B ', [ESCAPE_KEY, 'j', ESCAPE_KEY, '\r', ESCAPE_KEY, ' ']],
	['Esc and an arrow', '\u001B\u001B[Ax', [ESCAPE_KEY, '\u001B[A', 'x']],
	['Esc twice and a letter', '\u001B\u001Bx', [ESCAPE_KEY, ESCAPE_KEY, 'x']],
	['an emoji of several code points', '👩‍🚀é', ['👩‍🚀', 'é']],
	['an answer to a colour query', '\u001B]11;rgb:1/2/3\u0007j', ['j']],
	['C1 control characters, which are no keys', 'a\u009Bb', ['a', 'b']],
	['the end of a paste that was given up', 'a\u001B[201~b', ['a', 'b']],
	[
		'two pastes',
		'\u001B[200~a\u001B[201~\u001B[200~b\u001B[201~',
		['\u001B[200~a\u001B[201~', '\u001B[200~b\u001B[201~'],
	],
])('%s', (_, bytes, keys) => {
	expect(cutKeys(NOTHING_PENDING, bytes)).toEqual({keys, pending: NOTHING_PENDING});
});

test('what is unfinished waits for the next read', () => {
	expect(cutKeys(NOTHING_PENDING, 'a\u001B')).toEqual({keys: ['a'], pending: {kind: 'escape'}});
	expect(cutKeys(NOTHING_PENDING, '\u001B[1;')).toEqual({
		keys: [],
		pending: {kind: 'sequence', text: '\u001B[1;'},
	});
});

const piece = fc.constantFrom(
	'j',
	' ',
	'\r',
	'\t',
	'\u007F',
	'\u001B[A',
	'\u001BOD',
	'\u001B[1;2C',
	'\u001B[200~x\ry\u001B[201~',
	'世',
);

test('wherever the network cuts, the same keys come out', () => {
	fc.assert(
		fc.property(fc.array(piece, {maxLength: 8}), fc.array(fc.nat(60), {maxLength: 6}), (pieces, cuts) => {
			const bytes = pieces.join('');
			const places = [...new Set([0, ...cuts.filter(cut => cut < bytes.length), bytes.length])].toSorted(
				(a, b) => a - b,
			);
			const chunks = places.slice(1).map((to, index) => bytes.slice(places[index], to));
			expect(cutAll(chunks)).toEqual(cutAll([bytes]));
		}),
	);
});

test('no input of any kind makes a key of two characters or of a lone escape byte', () => {
	const anything = fc.string({
		unit: fc.constantFrom('\u001B', '[', 'O', '2', '0', '~', ';', 'A', 'x', '\r', ']', 'P', '\u0007'),
	});
	fc.assert(
		fc.property(fc.array(anything), chunks => {
			for (const key of cutAll(chunks).keys) {
				expect(key).not.toBe('\u001B');
				expect(key.startsWith('\u001B') || graphemes(key).length === 1).toBe(true);
			}
		}),
	);
});

describe('a paste', () => {
	test('keeps its lines, and nothing that could act', () => {
		expect(cleanPaste('\n\nA=1\r\nB=\t2\u0007\u001B]0;title\u0007\u001B[2J\rC\n')).toBe('A=1\nB= 2\nC');
	});

	test('never holds a control character but line ends', () => {
		fc.assert(
			fc.property(fc.string({unit: 'binary'}), text => {
				expect(cleanPaste(text)).not.toMatch(/(?!\n)\p{Control}/u);
			}),
		);
	});

	test('is cut when it is longer than any field', () => {
		const [key = ''] = cutAll(['\u001B[200~', 'x'.repeat(MAX_PASTE * 2), '\u001B[201~']).keys;
		expect(key.length).toBe(MAX_PASTE + '\u001B[200~\u001B[201~'.length);
	});
});
