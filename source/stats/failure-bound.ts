/**
 * How often a revision may fail at worst, given what was seen, for an operator who looks after every answer. Promotion
 * needs this: that no alarm was raised says little after ten requests. Clopper-Pearson's bound is for one look; looked at
 * all the time it passes a revision whose rate is the limit in 20–25 % of the runs.
 */
import {claimedFrom, leastThatReaches, logMeanExp} from './evidence.js';

/** The rates, as parts of the limit, under which the counts are weighed against the limit. */
const parts = [2, 4, 8, 16, 64] as const;

/**
 * ln of mean over q in {p0/2, p0/4, p0/8, p0/16, p0/64} of (q/p0)^s ((1−q)/(1−p0))^(n−s): the evidence that the failure
 * rate is below p0. While it is p0 or more, the chance that E ever reaches 1/α is at most α.
 *
 * @param failed s, 0–`asked`; may be a fraction (for projections).
 * @param limit p0, above 0 and below 1.
 */
export function logBoundEvidence(failed: number, asked: number, limit: number): number {
	return logMeanExp(
		parts.map(part => {
			const rate = limit / part;
			return -failed * Math.log(part) + (asked - failed) * (Math.log1p(-rate) - Math.log1p(-limit));
		}),
	);
}

/** The rates, as multiples of the limit, under which the counts are weighed where the rate may be above it. */
const multiples = [1.5, 2, 3, 5, 10] as const;

/**
 * ln of the mean over q in {1.5 p0, 2 p0, …} of (q/p0)^s ((1−q)/(1−p0))^(n−s): the evidence that the failure rate is above p0. While it
 * is p0 or less, the chance that E ever reaches 1/α is at most α.
 *
 * @param failed s, 0–`asked`; may be a fraction.
 * @param limit p0, above 0 and below 0.1.
 */
export function logAboveEvidence(failed: number, asked: number, limit: number): number {
	return logMeanExp(
		multiples.map(
			multiple =>
				failed * Math.log(multiple) + (asked - failed) * (Math.log1p(-multiple * limit) - Math.log1p(-limit)),
		),
	);
}

/** Steps of the grid between a rate and ten times that rate. */
const stepsPerDecade = 100;
/** 1 in 100,000 is below what anybody asks often enough to see. */
const decades = 5;

/**
 * The smallest rate of a fine grid (2.3 % apart, from 1 in 100,000) that the counts show the failure rate to be below,
 * with a chance of error of at most `alpha` at whatever moment one stops. 1 when nothing is shown.
 *
 * @param failed 0–`asked`, whole.
 * @returns A fraction, above 0, at most 1.
 * @throws RangeError when the counts are none.
 */
export function failureBound(failed: number, asked: number, alpha = 0.05): number {
	if (!Number.isSafeInteger(asked) || !Number.isSafeInteger(failed) || failed < 0 || failed > asked) {
		throw new RangeError(`${failed} of ${asked} is no number of failed requests.`);
	}
	const passes = (step: number) =>
		logBoundEvidence(failed, asked, 10 ** (step / stepsPerDecade - decades)) >= -Math.log(alpha);
	// What shows the rate to be below one limit shows it for every greater one: the evidence grows with the limit where
	// it is above 1.
	const steps = stepsPerDecade * decades;
	let low = 0;
	let high = steps;
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		if (passes(middle)) high = middle;
		else low = middle + 1;
	}
	return low >= steps ? 1 : 10 ** (low / stepsPerDecade - decades);
}

/**
 * About how many more answers until the rate is shown to be below `limit`, if it goes on failing as seldom as it did;
 * undefined when it is shown already, or would not be with 100,000 more.
 *
 * @param limit p0, above 0 and below 1.
 */
export function moreForBound(failed: number, asked: number, limit: number): number | undefined {
	if (logBoundEvidence(failed, asked, limit) >= claimedFrom) return undefined;
	const rate = asked === 0 ? 0 : failed / asked;
	return leastThatReaches(more => logBoundEvidence(failed + rate * more, asked + more, limit) >= claimedFrom);
}
