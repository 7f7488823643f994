/** The q-quantile by the nearest rank; NaN of nothing. */
export const quantile = (values: readonly number[], q: number): number => {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** At once when nothing is left of the time. */
export const pause = async (milliseconds: number): Promise<void> =>
	new Promise(resolve => {
		setTimeout(resolve, Math.max(0, milliseconds));
	});
