/**
 * Takes the stretches of time apart into those that have the share of the split, and one run of them with a share of its own: a gateway
 * that gave users another split for a while. Pure.
 */

/** Requests of one stretch of time by revision, in the same order in all of them. */
export type Stretch = readonly number[];

/** Stretches in a row that have one share: that of the split, or one of their own. */
export type Part = {stretches: readonly Stretch[]; shares?: readonly number[]};

/** Requests in a stretch below which its share says nothing. */
export const fewestRequests = 10;
/** Looks that the search for the run is worth. */
export const searched = 2;

/** By how many standard errors a stretch deviates, at least, that is taken to be one of the run. */
const leastDeviation = 0.5;
/** Stretches by which an end of the run that is found first may be off. */
const reach = 2;
/** Of the last stretches each number up to that is tried as a run: what has only begun is hardly found otherwise. */
const longestTail = 8;
/** Looks that another run than the first one has to leave. */
const fewestLeft = 3;

/** How many answers there are in a stretch, of all revisions. */
export const totalOf = (counts: Stretch): number => counts.reduce((sum, count) => sum + count, 0);

/** Stretches from one, to before another. */
type Run = {from: number; to: number};

/**
 * All stretches as one, or a run apart from the others, without the stretches in which one became the other: whichever single stretches
 * are nearest to.
 *
 * @param shares Of the split, as fractions that sum to 1.
 */
export function partsOf(stretches: readonly Stretch[], shares: readonly number[]): Part[] {
	const found = runOf(stretches, shares);
	if (!found) return [{stretches}];
	const sums = sumsOf(stretches, shares);
	let best = {deviation: deviationWhole(sums), run: undefined as Run | undefined};
	for (const run of runsNear(found, stretches.length)) {
		const {deviation, looks} = deviationApart(sums, run);
		const isFirst = run.from === found.from && run.to === found.to;
		// One that leaves nothing to look at would explain anything.
		if ((isFirst || looks >= fewestLeft) && deviation < best.deviation) best = {deviation, run};
	}
	if (!best.run) return [{stretches}];
	const {from, to} = best.run;
	const inside = innerOf(best.run, stretches.length);
	return [
		{stretches: stretches.slice(0, from), shares},
		{stretches: stretches.slice(inside.from, inside.to)},
		{stretches: stretches.slice(to), shares},
	];
}

function runsNear({from, to}: Run, length: number): Run[] {
	const runs: Run[] = [];
	for (let first = Math.max(0, from - reach); first <= from + reach; first++) {
		for (let end = Math.max(first + 1, to - reach); end <= Math.min(length, to + reach); end++) {
			runs.push({from: first, to: end});
		}
	}
	for (let tail = 1; tail <= Math.min(longestTail, length - 1); tail++) {
		runs.push({from: length - tail, to: length});
	}
	return runs;
}

/** Without the stretches in which one share became another. */
const innerOf = ({from, to}: Run, length: number): Run => ({
	from: from === 0 ? from : from + 1,
	to: to === length ? to : to - 1,
});

/** Of all stretches before each, and of all of them. */
type Sums = {
	readonly looks: readonly number[];
	/** Pearson's statistic about the shares of the split. */
	readonly deviations: readonly number[];
	/** By revision. */
	readonly counts: readonly (readonly number[])[];
	/** By revision: of the square of its requests, over all of the stretch. */
	readonly squares: readonly (readonly number[])[];
};

function sumsOf(stretches: readonly Stretch[], shares: readonly number[]): Sums {
	const looks = [0];
	const deviations = [0];
	const counts = shares.map(() => [0]);
	const squares = shares.map(() => [0]);
	for (const stretch of stretches) {
		const total = totalOf(stretch);
		const isTold = total >= fewestRequests;
		let deviation = 0;
		for (const [place, share] of shares.entries()) {
			const count = stretch[place] ?? 0;
			if (share > 0) deviation += (count - total * share) ** 2 / (total * share);
			add(counts[place] ?? [], isTold ? count : 0);
			add(squares[place] ?? [], isTold ? count ** 2 / total : 0);
		}
		add(looks, isTold ? 1 : 0);
		add(deviations, isTold ? deviation : 0);
	}
	return {looks, deviations, counts, squares};
}

function add(sums: number[], value: number): void {
	sums.push((sums.at(-1) ?? 0) + value);
}

const between = (sums: readonly number[], {from, to}: Run): number => (sums[to] ?? 0) - (sums[from] ?? 0);

/** Pearson's statistic of these stretches about the shares that they have together. */
function deviationInside({counts, squares}: Sums, run: Run): number {
	const own = counts.map(sums => between(sums, run));
	const total = totalOf(own);
	return own.reduce(
		(sum, count, place) => (count > 0 ? sum + (between(squares[place] ?? [], run) * total) / count : sum),
		-total,
	);
}

/** A look, as an average; of stretches about the share that they have together. */
function deviationWhole(sums: Sums): number {
	const whole = {from: 0, to: sums.looks.length - 1};
	return deviationInside(sums, whole) / (between(sums.looks, whole) - 1);
}

/** The same, of a run about its own share and of all others about that of the split. */
function deviationApart(sums: Sums, run: Run): {deviation: number; looks: number} {
	const length = sums.looks.length - 1;
	const inside = innerOf(run, length);
	const outside = [
		{from: 0, to: run.from},
		{from: run.to, to: length},
	];
	const ofOutside = (values: readonly number[]) =>
		outside.reduce((sum, part) => sum + between(values, part), 0);
	const insideLooks = inside.to > inside.from ? between(sums.looks, inside) : 0;
	const sum = ofOutside(sums.deviations) + (inside.to > inside.from ? deviationInside(sums, inside) : 0);
	const looks = ofOutside(sums.looks) + Math.max(0, insideLooks - 1) - searched;
	return {deviation: sum / Math.max(1, looks), looks};
}

/** The stretches in a row that deviate most from the split, all to the same side; undefined where none do. */
function runOf(stretches: readonly Stretch[], shares: readonly number[]): Run | undefined {
	let best: (Run & {sum: number}) | undefined;
	for (const [place, share] of shares.entries()) {
		if (share <= 0 || share >= 1) continue;
		const deviations = stretches.map(counts => {
			const total = totalOf(counts);
			const off = (counts[place] ?? 0) - total * share;
			return total > 0 ? off / Math.sqrt(total * share * (1 - share)) : 0;
		});
		for (const signed of [deviations, deviations.map(off => -off)]) {
			const rough = greatestRun(signed, leastDeviation);
			if (!rough) continue;
			// What is nearer to the split than to the others of the run is none of it.
			const mean = signed.slice(rough.from, rough.to).reduce((sum, off) => sum + off, 0);
			const run = greatestRun(signed, Math.max(leastDeviation, mean / (rough.to - rough.from) / 2));
			if (run && run.sum > (best?.sum ?? 0)) best = run;
		}
	}
	return best;
}

/** The run with the greatest sum of what is above `least` (Kadane). */
function greatestRun(values: readonly number[], least: number): (Run & {sum: number}) | undefined {
	let best: (Run & {sum: number}) | undefined;
	let from = 0;
	let sum = 0;
	for (const [index, value] of values.entries()) {
		sum += value - least;
		if (sum <= 0) {
			sum = 0;
			from = index + 1;
		} else if (sum > (best?.sum ?? 0)) best = {from, to: index + 1, sum};
	}
	return best;
}
