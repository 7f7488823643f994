import {expect, test} from 'vitest';
import type {Chart} from '../../../source/console/live/chart-columns.js';
import {clock} from '../../../source/screen/format.js';
import {chartLines, chartRoom, shortChart} from '../../../source/screen/live/chart-lines.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import {widthOf} from '../../../source/screen/widgets/table/fit-text.js';

const noon = new Date(2026, 10, 26, 12, 0, 0).getTime();
const {glyphs} = createTheme({env: {}, isAscii: false});
const chart: Chart = {
	start: noon,
	duration: 1000,
	errors: [0, 0, 0.01, 0.02],
	revisions: [
		{
			revision: 'shop-00002',
			share: [0.1, undefined, 0.2, 0.13],
			errors: [0, 0, 0.5, 0.22],
			p95: [30, 40, 380, 382],
		},
		{revision: 'shop-00001', share: [0.9, undefined, 0.8, 0.87], errors: [0, 0, 0, 0], p95: [5, 5, 5, 38]},
	],
	marks: [{column: 1, at: noon + 1000, before: [100, 0], after: [90, 10]}],
};
const lines = (room: number, width = 120, part: Partial<Chart> = {}) =>
	chartLines(
		{...chart, ...part},
		{room, width, service: 'shop', glyphs, order: ['shop-00001', 'shop-00002']},
	);
const textOf = ({label, cells, value}: ReturnType<typeof lines>[number]) => `${label}${cells} ${value}`;

test('time, share, errors and p95 stand under each other, in one scale a kind, all as wide', () => {
	const drawn = lines(7);
	expect(drawn.map(textOf).map(text => text.replaceAll(/ {3,}/g, '   '))).toEqual([
		expect.stringMatching(/^ +12:00:00 +1 s\/col$/),
		'share  …00002       20 %  ▄┊█▆   13 %'.replaceAll(/ {3,}/g, '   '),
		'errors users        50 %  ▁┊▁▁   2 %'.replaceAll(/ {3,}/g, '   '),
		'       …00001       50 %  ▁┊▁▁   0 %'.replaceAll(/ {3,}/g, '   '),
		'       …00002       50 %  ▁┊█▄   22 %'.replaceAll(/ {3,}/g, '   '),
		'p95    …00001     500 ms  ▁┊▁▁   38 ms'.replaceAll(/ {3,}/g, '   '),
		'       …00002     500 ms  ▁┊▇▇   382 ms'.replaceAll(/ {3,}/g, '   '),
	]);
	expect(new Set(drawn.map(textOf).map(widthOf))).toEqual(new Set([120]));
});

test('where there is less room the most telling ones stay', () => {
	expect(lines(5).map(({key}) => key)).toEqual([
		'time',
		'share shop-00002',
		'errors of users',
		'errors shop-00002',
		'p95 shop-00002',
	]);
	expect(lines(2).map(({key}) => key)).toEqual(['share shop-00002', 'errors of users']);
});

test('a change of the split is written where it was, as far as there is room', () => {
	const marks = [{column: 20, at: noon + 20_000, before: [100, 0], after: [90, 10]}];
	const columns = chartRoom(120);
	const values = Array.from({length: 40}, () => 0);
	const [time] = lines(7, 120, {marks, errors: values});
	expect(time?.cells).toMatch(new RegExp(`^${clock(noon)} {12}${clock(noon + 20_000)} 100│0→90│10`));
	const [late] = lines(7, 120, {marks: marks.map(mark => ({...mark, column: columns - 3}))});
	expect(late?.cells.trim()).toBe(clock(noon));
});

test('a revision that was never asked at its own host is not said to fail never', () => {
	const [fresh, old] = chart.revisions;
	const unasked = [fresh, old].map(revision => ({...revision!, errors: [undefined, undefined]}));
	expect(lines(7, 120, {revisions: unasked}).map(({key}) => key)).not.toContain('errors shop-00002');
});

test('in one line there is a sparkline each', () => {
	const line = shortChart(() => chart, {width: 76, service: 'shop', glyphs});
	expect(line).toMatch(/^share …00002 ▄┊█▆ +13 % {3}errors ▁┊▁▁ +2 % {3}p95 ▁┊▇▇ +382 ms$/);
	expect(widthOf(line)).toBeLessThanOrEqual(76);
	expect(shortChart(() => undefined, {width: 76, service: 'shop', glyphs})).toBe('');
});

test('revisions whose names differ in the middle alone are told apart', () => {
	const revisions = ['21', '22'].map((day, index) => ({
		...chart.revisions[index]!,
		revision: `shop-build-2026-11-${day}-feature-checkout-redesign`,
	}));
	const labels = lines(7, 120, {revisions}).map(({label}) => label);
	expect(labels.filter(label => label.includes('21'))).toHaveLength(3);
	expect(labels.filter(label => label.includes('22'))).toHaveLength(2);
	expect(new Set(labels.map(widthOf)).size).toBe(1);
});

test('how it is now is nothing that came before the split was changed', () => {
	const marks = [{column: 3, at: noon + 3000, before: [90, 10], after: [100, 0]}];
	const values = [0.1, 0.2, 0.2, undefined];
	const revisions = chart.revisions.map(drawn => ({...drawn, share: values}));
	const changed = {...chart, revisions, marks};
	expect(shortChart(() => changed, {width: 76, service: 'shop', glyphs})).toMatch(/^share …00002 ▄██┊ +– /);
	expect(lines(7, 120, {revisions, marks})[1]?.value.trim()).toBe('–');
});

test('while the gateway fails everything, what came before it is not how it is now', () => {
	const values = [0, 0, undefined, undefined];
	const revisions = chart.revisions.map(({revision}) => ({
		revision,
		share: values,
		errors: values,
		p95: values,
	}));
	const silent = {errors: [0, 0, 1, 1], revisions, marks: [], silentFrom: 2};
	const nows = lines(7, 120, silent).map(({key, value}) => [key, value.trim()]);
	expect(nows.slice(1)).toEqual([
		['share shop-00002', '–'],
		['errors of users', '100 %'],
		['errors shop-00001', '–'],
		['errors shop-00002', '–'],
		['p95 shop-00001', '–'],
		['p95 shop-00002', '–'],
	]);
	expect(
		lines(7, 120, {...silent, silentFrom: 4})
			.at(1)
			?.value.trim(),
	).toBe('–');
});

test('a share that cannot be told by now has no number, and what was drawn of it stays', () => {
	const [, share, errors] = lines(7, 120, {isShareOpen: true}).map(textOf);
	expect(share).toMatch(/^share .*█.* –$/);
	expect(errors).toMatch(/ 2 %$/);
});
