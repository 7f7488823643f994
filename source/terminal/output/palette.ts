/**
 * Which colour stands for what, on a dark and on a light background. Every one of them has a contrast of 4.5 to its background
 * at least (WCAG 2.2, 1.4.3), in the colours that xterm comes with: a test measures it.
 */

export const palettes = ['standard', 'colour-blind', 'high-contrast', 'none'] as const;
export type Palette = (typeof palettes)[number];

export const backgrounds = ['dark', 'light'] as const;
export type Background = (typeof backgrounds)[number];

/** What has a colour; `muted` has one where to be dim is too little to be read. */
export type ColourRole =
	| 'focused'
	| 'muted'
	| 'ok'
	| 'waiting'
	| 'warning'
	| 'bad'
	| 'production'
	/** Of revisions: what users had, what is tried, and others. None of them stands for health. */
	| 'stable'
	| 'canary'
	| 'other'
	| 'further';

type Colours = Readonly<Record<ColourRole, string | undefined>>;

/**
 * On a dark background those of the sixteen that the operator has chosen to be readable on it; they take fewer bytes, too.
 * Blue against yellow and magenta stays apart with every common colour vision deficiency; green against red does not.
 */
const dark: Record<Exclude<Palette, 'none'>, Colours> = {
	standard: {
		focused: 'cyan',
		muted: undefined,
		ok: 'green',
		waiting: 'yellow',
		warning: 'yellow',
		bad: 'redBright',
		production: 'redBright',
		stable: 'ansi256(75)',
		canary: 'ansi256(177)',
		other: 'ansi256(80)',
		further: 'ansi256(146)',
	},
	'colour-blind': {
		focused: 'cyan',
		muted: undefined,
		ok: 'ansi256(111)',
		waiting: 'cyan',
		warning: 'yellow',
		bad: 'magentaBright',
		production: 'magentaBright',
		stable: undefined,
		canary: 'ansi256(215)',
		other: 'ansi256(80)',
		further: 'ansi256(146)',
	},
	/** Nothing dim, and only colours that are as good as the text's own. */
	'high-contrast': {
		focused: 'ansi256(51)',
		muted: 'ansi256(252)',
		ok: 'ansi256(120)',
		waiting: 'ansi256(228)',
		warning: 'ansi256(228)',
		bad: 'ansi256(217)',
		production: 'ansi256(217)',
		stable: undefined,
		canary: 'ansi256(219)',
		other: 'ansi256(123)',
		further: 'ansi256(189)',
	},
};

/** On a light one most of the sixteen cannot be read: these are of the 256 whose colours are the same everywhere. */
const light: Record<Exclude<Palette, 'none'>, Colours> = {
	standard: {
		focused: 'ansi256(24)',
		muted: 'ansi256(240)',
		ok: 'ansi256(22)',
		waiting: 'ansi256(94)',
		warning: 'ansi256(94)',
		bad: 'ansi256(124)',
		production: 'ansi256(124)',
		stable: 'ansi256(25)',
		canary: 'ansi256(127)',
		other: 'ansi256(23)',
		further: 'ansi256(60)',
	},
	'colour-blind': {
		focused: 'ansi256(24)',
		muted: 'ansi256(240)',
		ok: 'ansi256(19)',
		waiting: 'ansi256(24)',
		warning: 'ansi256(94)',
		bad: 'ansi256(90)',
		production: 'ansi256(90)',
		stable: undefined,
		canary: 'ansi256(130)',
		other: 'ansi256(23)',
		further: 'ansi256(60)',
	},
	'high-contrast': {
		focused: 'ansi256(17)',
		muted: 'ansi256(237)',
		ok: 'ansi256(22)',
		waiting: 'ansi256(52)',
		warning: 'ansi256(52)',
		bad: 'ansi256(88)',
		production: 'ansi256(88)',
		stable: undefined,
		canary: 'ansi256(53)',
		other: 'ansi256(17)',
		further: 'ansi256(239)',
	},
};

/** Where there are sixteen only; undefined is the colour of plain text: its glyph or its word says the same. */
const ofSixteen: Readonly<Record<string, string | undefined>> = {
	'ansi256(111)': 'cyan',
	'ansi256(24)': 'blue',
	'ansi256(19)': 'blue',
	'ansi256(124)': 'red',
	'ansi256(90)': 'magenta',
	'ansi256(75)': 'cyan',
	'ansi256(177)': 'magentaBright',
	'ansi256(25)': 'blue',
	'ansi256(127)': 'magenta',
};

/** Whether the terminal has the 256 colours, by what it says of itself. */
const has256 = ({TERM = '', COLORTERM = ''}: NodeJS.ProcessEnv): boolean =>
	/256|direct|kitty|alacritty|foot|wezterm|ghostty/i.test(TERM) || /truecolor|24bit/i.test(COLORTERM);

/** The colours of a palette, in the names that Ink has for them. */
export function coloursOf(
	palette: Palette,
	background: Background,
	env: NodeJS.ProcessEnv,
): Partial<Colours> {
	if (palette === 'none') return {};
	const colours = (background === 'light' ? light : dark)[palette];
	if (has256(env)) return colours;
	const few: Partial<Record<ColourRole, string | undefined>> = {};
	for (const role of Object.keys(colours).filter(isRole)) {
		const colour = colours[role];
		few[role] = colour?.startsWith('ansi256') ? ofSixteen[colour] : colour;
	}
	return few;
}

const isRole = (name: string): name is ColourRole => name in dark.standard;

/** WCAG 2.2: relative luminance of an sRGB colour, each part from 0 to 1. */
export function luminance({red, green, blue}: {red: number; green: number; blue: number}): number {
	const [r, g, b] = [red, green, blue].map(part =>
		part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
	);
	return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

/** Light is a background on which black is easier to read than white. */
export const backgroundOf = (colour: {red: number; green: number; blue: number}): Background =>
	luminance(colour) > 0.179 ? 'light' : 'dark';

/**
 * By COLORFGBG, which rxvt, Konsole and others set: `foreground;background`, or with something between, numbers of the
 * sixteen colours. Undefined where it says nothing.
 */
export function backgroundByEnvironment({COLORFGBG = ''}: NodeJS.ProcessEnv): Background | undefined {
	const [, number] = /;(\d{1,2})$/.exec(COLORFGBG) ?? [];
	if (number === undefined || Number(number) > 15) return undefined;
	// All but the dark ones and dark grey: 7 is white, 9 to 15 are the bright ones.
	return Number(number) < 7 || number === '8' ? 'dark' : 'light';
}
