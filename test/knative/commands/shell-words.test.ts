/** What a shell makes of a line, and what is made of a line that was typed. */
import * as fc from '../../support/property.js';
import {describe, expect, test} from 'vitest';
import {quoteWord, quoteWords, splitWords} from '../../../source/knative/commands/shell-words.js';
import {argumentsOf} from './lines.js';

describe('shell words', () => {
	const word = fc.string({unit: 'grapheme'}).filter(text => !text.includes('\0'));

	test('a shell gets exactly what was quoted', () => {
		const words = [
			'',
			' ',
			"it's",
			'"',
			'$HOME',
			'`id`',
			'\\',
			'~',
			'*',
			'a\nb',
			'-n',
			'a=b',
			'!x',
			'#',
			'世界 👍',
		];
		expect(argumentsOf(quoteWords(words))).toEqual(words);
		expect(quoteWord('a/b:c=1,d%e@f+g.h-i_j')).toBe('a/b:c=1,d%e@f+g.h-i_j');
	});

	test('what is quoted is read back as it was', () => {
		fc.assert(
			fc.property(fc.array(word, {maxLength: 5}), words => {
				expect(splitWords(quoteWords(words))).toEqual({ok: true, value: words});
			}),
		);
	});

	test.each([
		'a b  c',
		`a'b c'd "e f" g\\ h`,
		String.raw`"a\"b\\c\d\$e"`,
		`'' "" x`,
		String.raw`--flag='it'\''s' "two words"`,
		'  a\tb ',
	])('%s is read as a real shell reads it', line => {
		expect(splitWords(line)).toEqual({ok: true, value: argumentsOf(line)});
	});

	test.each([
		["a 'b", "A ' is opened and not closed."],
		['a "b', 'A " is opened and not closed.'],
		['a \\', 'A \\ at the end quotes nothing.'],
	])('%s is refused', (line, reason) => {
		expect(splitWords(line)).toEqual({ok: false, reason});
	});
});
