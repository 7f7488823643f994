/**
 * A request and the way to answer it, the same over HTTP/1.1 and HTTP/2.
 */
import {
	ServerResponse,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type OutgoingHttpHeaders,
} from 'node:http';
import type {Socket} from 'node:net';
import http2, {type ServerHttp2Stream} from 'node:http2';
import type {Duplex, Readable, Writable} from 'node:stream';
import {ExchangeCancellation} from './cancellation.js';

export type Exchange = {
	readonly method: string;
	readonly path: string;
	readonly authority: string | undefined;
	/** In lower case, without pseudo headers and those of the connection. */
	readonly headers: OutgoingHttpHeaders;
	readonly body: Readable;
	readonly hasBody: boolean;
	readonly remoteAddress: string;
	/** There when the client wants to go on as a WebSocket. */
	readonly upgrade?: {
		/** What it has sent already, beyond its request. */
		readonly head: Buffer;
		/** The connection itself, instead of an answer. */
		accept(): Duplex;
	};
	/** Whether an answer has been begun. */
	readonly answering: () => boolean;
	/** Ends when the client leaves before the answer is through, or when somebody ends it. */
	readonly cancellation: ExchangeCancellation;
	/** Begins the answer. With `end` there is neither body nor trailers. */
	head(status: number, headers: OutgoingHttpHeaders, options: {end: boolean}): void;
	/** Where the body of the answer goes; ending it ends the answer. */
	readonly answer: Writable;
	/** Whether nothing can follow a body of the length that was announced: no trailers. */
	readonly endsByLength: boolean;
	/** To be set before the body ends. HTTP/1.1 clients are not sent any. */
	trailers(headers: OutgoingHttpHeaders): void;
	/** Breaks the answer off so that the client notices. */
	abort(): void;
	/** Resets the connection (over HTTP/2: the stream), as a gateway that crashes does. */
	reset(): void;
};

/** Of the connection, not of the message (RFC 9110 §7.6.1). */
const connectionHeaders = new Set([
	'connection',
	'keep-alive',
	'proxy-connection',
	'transfer-encoding',
	'upgrade',
	'http2-settings',
	'expect',
	'host',
]);

/** The headers of a message that go on to the next hop. */
export function forwardable(headers: IncomingHttpHeaders | OutgoingHttpHeaders): OutgoingHttpHeaders {
	const connection = headers['connection'];
	// Nearly always one of these two, which name no header.
	const named =
		connection === undefined || connection === 'keep-alive' || connection === 'close'
			? undefined
			: new Set(
					String(connection)
						.toLowerCase()
						.split(',')
						.map(name => name.trim()),
				);
	const forwarded: OutgoingHttpHeaders = {};
	for (const name of Object.keys(headers)) {
		const value = headers[name];
		if (value !== undefined && name[0] !== ':' && !connectionHeaders.has(name) && !named?.has(name)) {
			forwarded[name] = value;
		}
	}

	return forwarded;
}

/** A request target in absolute form says its host itself (RFC 9112 §3.2.2). */
function targetOf(request: IncomingMessage): {path: string; authority: string | undefined} {
	const {url = '/', headers} = request;
	if (url[0] === '/' || !URL.canParse(url)) {
		return {path: url, authority: headers.host};
	}

	const {host, pathname, search} = new URL(url);
	return {path: `${pathname}${search}`, authority: host};
}

/** A request whose connection Node has let go of, because it is to become something else. */
export function exchangeOfUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): Exchange {
	const response = new ServerResponse(request);
	response.shouldKeepAlive = false;
	response.assignSocket(socket);
	response.once('finish', () => socket.end());
	const exchange = exchangeOfHttp1(request, response);
	let isTaken = false;
	return {
		...exchange,
		hasBody: false,
		answering: () => isTaken || response.headersSent,
		upgrade: {
			head,
			accept() {
				isTaken = true;
				response.detachSocket(socket);
				socket.once('close', () => exchange.cancellation.cancel('gone'));
				return socket;
			},
		},
	};
}

/** Of a request whose head is there; its body may be still to come. Cancelled when the client goes before the answer is through. */
export function exchangeOfHttp1(request: IncomingMessage, response: ServerResponse): Exchange {
	const cancellation = new ExchangeCancellation();
	request.on('error', () => {});
	response.on('error', () => {});
	response.on('close', () => {
		if (!response.writableFinished) {
			cancellation.cancel('gone');
		}
	});
	return {
		method: request.method ?? 'GET',
		...targetOf(request),
		headers: forwardable(request.headers),
		body: request,
		hasBody:
			request.headers['transfer-encoding'] !== undefined ||
			Number(request.headers['content-length'] ?? 0) > 0,
		remoteAddress: request.socket.remoteAddress ?? '',
		cancellation,
		answering: () => response.headersSent,
		head(status, headers, {end}) {
			// The date is the app's, or set here as Envoy does when there is none.
			response.writeHead(status, headers);
			if (end) {
				response.end();
				return;
			}

			// Head and body in one packet where they come together; a head alone must not wait for its body.
			process.nextTick(() => {
				if (!response.writableEnded) {
					response.flushHeaders();
				}
			});
		},
		answer: response,
		endsByLength: true,
		trailers() {},
		abort() {
			response.destroy();
		},
		reset() {
			request.socket.resetAndDestroy();
		},
	};
}

/** Of a stream; also reset by the client it counts as cancelled, which Node tells of otherwise than of an end. */
export function exchangeOfHttp2(stream: ServerHttp2Stream, headers: http2.IncomingHttpHeaders): Exchange {
	const cancellation = new ExchangeCancellation();
	let trailing: OutgoingHttpHeaders = {};
	let finished = false;
	stream.on('error', () => {});
	stream.on('finish', () => {
		finished = true;
	});
	stream.on('wantTrailers', () => {
		finished = true;
		stream.sendTrailers(trailing);
	});
	// Node ends a stream that the client has reset, as if the answer were through: only this event tells.
	stream.on('aborted', () => cancellation.cancel('gone'));
	stream.on('close', () => {
		if (!finished) {
			cancellation.cancel('gone');
		}
	});
	return {
		method: headers[':method'] ?? 'GET',
		path: headers[':path'] ?? '/',
		authority: headers[':authority'] ?? headers.host,
		headers: forwardable(headers),
		body: stream,
		hasBody: !stream.endAfterHeaders,
		remoteAddress: stream.session?.socket.remoteAddress ?? '',
		cancellation,
		answering: () => stream.headersSent,
		head(status, answerHeaders, {end}) {
			if (stream.destroyed) {
				return;
			}

			finished = end;
			stream.respond(
				{...answerHeaders, ':status': status},
				end ? {endStream: true} : {waitForTrailers: true},
			);
		},
		answer: stream,
		endsByLength: false,
		trailers(answerTrailers) {
			trailing = answerTrailers;
		},
		abort() {
			stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
		},
		reset() {
			stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
		},
	};
}
