/**
 * The way from queue-proxy to the app: HTTP/1.1, or HTTP/2 with prior knowledge where the port is named h2c.
 */
import http, {type OutgoingHttpHeaders} from 'node:http';
import http2, {type ClientHttp2Session} from 'node:http2';
import type {Readable} from 'node:stream';
import {forwardable, type Exchange} from './exchange.js';
import {badGateway, type Refusal} from './refusal.js';
import type {BackendSettings, Endpoint} from './revision-backend.js';

export type UpstreamAnswer = {
	status: number;
	headers: OutgoingHttpHeaders;
	body: Readable;
	/** Headers that end the message too: neither body nor trailers follow. */
	bare: boolean;
	/** Filled by the time the body has ended. */
	trailers(): OutgoingHttpHeaders;
	/** Whether the body broke off; Node ends the stream of an HTTP/2 reset without an error in some cases. */
	broken(): boolean;
};

export type Upstream = {
	/**
	 * Sends the request on; resolves with the head of the answer.
	 *
	 * @throws Refusal (502) when there is no answer; what `signal` was aborted with when it is.
	 */
	send(
		exchange: Exchange,
		headers: OutgoingHttpHeaders,
		endpoint: Endpoint,
		protocol: BackendSettings['protocol'],
		signal: AbortSignal,
	): Promise<UpstreamAnswer>;
	close(): void;
};

export function createUpstream(): Upstream {
	const agent = new http.Agent({keepAlive: true});
	const sessions = new Map<string, ClientHttp2Session>();

	function sessionOf({host, port}: Endpoint): ClientHttp2Session {
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
		send(exchange, headers, endpoint, protocol, signal) {
			return protocol === 'h2c'
				? sendHttp2(exchange, headers, sessionOf(endpoint), signal)
				: sendHttp1(exchange, headers, endpoint, agent, signal);
		},
		close() {
			agent.destroy();
			for (const session of sessions.values()) {
				session.destroy();
			}
		},
	};
}

function sendHttp1(
	exchange: Exchange,
	headers: OutgoingHttpHeaders,
	endpoint: Endpoint,
	agent: http.Agent,
	signal: AbortSignal,
): Promise<UpstreamAnswer> {
	return new Promise((resolve, reject) => {
		const request = http.request({
			host: endpoint.host,
			port: endpoint.port,
			method: exchange.method,
			path: exchange.path,
			headers: {...headers, host: exchange.authority ?? ''},
			agent,
			signal,
		});
		request.on('response', response => {
			// Aborting destroys it with an error; who reads it hears of that through its pipe.
			response.on('error', () => {});
			resolve({
				status: response.statusCode ?? 502,
				headers: forwardable(response.headers),
				body: response,
				bare: false,
				trailers: () => ({...response.trailers}),
				broken: () => !response.complete,
			});
		});
		request.on('error', error => reject(signal.aborted ? error : refusalOf(error)));
		if (exchange.hasBody) {
			exchange.body.pipe(request);
		} else {
			request.end();
		}
	});
}

function sendHttp2(
	exchange: Exchange,
	headers: OutgoingHttpHeaders,
	session: ClientHttp2Session,
	signal: AbortSignal,
): Promise<UpstreamAnswer> {
	return new Promise((resolve, reject) => {
		const stream = session.request(
			{
				...headers,
				':method': exchange.method,
				':path': exchange.path,
				':scheme': 'http',
				':authority': exchange.authority ?? '',
			},
			{endStream: !exchange.hasBody},
		);
		let trailing: OutgoingHttpHeaders = {};
		const cancel = (): void => stream.close(http2.constants.NGHTTP2_CANCEL);
		signal.addEventListener('abort', cancel, {once: true});
		stream.on('trailers', trailers => {
			trailing = forwardable(trailers);
		});
		stream.on('response', (answer, flags) => {
			resolve({
				status: answer[':status'] ?? 502,
				headers: forwardable(answer),
				body: stream,
				// A gRPC error without a message is one frame of headers that ends the stream ("Trailers-Only").
				bare: (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0,
				trailers: () => trailing,
				broken: () => stream.rstCode !== http2.constants.NGHTTP2_NO_ERROR,
			});
		});
		stream.on('error', error => reject(signal.aborted ? error : refusalOf(error)));
		stream.on('close', () => {
			signal.removeEventListener('abort', cancel);
			// Without effect when there has been an answer.
			reject(signal.aborted ? new Error('cancelled') : badGateway('EOF'));
		});
		if (exchange.hasBody) {
			exchange.body.pipe(stream);
		}
	});
}

/** What Go's transport says in the same case. */
function refusalOf(
	error: Error & {code?: string; rawPacket?: unknown; port?: number; address?: string},
): Refusal {
	const {code = '', rawPacket, address, port} = error;
	switch (code) {
		case 'ECONNREFUSED':
			return badGateway(`dial tcp ${address}:${port}: connect: connection refused`);
		case 'ECONNRESET':
		case 'ERR_HTTP2_STREAM_CANCEL':
			return badGateway('EOF');
		case 'ERR_HTTP2_ERROR':
		case 'ERR_HTTP2_SESSION_ERROR':
			return badGateway(
				'http2: failed reading the frame payload: http2: frame too large, note that the frame header looked like an HTTP/1.1 header',
			);
		default:
			return badGateway(
				code.startsWith('HPE_') && Buffer.isBuffer(rawPacket)
					? `net/http: HTTP/1.x transport connection broken: malformed HTTP response ${quoteGo(rawPacket)}`
					: error.message,
			);
	}
}

/** As Go's %q shows the first line of bytes. */
function quoteGo(bytes: Buffer): string {
	const line = bytes.subarray(0, 64).toString('latin1').split('\n', 1)[0] ?? '';
	const shown = line.replaceAll(/[^ -~]|["\\]/g, character => {
		const code = character.charCodeAt(0);
		return character === '"' || character === '\\'
			? `\\${character}`
			: `\\x${code.toString(16).padStart(2, '0')}`;
	});
	return `"${shown}"`;
}
