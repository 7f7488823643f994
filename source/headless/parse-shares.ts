/** The shares of `kn-canary split SERVICE REV=50 REV=50`, as a Split. Pure. */
import type {RevisionView} from '../knative/revision/revision.js';
import type {ServiceView} from '../knative/service/service.js';
import {latestKey, splitOf, type Split, type SplitRow} from '../knative/split/split.js';
import {wholeNumber} from '../knative/forms/rules.js';

export type Shares = {ok: true; split: Split} | {ok: false; reason: string};

/**
 * Each word is `<revision>=<percent>`. A revision is named in full, by the end of its name after the service's (`00002`),
 * by its tag (`canary`), or as `@latest`. The percents sum to 100; rows that are not named keep their place and their tags
 * at 0 %, as in the console.
 */
export function parseShares(
	words: readonly string[],
	service: ServiceView,
	revisions: readonly RevisionView[] | undefined,
): Shares {
	const before = splitOf(service);
	const wanted = new Map<string, number>();
	for (const word of words) {
		const at = word.lastIndexOf('=');
		const percent = wholeNumber(word.slice(at + 1));
		if (at <= 0 || percent === undefined || percent > 100) {
			return {ok: false, reason: `${word} is no share: <revision>=<whole percent from 0 to 100>.`};
		}
		const key = keyOf(word.slice(0, at), service, before, revisions);
		if (key === undefined) {
			return {
				ok: false,
				reason: `${service.name} has no revision ${word.slice(0, at)}: name one in full, by the end of its name, by its tag, or @latest.`,
			};
		}
		if (wanted.has(key)) return {ok: false, reason: `${key} is named twice.`};
		wanted.set(key, percent);
	}
	const sum = [...wanted.values()].reduce((total, percent) => total + percent, 0);
	if (sum !== 100) return {ok: false, reason: `The shares sum to ${sum}, and must sum to 100.`};
	const rows = before.map(row => ({...row, percent: wanted.get(row.key) ?? 0}));
	const added = [...wanted]
		.filter(([key]) => !before.some(row => row.key === key))
		.map(([key, percent]): SplitRow => ({
			key,
			revision: key === latestKey ? service.latestReady : key,
			latest: key === latestKey,
			percent,
			tags: [],
			locked: false,
		}));
	return {ok: true, split: [...rows, ...added]};
}

/** The key of the row that a word means; of `@latest` and a pinned row of the same revision, the one that is listed. */
function keyOf(
	word: string,
	service: ServiceView,
	split: Split,
	revisions: readonly RevisionView[] | undefined,
): string | undefined {
	if (word === latestKey) return latestKey;
	const names = new Set([
		...(revisions ?? []).map(({name}) => name),
		...split.flatMap(row => row.revision ?? []),
	]);
	const name = [word, `${service.name}-${word}`].find(candidate => names.has(candidate));
	return name ?? split.find(row => row.tags.includes(word))?.key;
}
