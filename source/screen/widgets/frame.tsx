import {Box, Text, Transform} from 'ink';
import {memo, type ReactNode} from 'react';
import {topBorder} from './frame-lines.js';
import {useSeeing} from '../use-console.js';
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
	/** The name of what is on the screen with it: noted each time a frame with it is drawn. */
	readonly shownAs?: string | undefined;
	readonly children?: ReactNode;
};

/**
A box of exactly `width` × `height` cells with its title in the top border. What does not fit inside is cut off, never
drawn over the border. The focused one is brighter and has a mark before its title.
*/
export function Frame({
	width,
	height,
	title,
	aside,
	isFocused = false,
	padding = 1,
	shownAs,
	children,
}: FrameProps) {
	const {glyphs, styles} = useTheme();
	if (width < 2 || height < 2) {
		return <Box width={Math.max(0, width)} height={Math.max(0, height)} flexShrink={0} />;
	}

	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
			<Top width={width} title={title} aside={aside} isFocused={isFocused} shownAs={shownAs} />
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

/** Not drawn again for what is in the frame. */
const Top = memo(
	({width, title, aside, isFocused, shownAs}: Omit<FrameProps, 'height' | 'padding' | 'children'>) => {
		const {glyphs, styles} = useTheme();
		const style = isFocused ? styles.focused : styles.muted;
		const {
			left,
			title: shown,
			rest,
		} = topBorder(
			{width, title, aside, mark: isFocused ? glyphs.selected : ' '},
			glyphs.border,
			glyphs.ellipsis,
		);
		return (
			<Text wrap="truncate">
				<Text {...style}>{shownAs === undefined ? left : <Noted shownAs={shownAs} text={left} />}</Text>
				<Text {...(isFocused ? styles.focused : {})}>{shown}</Text>
				<Text {...style}>{rest}</Text>
			</Text>
		);
	},
);

/** Text that has it noted whenever a frame is put together with it: Ink transforms a text each time it draws it. */
function Noted({shownAs, text}: {readonly shownAs: string; readonly text: string}) {
	const {drawing} = useSeeing();
	return (
		<Transform
			transform={line => {
				drawing(shownAs);
				return line;
			}}
		>
			{text}
		</Transform>
	);
}
