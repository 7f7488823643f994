/**
 * What a reader takes for one character, told apart without ICU where the text leaves no doubt. To construct an
 * Intl.Segmenter costs 8 to 16 ms, more than the rest of a frame, and every frame is cut into graphemes several times
 * over; what the console draws is ASCII, borders and bars. scripts/build.js hands this to the libraries that Ink draws
 * with, in place of segmenters of their own.
 */

/**
 * Characters that are one UTF-16 unit, one grapheme and one column wherever they stand, as long as nothing but their
 * like is around: letters of Latin, Greek and Cyrillic, punctuation, arrows, mathematical symbols, the return key, pictures
 * of control characters, box drawing, blocks, shapes that are no emoji, Braille.
 */
const narrow =
	'\\u0020-\\u007E\\u00A1-\\u00A8\\u00AA-\\u00AC\\u00AF-\\u02FF\\u0370-\\u0482\\u048A-\\u052F\\u1E00-\\u1EFF\\u2010-\\u2027' +
	'\\u2030-\\u203B\\u2190-\\u2193\\u2200-\\u22FF\\u23CE\\u2400-\\u2426\\u2500-\\u25A9\\u25B0-\\u25B5\\u25B7-\\u25BF\\u25C1-\\u25FA\\u2713\\u2717\\u2800-\\u28FF';

const onlyNarrow = new RegExp(`^[${narrow}]*$`);

/** Control characters are graphemes of their own, but for CR LF, which are one. */
const onlySingle = new RegExp(`^[\\u0000-\\u000C\\u000E-\\u001F\\u007F${narrow}]*$`);

/** Whether a text surely takes as many columns as it has UTF-16 units. */
export const isNarrow = (text: string): boolean => onlyNarrow.test(text);

/** One UTF-16 unit after the other. */
class Units {
	constructor(private readonly text: string) {}

	/** ECMA-402 §19.4: the grapheme around an index (truncated; 0 when not given), undefined when there is none. */
	containing(at = 0): Intl.SegmentData | undefined {
		const index = Math.trunc(at) || 0;
		return index < 0 || index >= this.text.length ? undefined : this.at(index);
	}

	[Symbol.iterator](): Iterator<Intl.SegmentData> {
		let index = 0;
		return {
			next: () =>
				index < this.text.length ? {done: false, value: this.at(index++)} : {done: true, value: undefined},
		};
	}

	private at(index: number): Intl.SegmentData {
		return {segment: this.text.charAt(index), index, input: this.text};
	}
}

let icu: Intl.Segmenter | undefined;

/** As `new Intl.Segmenter().segment(text)`. */
export const segment = (text: string): Pick<Intl.Segments, 'containing'> & Iterable<Intl.SegmentData> => {
	if (onlySingle.test(text)) return new Units(text);
	icu ??= new Intl.Segmenter(undefined, {granularity: 'grapheme'});
	return icu.segment(text);
};

/** The graphemes of a text: an emoji with its modifiers is one, a letter with its marks too. */
export const graphemes = (text: string): readonly string[] =>
	Array.from(segment(text), grapheme => grapheme.segment);
