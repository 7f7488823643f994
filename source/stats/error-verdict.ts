/**
 * Does the new revision fail more often than the old one?
 *
 * Anytime-valid, like the split's verdict: only failing requests are looked at. While the new revision is not worse,
 * each of them comes from the new one with at most the probability ρ with which a request went there, so for every lift
 * δ > 1 the product below is a supermartingale that begins at 1. Where two revisions are asked in pairs, ρ = 0.5 whatever
 * the split: a pair in which both fail multiplies it by 1 − (2q − 1)² ≤ 1, so that an outage of both proves nothing.
 */
import {claimedFrom, leastThatReaches, logMeanExp, suspiciousFrom} from './evidence.js';

/** Requests that failed while the new revision got the share `exposure` of them. */
export type Failures = {
	/** ρ, above 0 and below 1: 0.5 for paired probes. */
	exposure: number;
	/** How many of the failed ones were the new revision's, and the old one's. */
	fresh: number;
	old: number;
};

export type RequestCounts = {asked: number; failed: number};

export type ErrorVerdict = {
	/** worse: less than one such stream in 20 if it were not · suspicious: could be chance · not worse: nothing speaks for it so far. */
	state: 'worse' | 'suspicious' | 'not worse';
	/** ln E. */
	logE: number;
	/** About how many more pairs until "worse", if it goes on as it did; undefined when it is said already, or would not be. */
	more: number | undefined;
};

/** δ: how many times as often the new revision fails, under the alternatives that are weighed. */
const lifts = [1.5, 2, 3, 5, 10, 30] as const;

/**
 * ln of mean over δ of Π (q/ρ if the new one failed, (1−q)/(1−ρ) if the old one did), q = ρδ / (ρδ + 1 − ρ).
 * Counts may be fractions (for projections).
 *
 * @throws RangeError when an exposure is not above 0 and below 1.
 */
export function logErrorEvidence(strata: readonly Failures[]): number {
	for (const {exposure} of strata) {
		if (!(exposure > 0 && exposure < 1)) {
			throw new RangeError(`An exposure of ${exposure}: the new revision's share lies between 0 and 1.`);
		}
	}
	return logMeanExp(lifts.map(lift => strata.reduce((sum, stratum) => sum + logFactor(stratum, lift), 0)));
}

function logFactor({exposure, fresh, old}: Failures, lift: number): number {
	const q = (exposure * lift) / (exposure * lift + 1 - exposure);
	return fresh * Math.log(q / exposure) + old * Math.log((1 - q) / (1 - exposure));
}

/** The verdict on as many requests to the new revision as to the old one, sent in pairs. */
export function errorVerdict(fresh: RequestCounts, old: RequestCounts): ErrorVerdict {
	check(fresh);
	check(old);
	const evidence = (factor: number) =>
		logErrorEvidence([{exposure: 0.5, fresh: fresh.failed * factor, old: old.failed * factor}]);
	const logE = evidence(1);
	const pairs = Math.min(fresh.asked, old.asked);
	const state = logE >= claimedFrom ? 'worse' : logE >= suspiciousFrom ? 'suspicious' : 'not worse';
	const more =
		state === 'suspicious' && pairs > 0
			? leastThatReaches(number => evidence((pairs + number) / pairs) >= claimedFrom)
			: undefined;
	return {state, logE, more};
}

function check({asked, failed}: RequestCounts): void {
	if (!Number.isSafeInteger(asked) || !Number.isSafeInteger(failed) || failed < 0 || failed > asked) {
		throw new RangeError(`${failed} of ${asked} is no number of failed requests.`);
	}
}
