/** Pane 3: the slider. A row per target of the split; what is drafted is marked as such until it is sent. */
import {Text} from 'ink';
import {useMemo} from 'react';
import {
	draftOf,
	focusedPane,
	knownRevisions,
	latestBefore,
	selectedRow,
	selectedService,
	shownSplit,
} from '../../console/state/read.js';
import {rejectionOf} from '../../knative/release/evidence/release-facts.js';
import {equalSplits, splitOf} from '../../knative/split/split.js';
import type {Size} from '../layout.js';
import {sameParts, useConsoleState} from '../use-console.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {Frame} from '../widgets/frame.js';
import {List} from '../widgets/table/list.js';
import {useTheme} from '../widgets/theme-context.js';
import {titleOf} from './pane-table.js';
import type {RevisionMarks} from '../release/revision-marks.js';
import {nameOf, RemovedRowLine, SplitBar, SplitRowLine} from './traffic/split-rows.js';
import {
	asideOf,
	gotOf,
	haveSameShares,
	isGotByUsers,
	recentChanges,
	saidLines,
} from './traffic/traffic-lines.js';
import {useRelease} from '../release/use-release.js';

/** Decides whether it shows the split that is set or the one that is drafted, and which part of it has room. */
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
		({drafts, row, firstRow, typed, taker}) => ({drafts, row, firstRow, typed, taker}),
		sameParts,
	);
	const shown = useMemo(() => (service ? shownSplit(drafted, service) : []), [service, drafted]);
	const told = useRelease(service);
	const revisions = useConsoleState(state => service && knownRevisions(state, service));
	const release = useMemo(() => {
		const isRejected = (name: string) => service && rejectionOf({service, revisions}, name) !== undefined;
		const names = shown.flatMap(({revision}) => revision ?? []);
		return told && {...told.release, rejected: new Set(names.filter(name => isRejected(name)))};
	}, [service, revisions, shown, told]);
	const users = useConsoleState(
		state => (state.users?.uid === service?.uid ? state.users : undefined),
		haveSameShares,
	);
	const known = service && gotOf(shown, verdict, users);
	// Where there is room for both, the sentence says what to do about it.
	const isEither = size.height < shown.length + 2;
	const hasBar = known !== undefined && isEither && size.height > 2 && size.height !== shown.length;
	const said = service ? saidLines(service, verdict, size, theme, {hasBar}) : [];
	const room = size.height - said.length;
	// With more rows than there is room for, one bar for all of them: what users get of each matters more than a row of its own.
	const isOneBar = shown.length > room && room > 1;
	const got = (isOneBar ? room > 2 : room > shown.length) ? known : undefined;
	const listHeight = isOneBar ? room - (got ? 2 : 1) : got ? shown.length : room;
	const removed = draft ? current.filter(({key}) => shown.every(row => row.key !== key)) : [];
	const left = room - (isOneBar ? 3 : shown.length + (got ? 1 : 0));
	const areRemovedShown = removed.length <= left;
	const spare = left - removed.length - 1;
	const changes = useConsoleState(
		state =>
			service && spare > 0
				? recentChanges(state, service.uid, {isAscii: theme.isAscii, arrow: theme.glyphs.arrow}, spare)
				: [],
		sameParts,
	);
	const theirs = draft && !equalSplits(draft.base, current) ? current : undefined;
	const latest = service && draft && latestBefore(draft, service) && service.latestReady;
	const gotBar = service && got && (
		<SplitBar
			{...got}
			service={service}
			split={shown}
			release={release}
			marks={told?.marks ?? noMarks}
			width={size.width}
		/>
	);
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
					latest,
					removes: areRemovedShown
						? ''
						: removed.map(row => `${nameOf(row, service)} (${row.percent} %)`).join(', '),
					verdict,
				})
			}
			isFocused={focus === 'traffic'}
		>
			{service && isOneBar && (
				<SplitBar
					label="set"
					percents={shown.map(({percent}) => percent)}
					revisions={shown.map(({revision}) => revision)}
					service={service}
					split={shown}
					release={release}
					marks={told?.marks ?? noMarks}
					width={size.width}
				/>
			)}
			{isOneBar && gotBar}
			{service && (
				<List
					items={shown}
					// By their places: those of another service are changed to, not made again.
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
							release={release}
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
			{service &&
				areRemovedShown &&
				removed.map(row => <RemovedRowLine key={row.key} row={row} service={service} width={size.width} />)}
			{!isOneBar && gotBar}
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
