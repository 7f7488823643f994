/** A log that is followed: its newest lines at the bottom, unless somebody looks at older ones. */
import {Box, Text} from 'ink';
import {useMemo, useState} from 'react';
import {tailLines} from '../../../console/logs/log-buffer.js';
import type {LogsSheet} from '../../../console/sheets/inspected.js';
import {changeSheet} from '../../../console/state/select.js';
import type {Action} from '../../keys/key-lookup.js';
import type {Theme} from '../../../terminal/output/theme.js';
import {flagsOf} from '../../../console/state/read.js';
import {atCluster, kubectlLogsCommand} from '../../../knative/commands/commands.js';
import {useClusterLines} from '../../cluster-lines.js';
import type {Size} from '../../layout.js';
import {useNamedTitle} from '../../named-title.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Frame} from '../../widgets/frame.js';
import {PromptLine} from '../../widgets/form/prompt-line.js';
import {steadyWidth} from '../../widgets/steady-width.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useActions, useConsole} from '../../use-console.js';
import {count} from '../../format.js';
import {wrapLine} from '../../widgets/document.js';

/** Columns by which the rest of a line that is too long is set in. */
const indent = 2;

function shownContainer({pods, pod, container}: LogsSheet) {
	return pods.find(({name}) => name === pod)?.containers.find(({name}) => name === container);
}

/** Whether the action does anything with this log as it is. */
export function canSteer(sheet: LogsSheet, action: Action): boolean {
	const pod = sheet.pods.find(({name}) => name === sheet.pod);
	if (action === 'nextPod' || action === 'previousPod') return sheet.pods.some(other => other !== pod);
	if (action === 'container') return (pod?.containers.length ?? 0) > 1;
	if (action === 'previousRun') return sheet.previous || (shownContainer(sheet)?.restarts ?? 0) > 0;
	if (action === 'copyCommand' || action === 'pauseResume' || action === 'filter') {
		return sheet.pod !== undefined;
	}
	return true;
}

/** Decides whether the newest line stays at the bottom: only while nobody has scrolled up. */
export function Logs({
	sheet,
	isActive,
	copy,
	width,
	height,
}: Size & {sheet: LogsSheet; isActive: boolean; copy: (text: string) => void}) {
	const theme = useTheme();
	const {styles} = theme;
	const {store, logs} = useConsole();
	const {copyLine} = useClusterLines(copy);
	const size = frameContentSize(width, height);
	const {lines, filter, isTyping, paused} = sheet;
	const hasPrompt = isTyping || filter !== '';
	const room = Math.max(1, size.height - 1 - (hasPrompt ? 1 : 0));
	const rows = useMemo(() => rowsOf(lines, filter, size.width), [lines, filter, size.width]);
	const said = useMemo(() => saidRows(sheet, theme, size.width), [sheet, theme, size.width]);
	const last = Math.max(0, rows.length + said.length - room);
	// Undefined: the newest, whatever comes.
	const [wanted, setTop] = useState<number | undefined>();
	const top = paused && wanted !== undefined ? Math.min(wanted, last) : last;
	const change = (part: Partial<LogsSheet>) =>
		changeSheet(store, 'logs', open => (open.id === sheet.id ? {...open, ...part} : open));
	const scrollTo = (row: number) => {
		setTop(Math.min(last, Math.max(0, row)));
		// What one reads must not move away beneath one's eyes.
		if (row < top) logs.pause();
	};
	const resume = () => {
		setTop(undefined);
		logs.resume();
	};
	useActions(
		'logs',
		{
			up: () => scrollTo(top - 1),
			down: () => scrollTo(top + 1),
			pageUp: () => scrollTo(top + 1 - room),
			pageDown: () => scrollTo(top + room - 1),
			top: () => scrollTo(0),
			bottom: resume,
			pauseResume() {
				if (paused) return resume();
				setTop(last);
				logs.pause();
			},
			nextPod: () => logs.turnPod(1),
			previousPod: () => logs.turnPod(-1),
			container: () => logs.turnContainer(),
			previousRun() {
				if (canSteer(sheet, 'previousRun')) logs.togglePrevious();
			},
			filter: () => change({isTyping: true}),
			copyCommand() {
				const {pod, namespace, container, previous} = sheet;
				if (pod === undefined) return;
				const line = kubectlLogsCommand({pod, namespace, container}, {tail: tailLines, previous});
				copyLine(atCluster(line, flagsOf(store.getState())));
			},
		},
		{isActive: isActive && !isTyping},
	);
	useActions(
		'search',
		{accept: () => change({isTyping: false}), back: () => change({isTyping: false, filter: ''})},
		{isActive: isActive && isTyping},
	);
	const title = useNamedTitle('Log of', sheet.revision, width);
	const shown = [...rows.map(text => ({text, style: {}})), ...said].slice(top, top + room);
	return (
		<Frame width={width} height={height} title={title} aside={asideOf(sheet)} isFocused>
			<Box width={size.width} height={size.height} flexDirection="column" overflow="hidden">
				<Text wrap="truncate" {...styles.muted}>
					{statusOf(sheet, theme)}
				</Text>
				<Box height={room} flexDirection="column" overflow="hidden">
					{shown.map(({text, style}, index) => (
						<Text key={top + index} wrap="truncate" {...style}>
							{text === '' ? ' ' : text}
						</Text>
					))}
				</Box>
				{hasPrompt && (
					<PromptLine
						prefix="/"
						value={filter}
						isFocused={isActive && isTyping}
						onChange={value => change({filter: value})}
					/>
				)}
			</Box>
		</Frame>
	);
}

function rowsOf(lines: readonly string[], filter: string, width: number): string[] {
	const wanted = filter.toLowerCase();
	const fitting = wanted === '' ? lines : lines.filter(line => line.toLowerCase().includes(wanted));
	return fitting.flatMap(text => wrapLine({text: steadyWidth(text), hard: true, indent}, width));
}

/** What is to be said beneath the lines, or in their place. */
function saidRows(sheet: LogsSheet, {styles}: Theme, width: number) {
	const {phase, revision, lines} = sheet;
	const rows = (text: string, style: object) => wrapLine({text}, width).map(row => ({text: row, style}));
	switch (phase.kind) {
		case 'looking':
			return rows('Asking the cluster for its pods…', styles.waiting);
		case 'opening':
			return rows('Asking for the log…', styles.waiting);
		case 'no pods':
			return [
				...rows(
					`${revision} has no pods: it is scaled to zero, or none could be started yet.`,
					styles.warning,
				),
				...rows(
					'A request wakes it: back at the panes, v asks the service, V the revision at its tag; e says why no pod starts. As soon as there is one, its log is here.',
					styles.muted,
				),
			];
		case 'over':
		case 'refused':
			return rows(phase.sentence, phase.kind === 'over' ? styles.muted : styles.bad);
		case 'following':
			return lines.length === 0 ? rows('It has said nothing yet.', styles.muted) : [];
	}
}

function asideOf({paused, held, filter}: LogsSheet): string | undefined {
	if (paused) return held === 0 ? 'paused' : `paused, ${count(held, 'newer line')}`;
	return filter === '' ? undefined : 'filtered';
}

function statusOf(sheet: LogsSheet, {glyphs}: Theme): string {
	const {pods, pod, revision, container, previous, phase, paused} = sheet;
	if (pod === undefined) return phase.kind === 'no pods' ? `${glyphs.waiting} waiting for a pod` : '';
	const at = pods.findIndex(({name}) => name === pod);
	const {restarts = 0, state, reason} = shownContainer(sheet) ?? {};
	const doing = paused ? 'paused' : phase.kind === 'following' ? 'following' : 'not following';
	// The name of the pod last: it is the longest, and C copies it whole.
	return [
		`${paused ? glyphs.paused : phase.kind === 'following' ? glyphs.running : glyphs.waiting} ${doing}`,
		`${container}${previous ? ', run before' : ''}`,
		...(restarts > 0 ? [count(restarts, 'restart')] : []),
		...(state === 'waiting' || state === 'terminated' ? [reason || state] : []),
		`${at === -1 ? 'pod' : `pod ${at + 1}/${pods.length}`} ${pod.startsWith(revision) ? `…${pod.slice(revision.length)}` : pod}`,
	].join('  ');
}
