import {expect, test} from 'vitest';
import {splitPicture} from '../../../../source/screen/sheets/review/split-picture.js';
import {allMarks, marksOf} from '../../../../source/screen/release/revision-marks.js';
import {createTheme} from '../../../../source/terminal/output/theme.js';

const all = allMarks(createTheme({env: {LANG: 'C.UTF-8'}}));
const [stable = {}, canary = {}] = all.map(({style}) => style);
// As after a promotion: the newer one is stable by now, and has the fill of what is stable.
const marks = new Map([
	['cart-00001', {fill: '▓', style: canary}],
	['cart-00002', {fill: '█', style: stable}],
]);

const fillsOf = (rows: readonly {revision: string | undefined}[], given = marks) =>
	marksOf(rows, all, given).map(({fill}) => fill);

test('rows are drawn with what their revisions are drawn with in the panes, whatever their order', () => {
	const rows = [{revision: 'cart-00001'}, {revision: 'cart-00002'}];
	expect(fillsOf(rows)).toEqual(['▓', '█']);
	expect(fillsOf(rows.toReversed())).toEqual(['█', '▓']);
});

test('what is not there yet is drawn with what no other row has', () => {
	const rows = [{revision: 'cart-00002'}, {revision: undefined}, {revision: 'cart-00003'}];
	expect(fillsOf(rows)).toEqual(['█', '▓', '▒']);
	// It is there, and neither tried nor stable.
	expect(fillsOf([{revision: 'cart-00002'}, {revision: 'cart-00003'}])).toEqual(['█', '▒']);
	expect(
		fillsOf(
			Array.from({length: 6}, () => ({revision: undefined})),
			new Map(),
		),
	).toEqual(['█', '▓', '▒', '░', '▄', '▀']);
});

test('a bar has both splits in these fills, and none where no share changes', () => {
	const row = {key: 'k', latest: false, tags: [], tagsBefore: [], changed: true};
	const rows = [
		{...row, revision: 'cart-00001', before: 0, after: 100},
		{...row, revision: 'cart-00002', before: 100, after: 0},
	];
	const look = {isAscii: false, marks: marksOf(rows, all, marks)};
	const drawn = (width?: number) =>
		splitPicture({rows}, {...look, ...(width !== undefined && {width})}).map(pieces =>
			pieces.map(({text}) => text).join(''),
		);
	expect(drawn()).toEqual([`now   ${'█'.repeat(50)}  0│100`, `then  ${'▓'.repeat(50)}  100│0`]);
	expect(drawn(40)).toEqual([`now   ${'█'.repeat(27)}  0│100`, `then  ${'▓'.repeat(27)}  100│0`]);
	// As wide as there is room for, however wide that is.
	expect(drawn(196).map(text => text.length)).toEqual([196, 196]);
	const same = rows.map(one => ({...one, after: one.before}));
	expect(splitPicture({rows: same}, look)).toEqual([]);
});

test('each part has the hue of its revision, which is none of health', () => {
	const row = {key: 'k', latest: false, tags: [], tagsBefore: [], changed: true};
	const rows = [
		{...row, revision: 'cart-00001', before: 40, after: 30},
		{...row, revision: 'cart-00002', before: 60, after: 70},
	];
	const [now = []] = splitPicture({rows}, {isAscii: false, marks: marksOf(rows, all, marks), width: 40});
	expect(now.filter(({style}) => style !== undefined).map(({style}) => style)).toEqual([canary, stable]);
});
