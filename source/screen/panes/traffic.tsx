/** Pane 3: the slider. A row per target of the split; what is drafted is marked as such until it is sent. */
import {Box, Text} from 'ink';
import {useMemo} from 'react';
import {useShallow} from 'zustand/react/shallow';
import {draftOf, selectedRow, selectedService} from '../../store/read.js';
import type {ServiceView} from '../../traffic/service.js';
import {equalSplits, splitOf, type Split, type SplitRow} from '../../traffic/split.js';
import {condition, routeSettled} from '../../traffic/state.js';
import type {Size} from '../layout.js';
import {fitText, widthOf} from '../parts/fit-text.js';
import {Frame, frameContentSize} from '../parts/frame.js';
import {List} from '../parts/list.js';
import {ShareBar} from '../parts/share-bar.js';
import {useTheme} from '../parts/theme-context.js';
import {useConsoleState} from '../use-console.js';
import {shortRevision} from '../words.js';

export function TrafficPane({width, height}: Size) {
	const service = useConsoleState(selectedService);
	const draft = useConsoleState(state => draftOf(state, service));
	const selectedKey = useConsoleState(state => service && selectedRow(state, service)?.key);
	const {focus, typed} = useConsoleState(useShallow(state => ({focus: state.focus, typed: state.typed})));
	const size = frameContentSize(width, height);
	const current = useMemo(() => (service ? splitOf(service) : []), [service]);
	const shown = draft?.split ?? current;
	const theirs = draft && !equalSplits(draft.base, current) ? current : undefined;
	return (
		<Frame
			width={width}
			height={height}
			title="3 Traffic"
			aside={service && asideOf(service, {isDraft: draft !== undefined, isChanged: theirs !== undefined})}
			isFocused={focus === 'traffic'}
		>
			{service && (
				<List
					items={shown}
					keyOf={row => row.key}
					selected={shown.findIndex(({key}) => key === selectedKey)}
					width={size.width}
					height={size.height}
					renderRow={(row, {isSelected, width: rowWidth}) => (
						<SplitRowLine
							row={row}
							width={rowWidth}
							service={service}
							split={shown}
							before={current.find(({key}) => key === row.key)?.percent}
							base={draft?.base.find(({key}) => key === row.key)?.percent}
							isChangedByOthers={theirs !== undefined}
							typed={isSelected && typed !== '' ? typed : undefined}
						/>
					)}
				/>
			)}
		</Frame>
	);
}

/** The state of the draft, or how far the gateway has got with the split that was sent. */
function asideOf(service: ServiceView, {isDraft, isChanged}: {isDraft: boolean; isChanged: boolean}): string {
	if (isChanged) return 'draft · the split was changed by somebody else meanwhile';
	if (isDraft) return 'draft · sums to 100 · ⏎ reviews it';
	if (routeSettled(service)) return 'the gateway has this split';
	const routes = condition(service, 'RoutesReady');
	const words = [routes?.reason, routes?.message].filter(word => word !== undefined && word !== '');
	return words.length === 0 ? 'the gateway has it not yet' : words.join(': ');
}

const percentWidth = 11;

function SplitRowLine({
	row,
	width,
	service,
	split,
	before,
	base,
	isChangedByOthers,
	typed,
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
}) {
	const {glyphs, styles} = useTheme();
	const names = split.map(candidate => nameOf(candidate, service));
	const nameWidth = Math.min(Math.max(...names.map(name => widthOf(name))), Math.floor(width * 0.35));
	const tags = split.map(candidate => candidate.tags.join(', '));
	const tagWidth = Math.min(Math.max(...tags.map(tag => widthOf(tag))), Math.floor(width * 0.15));
	const changed = before !== row.percent;
	const value =
		typed === undefined
			? changed
				? `${before ?? '–'} ${glyphs.arrow} ${row.percent} %`
				: `${row.percent} %`
			: `${typed}${glyphs.cursor} %`;
	const others = isChangedByOthers ? `  was ${base ?? '–'}, theirs ${before ?? '–'}` : '';
	const fixed = nameWidth + 1 + (tagWidth > 0 ? tagWidth + 1 : 0) + 2 + percentWidth + 1 + widthOf(others);
	const barWidth = Math.max(0, width - fixed);
	return (
		<Box width={width}>
			<Text wrap="truncate">
				{fitText(nameOf(row, service), nameWidth, {position: 'start'})}{' '}
				{tagWidth > 0 && <Text {...styles.muted}>{`${fitText(row.tags.join(', '), tagWidth)} `}</Text>}
				{row.locked ? `${glyphs.locked} ` : '  '}
			</Text>
			{barWidth > 3 && (
				<ShareBar percent={row.percent} width={barWidth} style={changed ? styles.draft : styles.ok} />
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
