import * as fc from '../../support/property.js';
import {describe, expect, test} from 'vitest';
import {graphemes} from '../../../source/terminal/output/graphemes.js';
import {
	cleanPaste,
	cutKeys,
	escapeKey,
	giveUp,
	longestPaste,
	nothingPending,
	type Cut,
	type Pending,
	type Token,
} from '../../../source/terminal/input/key-tokens.js';

const keysOf = (tokens: readonly Token[]): readonly string[] =>
	tokens.flatMap(token => (token.kind === 'key' ? [token.key] : []));

const cutAll = (chunks: readonly string[], from: Pending = nothingPending): Cut => {
	let pending = from;
	const tokens: Token[] = [];
	for (const chunk of chunks) {
		const cut = cutKeys(pending, chunk);
		tokens.push(...cut.tokens);
		pending = cut.pending;
	}

	return {tokens, pending};
};

/** The keys of reads between which so much time passes that nothing is waited for; an ESC is the Esc key, and may turn out otherwise. */
const keysOfSlow = (...chunks: readonly string[]): readonly string[] => {
	let pending = nothingPending;
	const keys: string[] = [];
	for (const chunk of chunks) {
		const cut = cutKeys(pending, chunk);
		const late = cut.pending.kind === 'escape' ? giveUp(cut.pending) : {tokens: [], pending: cut.pending};
		keys.push(...keysOf([...cut.tokens, ...late.tokens]));
		pending = late.pending;
	}

	return keys;
};

const pasteOf = (text: string) => `\u001B[200~${text}\u001B[201~`;

/** Behind a paste that was given up. */
const givenUp = giveUp(cutAll(['\u001B[200~first']).pending).pending;

const keysAfterPaste = (...chunks: readonly string[]): readonly string[] =>
	keysOf(cutAll(chunks, givenUp).tokens);

const left = '\u001B[D';
const up = '\u001B[A';

test.each([
	['control bytes and letters', 'a\tb\r\u007F\u0003', ['a', '\t', 'b', '\r', '\u007F', '\u0003']],
	['CSI and SS3 keys', '\u001B[A\u001BOB\u001B[1;5C\u001B[3~', [up, '\u001B[B', '\u001B[1;5C', '\u001B[3~']],
	[
		'Home and End in all their spellings',
		'\u001B[1~\u001B[7~\u001BOH\u001B[4~\u001B[8~\u001BOF',
		[...Array.from({length: 3}, () => '\u001B[H'), ...Array.from({length: 3}, () => '\u001B[F')],
	],
	[
		'the arrows of rxvt with Shift and Ctrl',
		'\u001B[d\u001BOc\u001B[3$\u001B[3^',
		['\u001B[1;2D', '\u001B[1;5C', '\u001B[3;2~', '\u001B[3;5~'],
	],
	['keys that mean nothing', '\u001B[[Ax\u001BOR\u001B[15~\u001B[1;2Q\u001B[2~\u001B[E', ['x']],
	['Alt with the keys of a line editor', '\u001Bb\u001B\u007Fx', ['\u001Bb', '\u001B\u007F', 'x']],
	['Alt with a key that means nothing then', '\u001Bq\u001BD\u001B\r\u001B \u001Bé\u001BRj', ['j']],
	[
		'Esc and a key that begins text',
		'ab\u001B/ch\u001B:q',
		['a', 'b', escapeKey, '/', 'c', 'h', escapeKey, ':', 'q'],
	],
	[
		'Alt with an arrow as ESC and the arrow',
		'\u001B\u001B[Dx\u001B\u001BOA',
		['\u001B[1;3D', 'x', '\u001B[1;3A'],
	],
	['Alt with a function key', '\u001B\u001B[15~x', ['x']],
	['Shift-Tab as ESC and Tab', '\u001B\t', ['\u001B[Z']],
	['Esc and Ctrl-C', '\u001B\u0003', ['\u0003']],
	['Esc and a report', '\u001B\u001B[24;80Rj', [escapeKey, 'j']],
	['an emoji of several code points', '👩‍🚀é', ['👩‍🚀', 'é']],
	['an answer to a colour query', '\u001B]11;rgb:1/2/3\u0007j', ['j']],
	['8-bit control characters', 'a\u009BD\u008FA\u009D11;rgb:1/2/3\u009Cb', ['a', left, up, 'b']],
	['a sequence that another one cuts off', '\u001B[1;\u001B[A\u001B]11;rgb\u001B[Aj', [up, up, 'j']],
	['a sequence that a control character cuts off', '\u001B[1;\rj', ['\r', 'j']],
	['the end of a paste that was given up', 'R\ra\u001B[201~b', ['b']],
	[
		'two pastes',
		'\u001B[200~a\u001B[201~\u001B[200~b\u001B[201~',
		['\u001B[200~a\u001B[201~', '\u001B[200~b\u001B[201~'],
	],
])('%s', (_, bytes, keys) => {
	const cut = cutKeys(nothingPending, bytes);
	expect(keysOf(cut.tokens)).toEqual(keys);
	expect(cut.pending).toEqual(nothingPending);
});

describe('the keyboard protocols that a program has left on', () => {
	test.each([
		['Ctrl-C', ['\u001B[27;5;99~', '\u001B[99;5u', '\u001B[99;133u', '\u001B[1089::99;5u'], '\u0003'],
		['Esc', ['\u001B[27;1;27~', '\u001B[27u', '\u001B[27;1:1u', '\u001B[91;5u'], escapeKey],
		['q', ['\u001B[27;1;113~', '\u001B[113u', '\u001B[113;1:2u', '\u001B[113;;113u'], 'q'],
		[
			'R',
			[
				'\u001B[27;2;82~',
				'\u001B[114;2u',
				'\u001B[114:82;2u',
				'\u001B[114;2;82u',
				'\u001B[114;65u',
				'\u001B[27;2;114~',
			],
			'R',
		],
		['?', ['\u001B[27;2;63~', '\u001B[47;2u', '\u001B[47:63;2u', '\u001B[223;2;63u'], '?'],
		['Enter', ['\u001B[27;1;13~', '\u001B[13u', '\u001B[13;2u', '\u001B[57414u', '\u001BOM'], '\r'],
		['Shift-Tab', ['\u001B[27;2;9~', '\u001B[9;2u', '\u001B[Z'], '\u001B[Z'],
		['Backspace', ['\u001B[27;1;127~', '\u001B[127u', '\u001B[127;2u'], '\u007F'],
		['Ctrl-S', ['\u001B[27;5;115~', '\u001B[115;5u'], '\u0013'],
		['2', ['\u001B[50u', '\u001B[57401u', '\u001BOr'], '2'],
		['+', ['\u001B[43;2u', '\u001B[57413u', '\u001BOk'], '+'],
		['/', ['\u001B[57410u', '\u001BOo'], '/'],
		['↓', ['\u001B[1;1:1B', '\u001B[1;129B', '\u001B[57420u', '\u001BOB', '\u001B[B'], '\u001B[B'],
		['Alt-←', ['\u001B[1;3D', '\u001B\u001B[D', '\u001B\u001BOD', '\u001B[57417;3u'], '\u001B[1;3D'],
		['Alt-b', ['\u001B[27;3;98~', '\u001B[98;3u', '\u001Bb'], '\u001Bb'],
	])('spell %s', (_, spellings, key) => {
		for (const spelling of spellings) {
			expect([spelling, keysOf(cutKeys(nothingPending, spelling).tokens)]).toEqual([spelling, [key]]);
		}
	});

	test.each([
		['a key that is let go', '\u001B[114;2:3u\u001B[1;1:3A\u001B[3;1:3~'],
		['a modifier by itself', '\u001B[57441;2u\u001B[57442u'],
		['keys held with Super', '\u001B[113;9u\u001B[1;9D\u001B[27;9;113~'],
		['Alt, Ctrl-Shift with letters', '\u001B[113;3u\u001B[100;7u\u001B[99;6u\u001B[68;4u\u001B[27;3;68~'],
		[
			'numbers of no character',
			'\u001B[1114112u\u001B[55296u\u001B[3;9999~\u001B[u\u001B[;u\u001B[7u\u001B[130u',
		],
	])('take %s for nothing', (_, bytes) => {
		expect(cutKeys(nothingPending, bytes)).toEqual({tokens: [], pending: nothingPending});
	});
});

describe('mouse reports, left on by a program that died', () => {
	test.each([
		['X10', '\u001B[M qD'],
		['X10 with a coordinate that is no text', '\u001B[M \u009B\uDCE9'],
		['X10 out of its range', '\u001B[M#\0R'],
		['UTF-8', '\u001B[M Àq'],
		['SGR', '\u001B[<0;10;20M\u001B[<0;10;20m'],
		['urxvt', '\u001B[32;10;20M'],
		['highlight', '\u001B[tqD\u001B[TqDqDqD'],
		['several', '\u001B[M qD\u001B[M#qD'],
	])('%s', (_, bytes) => {
		expect(keysOf(cutKeys(nothingPending, `${bytes}j`).tokens)).toEqual(['j']);
	});

	test('that lose their end let the next one begin', () => {
		expect(keysOf(cutKeys(nothingPending, '\u001B[M q\u001B[M qDj').tokens)).toEqual(['j']);
	});
});

describe('reports', () => {
	test.each([
		['\u001B[24;80R', {kind: 'cursor', row: 24, column: 80}],
		['\u001B[?24;80;1R', {kind: 'cursor', row: 24, column: 80}],
		['\u001B]11;rgb:ffff/8080/0000\u001B\\', {kind: 'background', red: 1, green: 0x80_80 / 0xff_ff, blue: 0}],
		['\u001B]11;rgb:f/0/f\u0007', {kind: 'background', red: 1, green: 0, blue: 1}],
		['\u001B[?62;22c', {kind: 'device attributes', attributes: [62, 22]}],
		['\u001B[0n', {kind: 'status'}],
		['\u001B[I', {kind: 'focus', isFocused: true}],
		['\u001B[O', {kind: 'focus', isFocused: false}],
		['\u001B[>0;276;0c', {kind: 'identity', attributes: [0, 276, 0]}],
		['\u001BP>|xterm(388)\u001B\\', {kind: 'other'}],
		['\u001B[?2026;2$y', {kind: 'other'}],
		['\u001B[?1u', {kind: 'other'}],
		['\u001B_Gi=1;OK\u001B\\', {kind: 'other'}],
	])('%j, in one read, cut at every place, and after an ESC that was taken for a key', (bytes, report) => {
		const wanted = {tokens: [{kind: 'report', report}], pending: nothingPending};
		expect(cutKeys(nothingPending, bytes)).toEqual(wanted);
		for (let cut = 1; cut < bytes.length; cut++) {
			expect(cutAll([bytes.slice(0, cut), bytes.slice(cut)])).toEqual(wanted);
		}

		expect(cutAll(Array.from(bytes))).toEqual(wanted);
		expect(cutAll([bytes.slice(1)], {kind: 'escaped'})).toEqual(wanted);
		expect(cutAll(Array.from(bytes.slice(1)), {kind: 'escaped'})).toEqual(wanted);
	});

	test('stand where they came among the keys', () => {
		expect(cutKeys(nothingPending, 'R\u001B[1;1R\r').tokens.map(({kind}) => kind)).toEqual([
			'key',
			'report',
			'key',
		]);
	});
});

describe('an answer that something gives in the place of the terminal', () => {
	test.each([
		['a key', `\u001B[1;2D`],
		['a paste', `\u001B[200~Rq\rD\u001B[201~`],
		['a mouse report', `\u001B[M qD`],
		['a background', `\u001B]11;rgb:1c1c/DDDD/cccc\u001B\\`],
		['an SS3 key', `\u001BOR`],
	])('cuts %s nowhere', (_, bytes) => {
		for (const given of ['\u001B[24;80R', '\u001B[0n', '\u001B[?62;22c']) {
			const whole = keysOf(cutAll([`${bytes}j`]).tokens);
			for (let place = 1; place < bytes.length; place++) {
				const [head, tail] = [bytes.slice(0, place), `${bytes.slice(place)}j`];
				expect(keysOf(cutAll([head + given + tail]).tokens)).toEqual(whole);
				expect(keysOf(cutAll([head, given, tail]).tokens)).toEqual(whole);
				expect(keysOf(cutAll([head, given + tail]).tokens)).toEqual(whole);
			}
		}
	});
});

describe('what the line has cut', () => {
	test.each([
		['a slow ←', ['\u001B', '[D'], [escapeKey]],
		['byte by byte', ['\u001B', '[', 'D'], [escapeKey]],
		['a slow F3', ['\u001BO', 'R'], []],
		['a slow cursor report', ['\u001B', '[24;80R'], [escapeKey]],
		['a late DA1', ['\u001B', '[?62;', 'c'], [escapeKey]],
		['a late background', ['\u001B', ']11;rgb:ffff/ff', 'ff/ffff\u001B', '\\'], [escapeKey]],
		['a late version', ['\u001B', 'P>|xterm(388)', '\u001B\\'], [escapeKey]],
		['an old mouse report', ['\u001B', '[M', ' q', 'D'], [escapeKey]],
		['an old mouse report behind its beginning', ['\u001B[', 'M ', 'q', 'D'], []],
		['the end of a kitty key', ['\u001B[114', ';2u'], ['R']],
		['an Esc and a letter', ['\u001B', 'q'], [escapeKey, 'q']],
		['an Esc and an arrow', ['\u001B', left], [escapeKey, left]],
		['two Esc', ['\u001B\u001B', 'q'], [escapeKey, escapeKey, 'q']],
	])('%s', (_, chunks, keys) => {
		expect(keysOfSlow(...chunks, 'j')).toEqual([...keys, 'j']);
	});

	test.each(['[', ']', 'O', 'P', '_'])(
		'%s right after Esc is a key that was pressed',
		(character: string) => {
			// When nothing follows it in time; and with the next key, of which no terminal makes a sequence with it.
			expect(keysOf(giveUp(cutAll([character], {kind: 'escaped'}).pending).tokens)).toEqual([character]);
			const next = character === 'O' ? ' ' : 'i';
			expect(keysOfSlow('\u001B', character, next)).toEqual([escapeKey, character, next]);
		},
	);

	test('a character after ESC is Alt with it, unless the terminal has answered between them', () => {
		expect(keysOf(cutAll(['\u001B', 'q']).tokens)).toEqual([]);
		expect(keysOf(cutAll(['\u001B', '\u001B[0n', 'q']).tokens)).toEqual([escapeKey, 'q']);
		expect(keysOf(cutAll(['\u001B', '\u001B[0nq']).tokens)).toEqual([escapeKey, 'q']);
		expect(keysOf(cutAll(['\u001B', '\u001B[0n', '[D']).tokens)).toEqual([left]);
	});

	test('a paste whose end is lost ends by itself, and its end does not count when it comes', () => {
		const {pending} = cutAll(['\u001B[200~rm\r']);
		const ended = giveUp(pending);
		expect(keysOf(ended.tokens)).toEqual(['\u001B[200~rm\u001B[201~']);
		expect(keysOf(cutAll(['j', '\u001B[201~k'], ended.pending).tokens)).toEqual(['j', 'k']);
	});

	describe('what follows a paste that was given up', () => {
		test('is its rest and no keys, in reads of several characters until its end, and then keys', () => {
			expect(keysAfterPaste('qR\rD', 'Dc\r', 'j', 'c\u001B[20', '1~', 'jRq')).toEqual([
				pasteOf('qR\nD'),
				pasteOf('Dc'),
				'j',
				pasteOf('c'),
				'j',
				'R',
				'q',
			]);
			expect(keysAfterPaste('R\u001B[201~RR')).toEqual([pasteOf('R'), 'R', 'R']);
			expect(keysAfterPaste('R\u001B', '[201~RR')).toEqual([pasteOf('R'), 'R', 'R']);
			expect(keysAfterPaste('qR\r', '\u001B[I', '\u001B[0n', 'Dc')).toEqual([pasteOf('qR'), pasteOf('Dc')]);
		});

		test.each([up, '\u0013', '\u007F', '\u001Bb', '\u001B[114;2u', '\u001B[200~again\u001B[201~'])(
			'is keys behind %j, which no paste has: its end was lost',
			key => {
				expect(keysAfterPaste('jj', key, 'jj')).toEqual([
					pasteOf('jj'),
					...keysOf(cutKeys(nothingPending, key).tokens),
					'j',
					'j',
				]);
			},
		);

		test('is keys where each comes by itself, and when nothing has followed one', () => {
			const {tokens, pending} = cutAll(['j', 'R', '世'], givenUp);
			expect(keysOf(tokens)).toEqual(['j', 'R', '世']);
			expect(keysOf(cutAll(['jj'], pending).tokens)).toEqual([pasteOf('jj')]);
			expect(keysOf(cutAll(['jj'], giveUp(pending).pending).tokens)).toEqual(['j', 'j']);
		});
	});

	test('a sequence of any length is dropped to its end', () => {
		const long = 'R'.repeat(9000);
		expect(keysOf(cutAll(['\u001B]52;c;', long, long, `\u001B`, '\\j']).tokens)).toEqual(['j']);
		expect(keysOf(cutAll([`\u001B[${'1;'.repeat(9000)}`, '1', 'Rj']).tokens)).toEqual(['j']);
	});
});

test('what is unfinished waits for the next read', () => {
	expect(cutKeys(nothingPending, 'a\u001B')).toEqual({
		tokens: [{kind: 'key', key: 'a'}],
		pending: {kind: 'escape', text: '\u001B', isAlone: false},
	});
	expect(cutKeys(nothingPending, '\u001B[1;')).toEqual({
		tokens: [],
		pending: {kind: 'sequence', text: '\u001B[1;', isLate: false},
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
	'\u001B\u001B[A',
	'\u001Bb',
	'\u001B[M qR',
	'\u001B[114;2u',
	'\u001B[24;80R',
	'\u001B]11;rgb:ffff/ffff/ffff\u001B\\',
	'\u001BOR',
	'\u009BD',
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
			for (const key of keysOf(cutAll(chunks).tokens)) {
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
		const [key = ''] = keysOf(cutAll(['\u001B[200~', 'x'.repeat(longestPaste * 2), '\u001B[201~']).tokens);
		expect(key.length).toBe(longestPaste + '\u001B[200~\u001B[201~'.length);
	});
});
