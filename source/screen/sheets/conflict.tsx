/** After somebody else's write came first: what was there, what they made of it and what was wanted, side by side. */
import type {Conflict as ConflictState, Plan} from '../../store/sheets.js';
import type {Split, SplitRow} from '../../traffic/split.js';
import type {Theme} from '../../terminal/theme.js';
import type {Size} from '../layout.js';
import {frameContentSize} from '../parts/frame-lines.js';
import {fitText, widthOf} from '../parts/fit-text.js';
import {useTheme} from '../parts/theme-context.js';
import {useActions, useConsole} from '../use-console.js';
import {shortRevision} from '../words.js';
import {Document, type Line} from './document.js';

export function Conflict({
	title,
	plan,
	conflict,
	isActive,
	...size
}: Size & {title: string; plan: Plan; conflict: ConflictState; isActive: boolean}) {
	const console = useConsole();
	const theme = useTheme();
	useActions(
		'conflict',
		{
			takeTheirs: () => console.takeTheirs(),
			putMineOnTop: () => console.putMineOnTop(),
			keepEditing: () => console.keepEditing(),
		},
		{isActive},
	);
	return (
		<Document
			{...size}
			title={`${title} ${plan.name}`}
			aside="conflict"
			lines={conflictLines(conflict, plan.name, frameContentSize(size.width, size.height).width, theme)}
			context="conflict"
			isActive={isActive}
		/>
	);
}

/** Between two columns: what is cut must not run into the next one. */
const gap = '   ';

/** The texts of a column, all as wide as the widest. */
function columnOf(texts: readonly string[], longest = Number.POSITIVE_INFINITY): string[] {
	const width = Math.min(longest, Math.max(...texts.map(text => widthOf(text))));
	return texts.map(text => fitText(text, width));
}

/** A row per target of any of the three; what differs from base is marked by a word of its own, not by colour alone. */
export function conflictLines(
	{sentence, base, mine, theirs, by, already}: ConflictState,
	service: string,
	width: number,
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
): Line[] {
	const keys = [...new Set([...base, ...(theirs ?? []), ...mine].map(({key}) => key))];
	const labels = keys.map(key => labelOf([base, theirs ?? [], mine], key, service));
	const cell = (split: Split | undefined, key: string) => {
		if (split === undefined) return 'not readable';
		const row = split.find(candidate => candidate.key === key);
		const was = base.find(candidate => candidate.key === key);
		const text = row ? `${row.percent} %${row.tags.length > 0 ? ` ${row.tags.join(',')}` : ''}` : '–';
		return split !== base && !sameRow(row, was) ? `${text} ${glyphs.selected === '>' ? '<' : '◂'}` : text;
	};
	const names = columnOf(['', ...keys.map((key, index) => labels[index] ?? key)]);
	const room = width - 2 - widthOf(names[0] ?? '') - 3 * gap.length;
	const longest = Math.max(8, Math.floor(room / 3));
	const [first = '', ...rows] = rowsOf([
		names,
		columnOf(['base', ...keys.map(key => cell(base, key))], longest),
		columnOf(['theirs', ...keys.map(key => cell(theirs, key))], longest),
		columnOf(['mine', ...keys.map(key => cell(mine, key))], longest),
	]);
	return [
		{text: `${glyphs.bad} ${sentence}`, style: styles.bad, indent: 2},
		{text: ''},
		{text: first, style: styles.key, hard: true},
		...rows.map((text): Line => ({text, hard: true})),
		{text: ''},
		...(by === undefined ? [] : [{text: `Theirs is by ${by}.`}, {text: ''}]),
		...waysOn(already),
	];
}

function waysOn(already: boolean): Line[] {
	if (already) return [{text: 't  close this: it stays as it is now (Esc and e too).', indent: 3}];
	return [
		{text: 't  take theirs: it stays as it is now, your draft goes.', indent: 3},
		{text: 'm  put mine on top: it is reviewed again, on what is there now.', indent: 3},
		{text: 'e  keep editing: back to what you typed, with nothing lost (Esc too).', indent: 3},
	];
}

function rowsOf(columns: readonly (readonly string[])[]): string[] {
	return (columns[0] ?? []).map((_, row) => `  ${columns.map(column => column[row] ?? '').join(gap)}`);
}

function sameRow(one: SplitRow | undefined, other: SplitRow | undefined): boolean {
	return one?.percent === other?.percent && one?.tags.join() === other?.tags.join();
}

function labelOf(splits: readonly Split[], key: string, service: string): string {
	const row = splits.flatMap(split => split.find(candidate => candidate.key === key) ?? [])[0];
	const name = row?.revision === undefined ? undefined : shortRevision(row.revision, service);
	return row?.latest ? `latest (${name ?? 'new'})` : (name ?? key);
}
