/** Lines of this program, to be read, copied and pasted. */
import {quoteWords} from './shell-words.js';

/** A line of this program that is about the same namespace of the same cluster wherever it is pasted. */
export function ownLine(
	words: readonly string[],
	{namespace, flags}: {namespace: string; flags: readonly string[]},
): string {
	return quoteWords(['kn-canary', ...words, '-n', namespace, ...flags]);
}
