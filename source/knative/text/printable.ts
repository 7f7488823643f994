/**
 * Text from outside, made fit for a terminal: nothing in it can move the cursor, colour, ring, hide or reorder.
 * Control characters become their Unicode control pictures (␛, ␊ …), everything else that has no glyph of its own
 * (C1 controls, bidi controls, zero-width and other format characters, lone surrogates) becomes `<U+202E>`.
 * Emoji are kept, with the joiners and selectors they are made of.
 */

/** Nearly all texts: what Unicode says of their characters need not be looked up. */
const plain = /^[ -~]*$/;

/** Made when they are first needed: reading the properties of Unicode takes 1 ms, compiling all emoji 15 ms, which every start would wait for. */
let patterns: {unprintable: RegExp; emoji: RegExp; emojiOrUnprintable: RegExp} | undefined;

function unicodePatterns() {
	patterns ??= {
		unprintable: /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/v,
		emoji: /\p{RGI_Emoji}/v,
		// Either a whole emoji, to be kept, or one character that must not reach the terminal.
		emojiOrUnprintable: /\p{RGI_Emoji}|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gv,
	};
	return patterns;
}

const replacementOfDelete = '\u2421';

/** One line of text without any character that a terminal would act on. Idempotent. */
export function printable(text: string): string {
	return withEscapes(text, code => {
		if (code < 0x20) return String.fromCodePoint(0x24_00 + code);
		if (code === 0x7f) return replacementOfDelete;
		return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
	});
}

/** The text with something else in the place of each character that a terminal would act on, by its code point. */
export function withEscapes(text: string, escapeOf: (code: number) => string): string {
	if (plain.test(text)) return text;
	const {unprintable, emoji, emojiOrUnprintable} = unicodePatterns();
	// To look for emoji is slow.
	if (!unprintable.test(text)) return text;
	return text.replace(emojiOrUnprintable, found =>
		emoji.test(found) ? found : escapeOf(found.codePointAt(0) ?? 0),
	);
}

/** Text of several lines, as the lines it has, each of them `printable`. Line ends are LF, CRLF or CR. */
export function printableLines(text: string): string[] {
	return text.split(/\r\n|\n|\r/).map(line => printable(line));
}
