/** What Ink writes in one go, told apart by its form (Ink 8: ink.js, log-update.js, cursor-helpers.js). */

export type InkChunk =
	/** Around the writes of one update (mode 2026). */
	| {readonly kind: 'begin' | 'end'}
	| {readonly kind: 'enter' | 'leave'}
	/** Only erases what is there. */
	| {readonly kind: 'clear'}
	/** Erases what is there and writes this; or is something else altogether. */
	| {readonly kind: 'frame'; readonly text: string}
	/** Changes no cell: a mode of the terminal, a question to it, its title or clipboard. */
	| {readonly kind: 'aside'};

const fixed: Readonly<Record<string, 'begin' | 'end' | 'enter' | 'leave'>> = {
	'\u001B[?2026h': 'begin',
	'\u001B[?2026l': 'end',
	'\u001B[?1049h': 'enter',
	'\u001B[?1049l': 'leave',
};

const escape = '\u001B';
const bell = '\u0007';

/** Ways to the beginning of the last frame, and its erasure; nothing before the first frame. */
const erasure = new RegExp(`^(?:${escape}\\[(?:\\d*[ABEFGJK]|(?:\\d+;\\d+)?H))*`);
const asides = new RegExp(
	`^(?:${[
		// Modes but those of the alternate screen.
		`${escape}\\[\\?(?!(?:47|104[79])[hl])\\d+[hl]`,
		// The keyboard protocol of kitty.
		`${escape}\\[[<=>?]\\d*u`,
		// OSC and DCS: title, clipboard, the same wrapped for tmux or screen.
		`${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)`,
		`${escape}P[^]*?${escape}\\\\`,
	].join('|')})+$`,
);

/** What is neither an erasure nor one of its other words is taken for a frame. */
export function inkChunk(chunk: string): InkChunk {
	const kind = fixed[chunk];
	if (kind) return {kind};
	const erased = erasure.exec(chunk)?.[0].length ?? 0;
	if (erased > 0 && erased === chunk.length) return {kind: 'clear'};
	if (asides.test(chunk)) return {kind: 'aside'};
	// Whether it really is one is seen when it is taken apart.
	return {kind: 'frame', text: chunk.slice(erased)};
}
