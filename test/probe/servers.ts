/** Real servers on loopback for the tests of the probe; all that were started are stopped after each test. */
import {createServer as createHttpServer} from 'node:http';
import type {RequestListener} from 'node:http';
import {createServer as createTcpServer} from 'node:net';
import type {Server, Socket} from 'node:net';
import {onTestFinished} from 'vitest';
import type {Answer, Failure, GatewayResponse, ProbeTarget} from '../../source/probe/transport/probe.js';

/** Listens on a free port of 127.0.0.1 and counts the connections that are made. */
export async function listen<Kind extends Server>(
	server: Kind,
): Promise<{server: Kind; port: number; connections: () => number}> {
	let connections = 0;
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		connections++;
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		// A client that drops the connection is part of what is tested.
		socket.on('error', () => {});
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
	onTestFinished(async () => {
		const closed = new Promise(resolve => {
			server.close(resolve);
		});
		for (const socket of sockets) {
			socket.destroy();
		}

		await closed;
	});
	return {server, port: portOf(server), connections: () => connections};
}

function portOf(server: Server): number {
	const address = server.address();
	if (address === null || typeof address === 'string') {
		throw new Error('The server does not listen on a port.');
	}

	return address.port;
}

export async function serveHttp(listener: RequestListener) {
	return listen(createHttpServer(listener));
}

/** A server that does with each connection what it likes, once the first bytes of a request have come. */
export async function serveRaw(onRequest: (socket: Socket) => void) {
	return listen(
		createTcpServer(socket => {
			socket.once('data', () => {
				onRequest(socket);
			});
		}),
	);
}

export function targetAt(port: number, part: Partial<ProbeTarget> = {}): ProbeTarget {
	return {
		address: {host: '127.0.0.1', port},
		authority: 'helloworld-go.default.example.com',
		path: '/',
		scheme: 'http',
		protocol: 'http1',
		...part,
	};
}

export function responseOf(answer: Answer): GatewayResponse {
	if (answer.outcome.kind !== 'response') {
		throw new Error(`A failure instead of a response: ${answer.outcome.sentence}`);
	}

	return answer.outcome;
}

export function failureOf(answer: Answer): Failure {
	if (answer.outcome.kind !== 'failure') {
		throw new Error(`A response instead of a failure: ${answer.outcome.code} ${answer.outcome.firstLine}`);
	}

	return answer.outcome;
}
