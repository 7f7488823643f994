/** The rows of the live pane as cells. Every column but the first keeps its width, so that nothing jumps. Pure. */
import {latelyIn, shareGot} from '../../console/live/verdicts.js';
import type {Row} from '../../console/state/state.js';
import type {Glyphs} from '../../terminal/output/theme.js';
import {widthOf} from '../widgets/table/fit-text.js';
import {sparkline} from '../widgets/sparkline.js';
import {steadyWidth} from '../widgets/steady-width.js';
import type {Column} from '../widgets/table/columns.js';
import type {TableRow} from '../widgets/table/table.js';
import type {TableCell} from '../widgets/table/table-text.js';
import type {RevisionMarks} from '../release/revision-marks.js';
import {count, duration, failedPart, percentOf, shortRevision} from '../format.js';

export type LiveTable = {columns: readonly Column[]; rows: readonly TableRow[]; columnGap: number};

/** From this width on there is room for a column per percentile. */
const wideFrom = 104;

/** From this width on a fill before the answer costs it nothing; else it is before the revision, whose title is longer. */
const markedFrom = 124;

/** From this width on `unattributed` has room beside every column. */
const spelledFrom = 140;

const longestRevision = 24;

const wide: readonly Column[] = [
	{title: 'ANSWER', priority: 0, min: 10, max: 40, isFlexible: true},
	{title: 'REVISION', priority: 1, min: 8, max: longestRevision, isName: true, cut: 'start'},
	{title: 'SET', priority: 2, align: 'right'},
	{title: 'GOT', priority: 1, align: 'right'},
	{title: 'RANGE', priority: 5, align: 'right'},
	{title: '30 S', priority: 6, align: 'right'},
	{title: 'COUNT', priority: 1, align: 'right'},
	{title: 'FAILED', priority: 3, align: 'right'},
	{title: 'P50', priority: 7, align: 'right'},
	{title: 'P95', priority: 8, align: 'right'},
	{title: 'P99', priority: 9, align: 'right'},
	{title: 'LATENCY', priority: 10},
];

/**
 * The same in 73 cells, which is what a window of 80 columns leaves. The greetings are what is being told apart, so
 * `Hello Knative!` must fit.
 */
const narrow: readonly Column[] = [
	{title: '', priority: 0},
	{title: 'ANSWER', priority: 0, min: 14, max: 40, isFlexible: true},
	{title: 'REV', priority: 1, min: 6, max: 12, isName: true, cut: 'start'},
	{title: 'SET', priority: 2, align: 'right'},
	{title: 'GOT', priority: 1, align: 'right'},
	{title: 'RANGE', priority: 5, align: 'right'},
	{title: 'COUNT', priority: 1, align: 'right'},
	{title: 'FAIL', priority: 3, align: 'right'},
	{title: 'P50/95/99 ms', priority: 6, align: 'right'},
	// Of the latency, as the column before it.
	{title: '', priority: 7},
];

/**
 * Where there is not room for all: the canary, then revisions that fail at their tags, then other failures, then what answers were
 * counted in; shown in their order.
 */
function chosen(
	rows: readonly Row[],
	room: number,
	{ownFailures, canary}: {ownFailures: OwnFailures; canary: string | undefined},
): readonly Row[] {
	const weight = ({revision = '', errors, n}: Row) => {
		const own = ownFailures.get(revision) ?? {asked: 0, failed: 0};
		return (
			(revision !== undefined && revision === canary ? 8 : 0) +
			(own.failed > 0 ? 4 : 0) +
			(errors > 0 ? 2 : 0) +
			(n > 0 ? 1 : 0)
		);
	};
	const byErrors = rows.toSorted((one, other) => weight(other) - weight(one));
	const kept = new Set(byErrors.slice(0, room));
	return rows.filter(row => kept.has(row));
}

/** Failures that no row shows are said all the same; in the fourteen cells of a narrow column. */
function restWords(hidden: readonly Row[]): string {
	const errors = hidden.reduce((sum, row) => sum + row.errors, 0);
	return errors === 0 ? `+${count(hidden.length, 'more row')}` : `+${hidden.length}, ${errors} failed`;
}

/** How often a revision failed where it is certain whose the failure is: at its own tag. */
export type OwnFailures = ReadonlyMap<string, {asked: number; failed: number}>;

/**
 * @param room Rows there are at most; where there are more, the last one says how many are left out.
 * @param service Name of the service, which the names of its revisions begin with.
 */
export function liveTable(
	rows: readonly Row[],
	{
		width,
		room,
		service,
		glyphs,
		canary,
		ownFailures = new Map(),
		marks = new Map(),
		isGotLately = false,
	}: {
		width: number;
		room: number;
		service: string;
		glyphs: Glyphs;
		/** Its row is there, whatever else has no room. */
		canary?: string | undefined;
		ownFailures?: OwnFailures;
		marks?: RevisionMarks;
		/** GOT is of what came lately. */
		isGotLately?: boolean;
	},
): LiveTable {
	const isWide = width >= wideFrom;
	const shown = rows.length > room ? chosen(rows, Math.max(0, room - 1), {ownFailures, canary}) : rows;
	// One scale for all rows: their heights are there to be compared.
	const greatest = Math.max(0, ...rows.flatMap(({recent}) => recent));
	const cellsOf = isWide ? wideCells : narrowCells;
	const lately = latelyIn(rows);
	const context = {
		service,
		greatest,
		glyphs,
		ownFailures,
		lately,
		isGotLately,
		isNarrow: width < spelledFrom,
	};
	const cells = shown.map(row => ({
		key: row.key,
		cells: isWide
			? marked(cellsOf(row, context), row, {
					marks,
					fillAt: width >= markedFrom ? answerColumn : revisionColumn,
				})
			: [fillOf(row, marks), ...marked(cellsOf(row, context), row, {marks})],
	}));
	const hidden = rows.filter(row => !shown.includes(row));
	const rest = {key: 'more', cells: [...(isWide ? [] : ['']), restWords(hidden)]};
	return {
		columns: isWide ? wide : narrow,
		columnGap: isWide ? 2 : 1,
		rows: hidden.length > 0 ? [...cells, rest] : cells,
	};
}

/** In a column of its own, which is narrower than a blank after it. */
function fillOf({revision}: Row, marks: RevisionMarks): TableCell {
	const mark = revision === undefined ? undefined : marks.get(revision);
	return mark ? {text: mark.fill, style: mark.style} : '';
}

/** With the hue of its revision, and with its fill in that column. */
function marked(
	cells: readonly string[],
	{revision}: Row,
	{marks, fillAt}: {marks: RevisionMarks; fillAt?: number},
): TableCell[] {
	if (marks.size === 0) return [...cells];
	const mark = revision === undefined ? undefined : marks.get(revision);
	return cells.map((text, index) => {
		const lead = index === fillAt ? `${mark?.fill ?? ' '} ` : '';
		const shown = `${lead}${text}`;
		return mark && index <= revisionColumn ? {text: shown, style: mark.style} : shown;
	});
}

const answerColumn = 0;
const revisionColumn = 1;

type LiveTableContext = {
	service: string;
	greatest: number;
	glyphs: Glyphs;
	ownFailures: OwnFailures;
	/** Answers of the last half a minute, of all rows. */
	lately: number;
	isGotLately: boolean;
	/** A revision's own name just fits. */
	isNarrow: boolean;
};

function wideCells(row: Row, context: LiveTableContext): string[] {
	const {service, greatest, glyphs, lately, isNarrow, isGotLately} = context;
	const {interval} = row;
	const got = shareGot(row, context);
	const names = whose(row, service);
	const isCut = row.candidates.length > 1 && widthOf(names) > longestRevision;
	return [
		answerOf(row),
		// Half of a word, of a count or of two names would be read as the end of one name.
		isNarrow
			? row.revision === undefined && row.why === 'any host'
				? 'any host'
				: briefly(row, service)
			: isCut
				? `${briefly(row, service)}: ${row.candidates.length} revisions`
				: names,
		configuredOf(row),
		(got === undefined ? '' : percentOf(got)).padStart(7),
		(got === undefined || isGotLately || row.revision === undefined
			? ''
			: `${(interval.low * 100).toFixed(1)}–${(interval.high * 100).toFixed(1)}`
		).padStart(10),
		(lately === 0 || isOpen(row) ? '' : `${Math.round((row.lately / lately) * 100)} %`).padStart(5),
		String(row.n),
		failedOf(row, context, ({asked, failed}) => `${failed}/${asked}`, String(row.errors)).padStart(7),
		wideLatency(row.p50),
		wideLatency(row.p95),
		wideLatency(row.p99),
		sparkline(row.recent, 12, {greatest, levels: glyphs.levels}),
	];
}

/** Nothing is known to be its, and what is of no certain revision may be. */
const isOpen = ({revision, lately, observedShare}: Row) =>
	revision !== undefined && lately === 0 && observedShare === undefined;

/** Failures of the row: those at its own tag where it is asked there, else those that users got. */
function failedOf(
	row: Row,
	{ownFailures}: LiveTableContext,
	write: (own: {asked: number; failed: number}) => string,
	ofUsers: string,
): string {
	const own = ownOf(row, ownFailures);
	return own ? write(own) : row.attribution === 'silent' ? '' : ofUsers;
}

/** Undefined where it was not asked at its tag. */
function ownOf({revision}: Row, ownFailures: OwnFailures): {asked: number; failed: number} | undefined {
	const own = revision === undefined ? undefined : ownFailures.get(revision);
	return own && own.asked > 0 ? own : undefined;
}

const wideLatency = (value: number | undefined) => (value === undefined ? '' : duration(value)).padStart(6);

function narrowCells(row: Row, context: LiveTableContext): string[] {
	const {service, greatest, glyphs, isGotLately} = context;
	const {interval, p50, p95, p99} = row;
	const got = shareGot(row, context);
	return [
		answerOf(row),
		briefly(row, service),
		configuredOf(row),
		(got === undefined ? '' : percentOf(got)).padStart(6),
		(got === undefined || isGotLately || row.revision === undefined
			? ''
			: `${Math.floor(interval.low * 100)}–${Math.ceil(interval.high * 100)}`
		).padStart(6),
		// What it fails of was not counted here where nothing but its tag is known to have answered.
		(row.n === 0 && ownOf(row, context.ownFailures) ? 'tag' : String(row.n)).padStart(5),
		failedOf(
			row,
			context,
			({asked, failed}) => failedPart(failed, asked),
			failedPart(row.errors, row.n),
		).padStart(5),
		(p50 === undefined ? '' : [p50, p95, p99].map(shortLatency).join('/')).padStart(12),
		sparkline(row.recent, 4, {greatest, levels: glyphs.levels}),
	];
}

/** At most four characters: `12`, `1.2s`, `12s`. */
function shortLatency(value: number | undefined): string {
	if (value === undefined) return '–';
	if (value < 999.5) return String(Math.round(value));
	return value < 9950 ? `${(value / 1000).toFixed(1)}s` : `${Math.round(value / 1000)}s`;
}

/** Of revisions that answer alike it is what they are to get together; of an answer that may be anybody's nothing is set. */
const configuredOf = ({configuredPercent, revision, why}: Row) =>
	configuredPercent === undefined || (revision === undefined && why !== 'alike')
		? ''
		: `${configuredPercent} %`;

/** What an answer says: the code of what failed and its words, or what tells the answer apart from others. */
export function answerOf(row: Row): string {
	if (row.code !== undefined) {
		return [row.code, steadyWidth(row.text)].filter(part => part !== '').join(' ');
	}
	if (row.fingerprint === undefined) {
		return row.attribution === 'silent' ? '(no answers)' : '(no body)';
	}
	const answer = steadyWidth(row.fingerprint);
	return row.otherFingerprints > 0 ? `${answer} +${row.otherFingerprints} more` : answer;
}

/** In six cells. What is longer is cut at its start, and half of a list of names would be read as one of them. */
function briefly(row: Row, service: string): string {
	if (row.revision !== undefined) return shortRevision(row.revision, service);
	const words = {alike: 'alike', unheard: 'either', unknown: '?', 'no success': '?', 'any host': 'any?'};
	return words[row.why ?? 'unknown'];
}

/** The revision, or why it cannot be told which. */
export function whose(row: Row, service: string): string {
	if (row.revision !== undefined) return shortRevision(row.revision, service);
	const names = row.candidates.map(candidate => shortRevision(candidate, service)).join(' ');
	switch (row.why) {
		case 'alike':
			return `alike: ${names}`;
		case 'unheard':
			return `either: ${names}`;
		case 'any host':
			return 'what any host gets';
		case 'unknown':
		case 'no success':
		case undefined:
			return 'unattributed';
	}
}
