/**
 * A request and its answer as the handlers see them: the same over HTTP/1.1 and HTTP/2.
 *
 * Sources: RFC 9113 §8 (HTTP/2); Go's golang.org/x/net/http2 server.go for what a real API server does where that leaves a
 * choice.
 */
import type {IncomingHttpHeaders, ServerResponse} from 'node:http';
import {
	constants,
	type IncomingHttpHeaders as IncomingHttp2Headers,
	type ServerHttp2Stream,
} from 'node:http2';
import type {Duplex} from 'node:stream';

export type ApiMessage = {
	readonly method?: string | undefined;
	/** The path with its query. */
	readonly url?: string | undefined;
	/** A header that came several times is one text here. */
	readonly headers: IncomingHttpHeaders;
	/** Names and values in turn, as they came. */
	readonly rawHeaders: readonly string[];
	/** The body. Whoever stops reading it may still answer. */
	[Symbol.asyncIterator](): AsyncIterator<unknown>;
};

/** The same message, of which the body has been read already. */
export function withBody({method, url, headers, rawHeaders}: ApiMessage, body: Buffer): ApiMessage {
	return {
		method,
		url,
		headers,
		rawHeaders,
		async *[Symbol.asyncIterator]() {
			yield body;
		},
	};
}

/** By name in small letters; several values of one header are as many headers. */
export type ApiHeaders = Record<string, number | string | string[]>;

export type ApiResponse = {
	readonly headersSent: boolean;
	/** Whether there is nobody any more to be told anything. */
	readonly destroyed: boolean;
	/** Bytes that the client has not taken yet. */
	readonly writableLength: number;
	writeHead(code: number, headers: ApiHeaders): void;
	/** Has the client see the headers before there is a body. */
	flushHeaders(): void;
	write(chunk: string | Uint8Array): void;
	end(chunk?: string | Buffer): void;
	/** Ends it so that the client cannot take what it has for the whole of it. */
	breakOff(): void;
	/** Breaks the connection, and with it everything that is under way on it. */
	reset(): void;
	/** Has the client open another connection for what it asks next, where the protocol has a word for that. */
	goAway(): void;
	once(event: 'close', listener: () => void): void;
};

/** The values of each header, by its name in small letters, in the order they came. */
export function headersDistinct(rawHeaders: readonly string[]): ReadonlyMap<string, string[]> {
	const headers = new Map<string, string[]>();
	for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
		const name = rawHeaders[index]?.toLowerCase() ?? '';
		headers.set(name, [...(headers.get(name) ?? []), rawHeaders[index + 1] ?? '']);
	}

	return headers;
}

function ignore(): void {
	// The client is gone; `close` follows.
}

/**
 * The response of HTTP/1.1 as what answers of both protocols are written to. Errors of its socket are passed over: `close` follows.
 */
export function overHttp1(response: ServerResponse): ApiResponse {
	response.on('error', ignore);
	return {
		get headersSent() {
			return response.headersSent;
		},
		get destroyed() {
			return response.destroyed;
		},
		get writableLength() {
			return response.writableLength;
		},
		writeHead(code, headers) {
			response.writeHead(code, headers);
		},
		flushHeaders() {
			response.flushHeaders();
		},
		write(chunk) {
			response.write(chunk);
		},
		end(chunk) {
			response.end(chunk);
		},
		breakOff() {
			response.destroy();
		},
		reset() {
			response.socket?.destroy();
		},
		// A real server leaves HTTP/1.1 alone (k8s.io/apiserver pkg/server/filters/goaway.go).
		goAway() {},
		once(event, listener) {
			response.once(event, listener);
		},
	};
}

/** @param socket what the stream's session runs on. */
export function overHttp2(stream: ServerHttp2Stream, socket: Duplex): ApiResponse {
	stream.on('error', ignore);
	stream.once('finish', () => {
		// Who has the answer need not send the rest of the body (RFC 9113 §8.1). One of which nothing was read is Node's to close.
		if (stream.readableDidRead && !stream.readableEnded && !stream.closed) {
			stream.close(constants.NGHTTP2_NO_ERROR);
		}
	});
	const isOver = (): boolean => stream.destroyed || stream.closed;
	// Nothing may be written to what is over; for HEAD Node ends the stream as soon as it is there.
	const takesBody = (): boolean => !isOver() && !stream.writableEnded;
	return {
		get headersSent() {
			return stream.headersSent;
		},
		get destroyed() {
			return isOver();
		},
		get writableLength() {
			return stream.writableLength;
		},
		writeHead(code, headers) {
			if (!isOver()) {
				// What is said of a connection has no place in a stream of it (RFC 9113 §8.2.2).
				const {connection: _, ...others} = headers;
				stream.respond({':status': code, ...others});
			}
		},
		// They are on their way as soon as they are written.
		flushHeaders() {},
		write(chunk) {
			if (takesBody()) {
				stream.write(chunk);
			}
		},
		end(chunk) {
			if (takesBody()) {
				stream.end(chunk);
			}
		},
		breakOff() {
			// INTERNAL_ERROR, as Go has it when a handler gives up (http.ErrAbortHandler). `close` would send END_STREAM before it,
			// with which the answer is whole.
			stream.destroy(new Error('the answer was broken off'));
		},
		reset() {
			socket.destroy();
		},
		goAway() {
			stream.session?.close();
		},
		once(event, listener) {
			stream.once(event, listener);
		},
	};
}

/** The request of a stream. */
export function messageOf(
	stream: ServerHttp2Stream,
	headers: IncomingHttp2Headers,
	rawHeaders: readonly string[],
): ApiMessage {
	return {
		method: headers[':method'],
		url: headers[':path'],
		headers,
		rawHeaders,
		[Symbol.asyncIterator]: () => stream.iterator({destroyOnReturn: false}),
	};
}
