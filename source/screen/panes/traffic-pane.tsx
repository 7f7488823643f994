/** Pane 3: the slider. A row per target of the split; what is drafted is marked as such until it is sent. */
import {titleOf} from './pane-table.js';
import {Box, Text} from 'ink';
import {useMemo} from 'react';
import {useShallow} from 'zustand/react/shallow';
import {draftOf, focusedPane, selectedRow, selectedService, shownSplit} from '../../console/state/read.js';
import type {ServiceView} from '../../knative/service/service.js';
import {equalSplits, splitOf, type Split, type SplitRow} from '../../knative/split/split.js';
import {lateRefusal} from '../../knative/release/late-refusal.js';
import {conditionSentence} from '../../knative/revision/revision-state.js';
import {condition, routeSettled} from '../../knative/service/service-state.js';
import {apportion} from '../../knative/split/apportion.js';
import type {Theme} from '../../terminal/output/theme.js';
import type {ConsoleState, Move, ServiceVerdict} from '../../console/state/state.js';
import type {Size} from '../layout.js';
import {fitText, widthOf} from '../widgets/table/fit-text.js';
import {tellApart} from '../widgets/table/tell-apart.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {Frame} from '../widgets/frame.js';
import {List} from '../widgets/table/list.js';
import {barParts} from '../widgets/stacked-bar.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsoleState} from '../use-console.js';
import {wrapLine, type DocumentLine} from '../sheets/inspect/document.js';
import {shortRevision} from '../format.js';
import {useRelease} from './use-release.js';
import type {RevisionMarks} from './revision-marks.js';
import {changesWords} from '../frame/changes.js';
import {contradiction, inPlaceWords} from './gateway-evidence.js';

export function TrafficPane({width, height}: Size) {
	const service = useConsoleState(selectedService);
	const draft = useConsoleState(state => draftOf(state, service));
	const selectedKey = useConsoleState(state => service && selectedRow(state, service)?.key);
	const focus = useConsoleState(focusedPane);
	const move = useConsoleState(state => service && state.moves.get(service.uid));
	const verdict = useConsoleState(state => service && state.verdicts.get(service.uid));
	const theme = useTheme();
	const size = frameContentSize(width, height);
	const current = useMemo(() => (service ? splitOf(service) : []), [service]);
	const drafted = useConsoleState(
		useShallow(({drafts, row, firstRow, typed}) => ({drafts, row, firstRow, typed})),
	);
	const shown = useMemo(() => (service ? shownSplit(drafted, service) : []), [service, drafted]);
	const said = service ? saidLines(service, verdict, size, theme) : [];
	const told = useRelease(service);
	const users = useConsoleState(state => (state.users?.uid === service?.uid ? state.users : undefined));
	const room = size.height - said.length;
	// With more rows than there is room for, one bar for all of them: what users get of each matters more than a row of its own.
	const isOneBar = shown.length > room && room > 1;
	const got =
		service && (isOneBar ? room > 2 : room > shown.length) ? gotOf(shown, verdict, users) : undefined;
	const listHeight = isOneBar ? room - (got ? 2 : 1) : got ? shown.length : room;
	const spare = room - (isOneBar ? 3 : shown.length + (got ? 1 : 0)) - 1;
	const changes = useConsoleState(
		useShallow(state =>
			service && spare > 0
				? recentChanges(state, service.uid, {isAscii: theme.isAscii, arrow: theme.glyphs.arrow}, spare)
				: [],
		),
	);
	const theirs = draft && !equalSplits(draft.base, current) ? current : undefined;
	return (
		<Frame
			width={width}
			height={height}
			title={titleOf('traffic')}
			aside={
				service &&
				asideOf(service, move, {
					isDraft: draft !== undefined,
					isTyping: drafted.typed !== undefined,
					isChanged: theirs !== undefined,
					verdict,
				})
			}
			isFocused={focus === 'traffic'}
		>
			{service && isOneBar && (
				<SplitBar
					label="set"
					percents={shown.map(({percent}) => percent)}
					service={service}
					split={shown}
					marks={told?.marks ?? noMarks}
					width={size.width}
				/>
			)}
			{service && isOneBar && got && (
				<SplitBar
					{...got}
					service={service}
					split={shown}
					marks={told?.marks ?? noMarks}
					width={size.width}
				/>
			)}
			{service && (
				<List
					items={shown}
					// By their places: those of another service are changed to, not made anew.
					keyOf={row => String(shown.indexOf(row))}
					selected={shown.findIndex(({key}) => key === selectedKey)}
					isFocused={focus === 'traffic'}
					width={size.width}
					height={Math.min(listHeight, Math.max(1, shown.length))}
					renderRow={(row, {isSelected, width: rowWidth}) => (
						<SplitRowLine
							row={row}
							width={rowWidth}
							service={service}
							split={shown}
							before={current.find(({key}) => key === row.key)?.percent}
							base={draft?.base.find(({key}) => key === row.key)?.percent}
							isChangedByOthers={theirs !== undefined}
							typed={isSelected ? drafted.typed : undefined}
							marks={told?.marks ?? noMarks}
							isServed={isGotByUsers(service, verdict)}
						/>
					)}
				/>
			)}
			{service && got && !isOneBar && (
				<SplitBar
					{...got}
					service={service}
					split={shown}
					marks={told?.marks ?? noMarks}
					width={size.width}
				/>
			)}
			{changes.map((text, index) => (
				<Text key={index} wrap="truncate" {...theme.styles.muted}>
					{text}
				</Text>
			))}
			{said.map((line, index) => (
				<Text key={index} wrap="truncate" {...line.style}>
					{line.text}
				</Text>
			))}
		</Frame>
	);
}

const noMarks: RevisionMarks = new Map();

/** Who changed the split of it when, the newest first, after a blank line. */
function recentChanges(
	state: Pick<ConsoleState, 'history'>,
	uid: string,
	{isAscii, arrow}: {isAscii: boolean; arrow: string},
	room: number,
): string[] {
	const words = changesWords(state, uid, {bar: isAscii ? '|' : '│', arrow}).slice(0, room);
	return words.length > 0 ? [' ', ...words.map(text => `  ${text}`)] : [];
}

/** What was got of each row, in percent of what was counted, and by whom. */
type Got = {readonly label: string; readonly percents: readonly number[]};

/**
 * Of the last half a minute: what the loop was answered, else what users were, in the order of the rows. Undefined while too little
 * is known for a bar.
 */
function gotOf(
	split: Split,
	verdict: ServiceVerdict | undefined,
	users: ConsoleState['users'],
): Got | undefined {
	const bars = (label: string, shareOf: (revision: string) => number | undefined): Got | undefined => {
		const shares = split.map(({revision}) => (revision === undefined ? 0 : (shareOf(revision) ?? 0)));
		const sum = shares.reduce((left, right) => left + right, 0);
		return sum > 0 ? {label, percents: apportion(shares, 100)} : undefined;
	};
	const answered = verdict?.isRunning
		? bars('got', name => verdict.shares.find(({revision}) => revision === name)?.got)
		: undefined;
	if (answered) return answered;
	const rows = users?.snapshot.view.recent.rows ?? [];
	return bars('users', name => rows.find(({revision}) => revision === name)?.share);
}

/** What the route says no to, or what answers prove to be otherwise, in as many rows as are left; the selected row keeps one. */
function saidLines(
	service: ServiceView,
	verdict: ServiceVerdict | undefined,
	{width, height}: Size,
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
): DocumentLine[] {
	const refusal = lateRefusal(service);
	const proven = contradiction(verdict);
	const lines: DocumentLine[] = refusal
		? [
				{text: `${glyphs.bad} ${refusal.said}`, style: styles.bad},
				{text: `${refusal.meaning} ${refusal.wayBack}`, style: styles.warning},
			]
		: proven === undefined
			? []
			: [{text: `${glyphs.bad} ${proven}`, style: styles.bad}];
	const rows = lines.flatMap(line => wrapLine(line, width).map(text => ({...line, text})));
	const shown = rows.slice(0, Math.max(0, height - 1));
	const last = shown.at(-1);
	if (last === undefined || shown.length === rows.length) return shown;
	// What has no room is cut where it can be seen that it was.
	const rest = rows.slice(shown.length).map(({text}) => text);
	return [...shown.slice(0, -1), {...last, text: [last.text, ...rest].join(' ')}];
}

/** A bar is green only of what users get: not while no revision is ready, or the gateway says otherwise. */
function isGotByUsers(service: ServiceView, verdict: ServiceVerdict | undefined): boolean {
	if (service.latestReady === undefined && !routeSettled(service)) return false;
	return contradiction(verdict) === undefined;
}

/** The state of the draft, or how far the gateway has got with the split that was sent. */
function asideOf(
	service: ServiceView,
	move: Move | undefined,
	{
		isDraft,
		isTyping,
		isChanged,
		verdict,
	}: {isDraft: boolean; isTyping: boolean; isChanged: boolean; verdict: ServiceVerdict | undefined},
): string {
	if (isChanged) return `draft · ${service.lastModifier ?? 'somebody'} changed the split meanwhile`;
	if (isTyping) return 'type 0 to 100 · Enter reviews it';
	if (isDraft) return 'draft · sums to 100 · Enter reviews it';
	// The server has taken a change that the watch has not told of yet: what is shown is from before it.
	if (move && move.generation > service.generation) return 'sent · waiting for the watch';
	if (routeSettled(service)) {
		return inPlaceWords(service, move, verdict);
	}
	const refusal = lateRefusal(service);
	if (refusal) {
		return refusal.isFirst
			? 'Route not ready; service not served'
			: 'Route not ready; the split before is served';
	}
	if (service.observedGeneration !== service.generation) {
		return 'waiting for the controller';
	}
	const words = conditionSentence(condition(service, 'RoutesReady'));
	return `sent · ${words === '' ? 'the gateway does not have it yet' : words}`;
}

const percentWidth = 11;

/** From this width on there is room for names and tags of the usual length: the bars stay where they are from service to service. */
const roomy = 100;
const usualWidths = {name: 'latest (…00001)'.length, tag: 'canary'.length};

/** Widths of names and tags, which all rows have in common. */
function columnsOf(split: Split, service: ServiceView, width: number) {
	const usual = width < roomy ? {name: 0, tag: 0} : usualWidths;
	const names = split.map(candidate => nameOf(candidate, service));
	const nameWidth = Math.min(
		Math.max(usual.name, ...names.map(name => widthOf(name))),
		Math.floor(width * 0.35),
	);
	const tags = split.map(candidate => candidate.tags.join(', '));
	const tagWidth = Math.min(Math.max(usual.tag, ...tags.map(tag => widthOf(tag))), Math.floor(width * 0.15));
	return {names, tags, nameWidth, tagWidth};
}

/** The mark and a blank; name, tag and lock; the value at the end. */
function barWidthOf({nameWidth, tagWidth}: {nameWidth: number; tagWidth: number}, width: number): number {
	return Math.max(0, width - (2 + nameWidth + 1 + (tagWidth > 0 ? tagWidth + 1 : 0) + 2 + percentWidth + 1));
}

/** All shares on one line, in the scale of the rows: what is set, or what is got of it. */
function SplitBar({
	label,
	percents,
	service,
	split,
	marks,
	width,
}: {
	label: string;
	percents: readonly number[];
	service: ServiceView;
	split: Split;
	marks: RevisionMarks;
	width: number;
}) {
	const {styles, isAscii} = useTheme();
	const columns = columnsOf(split, service, width - rowMargin);
	const value = percents.join(isAscii ? '|' : '│');
	const valueWidth = Math.max(percentWidth, widthOf(value));
	const barWidth = Math.max(0, barWidthOf(columns, width - rowMargin) - (valueWidth - percentWidth));
	const lead = width - barWidth - valueWidth - 1;
	return (
		<Text wrap="truncate">
			<Text {...styles.muted}>{fitText(`  ${label}`, lead)}</Text>
			{barParts(percents, barWidth).map(({cells}, index) => {
				const {revision} = split[index] ?? {};
				const mark = revision === undefined ? undefined : marks.get(revision);
				return (
					<Text key={index} {...mark?.style}>
						{(mark?.fill ?? ' ').repeat(cells)}
					</Text>
				);
			})}
			{` ${fitText(value, valueWidth, {align: 'right'})}`}
		</Text>
	);
}

/** Columns before a row of the list: the mark of the selection. */
const rowMargin = 2;

function SplitRowLine({
	row,
	width,
	service,
	split,
	before,
	base,
	isChangedByOthers,
	typed,
	marks,
	isServed,
}: {
	row: SplitRow;
	width: number;
	service: ServiceView;
	split: Split;
	/** What the server has; undefined where it does not list the row. */
	before: number | undefined;
	base: number | undefined;
	isChangedByOthers: boolean;
	typed: string | undefined;
	marks: RevisionMarks;
	/** Users get this, as far as is known. */
	isServed: boolean;
}) {
	const {glyphs, styles} = useTheme();
	const {names, tags, nameWidth, tagWidth} = columnsOf(split, service, width);
	const index = split.indexOf(row);
	// No two rows of a split may read alike: which of them gets the traffic is what is read here.
	const shownName = tellApart(names, nameWidth, {ellipsis: glyphs.ellipsis})[index] ?? nameOf(row, service);
	const shownTags = tellApart(tags, tagWidth, {position: 'end', ellipsis: glyphs.ellipsis})[index] ?? '';
	const changed = before !== row.percent;
	const value =
		typed === undefined
			? changed
				? `${before ?? '–'} ${glyphs.arrow} ${row.percent} %`
				: `${row.percent} %`
			: `${typed}${glyphs.cursor} %`;
	const others = isChangedByOthers ? `  was ${base ?? '–'}, theirs ${before ?? '–'}` : '';
	const barWidth = Math.max(0, barWidthOf({nameWidth, tagWidth}, width) - widthOf(others));
	const part = barParts(
		split.map(({percent}) => percent),
		barWidth,
	)[index] ?? {from: 0, cells: 0};
	const mark = (row.revision === undefined ? undefined : marks.get(row.revision)) ?? {
		fill: glyphs.fills[3],
		style: styles.plain,
	};
	// What is moved has a handle at its end.
	const body = changed && part.cells > 0 ? part.cells - 1 : part.cells;
	return (
		<Box width={width}>
			<Text wrap="truncate">
				<Text {...mark.style}>{mark.fill}</Text> {fitText(shownName, nameWidth)}{' '}
				{tagWidth > 0 && <Text {...styles.muted}>{`${fitText(shownTags, tagWidth)} `}</Text>}
				{row.locked ? `${glyphs.locked} ` : '  '}
			</Text>
			{barWidth > 3 && (
				<Text wrap="truncate">
					{' '.repeat(part.from)}
					<Text {...(isServed ? mark.style : styles.muted)}>{mark.fill.repeat(body)}</Text>
					{body < part.cells && <Text {...styles.draft}>{glyphs.handle}</Text>}
					{' '.repeat(barWidth - part.from - part.cells)}
				</Text>
			)}
			<Text wrap="truncate" {...(changed || typed !== undefined ? styles.draft : {})}>
				{` ${fitText(value, percentWidth, {align: 'right'})}`}
			</Text>
			{others !== '' && <Text {...styles.warning}>{others}</Text>}
		</Box>
	);
}

/** `…00001`, or `latest (…00002)` for the row that follows the latest ready revision: never without being told apart. */
function nameOf(row: SplitRow, {name}: ServiceView): string {
	const revision = row.revision === undefined ? undefined : shortRevision(row.revision, name);
	if (!row.latest) return revision ?? row.key;
	return revision === undefined ? 'latest (none ready)' : `latest (${revision})`;
}
