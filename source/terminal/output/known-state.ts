/**
 * Ends a string that nobody has ended (a title, DCS, APC, PM): a program was killed in the middle of it, and a terminal may take
 * all that follows for the rest (GNU screen, ansi.c). It goes before everything else.
 */
export const stringEnd = '\u001B\\';

/**
 * What a program that died, or a shell, may have left of a terminal, set to what frames are made for. Each of these does
 * nothing where it is so already, and none has to be set back: it is what a terminal begins with (VT220, xterm's ctlseqs).
 */
const csi = '\u001B[';

const off = (modes: readonly number[], mark = '') => `${csi}${mark}${modes.join(';')}l`;

/** Reports of the mouse in all its protocols and encodings, of the focus, and of changes of the colours. */
const reports = [9, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2031];

/** Sent before the first frame. Changes nothing of what a terminal shows that nobody left in the middle of something. */
export const knownState = [
	// Nothing is held back any more that was to be shown at once (mode 2026).
	off([2026], '?'),
	// Before what may be taken for text: the character set of ASCII, not that of line drawing, for the lower half of a byte (G0),
	// and for the upper one (G2), through which GNU screen and xterm draw what is beyond ASCII.
	'\u001B*B\u001B}\u001B(B\u000F',
	// No link goes on (OSC 8).
	`\u001B]8;;${stringEnd}`,
	// Characters replace what is there (IRM); a line feed is not a new line (LNM).
	off([4, 20]),
	// Rows are counted from the top of the screen (DECOM); no margins at the sides (DECLRMM) or at top and bottom (DECSTBM).
	off([6, 69], '?'),
	`${csi}r`,
	// No colours, in which a terminal might erase.
	`${csi}m`,
	off(reports, '?'),
].join('');
