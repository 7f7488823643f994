/** What the counts say: a row for each revision or unknown answer, beside what is configured, and the verdict. Pure. */
import type {SplitVerdict} from '../../stats/split-verdict.js';
import {splitVerdict} from '../../stats/split-verdict.js';
import type {Interval} from '../../stats/wilson.js';
import {wilson} from '../../stats/wilson.js';
import type {Attribution, Evidence} from '../attribution/attribution.js';
import {attribute, fingerprintsOf} from '../attribution/attribution.js';
import type {Percentiles} from './latencies.js';
import type {Group, TallySnapshot} from './tally.js';

/** What a revision is configured to get: percent, 0–100. From `status.traffic`, which is what the route has. */
export type Weight = {revision: string; percent: number};

export type Row = Percentiles & {
	/** The same for the same row in every report. */
	key: string;
	/** The most frequent one of the row; of a revision that has not answered yet, the one that it is known by. */
	fingerprint: string | undefined;
	/** How many more fingerprints the row has: of a revision that says several things. */
	otherFingerprints: number;
	/** Whose answers these are; undefined when nobody's, or when they may be those of several revisions. */
	revision: string | undefined;
	/** How that was learned. */
	learned: 'tag' | 'alone' | undefined;
	/** `silent`: a configured revision that has not answered. */
	attribution: Attribution['kind'] | 'silent';
	/** The revisions it may be: one when `revision` is set. */
	candidates: readonly string[];
	/** What the candidates are configured to get together, 0–100; undefined when there are none. */
	configuredPercent: number | undefined;
	n: number;
	errors: number;
	/** Of all answers of the epoch, 0–1; undefined when there are none. */
	observedShare: number | undefined;
	/** 95 % Wilson score interval of that share. */
	interval: Interval;
	/** Latencies of the last answers, in milliseconds, the newest last; at most 40. */
	recent: readonly number[];
	/** What the first of its answers said at length; empty when there was none. Printable. */
	sample: string;
};

export type Report = {
	/** Configured revisions in the order they are configured, then revisions that are not, then answers of nobody. */
	rows: readonly Row[];
	/** Answers and failures that belong to no revision or to one of several. */
	unattributed: number;
	/** Undefined while settling, or when no split that sums to 100 is known. */
	verdict: SplitVerdict | undefined;
};

/** How a tally is to be grouped for {@link report}. */
export function groupBy(evidence: Evidence): (fingerprint: string | undefined) => string {
	return fingerprint => keyOf(attribute(evidence, fingerprint), fingerprint);
}

/**
 * The report on counts that were grouped with {@link groupBy} of the same evidence.
 * `weights` of one revision are added up.
 */
export function report(
	{groups, answered, settling}: Pick<TallySnapshot, 'groups' | 'answered' | 'settling'>,
	evidence: Evidence,
	weights: readonly Weight[],
): Report {
	const configured = new Map<string, number>();
	for (const {revision, percent} of weights) {
		configured.set(revision, (configured.get(revision) ?? 0) + percent);
	}

	const answering = groups.map(group => toRow(group, evidence, configured, answered));
	const heard = new Set(answering.flatMap(row => row.candidates));
	const silent = [...configured.keys()].filter(revision => !heard.has(revision));
	const rows = [
		...answering,
		...silent.map(revision => toSilentRow(revision, evidence, configured, answered)),
	];
	let attributed = 0;
	for (const row of answering) {
		attributed += row.revision === undefined ? 0 : row.n;
	}

	return {
		rows: sortRows(rows, [...configured.keys()]),
		unattributed: answered - attributed,
		verdict: settling ? undefined : judge(rows, configured, answered - attributed),
	};
}

/** Answers of one revision are one row, whatever they say: its share is what the configured one is compared with. */
function keyOf(attribution: Attribution, fingerprint: string | undefined): string {
	if (attribution.kind === 'revision') {
		return `revision ${attribution.revision}`;
	}

	if (attribution.kind !== 'unknown') {
		return `${attribution.kind} ${attribution.revisions.join(' ')}`;
	}

	return fingerprint === undefined ? 'nothing' : `fingerprint ${fingerprint}`;
}

function toRow(
	group: Group,
	evidence: Evidence,
	configured: ReadonlyMap<string, number>,
	answered: number,
): Row {
	const {fingerprints, n, errors, recent, sample, p50, p95, p99} = group;
	const [fingerprint] = fingerprints;
	const attribution = attribute(evidence, fingerprint);
	const revision = attribution.kind === 'revision' ? attribution.revision : undefined;
	const candidates =
		attribution.kind === 'unknown' ? [] : revision === undefined ? several(attribution) : [revision];
	return {
		key: keyOf(attribution, fingerprint),
		fingerprint,
		otherFingerprints: Math.max(0, fingerprints.length - 1),
		revision,
		learned: attribution.kind === 'revision' ? attribution.how : undefined,
		attribution: attribution.kind,
		candidates,
		configuredPercent: candidates.length === 0 ? undefined : percentOf(candidates, configured),
		n,
		errors,
		observedShare: answered === 0 ? undefined : n / answered,
		interval: wilson(n, answered),
		recent,
		sample,
		p50,
		p95,
		p99,
	};
}

const several = (attribution: Attribution): readonly string[] =>
	attribution.kind === 'indistinguishable' || attribution.kind === 'contradictory'
		? attribution.revisions
		: [];

function percentOf(revisions: readonly string[], configured: ReadonlyMap<string, number>): number {
	let percent = 0;
	for (const revision of revisions) {
		percent += configured.get(revision) ?? 0;
	}

	return percent;
}

function toSilentRow(
	revision: string,
	evidence: Evidence,
	configured: ReadonlyMap<string, number>,
	answered: number,
): Row {
	const fingerprints = fingerprintsOf(evidence, revision);
	return {
		key: `revision ${revision}`,
		fingerprint: fingerprints[0],
		otherFingerprints: Math.max(0, fingerprints.length - 1),
		revision,
		learned: undefined,
		attribution: 'silent',
		candidates: [revision],
		configuredPercent: configured.get(revision) ?? 0,
		n: 0,
		errors: 0,
		observedShare: answered === 0 ? undefined : 0,
		interval: wilson(0, answered),
		recent: [],
		sample: '',
		p50: undefined,
		p95: undefined,
		p99: undefined,
	};
}

function sortRows(rows: readonly Row[], order: readonly string[]): Row[] {
	const rank = ({candidates, fingerprint}: Row): number => {
		const places = candidates.map(revision => order.indexOf(revision)).filter(place => place >= 0);
		if (places.length > 0) {
			return Math.min(...places);
		}

		return order.length + (candidates.length > 0 ? 0 : fingerprint === undefined ? 2 : 1);
	};
	return rows.toSorted((one, other) => rank(one) - rank(other) || other.n - one.n);
}

function judge(
	rows: readonly Row[],
	configured: ReadonlyMap<string, number>,
	unattributed: number,
): SplitVerdict | undefined {
	let total = 0;
	for (const percent of configured.values()) {
		total += percent;
	}

	if (total !== 100) {
		return undefined;
	}

	const counts = new Map([...configured.keys()].map(revision => [revision, 0]));
	for (const {revision, n} of rows) {
		if (revision !== undefined) {
			// One that is not configured at all gets 0 %, and must not answer either.
			counts.set(revision, n);
		}
	}

	return splitVerdict(
		[...counts].map(([key, count]) => ({key, percent: configured.get(key) ?? 0, count})),
		unattributed,
	);
}
