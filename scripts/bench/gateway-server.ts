/**
 * What is measured, in a process of its own: the sandbox whole (gateway and app in one process, as it always runs), or a
 * bare Node HTTP server that gives the same answer. Tells its parent where it listens, then its CPU time when asked.
 */
import http from 'node:http';
import {startSandbox} from '../../source/sandbox/index.js';

async function listen(): Promise<{port: number; host: string}> {
	if (process.argv[2] === 'sandbox') {
		const sandbox = await startSandbox();
		return {port: Number(sandbox.gatewayAddress.split(':')[1]), host: 'checkout.default.example.com'};
	}

	const body = 'Hello Checkout!\n';
	const server = http.createServer((_request, response) => {
		response.writeHead(200, {
			'content-type': 'text/plain; charset=utf-8',
			'content-length': Buffer.byteLength(body),
		});
		response.end(body);
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	return {port: typeof address === 'object' && address ? address.port : 0, host: 'localhost'};
}

process.on('message', () => {
	const {user, system} = process.cpuUsage();
	process.send?.({cpu: (user + system) / 1e6});
});
process.on('disconnect', () => process.exit());
process.send?.(await listen());
