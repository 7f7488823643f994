/** Made when it is first needed. */
let emoji: RegExp | undefined;

/** Joiner, selectors, keycap, skin tones and tag characters: what makes one emoji of several characters. */
const glue = /\p{Join_Control}|\p{Variation_Selector}|\p{Emoji_Modifier}|\u20E3|[\u{E0020}-\u{E007F}]/gu;
const regionalIndicator = /[\u{1F1E6}-\u{1F1FF}]/gu;

/**
A text whose emoji take the same columns in every terminal: those made of several characters are taken apart, into the
characters that they are drawn as where a terminal does not join them (family: its people, flag: its letters, thumb of any
colour: a thumb). How wide a joined one is, terminals do not agree on, and a wrong guess would move the border of the pane.
*/
export const steadyWidth = (text: string): string => {
	// Nearly all text has none, and compiling the pattern takes 15 ms.
	if (!/[\u20E3\uFE0F\u{1F000}-\u{1FAFF}]/u.test(text)) {
		return text;
	}

	emoji ??= /\p{RGI_Emoji}/gv;
	return text.replace(emoji, found =>
		found.length === String.fromCodePoint(found.codePointAt(0) ?? 0).length
			? found
			: found
					.replace(glue, '')
					.replace(regionalIndicator, letter =>
						String.fromCodePoint((letter.codePointAt(0) ?? 0) - 0x1_f1_e6 + 0x41),
					),
	);
};
