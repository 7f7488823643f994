/**
 * What a queue-proxy tells Prometheus of the requests that its app answered: a histogram of durations for each status code,
 * in the names of Knative 1.19 and later, or in those before.
 *
 * Sources: knative/serving pkg/queue/sharedmain/otel.go, go.opentelemetry.io/otel/exporters/prometheus, and as recorded on a
 * real cluster; before 1.19 pkg/queue/metrics/request_metric.go with the Prometheus exporter of OpenCensus.
 */

export type PodIdentity = {
	readonly namespace: string;
	readonly pod: string;
	readonly service: string;
	readonly configuration: string;
	readonly revision: string;
};

/** Upper bounds, in seconds: the default of OpenTelemetry for durations of HTTP servers. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;
/** Upper bounds, in milliseconds, of the names before. */
const olderBounds = [
	5, 10, 20, 40, 60, 80, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 2000, 5000,
	10_000, 20_000, 50_000, 100_000,
] as const;

type InvocationSeries = {count: number; seconds: number; buckets: number[]; olderBuckets: number[]};

export type Invocations = {
	/** The app has answered with a status code, after so many seconds. */
	add(status: number, seconds: number, method: string): void;
	/** In the names since 1.19. */
	text(): string;
	/** In the names before. */
	olderText(): string;
};

export function createInvocations(identity: PodIdentity): Invocations {
	const byStatus = new Map<number, InvocationSeries>();
	const byMethod = new Map<string, InvocationSeries>();

	function put<K>(series: Map<K, InvocationSeries>, key: K, seconds: number): void {
		const found = series.get(key) ?? {
			count: 0,
			seconds: 0,
			buckets: bounds.map(() => 0),
			olderBuckets: olderBounds.map(() => 0),
		};
		series.set(key, found);
		found.count++;
		found.seconds += seconds;
		for (const [index, bound] of bounds.entries()) {
			if (seconds <= bound) {
				found.buckets[index] = (found.buckets[index] ?? 0) + 1;
			}
		}

		for (const [index, bound] of olderBounds.entries()) {
			if (seconds * 1000 <= bound) {
				found.olderBuckets[index] = (found.olderBuckets[index] ?? 0) + 1;
			}
		}
	}

	return {
		add(status, seconds, method) {
			put(byStatus, status, seconds);
			put(byMethod, `${method} ${status}`, seconds);
		},
		text() {
			const scope = {
				otel_scope_name: 'knative.dev/serving/pkg/queue',
				otel_scope_schema_url: '',
				otel_scope_version: '',
			};
			const server = [...byMethod].map(([key, series]) => {
				const [method = '', status = ''] = key.split(' ');
				return {labels: serverLabels(method, status), series};
			});
			const invocations = [...byStatus].map(([status, series]) => ({
				labels: {http_response_status_code: String(status), ...scope},
				series,
			}));
			return [
				...family('http_server_request_duration_seconds', 'Duration of HTTP server requests.', server),
				...family('kn_serving_invocation_duration_seconds', 'The duration of task execution', invocations),
				`target_info${labelText(targetLabels(identity))} 1`,
				'',
			].join('\n');
		},
		olderText() {
			const rows = [...byStatus].map(([status, series]) => ({labels: olderLabels(identity, status), series}));
			const lines: string[] = [];
			for (const [name, who] of [
				['revision_app_request', 'user-container'],
				['revision_request', 'queue-proxy'],
			] as const) {
				if (rows.length > 0) {
					lines.push(
						`# HELP ${name}_count The number of requests that are routed to ${who}`,
						`# TYPE ${name}_count counter`,
						...rows.map(({labels, series}) => `${name}_count${labelText(labels)} ${series.count}`),
						`# HELP ${name}_latencies The response time in millisecond`,
						`# TYPE ${name}_latencies histogram`,
						...rows.flatMap(({labels, series}) =>
							histogram(`${name}_latencies`, labels, {
								bounds: olderBounds,
								buckets: series.olderBuckets,
								sum: series.seconds * 1000,
								count: series.count,
							}),
						),
					);
				}
			}

			return [...lines, ''].join('\n');
		},
	};
}

type MetricLabels = Readonly<Record<string, string>>;

const serverLabels = (method: string, status: string): MetricLabels => ({
	http_request_method: method,
	http_response_status_code: status,
	kn_route_tag: 'kn:disabled',
	network_protocol_name: 'http',
	network_protocol_version: '1.1',
	otel_scope_name: 'go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp',
	otel_scope_schema_url: '',
	otel_scope_version: '0.69.0',
	server_address: '127.0.0.1',
	server_port: '8012',
	url_scheme: 'http',
});

const targetLabels = ({namespace, pod, service, configuration, revision}: PodIdentity): MetricLabels => ({
	container_name: 'queue-proxy',
	k8s_namespace_name: namespace,
	k8s_pod_name: pod,
	kn_configuration_name: configuration,
	kn_revision_name: revision,
	kn_service_name: service,
	service_instance_id: pod,
	service_name: service,
	service_version: 'unknown',
	telemetry_sdk_language: 'go',
	telemetry_sdk_name: 'opentelemetry',
	telemetry_sdk_version: '1.44.0',
});

const olderLabels = (
	{namespace, pod, service, configuration, revision}: PodIdentity,
	status: number,
): MetricLabels => ({
	configuration_name: configuration,
	container_name: 'queue-proxy',
	namespace_name: namespace,
	pod_name: pod,
	response_code: String(status),
	response_code_class: `${Math.floor(status / 100)}xx`,
	revision_name: revision,
	service_name: service,
});

function family(
	name: string,
	help: string,
	rows: readonly {labels: MetricLabels; series: InvocationSeries}[],
): readonly string[] {
	return rows.length === 0
		? []
		: [
				`# HELP ${name} ${help}`,
				`# TYPE ${name} histogram`,
				...rows.flatMap(({labels, series}) =>
					histogram(name, labels, {
						bounds,
						buckets: series.buckets,
						sum: series.seconds,
						count: series.count,
					}),
				),
			];
}

function histogram(
	name: string,
	labels: MetricLabels,
	series: {bounds: readonly number[]; buckets: readonly number[]; sum: number; count: number},
): readonly string[] {
	return [
		...series.bounds.map(
			(bound, index) =>
				`${name}_bucket${labelText({...labels, le: String(bound)})} ${series.buckets[index] ?? 0}`,
		),
		`${name}_bucket${labelText({...labels, le: '+Inf'})} ${series.count}`,
		`${name}_sum${labelText(labels)} ${series.sum}`,
		`${name}_count${labelText(labels)} ${series.count}`,
	];
}

function labelText(labels: MetricLabels): string {
	return `{${Object.entries(labels)
		.map(([name, value]) => `${name}="${escaped(value)}"`)
		.join(',')}}`;
}

function escaped(value: string): string {
	return value
		.replaceAll('\\', '\\\\')
		.replaceAll('"', String.raw`\"`)
		.replaceAll('\n', String.raw`\n`);
}
