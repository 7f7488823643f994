/** Text with styles outside of Ink: for what is drawn before Ink is loaded. */
import {styleText} from 'node:util';
import type {TextStyle} from './theme.js';

export type Piece = {readonly text: string; readonly style?: TextStyle};

/** The formats of `styleText` that a style asks for; a colour it does not know is left out. */
function formatsOf({color, bold, dimColor, inverse, underline}: TextStyle): Parameters<typeof styleText>[0] {
	return [
		...(color !== undefined && isColour(color) ? [color] : []),
		...(bold ? (['bold'] as const) : []),
		...(dimColor ? (['dim'] as const) : []),
		...(inverse ? (['inverse'] as const) : []),
		...(underline ? (['underline'] as const) : []),
	];
}

/** Those of the themes. */
const colours = ['cyan', 'green', 'yellow', 'red', 'blueBright', 'magentaBright'] as const;

function isColour(color: string): color is (typeof colours)[number] {
	return colours.some(known => known === color);
}

/** The pieces one after the other, with SGR sequences. */
export const styled = (pieces: readonly Piece[]): string =>
	pieces
		.map(({text, style}) => {
			const formats = style === undefined ? [] : formatsOf(style);
			return formats.length === 0 ? text : styleText(formats, text, {validateStream: false});
		})
		.join('');
