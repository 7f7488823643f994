/** Where a text that is too long to be kept is cut. Pure. */

/** Nothing that a reader takes for one character is longer, but what is made to be. */
const longestCharacter = 64;

/** One UTF-16 unit a character, whatever is around it. */
const onlyAscii = /^[ -~]*$/;

/** Made when it is first needed: that takes 8 to 16 ms. */
let segmenter: Intl.Segmenter | undefined;

/** The first `length` UTF-16 units, or fewer where the cut would go through what a reader takes for one character. */
export function truncate(text: string, length: number): string {
	if (text.length <= length) return text;
	const from = Math.max(0, length - longestCharacter);
	const around = text.slice(from, length + longestCharacter);
	if (onlyAscii.test(around)) return text.slice(0, length);
	segmenter ??= new Intl.Segmenter(undefined, {granularity: 'grapheme'});
	const cut = segmenter.segment(around).containing(length - from)?.index ?? length - from;
	// Of one that is longer than that no end is found.
	const whole = cut === 0 ? text.slice(0, length) : text.slice(0, from + cut);
	return whole.replace(/\p{Cs}$/u, '');
}
