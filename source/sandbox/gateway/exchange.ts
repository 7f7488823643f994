/**
 * A request and the way to answer it, the same over HTTP/1.1 and HTTP/2.
 */
import type {IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse} from 'node:http';
import http2, {type ServerHttp2Stream} from 'node:http2';
import type {Readable, Writable} from 'node:stream';

export type Exchange = {
	readonly method: string;
	readonly path: string;
	readonly authority: string | undefined;
	/** In lower case, without pseudo headers and those of the connection. */
	readonly headers: OutgoingHttpHeaders;
	readonly body: Readable;
	readonly hasBody: boolean;
	readonly remoteAddress: string;
	/** Whether an answer has been begun. */
	readonly answering: () => boolean;
	/** Aborts when the client leaves before the answer is through. */
	readonly gone: AbortSignal;
	/** Begins the answer. With `end` there is neither body nor trailers. */
	head(status: number, headers: OutgoingHttpHeaders, options: {end: boolean}): void;
	/** Where the body of the answer goes; ending it ends the answer. */
	readonly answer: Writable;
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
	const connection = String(headers['connection'] ?? '').toLowerCase();
	const named = new Set(connection.split(',').map(name => name.trim()));
	return Object.fromEntries(
		Object.entries(headers).filter(
			([name, value]) =>
				!name.startsWith(':') && !connectionHeaders.has(name) && !named.has(name) && value !== undefined,
		),
	);
}

export function exchangeOfHttp1(request: IncomingMessage, response: ServerResponse): Exchange {
	const gone = new AbortController();
	request.on('error', () => {});
	response.on('error', () => {});
	response.on('close', () => {
		if (!response.writableFinished) {
			gone.abort('gone');
		}
	});
	return {
		method: request.method ?? 'GET',
		path: request.url ?? '/',
		authority: request.headers.host,
		headers: forwardable(request.headers),
		body: request,
		hasBody:
			request.headers['transfer-encoding'] !== undefined ||
			Number(request.headers['content-length'] ?? 0) > 0,
		remoteAddress: request.socket.remoteAddress ?? '',
		gone: gone.signal,
		answering: () => response.headersSent,
		head(status, headers, {end}) {
			// The date is the app's, or set here as Envoy does when there is none.
			response.writeHead(status, headers);
			if (end) {
				response.end();
			} else {
				response.flushHeaders();
			}
		},
		answer: response,
		trailers() {},
		abort() {
			response.destroy();
		},
		reset() {
			request.socket.resetAndDestroy();
		},
	};
}

export function exchangeOfHttp2(stream: ServerHttp2Stream, headers: http2.IncomingHttpHeaders): Exchange {
	const gone = new AbortController();
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
	stream.on('aborted', () => gone.abort('gone'));
	stream.on('close', () => {
		if (!finished) {
			gone.abort('gone');
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
		gone: gone.signal,
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
