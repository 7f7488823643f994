import * as fc from '../../support/property.js';
import {expect, test} from 'vitest';
import {printable, printableLines} from '../../../source/knative/text/printable.js';

test.each([
	['escape sequences', '\u001b[31mred\u001b[0m', '␛[31mred␛[0m'],
	['a title written by OSC', '\u001b]0;x\u0007', '␛]0;x␇'],
	['C1 controls', '\u009b31m', '<U+009B>31m'],
	['line ends and tabs', 'a\r\nb\tc', 'a␍␊b␉c'],
	['delete and backspace', 'a\u007f\b', 'a␡␈'],
	['bidi controls', 'user\u202etxt.exe\u2066', 'user<U+202E>txt.exe<U+2066>'],
	['zero-width characters', 'pay\u200bpal\ufeff', 'pay<U+200B>pal<U+FEFF>'],
	['line and paragraph separators', 'a\u2028b\u2029', 'a<U+2028>b<U+2029>'],
	['lone surrogates', 'a\ud83d', 'a<U+D83D>'],
	['a joiner that joins no emoji', 'a\u200db', 'a<U+200D>b'],
	['tag characters that hide text', 'a\u{e0061}', 'a<U+E0061>'],
])('%s are made visible', (_what, text, shown) => {
	expect(printable(text)).toBe(shown);
});

test.each(['Hello World!', 'Grüße, 世界', '👍', '👩‍💻', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '❤️', 'e\u0301', '\\u001b'])(
	'%s is kept',
	text => {
		expect(printable(text)).toBe(text);
	},
);

test('nothing that a terminal acts on is left, and what is printable stays so', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), text => {
			const shown = printable(text);
			expect(/\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/u.test(shown)).toBe(false);
			expect(printable(shown)).toBe(shown);
		}),
	);
});

test('lines stay lines', () => {
	expect(printableLines('a\u0007\nb\r\nc')).toEqual(['a␇', 'b', 'c']);
});
