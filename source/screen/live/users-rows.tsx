/** What real users get, as the pods tell: one line, and where there is room what follows from it, and how it went. */
import {isDeepStrictEqual} from 'node:util';
import {Box, Text} from 'ink';
import {memo} from 'react';
import {
	hardlyAnybody,
	sinceSplitLine,
	usersLine,
	usersSummary,
	usersVerdicts,
	type UsersLine,
} from '../../console/live/users-lines.js';
import {usersChartOf} from '../../console/live/users-chart.js';
import {selectedService} from '../../console/state/read.js';
import {sparkline} from '../widgets/sparkline.js';
import {wrapLine} from '../widgets/document.js';
import {cutAtClause, fitText, widthOf} from '../widgets/table/fit-text.js';
import {useTheme} from '../widgets/theme-context.js';
import {useRelease} from '../release/use-release.js';
import {useConsoleState} from '../use-console.js';
import type {Size} from '../layout.js';
import type {RevisionMarks} from '../release/revision-marks.js';
import type {Glyphs} from '../../terminal/output/theme.js';
import type {ConsoleState, UsersSnapshot} from '../../console/state/state.js';
import {rollBackEndsAlarm} from '../frame/offered.js';
import {ChartView} from './live-chart.js';

/**
 * How many lines a pane of that many has for the users: none where the probes would have no room.
 * @param isAlone Nothing is asked, and what users get is bad, or not known: then it is said whole.
 */
export function usersHeight(height: number, {isAlone = false}: {isAlone?: boolean} = {}): number {
	if (height < 5) return 0;
	if (height < 10) return isAlone ? 3 : 1;
	return height < 18 ? 3 : 5;
}

const longestChart = 7;
/** With the share alone, and a blank line. */
const ratesChart = 4;
/** Lines of a pane from which on a chart of the users stands above that of the probes. */
const chartFrom = 26;
/** Lines that say how to begin, at most, where nothing is asked. */
const invitationLines = 5;

/** How many lines a pane of that many, users' lines included, has for a chart of the users; none before there is something to draw. */
export function usersChartHeight(
	state: ConsoleState,
	{height, isAsked}: {height: number; isAsked: boolean},
): number {
	const {users} = state;
	if (!users || users.uid !== selectedService(state)?.uid || !hasCome(users.snapshot)) return 0;
	const asked = height < chartFrom ? 0 : longestChart;
	const room = isAsked ? asked : height - usersHeight(height) - invitationLines;
	return room < 3 ? 0 : Math.min(isCounted(users.snapshot) ? longestChart : ratesChart, room);
}

/** Rates tell no errors and no latencies: there is less to be drawn. */
const isCounted = ({view: {history}}: UsersSnapshot): boolean =>
	history.some(({byRevision}) => [...byRevision.values()].some(({requests}) => requests > 0));

/** Of what cannot be told from none nothing is drawn: it would be noise, drawn as a share. */
const hasCome = ({view: {history, recent, sinceSplit}}: UsersSnapshot): boolean =>
	// A window that has just begun says nothing of nobody.
	!(
		[recent, sinceSplit].some(({seconds}) => seconds > 0) &&
		hardlyAnybody(recent) &&
		hardlyAnybody(sinceSplit)
	) && history.some(({byRevision}) => [...byRevision.values()].some(({perSecond}) => perSecond > 0));

/** The compared two, the new one first; else the smaller shares first. */
function drawnRevisions({view: {errors, recent}}: UsersSnapshot): string[] {
	if (errors) return [errors.fresh, errors.old];
	return recent.rows
		.filter(({percent, perSecond}) => (percent ?? 0) > 0 || perSecond > 0)
		.toSorted((one, other) => (one.percent ?? 0) - (other.percent ?? 0))
		.slice(0, 2)
		.map(({revision}) => revision);
}

/** Drawn with each round, and no more often. */
const DrawnUsers = memo(
	({
		snapshot,
		service,
		marks,
		width,
		height,
	}: {snapshot: UsersSnapshot; service: string; marks: RevisionMarks | undefined} & Size) => (
		<ChartView
			chart={columns =>
				usersChartOf(snapshot.view.history, snapshot.changes, {
					columns,
					revisions: drawnRevisions(snapshot),
					hasStatuses: snapshot.view.recent.hasStatuses,
					isShareTold: snapshot.view.recent.certainty.told === 'shares',
				})
			}
			order={snapshot.view.recent.rows.map(({revision}) => revision)}
			title="users"
			service={service}
			marks={marks}
			width={width}
			height={height}
		/>
	),
);

/** What users got over time: as many lines as `usersChartHeight` says, or one. */
export function UsersChart({width, height}: Size) {
	const service = useConsoleState(selectedService);
	const users = useConsoleState(state => (height === 0 ? undefined : state.users));
	const marks = useRelease(service)?.marks;
	if (height === 0 || !service || users?.uid !== service.uid) return null;
	return (
		<DrawnUsers
			snapshot={users.snapshot}
			service={service.name}
			marks={marks}
			width={width}
			height={height}
		/>
	);
}

/** @param hasChart Whether a chart stands elsewhere in the pane: else there is one of a line where there is room. */
export function UsersRows({width, height, hasChart = false}: Size & {hasChart?: boolean}) {
	const {styles, glyphs} = useTheme();
	const service = useConsoleState(selectedService);
	const remedy = useConsoleState(state => service !== undefined && rollBackEndsAlarm(state, service))
		? ' · R rolls back'
		: '';
	const rowsOf = (users: ConsoleState['users']) => {
		const known = height > 0 && service && users?.uid === service.uid ? users : undefined;
		const isDrawn = !hasChart && height > 3 && known !== undefined && hasCome(known.snapshot);
		const lines = known ? linesOf(known, {width, height: height - (isDrawn ? 1 : 0), glyphs, remedy}) : [];
		return {isDrawn, lines};
	};
	// There are numbers every other second, and while nobody asks they say the same.
	const users = useConsoleState(
		state => state.users,
		(one, other) => one === other || isDeepStrictEqual(rowsOf(one), rowsOf(other)),
	);
	if (height === 0) return null;
	const {isDrawn, lines} = rowsOf(users);
	const style = {
		good: styles.ok,
		plain: {},
		doubtful: styles.warning,
		bad: styles.bad,
		dim: styles.muted,
	};
	return (
		<Box width={width} height={height} flexDirection="column" flexShrink={0} overflow="hidden">
			{lines.map(({text, tone}, index) => (
				<Text key={index} wrap="truncate" {...style[tone]}>
					{text}
				</Text>
			))}
			{isDrawn && <UsersChart width={width} height={1} />}
		</Box>
	);
}

type ShownProblem = UsersSnapshot['problems'][number];

/** Problems for which the numbers may be old, or soon are: of more weight than what is said of those. */
const untold: ReadonlySet<ShownProblem['kind']> = new Set(['forbidden', 'unlisted', 'unread']);

const isSerious = ({kind}: ShownProblem): boolean => untold.has(kind);
const problemLines = (problems: readonly ShownProblem[]): UsersLine[] =>
	problems.map(({kind, sentence}) => ({
		tone: kind === 'rates' || kind === 'grpc' || kind === 'tags' ? 'dim' : 'doubtful',
		text: sentence,
	}));

/** Lines from which on the numbers may take two: of fewer each is for something else. */
const roomyFor = 5;

/** The first of the numbers, as many as fit in a line; the first two in any case. */
function fittedPieces(text: string, width: number): string {
	const pieces = text.split(/ {3,}/);
	while (pieces.length > 2 && widthOf(pieces.join('   ')) > width) pieces.pop();
	return pieces.join('   ');
}

/** The numbers first; beside them how it was, where there is room; then what matters most of the rest. */
function linesOf(
	{snapshot, isPaused}: {snapshot: UsersSnapshot; isPaused: boolean},
	{
		width,
		height,
		glyphs,
		remedy,
	}: {
		width: number;
		height: number;
		glyphs: Glyphs;
		/** Of an alarm; '' where there is none. */ remedy: string;
	},
): UsersLine[] {
	const summary = usersSummary(snapshot);
	const {label = 'users'} = summary;
	const verdicts = usersVerdicts(snapshot);
	const problems = snapshot.problems.filter(({sentence}) => !summary.text.includes(sentence));
	const first = isPaused
		? {
				tone: 'dim' as const,
				// First: on a narrow screen the end of the line is not seen.
				text: `${label}  paused, nobody looked for 10 min: ${summary.text.slice(label.length).trimStart()}`,
			}
		: summary;
	// On one line what is bad takes the place of what is usual.
	const [worst] = verdicts;
	const isAlarm = height === 1 && worst?.tone === 'bad' && !isPaused;
	const alarmed = isAlarm
		? `${usersLine(snapshot.view.recent, {isShort: true, label})}   ${worst.text.replace(/^users,? ?:? ?/, '')}`
		: undefined;
	const said =
		alarmed !== undefined
			? widthOf(alarmed + remedy) <= width
				? alarmed + remedy
				: alarmed
			: height < roomyFor
				? fittedPieces(first.text, width)
				: first.text;
	const room = width - widthOf(said) - 3;
	const history = snapshot.view.history.map(({byRevision}) =>
		[...byRevision.values()].reduce((sum, {perSecond}) => sum + perSecond, 0),
	);
	const greatest = Math.max(0, ...history);
	// One of nothing would only grow, and be sent, every other second.
	const chart =
		room >= 20 && history.length > 2 && greatest > 0 && hasCome(snapshot)
			? `   ${sparkline(history, Math.min(room, 60, history.length), {greatest, levels: glyphs.levels})}`
			: '';
	const sinceSplit = sinceSplitLine(snapshot);
	const lines: readonly UsersLine[] = [
		{
			tone: isAlarm ? 'bad' : first.tone,
			text: said + chart,
		},
		...(worst?.tone === 'bad' ? [{...worst, text: worst.text + remedy}] : []),
		...problemLines(problems.filter(isSerious)),
		...(worst && worst.tone !== 'bad' ? [worst] : []),
		...(sinceSplit === undefined ? [] : [{tone: 'dim' as const, text: sinceSplit}]),
		...verdicts.slice(1),
		...problemLines(problems.filter(problem => !isSerious(problem))),
	];
	const rows: UsersLine[] = [];
	for (const {tone, text} of lines) {
		const left = height - rows.length;
		if (left <= 0) break;
		const own = wrapLine({text, indent: 2}, width);
		const rest = own.slice(left - 1).map((part, index) => (index === 0 ? part : part.trimStart()));
		const last = cutAtClause(rest.join(' '), width, glyphs.ellipsis);
		const shown = own.length <= left ? own : [...own.slice(0, left - 1), last];
		rows.push(...shown.map(row => ({tone, text: fitText(row, width)})));
	}
	return rows;
}
