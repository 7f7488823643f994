/** Does the split agree with the expected one, judged once, after a number of requests that was fixed beforehand? */
import {binomialInterval, binomialTest} from './binomial.js';
import {exactTest, logProbability, type ExactTest} from './exact-test.js';
import type {Interval} from './share-interval.js';
import {minimumAnswers, type ShareCount, type SharedAnswers} from './split-verdict.js';

export type FixedVerdict = {
	state: 'agrees' | 'disagrees' | 'cannot tell';
	/**
	 * The chance to see a split as unlikely as this, or less likely, if it were as expected; of the assignment of the
	 * unattributed answers that the state rests on. Undefined where no test was made.
	 */
	p: number | undefined;
	method: ExactTest['method'] | undefined;
	attributed: number;
	unattributed: number;
	/** Attributed answers from which on agreement can be told. */
	minimum: number;
	/** One sentence. */
	sentence: string;
};

type FixedOptions = {
	shared?: readonly SharedAnswers[];
	/** The chance of calling a correct split wrong, above 0 and below 1. */
	alpha?: number;
	/** Uniform in [0, 1), for splits with too many outcomes to count. */
	random?: () => number;
};

/**
 * Answers that may be several revisions' are given out in the way that speaks least for what is claimed: agreement must
 * hold when they belong where they make it worst, disagreement when they belong where they explain most.
 *
 * @param rows Percents sum to 100; those of 0 must have no answer.
 */
export function fixedVerdict(
	rows: readonly ShareCount[],
	{shared = [], alpha = 0.01, random}: FixedOptions = {},
): FixedVerdict {
	const attributed = rows.reduce((sum, {count}) => sum + count, 0);
	const unattributed = shared.reduce((sum, {count}) => sum + count, 0);
	const minimum = minimumAnswers(rows.map(({percent}) => percent / 100));
	const common = {attributed, unattributed, minimum, p: undefined, method: undefined};
	const without = new Set(rows.filter(({percent}) => percent === 0).map(({key}) => key));
	const wrong = [
		...rows.filter(({key, count}) => count > 0 && without.has(key)).map(({key}) => key),
		...shared
			.filter(({candidates, count}) => count > 0 && candidates.every(key => without.has(key)))
			.flatMap(({candidates}) => candidates),
	];
	if (wrong.length > 0) {
		const who = [...new Set(wrong)].join(' or ');
		return {
			...common,
			p: 0,
			method: 'exact',
			state: 'disagrees',
			sentence: `Disagrees: ${who} answered, and is set to get 0 %.`,
		};
	}
	const judge = (assigned: readonly ShareCount[]) => testOf(assigned, random);
	const assignments = [...mildest(rows, shared), ...extremes(rows, shared)].map(assigned => ({
		assigned,
		test: judge(assigned),
	}));
	const mild = assignments.reduce((found, other) => (other.test.p > found.test.p ? other : found));
	const worst = assignments.reduce((found, other) => (other.test.p < found.test.p ? other : found));
	if (mild.test.p < alpha) {
		return {
			...common,
			...mild.test,
			state: 'disagrees',
			sentence: `Disagrees with the expected split${chance(mild.test.p)}.`,
		};
	}
	// A revision at 0 % that may have answered, or a share that its own interval leaves out.
	const mayBeWrong = shared.some(
		({candidates, count}) => count > 0 && candidates.some(key => without.has(key)),
	);
	if (worst.test.p < alpha || mayBeWrong) {
		return {
			...common,
			...worst.test,
			state: 'cannot tell',
			sentence: `Cannot tell: it depends on whose the ${unattributed} unattributed answers are.`,
		};
	}
	if (attributed < minimum) {
		return {
			...common,
			...worst.test,
			state: 'cannot tell',
			sentence: `Cannot tell: ${attributed} attributed answers, and this split needs ${minimum}.`,
		};
	}
	const outside = rows.find(({key, percent}) => {
		const {low, high} = fixedInterval(rows, key, {shared, alpha});
		return percent / 100 < low || percent / 100 > high;
	});
	if (outside) {
		return {
			...common,
			...worst.test,
			state: 'cannot tell',
			sentence: `Cannot tell: the share of ${outside.key} alone stands out, all together do not.`,
		};
	}
	return {
		...common,
		...worst.test,
		state: 'agrees',
		sentence: `Agrees with the expected split${chance(worst.test.p)}.`,
	};
}

/**
 * Where the share of a row lies by the test that judges it, at its own α: what is outside is refused. With three rows and
 * more, all intervals together hold with 1 − α.
 */
export function fixedInterval(
	rows: readonly ShareCount[],
	key: string,
	{shared = [], alpha = 0.01}: Pick<FixedOptions, 'shared' | 'alpha'> = {},
): Interval {
	const count = rows.find(row => row.key === key)?.count ?? 0;
	const possible = shared.reduce(
		(sum, {candidates, count: more}) => sum + (candidates.includes(key) ? more : 0),
		0,
	);
	const total =
		rows.reduce((sum, row) => sum + row.count, 0) + shared.reduce((sum, {count: more}) => sum + more, 0);
	const own = rows.length <= 2 ? alpha : alpha / rows.length;
	return {
		low: binomialInterval(count, total, own).low,
		high: binomialInterval(count + possible, total, own).high,
	};
}

const chance = (p: number) => ` (p ${p < 0.0001 ? '< 0.0001' : `= ${p.toPrecision(2)}`})`;

function testOf(rows: readonly ShareCount[], random: (() => number) | undefined): ExactTest {
	const shared = rows.filter(({percent}) => percent > 0);
	const [first, second] = shared;
	if (first && second && shared.length === 2) {
		// By the test that the intervals turn around, so that the two cannot contradict each other.
		return {
			p: binomialTest(first.count, first.count + second.count, first.percent / 100),
			method: 'exact',
		};
	}
	return exactTest(
		shared.map(({count}) => count),
		shared.map(({percent}) => percent / 100),
		random,
	);
}

/** Candidates that may have answered at all: those with a share. */
function openCandidates(rows: readonly ShareCount[], {candidates}: SharedAnswers): string[] {
	return candidates.filter(key => rows.some(row => row.key === key && row.percent > 0));
}

/**
 * The likeliest way to give the answers out: with one more answer for a revision the probability changes by θ/(x+1), so
 * the greatest of these is the best each time; groups are filled in turn until none changes.
 */
function mildest(rows: readonly ShareCount[], shared: readonly SharedAnswers[]): ShareCount[][] {
	const given = shared.map(() => new Map<string, number>());
	const total = (row: ShareCount) => given.reduce((sum, part) => sum + (part.get(row.key) ?? 0), row.count);
	for (let pass = 0; pass < (shared.length > 1 ? 20 : 1); pass++) {
		for (const [index, group] of shared.entries()) {
			const part = new Map<string, number>();
			given[index] = part;
			const open = rows.filter(({key}) => openCandidates(rows, group).includes(key));
			for (let left = group.count; left > 0; left--) {
				const best = open.reduce<ShareCount | undefined>(
					(found, row) =>
						found === undefined || row.percent / (total(row) + 1) > found.percent / (total(found) + 1)
							? row
							: found,
					undefined,
				);
				if (!best) break;
				part.set(best.key, (part.get(best.key) ?? 0) + 1);
			}
		}
	}
	return [rows.map(row => ({...row, count: total(row)}))];
}

/** The probability is log-concave in the counts, so it is least with each group given to one of its candidates. */
function extremes(rows: readonly ShareCount[], shared: readonly SharedAnswers[]): ShareCount[][] {
	// Groups of the same candidates go together; of the rest there are few.
	let assigned: ShareCount[][] = [[...rows]];
	for (const group of shared.filter(({count}) => count > 0)) {
		const next = assigned.flatMap(filled =>
			openCandidates(rows, group).map(chosen =>
				filled.map(row => (row.key === chosen ? {...row, count: row.count + group.count} : row)),
			),
		);
		assigned = next.length > 64 ? keepUnlikeliest(next, 64) : next;
	}
	return keepUnlikeliest(assigned, 4);
}

function likelihood(rows: readonly ShareCount[]): number {
	const shared = rows.filter(({percent}) => percent > 0);
	return logProbability(
		shared.map(({count}) => count),
		shared.map(({percent}) => percent / 100),
	);
}

function keepUnlikeliest(assignments: ShareCount[][], number: number): ShareCount[][] {
	return assignments.toSorted((one, other) => likelihood(one) - likelihood(other)).slice(0, number);
}
