/**
 * Is the new revision slower than the old one? A sign test on pairs of requests that were sent in one slot, in random
 * order, anytime-valid: while the new one is not slower, at most every second pair is bad.
 */
import {claimedFrom, leastThatReaches, logMeanExp, suspiciousFrom} from './evidence.js';

export type LatencyVerdict = {
	/** slower: less than one such stream in 20 if it were not · suspicious: could be chance · not slower: nothing speaks for it so far. */
	state: 'slower' | 'suspicious' | 'not slower';
	/** ln E. */
	logE: number;
	/** About how many more pairs until "slower", if it goes on as it did; undefined when it is said already, or would not be. */
	more: number | undefined;
};

/** The share of bad pairs under the alternatives that are weighed. */
const alternatives = [0.55, 0.6, 0.7, 0.8, 0.9] as const;

/**
 * Whether a pair speaks against the new revision: more than a quarter slower, and by more than 5 ms, which is what a
 * network may add to either. Milliseconds.
 */
export function isBadPair(fresh: number, old: number): boolean {
	return fresh > 1.25 * old && fresh - old > 5;
}

/** ln of mean over q of (2q)^bad · (2(1−q))^(pairs−bad). Counts may be fractions (for projections). */
export function logLatencyEvidence(pairs: number, bad: number): number {
	return logMeanExp(alternatives.map(q => bad * Math.log(2 * q) + (pairs - bad) * Math.log(2 * (1 - q))));
}

/**
 * @param pairs Both answered, and neither from a pod that had just started.
 * @param bad Those of them that {@link isBadPair} calls so.
 * @throws RangeError when these are no such counts.
 */
export function latencyVerdict(pairs: number, bad: number): LatencyVerdict {
	if (!Number.isSafeInteger(pairs) || !Number.isSafeInteger(bad) || bad < 0 || bad > pairs) {
		throw new RangeError(`${bad} of ${pairs} is no number of pairs.`);
	}
	const logE = logLatencyEvidence(pairs, bad);
	const state = logE >= claimedFrom ? 'slower' : logE >= suspiciousFrom ? 'suspicious' : 'not slower';
	const more =
		state === 'suspicious'
			? leastThatReaches(number => {
					const factor = (pairs + number) / pairs;
					return logLatencyEvidence(pairs * factor, bad * factor) >= claimedFrom;
				})
			: undefined;
	return {state, logE, more};
}
