/** Text that is read, in a frame over the panes: wrapped to the width, scrolled by keys, never drawn outside. */
import {Box, Text} from 'ink';
import {useMemo, useState} from 'react';
import wrapAnsi from 'wrap-ansi';
import type {Piece} from '../../terminal/output/pieces.js';
import type {TextStyle} from '../../terminal/output/theme.js';
import type {KeyContext} from '../keys/key-lookup.js';
import type {Size} from '../layout.js';
import {frameContentSize} from './frame-lines.js';
import {Frame} from './frame.js';
import {PiecesLine} from './pieces-line.js';
import {widthOf} from './table/fit-text.js';
import {useTheme} from './theme-context.js';
import {PromptLine} from './form/prompt-line.js';
import {useActions, useConsole, useConsoleState} from '../use-console.js';

export type DocumentLine = {
	text: string;
	style?: TextStyle | undefined;
	/** What it is found by beside its text. */
	also?: string;
	/** Columns by which continuation lines are set in. */
	indent?: number;
	/** Break anywhere instead of between words: for commands, which are to be copied. */
	hard?: boolean;
	/** The same text in several styles; where it takes more than one row it has the one `style`. */
	pieces?: readonly Piece[];
	/** What has to have been on the screen before anybody can agree to the text. */
	isEssential?: boolean;
};

/** The first row that is shown, and how it is moved. */
export type DocumentScroll = {readonly top: number; readonly setTop: (top: number) => void};

/** Cut anywhere: for text of one column a character. */
function cutLine(text: string, width: number, indent: number): string[] {
	const room = Math.max(1, width - indent);
	const rows = [text.slice(0, width)];
	for (let from = width; from < text.length; from += room) {
		rows.push(' '.repeat(indent) + text.slice(from, from + room));
	}
	return rows;
}

/** Columns below which a row has room for a word or two. */
const tinyWidth = 30;

/** A line as the rows it takes. */
export function wrapLine({text: written, indent = 0, hard = false}: DocumentLine, width: number): string[] {
	if (written === '') return [''];
	const isPlain = /^[\x20-\x7E]*$/.test(written);
	// To measure text of one column a character nobody needs the tables of Unicode.
	if (isPlain) {
		if (written.length <= width) return [hard ? written : written.trimEnd()];
		if (hard) return cutLine(written, width, indent);
	}
	// Marks are composed with their letters, and tabs become blanks, before what is left is found by how long a row is.
	const text = isPlain ? written : wrapAnsi(written, Infinity, {trim: false});
	// Blanks at its beginning are part of a line, and a wrapped one would lose them.
	const lead = hard ? 0 : text.length - text.trimStart().length;
	const room = Math.max(1, width - Math.max(indent, lead));
	const options = {hard: true, wordWrap: !hard, trim: !hard};
	const body = text.slice(lead);
	// The first row has no indent and all of the width; where there is hardly room for words all rows are alike.
	const own = width < tinyWidth ? room : Math.max(1, width - lead);
	const [first = ''] = wrapAnsi(body, own, options).split('\n');
	const rest = hard ? body.slice(first.length) : body.slice(first.length).trimStart();
	const rows = rest === '' ? [] : wrapAnsi(rest, room, options).split('\n');
	return [' '.repeat(lead) + first, ...rows.map(row => ' '.repeat(indent) + row.trimStart())];
}

/** Rows from the beginning to the end of what is essential, wrapped to `width`; 0 when nothing is. */
export function essentialRows(lines: readonly DocumentLine[], width: number): number {
	let rows = 0;
	let essential = 0;
	for (const line of lines) {
		rows += wrapLine(line, width).length;
		if (line.isEssential) essential = rows;
	}
	return essential;
}

/** Columns of a top border that are neither title nor aside: corners, mark, blanks and two pieces of line. */
export const aroundTexts = 8;

/** @param scroll Where it is scrolled to, for a sheet that has to know; kept here when not given. */
export function Document({
	title,
	aside,
	lines,
	width,
	height,
	context,
	isActive,
	scroll: scrolled,
	shownAs,
}: Size & {
	title: string;
	aside?: string | undefined;
	lines: readonly DocumentLine[];
	context: KeyContext;
	isActive: boolean;
	scroll?: DocumentScroll;
	/** The name of what is on the screen with it, for a sheet that has to know what could be seen. */
	shownAs?: string;
}) {
	const {glyphs, styles} = useTheme();
	const {store} = useConsole();
	const find = useConsoleState(state => (context === 'viewer' && isActive ? state.find : undefined));
	const whole = frameContentSize(width, height);
	const size = find ? {...whole, height: Math.max(1, whole.height - 1)} : whole;
	const wanted = find?.text.trim().toLowerCase() ?? '';
	// A long text is wrapped once, not for each key that scrolls it.
	const rows = useMemo(
		() =>
			lines
				.filter(({text, also = ''}) => wanted === '' || `${text} ${also}`.toLowerCase().includes(wanted))
				.flatMap(line => {
					const texts = wrapLine(line, size.width);
					const pieces = texts.length === 1 ? line.pieces : undefined;
					return texts.map(text => ({text, style: line.style, pieces}));
				}),
		[lines, size.width, wanted],
	);
	const last = Math.max(0, rows.length - size.height);
	const [ownTop, setOwnTop] = useState(0);
	const {top: wantedTop, setTop} = scrolled ?? {top: ownTop, setTop: setOwnTop};
	const top = Math.min(wantedTop, last);
	const scroll = (by: number) => setTop(Math.min(last, Math.max(0, top + by)));
	useActions(
		context,
		{
			up: () => scroll(-1),
			down: () => scroll(1),
			pageUp: () => scroll(1 - size.height),
			pageDown: () => scroll(size.height - 1),
			top: () => setTop(0),
			bottom: () => setTop(last),
			filter: () => store.setState({find: {text: '', isTyping: true}}),
		},
		{isActive: isActive && !find?.isTyping},
	);
	useActions(
		'search',
		{
			accept: () =>
				store.setState({find: find && find.text.trim() !== '' ? {...find, isTyping: false} : undefined}),
			back: () => store.setState({find: undefined}),
		},
		{isActive: isActive && find?.isTyping === true},
	);
	const shown = rows.slice(top, top + size.height);
	const more = last > 0 ? `${glyphs.up}${glyphs.down} ${top + size.height} of ${rows.length}` : undefined;
	// Both where there is room for both.
	const both = [aside, more].filter(part => part !== undefined && part !== '').join(` ${glyphs.bullet} `);
	const shownAside = widthOf(title) + widthOf(both) + aroundTexts <= width ? both : (more ?? aside);
	return (
		<Frame width={width} height={height} title={title} aside={shownAside} isFocused shownAs={shownAs}>
			<Box width={size.width} height={size.height} flexDirection="column" overflow="hidden">
				{find && shown.length === 0 && <Text {...styles.muted}>Nothing here has this.</Text>}
				{shown.map(({text, style, pieces}, index) =>
					pieces ? (
						<PiecesLine key={top + index} of={pieces} />
					) : (
						<Text key={top + index} wrap="truncate" {...style}>
							{text === '' ? ' ' : text}
						</Text>
					),
				)}
			</Box>
			{find && (
				<PromptLine
					prefix="/"
					value={find.text}
					isFocused={isActive && find.isTyping}
					onChange={text => store.setState({find: {text, isTyping: true}})}
				/>
			)}
		</Frame>
	);
}
