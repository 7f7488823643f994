/** Text with styles: of a line that Ink draws, and of what is drawn before Ink is loaded. */
import {styleText} from 'node:util';
import type {TextStyle} from './theme.js';

export type Piece = {readonly text: string; readonly style?: TextStyle};

/** The formats of `styleText` that a style asks for, but for a colour of the 256. */
function formatsOf({color, bold, dimColor, inverse, underline}: TextStyle): Parameters<typeof styleText>[0] {
	return [
		...(color !== undefined && isColour(color) ? [color] : []),
		...(bold ? (['bold'] as const) : []),
		...(dimColor ? (['dim'] as const) : []),
		...(inverse ? (['inverse'] as const) : []),
		...(underline ? (['underline'] as const) : []),
	];
}

/** Those of the palettes by name. */
const colours = ['cyan', 'green', 'yellow', 'red', 'blue', 'magenta', 'redBright', 'magentaBright'] as const;

function isColour(color: string): color is (typeof colours)[number] {
	return colours.some(known => known === color);
}

/** A colour of the 256, in Ink's spelling. */
const numbered = /^ansi256\((\d{1,3})\)$/;

function styledPiece({text, style = {}}: Piece): string {
	const formats = formatsOf(style);
	const unnumbered = formats.length === 0 ? text : styleText(formats, text, {validateStream: false});
	const [, number] = numbered.exec(style.color ?? '') ?? [];
	return number === undefined ? unnumbered : `\u001B[38;5;${number}m${unnumbered}\u001B[39m`;
}

/** The pieces one after the other, with SGR sequences. */
export const styled = (pieces: readonly Piece[]): string => pieces.map(piece => styledPiece(piece)).join('');

const plain: TextStyle = {};

/** Asked of every piece of every line that is drawn, which nearly all have their style from a theme: it is the same object. */
const isAlike = (one: TextStyle = plain, other: TextStyle = plain): boolean =>
	one === other ||
	(one.color === other.color &&
		one.bold === other.bold &&
		one.dimColor === other.dimColor &&
		one.inverse === other.inverse &&
		one.underline === other.underline);

/** The same line in as few pieces as it takes: none without a text, none beside one that looks alike, no style that sets nothing. */
export function joined(pieces: readonly Piece[]): readonly Piece[] {
	const few: Piece[] = [];
	for (const {text, style} of pieces) {
		if (text === '') continue;
		const last = few.at(-1);
		if (last && isAlike(last.style, style)) few[few.length - 1] = {...last, text: last.text + text};
		else few.push(style === undefined || isAlike(style) ? {text} : {text, style});
	}
	return few;
}
