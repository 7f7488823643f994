/**
 * The probe that speaks gRPC: unary calls over HTTP/2, h2c with prior knowledge or TLS. To be loaded with `import()`:
 * grpc-js is large. Nothing is read from disk at run time, because the program is bundled.
 */
import {logVerbosity, setLogVerbosity} from '@grpc/grpc-js';
import type {Client} from '@grpc/grpc-js';
import {byFirstLine} from '../../attribution/fingerprint.js';
import {callMethod} from './grpc-call.js';
import {connect, type Connected} from './grpc-client.js';
import type {GrpcMethod} from './grpc-methods.js';
import {grpcMethods, healthCheck} from './grpc-methods.js';
import {lookUp} from './grpc-lookup.js';
import type {AskOptions, Probe, ProbeOptions, ProbeTarget} from '../probe.js';
import {checkTarget, defaultTimeout, formatAddress} from '../probe.js';

/** Calls the method that `target.path` names; `/` is the health check of the whole server. */
export function createGrpcProbe(options: ProbeOptions = {}): Probe {
	const {keepAlive = true, fingerprint = byFirstLine} = options;
	// It would write what a gateway sent, as it came, on the terminal.
	setLogVerbosity(logVerbosity.NONE);
	const clients = new Map<string, Connected>();
	const closing = new AbortController();
	/** By host: two revisions may describe the same method in two ways. Looked up again where that failed. */
	const lookedUp = new Map<string, Promise<GrpcMethod>>();

	async function methodOf(
		{path, authority}: ProbeTarget,
		client: Client,
		timeout: number,
	): Promise<GrpcMethod> {
		const {grpcCall} = options;
		if (grpcCall && path === `/${grpcCall.method}`) {
			const found = lookedUp.get(authority) ?? lookUp(grpcCall, client, timeout);
			lookedUp.set(authority, found);
			try {
				return await found;
			} catch (error) {
				lookedUp.delete(authority);
				throw error;
			}
		}

		const method = path === '/' ? healthCheck : grpcMethods.get(path);
		if (!method) {
			throw new TypeError(
				`The gRPC method ${path} is not built in: use one of ${[...grpcMethods.keys()].join(', ')}, or --grpc-method.`,
			);
		}

		return method;
	}

	function clientFor(target: ProbeTarget): Connected {
		const key = `${target.scheme}://${formatAddress(target.address)} ${target.authority}`;
		let client = clients.get(key);
		if (!client) {
			client = connect(target, options);
			clients.set(key, client);
		}

		return client;
	}

	return {
		async ask(target, {timeout = defaultTimeout, signal, slot}: AskOptions = {}) {
			checkTarget(target);
			if (closing.signal.aborted) {
				throw new Error('The probe is closed.');
			}

			signal?.throwIfAborted();
			const connected = keepAlive ? clientFor(target) : connect(target, options);
			const {client} = connected;
			const at = Date.now();
			try {
				const before = performance.now();
				const method = await methodOf(target, client, timeout);
				// That the method had to be looked up first is not the service's latency.
				const start = slot === undefined ? performance.now() : slot + performance.now() - before;
				const outcome = await callMethod(client, target, method, {
					timeout,
					signal,
					closing: closing.signal,
					fingerprint,
				});
				return {at, latency: performance.now() - start, outcome};
			} finally {
				if (!keepAlive) connected.close();
			}
		},
		async close() {
			closing.abort();
			for (const connected of clients.values()) connected.close();
		},
	};
}
