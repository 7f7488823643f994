/**
 * A real HTTP server on loopback that says what a test wants an API server to say: each request waits until the test
 * takes it and answers, so that no test has to sleep.
 */
import {createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse} from 'node:http';

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
	/** Answers with JSON, or with plain text when given a string. */
	answer: (status: number, body: unknown, headers?: Record<string, string | string[]>) => void;
	/** Begins an answer that stays open: a watch. */
	stream(): {send(...events: unknown[]): void; raw(text: string | Uint8Array): void; end(): void};
	/** Breaks the connection. */
	cut: () => void;
	/** Resolves when the client has gone away. */
	readonly closed: Promise<void>;
};

export type ApiServer = {
	readonly url: string;
	/** All requests so far, in order of arrival: `GET /api/v1/nodes`. */
	readonly log: string[];
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

async function bodyOf(request: IncomingMessage): Promise<unknown> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	return text === '' ? undefined : JSON.parse(text);
}

async function exchangeOf(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
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
			response.end(plain ? body : JSON.stringify(body));
		},
		stream() {
			response.writeHead(200, {'content-type': 'application/json'});
			response.flushHeaders();
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
		cut() {
			request.socket.destroy();
		},
	};
}

/** Starts one; to be closed by the test. */
export async function startApiServer(): Promise<ApiServer> {
	const waiting: Exchange[] = [];
	const takers: ((exchange: Exchange) => void)[] = [];
	const log: string[] = [];
	let handler: ((exchange: Exchange) => void) | undefined;

	const arrived = (exchange: Exchange): void => {
		log.push(`${exchange.method} ${exchange.path}`);
		if (handler) handler(exchange);
		else (takers.shift() ?? (found => waiting.push(found)))(exchange);
	};
	const server = createServer((request, response) => {
		exchangeOf(request, response).then(arrived, () => response.destroy());
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	const url = `http://127.0.0.1:${address.port}`;

	return {
		url,
		log,
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
			return kubeconfigFor(url, extra);
		},
		async close() {
			server.closeAllConnections();
			await new Promise<void>(resolve => {
				server.close(() => resolve());
			});
		},
	};
}
