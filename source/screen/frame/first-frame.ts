/**
 * What is on the screen before Ink is loaded: the title and the frames of the panes, where Ink will draw them and as it
 * will, and the services as soon as the API server has told of them. To load Ink and to draw with it for the first time takes
 * half as long as all of that together.
 */
import {inAscii} from '../../terminal/output/ascii.js';
import {createFrameWriter, type FrameWriter} from '../../terminal/output/frame-writer.js';
import {neverBlock} from '../../terminal/output/non-blocking.js';
import {styled} from '../../terminal/output/pieces.js';
import {createSight, isMultiplexed, type Sight} from '../../terminal/sight.js';
import {createTheme, isNarrowByLocale, type Theme, type ThemeOptions} from '../../terminal/output/theme.js';
import type {Pane} from '../../console/state/panes.js';
import {layoutOf} from '../layout.js';
import {paneRows, titleOf} from '../panes/pane-table.js';
import {frameRows} from '../widgets/frame-lines.js';

export type FirstContents = {
	/** The first line, with styles, no wider than the window. */
	readonly header: string;
	/** Services of several namespaces are listed. */
	readonly isAcross?: boolean;
	/** Of the pane of services, where there is one: what its border says, and rows of exactly the width of its content. */
	readonly services?: {readonly aside: string; readonly content: readonly string[]};
};

/** The rows of the whole screen, none longer than `columns`. */
export function firstFrame(
	columns: number,
	rows: number,
	{header, services, isAcross = false}: FirstContents,
	theme: Theme = createTheme(),
): string[] {
	const layout = layoutOf(columns, rows, {isAcross});
	if (layout.kind !== 'all') return [header];
	const rowsOf = (pane: Pane) =>
		frameRows(
			{
				...layout.sizes[pane],
				title: titleOf(pane),
				isFocused: pane === 'services',
				...(pane === 'services' && services),
			},
			theme,
		);
	return [header, ...paneRows.flatMap(row => sideBySide(row.map(pane => rowsOf(pane))))];
}

function sideBySide([left = [], ...others]: readonly (readonly string[])[]): readonly string[] {
	return left.map((line, index) => [line, ...others.map(rows => rows[index] ?? '')].join(''));
}

/** The first line before anything is known but where one wants to go. */
export function firstHeader(to: string, columns: number): string {
	return styled([
		{text: ' kn-canary'.slice(0, columns), style: {bold: true}},
		{text: `  ${to}`.slice(0, Math.max(0, columns - ' kn-canary'.length))},
	]);
}

export type FirstFrame = {
	/** Shows it, and what Ink draws after it: its first frame takes the place of this one cell by cell. */
	readonly writer: FrameWriter;
	/** What the writer has brought on the screen. */
	readonly sight: Sight;
	/** Draws it with what is known by now. */
	readonly show: (contents: (window: {columns: number; rows: number; theme: Theme}) => FirstContents) => void;
	/** Takes it away again, for when Ink never came. */
	readonly leave: () => void;
};

/** Draws it. `stdin` is made raw, so that what is typed meanwhile waits unseen until Ink reads it. */
export function showFirstFrame(
	to: string,
	{
		theme = {},
		isAcross = false,
		stdout = process.stdout,
		stderr = process.stderr,
		stdin = process.stdin,
	}: {
		theme?: ThemeOptions;
		/** All namespaces are asked for. */
		isAcross?: boolean | undefined;
		stdout?: NodeJS.WriteStream;
		stderr?: NodeJS.WriteStream;
		stdin?: NodeJS.ReadStream;
	} = {},
): FirstFrame {
	stdin.setRawMode(true);
	neverBlock(stdout);
	// Where the same terminal usually is, and what Ink's clean-up writes to.
	neverBlock(stderr);
	const created = createTheme(theme);
	const sight = createSight({isMultiplexed: isMultiplexed(process.env)});
	const isNarrow = isNarrowByLocale(theme.env ?? process.env);
	const writer = createFrameWriter(stdout, {sight, isNarrow, ...(created.isAscii && {spell: inAscii})});
	const draw = (contents: Parameters<FirstFrame['show']>[0]) => {
		const {columns, rows} = writer.size();
		return firstFrame(columns, rows, contents({columns, rows, theme: created}), created).join('\n');
	};
	writer.enter(draw(({columns}) => ({header: firstHeader(to, columns), isAcross})));
	return {
		writer,
		sight,
		show: contents => writer.show(draw(contents)),
		leave() {
			writer.leave();
			stdin.setRawMode(false);
		},
	};
}
