/** Where things go: sizes from the size of the window, and from how many namespaces are shown in it, so that nothing jumps when data come. */

import type {Pane} from '../console/state/panes.js';
import {paneRows} from './panes/pane-table.js';

export type Size = {width: number; height: number};

export type Layout =
	/** All panes, in the rows of the table of panes. */
	| {kind: 'all'; sizes: Readonly<Record<Pane, Size>>; body: Size}
	/** The focused pane alone. */
	| {kind: 'one'; body: Size}
	/** Not even one pane fits. */
	| {kind: 'none'; body: Size};

/** Narrower, and the columns that matter of services and revisions would not fit side by side. */
const narrowest = 76;
/** Lower, and all panes would have no room for their contents. */
const lowest = 22;

/**
 * Of the width, from how many columns on: narrow windows have room for a name, a state and a split, wider ones for the bar of each
 * split, wide ones for domain and gateway as well. The rest goes to the revisions, which have more to say.
 */
const servicesPart: readonly {readonly from: number; readonly part: number}[] = [
	{from: 180, part: 0.49},
	{from: 112, part: 0.45},
	{from: 0, part: 0.36},
];

/** Rows for the notice: the server's sentences are long, and cut ones are of little use. */
export function noticeRows(rows: number): number {
	if (rows < 12) return 0;
	return rows < 30 ? 1 : 2;
}

/** With that many rows less, which the lowest panes give: the others stay where they are. */
export function shortened(layout: Layout, rows: number): Layout {
	if (rows <= 0 || layout.kind === 'none') return layout;
	const less = ({width, height}: Size) => ({width, height: Math.max(3, height - rows)});
	const body = less(layout.body);
	if (layout.kind === 'one') return {...layout, body};
	const {sizes} = layout;
	const lowestRow = Object.fromEntries((paneRows.at(-1) ?? []).map(pane => [pane, less(sizes[pane])]));
	return {...layout, body, sizes: {...sizes, ...lowestRow}};
}

/** Rows that a sheet has at least in which one agrees to something: its evidence is to be read without scrolling. */
const dialogRows = 22;

/**
 * How many rows of what lies beneath a dialog stay on the screen above it: panes, as many as leave it its room, from the
 * top; else one row, of the selected service.
 */
export function rowsAbove(layout: Layout): {panes: number; strip: number} {
	if (layout.kind === 'none' || layout.body.height < 12) return {panes: 0, strip: 0};
	if (layout.kind === 'one') return {panes: 0, strip: 1};
	const {body, sizes} = layout;
	const heights = paneRows.map(row => Math.max(...row.map(pane => sizes[pane].height)));
	// Rows of panes from the top, all but the lowest, then one less, and so on.
	const fromTop = heights
		.slice(1)
		.map((_, index) => heights.slice(0, index + 1).reduce((sum, height) => sum + height, 0));
	const panes = fromTop.findLast(height => body.height - height >= dialogRows) ?? 0;
	return {panes, strip: panes === 0 ? 1 : 0};
}

/** Columns of the services in a narrow window: of several namespaces each row has one name more. */
const fewest = {one: 30, several: 33};

/**
 * @param columns Of the window, in cells.
 * @param isEnlarged The focused pane has all of it.
 * @param isAcross Services of several namespaces are listed.
 */
export function layoutOf(columns: number, rows: number, {isEnlarged = false, isAcross = false} = {}): Layout {
	// Without the header and the keys.
	const body = {width: columns, height: rows - 2 - noticeRows(rows)};
	if (columns < 20 || body.height < 4) return {kind: 'none', body};
	if (isEnlarged || columns < narrowest || rows < lowest) return {kind: 'one', body};
	const top = Math.max(6, Math.round(body.height * 0.32));
	// Four revisions and what users got of them: with more there is one bar for all.
	const traffic = body.height < 24 ? 5 : Math.min(7, Math.max(6, Math.round(body.height * 0.18)));
	const {part = 0} = servicesPart.find(({from}) => columns >= from) ?? {};
	const least = isAcross ? fewest.several : fewest.one;
	const services = Math.min(98, Math.max(least, Math.round(columns * part)));
	return {
		kind: 'all',
		sizes: {
			services: {width: services, height: top},
			revisions: {width: columns - services, height: top},
			traffic: {width: columns, height: traffic},
			live: {width: columns, height: body.height - top - traffic},
		},
		body,
	};
}
