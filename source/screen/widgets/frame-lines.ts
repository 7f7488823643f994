/** Where the lines of a frame are, and what its top border says; for the frame that Ink draws and the one before it. */
import {styled} from '../../terminal/output/pieces.js';
import type {Theme} from '../../terminal/output/theme.js';
import {cutText, widthOf} from './table/fit-text.js';

/** The cells a frame of this outer size leaves for its content. */
export const frameContentSize = (
	width: number,
	height: number,
	padding = 1,
): {readonly width: number; readonly height: number} => ({
	width: Math.max(0, width - 2 - 2 * padding),
	height: Math.max(0, height - 2),
});

/** Cut, then filled up to exactly `width` columns with the border's line. */
type TopBorder = {readonly left: string; readonly title: string; readonly rest: string};

/** The parts of a top border of exactly `width` columns, so that the title can have a style of its own. */
export const topBorder = (
	{
		width,
		title,
		aside,
		mark,
	}: {
		readonly width: number;
		readonly title: string;
		readonly aside?: string | undefined;
		readonly mark: string;
	},
	border: {readonly topLeft: string; readonly top: string; readonly topRight: string},
	ellipsis: string,
): TopBorder => {
	const left = border.topLeft + mark;
	// The corners, the mark, the blank after the title and at least one piece of line.
	const room = width - widthOf(left) - widthOf(border.topRight) - 2;
	if (room < 1) {
		return {
			left: cutText(border.topLeft + border.top.repeat(Math.max(0, width - 2)) + border.topRight, width, {
				ellipsis: '',
			}),
			title: '',
			rest: '',
		};
	}

	const shownTitle = cutText(title, room, {ellipsis});
	// A cut title is of no use to anybody who wanted to read the aside: the aside goes first.
	const asideText = aside === undefined || aside === '' ? '' : ` ${aside} ${border.top}`;
	const lineWidth = room - widthOf(shownTitle) + 1;
	const fits = asideText !== '' && widthOf(asideText) < lineWidth;
	const line = border.top.repeat(lineWidth - (fits ? widthOf(asideText) : 0));
	return {left, title: shownTitle, rest: ` ${line}${fits ? asideText : ''}${border.topRight}`};
};

/**
The rows of a frame of exactly `width` × `height` cells (both at least 2), as `Frame` draws it.
@param content rows of exactly `width` − 4 columns, with styles or without; blank ones follow
*/
export const frameRows = (
	{
		width,
		height,
		title,
		aside,
		isFocused,
		content = [],
	}: {
		readonly width: number;
		readonly height: number;
		readonly title: string;
		readonly aside?: string;
		readonly isFocused: boolean;
		readonly content?: readonly string[];
	},
	{glyphs, styles}: Theme,
): string[] => {
	const {border} = glyphs;
	const style = isFocused ? styles.focused : styles.muted;
	const top = topBorder(
		{width, title, aside, mark: isFocused ? glyphs.selected : ' '},
		border,
		glyphs.ellipsis,
	);
	// As Ink's borders: the colour of the focused one, but never bold.
	const {color} = styles.focused;
	const side = isFocused ? (color === undefined ? {} : {color}) : styles.muted;
	const blank = ' '.repeat(Math.max(0, width - 4));
	return [
		styled([
			{text: top.left, style},
			{text: top.title, style: isFocused ? styles.focused : {}},
			{text: top.rest, style},
		]),
		...Array.from(
			{length: height - 2},
			(_, row) =>
				`${styled([{text: border.left, style: side}])} ${content[row] ?? blank} ${styled([{text: border.right, style: side}])}`,
		),
		styled([{text: border.bottomLeft + border.bottom.repeat(width - 2) + border.bottomRight, style: side}]),
	];
};
