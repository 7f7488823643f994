/**
 * Does the split that is seen agree with the one that is configured?
 *
 * Anytime-valid: the operator watches a stream and may look after every answer. E is an e-process (Dirichlet-multinomial
 * against the configured shares; Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022,
 * arXiv:2011.03567): while the configured split holds, the chance that E ever reaches 20 is at most 1/20 (Ville).
 */

import gammaln from '@stdlib/math-base-special-gammaln';
import {claimedFrom, leastThatReaches, suspiciousFrom} from './evidence.js';

/** One revision of the split. */
export type ShareCount = {
	key: string;
	/** What `status.traffic` gives it, in percent, 0–100; all together 100. */
	percent: number;
	/** Answers attributed to it since the route has settled on this split. */
	count: number;
};

export type SplitVerdict = {
	/**
	 * too few: a revision that gets nothing at all could still have gone unnoticed · agrees · suspicious: may be chance,
	 * may be not · disagrees: less than one such stream in 20 when the split is as configured · impossible: a revision
	 * configured 0 % has answered · unjudgeable: too many answers belong to nobody.
	 */
	state: 'too few' | 'agrees' | 'suspicious' | 'disagrees' | 'impossible' | 'unjudgeable';
	/** Answers attributed to a revision. */
	attributed: number;
	unattributed: number;
	/** Attributed answers from which on agreement can be told. */
	minimum: number;
	/** About how many more answers until more can be said; undefined when no more are needed or no number would do. */
	more: number | undefined;
	/** ln E, under the assignment of the unattributed answers that speaks most against agreement. */
	logE: number;
	/** Keys of revisions that are configured 0 % and have answered. */
	impossible: readonly string[];
	/** One sentence for the operator. */
	sentence: string;
};

/** K: how strongly the alternative is drawn to the configured split. 10 balances small and large deviations. */
const concentration = 10;
/** More than this share of unattributed answers, and the split cannot be judged. */
export const unattributedLimit = 0.05;

/**
 * ln E = lnΓ(K) − lnΓ(K+n) + Σ [lnΓ(Kθ+x) − lnΓ(Kθ) − x ln θ] over θ > 0. Counts may be fractions (for projections).
 *
 * @param counts One per share, ≥ 0; must be 0 where the share is.
 * @param shares θ, as fractions that sum to 1.
 */
export function logEvidence(counts: readonly number[], shares: readonly number[]): number {
	let total = 0;
	let sum = 0;
	for (const [index, share] of shares.entries()) {
		if (share <= 0) continue;
		const count = counts[index] ?? 0;
		total += count;
		sum += gammaln(concentration * share + count) - gammaln(concentration * share) - count * Math.log(share);
	}
	return gammaln(concentration) - gammaln(concentration + total) + sum;
}

/**
 * The number of answers after which even the smallest share would have shown with 99 % probability: ceil(ln 0.01 /
 * ln(1 − p)); at least 1.
 *
 * @param shares As fractions; those of 0 do not count.
 */
export function minimumAnswers(shares: readonly number[]): number {
	const smallest = Math.min(1, ...shares.filter(share => share > 0));
	// ceil of a ratio that is whole but for rounding must not be one too many.
	return Math.max(1, Math.ceil(Math.log(0.01) / Math.log1p(-smallest) - 1e-9));
}

/**
 * Unattributed answers (an error without a fingerprint, a body nobody knows) are never dropped: agreement must hold
 * with all of them given to whichever one revision makes it worst, and disagreement is only claimed when they could not
 * undo it, however they are given out. In between it is suspicious. So the promise about false alarms is kept.
 *
 * @throws RangeError when the percents do not sum to 100 or a count is negative or not whole.
 */
export function splitVerdict(rows: readonly ShareCount[], unattributed = 0): SplitVerdict {
	check(rows, unattributed);
	const shares = rows.map(row => row.percent / 100);
	const counts = rows.map(row => row.count);
	const attributed = counts.reduce((sum, count) => sum + count, 0);
	const minimum = minimumAnswers(shares);
	const impossible = rows.filter(row => row.percent === 0 && row.count > 0).map(row => row.key);
	const worst = worstEvidence(counts, shares, unattributed);
	const common = {attributed, unattributed, minimum, logE: worst, impossible, more: undefined};

	if (impossible.length > 0) {
		const who = impossible.join(', ');
		return {...common, state: 'impossible', sentence: `${who} answered, but is configured to get 0 %.`};
	}
	if (unattributed > unattributedLimit * (attributed + unattributed)) {
		return {
			...common,
			state: 'unjudgeable',
			sentence: `Errors: the split cannot be judged, ${unattributed} of ${attributed + unattributed} answers belong to no revision.`,
		};
	}
	if (worst >= claimedFrom && mildestEvidence(counts, shares, unattributed) >= claimedFrom) {
		return {...common, state: 'disagrees', sentence: 'Disagrees with the configured split.'};
	}
	if (worst >= suspiciousFrom) {
		const more = projection(counts, shares);
		return {
			...common,
			state: 'suspicious',
			more,
			sentence: `Suspicious: may be chance${moreSentence(more)}.`,
		};
	}
	if (attributed < minimum) {
		const more = minimum - attributed;
		return {...common, state: 'too few', more, sentence: `Too few answers to tell${moreSentence(more)}.`};
	}
	return {...common, state: 'agrees', sentence: 'Agrees with the configured split.'};
}

function moreSentence(more: number | undefined): string {
	return more === undefined ? '' : `, need ${more === 1 ? '1' : `~${more}`} more`;
}

function check(rows: readonly ShareCount[], unattributed: number): void {
	const sum = rows.reduce((total, row) => total + row.percent, 0);
	if (Math.abs(sum - 100) > 1e-9 || rows.some(row => row.percent < 0)) {
		throw new RangeError(`The shares of a split sum to 100, not to ${sum}.`);
	}
	for (const count of [unattributed, ...rows.map(row => row.count)]) {
		if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is no number of answers.`);
	}
}

/** ln E is convex in the counts, so its greatest value is reached with all unattributed answers given to one revision. */
function worstEvidence(counts: readonly number[], shares: readonly number[], unattributed: number): number {
	return Math.max(
		...shares.flatMap((share, chosen) =>
			share > 0
				? [
						logEvidence(
							counts.map((count, index) => count + (index === chosen ? unattributed : 0)),
							shares,
						),
					]
				: [],
		),
	);
}

/**
 * The least ln E that the unattributed answers allow. One more answer for a revision raises ln E by ln(K + x/θ) less
 * what it costs in n, the same for all; ln E being convex and separable, giving each answer to the smallest x/θ is
 * optimal.
 */
function mildestEvidence(counts: readonly number[], shares: readonly number[], unattributed: number): number {
	const filled = [...counts];
	for (let left = unattributed; left > 0; left--) {
		let least = -1;
		let leastRatio = Infinity;
		for (const [index, share] of shares.entries()) {
			const ratio = (filled[index] ?? 0) / share;
			if (share > 0 && ratio < leastRatio) {
				least = index;
				leastRatio = ratio;
			}
		}
		filled[least] = (filled[least] ?? 0) + 1;
	}
	return logEvidence(filled, shares);
}

/** How many more answers, in the proportions seen so far, would make it a disagreement; undefined beyond 100,000. */
function projection(counts: readonly number[], shares: readonly number[]): number | undefined {
	const total = counts.reduce((sum, count) => sum + count, 0);
	if (total === 0) return undefined;
	return leastThatReaches(more => {
		const factor = (total + more) / total;
		return (
			logEvidence(
				counts.map(count => count * factor),
				shares,
			) >= claimedFrom
		);
	});
}
