/** Pane 3's rows: one of each target with its share as a bar, or one bar for all of them. */
import {Box, Text} from 'ink';
import type {ServiceView} from '../../../knative/service/service.js';
import type {Split, SplitRow} from '../../../knative/split/split.js';
import {shortRevision} from '../../format.js';
import {barParts} from '../../widgets/stacked-bar.js';
import {fitText, widthOf} from '../../widgets/table/fit-text.js';
import {tellApart} from '../../widgets/table/tell-apart.js';
import {useTheme} from '../../widgets/theme-context.js';
import {partOf, partText, type ReleaseRoles} from '../../release/release-part.js';
import {allMarks, marksOf, type RevisionMarks} from '../../release/revision-marks.js';

const percentWidth = 11;

/** From this width on there is room for names and tags of the usual length: the bars stay where they are from service to service. */
const roomy = 100;
const usualWidths = {name: 'latest (…00001)'.length, tag: 'canary'.length};

/** Widths of names, and of parts in the release with tags, which all rows have in common. */
function columnsOf(split: Split, service: ServiceView, release: ReleaseRoles | undefined, width: number) {
	const usual = width < roomy ? {name: 0, tag: 0} : usualWidths;
	const names = split.map(candidate => nameOf(candidate, service));
	const nameWidth = Math.min(
		Math.max(usual.name, ...names.map(name => widthOf(name))),
		Math.floor(width * 0.35),
	);
	const tags = split.map(({revision, tags: own}) => partText(partOf(revision, own, release)));
	const tagWidth = Math.min(Math.max(usual.tag, ...tags.map(tag => widthOf(tag))), Math.floor(width * 0.15));
	return {names, tags, nameWidth, tagWidth};
}

/** The mark and a blank; name, tag and lock; the value at the end. */
function barWidthOf({nameWidth, tagWidth}: {nameWidth: number; tagWidth: number}, width: number): number {
	return Math.max(0, width - (2 + nameWidth + 1 + (tagWidth > 0 ? tagWidth + 1 : 0) + 2 + percentWidth + 1));
}

/** All shares on one line, in the scale of the rows: what is set, or what is got of it. */
export function SplitBar({
	label,
	percents,
	values = percents.map(String),
	isOld = false,
	revisions,
	service,
	split,
	release,
	marks,
	width,
}: {
	label: string;
	percents: readonly number[];
	/** The same as it is read. */
	values?: readonly string[];
	/** Nobody knows whether it is still so. */
	isOld?: boolean;
	/** Of which each of the percents is. */
	revisions: readonly (string | undefined)[];
	service: ServiceView;
	split: Split;
	release: ReleaseRoles | undefined;
	marks: RevisionMarks;
	width: number;
}) {
	const {styles, isAscii} = useTheme();
	const columns = columnsOf(split, service, release, width - rowMargin);
	const value = values.join(isAscii ? '|' : '│');
	const valueWidth = Math.max(percentWidth, widthOf(value));
	const barWidth = Math.max(0, barWidthOf(columns, width - rowMargin) - (valueWidth - percentWidth));
	const lead = width - barWidth - valueWidth - 1;
	return (
		<Text wrap="truncate">
			<Text {...styles.muted}>{fitText(`  ${label}`, lead)}</Text>
			{barParts(percents, barWidth).map(({cells}, index) => {
				const revision = revisions[index];
				const mark = revision === undefined ? undefined : marks.get(revision);
				return (
					<Text key={index} {...(isOld ? styles.muted : mark?.style)}>
						{(mark?.fill ?? ' ').repeat(cells)}
					</Text>
				);
			})}
			<Text {...(isOld ? styles.muted : {})}>{` ${fitText(value, valueWidth, {align: 'right'})}`}</Text>
		</Text>
	);
}

/** Columns before a row of the list: the mark of the selection. */
const rowMargin = 2;

/** One target: its mark, name, part and tags, lock, the bar at its place in the whole, and its share; what is drafted stands out. */
export function SplitRowLine({
	row,
	width,
	service,
	split,
	release,
	before,
	base,
	isChangedByOthers,
	typed,
	marks,
	isServed,
}: {
	row: SplitRow;
	width: number;
	service: ServiceView;
	split: Split;
	/** By which a row says what its revision is; by tags alone without it. */
	release: ReleaseRoles | undefined;
	/** What the server has; undefined where it does not list the row. */
	before: number | undefined;
	base: number | undefined;
	isChangedByOthers: boolean;
	typed: string | undefined;
	marks: RevisionMarks;
	/** Users get this, as far as is known. */
	isServed: boolean;
}) {
	const {glyphs, styles} = useTheme();
	const {names, tags, nameWidth, tagWidth} = columnsOf(split, service, release, width);
	const index = split.indexOf(row);
	// No two rows of a split may read alike: which of them gets the traffic is what is read here.
	const shownName = tellApart(names, nameWidth, {ellipsis: glyphs.ellipsis})[index] ?? nameOf(row, service);
	const shownTags = tellApart(tags, tagWidth, {position: 'end', ellipsis: glyphs.ellipsis})[index] ?? '';
	const changed = before !== row.percent;
	const value =
		typed === undefined
			? changed
				? `${before ?? '–'} ${glyphs.arrow} ${row.percent} %`
				: `${row.percent} %`
			: `${typed}${glyphs.cursor} %`;
	const others = isChangedByOthers ? `  was ${base ?? '–'}, theirs ${before ?? '–'}` : '';
	const barWidth = Math.max(0, barWidthOf({nameWidth, tagWidth}, width) - widthOf(others));
	const part = barParts(
		split.map(({percent}) => percent),
		barWidth,
	)[index] ?? {from: 0, cells: 0};
	const ofRevision =
		row.revision === undefined ? undefined : marksOf(split, allMarks({glyphs, styles}), marks)[index];
	// Users get nothing of what is not there.
	const mark = ofRevision ?? {fill: glyphs.fills[3], style: styles.plain};
	// What is moved has a handle at its end.
	const body = changed && part.cells > 0 ? part.cells - 1 : part.cells;
	return (
		<Box width={width}>
			<Text wrap="truncate">
				<Text {...mark.style}>{mark.fill}</Text> {fitText(shownName, nameWidth)}{' '}
				{tagWidth > 0 && <Text {...styles.muted}>{`${fitText(shownTags, tagWidth)} `}</Text>}
				{row.locked ? `${glyphs.locked} ` : '  '}
			</Text>
			{barWidth > 3 && (
				<Text wrap="truncate">
					{' '.repeat(part.from)}
					<Text {...(isServed ? mark.style : styles.muted)}>{mark.fill.repeat(body)}</Text>
					{body < part.cells && <Text {...styles.draft}>{glyphs.handle}</Text>}
					{' '.repeat(barWidth - part.from - part.cells)}
				</Text>
			)}
			<Text wrap="truncate" {...(changed || typed !== undefined ? styles.draft : {})}>
				{` ${fitText(value, percentWidth, {align: 'right'})}`}
			</Text>
			{others !== '' && <Text {...styles.warning}>{others}</Text>}
		</Box>
	);
}

/** What a draft takes out of the split: until it is sent users get this. */
export function RemovedRowLine({row, service, width}: {row: SplitRow; service: ServiceView; width: number}) {
	const {styles, glyphs} = useTheme();
	const value = ` ${row.percent} ${glyphs.arrow} removed`;
	return (
		<Text wrap="truncate" {...styles.muted}>
			{fitText(`    ${nameOf(row, service)}`, Math.max(0, width - widthOf(value)))}
			{value}
		</Text>
	);
}

/** `…00001`, or `latest (…00002)` for the row that follows the latest ready revision: never without being told apart. */
export function nameOf(row: SplitRow, {name}: ServiceView): string {
	const revision = row.revision === undefined ? undefined : shortRevision(row.revision, name);
	if (!row.latest) return revision ?? row.key;
	return revision === undefined ? 'latest (none ready)' : `latest (${revision})`;
}
