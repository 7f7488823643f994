/** Does the split agree with the expected one, judged once, after a number of requests that was fixed beforehand? */
import {exactTest, logProbability, type ExactTest} from './exact-test.js';
import {minimumAnswers, unattributedLimit, type ShareCount} from './split-verdict.js';

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

/**
 * Unattributed answers are given out in the way that speaks least for what is claimed: agreement must hold when all of
 * them belong to whichever revision makes it worst, disagreement when they belong where they explain most.
 *
 * @param rows Percents sum to 100; those of 0 must have no answer.
 * @param alpha The chance of calling a split wrong that is right, above 0 and below 1.
 * @param random Uniform in [0, 1), for splits with too many outcomes to count.
 */
export function fixedVerdict(
	rows: readonly ShareCount[],
	{
		unattributed = 0,
		alpha = 0.01,
		random,
	}: {unattributed?: number; alpha?: number; random?: () => number} = {},
): FixedVerdict {
	const attributed = rows.reduce((sum, {count}) => sum + count, 0);
	const minimum = minimumAnswers(rows.map(({percent}) => percent / 100));
	const common = {attributed, unattributed, minimum, p: undefined, method: undefined};
	const wrong = rows.filter(({percent, count}) => percent === 0 && count > 0);
	if (wrong.length > 0) {
		const who = wrong.map(({key}) => key).join(', ');
		return {
			...common,
			p: 0,
			method: 'exact',
			state: 'disagrees',
			sentence: `Disagrees: ${who} answered, and is to get 0 %.`,
		};
	}
	const all = attributed + unattributed;
	if (unattributed > unattributedLimit * all) {
		return {
			...common,
			state: 'cannot tell',
			sentence: `Cannot tell: ${unattributed} of ${all} answers belong to no revision.`,
		};
	}
	const shared = rows.filter(({percent}) => percent > 0);
	const shares = shared.map(({percent}) => percent / 100);
	const counts = shared.map(({count}) => count);
	const mild = exactTest(mildest(counts, shares, unattributed), shares, random);
	if (mild.p < alpha) {
		return {
			...common,
			...mild,
			state: 'disagrees',
			sentence: `Disagrees with the expected split${chance(mild.p)}.`,
		};
	}
	const worst =
		unattributed === 0 ? mild : exactTest(unlikeliest(counts, shares, unattributed), shares, random);
	if (worst.p < alpha) {
		return {
			...common,
			...worst,
			state: 'cannot tell',
			sentence: `Cannot tell: it depends on whose the ${unattributed} unattributed answers are.`,
		};
	}
	if (attributed < minimum) {
		return {
			...common,
			...worst,
			state: 'cannot tell',
			sentence: `Cannot tell: ${attributed} attributed answers, and this split needs ${minimum}.`,
		};
	}
	return {
		...common,
		...worst,
		state: 'agrees',
		sentence: `Agrees with the expected split${chance(worst.p)}.`,
	};
}

const chance = (p: number) => ` (p ${p < 0.0001 ? '< 0.0001' : `= ${p.toPrecision(2)}`})`;

/** With one more answer for a revision the probability changes by θ/(x+1), so the greatest of these is the best each time. */
function mildest(counts: readonly number[], shares: readonly number[], unattributed: number): number[] {
	const filled = [...counts];
	const gain = (index: number) => (shares[index] ?? 0) / ((filled[index] ?? 0) + 1);
	for (let left = unattributed; left > 0; left--) {
		const best = shares.reduce((found, _, index) => (gain(index) > gain(found) ? index : found), 0);
		filled[best] = (filled[best] ?? 0) + 1;
	}
	return filled;
}

/** The probability is log-concave in the counts, so it is least with all of them given to one revision. */
function unlikeliest(counts: readonly number[], shares: readonly number[], unattributed: number): number[] {
	const assigned = shares.map((_, chosen) =>
		counts.map((count, index) => count + (index === chosen ? unattributed : 0)),
	);
	return assigned.reduce((least, candidate) =>
		logProbability(candidate, shares) < logProbability(least, shares) ? candidate : least,
	);
}
