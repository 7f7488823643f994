import {Box, Text} from 'ink';
import {useMemo} from 'react';
import type {TextStyle} from '../../terminal/theme.js';
import {COLUMN_GAP, fitColumns, widestTexts, type Column, type FittedColumn} from './columns.js';
import {fitText} from './fit-text.js';
import type {ListWindow} from './list-window.js';
import {ListRows} from './list.js';
import {useTheme} from './theme-context.js';
import {useListWindow} from './use-list-window.js';

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

/** Rows of a table of this height that are left beside the row of titles, which an empty or a tiny one does without. */
export const tableRowsHeight = (count: number, height: number): number =>
	count > 0 && height > 1 ? height - 1 : height;

/** A table with a row of titles; columns that have no room are left out by priority, texts are cut, nothing wraps. */
export function Table({columns, rows, selected, height, ...props}: TableProps) {
	const widest = useMemo(
		() =>
			widestTexts(
				columns,
				rows.map(({cells}) => cells.map(cell => textOf(cell))),
			),
		[columns, rows],
	);
	const window = useListWindow(rows.length, tableRowsHeight(rows.length, height), selected);
	return (
		<TableRows
			{...props}
			columns={columns}
			rows={rows.slice(window.top, window.end)}
			count={rows.length}
			window={window}
			widest={widest}
			selected={selected}
			height={height}
		/>
	);
}

export type TableRowsProps = TableProps & {
	/** What is shown, which are the `rows`, of … */
	readonly window: ListWindow;
	/** … so many. */
	readonly count: number;
	/** The widest text of each column in all rows, so that no column changes its width when the table is scrolled. */
	readonly widest: readonly number[];
};

/** The rows of a table that are shown: to make and measure thousands of others would take longer than to draw these. */
export function TableRows({
	columns,
	rows,
	window,
	count,
	widest,
	selected,
	width,
	height,
	empty = '',
	columnGap = COLUMN_GAP,
}: TableRowsProps) {
	const {glyphs, styles} = useTheme();
	const fitted = useMemo(
		() => fitColumns(columns, widest, Math.max(0, width - LIST_MARGIN), columnGap),
		[columns, widest, width, columnGap],
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
			{count > 0 && height > 1 && (
				<Text {...styles.muted} wrap="truncate">
					{`  ${fitted.map(column => place(columns[column.index]?.title ?? '', column)).join(gap)}`}
				</Text>
			)}
			<ListRows
				items={rows}
				count={count}
				window={window}
				keyOf={row => row.key}
				selected={selected}
				width={width}
				height={tableRowsHeight(count, height)}
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
