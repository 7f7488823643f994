import gammaln from '@stdlib/math-base-special-gammaln';

/** ln P(X = count) of a binomial distribution; 0 < share < 1. */
export function logBinomial(count: number, trials: number, share: number): number {
	return (
		gammaln(trials + 1) -
		gammaln(count + 1) -
		gammaln(trials - count + 1) +
		count * Math.log(share) +
		(trials - count) * Math.log1p(-share)
	);
}

/** P(X ≤ count) of a binomial distribution; 0–1. */
export function binomialAtMost(count: number, trials: number, share: number): number {
	if (count < 0) return 0;
	if (count >= trials || share <= 0) return 1;
	if (share >= 1) return 0;
	// From the larger side of the mean the other tail is summed: the terms fall from the first one on.
	if (count > trials * share) return Math.max(0, 1 - binomialAtMost(trials - count - 1, trials, 1 - share));
	// Each term from the one before, until the rest is beyond what a double can tell apart.
	let term = Math.exp(logBinomial(count, trials, share));
	let sum = term;
	for (let value = count; value > 0 && term > sum * 1e-18; value--) {
		term *= (value * (1 - share)) / ((trials - value + 1) * share);
		sum += term;
	}
	return Math.min(1, sum);
}

/**
 * The two-sided exact binomial test by twice the smaller tail, which Clopper and Pearson's interval (Biometrika 26, 1934)
 * turns around: a share is in the interval at 1 − α exactly when its p is at least α.
 */
export function binomialTest(count: number, trials: number, share: number): number {
	return Math.min(
		1,
		2 * Math.min(binomialAtMost(count, trials, share), binomialAtMost(trials - count, trials, 1 - share)),
	);
}

/** The shares that {@link binomialTest} does not refuse at `alpha`; both ends 0–1. For one look at a fixed number. */
export function binomialInterval(count: number, trials: number, alpha: number): {low: number; high: number} {
	if (trials === 0) return {low: 0, high: 1};
	return {
		low: count === 0 ? 0 : end(share => 1 - binomialAtMost(count - 1, trials, share), alpha / 2, true),
		high: count === trials ? 1 : end(share => binomialAtMost(count, trials, share), alpha / 2, false),
	};
}

/** Where a tail probability, which rises or falls with the share, passes `level`. */
function end(tail: (share: number) => number, level: number, isRising: boolean): number {
	let low = 0;
	let high = 1;
	for (let step = 0; step < 50; step++) {
		const middle = (low + high) / 2;
		if (tail(middle) < level === isRising) low = middle;
		else high = middle;
	}
	return isRising ? high : low;
}
