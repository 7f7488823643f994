import type {BoxProps, TextProps} from 'ink';
import {isLinuxConsole, undrawableTerminal} from '../terminal-name.js';
import {
	backgroundByEnvironment,
	coloursOf,
	type Background,
	type ColourRole,
	type Palette,
} from './palette.js';

/**
Colours and glyphs. State is never told by colour alone: whoever shows a state shows its glyph or its word as well, so
that `NO_COLOR`, a colour-blind reader and a screen reader lose nothing.
*/
export type Theme = {
	readonly isAscii: boolean;
	readonly glyphs: Glyphs;
	readonly styles: TextStyles;
	/** How the text cursor is drawn: as an inverse cell, or as a mark between two characters where nothing is inverse. */
	readonly cursor: 'inverse' | 'mark';
};

/** What lines of text are drawn with. */
export type Look = Pick<Theme, 'styles' | 'glyphs'>;

/** What a piece of text stands for → how `<Text>` shows it: `<Text {...theme.styles.bad}>`. */
export type TextStyles = Readonly<Record<StyleRole, TextStyle>>;

export type StyleRole =
	/** Text that stands for nothing in particular. */
	| 'plain'
	/** Title, border and selection of what has the keyboard. */
	| 'focused'
	/** What does not have it, and what is of second rank. */
	| 'muted'
	| 'selected'
	| 'ok'
	| 'waiting'
	| 'warning'
	| 'bad'
	| 'key'
	/** The mark of a production context. */
	| 'production'
	/** A draft: what is not yet so. */
	| 'draft'
	/** Of revisions, told apart by their fills as well. */
	| 'stable'
	| 'canary'
	| 'other'
	| 'further';

export type TextStyle = Readonly<Pick<TextProps, 'color' | 'bold' | 'dimColor' | 'inverse' | 'underline'>>;

export type Glyphs = {
	readonly ready: string;
	readonly waiting: string;
	/** Ready, with its traffic split between several. */
	readonly releasing: string;
	readonly ok: string;
	readonly bad: string;
	readonly warning: string;
	readonly selected: string;
	/** What is selected in a pane that does not have the keyboard: some keys act on it all the same. */
	readonly selectedElsewhere: string;
	readonly locked: string;
	readonly paused: string;
	readonly running: string;
	readonly bullet: string;
	readonly arrow: string;
	readonly ellipsis: string;
	readonly cursor: string;
	readonly up: string;
	readonly down: string;
	readonly line: string;
	/** Something happened at this time. */
	readonly mark: string;
	/** Heights of a column of one character, from the lowest to the highest. */
	readonly levels: readonly string[];
	/** Of revisions, one each: stable, canary and four others. */
	readonly fills: readonly [string, string, string, string, string, string];
	/** The end of a bar that is being moved. */
	readonly handle: string;
	readonly scrollThumb: string;
	readonly scrollTrack: string;
	readonly border: Exclude<BoxProps['borderStyle'], string | undefined>;
};

// Only glyphs that every width table agrees on (no emoji, no variation selectors): stack of columns stay in line.
const unicodeGlyphs: Glyphs = {
	ready: '●',
	waiting: '○',
	releasing: '◐',
	ok: '✓',
	bad: '✗',
	warning: '▲',
	selected: '▸',
	selectedElsewhere: '›',
	locked: '■',
	paused: '‖',
	running: '●',
	bullet: '·',
	arrow: '→',
	ellipsis: '…',
	cursor: '▏',
	up: '↑',
	down: '↓',
	line: '─',
	mark: '┊',
	levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
	fills: ['█', '▓', '▒', '░', '▄', '▀'],
	handle: '◆',
	scrollThumb: '┃',
	scrollTrack: '│',
	border: {
		topLeft: '╭',
		top: '─',
		topRight: '╮',
		right: '│',
		bottomRight: '╯',
		bottom: '─',
		bottomLeft: '╰',
		left: '│',
	},
};

const asciiGlyphs: Glyphs = {
	ready: '*',
	waiting: 'o',
	releasing: '%',
	ok: 'ok',
	bad: 'x',
	warning: '!',
	selected: '>',
	selectedElsewhere: ':',
	locked: '#',
	paused: '||',
	running: '*',
	bullet: '-',
	arrow: '->',
	ellipsis: '~',
	cursor: '|',
	up: '^',
	down: 'v',
	line: '-',
	mark: '|',
	levels: ['_', '.', '-', '=', '+', '*', '#'],
	fills: ['#', '=', '-', '.', '+', '%'],
	handle: '<',
	// Of no border: solid on dotted.
	scrollThumb: '#',
	scrollTrack: ':',
	border: {
		topLeft: '+',
		top: '-',
		topRight: '+',
		right: '|',
		bottomRight: '+',
		bottom: '-',
		bottomLeft: '+',
		left: '|',
	},
};

const stylesOf = (
	colours: ReturnType<typeof coloursOf>,
	{background, mayDim}: {background: Background; mayDim: boolean},
): TextStyles => {
	const colour = (role: ColourRole): {readonly color?: string} => {
		const name = colours[role];
		return name === undefined ? {} : {color: name};
	};

	return {
		plain: {},
		focused: {...colour('focused'), bold: true},
		// What is half as dark on a light background cannot be read.
		muted:
			mayDim && colours.muted === undefined && background === 'dark' ? {dimColor: true} : colour('muted'),
		selected: {...colour('focused'), bold: true},
		ok: colour('ok'),
		waiting: colour('waiting'),
		warning: {...colour('warning'), bold: true},
		bad: {...colour('bad'), bold: true},
		key: {bold: true},
		production: {...colour('production'), bold: true, inverse: true},
		// No colour: those are for health, and for which revision it is.
		draft: {bold: true},
		stable: colour('stable'),
		canary: colour('canary'),
		other: colour('other'),
		further: colour('further'),
	};
};

export type ThemeOptions = {
	readonly env?: Readonly<Record<string, string | undefined>>;
	/**
	Glyphs of ASCII only; by default with `KN_CANARY_ASCII`, on the Linux console, whose font lacks the others, and where the
	locale has no others.
	*/
	readonly isAscii?: boolean;
	/**
	Whether the terminal draws all glyphs but those of ASCII in one column, as it has told or not for a long time; where not they
	are ASCII. By default what the locale says.
	*/
	readonly isNarrow?: boolean;
	/** By default `standard`, or `none` with `NO_COLOR` (no-color.org: set and not empty). */
	readonly palette?: Palette;
	/** By default what COLORFGBG says, else `dark`. */
	readonly background?: Background;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The locale of characters: the first of these that is set has the say (POSIX, §8.2). */
const localeOf = (env: Environment): string =>
	[env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(value => (value ?? '') !== '') ?? '';

/** Whether the locale says that its characters are others than UTF-8. Where it says nothing, as in many containers, the terminal is asked. */
const hasOtherCharacters = (env: Environment): boolean => {
	const locale = localeOf(env);
	return locale !== '' && !/utf-?8/i.test(locale);
};

/**
Whether a terminal may be taken to draw our glyphs in one column until it tells (`onNarrow` of the writer): not where Chinese,
Japanese or Korean is read, for which some draw in two what is ambiguous (UAX #11). There, figures would be in wrong columns.
*/
export const isNarrowByLocale = (env: Environment): boolean => !/^(?:zh|ja|ko)(?![a-z])/i.test(localeOf(env));

/** The theme for an environment; what is given explicitly (a flag) wins over it. */
export const createTheme = ({
	env = process.env,
	isAscii,
	isNarrow,
	palette,
	background,
}: ThemeOptions = {}): Theme => {
	const isSet = (name: string) => (env[name] ?? '') !== '';
	const isAsciiHere = isSet('KN_CANARY_ASCII') || isLinuxConsole(env) || hasOtherCharacters(env);
	// What the terminal has told is so, whatever anybody wishes.
	const ascii = isNarrow === false || (isAscii ?? (isAsciiHere || !(isNarrow ?? isNarrowByLocale(env))));
	const ground = background ?? backgroundByEnvironment(env) ?? 'dark';
	const chosen = palette ?? (isSet('NO_COLOR') ? 'none' : 'standard');
	const colours = coloursOf(chosen, ground, env);
	return {
		isAscii: ascii,
		glyphs: ascii ? asciiGlyphs : unicodeGlyphs,
		styles: stylesOf(colours, {background: ground, mayDim: chosen !== 'high-contrast'}),
		// Without any SGR an inverse cell looks like every other one.
		cursor: undrawableTerminal(env) !== undefined || env['FORCE_COLOR'] === '0' ? 'mark' : 'inverse',
	};
};

/**
The theme for what is shown although it may no longer be so: everything but the selection is dim. That the data are old is
also said in words; this is for the eye.
*/
export const greyed = (theme: Theme): Theme => {
	const {selected, muted: dim} = theme.styles;
	return {
		...theme,
		styles: {
			plain: dim,
			focused: selected,
			muted: dim,
			selected,
			ok: dim,
			waiting: dim,
			warning: dim,
			bad: dim,
			key: dim,
			production: theme.styles.production,
			draft: theme.styles.draft,
			stable: dim,
			canary: dim,
			other: dim,
			further: dim,
		},
	};
};
