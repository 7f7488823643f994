/** Pane 4 while it is asked: verdicts, counts per revision, chart, then answers and failures. */
import {Box, Text} from 'ink';
import {whyNoTags} from '../../console/live/request-target.js';
import {gatewayGuess, knowsTlsPort, revisionsOf} from '../../console/state/read.js';
import {isGotLately} from '../../console/live/verdicts.js';
import type {LoopSnapshot, RequestOptions} from '../../console/state/state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Size} from '../layout.js';
import {useRelease} from '../release/use-release.js';
import {useConsoleState} from '../use-console.js';
import {fitText, widthOf} from '../widgets/table/fit-text.js';
import {Table} from '../widgets/table/table.js';
import {useTheme} from '../widgets/theme-context.js';
import {AnswersAndFailures} from './answers-and-failures.js';
import {LiveChart} from './live-chart.js';
import {liveLayout} from './live-layout.js';
import {liveTable, type OwnFailures} from './live-table.js';
import {fittedVerdict, pastLine, verdictContext, verdictLines} from './live-verdicts.js';
import type {VerdictLine} from './verdicts/verdict-line.js';

/** Of the split that is in force, or with `page` of one that many before. */
export function LiveCounts({
	snapshot,
	page,
	service,
	requestOptions,
	isAlone,
	width,
	height,
}: {
	snapshot: LoopSnapshot;
	page: number;
	service: ServiceView;
	requestOptions: RequestOptions;
	/** Failures are shown elsewhere. */
	isAlone: boolean;
} & Size) {
	const {glyphs} = useTheme();
	const revisions = useConsoleState(state => revisionsOf(state, service));
	const guess = useConsoleState(gatewayGuess);
	const tagsMissing = useConsoleState(state => whyNoTags(state, service));
	const knowsTls = useConsoleState(knowsTlsPort);
	const told = useRelease(service);
	const marks = told?.marks;
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
				verdictLines(
					snapshot,
					verdictContext(snapshot, {service, revisions, requestOptions, guess, tagsMissing, knowsTls}),
				),
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
		canary: told?.release.canary?.revision,
		ownFailures: past ? new Map() : ownFailuresOf(snapshot),
		...(marks && {marks}),
		isGotLately: !past && isGotLately(snapshot),
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
				marks={marks}
				service={service.name}
				width={width}
				layout={layout}
			/>
		</Box>
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
	// What all answers were gives way to the whole of a verdict.
	const needed = widthOf([verdict.sentence, verdict.remedy ?? ''].join(' · ')) + widthOf(glyph) + 1;
	const right = aside === '' || needed + 2 + widthOf(aside) > width ? '' : `  ${aside}`;
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
