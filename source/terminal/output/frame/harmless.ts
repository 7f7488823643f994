/**
 * A frame is lines with styles; anything else in it came from outside, through a name or an answer that nobody has cleaned.
 * The last line of defence, for all frames, whoever has drawn them.
 */

const escape = '\u001B';
const styles = `${escape}\\[[\\d:;]*m`;

/** Control characters but line feeds, and escape sequences but styles (SGR). */
const harmful = new RegExp(
	`[\\0-\\u0009\\u000B-\\u001A\\u001C-\\u001F\\u007F-\\u009F]|${escape}(?!\\[[\\d:;]*m)`,
);
const parts = new RegExp(`${styles}|[\\0-\\u0009\\u000B-\\u001F\\u007F-\\u009F]`, 'g');

const deleted = '\u2421';

function picture(found: string): string {
	if (found.length > 1) return found;
	const code = found.charCodeAt(0);
	if (code < 0x20) return String.fromCodePoint(0x24_00 + code);
	return code === 0x7f ? deleted : '?';
}

/** The frame with pictures of the control characters that are in it, none of which a terminal acts on. */
export const harmless = (frame: string): string =>
	harmful.test(frame) ? frame.replaceAll(parts, picture) : frame;
