/**
 * The queue-proxy of one pod, as far as it counts: what it is told of each request that the gateway sends to the pod, and the
 * ports at which it tells of them.
 *
 * Source: knative/serving pkg/networking/constants.go, pkg/queue/sharedmain/{main,servers}.go.
 */
import {createServer, type Server} from 'node:http';
import {once} from 'node:events';
import {encodeStat} from './stat-message.js';
import {createInvocations, type PodIdentity} from './invocations.js';
import type {RequestMetrics} from './observability.js';
import {createRequestStats} from './request-stats.js';

const autoscalerPort = 9090;
const userPort = 9091;
const host = '127.0.0.1';

/** Who is told of the requests of a pod. */
export type RequestMeter = {
	/**
	 * A request has come to the pod.
	 *
	 * @param isProxied whether through the activator.
	 * @returns what is told, once, when it is through: the status code of the answer.
	 */
	begin(isProxied: boolean, method: string): (status: number) => void;
};

export type QueueProxy = RequestMeter & {
	/** Where a port of it really listens; undefined when nobody does, or not yet. */
	socketOf(port: number): {host: string; port: number} | undefined;
	stop(): Promise<void>;
};

/** Starts it: at 9090 for the autoscaler, at 9091 where Prometheus is to be told. */
export function startQueueProxy(identity: PodIdentity, {names}: Pick<RequestMetrics, 'names'>): QueueProxy {
	const stats = createRequestStats(() => performance.now());
	const invocations = createInvocations(identity);
	const ports = new Map<number, Server>();

	function serve(port: number, contentType: string, content: () => string | Uint8Array): void {
		const server = createServer((request, response) => {
			request.resume();
			const isFound = request.url?.split('?', 1)[0] === '/metrics';
			const body = isFound ? content() : '404 page not found\n';
			response.writeHead(isFound ? 200 : 404, {
				'content-type': isFound ? contentType : 'text/plain; charset=utf-8',
				'content-length': Buffer.byteLength(body),
			});
			response.end(body);
		});
		server.on('clientError', (_error, socket) => socket.destroy());
		// Too many open files, say: then nobody listens there.
		server.on('error', () => {});
		server.listen({host, port: 0});
		server.unref();
		ports.set(port, server);
	}

	serve(autoscalerPort, 'application/protobuf', () => encodeStat(identity.pod, stats.report()));
	if (names !== undefined) {
		const contentType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
		serve(userPort, contentType, () =>
			names === 'since 1.19' ? invocations.text() : invocations.olderText(),
		);
	}

	return {
		begin(isProxied, method) {
			const began = performance.now();
			const ended = stats.begin(isProxied);
			let isOver = false;
			return status => {
				if (!isOver) {
					isOver = true;
					ended();
					invocations.add(status, (performance.now() - began) / 1000, method);
				}
			};
		},
		socketOf(port) {
			const address = ports.get(port)?.address();
			return address === null || address === undefined || typeof address === 'string'
				? undefined
				: {host, port: address.port};
		},
		async stop() {
			const servers = [...ports.values()];
			ports.clear();
			await Promise.all(
				servers.map(async server => {
					const closed = once(server, 'close');
					server.close();
					server.closeAllConnections();
					await closed;
				}),
			);
		},
	};
}
