/**
 * Where the share of a revision may lie, as a confidence sequence: {θ : E_n(θ) < 1/α} of the e-process that judges the
 * split. So column and verdict cannot contradict each other, and the column holds the truth at every moment at once with
 * probability 1 − α, however often one looks.
 */
import {logEvidence} from './split-evidence.js';

/** Both ends as fractions, 0–1. */
export type Interval = {low: number; high: number};

/** The chance that an interval that is watched ever leaves out the truth. */
const intervalAlpha = 0.05;

/**
 * The confidence sequence of one share against the rest. ln E is convex in θ (each of its terms ln(K + j/θ) is) with its
 * minimum near x/n, so the set is an interval and its ends are found by halving.
 *
 * @param count Answers that are certainly the revision's; 0 or more, whole.
 * @param total All answers, at least `count`; with none the interval is 0–1.
 * @param options.possible Further answers that may be its own: the interval holds for every number of them.
 * @param options.alpha Above 0 and below 1.
 */
export function shareInterval(
	count: number,
	total: number,
	{possible = 0, alpha = intervalAlpha}: {possible?: number; alpha?: number} = {},
): Interval {
	if (![count, total, possible].every(Number.isSafeInteger) || count < 0 || count + possible > total) {
		throw new RangeError(`${count} to ${count + possible} of ${total} is no number of answers.`);
	}
	if (total === 0) return {low: 0, high: 1};
	const limit = -Math.log(alpha);
	return {
		low: count === 0 ? 0 : end(count, total, {limit, isLow: true}),
		high: count + possible === total ? 1 : end(count + possible, total, {limit, isLow: false}),
	};
}

/** The level of each row's interval so that all rows together hold at `alpha`: two rows are one statement, said twice. */
export function alphaPerRow(rows: number, alpha = intervalAlpha): number {
	return rows <= 2 ? alpha : alpha / rows;
}

function end(count: number, total: number, {limit, isLow}: {limit: number; isLow: boolean}): number {
	const isLikely = (share: number) => logEvidence([count, total - count], [share, 1 - share]) < limit;
	let inside = count / total;
	let outside = isLow ? 0 : 1;
	// To within 1e-12.
	for (let step = 0; step < 40; step++) {
		const middle = (inside + outside) / 2;
		if (isLikely(middle)) inside = middle;
		else outside = middle;
	}
	return inside;
}
