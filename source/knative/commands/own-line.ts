/** Lines of this program, to be read, copied and pasted. */
import {placeOf} from './place.js';
import {quoteWords} from './shell-words.js';

/** A line of this program that is about the same namespace of the same cluster wherever it is pasted. */
export function ownLine(
	words: readonly string[],
	{namespace, flags}: {namespace: string; flags: readonly string[]},
): string {
	const place = placeOf(flags);
	const line = quoteWords(['kn-canary', ...words, '-n', namespace]);
	return `${place.front}${line} ${place.flags}`.trimEnd();
}
