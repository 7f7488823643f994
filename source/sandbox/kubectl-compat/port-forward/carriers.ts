/** What carries the bytes of a SPDY connection: a socket itself, or the binary messages of a WebSocket (KEP-4006). */
import type {Duplex} from 'node:stream';
import type {WebSocket} from 'ws';
import type {Carrier, SpdySession} from '../spdy/spdy-session.js';

type Start = (carrier: Carrier) => SpdySession;

/** @param head what came with the request already. */
export function overSocket(socket: Duplex, head: Buffer, start: Start): void {
	const session = start({
		send: (bytes, sent) => {
			if (socket.writable) {
				socket.write(bytes, () => sent?.());
			}
		},
		pause: () => void socket.pause(),
		resume: () => void socket.resume(),
		close: () => void socket.end(),
	});
	socket.once('close', () => session.lost());
	// A client that has said its last gets no answer any more: there is none that it could wait for.
	socket.once('end', () => void socket.end());
	socket.on('data', (bytes: Buffer) => session.receive(bytes));
	session.receive(head);
}

/** Text messages carry none: they end the connection with 1003. */
export function overWebSocket(client: WebSocket, start: Start): void {
	const session = start({
		send: (bytes, sent) => client.send(bytes, () => sent?.()),
		pause: () => client.pause(),
		resume: () => client.resume(),
		close: () => client.close(1000),
	});
	client.on('message', (data, isBinary) => {
		if (isBinary) {
			session.receive(data);
		} else {
			client.close(1003, 'only binary messages carry SPDY');
		}
	});
	client.on('close', () => session.lost());
}
