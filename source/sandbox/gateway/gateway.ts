import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import {exchangeOfHttp1, exchangeOfHttp2, exchangeOfUpgrade, type Exchange} from './gateway-exchange.js';
import {createGatewayFaults, type GatewayFaultSwitch} from './gateway-faults.js';
import {proxy, type ProxyOptions} from './proxied-request.js';
import {isWebSocket} from './websocket-upgrade.js';
import {createUpstream} from './upstream.js';

export type SandboxGateway = {
	readonly port: number;
	/** Closes the listener and every connection. Idempotent. */
	close(): Promise<void>;
};

/** How an HTTP/2 client with prior knowledge begins (RFC 9113 §3.4). */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/**
 * Opens the public listener on 127.0.0.1: HTTP/1.1 and HTTP/2 with prior knowledge on one port, told apart by the first
 * bytes, as Envoy's codec type AUTO does.
 *
 * @param options.port 0 takes any free port.
 * @throws the error of the listener, when the port is taken or may not be used.
 */
export async function startGateway(
	options: Omit<ProxyOptions, 'upstream' | 'faults'> & {port: number; faults?: GatewayFaultSwitch},
): Promise<SandboxGateway> {
	const upstream = createUpstream();
	const {faults = createGatewayFaults()} = options;
	const sockets = new Set<net.Socket>();
	const settings = {...options, upstream, faults};
	const serve = (exchange: Exchange): void => {
		void proxy(exchange, settings);
	};
	const http1Server = http.createServer(
		{keepAliveTimeout: 0, shouldUpgradeCallback: isWebSocket},
		(request, response) => {
			if (request.httpVersion === '1.0') {
				// Envoy without accept_http_10.
				response.writeHead(426, {server: 'envoy', connection: 'close', 'content-length': 0}).end();
				return;
			}

			serve(exchangeOfHttp1(request, response));
		},
	);
	http1Server.on('upgrade', (request, socket, head) => {
		if (socket instanceof net.Socket) {
			serve(exchangeOfUpgrade(request, socket, head));
		} else {
			socket.destroy();
		}
	});
	http1Server.on('clientError', (_error, socket) => {
		if (socket.writable) {
			const head = ['HTTP/1.1 400 Bad Request', 'content-length: 11', 'content-type: text/plain'];
			socket.end([...head, 'server: envoy', 'connection: close', '', 'Bad Request'].join('\r\n'));
		} else {
			socket.destroy();
		}
	});
	const http2Server = http2.createServer();
	http2Server.on('stream', (stream, headers) => serve(exchangeOfHttp2(stream, headers)));
	http2Server.on('sessionError', () => {});

	// Without noDelay an answer waits 40 ms for the acknowledgement of the one before.
	const listener = net.createServer({noDelay: true}, socket => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		// A client that resets its connection is no event for anybody else.
		socket.on('error', () => {});
		peek(socket, isHttp2 => (isHttp2 ? http2Server : http1Server).emit('connection', socket));
	});
	const listen = (port: number): Promise<void> =>
		new Promise((resolve, reject) => {
			listener.once('error', reject);
			listener.listen(port, '127.0.0.1', () => {
				listener.off('error', reject);
				// A listener that fails later (too many open files) is tried again by Node itself.
				listener.on('error', () => {});
				resolve();
			});
		});
	const hangUp = (): Promise<void> => {
		const closed = new Promise<void>(resolve => {
			listener.close(() => resolve());
		});
		for (const socket of sockets) {
			socket.destroy();
		}

		return closed;
	};
	await listen(options.port);
	const address = listener.address();
	if (typeof address !== 'object' || !address) {
		throw new Error('the gateway listens on no port');
	}

	const {port} = address;
	let closed: Promise<void> | undefined;
	// One after the other: down and up again at once must end up.
	let switched = Promise.resolve();
	const takeTurn = async (before: Promise<void>): Promise<void> => {
		await before;
		if (!closed && faults.current.down === listener.listening) {
			await (faults.current.down ? hangUp() : listen(port));
		}
	};
	const unsubscribe = faults.subscribe(() => {
		const turn = takeTurn(switched);
		switched = turn.catch(() => {});
		return turn;
	});
	const shutDown = async (): Promise<void> => {
		await switched;
		unsubscribe();
		upstream.close();
		await hangUp();
	};
	return {
		port,
		close() {
			closed ??= shutDown();
			return closed;
		},
	};
}

/** Reads as much as tells the protocols apart, puts it back, and says which one it is. */
function peek(socket: net.Socket, decide: (isHttp2: boolean) => void): void {
	let read = Buffer.alloc(0);
	const onData = (chunk: Buffer): void => {
		read = Buffer.concat([read, chunk]);
		const length = Math.min(read.length, preface.length);
		const same = preface.subarray(0, length).equals(read.subarray(0, length));
		if (same && length < preface.length) {
			return;
		}

		socket.off('data', onData);
		socket.pause();
		socket.unshift(read);
		decide(same);
		// HTTP/1.1 reads the socket as a stream; an HTTP/2 session takes what was put back and then the socket itself.
		if (!same) {
			socket.resume();
		}
	};
	socket.on('data', onData);
}
