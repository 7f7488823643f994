/**
 * What a queue-proxy tells Prometheus of the requests to its app at port 9091, in the names of any Knative.
 *
 * Sources: knative/serving pkg/queue/sharedmain/otel.go and as recorded on a real cluster (since 1.19); before,
 * pkg/queue/metrics/request_metric.go with the Prometheus exporter of OpenCensus.
 */
import {printable} from '../../knative/text/printable.js';
import {shortenedText, type MetricSample} from './exposition.js';

/** Since the queue-proxy began. Its own probes are not among them: it leaves them out itself. */
export type PodRequestCounts = {
	/** By status code; '' where it is not said. */
	readonly byStatus: ReadonlyMap<string, StatusCounts>;
};

export type StatusCounts = {
	readonly count: number;
	/** By upper bound in seconds, in rising order, how many took no longer; the last bound may be Infinity. Empty when unknown. */
	readonly buckets: readonly {readonly bound: number; readonly count: number}[];
};

export type ReadCounts = {ok: true; counts: PodRequestCounts} | {ok: false; reason: string};

type Names = {
	readonly histogram: string;
	/** Where there is a counter beside the histogram. */
	readonly counter: string | undefined;
	readonly status: string;
	/** Seconds that a unit of the bounds is. */
	readonly unit: number;
};

/** Of what the app answered; the first that is there counts. */
const known: readonly Names[] = [
	{
		histogram: 'kn_serving_invocation_duration_seconds',
		counter: undefined,
		status: 'http_response_status_code',
		unit: 1,
	},
	// Where the exporter is told to add no units.
	{
		histogram: 'kn_serving_invocation_duration',
		counter: undefined,
		status: 'http_response_status_code',
		unit: 1,
	},
	{
		histogram: 'revision_app_request_latencies',
		counter: 'revision_app_request_count',
		status: 'response_code',
		unit: 0.001,
	},
];

/** Labels that name the revision and the pod, of the samples themselves or of `target_info`. */
const revisionLabels = ['kn_revision_name', 'revision_name'];
const podLabels = ['k8s_pod_name', 'pod_name'];

/**
 * Counts from samples of one pod.
 *
 * @param pod Whose they should be: samples that say they are another's are refused.
 * @param pod.isOlder Before Knative 1.19 a queue-proxy says nothing at all before its first request; later it says who it is.
 */
export function requestCounts(
	samples: readonly MetricSample[],
	pod: {readonly name: string; readonly revision: string; readonly isOlder: boolean},
): ReadCounts {
	const stranger = strangerIn(samples, pod);
	if (stranger !== undefined) return {ok: false, reason: stranger};
	for (const names of known) {
		const own = samples.filter(({name}) => name === names.counter || name.startsWith(`${names.histogram}_`));
		if (own.length > 0) return countsOf(own, names);
	}
	// Before the first request there is nothing, or nothing but who it is.
	if (samples.length === 0 && !pod.isOlder) {
		return {ok: false, reason: 'it answers with nothing, not even with who it is'};
	}
	const isQueueProxy = samples.length === 0 || samples.some(({name}) => name === 'target_info');
	return isQueueProxy
		? {ok: true, counts: {byStatus: new Map()}}
		: {
				ok: false,
				reason: `${samples.length} metrics, but none of ${known.map(({histogram}) => histogram).join(', ')}: another program listens there`,
			};
}

function strangerIn(
	samples: readonly MetricSample[],
	pod: {readonly name: string; readonly revision: string},
): string | undefined {
	for (const {labels} of samples) {
		for (const [names, expected, what] of [
			[podLabels, pod.name, 'pod'],
			[revisionLabels, pod.revision, 'revision'],
		] as const) {
			const said = names.map(name => labels.get(name)).find(value => value !== undefined && value !== '');
			if (said !== undefined && said !== expected) {
				return `it says that it is of the ${what} ${shortenedText(said)}`;
			}
		}
	}
	return undefined;
}

/** Far more than any queue-proxy has: what is kept of each stretch of time is to be little. */
const mostStatuses = 1000;
const mostBounds = 200;

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function countsOf(samples: readonly MetricSample[], names: Names): ReadCounts {
	const byStatus = new Map<string, {counter: number; histogram: number; buckets: Map<number, number>}>();
	const seen = new Set<string>();
	for (const {name, labels, value} of samples) {
		const series = JSON.stringify([name, ...[...labels].map(pair => JSON.stringify(pair)).toSorted(byText)]);
		if (seen.has(series)) {
			return {ok: false, reason: `${shortenedText(name)} comes twice with the same labels`};
		}
		seen.add(series);
		if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER) && !name.endsWith('_sum')) {
			return {ok: false, reason: `${shortenedText(name)} is ${value}`};
		}
		const status = labels.get(names.status) ?? '';
		const found = byStatus.get(status) ?? {counter: 0, histogram: 0, buckets: new Map<number, number>()};
		byStatus.set(status, found);
		if (name === names.counter) found.counter += value;
		else if (name === `${names.histogram}_count`) found.histogram += value;
		else if (name === `${names.histogram}_bucket`) {
			const text = labels.get('le') ?? '';
			const bound = text.toLowerCase() === '+inf' ? Infinity : Number(text);
			if (text === '' || !(bound >= 0)) {
				return {ok: false, reason: `a bucket has the bound ${shortenedText(text)}`};
			}
			const seconds = bound * names.unit;
			found.buckets.set(seconds, (found.buckets.get(seconds) ?? 0) + value);
			if (found.buckets.size > mostBounds) {
				return {ok: false, reason: `a histogram with more than ${mostBounds} buckets`};
			}
		}
		if (byStatus.size > mostStatuses) return {ok: false, reason: `more than ${mostStatuses} status codes`};
	}
	return {
		ok: true,
		counts: {
			byStatus: new Map(
				[...byStatus].map(([status, {counter, histogram, buckets}]) => [
					printable(status),
					{
						count: Math.round(names.counter !== undefined && counter > 0 ? counter : histogram),
						buckets: [...buckets]
							.toSorted(([left], [right]) => left - right)
							.map(([bound, count]) => ({bound, count: Math.round(count)})),
					},
				]),
			),
		},
	};
}
