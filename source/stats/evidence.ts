/** What the e-processes have in common: when they speak, and how they are averaged. Pure. */

/**
 * ln E from which a comparison is suspicious, and from which it is claimed: while nothing is wrong, the chance that E
 * ever reaches 20 is at most 1/20, however often one looks (Ville's inequality).
 */
export const suspiciousFrom = Math.log(5);
export const claimedFrom = Math.log(20);

/** The logarithm of the mean of e^x over `logs`, without overflow. The mean of e-processes is one again. */
export function logMeanExp(logs: readonly number[]): number {
	const greatest = Math.max(...logs);
	if (greatest === -Infinity) return -Infinity;
	const sum = logs.reduce((total, log) => total + Math.exp(log - greatest), 0);
	return greatest + Math.log(sum / logs.length);
}

/**
 * The least whole number above 0 that `reaches`, which must stay true once it is; undefined where that is beyond `limit`.
 */
export function leastThatReaches(reaches: (number: number) => boolean, limit = 100_000): number | undefined {
	let high = 1;
	while (!reaches(high)) {
		high *= 2;
		if (high > limit) return undefined;
	}
	let low = Math.floor(high / 2);
	while (high - low > 1) {
		const middle = Math.floor((low + high) / 2);
		if (reaches(middle)) high = middle;
		else low = middle;
	}
	return high;
}
