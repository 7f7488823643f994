import {Box, Text} from 'ink';
import {useMemo} from 'react';
import type {TextStyle} from '../../terminal/theme.js';
import {COLUMN_GAP, fitColumns, type Column, type FittedColumn} from './columns.js';
import {fitText} from './fit-text.js';
import {List} from './list.js';
import {useTheme} from './theme-context.js';

export type Cell = string | {readonly text: string; readonly style?: TextStyle};
export type TableRow = {readonly key: string; readonly cells: readonly Cell[]};

export type TableProps = {
	readonly columns: readonly Column[];
	readonly rows: readonly TableRow[];
	/** Index of the selected row; −1 for none. */
	readonly selected: number;
	readonly width: number;
	/** Height including the row of titles. */
	readonly height: number;
	readonly empty?: string;
	/** Blank columns between two columns. @default COLUMN_GAP */
	readonly columnGap?: number;
};

const textOf = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : (cell?.text ?? ''));

/** Columns at the left of each row that the list uses for its mark, and at the right for its scroll bar. */
const LIST_MARGIN = 3;

/** A table with a row of titles; columns that have no room are left out by priority, texts are cut, nothing wraps. */
export function Table({
	columns,
	rows,
	selected,
	width,
	height,
	empty = '',
	columnGap = COLUMN_GAP,
}: TableProps) {
	const {glyphs, styles} = useTheme();
	// Measuring hundreds of rows takes longer than drawing the few that are seen.
	const fitted = useMemo(
		() =>
			fitColumns(
				columns,
				rows.map(({cells}) => cells.map(cell => textOf(cell))),
				Math.max(0, width - LIST_MARGIN),
				columnGap,
			),
		[columns, rows, width, columnGap],
	);

	const place = (text: string, {index, width: columnWidth}: FittedColumn) => {
		const column = columns[index];
		return fitText(text, columnWidth, {
			align: column?.align,
			position: column?.cut ?? 'end',
			ellipsis: glyphs.ellipsis,
		});
	};

	const gap = ' '.repeat(columnGap);
	return (
		<Box flexDirection="column" width={width} height={height} overflow="hidden">
			{rows.length > 0 && height > 1 && (
				<Text {...styles.muted} wrap="truncate">
					{`  ${fitted.map(column => place(columns[column.index]?.title ?? '', column)).join(gap)}`}
				</Text>
			)}
			<List
				items={rows}
				keyOf={row => row.key}
				selected={selected}
				width={width}
				height={rows.length > 0 && height > 1 ? height - 1 : height}
				empty={empty}
				renderRow={(row, {isSelected}) => (
					<Text wrap="truncate" {...styles.plain} {...(isSelected ? {bold: true} : {})}>
						{fitted.map((column, position) => {
							const cell = row.cells[column.index];
							const style = (typeof cell === 'object' ? cell.style : undefined) ?? styles.plain;
							return (
								<Text key={column.index} {...style}>
									{(position === 0 ? '' : gap) + place(textOf(cell), column)}
								</Text>
							);
						})}
					</Text>
				)}
			/>
		</Box>
	);
}
