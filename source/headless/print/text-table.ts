/** Columns of text as kubectl prints them: headings in capitals, three spaces between. */
import stringWidth from 'string-width';

/** @param rows The headings first; every row as long as the first. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
	const widths = (rows[0] ?? []).map((_, column) =>
		Math.max(...rows.map(row => stringWidth(row[column] ?? ''))),
	);
	return rows.map(row =>
		row
			.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))))
			.join('   ')
			.trimEnd(),
	);
}
