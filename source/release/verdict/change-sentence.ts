/** What users get became something else under the same split: since when, and what. Pure. */
import type {ChangePoint} from '../../stats/change-point.js';
import {timeOf} from '../../probe/judging/user-trouble.js';

/**
 * `since 12:05:41 all answers are shop-00002's`, in the time zone of the operator.
 *
 * @param nameOf How a revision is called; by its name when not given.
 */
export function changeSentence(
	{at, before, after}: ChangePoint,
	nameOf: (revision: string) => string = revision => revision,
): string {
	const [only] = after.keys();
	const now =
		after.size === 1 && only !== undefined
			? `all answers are ${kindName(only, nameOf)}'s`
			: `${sharesOf(after, nameOf)}, before ${sharesOf(before, nameOf)}`;
	return `since ${timeOf(at)} ${now}`;
}

/** The three most frequent, with their share. */
function sharesOf(counts: ReadonlyMap<string, number>, nameOf: (revision: string) => string): string {
	const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
	const named = [...counts]
		.toSorted(([, one], [, other]) => other - one)
		.map(([kind, count]) => `${kindName(kind, nameOf)} ${Math.round((count / total) * 100)} %`);
	return named.slice(0, 3).join(', ');
}

/** `revision shop-00002` → what it is called, `code 500` → `500`. */
function kindName(kind: string, nameOf: (revision: string) => string): string {
	const [, word, rest = ''] = /^(revision|code) (.*)$/s.exec(kind) ?? [];
	if (word === 'revision') return nameOf(rest);
	return word === 'code' ? rest : 'unknown';
}
