/** Pane 1: the services of the namespace, each with its state and its split. */
import {titleOf} from './pane-table.js';
import {Box, Text} from 'ink';
import {useMemo} from 'react';
import {
	domainsOf,
	focusedPane,
	knownRevisions,
	newestTrouble,
	selectedIndex,
	selectedService,
	serviceRows,
	visibleServices,
} from '../../console/state/read.js';
import {ownLine} from '../../knative/commands/own-line.js';
import type {ServiceRow} from '../../console/state/sorted.js';
import {countFailed, filterStates} from '../../console/state/visible.js';
import {isAcross, whereWords} from '../../console/state/scope.js';
import {gatewayKind} from '../../console/state/gateway-kind.js';
import {isGone} from '../../console/state/selection.js';
import {setFilter} from '../../console/state/select.js';
import type {ConsoleState, ReflectorState} from '../../console/state/state.js';
import {clock} from '../format.js';
import type {Theme} from '../../terminal/output/theme.js';
import type {Size} from '../layout.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {Frame} from '../widgets/frame.js';
import {PromptLine} from '../widgets/form/prompt-line.js';
import {cutText} from '../widgets/table/fit-text.js';
import {tableRowsHeight} from '../widgets/table/table-text.js';
import {TableRows} from '../widgets/table/table.js';
import {useTheme} from '../widgets/theme-context.js';
import {useListWindow} from '../widgets/table/use-list-window.js';
import {sameParts, useConsole, useConsoleState} from '../use-console.js';
import {useNow} from '../use-now.js';
import {wrapLine, type DocumentLine} from '../widgets/document.js';
import {serviceFacts} from './fact-lines.js';
import {shownGateway} from './gateway-evidence.js';
import type {RevisionMarks} from '../release/revision-marks.js';
import {toldOf} from '../release/told-release.js';
import {
	cellsOf,
	servicesAside,
	servicesColumnGap,
	servicesColumns,
	widestOf,
	withNews,
} from './services-table.js';

/** Draws only the rows of its window, and says why there are none: a filter, a missing right, or nothing there. */
export function ServicesPane({width, height}: Size) {
	const {store} = useConsole();
	const theme = useTheme();
	const now = useNow();
	const {
		connection,
		focus,
		filter,
		filtering,
		sort,
		feed,
		scope,
		namespace,
		isMissing,
		only,
		plugin,
		total,
		failed,
		count,
		visible,
		selected,
	} = useConsoleState(
		state => ({
			focus: focusedPane(state),
			filter: state.filter,
			filtering: state.filtering,
			sort: state.sort,
			feed: state.feeds.services,
			connection: state.connection,
			scope: state.scope,
			namespace: state.namespace,
			isMissing: state.namespaceMissing,
			only: state.only,
			plugin: state.standing.plugin?.command,
			total: state.services.length,
			failed: countFailed(state.services),
			count: serviceRows(state).length,
			visible: visibleServices(state).length,
			selected: selectedIndex(state),
		}),
		sameParts,
	);
	const isAll = isAcross({scope});
	const size = frameContentSize(width, height);
	const hasFilterLine = filtering || filter !== '';
	const tableHeight = size.height - (hasFilterLine ? 1 : 0);
	// The list keeps its rows; what is left beneath a short one tells of the selected service.
	const facts = useServiceFacts({width: size.width, rows: tableHeight - count - 1});
	const window = useListWindow(count, tableRowsHeight(count, tableHeight), selected);
	// A change of a service that is not on the screen draws nothing.
	const shown = useConsoleState(state => serviceRows(state).slice(window.top, window.end), sameParts);
	const sick = useConsoleState(state => {
		const service = selectedService(state);
		const word = newestTrouble(state, service)?.word;
		return {uid: word === undefined ? undefined : service?.uid, word};
	}, sameParts);
	const alarmed = useConsoleState(({users}) => ({uid: users?.uid, alarm: users?.alarm}), sameParts);
	const verdicts = useConsoleState(state => shown.map(({uid}) => state.verdicts.get(uid)), sameParts);
	const marksOf = useMemo(() => createMarks(shown, theme), [shown, theme]);
	const marks = useConsoleState(marksOf, sameParts);
	const gateways = useConsoleState(state => state.gatewayNames);
	const ofAll = useConsoleState(state => widestOf(visibleServices(state), isAcross(state)), sameParts);
	const widths = useMemo(
		() => withNews(ofAll, {isAcross: isAll, trouble: sick.word, gateways: gateways.values()}),
		[ofAll, isAll, sick.word, gateways],
	);
	// A moved selection changes none of them.
	const rows = useMemo(
		() =>
			shown.map((service, index) => ({
				key: service.uid,
				cells: cellsOf(service, theme, {
					trouble: service.uid === sick.uid ? sick.word : undefined,
					verdict: verdicts[index],
					usersAlarm: service.uid === alarmed.uid ? alarmed.alarm : undefined,
					marks: marks[index],
					gateway: isGone(service) ? undefined : gateways.get(gatewayKind(service)),
					isAcross: isAll,
					now,
				}),
			})),
		[shown, theme, sick, alarmed, verdicts, marks, gateways, isAll, now],
	);
	return (
		<Frame
			width={width}
			height={height}
			title={titleOf('services')}
			aside={servicesAside(
				{count: filter === '' ? String(total || '') : `${visible} of ${total}`, failed, sort},
				width,
			)}
			isFocused={focus === 'services'}
		>
			<TableRows
				columns={servicesColumns(isAll, size.width)}
				columnGap={servicesColumnGap}
				rows={rows}
				count={count}
				window={window}
				widest={widths}
				selected={selected}
				isFocused={focus === 'services'}
				width={size.width}
				height={tableHeight - facts.length}
				empty={
					connection.kind === 'failed'
						? connection.sentence
						: plugin !== undefined
							? `Waiting for the credential plugin ${plugin}…`
							: fittingSentence(
									emptySentences(feed, {
										filter,
										where: whereWords({namespace, scope}),
										namespace,
										isMissing,
										isMany: scope.kind !== 'one',
										connection,
										only,
										flags: connection.kind === 'connected' ? connection.flags : [],
									}),
									{width: size.width, height: tableHeight},
									theme.glyphs,
								)
				}
			/>
			{facts.map((line, index) => (
				<Text key={index} wrap="truncate" {...line.style}>
					{line.text}
				</Text>
			))}
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

/** By what the revisions of these services are told apart; the same array while nothing changes that could make them others. */
function createMarks(
	shown: readonly ServiceRow[],
	theme: Theme,
): (state: ConsoleState) => readonly (RevisionMarks | undefined)[] {
	let last: {of: readonly unknown[]; marks: readonly (RevisionMarks | undefined)[]} | undefined;
	return state => {
		const {feeds, revisions, history} = state;
		const of = [feeds, revisions, history];
		if (last && sameParts(last.of, of)) return last.marks;
		const marks = shown.map(row =>
			isGone(row) ? undefined : toldOf(row, {revisions: knownRevisions(state, row), history, theme}).marks,
		);
		last = {of, marks};
		return marks;
	};
}

function useServiceFacts(room: {width: number; rows: number}): readonly DocumentLine[] {
	const theme = useTheme();
	const service = useConsoleState(selectedService);
	const gateway = useConsoleState(shownGateway);
	const domains = useConsoleState(state => (service ? domainsOf(state, service) : []), sameParts);
	return service ? serviceFacts(service, {gateway, domains}, room, theme) : [];
}

/** The longest of them that there is room for; else the last, as far as there is. */
function fittingSentence(
	sentences: readonly string[],
	{width, height}: Size,
	{ellipsis}: Pick<Theme['glyphs'], 'ellipsis'>,
): string {
	const shown = sentences.find(text => wrapLine({text}, width).length <= height);
	if (shown !== undefined) return shown;
	const rows = wrapLine({text: sentences.at(-1) ?? ''}, width);
	const last = cutText(rows.slice(height - 1).join(' '), width, {ellipsis});
	return [...rows.slice(0, height - 1), last].join('\n');
}

/** What an empty list means, and what to do about it; the longest sentence first. */
function emptySentences(
	feed: ReflectorState,
	{
		filter,
		where,
		namespace,
		isMissing,
		isMany,
		connection,
		only,
		flags,
	}: {
		filter: string;
		where: string;
		namespace: string;
		isMissing: boolean;
		isMany: boolean;
		connection: ConsoleState['connection'];
		only: string | undefined;
		flags: readonly string[];
	},
): readonly string[] {
	switch (feed.kind) {
		case 'connecting':
			return connection.kind === 'connecting'
				? [`Connecting to ${connection.to} since ${clock(connection.since)}: waiting for its API server.`]
				: [`Waiting for the list of the services in ${where}.`];
		case 'live':
			if (isMissing) return [`There is no namespace ${namespace}. :ns lists those there are.`];
			if (only !== undefined) {
				return [`No service ${only} in ${where}. q leaves; without the name all are listed.`];
			}
			if (filter === '') return [`No services in ${where}. n creates one.`];
			return filterStates.includes(filter.trim().toLowerCase())
				? [`No service is ${filter.trim()}. Esc clears the filter.`]
				: unfound(filter);
		case 'forbidden':
			if (feed.status === 403 && only !== undefined) {
				const line = ownLine(['status', only], {namespace, flags});
				const short = `${ownLine(['status', only], {namespace, flags: []})}${sameFlags(flags)}`;
				return [
					`${feed.why.replace(/\.$/, '')}. Without a watch: ${line}`,
					`You may not list ${only} in ${where}. Without a watch: ${line}`,
					`You may not list ${only}. Without: ${short}`,
					`Without a watch: ${short}`,
				];
			}
			// Who may see one service of a namespace is not to believe that there is no way to it.
			if (feed.status !== 403 || isMany) return [feed.why];
			return [
				`You may not list services in ${where}. ${byName(namespace, flags)}`,
				`You may not list services in ${where}. ${byName(namespace, [])}${sameFlags(flags)}`,
				`You may not list services. By name: ${ownLine(['ksvc/NAME'], {namespace, flags: []})}${sameFlags(flags)}`,
				`By name: ${ownLine(['ksvc/NAME'], {namespace, flags: []})}${sameFlags(flags)}`,
			];
		case 'stale':
		case 'offline':
		case 'missing':
			return [feed.why];
	}
}

/** A line that has no room for what leads it to the same cluster, as the same user, is not to be taken for whole. */
const sameFlags = (flags: readonly string[]): string => (flags.length === 0 ? '' : ', same flags');

/** The console on it, or what is known of it. */
const byName = (namespace: string, flags: readonly string[]) =>
	`One by its name: ${ownLine(['ksvc/NAME'], {namespace, flags})}`;

function unfound(filter: string): readonly string[] {
	const states = `States: ${filterStates.join(', ')}`;
	return [
		`No service has “${filter}” in its name. Esc clears the filter. ${states}.`,
		`No “${filter}”. Esc clears. ${states}`,
		// The filter itself stands beneath.
		`None. Esc clears. ${states}`,
	];
}
