/** What the counts say: a row for each revision or unknown answer, beside what is configured, and the verdict. Pure. */
import {alphaPerRow, shareInterval, type Interval} from '../../stats/share-interval.js';
import type {SharedAnswers, ShareCount, SplitVerdict} from '../../stats/split-verdict.js';
import {splitVerdict} from '../../stats/split-verdict.js';
import type {AnyHost} from '../attribution/any-host.js';
import type {Attribution, Attributor, Evidence, HowLearned} from '../attribution/attribution.js';
import {createAttributor, fingerprintsOf} from '../attribution/attribution.js';
import type {Percentiles} from './latencies.js';
import type {Group, Said, TallySnapshot} from './tally.js';

/** What a revision is configured to get: percent, 0–100. From `status.traffic`, which is what the route has. */
export type Weight = {revision: string; percent: number};

export type Row = Percentiles & {
	/** The same for the same row in every report. */
	key: string;
	/** The most frequent one of the row; of a revision that has not answered yet, the one that it is known by. */
	fingerprint: string | undefined;
	/** How many more fingerprints the row has: of a revision that says several things. */
	otherFingerprints: number;
	/** Of a row of failures, redirects or the like: their status and what the first one said. */
	code: string | undefined;
	text: string;
	/** Whose answers these are; undefined when nobody's, or when they may be those of several revisions. */
	revision: string | undefined;
	/** How that was learned. */
	learned: HowLearned | undefined;
	/** `silent`: a configured revision that has not answered. */
	attribution: Attribution['kind'] | 'silent';
	/** Why it may be several revisions'. */
	why: Extract<Attribution, {kind: 'one of'}>['why'] | undefined;
	/** The revisions it may be: one when `revision` is set. */
	candidates: readonly string[];
	/** What the candidates are configured to get together, 0–100; undefined when there are none. */
	configuredPercent: number | undefined;
	n: number;
	/** Failures among them, at the service's own host. */
	errors: number;
	/** Of all answers of the epoch, 0–1; undefined when there are none. */
	observedShare: number | undefined;
	/**
	 * Where that share lies: the confidence sequence of the verdict's own e-process, for every way to give out answers and
	 * requests under way.
	 */
	interval: Interval;
	/** Answers of the last half a minute. */
	lately: number;
	/** Latencies of the last answers, in milliseconds, the newest last; at most 40. */
	recent: readonly number[];
	/** What the first of its answers said at length; empty when there was none. Printable. */
	sample: string;
};

export type Report = {
	/** Configured revisions in the order they are configured, then revisions that are not, then answers of nobody. */
	rows: readonly Row[];
	/** Answers and failures that are attributed to no revision, or to one of several. */
	unattributed: number;
	/** Undefined while settling, or when no split that sums to 100 is known. */
	verdict: SplitVerdict | undefined;
};

/** What answers are grouped and judged by under one split. */
export type Attributed = {
	evidence: Evidence;
	weights: readonly Weight[];
	attribute: Attributor;
};

/** @param isSaidToAny Whether any host gets what users got. */
export function attributedBy(
	evidence: Evidence,
	weights: readonly Weight[],
	isSaidToAny?: AnyHost['isToUsers'],
): Attributed {
	const listed = weights.map(({revision}) => revision);
	const attribute = createAttributor(evidence, holdersOf(weights), {
		listed,
		...(isSaidToAny && {isSaidToAny}),
	});
	return {evidence, weights, attribute};
}

/** The revisions that have a share, in the order of the split. */
export function holdersOf(weights: readonly Weight[]): string[] {
	return [...new Set(weights.filter(({percent}) => percent > 0).map(({revision}) => revision))];
}

/** How a tally is to be grouped for {@link report}. */
export function groupBy({attribute}: Attributed): (said: Said) => string {
	return said => keyOf(attributionOf(said, attribute), said);
}

/** Whose an answer is, by what is known at this moment. Only a success can be a revision’s by its text. */
export function attributionOf({fingerprint, grade, text, isToAny}: Said, attribute: Attributor): Attribution {
	return attribute({fingerprint, text, isSuccess: grade === 'success', isToAny});
}

/**
 * The report on counts that were grouped with {@link groupBy} of the same evidence.
 * `weights` of one revision are added up.
 *
 * @param counts.unanswered Requests that are under way.
 * @param lately How many answers of each group came in the last half a minute.
 */
export function report(
	{
		groups,
		answered,
		settling,
		unanswered = 0,
	}: Pick<TallySnapshot, 'groups' | 'answered' | 'settling'> & {unanswered?: number},
	{evidence, weights, attribute}: Attributed,
	lately: ReadonlyMap<string, number> = new Map(),
): Report {
	const configured = percentsOf(weights);
	const answering = groups.map(group => toRow(group, attribute, {configured, lately}));
	const seen = new Set(answering.flatMap(row => (row.revision === undefined ? [] : [row.revision])));
	const rows = [
		...answering,
		...[...configured.keys()]
			.filter(revision => !seen.has(revision))
			.map(revision => toSilentRow(revision, evidence, configured)),
	];
	const attributed = rows.reduce((sum, row) => sum + (row.revision === undefined ? 0 : row.n), 0);
	return {
		rows: sortRows(withShares(rows, {answered, unanswered}), [...configured.keys()]),
		unattributed: answered - attributed,
		verdict: settling ? undefined : judgeCounts(rows, configured, unanswered),
	};
}

/** Percent by revision: a revision may have several rows of the split. */
export function percentsOf(weights: readonly Weight[]): Map<string, number> {
	const configured = new Map<string, number>();
	for (const {revision, percent} of weights) {
		configured.set(revision, (configured.get(revision) ?? 0) + percent);
	}

	return configured;
}

/** Answers of one revision are one row, whatever they say: its share is what the configured one is compared with. */
function keyOf(attribution: Attribution, said: Said): string {
	switch (attribution.kind) {
		case 'revision':
			return `revision ${attribution.revision}`;
		case 'nobody':
			return `nobody ${said.key}`;
		case 'one of':
			return attribution.why === 'alike' || attribution.why === 'unheard' || attribution.why === 'any host'
				? `${attribution.why} ${attribution.revisions.join(' ')}`
				: `${attribution.why} ${said.key}`;
	}
}

function toRow(
	{said, n, failed, recent, sample, p50, p95, p99}: Group,
	attribute: Attributor,
	{configured, lately}: {configured: ReadonlyMap<string, number>; lately: ReadonlyMap<string, number>},
): Row {
	const [first] = said;
	const attribution: Attribution = first ? attributionOf(first, attribute) : {kind: 'nobody'};
	const key = first ? keyOf(attribution, first) : '';
	const revision = attribution.kind === 'revision' ? attribution.revision : undefined;
	const candidates =
		attribution.kind === 'one of' ? attribution.revisions : revision === undefined ? [] : [revision];
	const fingerprints = said.flatMap(({fingerprint}) => (fingerprint === undefined ? [] : [fingerprint]));
	return {
		key,
		fingerprint: fingerprints[0],
		otherFingerprints: Math.max(0, fingerprints.length - 1),
		code: first && first.grade !== 'success' ? first.code : undefined,
		text: first?.text ?? '',
		revision,
		learned: attribution.kind === 'revision' ? attribution.how : undefined,
		attribution: attribution.kind,
		why: attribution.kind === 'one of' ? attribution.why : undefined,
		candidates,
		configuredPercent:
			candidates.length === 0
				? undefined
				: candidates.reduce((sum, candidate) => sum + (configured.get(candidate) ?? 0), 0),
		n,
		errors: failed,
		observedShare: undefined,
		interval: {low: 0, high: 1},
		lately: lately.get(key) ?? 0,
		recent,
		sample,
		p50,
		p95,
		p99,
	};
}

function toSilentRow(revision: string, evidence: Evidence, configured: ReadonlyMap<string, number>): Row {
	const fingerprints = fingerprintsOf(evidence, revision);
	return {
		key: `revision ${revision}`,
		fingerprint: fingerprints[0],
		otherFingerprints: Math.max(0, fingerprints.length - 1),
		code: undefined,
		text: '',
		revision,
		learned: undefined,
		attribution: 'silent',
		why: undefined,
		candidates: [revision],
		configuredPercent: configured.get(revision) ?? 0,
		n: 0,
		errors: 0,
		observedShare: undefined,
		interval: {low: 0, high: 1},
		lately: 0,
		recent: [],
		sample: '',
		p50: undefined,
		p95: undefined,
		p99: undefined,
	};
}

/**
 * The rows with their shares of all answers, and where those lie. Requests under way may be any row's: a revision that takes its
 * time has its share all the same.
 */
function withShares(
	rows: readonly Row[],
	{answered, unanswered}: {answered: number; unanswered: number},
): Row[] {
	const alpha = alphaPerRow(rows.filter(({revision}) => revision !== undefined).length);
	return rows.map(row => {
		// What may be this row's as well: answers that are one of several revisions', it being one of them.
		const possible =
			row.revision === undefined
				? 0
				: rows.reduce(
						(sum, {attribution, candidates, n}) =>
							sum + (attribution === 'one of' && candidates.includes(row.revision ?? '') ? n : 0),
						0,
					);
		const underWay = row.revision === undefined ? 0 : unanswered;
		return {
			...row,
			// Of a revision whose answers may all be among those, nothing is known yet.
			observedShare: answered === 0 || (row.n === 0 && possible > 0) ? undefined : row.n / answered,
			interval: shareInterval(row.n, answered + underWay, {possible: possible + underWay, alpha}),
		};
	});
}

function sortRows(rows: readonly Row[], order: readonly string[]): Row[] {
	const rank = ({candidates, revision, fingerprint}: Row): number => {
		if (revision === undefined) {
			return order.length + (candidates.length > 0 && fingerprint !== undefined ? 1 : 2);
		}

		const place = order.indexOf(revision);
		return place >= 0 ? place : order.length;
	};
	return rows.toSorted((one, other) => rank(one) - rank(other) || other.n - one.n);
}

/** What is certain and what is not, as the statistics take it. */
export type Counted = {
	counts: readonly ShareCount[];
	shared: readonly SharedAnswers[];
};

/**
 * The counts of a split's rows. A revision that is not configured at all gets 0 %, and must not answer either.
 *
 * @param rows Only what they say of whose the answers are.
 */
export function countedIn(
	rows: readonly Pick<Row, 'revision' | 'candidates' | 'n' | 'attribution'>[],
	configured: ReadonlyMap<string, number>,
): Counted {
	const counts = new Map([...configured.keys()].map(revision => [revision, 0]));
	const shared: SharedAnswers[] = [];
	for (const {revision, candidates, n, attribution} of rows) {
		for (const candidate of candidates) {
			counts.set(candidate, counts.get(candidate) ?? 0);
		}

		if (revision !== undefined) {
			counts.set(revision, (counts.get(revision) ?? 0) + n);
		} else if (attribution === 'one of') {
			shared.push({candidates, count: n});
		}
	}

	return {
		counts: [...counts].map(([key, count]) => ({key, percent: configured.get(key) ?? 0, count})),
		shared,
	};
}

/**
 * Undefined when no split that sums to 100 is known.
 *
 * @param unanswered Requests that are under way: a revision that takes its time is none that gets too little.
 */
export function judgeCounts(
	rows: readonly Pick<Row, 'revision' | 'candidates' | 'n' | 'attribution'>[],
	configured: ReadonlyMap<string, number>,
	unanswered = 0,
): SplitVerdict | undefined {
	let total = 0;
	for (const percent of configured.values()) {
		total += percent;
	}

	if (total !== 100) {
		return undefined;
	}

	const {counts, shared} = countedIn(rows, configured);
	const verdict = splitVerdict(counts, shared);
	if (verdict.state !== 'disagrees' || unanswered === 0) return verdict;
	const holders = counts.filter(({percent}) => percent > 0).map(({key}) => key);
	const {state} = splitVerdict(counts, [...shared, {candidates: holders, count: unanswered}]);
	if (state === 'disagrees') return verdict;
	const said = unanswered === 1 ? '1 request has' : `${unanswered} requests have`;
	return {...verdict, state: 'suspicious', sentence: `Possibly off; ${said} no answer yet.`};
}
