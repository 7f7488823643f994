/**
 * The same numbers from Prometheus, where there is one: by its HTTP API, at a URL or through the API server. Only when asked
 * for. What it says is extrapolated between its own scrapes, so that all of it is an estimate and nothing is tested with it.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/; the names of metrics and labels as in
 * `formats/request-counts.ts`.
 */
import {printable} from '../knative/text/printable.js';
import {systemTimers, type Timers} from '../kube/timers.js';
import {usersCertainty} from './counting/certainty.js';
import {quantile} from './counting/quantile.js';
import type {AskPrometheus, PromSeries} from './prometheus-answer.js';
import type {UsersView} from './counting/users-view.js';
import type {UsersRow, UsersWindow} from './counting/users-window.js';
import {areTagsAmong, tagsAmong, type UsersProblem} from './problems.js';
import type {UsersMeter, UsersSnapshot, UsersSplit} from './users.js';

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
function promWindow(
	names: PromNames,
	{counts, buckets}: {counts: readonly PromSeries[]; buckets: readonly PromSeries[]},
	{split, seconds}: {split: UsersSplit; seconds: number},
): UsersWindow {
	const revisionOf = ({labels}: PromSeries) => printable(labels.get(names.revision) ?? '');
	const percents = new Map(split.weights.map(({revision, percent}) => [revision, percent]));
	const revisions = [
		...new Set([...percents.keys(), ...counts.filter(({value}) => value > 0).map(revisionOf)]),
	];
	const countsOf = Map.groupBy(counts, revisionOf);
	const bucketsOf = Map.groupBy(buckets, revisionOf);
	const rows = revisions
		.filter(revision => revision !== '')
		.map((revision): UsersRow => {
			const sum = (isWanted: (status: string) => boolean) =>
				(countsOf.get(revision) ?? []).reduce(
					(total, {labels, value}) => (isWanted(labels.get(names.status) ?? '') ? total + value : total),
					0,
				);
			const requests = sum(() => true);
			const bounds = new Map(
				(bucketsOf.get(revision) ?? []).flatMap(({labels, value}) => {
					const text = labels.get('le') ?? '';
					const bound = text === '+Inf' ? Infinity : Number(text) * names.unit;
					return text !== '' && bound >= 0 ? [[bound, value] as const] : [];
				}),
			);
			return {
				revision,
				percent: percents.get(revision),
				perSecond: requests / seconds,
				share: undefined,
				requests: Math.round(requests),
				failed: Math.round(sum(status => status.startsWith('5'))),
				rejected: Math.round(sum(status => status.startsWith('4'))),
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
		hasStatuses: split.isGrpc !== true,
		rows: rows.map(row => ({
			...row,
			share: certainty.told === 'shares' ? row.perSecond / perSecond : undefined,
		})),
	};
}

/**
 * A revision that users are sent to and that Prometheus has no series of: nobody reached it, or its pods are not asked. Which of
 * both cannot be told, and of 0 requests that would be a claim.
 */
function unknownRevision(
	names: PromNames,
	counts: readonly PromSeries[],
	{weights}: UsersSplit,
): string | undefined {
	const told = new Set(counts.map(({labels}) => labels.get(names.revision)));
	return weights.find(({revision, percent}) => percent > 0 && !told.has(revision))?.revision;
}

/** Failures after which what was known before is not shown any more. */
const fewFailures = 2;

/** Milliseconds between two questions: Prometheus itself asks the pods every 15 to 60 s. */
const period = 10_000;

/** Milliseconds that are looked back at least: Prometheus asks the pods every 15 to 30 s, and it takes two answers to tell of an increase. */
export const shortestLook = 60_000;

/** Users by Prometheus, in the place of those by the pods. */
export function createPrometheusMeter({
	ask,
	namespace,
	service,
	recent = shortestLook,
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
	let warning: string | undefined;
	let failures = 0;
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
			warning = (counts.ok ? counts.warning : undefined) ?? (buckets.ok ? buckets.warning : undefined);
			if (!counts.ok || !buckets.ok) {
				problem = counts.ok ? (buckets.ok ? undefined : buckets.sentence) : counts.sentence;
				failures++;
				if (failures >= fewFailures) window = undefined;
				return;
			}
			failures = 0;
			if (counts.series.length === 0) continue;
			const missing = unknownRevision(names, counts.series, split);
			problem = missing === undefined ? undefined : noRequestsOf(missing);
			window =
				missing === undefined
					? promWindow(names, {counts: counts.series, buckets: buckets.series}, {split, seconds})
					: undefined;
			return;
		}
		window = undefined;
		problem = noRequestsOf(service);
	}

	const noRequestsOf = (what: string) =>
		`Prometheus has no requests of ${printable(what)} in ${seconds} s: nobody came, or it does not scrape port 9091 of its pods`;

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
		hasStatuses: true,
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
				untested: {kind: 'rates'},
				errors: undefined,
				failing: undefined,
				kept: undefined,
				dispersion: undefined,
				history: [],
				known: undefined,
				isCurrent: true,
			};
			const problems: UsersProblem[] = [];
			if (problem !== undefined) problems.push({kind: 'unread', sentence: problem});
			if (warning !== undefined) {
				problems.push({kind: 'sampled', sentence: `Prometheus warns: ${warning}`});
			}
			if (problem === undefined) {
				const sentence = `by Prometheus, over ${seconds} s: estimates, without alarms`;
				problems.push({kind: 'rates', sentence});
				if (areTagsAmong(split, shown)) problems.push(tagsAmong);
			}
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
