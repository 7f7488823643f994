/** Shares as they are typed, `REV=50 REV=50`, as a Split: the same for command lines and the palette. Pure. */
import {wholeNumber} from '../forms/rules.js';
import {latestKey, mergedRows, partedLatest, splitOf, type Split, type SplitRow} from '../split/split.js';
import {printable} from '../text/printable.js';
import type {ServiceView} from '../service/service.js';
import type {ReleaseFacts} from './evidence/release-facts.js';
import {waitingLatest} from './evidence/shares.js';
import {canaryTag} from './verbs/role-tags.js';
import {meantBy} from './revision-by-word.js';

export type SharesMeant = {ok: true; split: Split} | {ok: false; reason: string};

/**
 * Each word is `<revision>=<percent>`, or several of them comma-separated, as kn takes them. The percents sum to 100; rows
 * that are not named keep their place and their tags at 0 %, as in the console. A revision that has its share by following
 * the latest is pinned when it is named by its name: what is named is what gets the traffic. While the newest one is not
 * ready, the tag of the canary is of that, and of none that is named beside it.
 */
export function sharesMeant(words: readonly string[], facts: ReleaseFacts): SharesMeant {
	const {service} = facts;
	const wanted = new Map<string, number>();
	for (const word of words.flatMap(text => text.split(',')).filter(Boolean)) {
		const at = word.lastIndexOf('=');
		const percent = wholeNumber(word.slice(at + 1).replace(/%$/, ''));
		if (at <= 0 || percent === undefined || percent > 100) {
			return {
				ok: false,
				reason: `${printable(word)} is no share: <revision>=<whole percent from 0 to 100>.`,
			};
		}
		const meant = meantBy(word.slice(0, at), facts);
		if (!meant.ok) return meant;
		const key = meant.row ?? meant.revision;
		if (wanted.has(key)) return {ok: false, reason: `${key} is named twice.`};
		wanted.set(key, percent);
	}
	if (wanted.size === 0) {
		return {ok: false, reason: 'Name the shares: <revision>=<whole percent>, which sum to 100.'};
	}
	const sum = [...wanted.values()].reduce((total, percent) => total + percent, 0);
	if (sum !== 100) return {ok: false, reason: `The shares sum to ${sum}, and must sum to 100.`};
	const present = pinnedWhereNamed(service, wanted);
	const rows = present.map(row => ({...row, percent: wanted.get(row.key) ?? 0}));
	const added = [...wanted]
		.filter(([key]) => !present.some(row => row.key === key))
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

function pinnedWhereNamed(service: ServiceView, wanted: ReadonlyMap<string, number>): Split {
	const split = splitOf(service);
	const waiting = waitingLatest(service);
	if (waiting && !wanted.has(latestKey)) {
		const {
			revision: next,
			row: {revision: ready},
		} = waiting;
		const isNext = wanted.has(next);
		const parted =
			isNext || (ready !== undefined && wanted.has(ready)) ? partedLatest(split, canaryTag) : split;
		return mergedRows(
			parted.map(row => (row.latest && isNext ? {...row, key: next, revision: next, latest: false} : row)),
		);
	}
	return mergedRows(
		split.map(row =>
			row.latest && row.revision !== undefined && !wanted.has(row.key) && wanted.has(row.revision)
				? {...row, key: row.revision, latest: false}
				: row,
		),
	);
}
