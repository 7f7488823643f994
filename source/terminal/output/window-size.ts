/** What a window is that does not tell its size. */
const usual = {columns: 80, rows: 24};

/**
 * What is drawn in at the most: more than any screen shows. A size beyond it is a mistake (`stty rows 65535`), and its frames would
 * take seconds, or be longer than a string may be.
 */
const most = {columns: 1000, rows: 300};

const whole = (text: string | undefined): number => (/^\d{1,4}$/.test(text ?? '') ? Number(text) : 0);

/**
 * Columns and rows of a window to draw in: each at least 1, at the most 1000 and 300. `ssh -tt` and some CI systems open a
 * terminal of 0 by 0: there COLUMNS and LINES count, as everywhere (POSIX, §8.3), and else 80 by 24.
 */
export function windowSize(
	terminal: {readonly columns?: number | undefined; readonly rows?: number | undefined},
	env: Readonly<Record<string, string | undefined>> = process.env,
): {columns: number; rows: number} {
	const {columns = 0, rows = 0} = terminal;
	return {
		columns: Math.min(most.columns, columns > 0 ? columns : whole(env['COLUMNS']) || usual.columns),
		rows: Math.min(most.rows, rows > 0 ? rows : whole(env['LINES']) || usual.rows),
	};
}
