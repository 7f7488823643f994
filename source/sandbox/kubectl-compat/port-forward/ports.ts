/** Ports of a pod as requests name them, and as a kubelet reports that nobody listens there. */
import {badRequest} from '../../api/http/api-error.js';

/** The pod a connection leads to. */
export type ForwardedPod = {namespace: string; name: string};

/** A port from text; undefined when it is none. */
export function portOf(text: string): number | undefined {
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	return port >= 1 && port <= 65_535 ? port : undefined;
}

/**
 * The ports of a request: `?ports=8080&ports=9090` or `?ports=8080,9090`.
 *
 * @throws ApiError 400 when there is none, or one that is no port.
 */
export function portsOf(query: URLSearchParams): number[] {
	const texts = query.getAll('ports').flatMap(value => value.split(','));
	if (texts.length === 0 || texts.length > 100) {
		throw badRequest('query parameter "ports" is required');
	}

	return texts.map(text => {
		const port = portOf(text);
		if (port === undefined) {
			throw badRequest(`invalid value for query parameter "ports": ${JSON.stringify(text)} is no port`);
		}

		return port;
	});
}

/** As containerd and kubelet put it. */
export const forwardingError = ({namespace, name}: ForwardedPod, port: number, why: string): string =>
	`error forwarding port ${port} to pod ${namespace}/${name}, uid : ${why}`;

/** What containerd says of a port of a pod at which nothing listens. */
export const nobodyListens = (port: number): string =>
	`failed to connect to localhost:${port} inside namespace: dial tcp4 127.0.0.1:${port}: connect: connection refused`;
