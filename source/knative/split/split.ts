/**
 * A Split: the shares of a Service's traffic, always summing to 100, and the operations of the slider on it. Pure and
 * deterministic: every operation returns a new Split and leaves the old one alone.
 */

import {apportion} from './apportion.js';
import type {ServiceView} from '../service/service.js';
import type {TrafficTarget} from '../objects/wire.js';

/** The key of the row that follows the latest ready revision; `@` cannot occur in the name of a revision. */
export const latestKey = '@latest';

export type SplitRow = {
	/** `@latest`, or the name of the revision it is pinned to. Unique in a Split. */
	readonly key: string;
	/** The revision that gets the traffic; undefined for `@latest` while none is ready. */
	readonly revision: string | undefined;
	/** It follows the latest ready revision. */
	readonly latest: boolean;
	/** Whole percent, 0–100. */
	readonly percent: number;
	readonly tags: readonly string[];
	/** The share of a locked row is changed by no operation on another row, and by `move` and `set` not at all. */
	readonly locked: boolean;
	/**
	 * The share this row had when the row that is now being moved began to move, or, where none of the others had one, 1 for
	 * the taker and 0 else; absent on the moved row itself, and on all rows when none is. The others keep these
	 * proportions however far it is moved, so that moving it back restores them.
	 */
	readonly anchor?: number;
};

/** At least one row; percents sum to 100. */
export type Split = readonly SplitRow[];

/** The outcome of an operation that may be impossible: then the Split is unchanged and `refused` says why. */
export type SplitOutcome = {split: Split; refused: string | undefined};

/** The Split of `spec.traffic`: what was asked for. Entries of one revision are one row: percents added, tags kept. */
export function splitOf(view: Pick<ServiceView, 'specTraffic' | 'latestReady'>): Split {
	return mergedRows(
		view.specTraffic.map(target => ({
			key: target.latest ? latestKey : (target.revision ?? latestKey),
			revision: target.latest ? view.latestReady : target.revision,
			latest: target.latest,
			percent: target.percent,
			tags: target.tag === undefined ? [] : [target.tag],
			locked: false,
		})),
	);
}

/**
 * The revisions of a split in the order in which every pane shows them: that of `90│10`, which is that of the entries of
 * `status.traffic`, while the latest revision takes over by and by, too; then those that only `spec.traffic` has. Each once.
 */
export function splitOrder(
	view: Pick<ServiceView, 'specTraffic' | 'statusTraffic' | 'latestReady'>,
): readonly string[] {
	const wanted = splitOf(view).flatMap(({revision}) => (revision === undefined ? [] : [revision]));
	return [...new Set([...view.statusTraffic.map(({revision}) => revision), ...wanted])];
}

/**
 * Gives `delta` percent to the row `key` (takes it, when negative) from the other unlocked rows, which keep their
 * proportions. Clamped: the row stays within 0 and what the locked rows leave; a locked row, an unknown one and one
 * without an unlocked other do not move.
 *
 * Moving one row to and fro ends where it began: as long as nothing but `move` and `set` of that same row happens in
 * between, the Split depends only on where the row is, not on the way it took. So `move(+d)` and `move(-d)` restores
 * every row, unless the first was clamped; then `move` by what it really moved does.
 *
 * @param taker The key of the row that takes what `key` gives up where no other has a share; evenly all without one.
 */
export function move(split: Split, key: string, delta: number, taker?: string): Split {
	const row = split.find(candidate => candidate.key === key);
	return row ? set(split, key, row.percent + delta, taker) : split;
}

/** Whether the shares of the others do not tell which of them takes what the row `key` gives up: none has one. */
export function lacksTaker(split: Split, key: string): boolean {
	const row = split.find(candidate => candidate.key === key);
	const others = othersOf(split, key);
	return (
		row !== undefined &&
		!row.locked &&
		row.percent > 0 &&
		others.length > 0 &&
		weightsOf(row, others).every(weight => weight === 0)
	);
}

const othersOf = (split: Split, key: string) =>
	split.filter(candidate => candidate.key !== key && !candidate.locked);

/** By what the others part what the row gives up or gets: what they had when it began to move. Rows are anchored already when, and only when, this is the one that is being moved. */
function weightsOf(row: SplitRow, others: Split): number[] {
	const anchored = row.anchor === undefined && others.every(other => other.anchor !== undefined);
	return others.map(other => (anchored ? (other.anchor ?? 0) : other.percent));
}

/** Gives the row `key` this share; otherwise as `move`. `percent` is rounded to a whole one. */
export function set(split: Split, key: string, percent: number, taker?: string): Split {
	const row = split.find(candidate => candidate.key === key);
	const others = othersOf(split, key);
	if (!row || row.locked || others.length === 0 || Number.isNaN(percent)) return split;
	const free = 100 - lockedShare(split);
	const share = Math.min(free, Math.max(0, Math.round(percent)));
	if (share === row.percent) return split;
	const weights = withTaker(weightsOf(row, others), others, taker);
	const shares = apportion(weights, free - share);
	return split.map(candidate => {
		const {anchor: _anchor, ...rest} = candidate;
		if (candidate.key === key) return {...rest, percent: share};
		const position = others.indexOf(candidate);
		// Of a locked one it is what it has.
		return {
			...rest,
			percent: shares[position] ?? candidate.percent,
			anchor: weights[position] ?? candidate.percent,
		};
	});
}

/** Where none of the rows has any weight all of it is that of the taker, if there is one. */
const withTaker = (weights: readonly number[], rows: Split, taker: string | undefined): readonly number[] =>
	weights.every(weight => weight === 0) ? rows.map(({key}) => (key === taker ? 1 : 0)) : weights;

/** Equal shares for the unlocked rows, to ±1; the upper rows get the one more. */
export function even(split: Split): Split {
	return distribute(split, () => 1);
}

/** Everything that is not locked to the row `key`. A locked or unknown row: unchanged. */
export function completeOn(split: Split, key: string): Split {
	const row = split.find(candidate => candidate.key === key);
	if (!row || row.locked) return split;
	return distribute(split, candidate => (candidate.key === key ? 1 : 0));
}

/** Locks the row, or unlocks it when it is locked. */
export function lock(split: Split, key: string): Split {
	return settled(split).map(row => (row.key === key ? {...row, locked: !row.locked} : row));
}

/** Adds a revision, pinned, at 0 %. One that has a pinned row already: unchanged. */
export function addRow(split: Split, revision: string): Split {
	if (split.some(row => row.key === revision)) return split;
	return [...settled(split), {key: revision, revision, latest: false, percent: 0, tags: [], locked: false}];
}

/**
 * Takes a row out, with its tags; its share goes to the other unlocked rows as if it were moved to 0. Refused for the last
 * row, for a locked one, and when all others are locked and it has a share.
 *
 * @param taker As for `move`.
 */
export function takeOut(split: Split, key: string, taker?: string): SplitOutcome {
	const row = split.find(candidate => candidate.key === key);
	const rest = settled(split).filter(candidate => candidate.key !== key);
	if (!row) return {split, refused: `${key} is not part of the split.`};
	if (rest.length === 0) {
		return {split, refused: `${key} is the only one in the split; all traffic has to go somewhere.`};
	}
	if (row.locked) return {split, refused: `${key} is locked; unlock it first.`};
	if (row.percent === 0) return {split: rest, refused: undefined};
	if (rest.every(candidate => candidate.locked)) {
		return {
			split,
			refused: `All others are locked, so nothing can take over the ${row.percent} % of ${key}.`,
		};
	}
	const emptied = settled(set(split, key, 0, taker));
	return {split: emptied.filter(candidate => candidate.key !== key), refused: undefined};
}

/**
 * Makes the row that follows the latest revision a pinned one of the revision it follows now. Merged with the pinned
 * row of that revision, if there is one. Refused while no revision is ready.
 */
export function pin(split: Split): SplitOutcome {
	const row = split.find(candidate => candidate.latest);
	if (!row) return {split, refused: 'No row follows the latest revision; all are pinned already.'};
	const {revision} = row;
	if (revision === undefined) {
		return {split, refused: 'No revision is ready yet, so there is none to pin.'};
	}
	return {
		split: mergedRows(
			settled(split).map(candidate =>
				candidate.latest ? {...candidate, key: revision, latest: false} : candidate,
			),
		),
		refused: undefined,
	};
}

/**
 * Makes a pinned row follow the latest ready revision: `latestReady`, which then gets its traffic, be it another one
 * than before. Merged with the row that follows it already, if there is one.
 */
export function follow(split: Split, key: string, latestReady: string | undefined): SplitOutcome {
	const row = split.find(candidate => candidate.key === key);
	if (!row) return {split, refused: `${key} is not part of the split.`};
	if (row.latest) return {split, refused: 'It follows the latest revision already.'};
	return {
		split: mergedRows(
			settled(split).map(candidate =>
				candidate.key === key
					? {...candidate, key: latestKey, revision: latestReady, latest: true}
					: candidate,
			),
		),
		refused: undefined,
	};
}

/** Gives the row a tag; a tag is in one place only, so it moves there from the row that had it. */
export function putTag(split: Split, key: string, tag: string): Split {
	if (!split.some(row => row.key === key)) return split;
	return dropTag(split, tag).map(row => (row.key === key ? {...row, tags: [...row.tags, tag]} : row));
}

/** Takes a tag away from whichever row has it. */
export function dropTag(split: Split, tag: string): Split {
	return split.map(row =>
		row.tags.includes(tag) ? {...row, tags: row.tags.filter(candidate => candidate !== tag)} : row,
	);
}

/** Unlocked rows share what the locked ones leave, in proportion to `weight`; evenly when all weights are 0. */
function distribute(split: Split, weight: (row: SplitRow) => number): Split {
	const free = split.filter(row => !row.locked);
	const shares = apportion(
		free.map(row => weight(row)),
		100 - lockedShare(split),
	);
	return settled(split).map((row, index) => {
		const original = split[index];
		const share = original && shares[free.indexOf(original)];
		return share === undefined ? row : {...row, percent: share};
	});
}

function lockedShare(split: Split): number {
	return split.reduce((sum, row) => sum + (row.locked ? row.percent : 0), 0);
}

/** No row is being moved any more. */
function settled(split: Split): Split {
	return split.map(({anchor: _anchor, ...row}) => row);
}

/** Rows with one key become one, in the place of the first. */
export function mergedRows(rows: Split): Split {
	const byKey = new Map<string, SplitRow>();
	for (const row of rows) {
		const same = byKey.get(row.key);
		byKey.set(
			row.key,
			same
				? {
						...same,
						percent: same.percent + row.percent,
						tags: [...new Set([...same.tags, ...row.tags])],
						locked: same.locked || row.locked,
					}
				: row,
		);
	}
	return [...byKey.values()];
}

/**
 * The entries of `spec.traffic`: one per tag, the percent on the first; rows at 0 % and their tags are kept, since a
 * listed revision is safe from garbage collection and keeps its tag URL.
 */
export function toTargets(split: Split): TrafficTarget[] {
	return split.flatMap(row => {
		const reference = row.latest ? {latestRevision: true} : {revisionName: row.key};
		if (row.tags.length === 0) return [{...reference, percent: row.percent}];
		return row.tags.map((tag, index) => ({...reference, percent: index === 0 ? row.percent : 0, tag}));
	});
}

/** The revision that its users get by following the latest ready one; undefined where nothing follows it, or none is ready. */
export const followedBy = (split: Split) => split.find(({latest}) => latest)?.revision;

/** The row that follows the latest ready revision names the one that is so now: whoever made the split, it is that one users get. */
export function boundToLatest(split: Split, latestReady: string | undefined): Split {
	return split.some(({latest, revision}) => latest && revision !== latestReady)
		? split.map(row => (row.latest ? {...row, revision: latestReady} : row))
		: split;
}

/**
 * The row that follows the latest as the two that it stands for while the newest revision is not ready: the revision that it
 * names keeps the share, pinned, with its tags; `tag`, and at 0 % every tag, is of the one that is waited for, and stays on
 * the row that follows the latest.
 */
export function partedLatest(split: Split, tag: string): Split {
	const row = split.find(({latest}) => latest);
	const {revision, percent = 0, tags = []} = row ?? {};
	if (!row || revision === undefined || percent === 0) return split;
	const waiting = {...row, percent: 0, tags: tags.filter(each => each === tag)};
	const serving = {...row, key: revision, latest: false, tags: tags.filter(each => each !== tag)};
	return mergedRows(
		settled(split).flatMap(each =>
			each.latest ? [serving, ...(waiting.tags.length > 0 ? [waiting] : [])] : [each],
		),
	);
}

/**
 * The row that follows the latest pinned to the revision it names, where that is another one than the latest ready by now.
 *
 * @param tag Of what was waited for: it goes with the latest.
 */
export function pinnedAsMeant(split: Split, latestReady: string | undefined, tag: string): Split {
	const meant = followedBy(split);
	return meant === undefined || meant === latestReady ? split : partedLatest(split, tag);
}

/** The same rows, and what follows the latest is of the same revision: users get the same of both. */
export function giveTheSame(a: Split, b: Split): boolean {
	return equalSplits(a, b) && followedBy(a) === followedBy(b);
}

/** The same rows in any order, with the same shares and tags. Locks do not count. */
export function equalSplits(a: Split, b: Split): boolean {
	return a.length === b.length && diffSplit(a, b).every(row => !row.changed);
}

export type SplitDifference = {
	key: string;
	/** What it resolves to after, or did before when it is removed. */
	revision: string | undefined;
	latest: boolean;
	/** Percent; undefined where the row is not listed. */
	before: number | undefined;
	after: number | undefined;
	/** After; those before when it is removed. */
	tags: readonly string[];
	tagsBefore: readonly string[];
	/** Share, presence or tags differ. */
	changed: boolean;
};

/** Rows of both in the order in which they stand in `before`, and so in the panes; what comes into the split is behind them. */
export function diffSplit(before: Split, after: Split): SplitDifference[] {
	const keys = new Set([...before, ...after].map(row => row.key));
	return [...keys].flatMap(key => {
		const old = before.find(row => row.key === key);
		const fresh = after.find(row => row.key === key);
		const row = fresh ?? old;
		if (!row) return [];
		const tagsBefore = old?.tags ?? [];
		return [
			{
				key,
				revision: row.revision,
				latest: row.latest,
				before: old?.percent,
				after: fresh?.percent,
				tags: row.tags,
				tagsBefore,
				changed: old?.percent !== fresh?.percent || !sameTags(row.tags, tagsBefore),
			},
		];
	});
}

function sameTags(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && a.every(tag => b.includes(tag));
}

/** The revision that has all of it; undefined where none has. */
export const wholeOf = (split: Split) => split.find(({percent}) => percent === 100)?.revision;
