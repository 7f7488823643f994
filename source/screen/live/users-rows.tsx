/** What real users get, as the pods tell: one line, and where there is room what follows from it. */
import {Box, Text} from 'ink';
import {usersLine, usersSummary, usersVerdicts, type UsersLine} from '../../console/live/users-words.js';
import {selectedService} from '../../console/state/read.js';
import {sparkline} from '../widgets/sparkline.js';
import {fitText, widthOf} from '../widgets/table/fit-text.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsoleState} from '../use-console.js';
import type {Glyphs} from '../../terminal/output/theme.js';
import type {UsersSnapshot} from '../../console/state/state.js';

/** How many lines a pane of that many has for the users: none where the probes would have no room. */
export function usersHeight(height: number): number {
	if (height < 5) return 0;
	return height < 10 ? 1 : 3;
}

export function UsersRows({width, height}: {width: number; height: number}) {
	const {styles, glyphs} = useTheme();
	const service = useConsoleState(selectedService);
	const users = useConsoleState(state => state.users);
	if (height === 0) return null;
	const known = service && users?.uid === service.uid ? users : undefined;
	const lines = known ? linesOf(known, {width, height, glyphs}) : [];
	const style = {
		good: styles.ok,
		plain: {},
		doubtful: styles.warning,
		bad: styles.bad,
		dim: styles.muted,
	};
	return (
		<Box width={width} height={height} flexDirection="column" flexShrink={0} overflow="hidden">
			{lines.slice(0, height).map(({text, tone}, index) => (
				<Text key={index} wrap="truncate" {...style[tone]}>
					{text}
				</Text>
			))}
		</Box>
	);
}

/** The numbers first; beside them how it was, where there is room; then what matters most of the rest. */
function linesOf(
	{snapshot, isPaused}: {snapshot: UsersSnapshot; isPaused: boolean},
	{width, height, glyphs}: {width: number; height: number; glyphs: Glyphs},
): UsersLine[] {
	const summary = usersSummary(snapshot);
	const verdicts = usersVerdicts(snapshot);
	const problems = snapshot.problems
		.filter(({sentence}) => !summary.text.includes(sentence))
		.map(({kind, sentence}): UsersLine => ({tone: kind === 'rates' ? 'dim' : 'doubtful', text: sentence}));
	const first = isPaused
		? {tone: 'dim' as const, text: `${summary.text}   paused: nobody looked for 10 min`}
		: summary;
	// On one line what is bad takes the place of what is usual.
	const [worst] = verdicts;
	const isAlarm = height === 1 && worst?.tone === 'bad';
	const said = isAlarm
		? `${usersLine(snapshot.view.recent, {isShort: true})}   ${worst.text.replace(/^users,? ?:? ?/, '')}`
		: first.text;
	const room = width - widthOf(said) - 3;
	const history = snapshot.view.history.map(({perSecond}) =>
		perSecond.reduce((sum, value) => sum + value, 0),
	);
	const greatest = Math.max(0, ...history);
	// One of nothing would only grow, and be sent, every other second.
	const chart =
		room >= 20 && history.length > 2 && greatest > 0
			? `   ${sparkline(history, Math.min(room, 60, history.length), {greatest, levels: glyphs.levels})}`
			: '';
	return [
		{
			tone: isAlarm ? 'bad' : first.tone,
			text: said + chart,
		},
		...verdicts,
		...problems,
	].map(({tone, text}) => ({tone, text: fitText(text, width, {ellipsis: glyphs.ellipsis})}));
}
