/** History: what was written from here, as commands, and who changed which split, the newest first. */
import {useState} from 'react';
import type {HistoryEntry} from '../../../console/session/change-recorder.js';
import type {ConsoleState} from '../../../console/state/state.js';
import type {WriteRecord} from '../../../console/sheets/sheets.js';
import {coveredLine} from '../../../knative/commands/commands.js';
import {diffSplit, type Split} from '../../../knative/split/split.js';
import type {Theme} from '../../../terminal/output/theme.js';
import {useClusterLines} from '../../cluster-lines.js';
import {useConsoleState, useActions} from '../../use-console.js';
import {useNow} from '../../use-now.js';
import type {Size} from '../../layout.js';
import {useTheme} from '../../widgets/theme-context.js';
import {dayAndClock, shortRevision} from '../../format.js';
import {Document, type DocumentLine} from '../../widgets/document.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {cutText} from '../../widgets/table/fit-text.js';

/** What was done, and by which command: its beginning, or all of it. Values of variables are covered as elsewhere. */
export function Writes({isActive, copy, ...size}: Size & {isActive: boolean; copy: (text: string) => void}) {
	const theme = useTheme();
	const writes = useConsoleState(state => state.writes);
	const history = useConsoleState(state => state.history);
	const past = useConsoleState(state => state.past);
	const problem = useConsoleState(state => state.historyProblem);
	const {misled, copyLine} = useClusterLines(copy);
	const [isWhole, setWhole] = useState(false);
	useActions(
		'viewer',
		{
			copyCommand: () => copyLine(writes.map(({command}) => command).join('\n')),
			unfold: () => setWhole(before => !before),
		},
		{isActive},
	);
	const now = useNow();
	const isUncovered = useConsoleState(state => state.isUncovered);
	const shown = isUncovered ? writes : writes.map(write => ({...write, command: coveredLine(write.command)}));
	const {width} = frameContentSize(size.width, size.height);
	const commandLine = (command: string): DocumentLine => ({
		text: isWhole ? command : cutText(`${margin}${command}`, width, {ellipsis: theme.glyphs.ellipsis}),
		also: command,
		hard: true,
		style: theme.styles.muted,
	});
	const told = recordLines({writes: shown, history, past}, {...theme, commandLine}, now);
	// Only commands are broken anywhere.
	const lines = misled === undefined ? told : told.filter(({hard}) => hard !== true);
	return (
		<Document
			{...size}
			title="History"
			aside={isWhole || !lines.some(({hard}) => hard) ? undefined : 'f: whole commands'}
			lines={[
				...(problem === undefined ? [] : [{text: problem, style: theme.styles.warning}, {text: ''}]),
				...(misled === undefined ? [] : [{text: misled, style: theme.styles.muted}, {text: ''}]),
				...(lines.length > 0 ? lines : [{text: 'No changes yet.', style: theme.styles.muted}]),
			]}
			context="viewer"
			isActive={isActive}
		/>
	);
}

/** Requests of this session with what became of them; changes of a split from elsewhere or from before. */
function recordLines(
	{
		writes,
		history,
		past,
	}: {
		writes: readonly WriteRecord[];
		history: readonly HistoryEntry[];
		past: ConsoleState['past'];
	},
	{
		styles,
		glyphs,
		commandLine,
	}: Pick<Theme, 'styles' | 'glyphs'> & {commandLine: (command: string) => DocumentLine},
	now: number,
): DocumentLine[] {
	const own = new Map(history.filter(entry => entry.own).map(entry => [entry.at, entry]));
	const here = new Set<HistoryEntry>();
	const sent = writes.map(({at, title, command, outcome}) => {
		const entry = own.get(at);
		if (entry) here.add(entry);
		return {
			at,
			lines: [
				{text: `${dayAndClock(at, now)}  ${title}: ${outcome || 'under way'}`, style: styles.key, indent: 10},
				...(entry ? changeLines(entry, glyphs.arrow) : []),
				commandLine(command),
				{text: ''},
			],
		};
	});
	const others = history
		.filter(entry => !here.has(entry))
		.map(entry => ({
			at: entry.at,
			lines: [
				{
					text: `${dayAndClock(entry.at, now)}  ${entry.service} in ${entry.namespace}: ${whose(entry)}`,
					style: styles.key,
					indent: 10,
				},
				...changeLines(entry, glyphs.arrow),
				...(entry.command === '' ? [] : [commandLine(entry.command)]),
				{text: ''},
			],
		}));
	const attempted = past.map(entry => {
		const {at, service, namespace, reason, by, command} = entry;
		const who = by === '' ? 'somebody' : by;
		const change = 'what' in entry ? deedLines(entry) : changeLines(entry, glyphs.arrow);
		return {
			at,
			lines: [
				{
					text: `${dayAndClock(at, now)}  ${service} in ${namespace}: ${reason} by ${who}, from a console here: ${endWords(entry)}`,
					style: styles.key,
					indent: 10,
				},
				...change,
				...(command === '' ? [] : [commandLine(command)]),
				{text: ''},
			],
		};
	});
	return [...sent, ...others, ...attempted]
		.toSorted((a, b) => b.at - a.at)
		.flatMap(({lines}): DocumentLine[] => lines);
}

function endWords({end}: ConsoleState['past'][number]): string {
	if (end === undefined) return 'sent, outcome not known';
	if (end.how === 'made') return end.sentence === '' ? 'made' : `made: ${end.sentence}`;
	return `${end.how === 'not made' ? 'not made' : 'outcome not known'}: ${end.sentence}`;
}

/** Beneath the time of an entry. */
const margin = ' '.repeat(10);

const indented = (text: string): DocumentLine => ({text: `${margin}${text}`, indent: margin.length});

const deedLines = ({object, service}: Extract<ConsoleState['past'][number], {what: unknown}>) =>
	object === service ? [] : [indented(object)];

function whose({own, by, reason}: HistoryEntry): string {
	const who = by === '' ? 'somebody' : by;
	return own ? `${reason} by ${who}, from a console here` : `changed by ${who} (${reason})`;
}

/** What became of each row of the split, a line each: of several in one nobody finds the end. */
function changeLines(
	{before, after, service}: {before: Split; after: Split; service: string},
	arrow: string,
): DocumentLine[] {
	// A revision that has a row of its own is not what follows the latest: a newer one was about to be that.
	const pinned = new Set([...before, ...after].flatMap(({latest, revision}) => (latest ? [] : [revision])));
	return diffSplit(before, after)
		.filter(({changed}) => changed)
		.map(({revision, ...rest}) => ({
			...rest,
			revision: rest.latest && pinned.has(revision) ? undefined : revision,
		}))
		.map(row => {
			const name = row.revision === undefined ? 'latest' : shortRevision(row.revision, service);
			const tags =
				row.tags.join(',') === row.tagsBefore.join(',') ? '' : ` tags ${row.tags.join(',') || 'none'}`;
			const whole = row.latest && row.revision !== undefined ? `latest (${name})` : name;
			if (row.after === undefined) return indented(`${whole} (${row.before ?? 0} %) removed`);
			if (row.before === undefined) return indented(`${whole} added at ${row.after} %${tags}`);
			return indented(`${whole} ${row.before} ${arrow} ${row.after} %${tags}`);
		});
}
