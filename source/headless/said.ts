/** Where commands without a screen say something: the last border before a terminal. */
import {printable} from '../knative/text/printable.js';

export type MessageStream = {write(text: string): unknown; readonly isTTY?: boolean};

/** Where a command writes what was asked for, and what it says beside that. */
export type OutputStreams = {readonly stdout: MessageStream; readonly stderr: MessageStream};

/** How this program itself draws over its last line: back to its beginning, the new text, the rest erased. */
const redrawn = {begin: '\r', end: '\u001B[K'};

const lines = (text: string): string =>
	text
		.split('\n')
		.map(line => printable(line))
		.join('\n');

/** The text without anything that a terminal would act on, but the ends of its lines and the redrawing of the last one. */
export function saidText(text: string): string {
	const {begin, end} = redrawn;
	if (!text.startsWith(begin) || !text.endsWith(end)) return lines(text);
	return `${begin}${lines(text.slice(begin.length, -end.length))}${end}`;
}

/** The stream, through which nothing gets that a terminal would act on, wherever it came from. */
export function saying(stream: MessageStream): MessageStream {
	return {
		write: text => stream.write(saidText(text)),
		get isTTY() {
			return stream.isTTY === true;
		},
	};
}

/** As `printable` has them, but for line ends and the joiners of emoji, which JSON of several lines and names may have. */
const acting = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]--[\n\u200D]]/gv;

/** JSON in which every character that a terminal would act on is a `\u` escape: the same value for whoever parses it. */
export function visibleJson(value: unknown, indent?: number): string {
	return JSON.stringify(value, undefined, indent).replaceAll(acting, character =>
		[...Array(character.length).keys()]
			.map(index => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
			.join(''),
	);
}
