/** What users and the two revisions got over time, drawn with cells; one line of sparklines where there is no more room. */
import {Box, Text} from 'ink';
import {memo} from 'react';
import {chartOf} from '../../console/live/chart-columns.js';
import type {LoopSnapshot} from '../../console/state/state.js';
import type {Size} from '../layout.js';
import type {RevisionMarks} from '../panes/revision-marks.js';
import {cutText} from '../widgets/table/fit-text.js';
import {useTheme} from '../widgets/theme-context.js';
import {chartLines, chartRoom, shortChart} from './chart-lines.js';

type LiveChartProps = {
	snapshot: LoopSnapshot;
	service: string;
	marks: RevisionMarks | undefined;
} & Size;

/** Drawn once a second: answers come more often, and each would cost the whole of it. */
export const LiveChart = memo(
	({snapshot, service, marks, width, height}: LiveChartProps) => {
		const {styles, glyphs} = useTheme();
		const options = {width, service, glyphs};
		const revisions = drawnRevisions(snapshot);
		const chart = chartOf(snapshot, {columns: chartRoom(width), revisions});
		return (
			<Box width={width} height={height} flexDirection="column" flexShrink={0} overflow="hidden">
				{height === 1 ? (
					<Text wrap="truncate" {...styles.muted}>
						{cutText(
							shortChart(columns => chartOf(snapshot, {columns, revisions}), options),
							width,
							{ellipsis: glyphs.ellipsis},
						)}
					</Text>
				) : (
					(chart ? chartLines(chart, {...options, room: height}) : []).map(
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
	},
	(before, after) => isDrawnAlike(before, after) && before.marks === after.marks,
);

function isDrawnAlike(before: LiveChartProps, after: LiveChartProps): boolean {
	const secondOf = ({snapshot}: LiveChartProps) => Math.floor(snapshot.at / 1000);
	return (
		secondOf(before) === secondOf(after) &&
		before.snapshot.weights === after.snapshot.weights &&
		before.service === after.service &&
		before.width === after.width &&
		before.height === after.height
	);
}

/** The compared two, the new one first; where nothing is compared, the smaller shares first. */
function drawnRevisions({comparison, weights}: LoopSnapshot): string[] {
	if (comparison) return [comparison.fresh.revision, comparison.old.revision];
	const sharing = weights.filter(({percent}) => percent > 0);
	return [
		...new Set(sharing.toSorted((one, other) => one.percent - other.percent).map(({revision}) => revision)),
	].slice(0, 2);
}
