/** The foot of pane 4: answers as they come, what failed, and beside them what the console said. */
import {Box, Text} from 'ink';
import {memo} from 'react';
import type {FailureEntry, LoopSnapshot, RecordedAnswer, Row} from '../../console/state/state.js';
import {clock, duration} from '../format.js';
import {useConsoleState} from '../use-console.js';
import {steadyWidth} from '../widgets/steady-width.js';
import {cutAtClause, cutText, fitText, widthOf} from '../widgets/table/fit-text.js';
import {useTheme} from '../widgets/theme-context.js';
import type {RevisionMark, RevisionMarks} from '../release/revision-marks.js';
import {failureText} from './failure-lines.js';
import type {LiveLayout} from './live-layout.js';

/** Lines of failures from which on there is room below them. */
const roomyList = 5;

/** Beside each other where there is room and something fails: no failure pushes off the answers, and none of these a failure. */
export function AnswersAndFailures({
	snapshot: {last, at, rows},
	failures,
	marks,
	service,
	width,
	layout,
}: {
	snapshot: LoopSnapshot;
	failures: readonly FailureEntry[];
	marks: RevisionMarks | undefined;
	service: string;
	width: number;
	layout: LiveLayout;
}) {
	const {styles, glyphs} = useTheme();
	// Without a failure only where there is room for what else was said.
	const isBeside = layout.isBeside && (failures.length > 0 || layout.failures > roomyList);
	const failuresWidth = isBeside ? Math.floor(width / 2) - 1 : width;
	const answersWidth = isBeside ? width - failuresWidth - 2 : width;
	const isTitled = isBeside && layout.failures > 2;
	const upTo = useConsoleState(state => state.answersUpTo);
	const found = upTo ? last.findIndex(({order}) => order === upTo.order) : -1;
	// One that is not kept any more: the oldest that are.
	const end = upTo === undefined ? last.length : Math.max(found + 1, Math.min(last.length, layout.answers));
	const shown = failures.slice(0, layout.failures - (isTitled ? 1 : 0));
	const messages = useConsoleState(state => state.messages);
	const left = layout.failures - (isTitled ? 1 : 0) - shown.length - 2;
	const said = isBeside && layout.failures > roomyList && left > 0 ? messages.slice(-left).toReversed() : [];
	const failureList = (
		<Box width={failuresWidth} flexDirection="column" overflow="hidden">
			{isTitled && (
				<Text {...styles.muted}>
					{failures.length > 0 ? 'FAILURES of this split, newest first' : 'FAILURES of this split: none'}
				</Text>
			)}
			{shown.map(failure => (
				<FailureLine key={failure.key} failure={failure} now={at} width={failuresWidth} service={service} />
			))}
			{said.length > 0 && <Text {...styles.muted}>{'\n'}MESSAGES, newest first (m: all)</Text>}
			{said.map(({at: when, text}, index) => (
				<Text key={index} wrap="truncate">
					<Text {...styles.muted}>{`${clock(when)}  `}</Text>
					{cutAtClause(text, failuresWidth - 10, glyphs.ellipsis)}
				</Text>
			))}
		</Box>
	);
	const answerList = (
		<Box width={answersWidth} height={layout.answers} flexDirection="column" overflow="hidden">
			{(layout.answers > 0 ? last.slice(Math.max(0, end - layout.answers), end) : []).map(answer => (
				<AnswerLine
					key={answer.order}
					answer={answer}
					mark={markOf(answer, rows, marks)}
					width={answersWidth}
				/>
			))}
		</Box>
	);
	return isBeside ? (
		<Box columnGap={2}>
			{answerList}
			{failureList}
		</Box>
	) : (
		<>
			{failureList}
			{answerList}
		</>
	);
}

/** Milliseconds after which a failure is one of earlier. */
const recently = 30_000;

function FailureLine({
	failure,
	now,
	width,
	service,
}: {
	failure: FailureEntry;
	now: number;
	width: number;
	service: string;
}) {
	const {styles, glyphs} = useTheme();
	const isRecent = now - failure.last < recently;
	return (
		<Text wrap="truncate" {...(isRecent ? styles.bad : styles.warning)}>
			{cutText(`${glyphs.bad} ${failureText(failure, service)}`, width, {ellipsis: glyphs.ellipsis})}
		</Text>
	);
}

// What changes with every answer is cut here: Ink keeps the last thousands of texts that it had to cut itself.

/** Of the revision whose answer it is, where that is certain. */
function markOf(
	{outcome}: RecordedAnswer,
	rows: readonly Row[],
	marks: RevisionMarks | undefined,
): RevisionMark | undefined {
	if (outcome.kind === 'failure' || outcome.fingerprint === undefined) return undefined;
	const same = rows.filter(
		({code, fingerprint}) => code === undefined && fingerprint === outcome.fingerprint,
	);
	// What several revisions say, or may say, is counted beside the one that said it at its tag.
	const [row] = same.some(({revision}) => revision === undefined) ? [] : same;
	return row?.revision === undefined ? undefined : marks?.get(row.revision);
}

type AnswerLineProps = {answer: RecordedAnswer; mark: RevisionMark | undefined; width: number};

/** Drawn once, however far it moves up. */
const AnswerLine = memo(({answer, mark, width}: AnswerLineProps) => {
	const {styles, glyphs} = useTheme();
	const {outcome} = answer;
	const isResponse = outcome.kind === 'response';
	const failed = answer.grade !== 'success' && answer.grade !== 'redirect';
	const time = clock(answer.at, {milliseconds: true});
	const head = ` ${fitText(isResponse ? outcome.code : outcome.failure, 9)}  ${fitText(duration(answer.latency), 7, {align: 'right'})}  `;
	const said = isResponse ? saidBy(outcome, glyphs.arrow) : outcome.sentence;
	const text = `${said}${answer.settling ? '  (not counted)' : ''}`;
	return (
		<Text wrap="truncate" {...(failed ? styles.bad : answer.settling ? styles.muted : {})}>
			<Text {...(failed ? {} : styles.muted)}>{`${time}  `}</Text>
			<Text {...mark?.style}>{mark?.fill ?? ' '}</Text>
			<Text {...(failed ? {} : styles.muted)}>{head}</Text>
			{cutText(text, width - widthOf(time) - 3 - widthOf(head), {ellipsis: glyphs.ellipsis})}
		</Text>
	);
});

/** Where a redirect leads says more than its page. */
function saidBy(
	{firstLine, location}: Extract<RecordedAnswer['outcome'], {kind: 'response'}>,
	arrow: string,
): string {
	return location === undefined ? steadyWidth(firstLine) || '(no body)' : `${arrow} ${location}`;
}
