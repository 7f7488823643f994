import {expect, test} from 'vitest';
import {liveTable} from '../../../source/screen/live/live-table.js';
import {fitColumns, widestTexts} from '../../../source/screen/widgets/table/columns.js';
import {sparkline} from '../../../source/screen/widgets/sparkline.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import type {Row} from '../../../source/console/state/state.js';

const {glyphs} = createTheme({env: {}});

function row(part: Partial<Row> = {}): Row {
	return {
		key: 'revision h-00001',
		fingerprint: 'Hello World!',
		otherFingerprints: 0,
		revision: 'h-00001',
		learned: 'tag',
		attribution: 'revision',
		candidates: ['h-00001'],
		configuredPercent: 50,
		n: 67,
		errors: 0,
		observedShare: 0.523,
		interval: {low: 0.437, high: 0.608},
		recent: [10, 20, 40],
		sample: 'Hello World!',
		p50: 12.3,
		p95: 31,
		p99: undefined,
		...part,
	};
}

const tableAt = (width: number, rows: readonly Row[] = [row()], room = 3) =>
	liveTable(rows, {width, room, service: 'h', glyphs});

const titlesAt = (width: number, rows?: readonly Row[]) => {
	const {columns, columnGap, rows: cells} = tableAt(width, rows);
	return fitColumns(
		columns,
		widestTexts(
			columns,
			cells.map(line => line.cells.map(cell => (typeof cell === 'string' ? cell : cell.text))),
		),
		width - 3,
		columnGap,
	).map(({index, width: columnWidth}) => `${columns[index]?.title} ${columnWidth}`);
};

test('in 80 columns everything has its place: share, interval, answers, errors, percentiles, the last latencies', () => {
	// The frame takes four columns.
	expect(titlesAt(76).map(title => title.replace(/ \d+$/, ''))).toEqual([
		'ANSWER',
		'REV',
		'ASKED',
		'SEEN',
		'95 %',
		'N',
		'ERR',
		'P50/95/99 ms',
		'LAST',
	]);
	// The longer one of the two greetings that are to be told apart.
	const answer = titlesAt(76, [row(), row({fingerprint: 'Hello Knative!'})])[0];
	expect(Number(answer?.split(' ')[1])).toBeGreaterThanOrEqual('Hello Knative!'.length);
	expect(tableAt(76).rows[0]?.cells).toEqual([
		'Hello World!',
		'…00001',
		'50 %',
		'52.3 %',
		' 43–61',
		'   67',
		'   0',
		'     12/31/–',
		'  ▂▄█',
	]);
});

test('columns do not move when the numbers grow', () => {
	const later = row({
		n: 12_345,
		errors: 999,
		observedShare: 1,
		interval: {low: 0.957, high: 1},
		recent: Array.from({length: 40}, () => 3),
		p50: 999,
		p95: 1200,
		p99: 10_000,
	});
	for (const width of [76, 126]) expect(titlesAt(width, [later])).toEqual(titlesAt(width));
	expect(tableAt(76, [later]).rows[0]?.cells[7]).toBe('999/1.2s/10s');
});

test('more rows than there is room for are said to be more', () => {
	const rows = Array.from({length: 5}, (_, index) => row({key: `${index}`}));
	const {rows: shown} = tableAt(76, rows, 3);
	expect(shown.map(({key}) => key)).toEqual(['0', '1', 'more']);
	expect(shown[2]?.cells).toEqual(['and 3 more rows']);
});

test('errors are not what is left out, and their number is said where they are', () => {
	const rows = [
		row({key: 'a'}),
		row({key: 'b'}),
		row({key: '503', attribution: 'unknown', errors: 4}),
		row({key: 'timeout', attribution: 'unknown', errors: 3}),
	];
	expect(tableAt(76, rows, 3).rows.map(({key}) => key)).toEqual(['503', 'timeout', 'more']);
	expect(tableAt(76, rows, 3).rows[2]?.cells).toEqual(['and 2 more rows']);
	expect(tableAt(76, rows.slice(0, 3), 2).rows.map(({key}) => key)).toEqual(['503', 'more']);
	expect(tableAt(76, rows, 2).rows[1]?.cells).toEqual(['and 3 more rows, 3 errors']);
	expect(tableAt(76, rows, 4).rows.map(({key}) => key)).toEqual(['a', 'b', '503', 'timeout']);
});

test('in 80 columns it is never cut to what looks like another answer', () => {
	const said = [
		row({attribution: 'unknown', revision: undefined, candidates: []}),
		row({attribution: 'indistinguishable', revision: undefined, candidates: ['h-00001', 'h-00002']}),
		row({attribution: 'contradictory', revision: undefined, candidates: ['h-00001', 'h-00002']}),
		row(),
	].map(one => tableAt(76, [one]).rows[0]?.cells[1]);
	expect(said).toEqual(['nobody', 'alike', 'either', '…00001']);
});

test('whose an answer is, is said in words', () => {
	const names = [
		row({attribution: 'unknown', revision: undefined, candidates: []}),
		row({attribution: 'indistinguishable', revision: undefined, candidates: ['h-00001', 'h-00002']}),
		row({attribution: 'silent', fingerprint: undefined}),
		row({
			attribution: 'indistinguishable',
			revision: undefined,
			candidates: ['h-00001', 'h-00002', 'h-00003'],
		}),
	].map(one => tableAt(126, [one]).rows[0]?.cells.slice(0, 2));
	expect(names).toEqual([
		['Hello World!', 'unattributed'],
		['Hello World!', 'alike: …00001 …00002'],
		['(no answer yet)', '…00001'],
		['Hello World!', 'alike: 3 revisions'],
	]);
});

test('a sparkline is as wide as it is to be, its newest value at the right', () => {
	const levels = ['_', '-', '#'];
	expect(sparkline([1, 2, 3], 5, {greatest: 3, levels})).toBe('  _-#');
	expect(sparkline([9, 1, 2, 3], 3, {greatest: 3, levels})).toBe('_-#');
	expect(sparkline([0, Number.NaN], 2, {greatest: 0, levels})).toBe('__');
	expect(sparkline([], 4, {greatest: 0, levels})).toBe('    ');
	expect(sparkline([1], 0, {greatest: 1, levels})).toBe('');
});
