/**
 * One request from its arrival to the end of its answer: Envoy's routing, the activator's waiting, queue-proxy's limits.
 */
import {STATUS_CODES, type OutgoingHttpHeaders} from 'node:http';
import {randomUUID} from 'node:crypto';
import {pipeline} from 'node:stream/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Exchange} from './exchange.js';
import type {Fate, GatewayFaultSwitch} from './faults.js';
import {noHealthyUpstream, Refusal, requestTimeout, unknownHost} from './refusal.js';
import type {RevisionBackend} from './revision-backend.js';
import {draw, type Destination, type Path, type RoutingTable} from './routing-table.js';
import type {Upstream, UpstreamAnswer} from './upstream.js';

export type ProxyOptions = {
	table: RoutingTable;
	/** Undefined when the revision is gone. */
	backendOf(destination: Destination): RevisionBackend | undefined;
	upstream: Upstream;
	random: () => number;
	faults: GatewayFaultSwitch;
};

/** Answers a request. Never rejects: whatever goes wrong is an answer, or a connection broken off. */
export async function proxy(exchange: Exchange, options: ProxyOptions): Promise<void> {
	try {
		const {faults} = options;
		if (faults.current.delay > 0) {
			// Who leaves meanwhile is not routed any more; the rejection says so.
			await sleep(faults.current.delay, undefined, {signal: exchange.gone, ref: false});
		}

		const fate = faults.fate();
		if (fate === 'drop') {
			return;
		}

		if (fate === 'reset') {
			exchange.reset();
			return;
		}

		if (fate === 'unavailable') {
			throw noHealthyUpstream();
		}

		const path = options.table.match(exchange.authority, exchange.headers);
		if (!path) {
			throw unknownHost();
		}

		const destination = draw(faults.destinations(exchange.authority, path.destinations), options.random);
		const backend = destination && options.backendOf(destination);
		if (!backend) {
			throw noHealthyUpstream();
		}

		await passThrough(exchange, backend, options.upstream, {fate, appendHeaders: path.appendHeaders});
	} catch (error) {
		if (exchange.gone.aborted) {
			return;
		}

		if (exchange.answering()) {
			exchange.abort();
		} else if (error instanceof Refusal) {
			refuse(exchange, error);
		} else {
			const text =
				'upstream connect error or disconnect/reset before headers. reset reason: connection termination';
			refuse(exchange, new Refusal('envoy', 503, text));
		}
	}
}

async function passThrough(
	exchange: Exchange,
	backend: RevisionBackend,
	upstream: Upstream,
	{fate, appendHeaders}: {fate: Fate; appendHeaders: Path['appendHeaders']},
): Promise<void> {
	const started = performance.now();
	const {timeoutSeconds, protocol} = backend.settings;
	const ended = new AbortController();
	const leave = (): void => ended.abort('gone');
	const timer = setTimeout(() => ended.abort('timeout'), timeoutSeconds * 1000).unref();
	exchange.gone.addEventListener('abort', leave, {once: true});
	try {
		const lease = await backend.acquire(ended.signal);
		try {
			const headers = requestHeaders(exchange, appendHeaders);
			const answer = await upstream.send(exchange, headers, lease.endpoint, protocol, ended.signal);
			await passAnswer(exchange, answer, {
				milliseconds: performance.now() - started,
				signal: ended.signal,
				isCut: fate === 'cut',
			});
		} finally {
			lease.release();
		}
	} catch (error) {
		throw ended.signal.reason === 'timeout' && !(error instanceof Refusal) ? requestTimeout() : error;
	} finally {
		clearTimeout(timer);
		exchange.gone.removeEventListener('abort', leave);
	}
}

/**
 * What the app gets: the client's headers without those that only the gateway may set, which activator and queue-proxy
 * take out again before the app (knative/serving pkg/activator, pkg/http/proxy.go).
 */
function requestHeaders(exchange: Exchange, appendHeaders: Path['appendHeaders']): OutgoingHttpHeaders {
	const {headers, remoteAddress} = exchange;
	const {'knative-serving-revision': _revision, 'knative-serving-namespace': _namespace, ...kept} = headers;
	const earlier = headers['x-forwarded-for'];
	return {
		...kept,
		...appendHeaders,
		'x-forwarded-for': earlier === undefined ? remoteAddress : `${String(earlier)}, ${remoteAddress}`,
		'x-forwarded-proto': 'http',
		'x-request-id': headers['x-request-id'] ?? randomUUID(),
		forwarded: `for=${remoteAddress};proto=http`,
	};
}

async function passAnswer(
	exchange: Exchange,
	answer: UpstreamAnswer,
	options: {milliseconds: number; signal: AbortSignal; isCut: boolean},
): Promise<void> {
	const {milliseconds, signal, isCut} = options;
	const headers = {
		...answer.headers,
		server: 'envoy',
		'x-envoy-upstream-service-time': String(Math.round(milliseconds)),
	};
	const bodiless = answer.bare || exchange.method === 'HEAD' || [204, 304].includes(answer.status);
	exchange.head(answer.status, headers, {end: bodiless});
	if (bodiless) {
		answer.body.resume();
		return;
	}

	await pipeline(
		answer.body,
		async function* (source: AsyncIterable<Uint8Array>) {
			for await (const chunk of source) {
				yield isCut ? chunk.subarray(0, Math.floor(chunk.length / 2)) : chunk;
				if (isCut) {
					throw new Error('the answer is cut');
				}
			}

			if (answer.broken()) {
				throw new Error('the app broke its answer off');
			}

			exchange.trailers(answer.trailers());
		},
		exchange.answer,
		{signal},
	);
}

/** Envoy turns its own answers into a gRPC status for a gRPC client (source/common/grpc/status.cc). */
const grpcStatus: Readonly<Record<number, number>> = {404: 12, 502: 14, 503: 14, 504: 14};

function refuse(exchange: Exchange, {by, status, body}: Refusal): void {
	const contentType = exchange.headers['content-type'];
	if (by === 'envoy' && typeof contentType === 'string' && contentType.startsWith('application/grpc')) {
		exchange.head(
			200,
			{
				server: 'envoy',
				'content-type': 'application/grpc',
				'grpc-status': String(grpcStatus[status] ?? 2),
				'grpc-message': encodeURIComponent(body === '' ? (STATUS_CODES[status] ?? '') : body).replaceAll(
					'%20',
					' ',
				),
			},
			{end: true},
		);
		return;
	}

	const headers: OutgoingHttpHeaders = {server: 'envoy', 'content-length': Buffer.byteLength(body)};
	if (body !== '') {
		headers['content-type'] = by === 'envoy' ? 'text/plain' : 'text/plain; charset=utf-8';
	}

	if (by !== 'envoy') {
		headers['x-envoy-upstream-service-time'] = '0';
		if (body.endsWith('\n')) {
			// What Go's http.Error adds.
			headers['x-content-type-options'] = 'nosniff';
		}
	}

	const bodiless = body === '' || exchange.method === 'HEAD';
	exchange.head(status, headers, {end: bodiless});
	if (!bodiless) {
		exchange.answer.end(body);
	}
}
