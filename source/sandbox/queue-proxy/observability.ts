/**
 * What config-observability says of the requests' metrics, and how a queue-proxy is told.
 *
 * Sources: knative/serving config/core/configmaps/observability.yaml, pkg/observability/config.go, knative/pkg
 * observability/metrics/config.go; before 1.19 knative/pkg metrics/config_observability.go. The environment of a queue-proxy
 * as recorded on a real cluster.
 */
import {at, parseJson} from '../api/body/json.js';
import {settingsOf, systemNamespace} from '../cluster-settings.js';
import {configmaps} from '../resources.js';
import type {StateChange, ObjectStore} from '../shared-store.js';

const configMap = 'config-observability';

type QueueVariable = {readonly name: string; readonly value: string};

export type RequestMetrics = {
	/** Where a queue-proxy tells Prometheus of requests, and in which names; undefined when it does not, or sends it elsewhere. */
	readonly names: 'since 1.19' | 'before 1.19' | undefined;
	/** Of the queue-proxy. */
	readonly env: readonly QueueVariable[];
};

const protocols = new Set(['none', 'prometheus', 'grpc', 'http/protobuf']);
const variable = 'OBSERVABILITY_CONFIG';
const olderVariable = 'SERVING_REQUEST_METRICS_BACKEND';

/** As it is configured now. A value that a real cluster's webhook would refuse counts as not given. */
export function requestMetrics(store: ObjectStore): RequestMetrics {
	const settings = settingsOf(store, configMap);
	const text = settings.text('request-metrics-protocol') ?? 'none';
	const protocol = protocols.has(text) ? text : 'none';
	const endpoint = settings.text('request-metrics-endpoint');
	const older = settings.text('metrics.request-metrics-backend-destination');
	const config = {
		tracing: {protocol: 'none'},
		metrics: {protocol: 'none'},
		runtime: {profiling: 'disabled', exportInterval: 15_000_000_000},
		requestMetrics: {protocol, ...(endpoint === undefined ? {} : {endpoint})},
	};
	const env =
		older === undefined
			? [{name: variable, value: JSON.stringify(config)}]
			: [{name: olderVariable, value: older}];
	return {...namesIn(env), env};
}

/** What a queue-proxy with that environment does. */
export function namesIn(env: readonly QueueVariable[]): Pick<RequestMetrics, 'names'> {
	const valueOf = (name: string): string => env.find(entry => entry.name === name)?.value ?? '';
	if (valueOf(olderVariable) === 'prometheus') {
		return {names: 'before 1.19'};
	}

	const config = valueOf(variable);
	const protocol = config === '' ? undefined : at(parseJson(config), 'requestMetrics', 'protocol');
	return {names: protocol === 'prometheus' ? 'since 1.19' : undefined};
}

/** Whether pods are to be made otherwise after a change. */
export const concernsRequestMetrics = ({resource, object}: StateChange): boolean =>
	resource === configmaps &&
	object.metadata.namespace === systemNamespace &&
	object.metadata.name === configMap;
