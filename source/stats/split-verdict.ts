/**
 * Does the split that is seen agree with the one that is configured? Anytime-valid: the operator watches a stream and may
 * look after every answer (split-evidence.ts).
 */
import {claimedFrom, leastThatReaches, suspiciousFrom} from './evidence.js';
import {greatestEvidence, leastEvidence, logEvidence, type AmbiguousAnswers} from './split-evidence.js';
import {alphaPerRow, shareInterval} from './share-interval.js';

/** One revision of the split. */
export type ShareCount = {
	key: string;
	/** What `status.traffic` gives it, in percent, 0–100; all together 100. */
	percent: number;
	/** Answers that are certainly its own, since the route has settled on this split. */
	count: number;
};

/** Answers that are one of several revisions'. */
export type SharedAnswers = {
	/** Keys of rows; at least one. */
	candidates: readonly string[];
	count: number;
};

export type SplitVerdict = {
	/**
	 * too few: a revision that gets nothing at all could still have gone unnoticed · agrees: no contradiction so far ·
	 * suspicious: possibly off, could be chance · disagrees: less than one such stream in 20 when the split is as
	 * configured · impossible: a revision configured 0 % has answered · unjudgeable: it depends on whose the answers are
	 * that may be several revisions'.
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
 * Answers that may be several revisions' are never dropped and never guessed: agreement must survive every way to give
 * them out, and a disagreement every way, too. Else the split cannot be judged. So the promise about false alarms is kept
 * as long as the one who gave an answer is among its candidates.
 *
 * @throws RangeError when the percents do not sum to 100, a count is negative or not whole, or a candidate is no row.
 */
export function splitVerdict(
	rows: readonly ShareCount[],
	shared: readonly SharedAnswers[] = [],
): SplitVerdict {
	check(rows, shared);
	const shares = rows.map(row => row.percent / 100);
	const counts = rows.map(row => row.count);
	const groups = toGroups(rows, shared);
	const attributed = counts.reduce((sum, count) => sum + count, 0);
	const unattributed = shared.reduce((sum, {count}) => sum + count, 0);
	const minimum = minimumAnswers(shares);
	const impossible = impossibleOf(rows, shared);
	const worst = greatestEvidence(counts, shares, groups);
	const common = {attributed, unattributed, minimum, logE: worst, impossible, more: undefined};

	if (impossible.length > 0) {
		const who = impossible.join(' or ');
		return {...common, state: 'impossible', sentence: `${who} answered, and is set to get 0 %.`};
	}
	const least = groups.length === 0 ? worst : leastEvidence(counts, shares, groups);
	if (least >= claimedFrom) {
		return {...common, state: 'disagrees', sentence: 'Users do not get the split that is set.'};
	}
	if (least >= suspiciousFrom) {
		const more = projection(counts, shares, groups);
		return {
			...common,
			state: 'suspicious',
			more,
			sentence: `Possibly off; could be chance${moreWords(more)}.`,
		};
	}
	// With three revisions and more, one share alone may stand out further than all of them together.
	const contradicted = contradictedShare(rows, unattributed);
	if (worst >= suspiciousFrom || (contradicted && unattributed > 0)) {
		return {
			...common,
			state: 'unjudgeable',
			sentence: `Split cannot be judged: ${unattributed} of ${attributed + unattributed} answers could be of several revisions.`,
		};
	}
	if (contradicted) return {...common, state: 'suspicious', sentence: 'Possibly off; could be chance.'};
	if (attributed < minimum) {
		const more = minimum - attributed;
		return {...common, state: 'too few', more, sentence: `Too few answers to tell${moreWords(more)}.`};
	}
	return {...common, state: 'agrees', sentence: 'No contradiction with the split so far.'};
}

/** `, ~44 more needed`; nothing when no number would do. */
function moreWords(more: number | undefined): string {
	return more === undefined ? '' : `, ${more === 1 ? '1' : `~${more}`} more needed`;
}

function check(rows: readonly ShareCount[], shared: readonly SharedAnswers[]): void {
	const sum = rows.reduce((total, row) => total + row.percent, 0);
	if (Math.abs(sum - 100) > 1e-9 || rows.some(row => row.percent < 0)) {
		throw new RangeError(`The shares of a split sum to 100, not to ${sum}.`);
	}
	for (const {count} of [...rows, ...shared]) {
		if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is no number of answers.`);
	}
	for (const {candidates} of shared) {
		if (candidates.length === 0 || candidates.some(key => !rows.some(row => row.key === key))) {
			throw new RangeError(`Answers of ${candidates.join(' or ')} are none of this split.`);
		}
	}
}

function toGroups(rows: readonly ShareCount[], shared: readonly SharedAnswers[]): AmbiguousAnswers[] {
	return shared
		.filter(({count}) => count > 0)
		.map(({candidates, count}) => ({
			candidates: candidates.map(key => rows.findIndex(row => row.key === key)),
			count,
		}));
}

/** Revisions at 0 % that have answered: certainly, or one of several of which none has a share. */
function impossibleOf(rows: readonly ShareCount[], shared: readonly SharedAnswers[]): string[] {
	const without = new Set(rows.filter(({percent}) => percent === 0).map(({key}) => key));
	return [
		...rows.filter(({key, count}) => count > 0 && without.has(key)).map(({key}) => key),
		...shared
			.filter(({candidates, count}) => count > 0 && candidates.every(key => without.has(key)))
			.flatMap(({candidates}) => candidates),
	].filter((key, index, all) => all.indexOf(key) === index);
}

/** Whether the interval that is shown of a revision leaves out what it is set to get: then ✓ must not stand beside it. */
function contradictedShare(rows: readonly ShareCount[], unattributed: number): boolean {
	if (rows.length < 3) return false;
	const total = rows.reduce((sum, {count}) => sum + count, unattributed);
	const alpha = alphaPerRow(rows.length);
	return rows.some(({percent, count}) => {
		const {low, high} = shareInterval(count, total, {possible: unattributed, alpha});
		return percent / 100 < low || percent / 100 > high;
	});
}

/** How many more answers, in the proportions seen so far, would make it a disagreement; undefined beyond 100,000. */
function projection(
	counts: readonly number[],
	shares: readonly number[],
	groups: readonly AmbiguousAnswers[],
): number | undefined {
	// What is unattributed is left where it speaks least for it.
	if (groups.length > 0) return undefined;
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
