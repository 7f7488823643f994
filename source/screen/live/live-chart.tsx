/** What users and the two revisions got over time, drawn with cells; one line of sparklines where there is no more room. */
import {Box, Text} from 'ink';
import {memo} from 'react';
import {chartOf, type Chart} from '../../console/live/chart-columns.js';
import type {LoopSnapshot} from '../../console/state/state.js';
import type {Size} from '../layout.js';
import type {RevisionMarks} from '../release/revision-marks.js';
import {cutText} from '../widgets/table/fit-text.js';
import {useTheme} from '../widgets/theme-context.js';
import {chartLines, chartRoom, shortChart} from './chart-lines.js';

type LiveChartProps = {
	snapshot: LoopSnapshot;
	service: string;
	marks: RevisionMarks | undefined;
} & Size;

/**
 * Drawn once a second: answers come more often, and each would cost the whole of it. While nothing is sent each of the last answers
 * is drawn: there may be no second after theirs.
 */
export const LiveChart = memo(
	({snapshot, service, marks, width, height}: LiveChartProps) => {
		const revisions = drawnRevisions(snapshot);
		return (
			<ChartView
				chart={columns => chartOf(snapshot, {columns, revisions})}
				order={snapshot.weights.map(({revision}) => revision)}
				title={height > 1 ? 'probes' : ''}
				service={service}
				marks={marks}
				width={width}
				height={height}
			/>
		);
	},
	(before, after) => isDrawnAlike(before, after) && before.marks === after.marks,
);

/** A chart of several lines, or of one. */
export function ChartView({
	chart: chartFor,
	order,
	title = '',
	service,
	marks,
	width,
	height,
}: {
	/** In so many columns. */
	chart: (columns: number) => Chart | undefined;
	/** Of the revisions, as the other panes have it. */
	order: readonly string[];
	/** What it is of, where that has to be said. */
	title?: string;
	service: string;
	marks: RevisionMarks | undefined;
} & Size) {
	const {styles, glyphs} = useTheme();
	const options = {width, service, glyphs, title};
	const chart = height > 1 ? chartFor(chartRoom(width)) : undefined;
	return (
		<Box width={width} height={height} flexDirection="column" flexShrink={0} overflow="hidden">
			{height === 1 ? (
				<Text wrap="truncate" {...styles.muted}>
					{cutText(shortChart(chartFor, options), width, {ellipsis: glyphs.ellipsis})}
				</Text>
			) : (
				(chart ? chartLines(chart, {...options, order, room: height}) : []).map(
					({key, revision, label, cells, value}) => (
						<Text key={key} wrap="truncate">
							<Text {...styles.muted}>{label}</Text>
							<Text {...(key === 'time' ? styles.muted : marks?.get(revision ?? '')?.style)}>{cells}</Text>
							{` ${value}`}
						</Text>
					),
				)
			)}
		</Box>
	);
}

function isDrawnAlike(before: LiveChartProps, after: LiveChartProps): boolean {
	const secondOf = ({snapshot}: LiveChartProps) => Math.floor(snapshot.at / 1000);
	const isSame =
		after.snapshot.state === 'running'
			? secondOf(before) === secondOf(after)
			: before.snapshot === after.snapshot;
	return (
		isSame &&
		before.snapshot.weights === after.snapshot.weights &&
		before.service === after.service &&
		before.width === after.width &&
		before.height === after.height
	);
}

/** The compared two, the new one first, of which most is drawn; where nothing is compared, the smaller shares first. */
function drawnRevisions({comparison, weights}: LoopSnapshot): string[] {
	if (comparison) return [comparison.fresh.revision, comparison.old.revision];
	const sharing = weights.filter(({percent}) => percent > 0);
	return [
		...new Set(sharing.toSorted((one, other) => one.percent - other.percent).map(({revision}) => revision)),
	].slice(0, 2);
}
