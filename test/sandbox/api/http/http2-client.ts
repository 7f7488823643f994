/** One HTTP/2 connection to a running API server, and what is sent over it. */
import {once, type EventEmitter} from 'node:events';
import {connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders} from 'node:http2';
import {text} from 'node:stream/consumers';
import {connect as connectTls, type TLSSocket} from 'node:tls';
import {onTestFinished} from 'vitest';
import {type JsonObject} from '../../../../source/sandbox/api/body/json.js';
import type {ApiServer} from '../../../../source/sandbox/api/http/server.js';
import {start, token, type Running} from '../support.js';
import {objectIn} from '../../../support/json-object.js';

export type Http2Answer = {
	code: number;
	headers: Record<string, unknown>;
	text: string;
	/** The parsed body; an empty object when it is no JSON object. */
	body: JsonObject;
};

export type Http2Client = {
	session: ClientHttp2Session;
	/** The open stream of a request with an empty body, or with one that is still to be written. */
	open: (method: string, path: string, headers?: OutgoingHttpHeaders, hasBody?: boolean) => ClientHttp2Stream;
	call: (
		method: string,
		path: string,
		options?: {body?: unknown; headers?: OutgoingHttpHeaders},
	) => Promise<Http2Answer>;
	watch: (path: string) => Promise<Http2Watch>;
};

export type Http2Watch = {
	stream: ClientHttp2Stream;
	code: number;
	/** The next event; undefined when the watch has ended. Rejects when it was broken off. */
	next(): Promise<JsonObject | undefined>;
};

export function secure(options: Parameters<typeof start>[0] = {}): Promise<Running> {
	return start({...options, tls: true});
}

/** A TLS connection that offers these protocols; ends with the test. */
export async function handshake(
	{port, certificateAuthority = ''}: ApiServer,
	protocols: string[],
): Promise<TLSSocket> {
	const socket = connectTls({
		port,
		host: '127.0.0.1',
		ca: certificateAuthority,
		...(protocols.length > 0 ? {ALPNProtocols: protocols} : {}),
	});
	onTestFinished(() => void socket.destroy());
	await once(socket, 'secureConnect');
	return socket;
}

/** Ends with the test. */
export function speakHttp2({url, certificateAuthority = ''}: ApiServer): Http2Client {
	const session = connect(url, {ca: certificateAuthority});
	session.on('error', () => {
		// Tests that break it look at what they broke.
	});
	onTestFinished(() => session.destroy());
	const open: Http2Client['open'] = (method, path, headers = {}, hasBody = false) =>
		session.request(
			{':method': method, ':path': path, authorization: `Bearer ${token}`, ...headers},
			{endStream: !hasBody},
		);
	return {
		session,
		open,
		async call(method, path, {body, headers = {}} = {}) {
			const sent = body === undefined ? undefined : JSON.stringify(body);
			const stream = open(
				method,
				path,
				{...(sent === undefined ? {} : {'content-type': 'application/json'}), ...headers},
				sent !== undefined,
			);
			return answerOf(stream, sent);
		},
		async watch(path) {
			const stream = open('GET', path);
			const headers = await headersOf(stream);
			const lines = linesOf(stream);
			return {
				stream,
				code: Number(headers[':status']),
				async next() {
					const {value} = await lines.next();
					return typeof value === 'string' ? objectIn(value) : undefined;
				},
			};
		},
	};
}

/** The answer to what `sent` is the body of. Rejects when there is none. */
export async function answerOf(stream: ClientHttp2Stream, sent?: string): Promise<Http2Answer> {
	const answered = headersOf(stream);
	if (sent !== undefined) stream.end(sent);
	const headers = await answered;
	const received = await text(stream);
	return {
		code: Number(headers[':status']),
		headers,
		text: received,
		body: objectIn(received),
	};
}

/** Rejects when the stream ends before there are any. */
export function headersOf(stream: ClientHttp2Stream): Promise<Record<string, unknown>> {
	const {promise, resolve, reject} = Promise.withResolvers<Record<string, unknown>>();
	stream.once('response', headers => resolve({...headers}));
	stream.on('error', reject);
	stream.once('close', () => reject(new Error('the connection ended before there was an answer')));
	return promise;
}

/** The end of it, in order or not. */
export function closed(ending: EventEmitter): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	ending.on('error', () => undefined);
	ending.once('close', () => resolve());
	return promise;
}

async function* linesOf(stream: ClientHttp2Stream): AsyncGenerator<string, undefined> {
	let rest = '';
	stream.setEncoding('utf8');
	for await (const chunk of stream) {
		rest += String(chunk);
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		yield* lines;
	}

	return undefined;
}
