/** What `kn-canary verify` reports: the counts of the loop, judged and put into words. Pure. */
import type {RequestOptions} from '../probe/transport/request-options.js';
import type {LoopSnapshot} from '../probe/loop/loop.js';
import type {Row} from '../probe/loop/loop-report.js';
import type {ServiceView} from '../knative/service/service.js';
import {askedBy, remedies} from '../knative/commands/identify-revisions.js';
import {fixedVerdict, type FixedVerdict} from '../stats/fixed-verdict.js';
import type {Share} from './expected-split.js';

/** Everything that was asked and counted. A plain value, fit for JSON. */
export type VerifyReport = {
	service: string;
	namespace: string;
	context: string;
	url: string;
	/** `via`: what it was learned from; `portForward`: it is ours, and was there for as long as this took. */
	gateway: {host: string; port: number; tls: boolean; via: string; portForward: boolean};
	/** ISO 8601, UTC: from the first request on, until the last answer. */
	since: string;
	until: string;
	requests: {
		asked: number;
		/** A second. */
		rate: number;
		sent: number;
		notSent: number;
		answered: number;
		errors: number;
		attributed: number;
		unattributed: number;
		statusCodes: Readonly<Record<string, number>>;
	};
	configured: readonly Share[];
	expected: readonly Share[];
	/** Latencies in milliseconds, from the slot a request was scheduled for; p99 from 100 answers on. */
	rows: readonly ReportRow[];
	verdict: Omit<FixedVerdict, 'attributed' | 'unattributed'> & {alpha: number};
	/** What should be known beside the verdict. */
	notes: readonly string[];
};

export type ReportRow = {
	revision: string | null;
	/** Whose answers these may be, when it is not known whose they are. */
	candidates: readonly string[];
	fingerprint: string | null;
	attribution: Row['attribution'];
	configuredPercent: number | null;
	expectedPercent: number | null;
	n: number;
	errors: number;
	/** Of all answers, 0–1, and its 95 % Wilson score interval. */
	observedShare: number | null;
	interval: {low: number; high: number};
	p50: number | null;
	p95: number | null;
	p99: number | null;
};

/** @param options.instead Why no verdict may be given, whatever the counts say. */
export function judge(
	{rows, unattributed, answered}: LoopSnapshot,
	expected: readonly Share[],
	{alpha, instead}: {alpha: number; instead?: string},
): VerifyReport['verdict'] {
	const counts = new Map(expected.map(({revision}) => [revision, 0]));
	for (const {revision, n} of rows) if (revision !== undefined) counts.set(revision, n);
	const percents = new Map(expected.map(({revision, percent}) => [revision, percent]));
	const judged = fixedVerdict(
		[...counts].map(([key, count]) => ({key, percent: percents.get(key) ?? 0, count})),
		{unattributed, alpha},
	);
	const {attributed: _attributed, unattributed: _unattributed, ...verdict} = judged;
	if (instead !== undefined) {
		return {
			...verdict,
			alpha,
			state: 'cannot tell',
			p: undefined,
			method: undefined,
			sentence: `Cannot tell: ${instead}.`,
		};
	}
	return answered === 0
		? {...verdict, alpha, state: 'cannot tell', sentence: 'Cannot tell: nothing was answered.'}
		: {...verdict, alpha};
}

export function toReportRow(row: Row, expected: readonly Share[]): ReportRow {
	const {revision, candidates, fingerprint, attribution, configuredPercent, n, errors, observedShare} = row;
	return {
		revision: revision ?? null,
		candidates,
		fingerprint: fingerprint ?? null,
		attribution,
		configuredPercent: configuredPercent ?? null,
		expectedPercent: expected.find(share => share.revision === revision)?.percent ?? null,
		n,
		errors,
		observedShare: observedShare ?? null,
		interval: row.interval,
		p50: row.p50 ?? null,
		p95: row.p95 ?? null,
		p99: row.p99 ?? null,
	};
}

export function notesOn(
	{tags, rows, notSent}: LoopSnapshot,
	service: ServiceView,
	{
		configured,
		expected,
		asking,
		unreached,
	}: {
		configured: readonly Share[];
		expected: readonly Share[];
		asking: Pick<RequestOptions, 'grpcCall'>;
		unreached?: string | undefined;
	},
): string[] {
	const remedy = remedies[askedBy(service.summary.protocol, asking.grpcCall)].long;
	const notes: string[] = unreached === undefined ? [] : [unreached];
	if (JSON.stringify(configured) !== JSON.stringify(expected)) {
		const split = configured.map(({revision, percent}) => `${revision} ${percent} %`).join(', ');
		notes.push(`The route is configured otherwise than expected: ${split}.`);
	}
	for (const {tag, problem} of tags) {
		if (problem !== undefined) notes.push(`Nothing could be learned from the tag ${tag}: ${problem}`);
	}
	const tagged = new Set(
		service.statusTraffic.flatMap(({tag, revision}) => (tag === undefined ? [] : [revision])),
	);
	const sharing = configured.filter(({percent}) => percent > 0 && percent < 100);
	for (const {revision} of sharing) {
		if (!tagged.has(revision)) {
			notes.push(
				`${revision} has no tag, so what it answers cannot be learned: tag it, for instance with \`kn service update --tag\`.`,
			);
		}
	}
	for (const {attribution, candidates} of rows) {
		if (attribution === 'indistinguishable') {
			notes.push(
				`${candidates.join(' and ')} answer alike: from outside they cannot be told apart. ${remedy}`,
			);
		}
	}
	if (notSent > 0)
		notes.push(
			`${notSent} slots passed unsent, because too many requests were under way; they were made up for later.`,
		);
	return notes;
}
