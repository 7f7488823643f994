/** Pane 4: what users really get. Counts per revision beside what is configured, the verdict, the answers as they come. */
import {titleOf} from '../panes/pane-table.js';
import {Box, Text} from 'ink';
import {memo, useEffect} from 'react';
import {useShallow} from 'zustand/react/shallow';
import {pairOf} from '../../console/live/compared-pair.js';
import {lateRefusal} from '../../knative/release/late-refusal.js';
import {focusedPane, revisionsOf, selectedService} from '../../console/state/read.js';
import type {FailureEntry, LoopSnapshot, RecordedAnswer, RequestOptions} from '../../console/state/state.js';
import {requestOptionsFor, targetOf} from '../../console/live/request-target.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Theme} from '../../terminal/output/theme.js';
import {askedBy} from '../../knative/commands/identify-revisions.js';
import type {Size} from '../layout.js';
import {cutText, fitText, widthOf} from '../widgets/table/fit-text.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {Frame} from '../widgets/frame.js';
import {steadyWidth} from '../widgets/steady-width.js';
import {Table} from '../widgets/table/table.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsole, useConsoleState} from '../use-console.js';
import {shownGateway} from '../panes/gateway-evidence.js';
import {useRelease} from '../panes/use-release.js';
import {clock, count, duration} from '../format.js';
import {changesWords} from '../frame/changes.js';
import {besideGap, BesidePanel} from './beside-panel.js';
import {besideWidth} from './beside-lines.js';
import {failureText} from './failure-lines.js';
import {LiveChart} from './live-chart.js';
import {liveLayout, type LiveLayout} from './live-layout.js';
import {liveTable, type OwnFailures} from './live-table.js';
import {fittedVerdict, pastLine, verdictLines, type VerdictLine} from './live-verdicts.js';
import {UsersChart, usersChartHeight, UsersRows, usersHeight} from './users-rows.js';

export function LivePane({width, height}: Size) {
	const {styles, glyphs} = useTheme();
	const service = useConsoleState(selectedService);
	const {focus, gateway, asking, live} = useConsoleState(
		useShallow(state => ({
			focus: focusedPane(state),
			gateway: shownGateway(state),
			asking: requestOptionsFor(state, service?.uid),
			live: state.live,
		})),
	);
	const isForwarded = gateway.kind === 'found' && gateway.forward !== undefined;
	const snapshot = service && live?.uid === service.uid ? live.snapshot : undefined;
	const page = live?.page ?? 0;
	const isBack = useConsoleState(
		state => state.answersUpTo !== undefined && state.answersUpTo.uid === service?.uid,
	);
	const background = live?.background ?? 0;
	const isRefused = service !== undefined && lateRefusal(service) !== undefined;
	const inside = frameContentSize(width, height);
	const isAsked = snapshot !== undefined;
	// At the foot of the pane rows may come later: nothing above them moves.
	const hasUsers = useConsoleState(state => state.users !== undefined && state.users.uid === service?.uid);
	const users = isAsked && !hasUsers ? 0 : usersHeight(inside.height);
	const usersChart = useConsoleState(state => usersChartHeight(state, {height: inside.height, isAsked}));
	const beside = besideWidth(inside);
	useBesideFollowed(beside > 0);
	const leftWidth = beside > 0 && service ? inside.width - beside - besideGap : inside.width;
	const size = {width: leftWidth, height: inside.height - users - usersChart};
	// The verdict on what is asked is the first line; what users themselves get stands below it.
	const ofUsers = <UsersRows width={size.width} height={users} hasChart={usersChart > 0} />;
	const chart = <UsersChart width={size.width} height={usersChart} />;
	return (
		<Frame
			width={width}
			height={height}
			title={titleOf('live')}
			aside={
				snapshot &&
				fittingAside(
					asidePieces(snapshot, page, {isRefused, isForwarded, background, isBack}),
					width - titleWidth,
				)
			}
			isFocused={focus === 'live'}
		>
			<Box height={inside.height}>
				<Box width={size.width} height={inside.height} flexDirection="column" overflow="hidden">
					{!isAsked && ofUsers}
					{snapshot && service ? (
						<Counts
							snapshot={snapshot}
							page={page}
							service={service}
							asking={asking}
							isAlone={beside > 0}
							{...size}
						/>
					) : (
						<Box width={size.width} height={size.height} flexDirection="column" overflow="hidden">
							{service &&
								invitation(service, gateway, asking, glyphs).map(
									({text, wraps = false, isWarning = false}, index) => (
										<Box key={index} flexShrink={0}>
											<Text
												wrap={wraps ? 'wrap' : 'truncate'}
												{...(isWarning ? styles.warning : styles.muted)}
											>
												{text}
											</Text>
										</Box>
									),
								)}
							{service && beside > 0 && <Changes service={service} room={size.height - invitationRows} />}
						</Box>
					)}
					{isAsked && ofUsers}
					{chart}
				</Box>
				{service && beside > 0 && (
					<BesidePanel
						service={service}
						failures={snapshot && page === 0 ? snapshot.failures : undefined}
						width={beside}
						height={inside.height}
					/>
				)}
			</Box>
		</Frame>
	);
}

/** What stands beside the answers is followed while there is room for it. */
function useBesideFollowed(isWanted: boolean): void {
	const {wantBeside} = useConsole();
	useEffect(() => {
		wantBeside(isWanted);
		return () => wantBeside(false);
	}, [wantBeside, isWanted]);
}

/** Rows that say how to begin, at most, and a blank one. */
const invitationRows = 6;

/** Where nothing is asked yet: who changed the split, the newest first. */
function Changes({service, room}: {service: ServiceView; room: number}) {
	const {styles, glyphs, isAscii} = useTheme();
	const changes = useConsoleState(
		useShallow(state =>
			changesWords(state, service.uid, {bar: isAscii ? '|' : '│', arrow: glyphs.arrow}).slice(
				0,
				Math.max(0, room - 2),
			),
		),
	);
	if (changes.length === 0) return null;
	return (
		<>
			<Text> </Text>
			<Text {...styles.muted}>{`CHANGES of ${service.name}, newest first (w: all)`}</Text>
			{changes.map((text, index) => (
				<Text key={index} wrap="truncate">
					{text}
				</Text>
			))}
		</>
	);
}

function invitation(
	service: ServiceView,
	gateway: Parameters<typeof targetOf>[2],
	asking: RequestOptions,
	glyphs: Theme['glyphs'],
): {text: string; wraps?: boolean; isWarning?: boolean}[] {
	const asked = targetOf(service, service.url, gateway, asking);
	if (!asked.ok) return [{text: asked.reason}];
	const {command, forwarding, unreached} = asked;
	const requests = count(asking.rate, 'request');
	return [
		{text: `space: send ${requests}/s and count who answers · v: send one request`},
		{text: command},
		...(forwarding === undefined
			? []
			: [{text: 'Through a port-forward, opened with the first request; latencies include the API server.'}]),
		// Why there is a port-forward is good to know; that there is none, and no other way, is what has to be read.
		...(unreached === undefined
			? []
			: forwarding === undefined
				? [{text: `${glyphs.warning} ${unreached}`, wraps: true, isWarning: true}]
				: [{text: unreached, wraps: true}]),
	];
}

/** Cells of the title's own words and the corners of the frame. */
const titleWidth = titleOf('live').length + 8;

/** A piece of the line in the frame; what has a rank goes, the highest first, where there is no room. */
type AsidePiece = {text: string; rank?: number};

/** As many of the pieces as fit: a line that is too long would not be there at all. */
function fittingAside(pieces: readonly AsidePiece[], room: number): string {
	const line = pieces.map(({text}) => text).join(' · ');
	const highest = Math.max(0, ...pieces.map(({rank = 0}) => rank));
	return widthOf(line) <= room || highest === 0
		? line
		: fittingAside(
				pieces.filter(({rank = 0}) => rank < highest),
				room,
			);
}

/** `1 req/s · 128 answers · 50/50 since 12:01:03`, or of an earlier split what it was and when. */
function asidePieces(
	snapshot: LoopSnapshot,
	page: number,
	{
		isRefused,
		isForwarded,
		background,
		isBack,
	}: {isRefused: boolean; isForwarded: boolean; background: number; isBack: boolean},
): AsidePiece[] {
	const past = snapshot.history.at(-page);
	if (page > 0 && past) {
		const split = past.weights.map(({percent}) => percent).join('/');
		return [
			{text: page === 1 ? 'the split before' : `${page} splits ago`},
			{text: `${split} from ${clock(past.since)} to ${clock(past.until)}`},
			{text: count(past.answered, 'answer'), rank: 1},
		];
	}
	const {state, rate, burstLeft, answered, notSent, weights, settling, since} = snapshot;
	const pace = burstLeft > 0 ? `burst, ${burstLeft} left` : state === 'running' ? `${rate} req/s` : 'paused';
	const split = weights.map(({percent}) => percent).join('/');
	return [
		...(isBack ? [{text: 'earlier answers, G follows'}] : []),
		{text: pace},
		{text: count(answered, 'answer'), rank: 1},
		...(notSent > 0 ? [{text: `${notSent} skipped (rate limit)`, rank: 3}] : []),
		{text: settling ? (isRefused ? 'split refused' : 'switching') : `${split} since ${clock(since)}`},
		...(isForwarded ? [{text: 'via API server', rank: 4}] : []),
		...(background > 0 ? [{text: `${count(background, 'loop')} in background`, rank: 2}] : []),
	];
}

function Counts({
	snapshot,
	page,
	service,
	asking,
	isAlone,
	width,
	height,
}: {
	snapshot: LoopSnapshot;
	page: number;
	service: ServiceView;
	asking: RequestOptions;
	/** Failures are shown elsewhere. */
	isAlone: boolean;
} & Size) {
	const {glyphs} = useTheme();
	const revisions = useConsoleState(state => revisionsOf(state, service));
	const marks = useRelease(service)?.marks;
	const past = page > 0 ? snapshot.history.at(-page) : undefined;
	const counts = past ?? snapshot;
	const verdicts = past
		? [
				pastLine(past),
				{
					tone: 'waiting' as const,
					sentence: 'counts under an earlier split',
					remedy: '] goes on to the next',
				},
			]
		: byWeight(
				verdictLines(snapshot, {
					service: service.name,
					isRefused: lateRefusal(service) !== undefined,
					askedBy: askedBy(service.summary.protocol, asking.grpcCall),
					pair: pairOf(service, revisions),
					now: snapshot.at,
				}),
			);
	const failures = past || isAlone ? [] : snapshot.failures;
	const layout = liveLayout({
		width,
		height,
		rows: counts.rows.length,
		weights: snapshot.weights.length,
		verdicts: verdicts.length,
		failures: failures.length,
		isAlone,
	});
	const {above} = layout;
	// On a very wide window a greeting and its counts would stand too far apart to be read as one row.
	const tableWidth = Math.min(width, 150);
	const table = liveTable(counts.rows, {
		width: tableWidth,
		room: layout.table - 1,
		service: service.name,
		glyphs,
		ownFailures: past ? new Map() : ownFailuresOf(snapshot),
		...(marks && {marks}),
	});
	const codes = Object.entries(counts.statusCodes)
		.map(([code, number]) => `${code} ×${number}`)
		.join('  ');
	// Many kinds of failure would leave no room for the verdict.
	const aside = widthOf(codes) <= width / 4 ? codes : '';
	return (
		<Box width={width} height={height} flexDirection="column" overflow="hidden">
			{verdicts.slice(0, above).map((verdict, index) => (
				<VerdictRow
					key={verdict.sentence}
					width={width}
					verdict={verdict}
					aside={index === 0 && verdict.tone !== 'bad' ? aside : ''}
				/>
			))}
			<Table
				columns={table.columns}
				rows={table.rows}
				columnGap={table.columnGap}
				selected={-1}
				width={tableWidth}
				height={layout.table}
				empty="No answers."
			/>
			{verdicts.slice(above, above + layout.below).map(verdict => (
				<VerdictRow key={verdict.sentence} width={width} verdict={verdict} />
			))}
			{layout.chart > 0 && (
				<LiveChart
					snapshot={snapshot}
					service={service.name}
					marks={marks}
					width={width}
					height={layout.chart}
				/>
			)}
			<AnswersAndFailures
				snapshot={snapshot}
				failures={failures}
				service={service.name}
				width={width}
				layout={layout}
			/>
		</Box>
	);
}

/** Lines of failures from which on there is room below them. */
const roomyList = 5;

/** Beside each other where there is room and something fails: no failure pushes off the answers, and none of these a failure. */
function AnswersAndFailures({
	snapshot: {last, at},
	failures,
	service,
	width,
	layout,
}: {
	snapshot: LoopSnapshot;
	failures: readonly FailureEntry[];
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
			{said.map(({at: when, text}) => (
				<Text key={when} wrap="truncate">
					<Text {...styles.muted}>{`${clock(when)}  `}</Text>
					{cutText(text, failuresWidth - 10, {ellipsis: glyphs.ellipsis})}
				</Text>
			))}
		</Box>
	);
	const answerList = (
		<Box width={answersWidth} height={layout.answers} flexDirection="column" overflow="hidden">
			{(layout.answers > 0 ? last.slice(Math.max(0, end - layout.answers), end) : []).map(answer => (
				<AnswerLine key={answer.order} answer={answer} width={answersWidth} />
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

/** What is bad first, then what is doubtful; else in their order. */
function byWeight(lines: readonly VerdictLine[]): VerdictLine[] {
	const weights = {bad: 0, warning: 1, waiting: 2, good: 2};
	return lines.toSorted((one, other) => weights[one.tone] - weights[other.tone]);
}

/** How often each side failed at its own tag. */
function ownFailuresOf({comparison, tagDoubt}: LoopSnapshot): OwnFailures {
	if (!comparison || tagDoubt) return new Map();
	return new Map([comparison.old, comparison.fresh].map(side => [side.revision, side]));
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

function VerdictRow({verdict, aside = '', width}: {verdict: VerdictLine; aside?: string; width: number}) {
	const {styles, glyphs} = useTheme();
	const {ellipsis} = glyphs;
	const glyph = {good: glyphs.ok, waiting: glyphs.waiting, bad: glyphs.bad, warning: glyphs.warning}[
		verdict.tone
	];
	const style = {good: styles.ok, waiting: styles.muted, bad: styles.bad, warning: styles.warning}[
		verdict.tone
	];
	const right = aside === '' ? '' : `  ${aside}`;
	return (
		<Text wrap="truncate">
			<Text {...style}>
				{fitText(
					`${glyph} ${fittedVerdict(verdict, width - widthOf(right) - widthOf(glyph) - 1, ellipsis)}`,
					width - widthOf(right),
					{ellipsis},
				)}
			</Text>
			<Text {...styles.muted}>{right}</Text>
		</Text>
	);
}

/** Drawn once, however far it moves up. */
const AnswerLine = memo(({answer, width}: {answer: RecordedAnswer; width: number}) => {
	const {styles, glyphs} = useTheme();
	const {outcome} = answer;
	const isResponse = outcome.kind === 'response';
	const failed = answer.grade !== 'success' && answer.grade !== 'redirect';
	const head = `${clock(answer.at, {milliseconds: true})}  ${fitText(isResponse ? outcome.code : outcome.failure, 9)}  ${fitText(duration(answer.latency), 7, {align: 'right'})}  `;
	const said = isResponse ? saidBy(outcome, glyphs.arrow) : outcome.sentence;
	const text = `${said}${answer.settling ? '  (not counted)' : ''}`;
	return (
		<Text wrap="truncate" {...(failed ? styles.bad : answer.settling ? styles.muted : {})}>
			<Text {...(failed ? {} : styles.muted)}>{head}</Text>
			{cutText(text, width - widthOf(head), {ellipsis: glyphs.ellipsis})}
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
