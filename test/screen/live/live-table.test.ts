import {expect, test} from 'vitest';
import {liveTable, type OwnFailures} from '../../../source/screen/live/live-table.js';
import {fitColumns, widestTexts} from '../../../source/screen/widgets/table/columns.js';
import {sparkline} from '../../../source/screen/widgets/sparkline.js';
import {textOf, type TableCell} from '../../../source/screen/widgets/table/table-text.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import type {Row} from '../../../source/console/state/state.js';

const {glyphs} = createTheme({env: {}});

function row(part: Partial<Row> = {}): Row {
	return {
		key: 'revision h-00001',
		fingerprint: 'Hello World!',
		otherFingerprints: 0,
		code: undefined,
		text: 'Hello World!',
		why: undefined,
		lately: 20,
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

const shownIn = (cell: TableCell | undefined) => textOf(cell).trim();

/** Answers that may be those of both. */
const shared = {
	attribution: 'one of',
	revision: undefined,
	candidates: ['h-00001', 'h-00002'],
} as const;

const tableAt = (width: number, rows: readonly Row[] = [row()], room = 3) =>
	liveTable(rows, {width, room, service: 'h', glyphs});

const titlesAt = (width: number, rows?: readonly Row[]) => {
	const {columns} = tableAt(width, rows);
	return fittedAt(width, rows).map(
		({index, width: columnWidth}) => `${columns[index]?.title} ${columnWidth}`,
	);
};

function fittedAt(width: number, rows?: readonly Row[]) {
	const {columns, columnGap, rows: cells} = tableAt(width, rows);
	return fitColumns(
		columns,
		widestTexts(
			columns,
			cells.map(line => line.cells.map(cell => textOf(cell))),
		),
		width - 3,
		columnGap,
	);
}

test('in 80 columns everything has its place: share, interval, answers, failures, percentiles, the last latencies', () => {
	// The frame takes four columns.
	expect(titlesAt(76).map(title => title.replace(/ \d+$/, ''))).toEqual([
		'',
		'ANSWER',
		'REV',
		'SET',
		'GOT',
		'RANGE',
		'COUNT',
		'FAIL',
		'P50/95/99 ms',
		'',
	]);
	// The longer one of the two greetings that are to be told apart.
	const answer = titlesAt(76, [row(), row({fingerprint: 'Hello Knative!'})])[1];
	expect(Number(answer?.split(' ')[1])).toBeGreaterThanOrEqual('Hello Knative!'.length);
	expect(tableAt(76).rows[0]?.cells).toEqual([
		'',
		'Hello World!',
		'…00001',
		'50 %',
		'52.3 %',
		' 43–61',
		'   67',
		'  0 %',
		'     12/31/–',
		' ▂▄█',
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
	expect(tableAt(76, [later]).rows[0]?.cells[8]).toBe('999/1.2s/10s');
});

test('more rows than there is room for are said to be more', () => {
	const rows = Array.from({length: 5}, (_, index) => row({key: `${index}`}));
	const {rows: shown} = tableAt(76, rows, 3);
	expect(shown.map(({key}) => key)).toEqual(['0', '1', 'more']);
	expect(shown[2]?.cells).toEqual(['', '+3 more rows']);
});

test('failures are not what is left out, and their number is said where they are', () => {
	const rows = [
		row({key: 'a'}),
		row({key: 'b'}),
		row({key: '503', ...shared, why: 'no success', code: '503', errors: 4}),
		row({key: 'timeout', ...shared, why: 'no success', code: 'timeout', errors: 3}),
	];
	expect(tableAt(76, rows, 3).rows.map(({key}) => key)).toEqual(['503', 'timeout', 'more']);
	expect(tableAt(76, rows, 3).rows[2]?.cells).toEqual(['', '+2 more rows']);
	expect(tableAt(76, rows.slice(0, 3), 2).rows.map(({key}) => key)).toEqual(['503', 'more']);
	expect(tableAt(76, rows, 2).rows[1]?.cells).toEqual(['', '+3, 3 failed']);
	expect(tableAt(76, rows, 4).rows.map(({key}) => key)).toEqual(['a', 'b', '503', 'timeout']);
});

test('the row of the canary is there, however much fails beside it and of no certain revision', () => {
	const rows = [
		row({key: 'a'}),
		row({key: 'b', revision: 'h-00002', n: 0}),
		row({key: '500', ...shared, why: 'no success', code: '500', errors: 4}),
		row({key: 'c', ...shared, why: 'unheard'}),
	];
	const shown = (ownFailures: OwnFailures) =>
		liveTable(rows, {width: 76, room: 3, service: 'h', glyphs, canary: 'h-00002', ownFailures}).rows.map(
			({key}) => key,
		);
	expect(shown(new Map([['h-00002', {asked: 5, failed: 0}]]))).toEqual(['b', '500', 'more']);
	// That nothing is in it yet is said of it, too.
	expect(shown(new Map())).toEqual(['b', '500', 'more']);
});

test('in 80 columns it is never cut to what looks like another answer', () => {
	const said = [
		row({...shared, why: 'unknown'}),
		row({...shared, why: 'alike'}),
		row({...shared, why: 'unheard'}),
		row({...shared, why: 'no success', code: '500'}),
		row(),
	].map(one => tableAt(76, [one]).rows[0]?.cells[2]);
	expect(said).toEqual(['?', 'alike', 'either', '?', '…00001']);
});

test('whose an answer is, is said in words', () => {
	const names = [
		row({...shared, why: 'unknown'}),
		row({...shared, why: 'alike'}),
		row({...shared, why: 'unheard'}),
		row({attribution: 'silent', fingerprint: undefined}),
		row({...shared, why: 'alike', candidates: ['h-00001', 'h-00002', 'h-00003']}),
		row({...shared, why: 'no success', code: '404', text: 'Cannot GET /', fingerprint: undefined}),
	].map(one => tableAt(146, [one]).rows[0]?.cells.slice(0, 2));
	expect(names).toEqual([
		['Hello World!', 'unattributed'],
		['Hello World!', 'alike: …00001 …00002'],
		['Hello World!', 'either: …00001 …00002'],
		['(no answers)', '…00001'],
		['Hello World!', 'alike: 3 revisions'],
		['404 Cannot GET /', 'unattributed'],
	]);
});

test('failures of a revision stand in its own row: those at its tag, where it is certain whose they are', () => {
	const ownFailures = new Map([['h-00001', {asked: 81, failed: 18}]]);
	const options = {room: 3, service: 'h', glyphs, ownFailures};
	const cell = (width: number, part: Partial<Row> = {}) => {
		const {columns, rows} = liveTable([row(part)], {...options, width});
		const place = columns.findIndex(({title}) => title === 'FAIL' || title === 'FAILED');
		return shownIn(rows[0]?.cells[place]);
	};
	expect(cell(76)).toBe('22 %');
	expect(cell(126)).toBe('18/81');
	// One that is not asked at its tag has what users got of it; one that never answered has nothing.
	expect(cell(126, {revision: 'h-00002', errors: 3})).toBe('3');
	expect(cell(76, {revision: 'h-00002', attribution: 'silent'})).toBe('');
	// A single failure of many is none of nothing.
	ownFailures.set('h-00001', {asked: 4000, failed: 1});
	expect(cell(76)).toBe('<1 %');
});

test('in 80 columns every part that fails is in percent, and what was not counted here says where it was', () => {
	const ownFailures = new Map([
		['h-00001', {asked: 401, failed: 0}],
		['h-00002', {asked: 401, failed: 124}],
	]);
	const {columns, rows} = liveTable(
		[
			row(),
			row({revision: 'h-00002', n: 0, observedShare: undefined}),
			row({...shared, why: 'no success', code: '500', n: 7, errors: 7}),
			row({revision: 'h-00003', n: 1000, errors: 3}),
		],
		{width: 76, room: 9, service: 'h', glyphs, ownFailures},
	);
	const places = ['COUNT', 'FAIL'].map(wanted => columns.findIndex(({title}) => title === wanted));
	expect(rows.map(({cells}) => places.map(place => shownIn(cells[place])))).toEqual([
		['67', '0 %'],
		['tag', '31 %'],
		['7', '100 %'],
		['1000', '<1 %'],
	]);
});

test('the row of a revision that fails at its tag is not what is left out', () => {
	const rows = [
		row({key: 'a'}),
		row({key: 'b', revision: 'h-00002', attribution: 'silent'}),
		row({key: '500', ...shared, why: 'no success', code: '500', errors: 4}),
		row({key: 'c', ...shared, why: 'unknown'}),
	];
	const ownFailures = new Map([['h-00002', {asked: 20, failed: 20}]]);
	const {rows: shown} = liveTable(rows, {width: 76, room: 3, service: 'h', glyphs, ownFailures});
	expect(shown.map(({key}) => key)).toEqual(['b', '500', 'more']);
});

test('the share of the last half a minute stands beside that since the split', () => {
	const rows = [row({lately: 30}), row({key: 'other', revision: 'h-00002', lately: 10})];
	const {columns, rows: lines} = tableAt(126, rows);
	const place = columns.findIndex(({title}) => title === '30 S');
	expect(lines.map(({cells}) => shownIn(cells[place]))).toEqual(['75 %', '25 %']);
});

test('a share is of what came lately where what users get became something else under this split', () => {
	const rows = [
		row({lately: 30, observedShare: 0.51}),
		row({key: 'other', revision: 'h-00002', lately: 0, observedShare: 0.49}),
	];
	for (const width of [76, 126]) {
		const gotOf = (isGotLately: boolean) => {
			const {columns, rows: lines} = liveTable(rows, {width, room: 9, service: 'h', glyphs, isGotLately});
			const places = ['GOT', 'RANGE'].map(title => columns.findIndex(column => column.title === title));
			return lines.map(({cells}) => places.map(place => shownIn(cells[place])));
		};
		expect(gotOf(false).map(([got]) => got)).toEqual(['51 %', '49 %']);
		expect(gotOf(true)).toEqual([
			['100 %', ''],
			['0 %', ''],
		]);
	}
});

test('a sparkline is as wide as it is to be, its newest value at the right', () => {
	const levels = ['_', '-', '#'];
	expect(sparkline([1, 2, 3], 5, {greatest: 3, levels})).toBe('  _-#');
	expect(sparkline([9, 1, 2, 3], 3, {greatest: 3, levels})).toBe('_-#');
	expect(sparkline([0, Number.NaN], 2, {greatest: 0, levels})).toBe('__');
	expect(sparkline([], 4, {greatest: 0, levels})).toBe('    ');
	expect(sparkline([1], 0, {greatest: 1, levels})).toBe('');
});

test('that nobody can be told is said in a whole word or by a question mark, however wide the window is', () => {
	const stranger = row({revision: undefined, why: 'unknown', candidates: []});
	for (let width = 60; width <= 150; width++) {
		const said = shownIn(tableAt(width, [stranger]).rows[0]?.cells[1]);
		const room = fittedAt(width, [stranger]).find(({index}) => index === 1)?.width ?? said.length;
		expect([said, room >= said.length]).toEqual([said, true]);
	}
});

test('of the names of two revisions none is cut: where there is little room it is one word', () => {
	for (let width = 76; width < 150; width++) {
		const said = shownIn(
			tableAt(width, [row({...shared, why: 'unheard'})]).rows[0]?.cells[width < 104 ? 2 : 1],
		);
		expect([width, said]).toEqual([width, width < 140 ? 'either' : 'either: …00001 …00002']);
	}
});

test('in 80 columns, too, a revision is told by its fill, not by its hue alone', () => {
	const {rows: lines} = liveTable([row(), row({...shared, why: 'unknown'})], {
		width: 76,
		room: 9,
		service: 'cart',
		glyphs: createTheme({env: {LANG: 'C.UTF-8'}}).glyphs,
		marks: new Map([[row().revision ?? '', {fill: '█', style: {bold: true}}]]),
	});
	expect(lines.map(({cells: [fill]}) => textOf(fill))).toEqual(['█', '']);
});

/** Answer and revision of two rows, of which one is of a revision with a fill. */
const filledAt = (width: number) =>
	liveTable([row(), row({revision: undefined, key: '?'})], {
		width,
		room: 3,
		service: 'cart',
		glyphs,
		marks: new Map([[row().revision ?? '', {fill: '█', style: {bold: true}}]]),
	}).rows.map(({cells}) => cells.slice(0, 2).map(cell => textOf(cell)));

test('a revision has its fill at every width of a wide table, where that costs nothing', () => {
	expect(filledAt(126)[0]?.[0]).toMatch(/^█ Hello/);
	expect(filledAt(116)[0]?.[1]).toMatch(/^█ /);
	expect(filledAt(116)[1]?.[1]).toMatch(/^ {2}\S/);
});

/** What a row says of the last half a minute, beside answers that may be its. */
const lately = (part: Partial<Row>) =>
	tableAt(126, [row(part), row({...shared, key: 'alike', why: 'alike', lately: 20})]).rows[0]?.cells[5];

test('nothing is said of the last half a minute of a revision whose answers may be among those of no certain one', () => {
	expect(lately({n: 0, lately: 0, observedShare: undefined})).toBe('     ');
	expect(lately({lately: 0})).toBe('  0 %');
});

test('where there is not room for all rows, what answers were counted in comes before what nobody said', () => {
	const silent = (key: string) => row({key, n: 0, errors: 0, attribution: 'silent'});
	const rows = [silent('a'), silent('b'), row({key: 'shared', n: 15, ...shared})];
	expect(tableAt(76, rows, 2).rows.map(({key}) => key)).toEqual(['shared', 'more']);
});

test('what is set is said of revisions, and of those that answer alike; of what may be of any nothing is set', () => {
	const rows = [
		row(),
		...(['alike', 'unheard', 'unknown', 'any host'] as const).map(why =>
			row({...shared, key: why, why, configuredPercent: 100}),
		),
	];
	for (const width of [73, 140]) {
		const {columns, rows: cells} = tableAt(width, rows, 5);
		const set = columns.findIndex(({title}) => title === 'SET');
		expect(cells.map(line => shownIn(line.cells[set]))).toEqual(['50 %', '100 %', '', '', '']);
	}
});
