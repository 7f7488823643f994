/**
 * How often a revision may fail at worst, given what was seen. Promotion needs this: that no alarm was raised says
 * little after ten requests.
 */
import {logBinomial} from './binomial.js';

/**
 * One-sided Clopper-Pearson upper bound of an error rate (Clopper and Pearson, Biometrika 26, 1934): the rate at which
 * so few failures, or fewer, would be seen with probability 1 − confidence. 1 when nothing was asked.
 *
 * @param failed 0–`asked`.
 * @param confidence Above 0 and below 1.
 * @returns A fraction, 0–1.
 * @throws RangeError when the counts are none.
 */
export function errorBound(failed: number, asked: number, confidence = 0.95): number {
	if (!Number.isSafeInteger(asked) || !Number.isSafeInteger(failed) || failed < 0 || failed > asked) {
		throw new RangeError(`${failed} of ${asked} is no number of failed requests.`);
	}
	if (failed === asked) return 1;
	// In closed form where most releases are: nothing has failed.
	if (failed === 0) return -Math.expm1(Math.log1p(-confidence) / asked);
	// The chance to see so few falls as the rate rises; 60 halvings are beyond what a double can tell apart.
	let low = failed / asked;
	let high = 1;
	for (let step = 0; step < 60; step++) {
		const middle = (low + high) / 2;
		if (atMost(failed, asked, middle) > 1 - confidence) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}

/**
 * How many requests, with no further failure, until the bound is at or below `limit`; undefined beyond 100 million.
 *
 * @param limit A rate, above 0 and below 1.
 */
export function requestsForBound(failed: number, limit: number, confidence = 0.95): number | undefined {
	if (failed === 0) return Math.ceil(Math.log1p(-confidence) / Math.log1p(-limit) - 1e-9);
	let low = failed;
	let high = 2 * failed;
	while (errorBound(failed, high, confidence) > limit) {
		low = high;
		high *= 2;
		if (high > 1e8) return undefined;
	}
	while (high - low > 1) {
		const middle = Math.floor((low + high) / 2);
		if (errorBound(failed, middle, confidence) > limit) low = middle;
		else high = middle;
	}
	return high;
}

/** P(X ≤ count) of a binomial distribution; 0 < share < 1. */
function atMost(count: number, trials: number, share: number): number {
	// From the largest term down, each from the one before, until the rest is beyond what a double can tell apart.
	let term = Math.exp(logBinomial(count, trials, share));
	let sum = term;
	for (let value = count; value > 0 && term > sum * 1e-18; value--) {
		term *= (value * (1 - share)) / ((trials - value + 1) * share);
		sum += term;
	}
	return Math.min(1, sum);
}
