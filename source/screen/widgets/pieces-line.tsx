import chalk, {foregroundColorNames, type ChalkInstance, type ForegroundColorName} from 'chalk';
import {Text, useIsScreenReaderEnabled} from 'ink';
import {joined, type Piece} from '../../terminal/output/pieces.js';
import type {TextStyle} from '../../terminal/output/theme.js';

/**
 * One line of pieces. It is one text with its styles in it, by what Ink itself styles with: an element of React's for each piece
 * takes longer than all else that a row costs. Who has it read aloud is told the words alone.
 */
export function PiecesLine({of}: {readonly of: readonly Piece[]}) {
	const isSpoken = useIsScreenReaderEnabled();
	const pieces = joined(of).map(({text, style}) =>
		style === undefined || isSpoken ? text : inkOf(style)(text),
	);
	return <Text wrap="truncate">{pieces.join('')}</Text>;
}

const inks = new WeakMap<TextStyle, ChalkInstance>();

/** As `Text` draws a text of that style. */
function inkOf(style: TextStyle): ChalkInstance {
	const known = inks.get(style);
	if (known) return known;
	let ink = chalk;
	if (style.dimColor) ink = ink.dim;
	if (style.color !== undefined) ink = coloured(ink, style.color);
	if (style.bold) ink = ink.bold;
	if (style.underline) ink = ink.underline;
	if (style.inverse) ink = ink.inverse;
	inks.set(style, ink);
	return ink;
}

/** One of the 256, as Ink spells it. */
const numbered = /^ansi256\((\d{1,3})\)$/;

/** By a name or a number, as all colours of the palettes are. */
function coloured(ink: ChalkInstance, color: string): ChalkInstance {
	const [, number] = numbered.exec(color) ?? [];
	if (number !== undefined) return ink.ansi256(Number(number));
	return isNamed(color) ? ink[color] : ink;
}

const isNamed = (color: string): color is ForegroundColorName =>
	foregroundColorNames.some(name => name === color);
