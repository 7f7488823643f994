/**
 * Connections to the ports of a pod over one WebSocket: two channels a port, data and error, each beginning with the
 * number of the port. The first byte of every frame says the channel.
 *
 * Source: kubernetes k8s.io/kubelet pkg/cri/streaming/portforward/websocket.go, apimachinery pkg/util/httpstream/wsstream.
 */
import {connect, type Socket} from 'node:net';
import type {WebSocket} from 'ws';
import type {PodRuntime} from '../../api/pods/pod-runtime.js';
import {forwardingError, nobodyListens, type ForwardedPod} from './ports.js';

const closing = 'v5.channel.k8s.io';
/** The last one closes channels one by one besides; the first is what a real kubelet takes. */
export const channelProtocols = ['v4.channel.k8s.io', closing];
/** The frame of v5 that closes a channel begins with it. */
const closeChannel = 255;
/** How much a client may leave unread before the pod has to wait. */
const unreadLimit = 1024 * 1024;

/** Forwards until either side ends the connection. */
export function forwardChannels(
	client: WebSocket,
	pod: ForwardedPod,
	ports: readonly number[],
	socketOf: PodRuntime['socketOf'],
): void {
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
		if (first === closeChannel && client.protocol === closing) {
			channels[second / 2]?.end();
		} else if (first % 2 === 0) {
			channels[first / 2]?.write(data.subarray(1));
		}
	});
	client.on('close', () => {
		for (const channel of channels) {
			channel.destroy();
		}
	});
}

type Channel = {isOpen: boolean; write(data: Buffer): void; end(): void; destroy(): void};

function channelOf(
	client: WebSocket,
	pod: ForwardedPod,
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
	const fail = (why: string): void => send(channel + 1, Buffer.from(forwardingError(pod, port, why)));
	const opened = (): Socket | undefined => {
		const address = socketOf(`${pod.namespace}/${pod.name}`, port);
		if (!address) {
			fail(nobodyListens(port));
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
