/** Passes connections on to a server on loopback as they are, TLS included, and counts them. */
import {connect, createServer, type Socket} from 'node:net';

export type Relay = {
	port: number;
	/** How many there were so far. */
	readonly connections: number;
	/** Breaks those that there are; new ones are passed on. */
	cut(): void;
	close(): Promise<void>;
};

export async function startRelay(to: number): Promise<Relay> {
	let connections = 0;
	const sockets = new Set<Socket>();
	const server = createServer(client => {
		connections++;
		const upstream = connect(to, '127.0.0.1');
		for (const [socket, other] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			sockets.add(socket);
			socket.on('error', () => other.destroy());
			socket.on('close', () => {
				sockets.delete(socket);
				other.destroy();
			});
			socket.pipe(other);
		}
	});
	const cut = () => {
		for (const socket of sockets) socket.destroy();
	};
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the relay has no port');
	return {
		port: address.port,
		get connections() {
			return connections;
		},
		cut,
		async close() {
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				cut();
			});
		},
	};
}
