/**
 * Text from outside, made safe for a terminal: control and format characters (escape sequences, C1, bidirectional
 * overrides, lone surrogates) are shown instead of obeyed. Line feeds stay, because the API server's own sentences
 * have several lines.
 */
export function printable(text: string): string {
	return text
		.replaceAll('\r\n', '\n')
		.replaceAll(/[^\S\n ]|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, character => {
			if (character === '\n') return character;
			const code = character.codePointAt(0)!;
			if (code < 0x20) return String.fromCodePoint(0x24_00 + code);
			if (code === 0x7f) return '␡';
			// Other white space (no-break space, ideographic space) is harmless, and is only made plain.
			if (/\p{Zs}/u.test(character)) return ' ';
			return `\\u{${code.toString(16)}}`;
		});
}

/** As `printable`, on one line: line feeds are shown too. */
export function printableLine(text: string): string {
	return printable(text).replaceAll('\n', '␊');
}
