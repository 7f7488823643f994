import {describe, expect, it} from 'vitest';
import {layoutOf, rowsAbove, shortened, type Layout} from '../../source/screen/layout.js';
import {paneRows} from '../../source/screen/panes/pane-table.js';

function ofAll(layout: Layout) {
	if (layout.kind !== 'all') throw new Error(`Only ${layout.kind} is laid out.`);
	return layout;
}

/** Where the panes do not cover the body: gaps and overlaps, in the rows of their table. */
function holes({sizes, body}: ReturnType<typeof ofAll>): string[] {
	const rows = paneRows.map(row => ({
		names: row.join(', '),
		heights: new Set(row.map(pane => sizes[pane].height)),
		width: row.reduce((sum, pane) => sum + sizes[pane].width, 0),
	}));
	const height = rows.flatMap(({heights}) => [...heights]).reduce((sum, one) => sum + one, 0);
	return [
		...rows
			.filter(({heights}) => heights.size !== 1)
			.map(({names, heights}) => `${names}: heights ${[...heights].join(', ')}`),
		...rows
			.filter(({width}) => width !== body.width)
			.map(({names, width}) => `${names}: ${width} of ${body.width} columns`),
		...(height === body.height ? [] : [`all: ${height} of ${body.height} rows`]),
	];
}

describe.each([
	[76, 22],
	[80, 24],
	[120, 40],
	[200, 60],
])('at %i columns and %i rows', (columns, rows) => {
	it('the panes fill the window', () => {
		expect(holes(ofAll(layoutOf(columns, rows)))).toEqual([]);
	});

	it('a longer notice takes its rows from the lowest panes alone', () => {
		const whole = ofAll(layoutOf(columns, rows));
		const short = ofAll(shortened(whole, 2));
		expect(holes(short)).toEqual([]);
		for (const pane of paneRows.slice(0, -1).flat()) expect(short.sizes[pane]).toEqual(whole.sizes[pane]);
	});
});

it('gives the services of several namespaces room for one name more in a narrow window, and nowhere else', () => {
	const [one, several] = [false, true].map(isAcross =>
		[80, 120].map(columns => ofAll(layoutOf(columns, 24, {isAcross}))),
	);
	for (const layout of several!) expect(holes(layout)).toEqual([]);
	const widths = (layouts = one) => layouts!.map(({sizes}) => sizes.services.width);
	expect(widths(several)[0]).toBeGreaterThan(widths()[0]!);
	expect(widths(several)[1]).toBe(widths()[1]);
});

const above = (columns: number, rows: number) => rowsAbove(layoutOf(columns, rows));

describe('above a dialog', () => {
	it('stand the upper rows of panes, as many as leave it its room; else one row of the service', () => {
		const {sizes} = ofAll(layoutOf(200, 60));
		expect(above(200, 60)).toEqual({panes: sizes.services.height + sizes.traffic.height, strip: 0});
		const middle = ofAll(layoutOf(120, 40));
		expect(above(120, 40)).toEqual({panes: middle.sizes.services.height, strip: 0});
		expect(above(80, 24)).toEqual({panes: 0, strip: 1});
		expect(above(60, 24)).toEqual({panes: 0, strip: 1});
		expect(above(60, 12)).toEqual({panes: 0, strip: 0});
	});
});
