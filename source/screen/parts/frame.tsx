import {Box, Text} from 'ink';
import type {ReactNode} from 'react';
import {cutText, widthOf} from './fit-text.js';
import {useTheme} from './theme-context.js';

export type FrameProps = {
	/** Outer size in cells, border included. */
	readonly width: number;
	readonly height: number;
	readonly title: string;
	/** Shown at the right end of the top border; the first to go when there is no room. */
	readonly aside?: string | undefined;
	readonly isFocused?: boolean | undefined;
	/** Empty columns between the border and the content, on both sides. @default 1 */
	readonly padding?: number | undefined;
	readonly children?: ReactNode;
};

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
A box of exactly `width` × `height` cells with its title in the top border. What does not fit inside is cut off, never
drawn over the border. The focused one is brighter and has a mark before its title.
*/
export function Frame({width, height, title, aside, isFocused = false, padding = 1, children}: FrameProps) {
	const {glyphs, styles} = useTheme();
	if (width < 2 || height < 2) {
		return <Box width={Math.max(0, width)} height={Math.max(0, height)} flexShrink={0} />;
	}

	const style = isFocused ? styles.focused : styles.muted;
	const top = topBorder(
		{width, title, aside, mark: isFocused ? glyphs.selected : ' '},
		glyphs.border,
		glyphs.ellipsis,
	);
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
			<Text wrap="truncate">
				<Text {...style}>{top.left}</Text>
				<Text {...(isFocused ? styles.focused : {})}>{top.title}</Text>
				<Text {...style}>{top.rest}</Text>
			</Text>
			<Box
				borderStyle={glyphs.border}
				borderTop={false}
				borderColor={isFocused ? styles.focused.color : undefined}
				borderDimColor={!isFocused}
				width={width}
				height={height - 1}
				// Blanks that have no room would push the border out.
				paddingX={width > 2 + 2 * padding ? padding : 0}
				flexDirection="column"
				overflow="hidden"
			>
				{children}
			</Box>
		</Box>
	);
}
