/** A wish for a split that was begun on one that somebody else has changed since. Pure. */
import {boundToLatest, equalSplits, type Split, type SplitRow} from './split.js';

/**
 * Mine on top of theirs: the shares of mine, and of the tags those that mine has moved; every other tag is where theirs has
 * it. What theirs has listed since stays at 0 %, what it has removed goes unless mine gives it traffic.
 *
 * @param base What mine was begun on.
 * @param latestReady Of the service by now: what follows the latest is that one, whatever it was when mine was begun.
 */
export function rebased({
	base,
	mine: wanted,
	theirs,
	latestReady,
}: {
	base: Split;
	mine: Split;
	theirs: Split;
	latestReady: string | undefined;
}): Split {
	const mine = boundToLatest(wanted, latestReady);
	if (equalSplits(base, theirs)) return mine;
	const [inBase, inMine, inTheirs] = [base, mine, theirs].map(
		rows => new Map(rows.map(row => [row.key, row])),
	);
	const isMoved = ({key, tags}: SplitRow) => {
		const before = inBase?.get(key);
		return before ? !isSame(before.tags, tags) : tags.length > 0 && !inTheirs?.has(key);
	};
	const claimed = new Set(mine.filter(row => isMoved(row)).flatMap(({tags}) => tags));
	const tagsOf = (row: SplitRow) =>
		isMoved(row) ? row.tags : (inTheirs?.get(row.key)?.tags ?? []).filter(tag => !claimed.has(tag));
	const kept = mine
		.filter(({key, percent}) => percent > 0 || !inBase?.has(key) || inTheirs?.has(key))
		.map(row => ({...row, tags: tagsOf(row)}));
	const added = theirs
		.filter(({key, tags}) => {
			const before = inBase?.get(key);
			return !inMine?.has(key) && (!before || !isSame(before.tags, tags));
		})
		.map(row => ({...row, percent: 0, tags: row.tags.filter(tag => !claimed.has(tag))}));
	return [...kept, ...added];
}

const isSame = (one: readonly string[], other: readonly string[]) =>
	one.length === other.length && one.every(tag => other.includes(tag));
