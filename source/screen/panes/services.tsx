/** Pane 1: the services of the namespace, each with its state and its split. */
import {Box} from 'ink';
import {useShallow} from 'zustand/react/shallow';
import {selectedIndex, visibleServices} from '../../store/read.js';
import {setFilter} from '../../store/select.js';
import type {ReflectorState} from '../../store/state.js';
import {serviceState, type ServiceState} from '../../traffic/state.js';
import type {ServiceView} from '../../traffic/service.js';
import type {TextStyle, Theme} from '../../terminal/theme.js';
import type {Size} from '../layout.js';
import type {Column} from '../parts/columns.js';
import {widthOf} from '../parts/fit-text.js';
import {Frame, frameContentSize} from '../parts/frame.js';
import {PromptLine} from '../parts/prompt-line.js';
import {TableRows, tableRowsHeight, type Cell} from '../parts/table.js';
import {useTheme} from '../parts/theme-context.js';
import {useListWindow} from '../parts/use-list-window.js';
import {useConsole, useConsoleState} from '../use-console.js';

const columns: readonly Column[] = [
	{title: ' ', priority: 0},
	{title: 'SERVICE', priority: 0, isFlexible: true, min: 13, cut: 'middle'},
	{title: 'SPLIT', priority: 1, max: 12},
	{title: 'STATE', priority: 2},
];

function cellsOf(service: ServiceView, theme: Theme): Cell[] {
	const state = serviceState(service);
	const {glyph, style} = markOf(state.kind, theme);
	return [
		{text: glyph, style},
		service.name,
		splitWord(service, theme.isAscii ? '|' : '│'),
		{text: state.word, style},
	];
}

/** Widths of the texts above: measured once for each state of a service, since all of them count at every change of one. */
const measured = new WeakMap<ServiceView, readonly number[]>();

function widthsOf(service: ServiceView): readonly number[] {
	const known = measured.get(service);
	if (known) return known;
	const texts = [service.name, splitWord(service, '│'), serviceState(service).word];
	// All marks are one column wide.
	const widths = [1, ...texts.map(text => widthOf(text))];
	measured.set(service, widths);
	return widths;
}

const widest = new WeakMap<readonly ServiceView[], readonly number[]>();

/** The widest text of each column; the same for the same array, and not computed anew for it. */
function widestOf(services: readonly ServiceView[]): readonly number[] {
	const known = widest.get(services);
	if (known) return known;
	const most = columns.map(() => 0);
	for (const service of services) {
		widthsOf(service).forEach((width, index) => {
			most[index] = Math.max(most[index] ?? 0, width);
		});
	}
	widest.set(services, most);
	return most;
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

/** `50│50`, in the order of the split; what the route has, or before that what was asked for. */
function splitWord(service: ServiceView, bar: string): string {
	const entries = service.statusTraffic.length > 0 ? service.statusTraffic : service.specTraffic;
	const shares = new Map<string, number>();
	for (const {revision, percent} of entries) {
		shares.set(revision ?? '', (shares.get(revision ?? '') ?? 0) + percent);
	}
	return [...shares.values()].join(bar);
}

export function ServicesPane({width, height}: Size) {
	const {store} = useConsole();
	const theme = useTheme();
	const {connection, focus, filter, filtering, feed, namespace, isMissing, total, count, selected} =
		useConsoleState(
			useShallow(state => ({
				focus: state.focus,
				filter: state.filter,
				filtering: state.filtering,
				feed: state.feeds.services,
				connection: state.connection,
				namespace: state.namespace,
				isMissing: state.namespaceMissing,
				total: state.services.length,
				count: visibleServices(state).length,
				selected: selectedIndex(state),
			})),
		);
	const size = frameContentSize(width, height);
	const hasFilterLine = filtering || filter !== '';
	const tableHeight = size.height - (hasFilterLine ? 1 : 0);
	const window = useListWindow(count, tableRowsHeight(count, tableHeight), selected);
	// A change of a service that is not on the screen draws nothing.
	const shown = useConsoleState(useShallow(state => visibleServices(state).slice(window.top, window.end)));
	const widths = useConsoleState(useShallow(state => widestOf(visibleServices(state))));
	return (
		<Frame
			width={width}
			height={height}
			title="1 Services"
			aside={filter === '' ? String(total || '') : `${count} of ${total}`}
			isFocused={focus === 'services'}
		>
			<TableRows
				columns={columns}
				columnGap={1}
				rows={shown.map(service => ({key: service.uid, cells: cellsOf(service, theme)}))}
				count={count}
				window={window}
				widest={widths}
				selected={selected}
				width={size.width}
				height={tableHeight}
				empty={
					connection.kind === 'failed'
						? connection.sentence
						: emptySentence(feed, {filter, namespace, isMissing})
				}
			/>
			{hasFilterLine && (
				<Box width={size.width} height={1}>
					<PromptLine
						prefix="/"
						value={filter}
						onChange={value => setFilter(store, value)}
						isFocused={filtering}
					/>
				</Box>
			)}
		</Frame>
	);
}

/** What an empty list means, and what to do about it. */
function emptySentence(
	feed: ReflectorState,
	{filter, namespace, isMissing}: {filter: string; namespace: string; isMissing: boolean},
): string {
	switch (feed.kind) {
		case 'connecting':
			return 'Connecting…';
		case 'live':
			if (isMissing) return `There is no namespace ${namespace}. :ns lists those there are.`;
			return filter === ''
				? `No services in namespace ${namespace}. n creates one.`
				: `No service has “${filter}” in its name. Esc clears the filter.`;
		case 'stale':
		case 'offline':
		case 'forbidden':
		case 'missing':
			return feed.why;
	}
}
