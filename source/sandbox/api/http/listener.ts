/**
 * The port of the API server. Over TLS it speaks HTTP/2 with who offers it and HTTP/1.1 with everybody else, as a real one:
 * kubectl asks for HTTP/1.1 where it wants to upgrade a connection. Without TLS there is HTTP/1.1 alone, as at the insecure
 * port that real ones once had.
 *
 * Source: k8s.io/apiserver pkg/server/secure_serving.go.
 */
import {createServer, type IncomingMessage} from 'node:http';
import {
	constants,
	performServerHandshake,
	type IncomingHttpHeaders,
	type ServerHttp2Session,
	type ServerHttp2Stream,
} from 'node:http2';
import type {Server, Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {setTimeout} from 'node:timers/promises';
import {createServer as createTlsServer, type TLSSocket} from 'node:tls';
import {messageOf, overHttp1, overHttp2, type ApiMessage, type ApiResponse} from './exchange.js';
import {isUpgrade, type Upgrade} from '../../kubectl-compat/spdy-upgrade.js';

export type ListenerOptions = {
	/** On 127.0.0.1; 0 takes any free port. */
	port: number;
	/** In PEM; without it there is no TLS. */
	certificate: {key: string; cert: string} | undefined;
	onRequest: (message: ApiMessage, response: ApiResponse) => void;
	onUpgrade: (upgrade: Upgrade) => void;
};

export type Listener = {
	port: number;
	/** Lets nobody in any more, says so to those on HTTP/2, and ends all connections. */
	close(): Promise<void>;
};

const http2Options = {
	settings: {
		/** Go's default, which is a real API server's (--http2-max-streams-per-connection). */
		maxConcurrentStreams: 250,
		/** As a real one's (resourceBody99Percentile): most bodies come at once. */
		initialWindowSize: 256 * 1024,
		/** Bytes, unpacked; without it only each single header has a limit. */
		maxHeaderListSize: 64 * 1024,
	},
	/**
	 * MiB that a connection may hold before its new streams are refused, most of it answers that are still to be read. Node's 10
	 * are fewer than a large list has.
	 */
	maxSessionMemory: 1024,
};

/** Milliseconds that clients have to let go of a connection when the server is closed. */
const closeGrace = 200;

/** @throws Error when the port cannot be listened at (EADDRINUSE). */
export async function listen({port, certificate, onRequest, onUpgrade}: ListenerOptions): Promise<Listener> {
	const http1 = createServer({shouldUpgradeCallback: isUpgrade}, (message, response) =>
		onRequest(message, overHttp1(response)),
	);
	// Longer than clients keep an idle connection, so that they are the ones to close it.
	http1.keepAliveTimeout = 120_000;
	http1.on('clientError', (_error, socket) => {
		// What cannot be parsed as HTTP has no request to answer; without this the socket would be left open.
		if (socket.writable) {
			socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
		} else {
			socket.destroy();
		}
	});
	http1.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
		socket.on('error', () => {
			// Somebody who is gone; `close` follows.
		});
		onUpgrade({message, socket, head});
	});

	const sessions = new Map<ServerHttp2Session, Set<ServerHttp2Stream>>();
	function speakHttp2(socket: TLSSocket): void {
		const session = performServerHandshake(socket, http2Options);
		const streams = new Set<ServerHttp2Stream>();
		sessions.set(session, streams);
		session.once('close', () => sessions.delete(session));
		session.on('error', () => {
			// Who does not keep to the protocol is gone with it; `close` follows.
		});
		session.on('stream', (stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]) => {
			streams.add(stream);
			stream.once('close', () => streams.delete(stream));
			onRequest(messageOf(stream, headers, rawHeaders), overHttp2(stream, socket));
		});
	}

	const server: Server = certificate
		? createTlsServer({...certificate, ALPNProtocols: ['h2', 'http/1.1'], noDelay: true}, socket => {
				if (socket.alpnProtocol === 'h2') {
					speakHttp2(socket);
				} else {
					http1.emit('connection', socket);
				}
			})
		: http1;
	server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
	const sockets = new Set<Socket>();
	server.on('connection', socket => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});

	const listening = Promise.withResolvers<void>();
	server.once('error', listening.reject);
	server.listen({host: '127.0.0.1', port, exclusive: true}, listening.resolve);
	await listening.promise;
	server.off('error', listening.reject);
	const address = server.address();
	if (address === null || typeof address === 'string') {
		throw new Error('the API server of the sandbox has no port to be reached at');
	}

	return {
		port: address.port,
		async close() {
			const closed = Promise.withResolvers<void>();
			server.close(() => closed.resolve());
			await sayGoodbye(sessions);
			for (const socket of sockets) {
				socket.destroy();
			}

			await closed.promise;
		},
	};
}

/** GOAWAY, and the end of what is under way, to everybody who reads it. */
async function sayGoodbye(
	sessions: ReadonlyMap<ServerHttp2Session, ReadonlySet<ServerHttp2Stream>>,
): Promise<void> {
	const gone = [...sessions].map(([session, streams]) => {
		const closed = Promise.withResolvers<void>();
		session.once('close', closed.resolve);
		session.close();
		for (const stream of streams) {
			stream.close(stream.headersSent ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CANCEL);
		}

		return closed.promise;
	});
	if (gone.length > 0) {
		await Promise.race([Promise.all(gone), setTimeout(closeGrace, undefined, {ref: false})]);
	}
}
