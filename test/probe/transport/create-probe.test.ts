/** A probe for both protocols, of which the one for gRPC is loaded when it is needed. */
import {expect, onTestFinished, test, vi} from 'vitest';
import {createProbe} from '../../../source/probe/transport/create-probe.js';
import {responseOf} from '../servers.js';
import {grpcAt, reply, serveHealth} from './grpc/grpc-servers.js';

/** How far the clock is put forward when the probe for gRPC is loaded: more than a busy machine takes. */
const secondsOfLoading = 5;

vi.mock(import('../../../source/probe/transport/grpc/grpc.js'), async importOriginal => {
	const {createGrpcProbe} = await importOriginal();
	return {
		createGrpcProbe(options) {
			const now = Date.now;
			vi.spyOn(Date, 'now').mockImplementation(() => now() + secondsOfLoading * 1000);
			return createGrpcProbe(options);
		},
	};
});

test('a call is not sent twice because it took long to load what sends it', async () => {
	const probe = createProbe();
	onTestFinished(async () => {
		vi.restoreAllMocks();
		await probe.close();
	});
	let calls = 0;
	const port = await serveHealth((_call, respond) => {
		calls++;
		respond(null, reply(1));
	});
	expect(responseOf(await probe.ask(grpcAt(port))).firstLine).toBe('SERVING');
	expect(calls).toBe(1);
});
