/**
 * A port of 127.0.0.1 where a connection neither comes about nor is refused, as behind a firewall that drops what it does
 * not like: a process listens there that takes no connection, and its queue is full.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {onTestFinished} from 'vitest';

const listener = `
	const server = require('node:net').createServer();
	server.listen({port: 0, host: '127.0.0.1', backlog: 1}, () => console.log(server.address().port));
`;
/** What Linux keeps of connections that nobody has taken: one more than the backlog. */
const queue = 2;

/** Its port; it goes with the test. */
export async function unansweringPort(): Promise<number> {
	const child = spawn(process.execPath, ['-e', listener], {stdio: ['ignore', 'pipe', 'inherit']});
	const sockets: Socket[] = [];
	onTestFinished(async () => {
		for (const socket of sockets) socket.destroy();
		child.kill('SIGKILL');
		await once(child, 'close');
	});
	const [line] = await once(child.stdout, 'data');
	const port = Number(String(line));
	// It runs no more, so it takes none.
	child.kill('SIGSTOP');
	for (let index = 0; index < queue; index++) {
		const socket = connect(port, '127.0.0.1');
		sockets.push(socket);
		await once(socket, 'connect');
	}
	return port;
}

/** How many connections of this process are neither there nor given up. */
export function pendingConnections(): number {
	return process.getActiveResourcesInfo().filter(name => /connect/i.test(name)).length;
}
