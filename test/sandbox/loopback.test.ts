import {once} from 'node:events';
import {connect} from 'node:net';
import {networkInterfaces} from 'node:os';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({pace: Number.POSITIVE_INFINITY, seed: false});
});

afterAll(() => sandbox.stop());

/** The addresses by which others could reach this machine, and one of loopback that is not listened at. */
const addresses = [
	'127.0.0.2',
	...Object.values(networkInterfaces())
		.flatMap(entries => entries ?? [])
		.filter(({internal, scopeid = 0}) => !internal && scopeid === 0)
		.map(({address}) => address),
];

it.each(addresses)('nothing of the sandbox listens at %s', async address => {
	const ports = [sandbox.apiUrl, sandbox.switchesUrl, `http://${sandbox.gatewayAddress}`].map(url =>
		Number(new URL(url).port),
	);
	for (const port of ports) {
		const socket = connect(port, address);
		// On systems without such an address it cannot be reached either.
		const [error]: unknown[] = await once(socket, 'error');
		expect(error).toMatchObject({syscall: 'connect'});
		socket.destroy();
	}
});
