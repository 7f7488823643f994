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
