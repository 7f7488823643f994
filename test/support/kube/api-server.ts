/**
 * A real HTTP server on loopback that says what a test wants an API server to say: each request waits until the test
 * takes it and answers, so that no test has to sleep.
 */
import {createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse} from 'node:http';
import {
	constants,
	createSecureServer,
	type Http2ServerRequest,
	type Http2ServerResponse,
	type ServerHttp2Session,
} from 'node:http2';
import {createServer as createHttpsServer} from 'node:https';
import type {Server, Socket} from 'node:net';
import {createCertificate} from '../../../source/sandbox/api/http/certificate.js';

/** HTTP/1.1 without TLS, HTTP/1.1 over TLS, HTTP/2. */
export type Protocol = 'http' | 'https' | 'h2';

export type Exchange = {
	method: string;
	/** Without the query. */
	path: string;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	/** The header lines as they came, repeated ones included. */
	rawHeaders: string[];
	/** Parsed JSON; undefined when there is no body. */
	body: unknown;
	/** Answers with JSON, or with plain text when given a string, or with bytes. */
	answer: (status: number, body: unknown, headers?: Record<string, string | string[]>) => void;
	/** Begins an answer that stays open: a watch. */
	stream(): {send(...events: unknown[]): void; raw(text: string | Uint8Array): void; end(): void};
	/** Breaks the connection. */
	cut: () => void;
	/** Breaks the answer off, and on HTTP/2 nothing else. */
	breakOff: () => void;
	/** On HTTP/2: says that nothing was done with the request (REFUSED_STREAM). */
	refuse: () => void;
	/** Resolves when the client has gone away. */
	readonly closed: Promise<void>;
};

export type ApiServer = {
	readonly url: string;
	/** All requests so far, in order of arrival: `GET /api/v1/nodes`. */
	readonly log: string[];
	/** How many connections there were so far. */
	readonly connections: number;
	/** Sends a GOAWAY on every connection of HTTP/2: what is under way there goes on. */
	goAway(): void;
	/** The next request that no one has taken yet. */
	next(): Promise<Exchange>;
	/** From now on every request goes there instead. */
	always(handler: (exchange: Exchange) => void): void;
	/** A kubeconfig with one context, `test`. `user` and `context` are added to theirs. */
	kubeconfig(extra?: {user?: object; context?: object; cluster?: object}): string;
	close(): Promise<void>;
};

/** A Status body as an API server makes it. */
export function status(code: number, reason: string, message: string, more: object = {}): object {
	return {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code, ...more};
}

/** A kubeconfig of one context, `test`, as JSON (which is YAML). */
export function kubeconfigFor(
	server: string,
	extra: {user?: object; context?: object; cluster?: object} = {},
): string {
	return JSON.stringify({
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name: 'test-cluster', cluster: {server, ...extra.cluster}}],
		users: [{name: 'test-user', user: extra.user ?? {}}],
		contexts: [{name: 'test', context: {cluster: 'test-cluster', user: 'test-user', ...extra.context}}],
		'current-context': 'test',
	});
}

async function bodyOf(request: IncomingMessage | Http2ServerRequest): Promise<unknown> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	return text === '' ? undefined : JSON.parse(text);
}

/** What the answers of both protocols have in common. */
type Answering = {
	writeHead(code: number, headers: Record<string, string | string[]>): unknown;
	flushHeaders?(): void;
	write(chunk: string | Uint8Array): unknown;
	end(): unknown;
	on(event: 'close', listener: () => void): unknown;
};

async function exchangeOf(
	request: IncomingMessage | Http2ServerRequest,
	response: Answering,
	ways: Pick<Exchange, 'cut' | 'breakOff' | 'refuse'>,
): Promise<Exchange> {
	const url = new URL(request.url ?? '/', 'http://server');
	const {promise: closed, resolve} = Promise.withResolvers<void>();
	response.on('close', () => resolve());
	return {
		method: request.method ?? '',
		path: url.pathname,
		query: url.searchParams,
		headers: request.headers,
		rawHeaders: request.rawHeaders,
		body: await bodyOf(request),
		closed,
		answer(code, body, headers = {}) {
			const plain = typeof body === 'string';
			response.writeHead(code, {'content-type': plain ? 'text/plain' : 'application/json', ...headers});
			response.write(plain || body instanceof Uint8Array ? body : JSON.stringify(body));
			response.end();
		},
		stream() {
			response.writeHead(200, {'content-type': 'application/json'});
			response.flushHeaders?.();
			return {
				send(...events) {
					for (const event of events) response.write(`${JSON.stringify(event)}\n`);
				},
				raw(text) {
					response.write(text);
				},
				end() {
					response.end();
				},
			};
		},
		...ways,
	};
}

/** Starts one; to be closed by the test. */
export async function startApiServer({protocol = 'http'}: {protocol?: Protocol} = {}): Promise<ApiServer> {
	const waiting: Exchange[] = [];
	const takers: ((exchange: Exchange) => void)[] = [];
	const log: string[] = [];
	let handler: ((exchange: Exchange) => void) | undefined;

	const arrived = (exchange: Exchange): void => {
		log.push(`${exchange.method} ${exchange.path}`);
		if (handler) handler(exchange);
		else (takers.shift() ?? (found => waiting.push(found)))(exchange);
	};
	const certificate = protocol === 'http' ? undefined : await createCertificate(Date.now());
	const sockets = new Map<number, Socket>();
	const sessions = new Set<ServerHttp2Session>();
	let connections = 0;
	const take = (
		request: IncomingMessage | Http2ServerRequest,
		response: ServerResponse | Http2ServerResponse,
	): void => {
		const socket = sockets.get(request.socket.remotePort ?? 0);
		const breakOff = (): void => {
			if ('stream' in response) response.stream.destroy(new Error('broken off'));
			else response.destroy();
		};
		const refuse = (): void => {
			if ('stream' in response) response.stream.close(constants.NGHTTP2_REFUSED_STREAM);
			else throw new Error('only HTTP/2 refuses streams');
		};
		exchangeOf(request, response, {cut: () => socket?.destroy(), breakOff, refuse}).then(arrived, breakOff);
	};
	let server: Server;
	if (!certificate) {
		server = createServer(take);
	} else if (protocol === 'https') {
		server = createHttpsServer(certificate, take);
	} else {
		server = createSecureServer(certificate, take).on('session', session => sessions.add(session));
	}
	server.on('connection', (socket: Socket) => {
		connections++;
		const port = socket.remotePort ?? 0;
		sockets.set(port, socket);
		socket.once('close', () => sockets.delete(port));
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${address.port}`;

	return {
		url,
		log,
		get connections() {
			return connections;
		},
		goAway() {
			for (const session of sessions) session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
		},
		async next() {
			const found = waiting.shift();
			if (found) return found;
			const {promise, resolve} = Promise.withResolvers<Exchange>();
			takers.push(resolve);
			return promise;
		},
		always(wanted) {
			handler = wanted;
			for (const exchange of waiting.splice(0)) wanted(exchange);
		},
		kubeconfig(extra) {
			if (!certificate) return kubeconfigFor(url, extra);
			const authority = Buffer.from(certificate.cert).toString('base64');
			return kubeconfigFor(url, {
				...extra,
				cluster: {'certificate-authority-data': authority, ...extra?.cluster},
			});
		},
		async close() {
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const socket of sockets.values()) socket.destroy();
			});
		},
	};
}
