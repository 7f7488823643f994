/** What a command makes of its flags: a plan, or why there is none. Pure. */
import type {EnvChange} from '../../knative/revision/plan-revision.js';
import {printable} from '../../knative/text/printable.js';
import type {Plan} from '../../release/plan.js';
import type {ExitCode} from '../exit-codes.js';

export type PlannedObject = {ok: true; plan: Plan} | {ok: false; code: ExitCode; sentence: string};

/** All that is wrong with the values of a form, in one line; undefined when nothing is. */
export function fieldSentences(errors: Readonly<Partial<Record<string, string>>>): string | undefined {
	const sentences = Object.values(errors).filter(sentence => sentence !== undefined);
	return sentences.length === 0 ? undefined : sentences.join(' ');
}

export type EnvWords = {ok: true; changes: readonly EnvChange[]} | {ok: false; reason: string};

/** `NAME=value` sets, `NAME-` removes, as kn has it; the last word on a name holds. */
export function parseEnvWords(words: readonly string[]): EnvWords {
	const changes = new Map<string, EnvChange>();
	for (const word of words) {
		const at = word.indexOf('=');
		if (at > 0) changes.set(word.slice(0, at), {name: word.slice(0, at), value: word.slice(at + 1)});
		else if (at === -1 && word.endsWith('-') && word.length > 1) {
			changes.set(word.slice(0, -1), {name: word.slice(0, -1), remove: true});
		} else {
			// Its value may be a secret, so that no more of it is quoted than the name.
			const shown = printable(at === -1 ? word : word.slice(0, at));
			return {ok: false, reason: `--env ${shown}: give NAME=value, or NAME- to remove it.`};
		}
	}
	return {ok: true, changes: [...changes.values()]};
}
