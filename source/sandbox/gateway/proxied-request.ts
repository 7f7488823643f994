/**
 * One request from its arrival to the end of its answer: Envoy's routing, the activator's waiting, queue-proxy's limits.
 */
import {STATUS_CODES, type OutgoingHttpHeaders} from 'node:http';
import {randomUUID} from 'node:crypto';
import type {ExchangeCancellation} from './cancellation.js';
import type {Exchange} from './gateway-exchange.js';
import type {InjectedFault, GatewayFaultSwitch} from './gateway-faults.js';
import {noHealthyUpstream, GatewayRefusal, requestTimeout, unknownHost} from './refusal.js';
import type {RevisionBackend} from './revision-backend.js';
import {draw, type Destination, type Path, type RoutingTable} from './routing-table.js';
import type {Receiver} from './receiver.js';
import type {Upstream} from './upstream.js';

export type ProxyOptions = {
	table: RoutingTable;
	/** Undefined when the revision is gone. */
	backendOf(destination: Destination): RevisionBackend | undefined;
	/** Whether requests come to its pods through the activator; so it is unless told. */
	isProxied?: (destination: Destination) => boolean;
	upstream: Upstream;
	random: () => number;
	faults: GatewayFaultSwitch;
};

/** Answers a request. Never rejects: whatever goes wrong is an answer, or a connection broken off. */
export async function proxy(exchange: Exchange, options: ProxyOptions): Promise<void> {
	try {
		const {faults} = options;
		if (faults.current.delay > 0) {
			await passed(faults.current.delay, exchange.cancellation);
		}

		const fault = faults.next();
		if (fault === 'drop') {
			return;
		}

		if (fault === 'reset') {
			exchange.reset();
			return;
		}

		if (fault === 'unavailable') {
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

		await passThrough(exchange, backend, options.upstream, {
			fault,
			appendHeaders: path.appendHeaders,
			isProxied: options.isProxied?.(destination) ?? true,
		});
	} catch (error) {
		if (exchange.cancellation.reason === 'gone') {
			return;
		}

		if (exchange.answering()) {
			exchange.abort();
		} else if (error instanceof GatewayRefusal) {
			refuse(exchange, error);
		} else {
			const text =
				'upstream connect error or disconnect/reset before headers. reset reason: connection termination';
			refuse(exchange, new GatewayRefusal('envoy', 503, text));
		}
	}
}

async function passThrough(
	exchange: Exchange,
	backend: RevisionBackend,
	upstream: Upstream,
	{
		fault,
		appendHeaders,
		isProxied,
	}: {fault: InjectedFault; appendHeaders: Path['appendHeaders']; isProxied: boolean},
): Promise<void> {
	const {cancellation} = exchange;
	const {timeoutSeconds, protocol} = backend.settings;
	const receiver = answerReceiver(exchange, {started: performance.now(), isCut: fault === 'cut'});
	const timer = setTimeout(() => cancellation.cancel('timeout'), timeoutSeconds * 1000).unref();
	// Without an answer of the app it is what Go's reverse proxy makes of it.
	let status = 502;
	try {
		const lease = await backend.acquire(cancellation);
		const answered = lease.endpoint.meter?.begin(isProxied, exchange.method);
		try {
			const headers = requestHeaders(exchange, appendHeaders);
			const counted = {
				...receiver,
				head(...head: Parameters<Receiver['head']>) {
					[status] = head;
					receiver.head(...head);
				},
			};
			await upstream.send(exchange, headers, lease.endpoint, protocol, counted);
		} finally {
			answered?.(status);
			lease.release();
		}
	} catch (error) {
		throw cancellation.reason === 'timeout' && !(error instanceof GatewayRefusal) ? requestTimeout() : error;
	} finally {
		clearTimeout(timer);
	}
}

/** Waits that many milliseconds; rejects when the client leaves meanwhile. */
function passed(milliseconds: number, cancellation: ExchangeCancellation): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => {
			forget();
			resolve();
		}, milliseconds).unref();
		const forget = cancellation.onCancel(() => {
			clearTimeout(timer);
			reject(new Error('the client has left'));
		});
	});
}

/**
 * What the app gets: the client's headers without those that only the gateway may set, which activator and queue-proxy
 * remove again before the app (knative/serving pkg/activator, pkg/http/proxy.go).
 */
function requestHeaders(exchange: Exchange, appendHeaders: Path['appendHeaders']): OutgoingHttpHeaders {
	const {headers, remoteAddress} = exchange;
	const earlier = headers['x-forwarded-for'];
	// The exchange's own, which nobody else reads after this.
	delete headers['knative-serving-revision'];
	delete headers['knative-serving-namespace'];
	for (const [name, value] of Object.entries(appendHeaders)) {
		headers[name] = value;
	}

	headers['x-forwarded-for'] = earlier === undefined ? remoteAddress : `${String(earlier)}, ${remoteAddress}`;
	headers['x-forwarded-proto'] = 'http';
	headers['x-request-id'] ??= randomUUID();
	headers['forwarded'] = `for=${remoteAddress};proto=http`;
	return headers;
}

/** Passes the answer on to the client, as Envoy sends it. */
function answerReceiver(exchange: Exchange, {started, isCut}: {started: number; isCut: boolean}): Receiver {
	let bodiless = false;
	let isOver = false;
	/** Bytes that are still to come, where the app said how many. */
	let missing = Number.NaN;
	return {
		head(status, headers, bare) {
			headers['server'] = 'envoy';
			headers['x-envoy-upstream-service-time'] = String(Math.round(performance.now() - started));
			bodiless = bare || exchange.method === 'HEAD' || status === 204 || status === 304;
			missing = Number(headers['content-length'] ?? Number.NaN);
			exchange.head(status, headers, {end: bodiless});
		},
		data(chunk) {
			if (bodiless || isOver) {
				return true;
			}

			if (isCut) {
				isOver = true;
				exchange.answer.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => exchange.abort());
				return true;
			}

			missing -= chunk.length;
			if (missing === 0 && exchange.endsByLength) {
				// The last piece and the end in one packet.
				isOver = true;
				exchange.answer.end(chunk);
				return true;
			}

			return exchange.answer.write(chunk);
		},
		end(trailers) {
			if (!bodiless && !isOver) {
				exchange.trailers(trailers);
				exchange.answer.end();
			}
		},
	};
}

/** Envoy turns its own answers into a gRPC status for a gRPC client (source/common/grpc/status.cc). */
const grpcStatus: Readonly<Record<number, number>> = {404: 12, 502: 14, 503: 14, 504: 14};

function refuse(exchange: Exchange, {by, status, body}: GatewayRefusal): void {
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
