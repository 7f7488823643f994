/** What leads a command line to a cluster, as it is written in one. Pure. */
import {quoteWord} from './shell-words.js';

const variable = 'KUBECONFIG=';

/** The flags of kubectl that kn has, too (knative.dev/client: `kn options`); its `--user` is of a container. */
const knFlags: ReadonlySet<string> = new Set([
	'--context',
	'--kubeconfig',
	'--cluster',
	'--as',
	'--as-group',
	'--as-uid',
]);

/** Whether these words of a cluster lead kn there as well. */
export const mayLeadKn = (flags: readonly string[]): boolean =>
	flags.every(word => !word.startsWith('--') || knFlags.has(word));

/**
 * Of the words of a cluster (`Cluster.flags`), for a POSIX shell: the assignment in front of the program, which is there where
 * several files were named, and the flags, with the token as a variable that the shell reads.
 */
export function placeOf(flags: readonly string[]): {front: string; flags: string} {
	const [first = '', ...rest] = flags;
	// A quoted assignment would be the name of a program.
	return first.startsWith(variable)
		? {front: `${variable}${quoteWord(first.slice(variable.length))} `, flags: flagText(rest)}
		: {front: '', flags: flagText(flags)};
}

function flagText(words: readonly string[]): string {
	return words
		.map((word, index) =>
			word === '$TOKEN' && words[index - 1] === '--token' ? `"${word}"` : quoteWord(word),
		)
		.join(' ');
}
