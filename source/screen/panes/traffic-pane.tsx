/** Pane 3: the slider. A row per target of the split; what is drafted is marked as such until it is sent. */
import {Box, Text} from 'ink';
import {useMemo} from 'react';
import {useShallow} from 'zustand/react/shallow';
import {draftOf, selectedRow, selectedService, shownSplit} from '../../console/state/read.js';
import type {ServiceView} from '../../knative/service/service.js';
import {equalSplits, splitOf, type Split, type SplitRow} from '../../knative/split/split.js';
import {lateRefusal} from '../../knative/release/late-refusal.js';
import {conditionSentence} from '../../knative/revision/revision-state.js';
import {condition, routeSettled} from '../../knative/service/service-state.js';
import type {Theme} from '../../terminal/output/theme.js';
import type {Move, ServiceVerdict} from '../../console/state/state.js';
import type {Size} from '../layout.js';
import {fitText, widthOf} from '../widgets/table/fit-text.js';
import {tellApart} from '../widgets/table/tell-apart.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {Frame} from '../widgets/frame.js';
import {List} from '../widgets/table/list.js';
import {ShareBar} from '../widgets/share-bar.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsoleState} from '../use-console.js';
import {wrapLine, type DocumentLine} from '../sheets/inspect/document.js';
import {shortRevision} from '../format.js';
import {contradiction, inPlaceWords} from './gateway-evidence.js';

export function TrafficPane({width, height}: Size) {
	const service = useConsoleState(selectedService);
	const draft = useConsoleState(state => draftOf(state, service));
	const selectedKey = useConsoleState(state => service && selectedRow(state, service)?.key);
	const focus = useConsoleState(state => state.focus);
	const move = useConsoleState(state => service && state.moves.get(service.uid));
	const verdict = useConsoleState(state => service && state.verdicts.get(service.uid));
	const theme = useTheme();
	const size = frameContentSize(width, height);
	const current = useMemo(() => (service ? splitOf(service) : []), [service]);
	const drafted = useConsoleState(useShallow(({drafts, row, typed}) => ({drafts, row, typed})));
	const shown = useMemo(() => (service ? shownSplit(drafted, service) : []), [service, drafted]);
	const said = service ? saidLines(service, verdict, size, theme) : [];
	const theirs = draft && !equalSplits(draft.base, current) ? current : undefined;
	return (
		<Frame
			width={width}
			height={height}
			title="3 Traffic"
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
			{service && (
				<List
					items={shown}
					keyOf={row => row.key}
					selected={shown.findIndex(({key}) => key === selectedKey)}
					width={size.width}
					height={size.height - said.length}
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
							isServed={isGotByUsers(service, verdict)}
						/>
					)}
				/>
			)}
			{said.map(line => (
				<Text key={line.text} wrap="truncate" {...line.style}>
					{line.text}
				</Text>
			))}
		</Frame>
	);
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
	return rows.slice(0, Math.max(0, height - 1));
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
	if (isChanged) return 'draft · the split was changed by somebody else meanwhile';
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
/** Half a column for a percent; in a wider one the value would stand too far from the name to be read as one row. */
const longestBar = 50;

/** From this width on there is room for names and tags of the usual length: the bars stay where they are from service to service. */
const roomy = 100;
const usualWidths = {name: 'latest (…00001)'.length, tag: 'canary'.length};

function SplitRowLine({
	row,
	width,
	service,
	split,
	before,
	base,
	isChangedByOthers,
	typed,
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
	/** Users get this, as far as is known. */
	isServed: boolean;
}) {
	const {glyphs, styles} = useTheme();
	const usual = width < roomy ? {name: 0, tag: 0} : usualWidths;
	const names = split.map(candidate => nameOf(candidate, service));
	const nameWidth = Math.min(
		Math.max(usual.name, ...names.map(name => widthOf(name))),
		Math.floor(width * 0.35),
	);
	const tags = split.map(candidate => candidate.tags.join(', '));
	const tagWidth = Math.min(Math.max(usual.tag, ...tags.map(tag => widthOf(tag))), Math.floor(width * 0.15));
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
	const fixed = nameWidth + 1 + (tagWidth > 0 ? tagWidth + 1 : 0) + 2 + percentWidth + 1 + widthOf(others);
	const barWidth = Math.max(0, Math.min(longestBar, width - fixed));
	return (
		<Box width={width}>
			<Text wrap="truncate">
				{fitText(shownName, nameWidth)}{' '}
				{tagWidth > 0 && <Text {...styles.muted}>{`${fitText(shownTags, tagWidth)} `}</Text>}
				{row.locked ? `${glyphs.locked} ` : '  '}
			</Text>
			{barWidth > 3 && (
				<ShareBar
					percent={row.percent}
					width={barWidth}
					style={changed ? styles.draft : isServed ? styles.ok : styles.bad}
				/>
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
