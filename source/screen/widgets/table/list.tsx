import {Box, Text} from 'ink';
import {isValidElement, memo, type ReactElement} from 'react';
import {scrollThumb, type ListWindow} from './list-window.js';
import {useListWindow} from './use-list-window.js';
import type {Piece} from '../../../terminal/output/pieces.js';
import type {Theme} from '../../../terminal/output/theme.js';
import {PiecesLine} from '../pieces-line.js';
import {widthOf} from './fit-text.js';
import {useTheme} from '../theme-context.js';

export type ListProps<Item> = {
	readonly items: readonly Item[];
	/** Stable identity of an item: a uid or a name, never an index. */
	readonly keyOf: (item: Item) => string;
	/** Index of the selected item; −1 for none. */
	readonly selected: number;
	/** Whether it has the keyboard: there is one such mark on the screen. @default true */
	readonly isFocused?: boolean;
	readonly width: number;
	readonly height: number;
	/**
	 * One row of at most `width` columns. Pieces make one line with the mark and the scroll bar, the cheapest to draw; what else is
	 * drawn must not wrap.
	 */
	readonly renderRow: (
		item: Item,
		row: {readonly isSelected: boolean; readonly width: number},
	) => readonly Piece[] | ReactElement;
	/** All that a row shows, as a text: a row that shows the same as before is not drawn again. @default it always is */
	readonly saidBy?: (item: Item) => string;
	/** Shown instead of an empty list: what it means and what to do about it. */
	readonly empty?: string;
};

/** Columns before each row: the mark of the selection and a blank. */
const markWidth = 2;

/** A list that shows what fits and scrolls with its selection; a scroll bar at the right when not all of it fits. */
export function List<Item>({items, selected, height, ...props}: ListProps<Item>) {
	const window = useListWindow(items.length, height, selected);
	return (
		<ListRows
			{...props}
			items={items.slice(window.top, window.end)}
			count={items.length}
			window={window}
			selected={selected}
			height={height}
		/>
	);
}

export type ListRowsProps<Item> = ListProps<Item> & {
	/** What is shown, which are the `items`, of … */
	readonly window: ListWindow;
	/** … so many. */
	readonly count: number;
};

/** The rows of a list that are shown, for who has no need to make those that are not. */
export function ListRows<Item>({
	items,
	count,
	window,
	keyOf,
	selected,
	isFocused = true,
	width,
	height,
	renderRow,
	saidBy,
	empty = '',
}: ListRowsProps<Item>) {
	const theme = useTheme();
	if (width < 1 || height < 1) {
		return null;
	}

	if (count === 0) {
		return (
			<Box width={width} height={height} overflow="hidden">
				<Text {...theme.styles.muted} wrap="wrap">
					{empty}
				</Text>
			</Box>
		);
	}

	const [thumbFrom, thumbTo] = scrollThumb(window, count, height);
	const isScrolling = thumbTo > thumbFrom;
	const rowWidth = Math.max(0, width - markWidth - (isScrolling ? 1 : 0));
	return (
		<Box width={width} height={height} flexDirection="column" overflow="hidden">
			{items.map((item, row) => {
				const isSelected = window.top + row === selected;
				const isThumb = row >= thumbFrom && row < thumbTo;
				return (
					<Row
						key={keyOf(item)}
						said={saidBy?.(item)}
						isSelected={isSelected}
						isFocused={isFocused}
						bar={isScrolling ? (isThumb ? 'thumb' : 'track') : undefined}
						theme={theme}
						width={width}
						rowWidth={rowWidth}
						draw={() => renderRow(item, {isSelected, width: rowWidth})}
					/>
				);
			})}
		</Box>
	);
}

type RowProps = {
	readonly said: string | undefined;
	readonly isSelected: boolean;
	readonly isFocused: boolean;
	/** Its part of the scroll bar, where there is one. */
	readonly bar: 'thumb' | 'track' | undefined;
	readonly theme: Theme;
	readonly width: number;
	readonly rowWidth: number;
	readonly draw: () => readonly Piece[] | ReactElement;
};

/** A row that says what it said is left as it is: of a moved selection two rows are drawn, not all of them. */
const Row = memo(
	({isSelected, isFocused, bar, theme: {glyphs, styles}, width, rowWidth, draw}: RowProps) => {
		const mark: Piece = isSelected
			? {
					text: `${isFocused ? glyphs.selected : glyphs.selectedElsewhere} `,
					style: isFocused ? styles.selected : styles.muted,
				}
			: {text: '  '};
		const end: readonly Piece[] =
			bar === undefined
				? []
				: [{text: bar === 'thumb' ? glyphs.scrollThumb : glyphs.scrollTrack, style: styles.muted}];
		const drawn = draw();
		if (!isValidElement(drawn)) return <PiecesLine of={[mark, ...filled(drawn, rowWidth), ...end]} />;
		return (
			<Box width={width} height={1} flexShrink={0} overflow="hidden">
				<PiecesLine of={[mark]} />
				<Box width={rowWidth} height={1} overflow="hidden">
					{drawn}
				</Box>
				{end.length > 0 && <PiecesLine of={end} />}
			</Box>
		);
	},
	(one, other) =>
		one.said !== undefined &&
		one.said === other.said &&
		one.isSelected === other.isSelected &&
		(one.isFocused === other.isFocused || !one.isSelected) &&
		one.bar === other.bar &&
		one.theme === other.theme &&
		one.width === other.width &&
		one.rowWidth === other.rowWidth,
);

const filled = (pieces: readonly Piece[], width: number): readonly Piece[] => {
	const taken = pieces.reduce((sum, {text}) => sum + widthOf(text), 0);
	return [...pieces, {text: ' '.repeat(Math.max(0, width - taken))}];
};
