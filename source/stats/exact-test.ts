/**
 * The chance to see counts as unlikely as these, or less likely, under given shares: for one look at a number of
 * requests that was fixed beforehand. With two shares it is the two-sided binomial test; both as R's `binom.test` and
 * the exact multinomial test order outcomes, by their probability.
 */
import gammaln from '@stdlib/math-base-special-gammaln';

/** Outcomes that are counted one by one; beyond that they are drawn. Some tenths of a second. */
const enumerable = 2_000_000;
const draws = 9999;
/** Probabilities that are equal but for rounding are equal. */
const tolerance = 1e-7;

export type ExactTest = {
	/** 0–1. */
	p: number;
	/** Exact to rounding, or estimated from so many draws. */
	method: 'exact' | 'monte carlo';
};

/**
 * @param counts One per share, whole, ≥ 0. One above 0 where the share is 0 makes p 0.
 * @param shares θ, as fractions that sum to 1, or none.
 * @param random Uniform in [0, 1); for the estimate only.
 */
export function exactTest(
	counts: readonly number[],
	shares: readonly number[],
	random: () => number = Math.random,
): ExactTest {
	if (counts.some((count, index) => count > 0 && !((shares[index] ?? 0) > 0))) {
		return {p: 0, method: 'exact'};
	}
	const kept = shares.flatMap((share, index) => (share > 0 ? [{share, count: counts[index] ?? 0}] : []));
	// Nothing is to be had, and nothing was: there is no other outcome.
	if (kept.length === 0) return {p: 1, method: 'exact'};
	const positive = kept.map(({share}) => share);
	const seen = kept.map(({count}) => count);
	const total = seen.reduce((sum, count) => sum + count, 0);
	const limit = logProbability(seen, positive) + tolerance;
	return outcomes(total, positive.length) <= enumerable
		? {p: Math.min(1, enumerate(total, positive, limit)), method: 'exact'}
		: {p: estimate(total, positive, limit, random), method: 'monte carlo'};
}

/** ln of the multinomial probability of these counts; all shares above 0. */
export function logProbability(counts: readonly number[], shares: readonly number[]): number {
	let total = 0;
	let sum = 0;
	for (const [index, share] of shares.entries()) {
		const count = counts[index] ?? 0;
		total += count;
		sum += count * Math.log(share) - gammaln(count + 1);
	}
	return sum + gammaln(total + 1);
}

/** How many ways there are to share out `total` answers: (n+k−1 over k−1). */
function outcomes(total: number, parts: number): number {
	let ways = 1;
	for (let part = 1; part < parts; part++) ways = (ways * (total + part)) / part;
	return ways;
}

function enumerate(total: number, shares: readonly number[], limit: number): number {
	const logs = shares.map(share => Math.log(share));
	const logFactorial = Array.from({length: total + 1}, (_, count) => gammaln(count + 1));
	const last = shares.length - 1;
	const term = (index: number, count: number) => count * (logs[index] ?? 0) - (logFactorial[count] ?? 0);
	function below(index: number, left: number, sum: number): number {
		if (index === last) {
			const log = sum + term(index, left);
			return log <= limit ? Math.exp(log) : 0;
		}
		let probability = 0;
		for (let count = 0; count <= left; count++) {
			probability += below(index + 1, left - count, sum + term(index, count));
		}
		return probability;
	}
	return below(0, total, logFactorial[total] ?? 0);
}

/** (1 + draws as unlikely) / (1 + draws): never 0, and so never too sure (Davison and Hinkley 1997, §4.2). */
function estimate(total: number, shares: readonly number[], limit: number, random: () => number): number {
	let unlikely = 0;
	const ends: number[] = [];
	for (const share of shares) ends.push((ends.at(-1) ?? 0) + share);
	for (let draw = 0; draw < draws; draw++) {
		const counts = shares.map(() => 0);
		for (let answer = 0; answer < total; answer++) {
			const at = random();
			const found = ends.findIndex(end => at < end);
			const index = found === -1 ? counts.length - 1 : found;
			counts[index] = (counts[index] ?? 0) + 1;
		}
		if (logProbability(counts, shares) <= limit) unlikely++;
	}
	return (1 + unlikely) / (1 + draws);
}
