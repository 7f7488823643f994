/** Ports of 127.0.0.1, and whether somebody listens there. */
import {once} from 'node:events';
import {connect, createServer} from 'node:net';

/** A port that nothing listens on. */
export async function unusedPort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string') throw new Error('no port is free');
	return address.port;
}

/** Whether connections are taken there. */
export async function isListening(port: number): Promise<boolean> {
	const socket = connect(port, '127.0.0.1');
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}
