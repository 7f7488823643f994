import * as fc from '../../../support/property.js';
import {renderToString} from 'ink';
import {expect, test} from 'vitest';
import {
	COLUMN_GAP,
	fitColumns,
	widestTexts,
	type Column,
} from '../../../../source/screen/widgets/table/columns.js';
import {cutText, fitText, widthOf} from '../../../../source/screen/widgets/table/fit-text.js';
import {Table, type TableRow} from '../../../../source/screen/widgets/table/table.js';

const columns: readonly Column[] = [
	{title: 'REVISION', priority: 0, min: 9, cut: 'start', isFlexible: true},
	{title: 'TRAFFIC', priority: 1, align: 'right'},
	{title: 'TAG', priority: 3},
	{title: 'STATE', priority: 2},
	{title: 'PODS', priority: 4},
];
const rows: readonly TableRow[] = [
	{
		key: 'two',
		cells: ['helloworld-go-00002', '50 %', 'canary', {text: 'Ready', style: {color: 'green'}}, '1/1'],
	},
	{key: 'one', cells: ['helloworld-go-00001', '50 %', 'stable', 'Ready', '2/2']},
];

const draw = (width: number) =>
	renderToString(<Table columns={columns} rows={rows} selected={1} width={width} height={4} />, {
		columns: 200,
	})
		.split('\n')
		.map(line => line.trimEnd());

test('with room, every column is whole', () => {
	expect(draw(60)).toEqual([
		'  REVISION                     TRAFFIC  TAG     STATE  PODS',
		'  helloworld-go-00002             50 %  canary  Ready  1/1',
		'▸ helloworld-go-00001             50 %  stable  Ready  2/2',
		'',
	]);
});

test('without room, the least important columns go and names keep their end', () => {
	expect(draw(36)).toEqual([
		'  REVISION   TRAFFIC  TAG     STATE',
		'  …go-00002     50 %  canary  Ready',
		'▸ …go-00001     50 %  stable  Ready',
		'',
	]);
	expect(draw(30).slice(0, 2)).toEqual(['  REVISION     TRAFFIC  STATE', '  …d-go-00002     50 %  Ready']);
	expect(draw(14).slice(0, 3)).toEqual(['  REVISION', '  …d-go-00002', '▸ …d-go-00001']);
});

test('a column has its usual width for shorter texts too, but takes no room from another column', () => {
	const usual: readonly Column[] = [
		{title: 'TAG', priority: 1, usual: 6},
		{title: 'STATE', priority: 0},
		{title: 'PODS', priority: 2},
	];
	const widths = (tag: string, width: number) =>
		fitColumns(usual, widestTexts(usual, [[tag, 'Ready', '1/1']]), width).map(column => column.width);
	expect(widths('', 30)).toEqual([6, 5, 4]);
	expect(widths('canary', 30)).toEqual([6, 5, 4]);
	expect(widths('canary, next', 30)).toEqual([12, 5, 4]);
	expect(widths('', 17)).toEqual([4, 5, 4]);
	expect(widths('', 16)).toEqual([3, 5, 4]);
});

test('columns are never wider than the table, whatever they hold', () => {
	const column = fc.record(
		{
			title: fc.string({maxLength: 12}),
			priority: fc.nat(5),
			min: fc.nat(20),
			max: fc.integer({min: 1, max: 30}),
			usual: fc.nat(30),
			isFlexible: fc.boolean(),
		},
		{requiredKeys: ['title', 'priority']},
	);
	fc.assert(
		fc.property(
			fc.array(column, {maxLength: 8}),
			fc.array(fc.array(fc.string({maxLength: 40}))),
			fc.nat(120),
			(cs, rs, width) => {
				const fitted = fitColumns(cs, widestTexts(cs, rs), width);
				const total = fitted.reduce((sum, one) => sum + one.width, 0);
				const gaps = COLUMN_GAP * Math.max(0, fitted.filter(one => one.width > 0).length - 1);
				expect(total).toBeLessThanOrEqual(width);
				expect(fitted.every(one => one.width >= 0)).toBe(true);
				// Gaps may be too much only when not even the columns that are never dropped have room.
				expect(
					total + gaps <= width ||
						fitted.every(({index}) => cs[index]?.priority === 0) ||
						fitted.length === 1,
				).toBe(true);
			},
		),
	);
});

test('text is cut by the columns it takes, not by its letters', () => {
	expect(cutText('helloworld', 6)).toBe('hello…');
	expect(cutText('helloworld-00002', 8, {position: 'start'})).toBe('…d-00002');
	expect(cutText('世界世界', 5)).toBe('世界…');
	expect(fitText('世界世界', 6)).toBe('世界… ');
	expect(fitText('7', 4, {align: 'right'})).toBe('   7');
	expect(cutText('x', 0)).toBe('');
	fc.assert(
		fc.property(fc.string({unit: 'grapheme'}), fc.nat(30), (text, width) => {
			expect(widthOf(cutText(text, width))).toBeLessThanOrEqual(width);
		}),
	);
});
