/** After somebody else's write came first: what was there, what they made of it and what was wanted, side by side. */
import {useInput} from 'ink';
import type {Conflict as ConflictState} from '../../../console/sheets/sheets.js';
import type {Plan} from '../../../release/plan.js';
import type {Split, SplitRow} from '../../../knative/split/split.js';
import type {Theme} from '../../../terminal/output/theme.js';
import type {Size} from '../../layout.js';
import {useNamedTitle} from '../../named-title.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {fitText, widthOf} from '../../widgets/table/fit-text.js';
import {useTheme} from '../../widgets/theme-context.js';
import {
	typedAhead,
	typedForAnother,
	useActions,
	useConsole,
	useConsoleState,
	useSeeing,
} from '../../use-console.js';
import {notifyOnSheet} from '../../../console/state/select.js';
import {shortRevision} from '../../format.js';
import type {RevisionMark, RevisionMarks} from '../../release/revision-marks.js';
import {useRelease} from '../../release/use-release.js';
import {Document, type DocumentLine} from '../../widgets/document.js';
import {uidOf} from './use-review-text.js';

/** Offers to apply the plan to what is there now, where that is still possible, or to keep what is there. */
export function Conflict({
	title,
	plan,
	conflict,
	shownAs,
	isUnderTyping = false,
	isActive,
	...size
}: Size & {
	title: string;
	plan: Plan;
	conflict: ConflictState;
	shownAs: string;
	/** It came up while a word may have been being typed, whose letters are no answers to it. */
	isUnderTyping?: boolean;
	isActive: boolean;
}) {
	const console = useConsole();
	const theme = useTheme();
	const {couldSee, isHeeded} = useSeeing();
	const named = useNamedTitle(title, plan.name, size.width);
	const target = useConsoleState(({services}) => services.find(({uid}) => uid === uidOf(plan)));
	const marks = useRelease(target)?.marks;
	/** A letter counts when it can have been seen what it is about, and was meant for that. */
	const seen = (act: () => void) => () => {
		const isSeen = couldSee(shownAs);
		if (isSeen && (!isUnderTyping || isHeeded(shownAs))) return act();
		notifyOnSheet(console.store, {tone: 'info', text: isSeen ? typedForAnother : typedAhead});
	};
	// Whoever scrolls it after a pause has looked at it.
	useInput(() => void isHeeded(shownAs), {isActive});
	const goBack = seen(() => console.keepEditing());
	useActions(
		'conflict',
		{
			takeTheirs: seen(() => console.takeTheirs()),
			putMineOnTop: seen(() => void console.putMineOnTop()),
			// Esc leaves whatever it is pressed on, and nothing is lost by it.
			keepEditing: input => (input === 'e' ? goBack() : console.keepEditing()),
		},
		{isActive},
	);
	return (
		<Document
			{...size}
			title={named}
			aside="conflict"
			lines={conflictLines(conflict, plan.name, {
				...theme,
				width: frameContentSize(size.width, size.height).width,
				...(marks && {marks}),
			})}
			context="conflict"
			isActive={isActive}
			shownAs={shownAs}
		/>
	);
}

/** Between two columns: what is cut must not run into the next one. */
const gap = '   ';

type ConflictCell = {text: string; /** Stays when the text is cut. */ mark?: string};

const wholeOf = ({text, mark = ''}: ConflictCell) => `${text}${mark}`;

function widthOfColumn(cells: readonly ConflictCell[]): number {
	return Math.max(...cells.map(cell => widthOf(wholeOf(cell))));
}

/** The cells of a column, all as wide as the widest, or as `longest`. */
function columnOf(cells: readonly ConflictCell[], longest = Number.POSITIVE_INFINITY): string[] {
	const width = Math.min(longest, widthOfColumn(cells));
	return cells.map(cell => {
		const {text, mark = ''} = cell;
		if (widthOf(wholeOf(cell)) <= width) return fitText(wholeOf(cell), width);
		return `${fitText(text, Math.max(1, width - widthOf(mark)))}${mark}`;
	});
}

/** A row per target of any of the three; what differs from base is marked by a word of its own, not by colour alone. */
export function conflictLines(
	{sentence, base, mine, theirs, by, already}: ConflictState,
	service: string,
	{
		width,
		styles,
		glyphs,
		marks = new Map(),
	}: Pick<Theme, 'styles' | 'glyphs'> & {width: number; marks?: RevisionMarks},
): DocumentLine[] {
	// Where the sentence does not name them.
	const who = by === undefined || sentence.includes(by) ? undefined : `Changed by ${by}.`;
	const rows = [...base, ...(theirs ?? []), ...mine];
	const keys = [...new Set(rows.map(placeOf))];
	const labels = keys.map(key => labelOf(rows, key, service));
	const fills = keys.map(key => markOf(rows, key, marks));
	const cell = (split: Split | undefined, key: string): ConflictCell => {
		if (split === undefined) return {text: 'not readable'};
		const row = split.find(candidate => placeOf(candidate) === key);
		const was = base.find(candidate => placeOf(candidate) === key);
		const text = row ? `${row.percent} %${row.tags.length > 0 ? ` ${row.tags.join(',')}` : ''}` : '–';
		const differs = split !== base && !sameRow(row, was);
		return differs ? {text, mark: glyphs.selected === '>' ? ' <' : ' ◂'} : {text};
	};
	const names = columnOf([{text: ''}, ...labels.map(text => ({text}))]);
	const parts = [
		{title: 'base', split: base},
		{title: 'theirs', split: theirs},
		{title: 'mine', split: mine},
	];
	const splits = parts.map(({title, split}) => [{text: title}, ...keys.map(key => cell(split, key))]);
	const room = width - 2 - widthOf(names[0] ?? '') - splits.length * gap.length;
	const wanted = splits.reduce((sum, cells) => sum + widthOfColumn(cells), 0);
	const longest = wanted <= room ? undefined : Math.floor(room / splits.length);
	// Where three columns have no room, each split has lines of its own: nothing of what one chooses between is cut.
	const isStacked = longest !== undefined && longest < shortestColumn;
	const [first = '', ...lines] = isStacked
		? stackedRows(
				splits,
				labels.map((label, index) => [fills[index]?.fill, label].filter(Boolean).join(' ')),
			)
		: rowsOf([names, ...splits.map(cells => columnOf(cells, longest))]);
	if (isStacked) {
		return [
			{text: `${glyphs.bad} ${sentence}`, style: styles.bad, indent: 2},
			...[first, ...lines].map((text): DocumentLine => ({text, indent: stackedIndent})),
			...(who === undefined ? [] : [{text: who}]),
			...waysOn(already),
		];
	}
	return [
		{text: `${glyphs.bad} ${sentence}`, style: styles.bad, indent: 2},
		{text: ''},
		{text: first, style: styles.key, hard: true},
		...lines.map((text, index): DocumentLine => filled(text, fills[index])),
		{text: ''},
		...(who === undefined ? [] : [{text: who}, {text: ''}]),
		...waysOn(already),
	];
}

/** With the fill of its revision in the columns before it. */
function filled(text: string, mark: RevisionMark | undefined): DocumentLine {
	if (!mark) return {text, hard: true};
	const rest = ` ${text.slice(2)}`;
	return {
		text: `${mark.fill}${rest}`,
		pieces: [
			{text: mark.fill, style: mark.style},
			{text: rest, style: {}},
		],
		hard: true,
	};
}

/** Columns below which a share and what is beside it are not to be read. */
const shortestColumn = 8;

/** Of what follows the name of a split. */
const stackedIndent = 8;

/** `theirs  …00001 40 % stable ◂, …00002 60 % canary ◂`. */
function stackedRows(splits: readonly (readonly ConflictCell[])[], labels: readonly string[]): string[] {
	return splits.map(([title, ...cells]) => {
		const shares = cells.map((each, index) => `${labels[index] ?? ''} ${wholeOf(each)}`);
		return `${fitText(title?.text ?? '', stackedIndent)}${shares.join(', ')}`;
	});
}

function waysOn(already: boolean): DocumentLine[] {
	if (already) return [{text: 't  close this: it stays as it is now (Esc and e too).', indent: 3}];
	return [
		{text: 't  keep theirs: it stays as it is now, your draft goes.', indent: 3},
		{text: 'm  apply mine over theirs: reviewed again, on what is there now.', indent: 3},
		{text: 'e  keep editing: back to what you typed, with nothing lost (Esc too).', indent: 3},
	];
}

function rowsOf(columns: readonly (readonly string[])[]): string[] {
	return (columns[0] ?? []).map((_, row) => `  ${columns.map(column => column[row] ?? '').join(gap)}`);
}

function sameRow(one: SplitRow | undefined, other: SplitRow | undefined): boolean {
	return one?.percent === other?.percent && one?.tags.join() === other?.tags.join();
}

/** What follows the latest is in another row for each revision that it is of: shares of two revisions are never in one. */
const placeOf = ({key, latest, revision}: SplitRow) => (latest ? `${key}:${revision ?? ''}` : key);

function markOf(rows: readonly SplitRow[], key: string, marks: RevisionMarks): RevisionMark | undefined {
	const revision = rows.find(row => placeOf(row) === key)?.revision;
	return revision === undefined ? undefined : marks.get(revision);
}

function labelOf(rows: readonly SplitRow[], key: string, service: string): string {
	const row = rows.find(candidate => placeOf(candidate) === key);
	const name = row?.revision === undefined ? undefined : shortRevision(row.revision, service);
	return row?.latest ? `latest (${name ?? 'new'})` : (name ?? row?.key ?? key);
}
