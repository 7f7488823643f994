/** Rows of cells (`cellsOf`) without the ages at their ends: those change by themselves. */
const age = / *\d+[smhd] *[│|]?$/;

export const withoutAges = (rows: readonly string[]): string[] =>
	rows.map(row => {
		const cells = row.split(' | ');
		// One character for each cell, so that they count alike.
		const text = cells
			.map(cell => (cell.startsWith('blank') ? ' ' : (/^\S(?= )/u.exec(cell)?.[0] ?? '?')))
			.join('');
		const found = age.exec(text);
		return found ? [...cells.slice(0, found.index), 'age'].join(' | ') : row;
	});
