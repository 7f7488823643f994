import type {Key} from 'ink';

/**
The name of a single key press: the character itself (`j`, `G`, `=`), or one of the names below, with `shift-`, `ctrl-`
or `alt-` before it. The key table, the help and the footer all speak of keys in these names.
*/
export type Stroke = string;

const named: readonly (readonly [keyof Key, string])[] = [
	['upArrow', 'up'],
	['downArrow', 'down'],
	['leftArrow', 'left'],
	['rightArrow', 'right'],
	['pageUp', 'pageup'],
	['pageDown', 'pagedown'],
	['home', 'home'],
	['end', 'end'],
	['return', 'enter'],
	['escape', 'esc'],
	['tab', 'tab'],
	['backspace', 'backspace'],
	['delete', 'delete'],
];

/** The named keys that the terminal reports together with a modifier. */
const shiftable = new Set(['up', 'down', 'left', 'right', 'tab']);

/**
The stroke of what Ink's `useInput` reports; undefined for text of several characters (a paste), for keys held with Super,
and for the release of a key: none of them is ever an action.
*/
export const strokeOf = (input: string, key: Key): Stroke | undefined => {
	if (key.super || key.hyper || key.eventType === 'release') {
		return undefined;
	}

	const alt = key.meta ? 'alt-' : '';
	const name = named.find(([field]) => key[field] === true)?.[1];
	if (name !== undefined) {
		const modifiers = `${alt}${key.ctrl ? 'ctrl-' : ''}${key.shift && shiftable.has(name) ? 'shift-' : ''}`;
		return modifiers + name;
	}

	if (key.ctrl) {
		return /^[ a-z]$/.test(input) ? `${alt}ctrl-${input === ' ' ? 'space' : input}` : undefined;
	}

	if (input === ' ') {
		return `${alt}space`;
	}

	// Control characters without a name (Ctrl-J is LF in raw mode) are no strokes.
	return /^\P{Control}$/u.test(input) ? alt + input : undefined;
};

const symbols: Readonly<Record<string, string>> = {up: '↑', down: '↓', left: '←', right: '→', enter: '⏎'};
const names: Readonly<Record<string, string>> = {pageup: 'PgUp', pagedown: 'PgDn', home: 'Home', end: 'End'};

export type StrokeStyle = {
	/** Arrows and Enter as words, for a terminal or a font without these glyphs. */
	readonly isAscii?: boolean;
};

/** A stroke as it is shown to people: `↑`, `shift-←`, `ctrl-s`, `PgUp`, `R`. */
export const showStroke = (stroke: Stroke, {isAscii = false}: StrokeStyle = {}): string => {
	const cut = /^(?:(?:ctrl|shift|alt)-)+(?=.)/.exec(stroke)?.[0].length ?? 0;
	const base = stroke.slice(cut);
	const shown = (isAscii ? undefined : symbols[base]) ?? names[base] ?? base;
	return stroke.slice(0, cut) + shown;
};
