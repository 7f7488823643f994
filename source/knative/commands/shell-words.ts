/** Words as a POSIX shell reads and writes them (IEEE Std 1003.1, Shell Command Language §2.2, Quoting). */

import type {Parsed} from '../objects/parsed.js';

/**
 * Splits a line into words: blanks separate, '…' keeps everything, "…" keeps everything but `\` before `$`, `` ` ``, `"`
 * and `\`, and `\` outside quotes keeps the next character. Nothing is expanded.
 */
export function splitWords(line: string): Parsed<string[]> {
	const token = /\s+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)/y;
	const words: string[] = [];
	let word: string | undefined;
	while (token.lastIndex < line.length) {
		const rest = line.slice(token.lastIndex);
		const match = token.exec(line);
		if (!match) {
			return {
				ok: false,
				reason: rest.startsWith('\\')
					? 'A \\ at the end quotes nothing.'
					: `A ${rest.charAt(0)} is opened and not closed.`,
			};
		}
		const [, single, double, escaped, plain] = match;
		const piece = single ?? double?.replaceAll(/\\([$`"\\])/g, '$1') ?? escaped ?? plain;
		if (piece === undefined) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else {
			word = (word ?? '') + piece;
		}
	}
	if (word !== undefined) words.push(word);
	return {ok: true, value: words};
}

/** One word for a POSIX shell, quoted where it has to be, so that the shell passes on exactly this text. */
export function quoteWord(word: string): string {
	// A ~ is left out on purpose: it is expanded at the beginning of a word.
	if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
	return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line out of its words. */
export function quoteWords(words: readonly string[]): string {
	return words.map(word => quoteWord(word)).join(' ');
}
