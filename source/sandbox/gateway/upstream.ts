/**
 * The way from queue-proxy to the app: HTTP/1.1, or HTTP/2 with prior knowledge where the port is named h2c.
 */
import type {OutgoingHttpHeaders} from 'node:http';
import http2, {type ClientHttp2Session} from 'node:http2';
import {PassThrough} from 'node:stream';
import {Agent, type Dispatcher} from 'undici';
import {forwardable, type Exchange} from './gateway-exchange.js';
import type {Receiver} from './receiver.js';
import {badGateway, type GatewayRefusal} from './refusal.js';
import type {BackendSettings, PodEndpoint} from './revision-backend.js';
import {sendUpgrade} from './websocket-upgrade.js';

export type Upstream = {
	/**
	 * Sends the request on and the answer back; resolves when the answer is through.
	 *
	 * @throws Refusal (502) when there is no answer, or not a whole one; Error when the exchange ends meanwhile.
	 */
	send(
		exchange: Exchange,
		headers: OutgoingHttpHeaders,
		endpoint: PodEndpoint,
		protocol: BackendSettings['protocol'],
		receiver: Receiver,
	): Promise<void>;
	close(): void;
};

export function createUpstream(): Upstream {
	// How long a request may take is the revision's matter, how many at a time queue-proxy's.
	const agent = new Agent({
		connections: null,
		pipelining: 1,
		headersTimeout: 0,
		bodyTimeout: 0,
		keepAliveTimeout: 60_000,
		allowH2: false,
	});
	const sessions = new Map<string, ClientHttp2Session>();

	function sessionOf({host, port}: PodEndpoint): ClientHttp2Session {
		const url = `http://${host}:${port}`;
		const existing = sessions.get(url);
		if (existing && !existing.closed && !existing.destroyed) {
			return existing;
		}

		const session = http2.connect(url);
		sessions.set(url, session);
		session.unref();
		const forget = (): void => {
			if (sessions.get(url) === session) {
				sessions.delete(url);
			}
		};
		session.on('error', forget);
		session.on('close', forget);
		session.on('goaway', forget);
		return session;
	}

	return {
		send(exchange, headers, endpoint, protocol, receiver) {
			if (protocol === 'h2c') {
				return sendHttp2(exchange, headers, sessionOf(endpoint), receiver);
			}

			return exchange.upgrade
				? sendUpgrade(exchange, exchange.upgrade, headers, endpoint, receiver).catch((error: unknown) => {
						throw exchange.cancellation.reason === undefined && error instanceof Error
							? refusalOf(error)
							: error;
					})
				: sendHttp1(exchange, headers, {agent, endpoint}, receiver);
		},
		close() {
			// What is under way ends with an error of its own.
			void agent.destroy().catch(() => {});
			for (const session of sessions.values()) {
				session.destroy();
			}
		},
	};
}

function sendHttp1(
	exchange: Exchange,
	headers: OutgoingHttpHeaders,
	{agent, endpoint}: {agent: Agent; endpoint: PodEndpoint},
	receiver: Receiver,
): Promise<void> {
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	let forget: (() => void) | undefined;
	let body: PassThrough | null = null;
	if (exchange.hasBody) {
		// Of its own: what becomes of it must not become of the client's connection.
		body = new PassThrough();
		body.on('error', () => {});
		exchange.body.pipe(body);
	}

	headers['host'] = exchange.authority ?? '';
	const handler: Dispatcher.DispatchHandler = {
		onRequestStart(controller) {
			forget = exchange.cancellation.onCancel(() => controller.abort(new Error('the exchange is over')));
		},
		onResponseStart(_controller, status, answerHeaders) {
			// What only announces the answer (103 Early Hints) stays here.
			if (status >= 200) {
				receiver.head(status, forwardable(answerHeaders), false);
			}
		},
		onResponseData(controller, chunk) {
			if (!receiver.data(chunk)) {
				controller.pause();
				exchange.answer.once('drain', () => controller.resume());
			}
		},
		onResponseEnd(_controller, trailers) {
			forget?.();
			receiver.end(forwardable({...trailers}));
			resolve();
		},
		onResponseError(_controller, error) {
			forget?.();
			reject(exchange.cancellation.reason === undefined ? refusalOf(error) : error);
		},
	};
	try {
		agent.dispatch(
			{
				origin: `http://${endpoint.host}:${endpoint.port}`,
				path: exchange.path,
				// Node's server takes no others.
				method: exchange.method,
				headers: stringsOf(headers),
				body,
			},
			handler,
		);
	} catch (error) {
		reject(error instanceof Error ? error : new Error(String(error)));
	}

	return promise;
}

/** Header values as they are written. */
function stringsOf(headers: OutgoingHttpHeaders): Record<string, string | string[]> {
	const strings: Record<string, string | string[]> = {};
	for (const name of Object.keys(headers)) {
		const value = headers[name];
		if (value !== undefined) {
			strings[name] = typeof value === 'number' ? String(value) : Array.isArray(value) ? [...value] : value;
		}
	}

	return strings;
}

function sendHttp2(
	exchange: Exchange,
	headers: OutgoingHttpHeaders,
	session: ClientHttp2Session,
	receiver: Receiver,
): Promise<void> {
	return new Promise((resolve, reject) => {
		const {te, ...others} = headers;
		const stream = session.request(
			{
				...others,
				// The only value that HTTP/2 knows (RFC 9113 §8.2.2).
				...(te === 'trailers' ? {te} : {}),
				':method': exchange.method,
				':path': exchange.path,
				':scheme': 'http',
				':authority': exchange.authority ?? '',
			},
			{endStream: !exchange.hasBody},
		);
		let trailing: OutgoingHttpHeaders = {};
		const forget = exchange.cancellation.onCancel(() => stream.close(http2.constants.NGHTTP2_CANCEL));
		stream.on('trailers', trailers => {
			trailing = forwardable(trailers);
		});
		const breakOff = (error: unknown): void => {
			stream.close(http2.constants.NGHTTP2_CANCEL);
			reject(error instanceof Error ? error : new Error(String(error)));
		};
		stream.on('response', (answer, flags) => {
			// A gRPC error without a message is one frame of headers that ends the stream ("Trailers-Only").
			const bare = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
			try {
				receiver.head(answer[':status'] ?? 502, forwardable(answer), bare);
			} catch (error) {
				// What the app said cannot be said to this client: no reason to end everything.
				breakOff(error);
				return;
			}

			if (bare) {
				stream.resume();
				resolve();
				return;
			}

			stream.on('data', (chunk: Buffer) => {
				if (!receiver.data(chunk)) {
					stream.pause();
					exchange.answer.once('drain', () => stream.resume());
				}
			});
			stream.on('end', () => {
				// Node ends the stream of a reset without an error in some cases.
				if (
					stream.rstCode === http2.constants.NGHTTP2_NO_ERROR &&
					exchange.cancellation.reason === undefined
				) {
					receiver.end(trailing);
					resolve();
				} else {
					reject(new Error('the app broke its answer off'));
				}
			});
		});
		stream.on('error', error =>
			reject(exchange.cancellation.reason === undefined ? refusalOf(error) : error),
		);
		stream.on('close', () => {
			forget();
			// Without effect when there has been an answer.
			reject(exchange.cancellation.reason === undefined ? badGateway('EOF') : new Error('cancelled'));
		});
		if (exchange.hasBody) {
			exchange.body.pipe(stream);
		}
	});
}

/** What Go's transport says in the same case. */
function refusalOf(
	error: Error & {code?: string; data?: unknown; port?: number; address?: string},
): GatewayRefusal {
	const {code = '', data, address, port} = error;
	switch (code) {
		case 'ECONNREFUSED':
			return badGateway(`dial tcp ${address}:${port}: connect: connection refused`);
		case 'ECONNRESET':
		case 'EPIPE':
		case 'UND_ERR_SOCKET':
		case 'ERR_HTTP2_STREAM_CANCEL':
			return badGateway('EOF');
		case 'ERR_HTTP2_ERROR':
		case 'ERR_HTTP2_SESSION_ERROR':
			return badGateway(
				'http2: failed reading the frame payload: http2: frame too large, note that the frame header looked like an HTTP/1.1 header',
			);
		default:
			return badGateway(
				code.startsWith('HPE_') && typeof data === 'string'
					? `net/http: HTTP/1.x transport connection broken: malformed HTTP response ${quoteGo(data)}`
					: error.message,
			);
	}
}

/** As Go's %q shows the first line of bytes. */
function quoteGo(bytes: string): string {
	const line = bytes.slice(0, 64).split('\n', 1)[0] ?? '';
	const shown = line.replaceAll(/[^ -~]|["\\]/g, character => {
		const code = character.charCodeAt(0);
		return character === '"' || character === '\\'
			? `\\${character}`
			: `\\x${code.toString(16).padStart(2, '0')}`;
	});
	return `"${shown}"`;
}
