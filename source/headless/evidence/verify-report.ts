/** What `kn-canary verify` reports: the counts of the loop, judged and put into words. Pure. */
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {tagHeader} from '../../probe/transport/tag-target.js';
import type {LoopSnapshot} from '../../probe/loop/loop.js';
import type {Row} from '../../probe/counting/loop-report.js';
import type {ServiceView} from '../../knative/service/service.js';
import {askedBy, remedies} from '../../knative/commands/identify-revisions.js';
import {areAllAlike} from '../../probe/attribution/learning.js';
import type {FailureEntry} from '../../probe/counting/failure-log.js';
import {percentileOf} from '../../probe/counting/latency-bins.js';
import {countedIn} from '../../probe/counting/loop-report.js';
import type {TallyCounts} from '../../probe/counting/tally.js';
import type {TimelineBucket} from '../../probe/counting/timeline.js';
import {changeSentence} from '../../release/verdict/change-sentence.js';
import type {ChangePoint} from '../../stats/change-point.js';
import {fixedInterval, fixedVerdict, type FixedVerdict} from '../../stats/fixed-verdict.js';
import type {ExpectedShare} from './expected-split.js';

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
	requests: Omit<TallyCounts, 'since'> & {
		asked: number;
		/** A second. */
		rate: number;
		attributed: number;
		unattributed: number;
	};
	configured: readonly ExpectedShare[];
	expected: readonly ExpectedShare[];
	/** Latencies in milliseconds, from the slot a request was scheduled for; p99 from 100 answers on. */
	rows: readonly ReportRow[];
	/** Kinds of failure, the newest first. */
	failures: readonly ReportFailure[];
	/** What came when, by the second; stretches without an answer are left out. */
	series: readonly ReportSecond[];
	/** What users got became something else meanwhile, though the split was not changed. */
	change: ReportChange | null;
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
	/** Why it is not known whose they are. */
	why: NonNullable<Row['why']> | null;
	/** The status, where it is no success. */
	code: string | null;
	configuredPercent: number | null;
	expectedPercent: number | null;
	n: number;
	errors: number;
	/** Of all answers, 0–1, and the interval of the test that judges the split, at its own alpha. */
	observedShare: number | null;
	interval: {low: number; high: number};
	p50: number | null;
	p95: number | null;
	p99: number | null;
};

export type ReportSecond = {
	/** ISO 8601, UTC: when it began; and how long it is, in milliseconds. */
	at: string;
	duration: number;
	/** Answers at the service's own host, and failures among them. */
	n: number;
	errors: number;
	/** By revision: answers that are certainly its own, of `n`; and the 95th percentile of its latencies in milliseconds. */
	revisions: Readonly<Record<string, {n: number; p95: number | null}>>;
};

export type ReportChange = {
	/** ISO 8601, UTC. */
	at: string;
	/** Answers by whose or what they are: `revision NAME`, `code 500`, or what is not known. */
	before: Readonly<Record<string, number>>;
	after: Readonly<Record<string, number>>;
};

export type ReportFailure = {
	code: string;
	text: string;
	/** Whose it may be; none when it is the gateway's. */
	revisions: readonly string[];
	at: FailureEntry['at'];
	count: number;
	/** ISO 8601, UTC. */
	first: string;
	last: string;
};

/** The rows' counts by revision, with what the expected split gives each. */
function countsFor(rows: LoopSnapshot['rows'], expected: readonly ExpectedShare[]) {
	return countedIn(rows, new Map(expected.map(({revision, percent}) => [revision, percent])));
}

/** By flags of the command. */
const troubleRemedies = {
	'choose what to send': 'choose what to send (--path, --method, --header)',
	'ask over TLS': 'give where it speaks TLS with --gateway https://HOST:PORT',
} as const;

/** @param options.instead Why no verdict may be given, whatever the counts say. */
export function judge(
	{rows, answered, trouble}: Pick<LoopSnapshot, 'rows' | 'answered' | 'trouble'>,
	expected: readonly ExpectedShare[],
	{alpha, instead}: {alpha: number; instead?: string | undefined},
): VerifyReport['verdict'] {
	const {counts, shared} = countsFor(rows, expected);
	const judged = fixedVerdict(counts, {shared, alpha});
	const {attributed: _attributed, unattributed: _unattributed, ...verdict} = judged;
	// What is wrong with the split stays wrong; but nothing is called good while users get failures.
	const reason =
		instead ??
		(verdict.state === 'disagrees'
			? undefined
			: trouble
				? `${trouble.sentence}${trouble.remedy === undefined ? '' : `; ${troubleRemedies[trouble.remedy]}`}`
				: answered === 0
					? 'nothing was answered'
					: undefined);
	if (reason === undefined) return {...verdict, alpha};
	return {
		...verdict,
		alpha,
		state: 'cannot tell',
		p: undefined,
		method: undefined,
		sentence: `Cannot tell: ${reason.replace(/\.$/, '')}.`,
	};
}

/** `rows`: all of them; `alpha`: of the test that judges the split, for the interval. */
export function toReportRow(
	row: Row,
	expected: readonly ExpectedShare[],
	{rows, alpha}: {rows: readonly Row[]; alpha: number},
): ReportRow {
	const {revision, candidates, fingerprint, attribution, why, code, configuredPercent} = row;
	const {n, errors, observedShare} = row;
	const {counts, shared} = countsFor(rows, expected);
	return {
		revision: revision ?? null,
		candidates,
		fingerprint: fingerprint ?? null,
		attribution,
		why: why ?? null,
		code: code ?? null,
		configuredPercent: configuredPercent ?? null,
		expectedPercent: expected.find(share => share.revision === revision)?.percent ?? null,
		n,
		errors,
		observedShare: observedShare ?? null,
		interval: revision === undefined ? row.interval : fixedInterval(counts, revision, {shared, alpha}),
		p50: row.p50 ?? null,
		p95: row.p95 ?? null,
		p99: row.p99 ?? null,
	};
}

/** Whether a revision answered in it, and not the gateway alone. */
export const hasAnswers = ({users, revisions}: TimelineBucket) => users.size > 0 || revisions.size > 0;

/** One bucket of the time line; what is unattributed is in `n` and under no revision. */
export function toReportSecond({at, duration, users, failed, revisions}: TimelineBucket): ReportSecond {
	const named = [...users].flatMap(([revision, n]) => (revision === undefined ? [] : [{revision, n}]));
	return {
		at: new Date(at).toISOString(),
		duration,
		n: [...users.values()].reduce((sum, n) => sum + n, 0),
		errors: failed,
		revisions: Object.fromEntries(
			named.map(({revision, n}) => [
				revision,
				{n, p95: percentileOf(revisions.get(revision)?.latencies ?? new Map(), 95) ?? null},
			]),
		),
	};
}

/** A change of shares; the numbers are counts of answers before and after it. */
export function toReportChange({at, before, after}: ChangePoint): ReportChange {
	return {
		at: new Date(at).toISOString(),
		before: Object.fromEntries(before),
		after: Object.fromEntries(after),
	};
}

/** A kind of failure, with times as ISO 8601. */
export function toReportFailure({
	code,
	text,
	revisions,
	at,
	count,
	first,
	last,
}: FailureEntry): ReportFailure {
	return {
		code,
		text,
		revisions,
		at,
		count,
		first: new Date(first).toISOString(),
		last: new Date(last).toISOString(),
	};
}

/** What a reader of the verdict has to know beside it, one sentence each; empty where there is nothing. */
export function notesOn(
	{tags, rows, notSent, suggestion, change}: LoopSnapshot,
	service: ServiceView,
	{
		configured,
		expected,
		requestOptions,
		besides,
	}: {
		configured: readonly ExpectedShare[];
		expected: readonly ExpectedShare[];
		requestOptions: Pick<RequestOptions, 'grpcCall'>;
		/** What is known of the gateway and of the service. */
		besides: readonly string[];
	},
): string[] {
	const remedy = remedies[askedBy(service.summary.protocol, requestOptions.grpcCall)].long;
	const notes = [...besides];
	if (JSON.stringify(configured) !== JSON.stringify(expected)) {
		const split = configured.map(({revision, percent}) => `${revision} ${percent} %`).join(', ');
		notes.push(`The route is configured otherwise than expected: ${split}.`);
	}
	if (change) {
		const sentence = changeSentence(change);
		notes.push(
			`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}: what users get changed without a change of the split.`,
		);
	}
	const byHeader = tags.flatMap(tag => tag.byHeader ?? []);
	if (byHeader.length > 0) {
		notes.push(
			`The hosts of tags lead nowhere: ${byHeader.join(', ')} asked with the header ${tagHeader} instead.`,
		);
	}
	for (const {tag, problem} of tags) {
		if (problem !== undefined) notes.push(`The tag ${tag} teaches nothing: ${problem}`);
	}
	const failing = tags.filter(({fault}) => fault === 'fails');
	if (failing.length > 0 && tags.some(({state}) => state === 'learned')) {
		const names = failing.map(({revision}) => revision).join(' and ');
		notes.push(`${names} fails at its own tag where another revision answers: users of it get that, too.`);
	}
	if (areAllAlike(tags) && byHeader.length === 0 && rows.some(isSuccess)) {
		notes.push('All tags fail alike, the service itself works: the gateway may have no rule for tag hosts.');
	}
	const tagged = new Set(
		service.statusTraffic.flatMap(({tag, revision}) => (tag === undefined ? [] : [revision])),
	);
	const sharing = configured.filter(({percent}) => percent > 0 && percent < 100);
	for (const {revision} of sharing) {
		if (!tagged.has(revision)) {
			notes.push(
				`${revision} has no tag URL, so what it answers is not known: tag it, for instance with \`kn service update --tag\`.`,
			);
		}
	}
	for (const {why, candidates, n} of rows) {
		if (why === 'alike') {
			const what = suggestion === undefined ? remedy : `--fingerprint ${suggestion} tells them apart.`;
			notes.push(`${candidates.join(' and ')} answer identically. ${what}`);
		} else if (why === 'unheard') {
			notes.push(
				`${n === 1 ? '1 answer may be that' : `${n} answers may be those`} of ${candidates.join(' or ')}: not all of them were heard.`,
			);
		}
	}
	const unknown = rows.reduce((sum, {why, n}) => sum + (why === 'unknown' ? n : 0), 0);
	if (unknown > 0 && tags.every(({state}) => state === 'learned')) {
		notes.push(`${unknown === 1 ? '1 answer says' : `${unknown} answers say`} what no tag says. ${remedy}`);
	}
	if (notSent > 0) {
		notes.push(
			`${notSent} slots passed unsent: too many requests were under way, or the command was stopped; they were made up for later.`,
		);
	}
	return notes;
}

const isSuccess = ({n, code, attribution}: Row) => n > 0 && code === undefined && attribution !== 'silent';
