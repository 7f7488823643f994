/**
 * How much the counts speak against a split, when it is not known of every answer whose it is. Pure.
 *
 * E is an e-process (Dirichlet-multinomial against the configured shares; Lindon & Malek, "Anytime-Valid Inference for
 * Multinomial Count Data", NeurIPS 2022, arXiv:2011.03567): while the configured split holds, the chance that E ever
 * reaches 20 is at most 1/20, however often one looks (Ville's inequality).
 */
import gammaln from '@stdlib/math-base-special-gammaln';

/** K: how strongly the alternative is drawn to the configured split. 10 balances small and large deviations. */
const concentration = 10;

/** Answers that are one of several revisions'. */
export type AmbiguousAnswers = {
	/** Places in the split of the revisions that may have given them; at least one. */
	candidates: readonly number[];
	count: number;
};

/**
 * ln E = lnΓ(K) − lnΓ(K+n) + Σ [lnΓ(Kθ+x) − lnΓ(Kθ) − x ln θ] over θ > 0. Counts may be fractions (for projections).
 *
 * @param counts One per share, ≥ 0.
 * @param shares θ, as fractions that sum to 1.
 * @returns Infinity where a share of 0 has answers.
 */
export function logEvidence(counts: readonly number[], shares: readonly number[]): number {
	let total = 0;
	let sum = 0;
	for (const [index, share] of shares.entries()) {
		const count = counts[index] ?? 0;
		if (share <= 0) {
			if (count > 0) return Infinity;
			continue;
		}
		total += count;
		sum += gammaln(concentration * share + count) - gammaln(concentration * share) - count * Math.log(share);
	}
	return gammaln(concentration) - gammaln(concentration + total) + sum;
}

/** Assignments that are tried one by one; where there are more, all ambiguous answers are taken for anybody's. */
const assignmentLimit = 1024;

/**
 * The greatest ln E that any assignment of the ambiguous answers gives: what agreement must survive. ln E is convex in
 * the counts, so it is reached with all answers of a group given to one of its candidates.
 */
export function greatestEvidence(
	counts: readonly number[],
	shares: readonly number[],
	groups: readonly AmbiguousAnswers[],
): number {
	const merged = mergeGroups(groups, shares.length);
	let greatest = -Infinity;
	const assign = (index: number, filled: readonly number[]): void => {
		const group = merged[index];
		if (!group) {
			greatest = Math.max(greatest, logEvidence(filled, shares));
			return;
		}
		for (const candidate of group.candidates) assign(index + 1, added(filled, candidate, group.count));
	};
	assign(0, counts);
	return greatest;
}

/**
 * The least ln E that any assignment of the ambiguous answers gives: what a disagreement must survive. One more answer
 * for a revision raises ln E by ln(K + x/θ) less what it costs in n, which is the same for all. So within a group each
 * answer goes to the candidate with the smallest x/θ; groups are filled in turn until none moves, and then answers are
 * moved between groups.
 */
export function leastEvidence(
	counts: readonly number[],
	shares: readonly number[],
	groups: readonly AmbiguousAnswers[],
): number {
	const merged = mergeGroups(groups, shares.length);
	// A candidate with a share of 0 takes answers only where no other may have given them: that is impossible.
	const open = merged.map(({candidates, count}) => {
		const sharing = candidates.filter(candidate => (shares[candidate] ?? 0) > 0);
		return {candidates: sharing.length > 0 ? sharing : candidates, count};
	});
	const given = open.map(() => counts.map(() => 0));
	let totals = [...counts];
	for (let pass = 0; pass < 50; pass++) {
		let moved = false;
		for (const [index, group] of open.entries()) {
			const before = given[index] ?? [];
			const others = totals.map((total, place) => total - (before[place] ?? 0));
			const after = fill(others, shares, group);
			moved ||= after.some((value, place) => value !== before[place]);
			given[index] = after;
			totals = others.map((value, place) => value + (after[place] ?? 0));
		}
		if (!moved || open.length < 2) break;
	}
	if (open.length > 1) moveBetweenGroups(totals, given, shares, open);
	return logEvidence(totals, shares);
}

/**
 * Moves single answers from fuller to emptier revisions (by x/θ), over several groups where one alone can't: filling in
 * turn can stop where each group is as even as it gets alone. With shares the sum is convex in each count and the ways
 * to give the answers out form the bases of an integral polymatroid, where an assignment that no single exchange betters
 * is the best (Murota, "Discrete Convex Analysis", 2003, theorem 6.26). Changes `totals` and `given`.
 */
function moveBetweenGroups(
	totals: number[],
	given: readonly number[][],
	shares: readonly number[],
	groups: readonly AmbiguousAnswers[],
): void {
	const places = totals.map((_, place) => place).filter(place => (shares[place] ?? 0) > 0);
	for (let better = true; better;) {
		better = false;
		for (const from of places) {
			const reached = reachable(from, given, groups);
			// What the answer costs where it is, against what it would cost elsewhere.
			const cost = ((totals[from] ?? 0) - 1) / (shares[from] ?? 0);
			const to = places.find(
				place => reached.has(place) && (totals[place] ?? 0) / (shares[place] ?? 0) < cost - 1e-9,
			);
			if (to === undefined) continue;
			for (let place = to; place !== from;) {
				const step = reached.get(place);
				if (!step) break;
				const counts = given[step.group];
				if (counts) {
					counts[step.from] = (counts[step.from] ?? 0) - 1;
					counts[place] = (counts[place] ?? 0) + 1;
				}
				place = step.from;
			}
			totals[from] = (totals[from] ?? 0) - 1;
			totals[to] = (totals[to] ?? 0) + 1;
			better = true;
		}
	}
}

/** The places that an answer given to `from` can be moved to, each with the group and the place of its last step. */
function reachable(
	from: number,
	given: readonly (readonly number[])[],
	groups: readonly AmbiguousAnswers[],
): ReadonlyMap<number, {from: number; group: number}> {
	const reached = new Map<number, {from: number; group: number}>();
	const queue = [from];
	for (const place of queue) {
		for (const [group, {candidates}] of groups.entries()) {
			if ((given[group]?.[place] ?? 0) === 0) continue;
			for (const candidate of candidates) {
				if (candidate === from || reached.has(candidate)) continue;
				reached.set(candidate, {from: place, group});
				queue.push(candidate);
			}
		}
	}
	return reached;
}

/** Groups with the same candidates as one; a single group for all of them where there would be too many assignments. */
function mergeGroups(groups: readonly AmbiguousAnswers[], places: number): AmbiguousAnswers[] {
	const byCandidates = Map.groupBy(
		groups.filter(({count}) => count > 0),
		({candidates}) => candidates.toSorted((one, other) => one - other).join(' '),
	);
	const merged = [...byCandidates.values()].map(same => ({
		candidates: same[0]?.candidates ?? [],
		count: same.reduce((sum, {count}) => sum + count, 0),
	}));
	const assignments = merged.reduce((product, {candidates}) => product * candidates.length, 1);
	if (assignments <= assignmentLimit) return merged;
	const total = merged.reduce((sum, {count}) => sum + count, 0);
	return [{candidates: Array.from({length: places}, (_, index) => index), count: total}];
}

function added(counts: readonly number[], place: number, count: number): number[] {
	return counts.map((value, index) => (index === place ? value + count : value));
}

/** How the answers of one group are given out so that x/θ is as even as it gets. */
function fill(
	counts: readonly number[],
	shares: readonly number[],
	{candidates, count}: AmbiguousAnswers,
): number[] {
	const given = counts.map(() => 0);
	const ratio = (place: number) => ((counts[place] ?? 0) + (given[place] ?? 0)) / (shares[place] ?? 0);
	const [only] = candidates;
	if (candidates.length === 1 && only !== undefined) {
		given[only] = count;
		return given;
	}
	// Close to the level at once, the last few one by one.
	const level = waterLevel(counts, shares, {candidates, count});
	let left = count;
	for (const place of candidates) {
		const below = Math.floor(level * (shares[place] ?? 0) - (counts[place] ?? 0)) - 1;
		given[place] = Math.max(0, Math.min(left, below));
		left -= given[place];
	}
	for (; left > 0; left--) {
		const least = candidates.reduce((found, place) => (ratio(place) < ratio(found) ? place : found));
		given[least] = (given[least] ?? 0) + 1;
	}
	return given;
}

/** The x/θ up to which `count` answers fill the candidates. */
function waterLevel(
	counts: readonly number[],
	shares: readonly number[],
	{candidates, count}: AmbiguousAnswers,
): number {
	const sorted = candidates
		.map(place => ({share: shares[place] ?? 0, count: counts[place] ?? 0}))
		.toSorted((one, other) => one.count / one.share - other.count / other.share);
	let share = 0;
	let filled = count;
	let level = 0;
	for (const candidate of sorted) {
		if (share > 0 && candidate.count / candidate.share >= level) break;
		share += candidate.share;
		filled += candidate.count;
		level = filled / share;
	}
	return level;
}
