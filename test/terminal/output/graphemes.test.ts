/** Held against ICU and string-width themselves: the short way must give what the long one gives. */
import * as fc from '../../support/property.js';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {graphemes, isNarrow, segment} from '../../../source/terminal/output/graphemes.js';

const icu = new Intl.Segmenter();
const everyUnit = Array.from({length: 0x1_00_00}, (_, unit) => String.fromCharCode(unit));
const narrowUnits = everyUnit.filter(unit => isNarrow(unit));

/** What may do something to its neighbours, beside what is drawn every day. */
const anyUnit = fc.oneof(
	fc.constantFrom(...narrowUnits),
	fc.constantFrom(
		'\r',
		'\n',
		'\t',
		'\u001B',
		'\u0301',
		'\u200D',
		'\uFE0F',
		'\u20E3',
		'ﾞ',
		'각',
		'👩',
		'🇩',
		'漢',
		'1',
	),
	fc.string({unit: 'binary', maxLength: 2}),
);

test('every character that is called narrow takes one column, alone and beside any other that is', () => {
	expect(narrowUnits.length).toBeGreaterThan(1000);
	for (const unit of narrowUnits) expect([unit, stringWidth(unit)]).toEqual([unit, 1]);
	const all = narrowUnits.join('');
	expect(Array.from(icu.segment(all + narrowUnits.toReversed().join('')))).toHaveLength(2 * all.length);
	expect(stringWidth(all)).toBe(all.length);
});

test('borders, bars, shapes and accented letters are narrow; emoji, wide and combining characters are not', () => {
	for (const text of ['╭─ 1 Services ─╮', '▏▎▍▌▋▊▉█░', '● ○ ✓ ✗ ▲ ▸ ■ ‖', '⏎ ↓ ␊ ␛', 'Zürich → Łódź', '']) {
		expect([text, isNarrow(text)]).toEqual([text, true]);
	}
	for (const text of [
		'⌚',
		'漢',
		'e\u0301',
		'\u001B[1m',
		'\t',
		'\r\n',
		'a\u200Db',
		'1\uFE0F\u20E3',
		'\u00AD',
	]) {
		expect([text, isNarrow(text)]).toEqual([text, false]);
	}
});

test('any text is cut where ICU cuts it', () => {
	fc.assert(
		fc.property(fc.array(anyUnit, {maxLength: 12}), units => {
			const text = units.join('');
			const wanted = Array.from(icu.segment(text));
			expect(Array.from(segment(text))).toEqual(wanted);
			expect(graphemes(text)).toEqual(wanted.map(({segment: cut}) => cut));
			for (const index of [-1, 0, 1.5, 3, text.length, undefined, Number.NaN]) {
				expect([index, segment(text).containing(index)]).toEqual([
					index,
					icu.segment(text).containing(index),
				]);
			}
		}),
		{numRuns: 2000},
	);
});

test('a narrow text is as wide as string-width says', () => {
	fc.assert(
		fc.property(fc.array(anyUnit, {maxLength: 8}), units => {
			const text = units.join('');
			fc.pre(isNarrow(text));
			expect(text.length).toBe(stringWidth(text));
		}),
		{numRuns: 1000},
	);
});
