/** How many columns terminals take characters to have: they disagree. */
import type {Widths} from '../../../support/terminal/fake-terminal.js';

const isEmoji = (codePoint: number) => /^\p{Extended_Pictographic}$/u.test(String.fromCodePoint(codePoint));
const isMark = (codePoint: number) =>
	/^[\p{Mark}\p{Default_Ignorable_Code_Point}]$/u.test(String.fromCodePoint(codePoint));
const isFlag = (codePoint: number) => codePoint >= 0x1_f1_e6 && codePoint <= 0x1_f1_ff;
const isIdeograph = (codePoint: number) =>
	/^[\p{Script=Han}\p{Script=Katakana}\p{Script=Hangul}]$/u.test(String.fromCodePoint(codePoint));
const isLine = (codePoint: number) => codePoint >= 0x25_00 && codePoint <= 0x25_7f;

/** Each part of an emoji has two columns. */
export const partsOfEmoji: Widths = codePoint => {
	if (isMark(codePoint)) return 0;
	return isEmoji(codePoint) || isFlag(codePoint) || isIdeograph(codePoint) ? 2 : 1;
};

/** Of widths, what they are called; undefined are those of the emulation. */
export const otherWidths: readonly (readonly [string, Widths | undefined])[] = [
	['of Unicode 6', undefined],
	['of one column for everything', () => 1],
	[
		'of two columns for all but ASCII and lines',
		codePoint => (codePoint < 0x3_00 || isLine(codePoint) ? 1 : 2),
	],
	['where marks have none, emoji one', codePoint => (isMark(codePoint) ? 0 : 1)],
	['where each part of an emoji has two', partsOfEmoji],
];
