/** The rows of the live pane as cells. Every column but the first keeps its width, so that nothing jumps. Pure. */
import type {Row} from '../../console/state/state.js';
import type {Glyphs} from '../../terminal/output/theme.js';
import {widthOf} from '../widgets/table/fit-text.js';
import {sparkline} from '../widgets/sparkline.js';
import {steadyWidth} from '../widgets/steady-width.js';
import type {Column} from '../widgets/table/columns.js';
import type {TableRow} from '../widgets/table/table.js';
import {count, duration, percentOf, shortRevision} from '../format.js';

export type LiveTable = {columns: readonly Column[]; rows: readonly TableRow[]; columnGap: number};

/** From this width on there is room for a column per percentile. */
const wideFrom = 104;

const longestRevision = 24;

const wide: readonly Column[] = [
	{title: 'ANSWER', priority: 0, min: 10, max: 40, isFlexible: true},
	{title: 'REVISION', priority: 1, min: 8, max: longestRevision, isName: true, cut: 'start'},
	{title: 'ASKED', priority: 2, align: 'right'},
	{title: 'SEEN', priority: 1, align: 'right'},
	{title: '95 %', priority: 5, align: 'right'},
	{title: 'ANSWERS', priority: 1, align: 'right'},
	{title: 'ERRORS', priority: 4, align: 'right'},
	{title: 'P50', priority: 6, align: 'right'},
	{title: 'P95', priority: 7, align: 'right'},
	{title: 'P99', priority: 8, align: 'right'},
	{title: 'RECENT', priority: 9},
];

/**
 * The same in 73 cells, which is what a window of 80 columns leaves. The greetings are what is being told apart, so
 * `Hello Knative!` must fit.
 */
const narrow: readonly Column[] = [
	{title: 'ANSWER', priority: 0, min: 14, max: 40, isFlexible: true},
	{title: 'REV', priority: 1, min: 6, max: 12, isName: true, cut: 'start'},
	{title: 'ASKED', priority: 2, align: 'right'},
	{title: 'SEEN', priority: 1, align: 'right'},
	{title: '95 %', priority: 5, align: 'right'},
	{title: 'N', priority: 1, align: 'right'},
	{title: 'ERR', priority: 4, align: 'right'},
	{title: 'P50/95/99 ms', priority: 6, align: 'right'},
	{title: 'LAST', priority: 7},
];

/** Where there is not room for all: errors before other rows, and else in their order; shown in their order. */
function chosen(rows: readonly Row[], room: number): readonly Row[] {
	const byErrors = rows.toSorted((a, b) => Number(b.errors > 0) - Number(a.errors > 0));
	const kept = new Set(byErrors.slice(0, room));
	return rows.filter(row => kept.has(row));
}

/** Errors that no row shows are said all the same. */
function restWords(hidden: readonly Row[]): string {
	const errors = hidden.reduce((sum, row) => sum + row.errors, 0);
	const rows = `and ${count(hidden.length, 'more row')}`;
	return errors === 0 ? rows : `${rows}, ${count(errors, 'error')}`;
}

/**
 * @param room Rows there are at most; where there are more, the last one says how many are left out.
 * @param service Name of the service, which the names of its revisions begin with.
 */
export function liveTable(
	rows: readonly Row[],
	{width, room, service, glyphs}: {width: number; room: number; service: string; glyphs: Glyphs},
): LiveTable {
	const isWide = width >= wideFrom;
	const shown = rows.length > room ? chosen(rows, Math.max(0, room - 1)) : rows;
	// One scale for all rows: their heights are there to be compared.
	const greatest = Math.max(0, ...rows.flatMap(({recent}) => recent));
	const cellsOf = isWide ? wideCells : narrowCells;
	const cells = shown.map(row => ({key: row.key, cells: cellsOf(row, {service, greatest, glyphs})}));
	const hidden = rows.filter(row => !shown.includes(row));
	const rest = {key: 'more', cells: [restWords(hidden)]};
	return {
		columns: isWide ? wide : narrow,
		columnGap: isWide ? 2 : 1,
		rows: hidden.length > 0 ? [...cells, rest] : cells,
	};
}

type LiveTableContext = {service: string; greatest: number; glyphs: Glyphs};

function wideCells(row: Row, {service, greatest, glyphs}: LiveTableContext): string[] {
	const {observedShare, interval} = row;
	const names = whose(row, service);
	const isCut = row.candidates.length > 1 && widthOf(names) > longestRevision;
	return [
		answerOf(row),
		isCut ? `${briefly(row, service)}: ${row.candidates.length} revisions` : names,
		configuredOf(row),
		(observedShare === undefined ? '' : percentOf(observedShare)).padStart(7),
		(observedShare === undefined
			? ''
			: `${(interval.low * 100).toFixed(1)}–${(interval.high * 100).toFixed(1)}`
		).padStart(10),
		String(row.n),
		String(row.errors),
		wideLatency(row.p50),
		wideLatency(row.p95),
		wideLatency(row.p99),
		sparkline(row.recent, 12, {greatest, levels: glyphs.levels}),
	];
}

const wideLatency = (value: number | undefined) => (value === undefined ? '' : duration(value)).padStart(6);

function narrowCells(row: Row, {service, greatest, glyphs}: LiveTableContext): string[] {
	const {observedShare, interval, p50, p95, p99} = row;
	return [
		answerOf(row),
		briefly(row, service),
		configuredOf(row),
		(observedShare === undefined ? '' : percentOf(observedShare)).padStart(6),
		(observedShare === undefined
			? ''
			: `${Math.floor(interval.low * 100)}–${Math.ceil(interval.high * 100)}`
		).padStart(6),
		String(row.n).padStart(5),
		String(row.errors).padStart(4),
		(p50 === undefined ? '' : [p50, p95, p99].map(shortLatency).join('/')).padStart(12),
		sparkline(row.recent, 5, {greatest, levels: glyphs.levels}),
	];
}

/** At most four characters: `12`, `1.2s`, `12s`. */
function shortLatency(value: number | undefined): string {
	if (value === undefined) return '–';
	if (value < 999.5) return String(Math.round(value));
	return value < 9950 ? `${(value / 1000).toFixed(1)}s` : `${Math.round(value / 1000)}s`;
}

const configuredOf = ({configuredPercent}: Row) =>
	configuredPercent === undefined ? '' : `${configuredPercent} %`;

export function answerOf(row: Row): string {
	if (row.fingerprint === undefined) {
		return row.attribution === 'silent' ? '(no answer yet)' : '(no body)';
	}
	const answer = steadyWidth(row.fingerprint);
	return row.otherFingerprints > 0 ? `${answer} +${row.otherFingerprints} more` : answer;
}

/** In six cells. What is longer is cut at its start, and half of a list of names would be read as one of them. */
function briefly(row: Row, service: string): string {
	const words: Partial<Record<Row['attribution'], string>> = {
		indistinguishable: 'alike',
		contradictory: 'either',
		unknown: 'nobody',
	};
	return words[row.attribution] ?? whose(row, service);
}

/** The revision, or why it cannot be told which. */
export function whose(row: Row, service: string): string {
	const names = row.candidates.map(candidate => shortRevision(candidate, service)).join(' ');
	switch (row.attribution) {
		case 'revision':
		case 'silent':
			return shortRevision(row.revision ?? '', service);
		case 'indistinguishable':
			return `alike: ${names}`;
		case 'contradictory':
			return `either: ${names}`;
		case 'unknown':
			return 'unattributed';
	}
}
