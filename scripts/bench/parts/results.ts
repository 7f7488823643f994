/** What was measured, as tables and as JSON. */

export type Result = {what: string; value: number; unit: string; comparedWith?: string};
export type Add = (what: string, value: number, unit: string, comparedWith?: string) => void;

/** A list and the function that adds to it. */
export function createResults(): {results: Result[]; add: Add} {
	const results: Result[] = [];
	return {
		results,
		add(what, value, unit, comparedWith) {
			results.push({what, value, unit, ...(comparedWith !== undefined && {comparedWith})});
		},
	};
}

const figure = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

export function printResults(title: string, results: readonly Result[]): void {
	const width = Math.max(...results.map(({what}) => what.length));
	console.log(`\n${title}`);
	for (const {what, value, unit, comparedWith = ''} of results) {
		console.log(
			`${what.padEnd(width)}  ${figure(value).padStart(7)} ${unit.padEnd(12)} ${comparedWith}`.trimEnd(),
		);
	}
}

const row = (...cells: readonly string[]) => console.log(cells.map(cell => cell.padStart(10)).join(''));

/** One column for each size, and how much more the last is than the first. */
export function printGrowth(all: readonly {services: number; results: readonly Result[]}[]): void {
	const [first] = all;
	if (!first) return;
	const width = Math.max(...first.results.map(({what}) => what.length));
	row(
		'services'.padEnd(width),
		...all.map(({services}) => String(services)),
		...(all.length > 1 ? ['growth'] : []),
	);
	for (const {what, unit, value} of first.results) {
		const values = all.map(({results}) => results.find(result => result.what === what)?.value ?? Number.NaN);
		const last = values.at(-1) ?? Number.NaN;
		const growth = value > 0 ? `× ${(last / value).toFixed(2)}` : '';
		row(
			what.padEnd(width),
			...values.map(each => figure(each)),
			...(all.length > 1 ? [growth] : []),
			` ${unit}`,
		);
	}
}
