import {widthOf} from './fit-text.js';

export type Column = {
	readonly title: string;
	/** Columns are dropped from the highest number down when the width does not suffice; 0 is never dropped. */
	readonly priority: number;
	/** Width below which the column is dropped rather than cut further; by default its title's or its content's. */
	readonly min?: number;
	/**
	 * Width it has where there is room, even when nothing in it is that long: what comes after it then stays where it is
	 * from one list of rows to the next.
	 */
	readonly usual?: number;
	/** Width it has at least, even when nothing in it is that long: no text decides then whether other columns have room. */
	readonly least?: number;
	/** Width it never exceeds, however long its content is. */
	readonly max?: number;
	/** Left out where another one would have to be cut: always, or only where that is enough for all of them to be whole. */
	readonly yields?: 'always' | 'where that is enough';
	/** Takes what is left over. */
	readonly isFlexible?: boolean;
	readonly align?: 'left' | 'right';
	/** Its texts are names: cut as a set, so that no two of those that are shown read alike. */
	readonly isName?: boolean;
	/** Where its text is cut. @default 'end' */
	readonly cut?: 'start' | 'middle' | 'end';
};

export type FittedColumn = {
	/** Index of the column in what was given. */
	readonly index: number;
	readonly width: number;
};

/** Blank columns between two columns of a table, unless it is given another number. */
export const COLUMN_GAP = 2;

/** The widest text of each column, in columns of the screen. */
export const widestTexts = (
	columns: readonly Column[],
	rows: readonly (readonly string[])[],
): readonly number[] =>
	columns.map((_, index) => rows.reduce((most, row) => Math.max(most, widthOf(row[index] ?? '')), 0));

/**
Which columns are shown in `width` cells, and how wide: each as wide as its longest text (or `usual`), cut down to `min`
where that is given; when even that is too wide the least important columns go. Columns are never wider together than `width`.
@param widest the widest text of each column
*/
export const fitColumns = (
	columns: readonly Column[],
	widest: readonly number[],
	width: number,
	gap = COLUMN_GAP,
): readonly FittedColumn[] => {
	const wanted = columns.map((column, index) => {
		const longest = Math.max(widest[index] ?? 0, widthOf(column.title), column.least ?? 0);
		const needed = Math.max(1, Math.min(longest, column.max ?? Number.POSITIVE_INFINITY));
		const natural = Math.max(needed, column.usual ?? 0);
		return {index, column, natural, min: Math.min(needed, column.min ?? needed)};
	});

	let shown = wanted;
	const needed = (of: typeof wanted) =>
		of.reduce((sum, {min}) => sum + min, 0) + gap * Math.max(0, of.length - 1);
	const wholeWidth = (of: typeof wanted) =>
		of.reduce((sum, each) => sum + each.natural, 0) + gap * Math.max(0, of.length - 1);
	while (shown.length > 1 && needed(shown) > width) {
		const least = shown.reduce((a, b) => (b.column.priority >= a.column.priority ? b : a));
		if (least.column.priority === 0) {
			break;
		}

		shown = shown.filter(({index}) => index !== least.index);
	}

	const isEnough = wholeWidth(shown.filter(({column}) => column.yields === undefined)) <= width;
	const yielding = shown
		.filter(({column: {yields}}) => yields === 'always' || (yields !== undefined && isEnough))
		.toSorted((a, b) => b.column.priority - a.column.priority);
	for (const {index} of yielding) {
		if (wholeWidth(shown) <= width) break;
		shown = shown.filter(each => each.index !== index);
	}

	// First everybody's minimum, then what is left to the most important that wants more.
	let left = width - needed(shown);
	const widths = new Map(shown.map(({index, min}) => [index, min]));
	for (const {index, natural, min} of shown.toSorted((a, b) => a.column.priority - b.column.priority)) {
		const more = Math.max(0, Math.min(left, natural - min));
		widths.set(index, min + more);
		left -= more;
	}

	const flexible = shown.find(({column}) => column.isFlexible);
	if (flexible !== undefined && left > 0) {
		widths.set(flexible.index, (widths.get(flexible.index) ?? 0) + left);
		left = 0;
	}

	// Columns of priority 0 that do not fit together: cut from the last one on, so that nothing runs over.
	for (const {index} of shown.toReversed()) {
		const own = widths.get(index) ?? 0;
		const less = Math.min(own, Math.max(0, -left));
		widths.set(index, own - less);
		left += less;
	}

	return shown.map(({index}) => ({index, width: widths.get(index) ?? 0}));
};
