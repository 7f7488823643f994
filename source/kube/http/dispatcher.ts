/**
 * Connections to one API server. client-node opens a new one per request (kubernetes-client/javascript#2893 covers
 * WebSockets only); here all requests and watches share one dispatcher, and with HTTP/2 one connection.
 */
import {createHash} from 'node:crypto';
import {isIP} from 'node:net';
import {Agent, ProxyAgent, type buildConnector, type Dispatcher, type Pool} from 'undici';
import type {Credentials} from '../auth/credentials.js';
import {basicOf} from './headers.js';
import {hearLateAlerts} from './late-alert.js';
import {tunnelPool} from './tunnel.js';

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

function fingerprint({connection, allowHttp2}: Credentials): string {
	const {ca, ...tls} = connection.tls;
	// Those of the machine are half a megabyte, and do not change.
	const authority = Array.isArray(ca) ? 'of the machine' : ca;
	const text = JSON.stringify([authority, tls, connection.proxy, allowHttp2]);
	return createHash('sha256').update(text).digest('base64');
}

/** Shorter than a request may take, so that it can say that there was no connection rather than no answer. */
const connectTimeout = 5000;

/** Below the 60 s after which load balancers in the cloud forget a quiet connection; client-go has the same. */
const keepAlive = {keepAlive: true, keepAliveInitialDelay: 30_000};

/** What an API server lets be under way on a connection unless it says otherwise: Go's default; undici's own is 100. */
const h2Options = {maxConcurrentStreams: 250};

function make({connection, allowHttp2}: Credentials): Dispatcher {
	hearLateAlerts();
	const {tls, proxy} = connection;
	const limits = {allowH2: allowHttp2, h2Options, connectTimeout};
	if (proxy !== undefined && proxy.startsWith('socks')) {
		// Loaded with the first use: few API servers are behind one.
		const connector = import('./socks-connector.js').then(({socksConnector}) =>
			socksConnector(proxy, {tls, allowH2: allowHttp2, timeout: connectTimeout}),
		);
		const connect: buildConnector.connector = (options, callback) =>
			void connector.then(ready => ready(options, callback));
		return new Agent({connect, ...limits});
	}
	if (proxy !== undefined) {
		const {servername: _, ...proxyTls} = tls;
		const token = basicOf(new URL(proxy));
		return new ProxyAgent({
			uri: proxy,
			// ProxyAgent itself sends none without a user.
			...(token !== undefined && {token}),
			requestTls: tls,
			// As Go has it: the authority of the cluster is that of an https proxy as well (net/http transport.go, dialConn).
			proxyTls,
			clientFactory: (origin, options) => tunnelPool(origin, withoutAddressAsName(options), proxy),
			...limits,
		});
	}
	return new Agent({connect: {...tls, ...keepAlive}, ...limits});
}

/** ProxyAgent has the host of the proxy as server name, be it an address, of which Node warns on the terminal (DEP0123). */
function withoutAddressAsName(options: Pool.Options): Pool.Options {
	const {connect} = options;
	if (typeof connect !== 'function') return options;
	return {
		...options,
		connect: ({servername, ...rest}, callback) =>
			connect({...rest, ...(servername && isIP(servername) === 0 && {servername})}, callback),
	};
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
