import * as fc from '../../support/property.js';
import {renderToString} from 'ink';
import {expect, test} from 'vitest';
import {barCells} from '../../../source/screen/widgets/bar.js';
import {ShareBar} from '../../../source/screen/widgets/share-bar.js';
import {createTheme} from '../../../source/terminal/output/theme.js';

const themes = [createTheme({env: {}, isAscii: false}), createTheme({env: {}, isAscii: true})];

test.each(themes)('a bar is exactly as wide as it was asked to be', ({glyphs}) => {
	fc.assert(
		fc.property(fc.double({min: -1, max: 2}), fc.nat(200), (fraction, width) => {
			const {filled, empty} = barCells(fraction, width, glyphs);
			expect(filled.length + empty.length).toBe(width);
		}),
	);
});

test.each(themes)('a bar never gets shorter when its share grows', ({glyphs}) => {
	const partOf = (text: string) =>
		glyphs.barParts.indexOf(text.at(-1) ?? '') + 1 || glyphs.barParts.length + 1;
	const lengths = Array.from({length: 101}, (_, percent) => {
		const {filled} = barCells(percent / 100, 30, glyphs);
		return filled === '' ? 0 : filled.length * 10 + partOf(filled);
	});
	expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
});

test.each(themes)('neither “some” looks like “none” nor “nearly all” like “all”', ({glyphs}) => {
	expect(barCells(0, 10, glyphs).filled).toBe('');
	expect(barCells(0.0001, 10, glyphs).filled).not.toBe('');
	const almost = barCells(0.9999, 10, glyphs);
	expect(almost.filled + almost.empty).not.toBe(glyphs.barFull.repeat(10));
	expect(barCells(1, 10, glyphs)).toEqual({filled: glyphs.barFull.repeat(10), empty: ''});
});

test('what is no share is no bar', () => {
	expect(barCells(Number.NaN, 4, createTheme({env: {}}).glyphs)).toEqual({filled: '', empty: '····'});
	expect(barCells(0.5, 0, createTheme({env: {}}).glyphs)).toEqual({filled: '', empty: ''});
});

test('a share is drawn with parts of a cell', () => {
	expect(renderToString(<ShareBar percent={50} width={9} />)).toBe('████▌····');
	expect(renderToString(<ShareBar percent={25} width={4} hasTrack={false} />).trimEnd()).toBe('█');
});
