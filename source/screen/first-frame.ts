/**
 * What is on the screen before Ink is loaded: the title and the frames of the panes, where Ink will draw them. On a busy
 * bastion loading takes a noticeable while, and a screen that answers at once says that the program has started.
 */
import {createFrameWriter, type FrameWriter} from '../terminal/frame-writer.js';
import {createTheme, type ThemeOptions} from '../terminal/theme.js';
import {layoutOf, type Size} from './layout.js';

type Border = Record<
	'topLeft' | 'top' | 'topRight' | 'left' | 'right' | 'bottomLeft' | 'bottom' | 'bottomRight',
	string
>;

/** The rows of an empty pane. Titles are ASCII, so that a column is a character. */
function pane(title: string, {width, height}: Size, border: Border): string[] {
	const top = `${border.topLeft} ${title} `.slice(0, width - 1);
	return [
		top + border.top.repeat(width - 1 - top.length) + border.topRight,
		...Array.from({length: height - 2}, () => border.left + ' '.repeat(width - 2) + border.right),
		border.bottomLeft + border.bottom.repeat(width - 2) + border.bottomRight,
	];
}

/** The rows of the whole screen, none longer than `columns`. */
export function firstFrame(columns: number, rows: number, to: string, theme: ThemeOptions = {}): string[] {
	const {glyphs} = createTheme(theme);
	const {border} = glyphs;
	const layout = layoutOf(columns, rows);
	const header = ` kn-canary  ${to}`.slice(0, columns);
	if (layout.kind !== 'four' || typeof border === 'string') return [header];
	const right = pane('2 Revisions', layout.revisions, border);
	return [
		header,
		...pane('1 Services', layout.services, border).map((row, index) => row + (right[index] ?? '')),
		...pane('3 Traffic', layout.traffic, border),
		...pane('4 Live', layout.live, border),
	];
}

export type FirstFrame = {
	/** Shows it, and what Ink draws after it: its first frame takes the place of this one cell by cell. */
	writer: FrameWriter;
	/** Takes it away again, for when Ink never came. */
	leave: () => void;
};

/** Draws it. `stdin` is made raw, so that what is typed meanwhile waits unseen until Ink reads it. */
export function showFirstFrame(
	to: string,
	{
		theme = {},
		stdout = process.stdout,
		stdin = process.stdin,
	}: {theme?: ThemeOptions; stdout?: NodeJS.WriteStream; stdin?: NodeJS.ReadStream} = {},
): FirstFrame {
	stdin.setRawMode(true);
	const writer = createFrameWriter(stdout);
	writer.enter();
	writer.show(firstFrame(stdout.columns, stdout.rows, to, theme).join('\n'));
	return {
		writer,
		leave() {
			writer.leave();
			stdin.setRawMode(false);
		},
	};
}
