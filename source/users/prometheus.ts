/**
 * The same numbers from Prometheus, where there is one: by its HTTP API, at a URL or through the API server. Only when asked
 * for. What it says is extrapolated between its own scrapes, so that all of it is an estimate and nothing is tested with it.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/; the names of metrics and labels as in
 * `formats/request-counts.ts`.
 */
import * as v from 'valibot';
import {printable} from '../knative/text/printable.js';
import {TransportError, type Cluster} from '../kube/cluster.js';
import {systemTimers, type Timers} from '../kube/timers.js';
import {sentenceOf} from '../kube/status.js';
import {usersCertainty} from './counting/certainty.js';
import {quantile} from './counting/quantile.js';
import type {UsersRow, UsersView, UsersWindow} from './counting/users-view.js';
import type {PrometheusPlace} from './prometheus-place.js';
import type {UsersMeter, UsersSnapshot, UsersSplit} from './users.js';

/** Asks one query; the sentence says why there is no answer. */
export type AskPrometheus = (query: string, signal: AbortSignal) => Promise<PromAnswer>;
export type PromAnswer = {ok: true; series: readonly PromSeries[]} | {ok: false; sentence: string};
export type PromSeries = {readonly labels: ReadonlyMap<string, string>; readonly value: number};

const answerSchema = v.variant('status', [
	v.object({
		status: v.literal('success'),
		data: v.object({
			resultType: v.literal('vector'),
			result: v.array(
				v.object({
					metric: v.record(v.string(), v.string()),
					value: v.tuple([v.number(), v.string()]),
				}),
			),
		}),
	}),
	v.object({status: v.literal('error'), error: v.string()}),
]);

/** Reads an answer of `/api/v1/query`. */
export function readVector(body: unknown): PromAnswer {
	const parsed = v.safeParse(answerSchema, body);
	if (!parsed.success) {
		return {ok: false, sentence: 'what answers is no Prometheus: its answer has another form'};
	}
	const {output} = parsed;
	if (output.status === 'error') return {ok: false, sentence: `Prometheus: ${printable(output.error)}`};
	return {
		ok: true,
		series: output.data.result.map(({metric, value: [, text]}) => ({
			labels: new Map(Object.entries(metric)),
			value: Number(text),
		})),
	};
}

const patience = 10_000;

/** @param cluster For a Service: the API server leads to it (the right to get services/proxy). */
export function askPrometheusAt(place: PrometheusPlace, cluster: Cluster): AskPrometheus {
	return async (query, signal) => {
		try {
			if (place.kind === 'service') {
				const {namespace, name, port} = place;
				const {status, body} = await cluster.request({
					method: 'GET',
					path: `/api/v1/namespaces/${namespace}/services/${name}:${port}/proxy/api/v1/query`,
					query: {query},
					timeout: patience,
					signal,
				});
				if (status === 403) {
					return {
						ok: false,
						sentence: `needs the right to get services/proxy (${sentenceOf({status, body})})`,
					};
				}
				return status === 200 || status === 400 || status === 422
					? readVector(body)
					: {ok: false, sentence: sentenceOf({status, body})};
			}
			const url = new URL(place.url);
			url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/query`;
			url.search = new URLSearchParams({query}).toString();
			const response = await fetch(url, {signal: AbortSignal.any([signal, AbortSignal.timeout(patience)])});
			const text = await response.text();
			try {
				return readVector(JSON.parse(text));
			} catch {
				return {ok: false, sentence: `${url.host} answers with HTTP ${response.status}, and no JSON`};
			}
		} catch (error) {
			if (signal.aborted) return {ok: false, sentence: 'it was called off'};
			const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
			const why = printable(cause instanceof Error ? cause.message : String(cause));
			return {
				ok: false,
				sentence: error instanceof TransportError ? error.message : `Prometheus cannot be asked: ${why}`,
			};
		}
	};
}

type PromNames = {
	/** Selector of the samples of one service, of the counter and of the buckets. */
	readonly count: string;
	readonly bucket: string;
	readonly status: string;
	readonly revision: string;
	/** What the samples are joined with to learn of the revision; '' where they say it themselves. */
	readonly join: string;
	/** Seconds that a unit of the bounds is. */
	readonly unit: number;
};

const quoted = (text: string): string => JSON.stringify(text);

/** In the names since Knative 1.19 and before. */
export function promNames(namespace: string, service: string): readonly PromNames[] {
	const own = `k8s_namespace_name=${quoted(namespace)},kn_service_name=${quoted(service)}`;
	const older = `{namespace_name=${quoted(namespace)},service_name=${quoted(service)}}`;
	return [
		{
			count: 'kn_serving_invocation_duration_seconds_count',
			bucket: 'kn_serving_invocation_duration_seconds_bucket',
			status: 'http_response_status_code',
			revision: 'kn_revision_name',
			join: ` * on (job, instance) group_left (kn_revision_name) max by (job, instance, kn_revision_name) (target_info{${own}})`,
			unit: 1,
		},
		{
			count: `revision_app_request_count${older}`,
			bucket: `revision_app_request_latencies_bucket${older}`,
			status: 'response_code',
			revision: 'revision_name',
			join: '',
			unit: 0.001,
		},
	];
}

/** @param seconds That are looked back. */
export function promQueries(names: PromNames, seconds: number): {counts: string; buckets: string} {
	const over = (metric: string) => `increase(${metric}[${seconds}s])${names.join}`;
	return {
		counts: `sum by (${names.revision}, ${names.status}) (${over(names.count)})`,
		buckets: `sum by (${names.revision}, le) (${over(names.bucket)})`,
	};
}

/** Rows from what was answered. Pure. */
export function promWindow(
	names: PromNames,
	{counts, buckets}: {counts: readonly PromSeries[]; buckets: readonly PromSeries[]},
	{split, seconds}: {split: UsersSplit; seconds: number},
): UsersWindow {
	const revisionOf = ({labels}: PromSeries) => printable(labels.get(names.revision) ?? '');
	const percents = new Map(split.weights.map(({revision, percent}) => [revision, percent]));
	const revisions = [
		...new Set([...percents.keys(), ...counts.filter(({value}) => value > 0).map(revisionOf)]),
	];
	const sum = (revision: string, isWanted: (status: string) => boolean) =>
		counts.reduce((total, series) => {
			const fits = revisionOf(series) === revision && isWanted(series.labels.get(names.status) ?? '');
			return fits && series.value > 0 ? total + series.value : total;
		}, 0);
	const rows = revisions
		.filter(revision => revision !== '')
		.map((revision): UsersRow => {
			const requests = sum(revision, () => true);
			const bounds = new Map(
				buckets.flatMap(series => {
					const text = series.labels.get('le') ?? '';
					const bound = text === '+Inf' ? Infinity : Number(text) * names.unit;
					return revisionOf(series) === revision && text !== '' ? [[bound, series.value] as const] : [];
				}),
			);
			return {
				revision,
				percent: percents.get(revision),
				perSecond: requests / seconds,
				share: undefined,
				requests: Math.round(requests),
				failed: Math.round(sum(revision, status => status.startsWith('5'))),
				rejected: Math.round(sum(revision, status => status.startsWith('4'))),
				p50: quantile(bounds, 0.5),
				p95: quantile(bounds, 0.95),
				concurrency: undefined,
				pods: undefined,
			};
		});
	const perSecond = rows.reduce((total, row) => total + row.perSecond, 0);
	const none = rows.map(row => ({perSecond: row.perSecond, ownPerSecond: 0}));
	const certainty = usersCertainty(none, {seconds, isExact: false});
	return {
		seconds,
		perSecond,
		requests: rows.reduce((total, row) => total + row.requests, 0),
		isExact: false,
		certainty,
		rows: rows.map(row => ({
			...row,
			share: certainty.told === 'shares' ? row.perSecond / perSecond : undefined,
		})),
	};
}

/** Milliseconds between two questions: Prometheus itself asks the pods every 15 to 60 s. */
const period = 10_000;

/** Users by Prometheus, in the place of those by the pods. */
export function createPrometheusMeter({
	ask,
	namespace,
	service,
	recent = 60_000,
	timers = systemTimers,
}: {
	ask: AskPrometheus;
	namespace: string;
	service: string;
	/** Milliseconds that are looked back; two scrapes have to fall into it. */
	recent?: number;
	timers?: Timers;
}): UsersMeter {
	const listeners = new Set<() => void>();
	let split: UsersSplit = {weights: [], isSettling: false, pair: undefined};
	let window: UsersWindow | undefined;
	let problem: string | undefined;
	let asked = 0;
	let running: AbortController | undefined;
	const seconds = Math.round(recent / 1000);

	async function round(signal: AbortSignal): Promise<void> {
		for (const names of promNames(namespace, service)) {
			const queries = promQueries(names, seconds);
			const [counts, buckets] = await Promise.all([
				ask(queries.counts, signal),
				ask(queries.buckets, signal),
			]);
			asked += 2;
			if (!counts.ok || !buckets.ok) {
				problem = counts.ok ? (buckets.ok ? undefined : buckets.sentence) : counts.sentence;
				return;
			}
			if (counts.series.length > 0) {
				problem = undefined;
				window = promWindow(names, {counts: counts.series, buckets: buckets.series}, {split, seconds});
				return;
			}
		}
		problem = `Prometheus has no requests of ${printable(service)}: does it scrape port 9091 of its pods?`;
	}

	async function run(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			await round(signal);
			if (!signal.aborted) for (const listener of listeners) listener();
			await timers.sleep(period, signal);
		}
	}

	const empty: UsersWindow = {
		seconds: 0,
		perSecond: 0,
		requests: 0,
		isExact: false,
		certainty: usersCertainty([], {seconds: 0, isExact: false}),
		rows: [],
	};
	return {
		setSplit(next) {
			split = next;
		},
		start() {
			if (running) return;
			running = new AbortController();
			void run(running.signal);
		},
		pause() {
			running?.abort();
			running = undefined;
		},
		get isRunning() {
			return running !== undefined;
		},
		snapshot(): UsersSnapshot {
			const shown = window ?? empty;
			const view: UsersView = {
				recent: shown,
				sinceSplit: empty,
				split: undefined,
				errors: undefined,
				dispersion: undefined,
				history: [],
				isCurrent: true,
			};
			const problems =
				problem === undefined
					? [{kind: 'rates' as const, sentence: `by Prometheus, over ${seconds} s`}]
					: [{kind: 'unread' as const, sentence: problem}];
			return {
				state: window ? 'counting' : problem === undefined ? 'waiting' : 'unknown',
				view,
				changes: [],
				problems,
				asked,
			};
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
		stop() {
			listeners.clear();
			running?.abort();
			running = undefined;
		},
	};
}
