import {createServer} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {createProbe} from '../../../source/probe/transport/create-probe.js';
import {failureOf, listen, targetAt} from '../servers.js';

/** A gateway that breaks off what it was asked, once it has done something. */
async function askBreaking(before: (close: () => void) => void) {
	const {server, port} = await listen(
		createServer(socket => {
			socket.once('data', () => {
				before(() => server.close());
				socket.resetAndDestroy();
			});
		}),
	);
	const probe = createProbe();
	onTestFinished(async () => probe.close());
	return failureOf(await probe.ask(targetAt(port)));
}

test('a connection that breaks because the gateway went down is one that is refused', async () => {
	expect(await askBreaking(close => close())).toMatchObject({
		failure: 'refused',
		sentence: expect.stringMatching(/^Nothing listens at 127\.0\.0\.1:\d+ \(connection refused\)/),
	});
});

test('a connection that breaks while the gateway is there is an answer that broke off', async () => {
	expect(await askBreaking(() => {})).toMatchObject({failure: 'reset'});
});
