/** First and last code point of the ranges whose characters take one column everywhere, in order. */
const narrow: readonly (readonly [number, number])[] = [
	[0x20, 0x7e],
	[0xa0, 0xac],
	[0xae, 0x2_ff],
	// Greek and Cyrillic, without what combines.
	[0x3_70, 0x4_82],
	[0x4_8a, 0x5_2f],
	// Dashes, quotes, bullets, ellipsis, without joiners, marks of direction and separators of lines.
	[0x20_10, 0x20_27],
	[0x20_30, 0x20_5e],
	[0x20_a0, 0x20_bf],
	// Arrows and operators.
	[0x21_90, 0x22_ff],
	// The sign of the Enter key; some of its neighbours are emoji.
	[0x23_ce, 0x23_ce],
	[0x27_13, 0x27_13],
	[0x27_17, 0x27_17],
	[0x28_00, 0x28_ff],
];

/** The same for those that take two. */
const wide: readonly (readonly [number, number])[] = [
	[0x30_00, 0x30_29],
	// Kana, without the marks of voicing that combine.
	[0x30_41, 0x30_96],
	[0x30_9b, 0x30_ff],
	[0x31_05, 0x31_2f],
	[0x34_00, 0x4d_bf],
	[0x4e_00, 0x9f_ff],
	[0xac_00, 0xd7_a3],
	[0xf9_00, 0xfa_ff],
	[0xff_01, 0xff_60],
	[0x2_00_00, 0x2_ff_fd],
	[0x3_00_00, 0x3_ff_fd],
];

/**
 * How many columns a character takes in every terminal: 1 or 2; 0 where terminals disagree or where it depends on its
 * neighbours, as with emoji and whatever combines. No table of all of Unicode, which would take longer to load than
 * the rest of the start: what is not known here is drawn by whole lines, and rightly.
 */
export function sureWidth(codePoint: number): 0 | 1 | 2 {
	if (codePoint < 0x7f) return codePoint < 0x20 ? 0 : 1;
	// Most of what is no ASCII on a screen, before any range is looked at.
	if (codePoint >= 0x25_00 && codePoint <= 0x25_fc) return 1;
	if (isIn(narrow, codePoint)) return 1;
	return isIn(wide, codePoint) ? 2 : 0;
}

/**
 * The same where a terminal may draw more characters than those in two columns (UAX #11 has them ambiguous), or each of their
 * bytes as one: of nothing but ASCII the width is sure.
 */
export const sureWidthOfAscii: SureWidth = codePoint => (codePoint < 0x7f ? sureWidth(codePoint) : 0);

export type SureWidth = typeof sureWidth;

/** Whether a frame has no character but such: lines with styles. */
export const hasSureWidths = (frame: string, widthOf: SureWidth): boolean => {
	for (let index = 0; index < frame.length; index++) {
		const unit = frame.charCodeAt(index);
		// ESC and line feed are of the frame; of surrogates only the ideographs would be sure.
		if (unit > 0x7e && widthOf(unit) === 0) return false;
	}
	return true;
};

function isIn(ranges: readonly (readonly [number, number])[], codePoint: number): boolean {
	for (const [first, last] of ranges) {
		if (codePoint <= last) return codePoint >= first;
	}
	return false;
}
