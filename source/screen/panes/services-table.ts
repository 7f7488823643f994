/** What the list of services says of each. */
import type {ServiceRow} from '../../console/state/sorted.js';
import type {Absence} from '../../console/state/absence.js';
import {isGone} from '../../console/state/selection.js';
import {isReleasing} from '../../console/state/visible.js';
import {printable} from '../../knative/text/printable.js';
import {routeSettled, serviceState, type ServiceState} from '../../knative/service/service-state.js';
import type {ConsoleState, ServiceVerdict, UsersAlarm} from '../../console/state/state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {TextStyle, Theme} from '../../terminal/output/theme.js';
import type {Piece} from '../../terminal/output/pieces.js';
import {barParts} from '../widgets/stacked-bar.js';
import type {Column} from '../widgets/table/columns.js';
import {widthOf} from '../widgets/table/fit-text.js';
import {ageInList} from '../format.js';
import {titleOf} from './pane-table.js';
import type {TableCell} from '../widgets/table/table-text.js';
import type {RevisionMarks} from '../release/revision-marks.js';

/** Cells of the bar of a split. */
const barWidth = 10;

/** Of the services of one namespace. */
const columnsOfOne: readonly Column[] = [
	{title: ' ', priority: 0},
	// As wide for short names as for long ones: none of them is why another column is not there.
	{title: 'SERVICE', priority: 0, isFlexible: true, least: 13, min: 13, isName: true, cut: 'middle'},
	// Five shares of one service do not take the column from all the others.
	{title: '', priority: 3, least: barWidth, yields: 'where that is enough'},
	// With a blank before a scroll bar.
	{title: 'SPLIT', priority: 1, min: 6, usual: 6, max: 13},
	{title: 'STATE', priority: 2, min: 13},
	{title: 'AGE', priority: 4, align: 'right', least: 4},
	{title: 'DOMAIN', priority: 5, min: 16, max: 60},
	{title: 'GATEWAY', priority: 6, max: 16, yields: 'always'},
];

/** Of several: the namespace is what tells two of one name apart, and never left out. */
const columnsOfMany: readonly Column[] = [
	{title: ' ', priority: 0},
	{title: 'NAMESPACE', priority: 0, min: 9, max: 24, isName: true, cut: 'middle'},
	...columnsOfOne.slice(1),
];

/** The same where there is hardly room for both names: the split, which is what is looked for, has its place all the same. */
const fewOfMany: readonly Column[] = columnsOfMany.map(column => {
	if (column.title === 'NAMESPACE') return {...column, title: 'NS', min: 4};
	if (column.title === 'SERVICE') return {...column, least: 8, min: 8};
	return column.title === 'SPLIT' ? {...column, min: 5} : column;
});

/** Columns of a pane from which on there is room for both names as they usually are, and a split. */
const manyFrom = 40;

/**
 * @param isAcross Of all namespaces, whose names then have a column.
 * @param width Of the table.
 */
export function servicesColumns(isAcross: boolean, width: number): readonly Column[] {
	if (!isAcross) return columnsOfOne;
	return width < manyFrom ? fewOfMany : columnsOfMany;
}

/** Blanks between two of them: names are long, and the pane is narrow. */
export const servicesColumnGap = 1;

/** In which order they are, when that is not of their names; how many failed, and how many there are: the first of these that fit. */
export function servicesAside(
	{count, failed, sort}: {count: string; failed: number; sort: ConsoleState['sort']},
	width: number,
): string {
	const parts = [
		...(sort === 'name' ? [] : [`by ${sort}`]),
		...(failed === 0 ? [] : [`${failed} failed`]),
		...(count === '' ? [] : [count]),
	];
	while (parts.length > 1 && parts.join(' · ').length > width - titleOf('services').length - 8) parts.pop();
	return parts.join(' · ');
}

export type ServiceNews = {
	/** What is wrong with the pods of its newest revision, in a word: Knative itself says no more than that it deploys. */
	trouble?: string | undefined;
	/** What its loop says of it; that it is bad matters more than that it is ready. */
	verdict?: ServiceVerdict | undefined;
	/** What its pods say is bad for its users now. */
	usersAlarm?: UsersAlarm | undefined;
	/** By what its revisions are told apart in the other panes; without them there is no bar. */
	marks?: RevisionMarks | undefined;
	/** By which gateway users reach it, as far as that is known. */
	gateway?: string | undefined;
	/** Services of other namespaces are listed, too. */
	isAcross?: boolean;
	/** Milliseconds since 1970, for ages. */
	now: number;
};

/** The cells of one row, in the order of {@link servicesColumns}. Of a service that is gone only its name and why. */
export function cellsOf(service: ServiceRow, theme: Theme, news: ServiceNews): TableCell[] {
	const {isAcross = false, marks, gateway = '', now} = news;
	if (isGone(service)) {
		const {glyphs, styles} = theme;
		return [
			{text: glyphs.bad, style: styles.muted},
			...(isAcross ? [{text: printable(service.namespace), style: styles.muted}] : []),
			{text: service.name, style: styles.muted},
			'',
			'',
			{text: service.absence, style: styles.muted},
		];
	}
	const {glyph, style, word} = standingOf(service, theme, news);
	return [
		{text: glyph, style},
		...(isAcross ? [service.namespace] : []),
		service.name,
		{parts: barOf(service, theme, marks)},
		splitCell(service, theme, marks),
		{text: word, style},
		ageInList(service.createdAt, now),
		domainOf(service),
		gateway,
	];
}

/** What has become of one that is told of no more; the others are rare. */
const usualAbsence: Absence = 'deleted';

/** Where users ask for it by default. */
const domainOf = ({url}: ServiceView) => url?.replace(/^https?:\/\//, '') ?? '';

/** The worst that is known comes first: an alarm of the loop, then pods in trouble, then what Knative says. */
function standingOf(
	service: ServiceView,
	theme: Theme,
	{trouble, verdict, usersAlarm, isAcross = false}: ServiceNews,
): {glyph: string; style: TextStyle; word: string} {
	const state = serviceState(service);
	// Good is what is good now: nobody knows that of a service that is not asked any more.
	const isOld = verdict?.tone === 'good' && !verdict.isRunning;
	const said = verdict && verdict.word !== '' && !isOld ? verdict : undefined;
	if (usersAlarm !== undefined && said?.tone !== 'bad') {
		return {glyph: theme.glyphs.bad, style: theme.styles.bad, word: usersAlarm};
	}
	const mark = verdictMark(said, theme);
	if (said && mark && (said.tone !== 'good' || state.kind === 'ready')) return {...mark, word: said.word};
	if (trouble !== undefined && state.kind === 'progressing') {
		return {...markOf(routeSettled(service) ? 'serving' : 'failed', theme), word: trouble};
	}
	const word = said?.tone === 'waiting' && state.kind === 'ready' ? said.word : state.word;
	const standing = markOf(state.kind, theme);
	// Beside namespaces a narrow list has no room for splits.
	const isShared = isAcross && state.kind === 'ready' && isReleasing(service);
	return {...standing, ...(isShared && {glyph: theme.glyphs.releasing}), word};
}

/** Undefined where there is nothing to say beside the state of the service. */
function verdictMark(
	verdict: ServiceVerdict | undefined,
	{glyphs, styles}: Theme,
): {glyph: string; style: TextStyle} | undefined {
	switch (verdict?.tone) {
		case 'bad':
			return {glyph: glyphs.bad, style: styles.bad};
		case 'warning':
			return {glyph: glyphs.warning, style: styles.warning};
		case 'good':
			return {glyph: widthOf(glyphs.ok) === 1 ? glyphs.ok : glyphs.ready, style: styles.ok};
		case 'waiting':
		case undefined:
			return undefined;
	}
}

/** Widths of the texts above: measured once for each state of a service, since all of them count at every change of one. */
const measured = new WeakMap<ServiceView, readonly number[]>();

function widthsOf(service: ServiceView): readonly number[] {
	const known = measured.get(service);
	if (known) return known;
	const texts = [
		service.namespace,
		service.name,
		'',
		splitWord(service, '│'),
		serviceState(service).word,
		'',
		domainOf(service),
		'',
	];
	// All marks are one column wide.
	const widths = [1, ...texts.map(text => widthOf(text))];
	measured.set(service, widths);
	return widths;
}

const widest = new WeakMap<readonly ServiceView[], {many: readonly number[]; one: readonly number[]}>();

/** The widest text of each column; the same for the same array, and not computed again for it. */
export function widestOf(services: readonly ServiceView[], isAcross: boolean): readonly number[] {
	const known = widest.get(services) ?? widestTextsOf(services);
	return isAcross ? known.many : known.one;
}

/** With what only the pods of the selected one say in the place of its state, and the gateways that are known by now. */
export function withNews(
	widths: readonly number[],
	{
		isAcross,
		trouble = '',
		gateways,
	}: {isAcross: boolean; trouble?: string | undefined; gateways: Iterable<string>},
): readonly number[] {
	const wider = (all: readonly number[], column: string, texts: readonly string[]) => {
		const index = (isAcross ? columnsOfMany : columnsOfOne).findIndex(({title}) => title === column);
		return all.with(index, Math.max(all[index] ?? 0, ...texts.map(text => widthOf(text))));
	};
	return wider(wider(widths, 'STATE', [trouble]), 'GATEWAY', [...gateways]);
}

function widestTextsOf(services: readonly ServiceView[]): {many: readonly number[]; one: readonly number[]} {
	// A verdict, or that it is gone, may take the place of a shorter state.
	const most = columnsOfMany.map(({title}) => (title === 'STATE' ? usualAbsence.length : 0));
	for (const service of services) {
		const widths = widthsOf(service);
		for (let index = 0; index < widths.length; index++) {
			if (widths[index]! > most[index]!) most[index] = widths[index]!;
		}
	}
	const both = {many: most, one: most.toSpliced(1, 1)};
	widest.set(services, both);
	return both;
}

function markOf(kind: ServiceState['kind'], {glyphs, styles}: Theme): {glyph: string; style: TextStyle} {
	switch (kind) {
		case 'ready':
			return {glyph: glyphs.ready, style: styles.ok};
		case 'progressing':
			return {glyph: glyphs.waiting, style: styles.waiting};
		case 'serving':
			return {glyph: glyphs.warning, style: styles.warning};
		case 'failed':
			return {glyph: glyphs.bad, style: styles.bad};
		case 'deleting':
			return {glyph: glyphs.waiting, style: styles.muted};
	}
}

/**
 * In the order of the split: what the route has, or before that what was asked for; none where what it has is not known. Of more
 * than two only those that have a share: the others would cost it its place in a narrow list.
 */
function sharesOf(service: ServiceView): ReadonlyMap<string, number> {
	const isReported = service.statusTraffic.length > 0 || service.splitDoubt !== undefined;
	const entries = isReported ? service.statusTraffic : service.specTraffic;
	const shares = new Map<string, number>();
	for (const {revision, percent} of entries) {
		shares.set(revision ?? '', (shares.get(revision ?? '') ?? 0) + percent);
	}
	if (shares.size <= 2) return shares;
	const having = [...shares].filter(([, percent]) => percent > 0);
	return having.length === 0 ? shares : new Map(having);
}

/** `50│50`; `90│?` where that is no whole split. */
const splitWord = (service: ServiceView, bar: string): string =>
	[...sharesOf(service).values(), ...unreadPart(service)].join(bar);

const unreadPart = ({splitDoubt}: ServiceView): readonly string[] => (splitDoubt === undefined ? [] : ['?']);

/** The same in colour; where there is not room for all of the shares it says how many more there are. */
function splitCell(service: ServiceView, theme: Theme, marks: RevisionMarks | undefined): TableCell {
	const parts = splitParts(service, theme, marks);
	const share = (index: number) => parts.slice(0, 2 * index);
	const count = (parts.length + 1) / 2;
	return {
		parts,
		within(width) {
			for (let shown = count - 1; shown > 0; shown--) {
				const few = [...share(shown), {text: `+${count - shown}`, style: theme.styles.muted}];
				if (few.reduce((sum, {text}) => sum + widthOf(text), 0) <= width) return few;
			}
			return undefined;
		},
	};
}

/** Each share in the hue of its revision, where there are several, and a bar between two. */
function splitParts(service: ServiceView, {isAscii, styles}: Theme, marks: RevisionMarks = noMarks): Piece[] {
	const shares = [...sharesOf(service)];
	const bar = {text: isAscii ? '|' : '│', style: styles.muted};
	const read = shares.flatMap(([revision, percent], index) => [
		...(index === 0 ? [] : [bar]),
		{text: String(percent), style: (shares.length > 1 && marks.get(revision)?.style) || styles.plain},
	]);
	const unread = unreadPart(service).map(text => ({text, style: styles.warning}));
	return [...read, ...unread.flatMap(piece => (read.length === 0 ? [piece] : [bar, piece]))];
}

const noMarks: RevisionMarks = new Map();

function barOf(service: ServiceView, {styles}: Theme, marks: RevisionMarks = noMarks): Piece[] {
	const shares = [...sharesOf(service)];
	// A bar is the whole of a split.
	if (service.splitDoubt !== undefined) return [];
	if (shares.some(([revision]) => !marks.has(revision))) return [];
	const parts = barParts(
		shares.map(([, percent]) => percent),
		barWidth,
	);
	return shares.map(([revision], index) => {
		const {fill = '', style = styles.plain} = marks.get(revision) ?? {};
		return {text: fill.repeat(parts[index]?.cells ?? 0), style};
	});
}
