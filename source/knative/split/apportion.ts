/**
 * Whole shares by the largest-remainder method (Hamilton): each gets the floor of its exact share, and what is left goes,
 * one each, to those with the largest fractions; of equal fractions the first goes first.
 */

/**
 * Whole numbers that sum to `total` (whole, ≥ 0), in proportion to `weights` (≥ 0) by largest remainder; evenly when all
 * weights are 0. Weights that are whole and sum to `total` are returned as they are.
 */
export function apportion(weights: readonly number[], total: number): number[] {
	const sum = weights.reduce((left, right) => left + right, 0);
	if (weights.length === 0) return [];
	if (sum === 0) return apportion(Array<number>(weights.length).fill(1), total);
	// Integers up to the division, so that equal fractions are found equal and ties do not hang on rounding errors.
	const parts = weights.map((weight, index) => {
		const product = weight * total;
		return {index, whole: Math.floor(product / sum), remainder: product % sum};
	});
	let left = total - parts.reduce((whole, part) => whole + part.whole, 0);
	for (const part of parts.toSorted((a, b) => b.remainder - a.remainder || a.index - b.index)) {
		if (left-- <= 0) break;
		part.whole += 1;
	}
	return parts.map(part => part.whole);
}
