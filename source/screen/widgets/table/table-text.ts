/** What a table says in each row, cut and padded to its columns; for the table that Ink draws and the one before it. */
import type {Piece} from '../../../terminal/output/pieces.js';
import type {Glyphs, TextStyle} from '../../../terminal/output/theme.js';
import {fitColumns, type Column, type FittedColumn} from './columns.js';
import {fitText, widthOf} from './fit-text.js';
import {tellApart} from './tell-apart.js';

/**
 * `parts`: of several styles. Bold is for words: a selected row leaves them as they are. `within`: fewer of them, in at most so many
 * columns, for where all of them have no room; undefined where those have none either.
 */
export type TableCell =
	| string
	| {readonly text: string; readonly style?: TextStyle}
	| {readonly parts: readonly Piece[]; readonly within?: (width: number) => readonly Piece[] | undefined};

/** The text of a cell without its styles; empty where there is none. */
export function textOf(cell: TableCell | undefined): string {
	if (cell === undefined || typeof cell === 'string') return cell ?? '';
	return 'parts' in cell ? cell.parts.map(({text}) => text).join('') : cell.text;
}

/** What a row consists of. `isDrawn`: it is a picture, which is as it is also where the row is selected. */
export type RowPiece = Piece & {readonly isDrawn?: true};

/** Columns at the left of each row that the list uses for its mark, and at the right for its scroll bar. */
const listMargin = 3;

/** Rows of a table of this height that are left beside the row of titles, which an empty or a tiny one does without. */
export const tableRowsHeight = (count: number, height: number): number =>
	count > 0 && height > 1 ? height - 1 : height;

export type TableText = {
	/** The row of titles, above the rows of the list. */
	readonly titles: string;
	/** What follows the mark of the selection in a row. */
	readonly pieces: (cells: readonly TableCell[]) => readonly RowPiece[];
};

/** @param options.width Columns of the table, mark and scroll bar included. */
export const tableText = (
	{
		columns,
		widest,
		width,
		columnGap,
		rows = [],
	}: {
		readonly columns: readonly Column[];
		readonly widest: readonly number[];
		readonly width: number;
		readonly columnGap: number;
		/** The rows that are shown, whose names are told apart. */
		readonly rows?: readonly (readonly TableCell[])[];
	},
	{ellipsis}: Pick<Glyphs, 'ellipsis'>,
): TableText => {
	const fitted = fitColumns(columns, widest, Math.max(0, width - listMargin), columnGap);
	const gap = ' '.repeat(columnGap);
	const names = new Map(
		fitted
			.filter(({index}) => columns[index]?.isName === true)
			.map(({index, width: columnWidth}) => [
				index,
				namesIn(rows, index, columnWidth, columns[index]?.cut, ellipsis),
			]),
	);
	const place = (given: string, {index, width: columnWidth}: FittedColumn) => {
		const column = columns[index];
		const text = names.get(index)?.get(given) ?? given;
		return fitText(text, columnWidth, {align: column?.align, position: column?.cut ?? 'end', ellipsis});
	};
	return {
		titles: `  ${fitted.map(column => place(columns[column.index]?.title ?? '', column)).join(gap)}`,
		pieces: cells =>
			fitted.flatMap((column, position): RowPiece[] => {
				const cell = cells[column.index];
				const lead = position === 0 ? '' : gap;
				const whole = textOf(cell);
				const text = lead + place(whole, column);
				if (typeof cell !== 'object') return [{text}];
				if (!('parts' in cell)) return [cell.style === undefined ? {text} : {text, style: cell.style}];
				const parts = widthOf(whole) <= column.width ? cell.parts : cell.within?.(column.width);
				// What is cut is no picture any more.
				if (!parts) return [{text}];
				const rest = column.width - parts.reduce((sum, part) => sum + widthOf(part.text), 0);
				const drawn = parts.map((part): RowPiece => ({...part, isDrawn: true}));
				return [{text: lead}, ...drawn, {text: ' '.repeat(rest)}].filter(piece => piece.text !== '');
			}),
	};
};

/** What each name of a column is shown as. */
const namesIn = (
	rows: readonly (readonly TableCell[])[],
	index: number,
	width: number,
	position: Column['cut'] = 'end',
	ellipsis: string,
): ReadonlyMap<string, string> => {
	const names = rows.map(cells => textOf(cells[index]));
	const shown = tellApart(names, width, {position, ellipsis});
	return new Map(names.map((name, row) => [name, shown[row] ?? name]));
};
