/** After somebody else's write came first: what was there, what they made of it and what was wanted, side by side. */
import type {Conflict as ConflictState, Plan} from '../../store/sheets.js';
import type {Split, SplitRow} from '../../traffic/split.js';
import type {Theme} from '../../terminal/theme.js';
import type {Size} from '../layout.js';
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
			lines={conflictLines(conflict, plan.name, theme)}
			context="conflict"
			isActive={isActive}
		/>
	);
}

const column = (text: string) => fitText(text, 18);

/** A row per target of any of the three; what differs from base is marked by a word of its own, not by colour alone. */
export function conflictLines(
	{sentence, base, mine, theirs, by}: ConflictState,
	service: string,
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
): Line[] {
	const keys = [...new Set([...base, ...(theirs ?? []), ...mine].map(({key}) => key))];
	const labels = keys.map(key => labelOf([base, theirs ?? [], mine], key, service));
	const labelWidth = Math.max(8, ...labels.map(label => widthOf(label)));
	const cell = (split: Split | undefined, key: string) => {
		if (split === undefined) return 'not readable';
		const row = split.find(candidate => candidate.key === key);
		const was = base.find(candidate => candidate.key === key);
		const text = row ? `${row.percent} %${row.tags.length > 0 ? ` ${row.tags.join(',')}` : ''}` : '–';
		return split !== base && !sameRow(row, was) ? `${text} ${glyphs.selected === '>' ? '<' : '◂'}` : text;
	};
	return [
		{text: `${glyphs.bad} ${sentence}`, style: styles.bad, indent: 2},
		{text: ''},
		{
			text: `  ${fitText('', labelWidth)}  ${column('base')}${column(`theirs${by === undefined ? '' : ` (${by})`}`)}${column('mine')}`,
			style: styles.key,
		},
		...keys.map((key, index): Line => ({
			text: `  ${fitText(labels[index] ?? key, labelWidth)}  ${column(cell(base, key))}${column(cell(theirs, key))}${column(cell(mine, key))}`,
			hard: true,
		})),
		{text: ''},
		{text: 't  take theirs: it stays as it is now, your draft goes.', indent: 3},
		{text: 'm  put mine on top: it is reviewed again, on what is there now.', indent: 3},
		{text: 'e  keep editing: back to what you typed, with nothing lost (Esc too).', indent: 3},
	];
}

function sameRow(one: SplitRow | undefined, other: SplitRow | undefined): boolean {
	return one?.percent === other?.percent && one?.tags.join() === other?.tags.join();
}

function labelOf(splits: readonly Split[], key: string, service: string): string {
	const row = splits.flatMap(split => split.find(candidate => candidate.key === key) ?? [])[0];
	const name = row?.revision === undefined ? undefined : shortRevision(row.revision, service);
	return row?.latest ? `latest (${name ?? 'new'})` : (name ?? key);
}
