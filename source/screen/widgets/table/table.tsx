import {Box, Text} from 'ink';
import {useMemo} from 'react';
import {COLUMN_GAP, widestTexts, type Column} from './columns.js';
import {windowKeeping, type ListWindow} from './list-window.js';
import {ListRows} from './list.js';
import {tableRowsHeight, tableText, textOf, type TableCell} from './table-text.js';
import {useTheme} from '../theme-context.js';
import {useListWindow} from './use-list-window.js';

export type TableRow = {readonly key: string; readonly cells: readonly TableCell[]};

export type TableProps = {
	readonly columns: readonly Column[];
	readonly rows: readonly TableRow[];
	/** Index of the selected row; −1 for none. */
	readonly selected: number;
	/** Index of a row that is on the screen wherever the selection is; −1 for none. */
	readonly kept?: number;
	/** Whether it has the keyboard. @default true */
	readonly isFocused?: boolean;
	readonly width: number;
	/** Height including the row of titles. */
	readonly height: number;
	readonly empty?: string;
	/** Blank columns between two columns. @default COLUMN_GAP */
	readonly columnGap?: number;
};

/** A table with a row of titles; columns that have no room are left out by priority, texts are cut, nothing wraps. */
export function Table({columns, rows, selected, kept = -1, height, ...props}: TableProps) {
	const widest = useMemo(
		() =>
			widestTexts(
				columns,
				rows.map(({cells}) => cells.map(cell => textOf(cell))),
			),
		[columns, rows],
	);
	const rowsHeight = tableRowsHeight(rows.length, height);
	const isKeeping = kept !== -1 && rowsHeight > 1 && rows.length > rowsHeight;
	const scrolled = useListWindow(rows.length, rowsHeight - (isKeeping ? 1 : 0), selected);
	const keeping = isKeeping ? windowKeeping(scrolled, kept, rows.length) : undefined;
	const window = keeping?.window ?? scrolled;
	return (
		<TableRows
			{...props}
			columns={columns}
			rows={keeping?.indices.flatMap(index => rows[index] ?? []) ?? rows.slice(window.top, window.end)}
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
	isFocused = true,
	width,
	height,
	empty = '',
	columnGap = COLUMN_GAP,
}: TableRowsProps) {
	const {glyphs, styles} = useTheme();
	const text = useMemo(
		() => tableText({columns, widest, width, columnGap, rows: rows.map(({cells}) => cells)}, glyphs),
		[columns, widest, width, columnGap, rows, glyphs],
	);
	const items = useMemo(
		() =>
			rows.map(({key, cells}) => {
				const pieces = text.pieces(cells).map(piece => ({style: styles.plain, ...piece}));
				return {key, pieces, said: JSON.stringify(pieces)};
			}),
		[rows, text, styles],
	);

	return (
		<Box flexDirection="column" width={width} height={height} overflow="hidden">
			{count > 0 && height > 1 && (
				<Text {...styles.muted} wrap="truncate">
					{text.titles}
				</Text>
			)}
			<ListRows
				items={items}
				count={count}
				window={window}
				keyOf={row => row.key}
				saidBy={row => row.said}
				selected={selected}
				isFocused={isFocused}
				width={width}
				height={tableRowsHeight(count, height)}
				empty={empty}
				renderRow={({pieces}, {isSelected}) =>
					pieces.map(({text: said, style, isDrawn = false}) => ({
						text: said,
						style: isSelected && !isDrawn ? {...style, bold: true} : style,
					}))
				}
			/>
		</Box>
	);
}
