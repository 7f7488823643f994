/** What users and the two revisions got over time, drawn with cells; one line of sparklines where there is no more room. */
import {Box, Text} from 'ink';
import {useMemo} from 'react';
import {chartOf} from '../../console/live/chart-columns.js';
import type {LoopSnapshot} from '../../console/state/state.js';
import type {Size} from '../layout.js';
import type {RevisionMarks} from '../panes/revision-marks.js';
import {cutText} from '../widgets/table/fit-text.js';
import {useTheme} from '../widgets/theme-context.js';
import {chartLines, chartRoom, shortChart} from './chart-lines.js';

export function LiveChart({
	snapshot,
	service,
	marks,
	width,
	height,
}: {snapshot: LoopSnapshot; service: string; marks: RevisionMarks | undefined} & Size) {
	const {styles, glyphs} = useTheme();
	const {at, weights} = snapshot;
	const names = drawnRevisions(snapshot).join(' ');
	// Once a second; answers come more often.
	const drawn = useMemo(() => {
		const revisions = names.split(' ').filter(name => name !== '');
		const options = {width, service, glyphs};
		if (height === 1) {
			return {line: shortChart(columns => chartOf(snapshot, {columns, revisions}), options), lines: []};
		}
		const chart = chartOf(snapshot, {columns: chartRoom(width), revisions});
		return {line: '', lines: chart ? chartLines(chart, {...options, room: height}) : []};
	}, [Math.floor(at / 1000), weights, names, width, height, service, glyphs]);
	return (
		<Box width={width} height={height} flexDirection="column" flexShrink={0} overflow="hidden">
			{height === 1 ? (
				<Text wrap="truncate" {...styles.muted}>
					{cutText(drawn.line, width, {ellipsis: glyphs.ellipsis})}
				</Text>
			) : (
				drawn.lines.map(({key, revision, label, cells, value}) => (
					<Text key={key} wrap="truncate">
						<Text {...styles.muted}>{label}</Text>
						<Text {...(key === 'time' ? styles.muted : marks?.get(revision ?? '')?.style)}>{cells}</Text>
						{` ${value}`}
					</Text>
				))
			)}
		</Box>
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
