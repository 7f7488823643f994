/**
 * Connections to the ports of a pod over one WebSocket: two channels a port, data and error, each beginning with the
 * number of the port. The first byte of every frame says the channel.
 *
 * Source: kubernetes k8s.io/kubelet pkg/cri/streaming/portforward/websocket.go, apimachinery pkg/util/httpstream/wsstream.
 */
import {connect, type Socket} from 'node:net';
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocketServer, type WebSocket} from 'ws';
import type {PodRuntime} from './pod-runtime.js';
import {badRequest} from './status.js';

/** The last one closes channels one by one besides; the second is what a real kubelet takes. */
const protocols = ['v4.channel.k8s.io', 'v5.channel.k8s.io'];
/** The frame of v5 that closes a channel begins with it. */
const closeChannel = 255;
/** How much a client may leave unread before the pod has to wait. */
const unreadLimit = 1024 * 1024;

const upgrader = new WebSocketServer({
	noServer: true,
	maxPayload: 16 * 1024 * 1024,
	perMessageDeflate: false,
	handleProtocols: offered => protocols.find(protocol => offered.has(protocol)) ?? false,
});

/**
 * The ports of a request: `?ports=8080&ports=9090` or `?ports=8080,9090`.
 *
 * @throws ApiError 400 when there is none, or one that is no port.
 */
export function portsOf(query: URLSearchParams): number[] {
	const texts = query.getAll('ports').flatMap(value => value.split(','));
	if (texts.length === 0 || texts.length > 100) {
		throw badRequest('query parameter "ports" is required');
	}

	return texts.map(text => {
		const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
		if (port < 1 || port > 65_535) {
			throw badRequest(`invalid value for query parameter "ports": ${JSON.stringify(text)} is no port`);
		}

		return port;
	});
}

/** @throws ApiError 400 when the client speaks none of the protocols. */
export function checkProtocols(message: IncomingMessage): void {
	const offered = (message.headers['sec-websocket-protocol'] ?? '').split(',').map(entry => entry.trim());
	if (!offered.some(protocol => protocols.includes(protocol))) {
		throw badRequest(
			`unable to upgrade: none of the protocols ${JSON.stringify(offered)} is known; there are ${protocols.join(', ')}`,
		);
	}
}

/** Takes the connection over and forwards until either side ends it. Answers a handshake that is none with a 400. */
export function forwardPorts(
	upgrade: {message: IncomingMessage; socket: Duplex; head: Buffer},
	pod: {namespace: string; name: string},
	ports: readonly number[],
	socketOf: PodRuntime['socketOf'],
): void {
	upgrader.handleUpgrade(upgrade.message, upgrade.socket, upgrade.head, client => {
		let open = 0;
		const closed = (): void => {
			open--;
			// There is no frame that says that one of several ports is done.
			if (open === 0) {
				client.resume();
				client.close(1000);
			}
		};
		const channels = ports.map((port, index) => {
			const channel = channelOf(client, pod, port, index * 2, socketOf, closed);
			open += channel.isOpen ? 1 : 0;
			return channel;
		});
		client.on('message', data => {
			const [first = 0, second = 0] = data;
			if (first === closeChannel && client.protocol === 'v5.channel.k8s.io') {
				channels[second / 2]?.end();
			} else if (first % 2 === 0) {
				channels[first / 2]?.write(data.subarray(1));
			}
		});
		client.on('error', () => {
			// What is no frame ends the connection; `close` follows.
		});
		client.on('close', () => {
			for (const channel of channels) {
				channel.destroy();
			}
		});
	});
}

type Channel = {isOpen: boolean; write(data: Buffer): void; end(): void; destroy(): void};

function channelOf(
	client: WebSocket,
	pod: {namespace: string; name: string},
	port: number,
	channel: number,
	socketOf: PodRuntime['socketOf'],
	closed: () => void,
): Channel {
	const send = (to: number, data: Buffer, sent?: () => void): void =>
		client.send(Buffer.concat([Buffer.from([to]), data]), sent);
	const number = Buffer.alloc(2);
	number.writeUInt16LE(port);
	send(channel, number);
	send(channel + 1, number);
	const fail = (why: string): void =>
		send(
			channel + 1,
			Buffer.from(`error forwarding port ${port} to pod ${pod.namespace}/${pod.name}, uid : ${why}`),
		);
	const opened = (): Socket | undefined => {
		const address = socketOf(`${pod.namespace}/${pod.name}`, port);
		if (!address) {
			fail(
				`failed to connect to localhost:${port} inside namespace: dial tcp4 127.0.0.1:${port}: connect: connection refused`,
			);
			return undefined;
		}

		const made = connect({host: address.host, port: address.port, noDelay: true});
		made.on('data', chunk => {
			send(channel, chunk, () => {
				if (client.bufferedAmount <= unreadLimit) {
					made.resume();
				}
			});
			if (client.bufferedAmount > unreadLimit) {
				made.pause();
			}
		});
		made.on('error', error => fail(error.message));
		made.on('close', closed);
		return made;
	};
	const socket = opened();
	return {
		isOpen: socket !== undefined,
		write(data) {
			if (!socket?.write(data) && socket) {
				client.pause();
				socket.once('drain', () => client.resume());
			}
		},
		end: () => socket?.end(),
		destroy: () => socket?.destroy(),
	};
}
