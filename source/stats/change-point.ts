/**
 * Did what is seen change, though nothing was changed? Anytime-valid: it is looked at every second.
 *
 * For a change after bucket τ: E_τ = KT(before) · KT(after) / ML(all), where KT is the mixture of all distributions by
 * Krichevsky and Trofimov (1981) and ML the likelihood under the shares that fit best. KT is a distribution itself, and no
 * distribution gives the data more than ML does, so E_τ is at most an e-process while nothing changes, and so is
 * Σ w_τ E_τ with Σ w_τ ≤ 1. It is claimed at 20: at most one stream in 20 is said to change that does not (Ville).
 */
import gammaln from '@stdlib/math-base-special-gammaln';
import {claimedFrom} from './evidence.js';

/** What came within one stretch of time, by kind. */
export type Bucket = {
	/** When it began; milliseconds since 1970, rising from bucket to bucket. */
	at: number;
	/** By kind; whole numbers. */
	counts: ReadonlyMap<string, number>;
};

export type ChangePoint = {
	/** When the first bucket after the change began. */
	at: number;
	before: ReadonlyMap<string, number>;
	after: ReadonlyMap<string, number>;
	/** ln E. */
	logE: number;
};

/** Σ 1/(τ ln²(τ+1)) is 3.4 at most. */
const weightSum = 3.4;
const logWeight = (tau: number) => -Math.log(weightSum * tau * Math.log(tau + 1) ** 2);

/**
 * The likeliest change, if there was one; undefined while nothing shows one.
 *
 * @param buckets Oldest first; those without an answer do not count.
 * @param from ln E from which a change is claimed.
 */
export function changePoint(buckets: readonly Bucket[], from = claimedFrom): ChangePoint | undefined {
	const filled = buckets.filter(({counts}) => totalOf(counts) > 0);
	const kinds = [...new Set(filled.flatMap(({counts}) => [...counts.keys()]))];
	// One kind throughout is no change.
	if (kinds.length < 2) return undefined;
	const all = kinds.map(kind => filled.reduce((sum, {counts}) => sum + (counts.get(kind) ?? 0), 0));
	const whole = logLikelihood(all);
	const before = kinds.map(() => 0);
	const logs: number[] = [];
	let best = {tau: 0, log: -Infinity, before};
	for (let tau = 1; tau < filled.length; tau++) {
		for (const [index, kind] of kinds.entries()) {
			before[index] = (before[index] ?? 0) + (filled[tau - 1]?.counts.get(kind) ?? 0);
		}
		const after = all.map((count, index) => count - (before[index] ?? 0));
		const log = logMixture(before) + logMixture(after) - whole + logWeight(tau);
		logs.push(log);
		if (log > best.log) best = {tau, log, before: [...before]};
	}
	const logE = logSumExp(logs);
	const at = filled[best.tau]?.at;
	if (at === undefined || logE < from) return undefined;
	const byKind = (counts: readonly number[]) =>
		new Map(kinds.flatMap((kind, index) => (counts[index] ? [[kind, counts[index]] as const] : [])));
	return {
		at,
		before: byKind(best.before),
		after: byKind(all.map((count, index) => count - (best.before[index] ?? 0))),
		logE,
	};
}

/** The last change that was claimed, and where the stretch before it began: milliseconds since 1970. */
export type LastChange = ChangePoint & {from: number};

/**
 * The last of several changes, such as that a lie of the gateway ended: what came after one that was claimed is looked at for another.
 * What was claimed stays so, even where the next change hides it; its date gets better while nothing else is found.
 *
 * @param before What this returned when it looked last at the same stream.
 */
export function lastChangePoint(
	buckets: readonly Bucket[],
	before: LastChange | undefined,
): LastChange | undefined {
	const from = before?.from ?? -Infinity;
	const since = (at: number) => buckets.filter(bucket => bucket.at >= at);
	const another = before && changePoint(since(before.at));
	if (before && another) return {...another, from: before.at};
	const dated = changePoint(since(from));
	return dated ? {...dated, from} : before;
}

function totalOf(counts: ReadonlyMap<string, number>): number {
	let total = 0;
	for (const count of counts.values()) total += count;
	return total;
}

/** ln of the greatest probability that any shares give these answers in their order. */
function logLikelihood(counts: readonly number[]): number {
	const total = counts.reduce((sum, count) => sum + count, 0);
	return counts.reduce((sum, count) => (count > 0 ? sum + count * Math.log(count / total) : sum), 0);
}

/** ln of the mean probability of these answers in their order, over all shares, by the Dirichlet(½, …, ½) prior. */
function logMixture(counts: readonly number[]): number {
	const half = 0.5 * counts.length;
	const total = counts.reduce((sum, count) => sum + count, 0);
	return counts.reduce(
		(sum, count) => sum + gammaln(count + 0.5) - gammaln(0.5),
		gammaln(half) - gammaln(total + half),
	);
}

function logSumExp(logs: readonly number[]): number {
	const greatest = logs.reduce((max, log) => Math.max(max, log), -Infinity);
	return greatest === -Infinity
		? greatest
		: greatest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - greatest), 0));
}
