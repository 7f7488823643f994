/**
The last `width` values as one character each, the newest at the right; blanks where there are none yet.
@param greatest what the highest level stands for; the lowest stands for anything from 0 on
@param levels characters from the lowest to the highest, at least one
*/
export const sparkline = (
	values: readonly number[],
	width: number,
	{greatest, levels}: {readonly greatest: number; readonly levels: readonly string[]},
): string =>
	(width < 1 ? [] : values.slice(-width))
		.map(value => {
			const share = greatest > 0 ? Math.min(1, Math.max(0, value / greatest)) : 0;
			return levels[Math.max(0, Math.ceil(share * levels.length) - 1)] ?? '';
		})
		.join('')
		.padStart(Math.max(0, width));
