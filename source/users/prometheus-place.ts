/** Where Prometheus is, as the operator writes it. Pure, and light: flags are read before anything else is loaded. */
import {printable} from '../knative/text/printable.js';

/** Where it is: a URL, or a Service that the API server leads to. */
export type PrometheusPlace =
	| {readonly kind: 'url'; readonly url: URL}
	| {readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly port: string};

/** `https://prom.example`, or `monitoring/prometheus-server:9090`; the sentence says what is wrong. */
export function parsePrometheusPlace(text: string): PrometheusPlace | {kind: 'none'; sentence: string} {
	if (/^https?:\/\//i.test(text)) {
		return URL.canParse(text)
			? {kind: 'url', url: new URL(text)}
			: {kind: 'none', sentence: `${JSON.stringify(printable(text))} is no URL.`};
	}
	const found = /^(?<namespace>[a-z\d-]+)\/(?<name>[a-z\d.-]+?)(?::(?<port>[a-z\d-]+))?$/.exec(text)?.groups;
	return found
		? {kind: 'service', namespace: found['namespace']!, name: found['name']!, port: found['port'] ?? '9090'}
		: {
				kind: 'none',
				sentence:
					'Give the URL of Prometheus, or its Service as namespace/name:port, such as monitoring/prometheus:9090.',
			};
}
