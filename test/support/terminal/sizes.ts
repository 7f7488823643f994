/** Columns and rows: less than there is room for a pane, the least of each layout, and more than anybody has. */
export const manySizes: readonly (readonly [cols: number, rows: number])[] = [
	[2, 2],
	[19, 5],
	[20, 6],
	[40, 10],
	[79, 23],
	[132, 43],
	[300, 100],
	[500, 200],
];
