/**
 * Connections to one API server. client-node opens a new one per request (kubernetes-client/javascript#2893 covers
 * WebSockets only); here all requests and watches share one dispatcher, and with HTTP/2 one connection.
 */
import {createHash} from 'node:crypto';
import {Agent, ProxyAgent, type Dispatcher} from 'undici';
import type {Credentials} from '../auth/credentials.js';

export type DispatcherCache = {
	/** The dispatcher for these credentials: the same one until certificate, CA or proxy change. */
	get(credentials: Credentials): Dispatcher;
	/**
	 * The next request opens a new connection; what is under way on the old one may finish. For when the old one has
	 * stopped answering: on HTTP/2 everything would wait for a dead peer. With `dispatcher`, only if it is that one which
	 * is in use.
	 */
	retire(dispatcher?: Dispatcher): void;
	/** Breaks off everything. */
	close(): void;
};

function fingerprint(credentials: Credentials): string {
	const text = JSON.stringify([credentials.connection, credentials.allowHttp2]);
	return createHash('sha256').update(text).digest('base64');
}

/** Shorter than a request may take, so that it can say that there was no connection rather than no answer. */
const connectTimeout = 5000;

/** Below the 60 s after which load balancers in the cloud forget a quiet connection; client-go has the same. */
const keepAlive = {keepAlive: true, keepAliveInitialDelay: 30_000};

/** What an API server lets be under way on a connection unless it says otherwise: Go's default; undici's own is 100. */
const h2Options = {maxConcurrentStreams: 250};

function make({connection, allowHttp2}: Credentials): Dispatcher {
	const {tls, proxy} = connection;
	if (proxy !== undefined) {
		return new ProxyAgent({
			// `socks5h` (the proxy resolves the name) is what undici does for `socks5` anyway.
			uri: proxy.replace(/^socks5h:/, 'socks5:'),
			requestTls: tls,
			allowH2: allowHttp2,
			h2Options,
			connectTimeout,
		});
	}
	return new Agent({connect: {...tls, ...keepAlive}, allowH2: allowHttp2, h2Options, connectTimeout});
}

/** A cache with one entry: credentials change rarely, and then the old connection is of no more use. */
export function dispatcherCache(): DispatcherCache {
	let current: {key: string; dispatcher: Dispatcher} | undefined;
	const retired = new Set<Dispatcher>();

	const retire = (wanted = current?.dispatcher) => {
		if (!current || current.dispatcher !== wanted) return;
		const {dispatcher} = current;
		current = undefined;
		retired.add(dispatcher);
		void dispatcher.close().then(
			() => retired.delete(dispatcher),
			() => retired.delete(dispatcher),
		);
	};

	return {
		get(credentials) {
			const key = fingerprint(credentials);
			if (current?.key !== key) {
				retire();
				current = {key, dispatcher: make(credentials)};
			}
			return current.dispatcher;
		},
		retire,
		close() {
			const all = [...retired, ...(current ? [current.dispatcher] : [])];
			current = undefined;
			// Not waited for: undici finishes connecting first, and whoever quits must not wait for a dead server.
			for (const dispatcher of all) dispatcher.destroy().catch(() => {});
		},
	};
}
