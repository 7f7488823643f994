/** What a bar is drawn with: a full cell, an empty one, and parts of a full one from the least to the most. */
export type BarGlyphs = {
	readonly barFull: string;
	readonly barEmpty: string;
	readonly barParts: readonly string[];
};

export type BarCells = {
	/** The filled cells, the last one maybe in part. */
	readonly filled: string;
	readonly empty: string;
};

/**
The cells of a horizontal bar of exactly `width` columns.
@param fraction 0–1; what is outside is clamped, NaN is 0

The bar never says "none" or "all" of what is neither: more than nothing is at least the smallest part, less than
everything leaves at least the smallest part free. In a canary release 1 % and 99 % are the interesting ones.
*/
export const barCells = (
	fraction: number,
	width: number,
	{barFull, barEmpty, barParts}: BarGlyphs,
): BarCells => {
	const columns = Math.max(0, Math.floor(width));
	const clamped = Number.isNaN(fraction) ? 0 : Math.min(1, Math.max(0, fraction));
	const steps = barParts.length + 1;
	const total = columns * steps;
	let units = Math.round(clamped * total);
	if (total > 1) {
		units = clamped > 0 ? Math.max(1, units) : 0;
		units = clamped < 1 ? Math.min(total - 1, units) : total;
	}

	const full = Math.floor(units / steps);
	const part = units % steps === 0 ? '' : (barParts[(units % steps) - 1] ?? '');
	const filled = barFull.repeat(full) + part;
	return {filled, empty: barEmpty.repeat(columns - full - (part === '' ? 0 : 1))};
};
