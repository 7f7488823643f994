/** The chart of the live pane as lines: a name, a scale, cells, and how it is now. Pure. */
import type {Chart, ChartMark, ColumnValues} from '../../console/live/chart-columns.js';
import {clock, duration as durationOf, shortRevision} from '../format.js';
import {fitText, widthOf} from '../widgets/table/fit-text.js';
import {tellApart} from '../widgets/table/tell-apart.js';

export type ChartLine = {
	key: string;
	/** Whose it is; undefined of what is of all. */
	revision: string | undefined;
	/** What it is of; always as wide. */
	label: string;
	cells: string;
	/** How it is now. */
	value: string;
};

type ChartGlyphs = {readonly levels: readonly string[]; readonly mark: string; readonly ellipsis: string};

/** Cells of kind, name and scale, and of the value. */
const widths = {kind: 6, name: 10, scale: 6, value: 8};
const labelWidth = widths.kind + 1 + widths.name + 1 + widths.scale + 2;

/** Columns that a chart of that width has. */
export const chartRoom = (width: number): number => Math.max(0, width - labelWidth - widths.value - 1);

const percentSteps = [0.05, 0.1, 0.2, 0.5, 1];
const latencySteps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000];

/** The least of the steps that everything fits beneath: a scale that seldom changes. */
function scaleOf(values: readonly ColumnValues[], steps: readonly number[]): number {
	const greatest = Math.max(0, ...values.flatMap(row => row.map(value => value ?? 0)));
	return steps.find(step => step >= greatest - 1e-9) ?? greatest;
}

const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;
/** Of the split that is now: what the one before gave is not how it is, nor what came before the gateway failed everything. */
const lastOf = (
	{kind, values}: Pick<Drawn, 'kind' | 'values'>,
	{marks, silentFrom = 0, isShareOpen}: Chart,
) =>
	kind === 'share' && isShareOpen
		? undefined
		: values.slice(Math.max(marks.at(-1)?.column ?? 0, silentFrom)).findLast(value => value !== undefined);

type Drawn = {
	key: string;
	revision?: string;
	kind: string;
	name: string;
	values: ColumnValues;
	scale: number;
	write: (value: number) => string;
};

/**
 * Time, shares, errors and latencies, the most important first to stay; in their order.
 *
 * @param room Lines there are.
 * @param order Of the revisions, as the other panes have it.
 * @param service Which the names of its revisions begin with.
 * @param title What it is of, where that has to be said.
 */
export function chartLines(
	chart: Chart,
	{
		room,
		width,
		service,
		glyphs,
		order,
		title = '',
	}: {
		room: number;
		width: number;
		service: string;
		glyphs: ChartGlyphs;
		order: readonly string[];
		title?: string;
	},
): ChartLine[] {
	const ranked = rankedSeries(chart, service, glyphs);
	const kept = ranked.slice(0, Math.max(0, room - (room > 2 ? 1 : 0)));
	const kinds = ['share', 'errors', 'p95'];
	const placeOf = ({revision}: Drawn) => (revision === undefined ? -1 : order.indexOf(revision));
	const series = kept.toSorted(
		(one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind) || placeOf(one) - placeOf(other),
	);
	const columns = chartRoom(width);
	const marked = new Set(chart.marks.map(({column}) => column));
	const lines = series.map(({key, revision, kind, name, values, scale, write}, index): ChartLine => {
		const last = lastOf({kind, values}, chart);
		return {
			key,
			revision,
			label: labelOf(kind === series[index - 1]?.kind ? '' : kind, name, write(scale), glyphs),
			cells: cellsOf(values, {scale, marked, columns, glyphs}),
			value: (last === undefined ? '–' : write(last)).padStart(widths.value),
		};
	});
	return room > 2 ? [axisOf(chart, {columns, title}), ...lines] : lines;
}

/** The same in one line, for a window that has no more: a sparkline each. */
export function shortChart(
	charts: (columns: number) => Chart | undefined,
	{width, service, glyphs, title = ''}: {width: number; service: string; glyphs: ChartGlyphs; title?: string},
): string {
	const fixed = [title, 'share …00002  100 %', 'errors  100 %', 'p95  10.0 s'].join('   ').length + 2;
	const columns = Math.max(4, Math.floor((width - fixed) / 3));
	const chart = charts(columns);
	if (!chart) return '';
	const ranked = rankedSeries(chart, service, glyphs);
	const one = (kind: string) => ranked.find(series => series.kind === kind);
	const marked = new Set(chart.marks.map(({column}) => column));
	const parts = [one('share'), one('errors'), one('p95')].flatMap(series => {
		if (!series) return [];
		const {kind, name, values, scale, write} = series;
		const last = lastOf(series, chart);
		const heading = kind === 'share' ? `share ${name}` : kind;
		return [
			`${heading} ${cellsOf(values, {scale, marked, columns, glyphs})} ${last === undefined ? '–' : write(last)}`,
		];
	});
	return [...(title === '' ? [] : [title]), ...parts].join('   ');
}

/** Whether it was ever asked at its own host. */
const isCompared = ({errors}: {errors: ColumnValues}) => errors.some(value => value !== undefined);

/** What is drawn, the most telling first. */
function rankedSeries(chart: Chart, service: string, {ellipsis}: Pick<ChartGlyphs, 'ellipsis'>): Drawn[] {
	const [fresh, ...others] = chart.revisions;
	const compared = chart.revisions.filter(isCompared);
	const errorScale = scaleOf([chart.errors, ...compared.map(({errors}) => errors)], percentSteps);
	const shareScale = scaleOf(fresh ? [fresh.share] : [], percentSteps);
	const latencyScale = scaleOf(
		chart.revisions.map(({p95}) => p95),
		latencySteps,
	);
	const whole = chart.revisions.map(({revision}) => shortRevision(revision, service));
	const names = tellApart(whole, widths.name, {ellipsis});
	const nameOf = (revision: string) =>
		names[chart.revisions.findIndex(each => each.revision === revision)] ?? revision;
	const errorsOf = (drawn: typeof chart.revisions): Drawn[] =>
		drawn.filter(isCompared).map(({revision, errors}) => ({
			key: `errors ${revision}`,
			revision,
			kind: 'errors',
			name: nameOf(revision),
			values: errors,
			scale: errorScale,
			write: percent,
		}));
	const latenciesOf = (drawn: typeof chart.revisions): Drawn[] =>
		drawn
			.filter(({p95}) => p95.some(value => value !== undefined))
			.map(({revision, p95}) => ({
				key: `p95 ${revision}`,
				revision,
				kind: 'p95',
				name: nameOf(revision),
				values: p95,
				scale: latencyScale,
				write: durationOf,
			}));
	const shares: Drawn[] = fresh?.share.some(value => value !== undefined)
		? [
				{
					key: `share ${fresh.revision}`,
					revision: fresh.revision,
					kind: 'share',
					name: nameOf(fresh.revision),
					values: fresh.share,
					scale: shareScale,
					write: percent,
				},
			]
		: [];
	const users: Drawn = {
		key: 'errors of users',
		kind: 'errors',
		name: 'users',
		values: chart.errors,
		scale: errorScale,
		write: percent,
	};
	const first = fresh ? [fresh] : [];
	return [
		...shares,
		users,
		...latenciesOf(first),
		...errorsOf(first),
		...errorsOf(others),
		...latenciesOf(others),
	];
}

function labelOf(kind: string, name: string, scale: string, {ellipsis}: ChartGlyphs): string {
	const named = fitText(name, widths.name, {ellipsis});
	return `${kind.padEnd(widths.kind)} ${named} ${scale.padStart(widths.scale)}  `;
}

function cellsOf(
	values: ColumnValues,
	{
		scale,
		marked,
		columns,
		glyphs,
	}: {scale: number; marked: ReadonlySet<number>; columns: number; glyphs: ChartGlyphs},
): string {
	const {levels, mark} = glyphs;
	return values
		.map((value, column) => {
			if (marked.has(column)) return mark;
			if (value === undefined) return ' ';
			const part = scale > 0 ? Math.min(1, value / scale) : 0;
			return levels[Math.max(0, Math.ceil(part * levels.length) - 1)] ?? ' ';
		})
		.join('')
		.padEnd(columns);
}

/** When it begins, and where the split was changed; a mark whose words find no room keeps its place all the same. */
function axisOf(
	{start, duration, marks}: Chart,
	{columns, title}: {columns: number; title: string},
): ChartLine {
	let line = `${clock(start)} `;
	for (const mark of marks) {
		const words = markWords(mark);
		if (mark.column < widthOf(line) || mark.column + widthOf(words) > columns) continue;
		line = `${line.padEnd(mark.column)}${words} `;
	}
	return {
		key: 'time',
		revision: undefined,
		label: title.padEnd(labelWidth),
		cells: line.padEnd(columns).slice(0, columns),
		value: `${duration / 1000} s/col`.padStart(widths.value),
	};
}

const markWords = ({at, before, after}: ChartMark) => `${clock(at)} ${before.join('│')}→${after.join('│')}`;
