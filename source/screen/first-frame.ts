/**
 * What is on the screen before Ink is loaded: the title and the frames of the panes, where Ink will draw them. On a busy
 * bastion loading takes a noticeable while, and a screen that answers at once says that the program has started.
 */
import {createTheme, type ThemeOptions} from '../terminal/theme.js';
import {layoutOf, type Size} from './layout.js';

const enterAlternateScreen = '\u001B[?1049h';
const leaveAlternateScreen = '\u001B[?1049l';
const hideCursor = '\u001B[?25l';
const home = '\u001B[H';
const clear = '\u001B[2J';
const beginUpdate = '\u001B[?2026h';

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
	/** For Ink: the same terminal, but Ink's own entry into the alternate screen is passed over and its first frame replaces this one. */
	stdout: NodeJS.WriteStream;
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
	const lines = firstFrame(stdout.columns, stdout.rows, to, theme);
	stdout.write(enterAlternateScreen + hideCursor + home + lines.join('\r\n'));
	return {
		stdout: replacing(stdout),
		leave() {
			stdout.write(leaveAlternateScreen);
			stdin.setRawMode(false);
		},
	};
}

/** `stdout` until the first frame is replaced; after that every write goes through as it is. */
function replacing(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
	let isReplaced = false;
	// Entering the alternate screen a second time would clear it, and leave it blank until the frame is drawn.
	const write = (
		chunk: string | Uint8Array,
		encoding?: BufferEncoding | ((error?: Error | null) => void),
		done?: (error?: Error | null) => void,
	): boolean => {
		let text = chunk;
		if (!isReplaced && chunk === enterAlternateScreen) return true;
		if (!isReplaced && chunk !== hideCursor) {
			isReplaced = true;
			text = chunk === beginUpdate ? beginUpdate + clear + home : `${clear}${home}${String(chunk)}`;
		}
		return typeof encoding === 'string' ? stdout.write(text, encoding, done) : stdout.write(text, encoding);
	};
	return new Proxy(stdout, {
		get(target, property) {
			if (property === 'write') return write;
			const value: unknown = Reflect.get(target, property, target);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}
