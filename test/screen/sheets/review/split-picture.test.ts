import {expect, test} from 'vitest';
import {fillsOf, splitPicture} from '../../../../source/screen/sheets/review/split-picture.js';
import {createTheme} from '../../../../source/terminal/output/theme.js';

const {
	glyphs: {fills},
} = createTheme({env: {LANG: 'C.UTF-8'}});
const style = {};
// As after a promotion: the newer one is stable by now, and has the fill of what is stable.
const marks = new Map([
	['cart-00001', {fill: '▓', style}],
	['cart-00002', {fill: '█', style}],
]);

test('rows are drawn with what their revisions are drawn with in the panes, whatever their order', () => {
	const rows = [{revision: 'cart-00001'}, {revision: 'cart-00002'}];
	expect(fillsOf(rows, fills, marks)).toEqual(['▓', '█']);
	expect(fillsOf(rows.toReversed(), fills, marks)).toEqual(['█', '▓']);
});

test('what is not there yet is drawn with what no other row has', () => {
	const rows = [{revision: 'cart-00002'}, {revision: undefined}, {revision: 'cart-00003'}];
	expect(fillsOf(rows, fills, marks)).toEqual(['█', '▓', '▒']);
	expect(
		fillsOf(
			Array.from({length: 6}, () => ({revision: undefined})),
			fills,
			new Map(),
		),
	).toEqual([...fills, fills[3], fills[3]]);
});

test('a bar has both splits in these fills, and none where no share changes', () => {
	const row = {key: 'k', latest: false, tags: [], tagsBefore: [], changed: true};
	const rows = [
		{...row, revision: 'cart-00001', before: 0, after: 100},
		{...row, revision: 'cart-00002', before: 100, after: 0},
	];
	const look = {isAscii: false, fills: fillsOf(rows, fills, marks)};
	expect(splitPicture({rows}, look)).toEqual([
		`now   ${'█'.repeat(50)}  0│100`,
		`then  ${'▓'.repeat(50)}  100│0`,
	]);
	expect(splitPicture({rows}, {...look, width: 40})).toEqual([
		`now   ${'█'.repeat(27)}  0│100`,
		`then  ${'▓'.repeat(27)}  100│0`,
	]);
	const same = rows.map(one => ({...one, after: one.before}));
	expect(splitPicture({rows: same}, look)).toEqual([]);
});
