import {createServer as createTcpServer} from 'node:net';
import {ServerCredentials} from '@grpc/grpc-js';
import {expect, test} from 'vitest';
import {createProbe} from '../../../../source/probe/transport/create-probe.js';
import {byHeader} from '../../../../source/probe/attribution/fingerprint.js';
import {certificate} from '../../certificate.js';
import {failureOf, listen, responseOf} from '../../servers.js';
import {grpcAt, probe, reply, serveHealth} from './grpc-servers.js';

test('asks the health of the service through h2c, with its host as the authority', async () => {
	const seen: unknown[] = [];
	const port = await serveHealth((call, respond) => {
		seen.push({
			authority: call.getHost(),
			request: call.request.toString('hex'),
			agent: call.metadata.get('user-agent').join(' '),
		});
		respond(null, reply(1));
	});
	const answer = await probe({version: '1.2.3'}).ask(grpcAt(port));

	expect(responseOf(answer)).toEqual({
		kind: 'response',
		status: 0,
		code: 'OK',
		error: false,
		firstLine: 'SERVING',
		body: 'SERVING',
		truncated: false,
		contentType: expect.stringMatching(/^application\/grpc/),
		fingerprint: 'SERVING',
	});
	expect(answer.latency).toBeGreaterThan(0);
	expect(seen).toEqual([
		{
			authority: 'helloworld-go.default.example.com',
			request: '',
			agent: expect.stringMatching(/^kn-canary\/1\.2\.3 /),
		},
	]);
});

test('metadata can be the fingerprint', async () => {
	const port = await serveHealth((call, respond) => {
		const {metadata} = call;
		metadata.set('x-version', 'v2');
		call.sendMetadata(metadata);
		respond(null, reply(1));
	});
	expect(responseOf(await probe({fingerprint: byHeader('X-Version')}).ask(grpcAt(port))).fingerprint).toBe(
		'v2',
	);
});

test('TLS is for the server name of the host', async () => {
	const credentials = ServerCredentials.createSsl(null, [
		{private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert)},
	]);
	const port = await serveHealth((_call, respond) => {
		respond(null, reply(1));
	}, credentials);
	const trusting = probe({tls: {ca: certificate.cert}});
	const target = grpcAt(port, {scheme: 'https'});
	expect(responseOf(await trusting.ask(target)).firstLine).toBe('SERVING');
	expect(responseOf(await probe({tls: {insecure: true}}).ask(target)).firstLine).toBe('SERVING');
	expect(failureOf(await probe().ask(target, {timeout: 30_000})).failure).toBe('tls');
	expect(
		failureOf(await trusting.ask({...target, authority: 'other.example.org'}, {timeout: 30_000})).failure,
	).toBe('tls');
});

test('keeps one connection for all calls, or one for each', async () => {
	const peers = new Set<string>();
	const port = await serveHealth((call, respond) => {
		peers.add(call.getPeer());
		respond(null, reply(1));
	});
	const kept = probe();
	const unkept = probe({keepAlive: false});
	for (let count = 0; count < 3; count++) {
		await kept.ask(grpcAt(port));
	}

	expect(peers.size).toBe(1);
	for (let count = 0; count < 3; count++) {
		await unkept.ask(grpcAt(port));
	}

	expect(peers.size).toBe(4);
});

test('closing fails what is in flight and takes no more', async () => {
	const arrived = Promise.withResolvers<void>();
	const port = await serveHealth(() => {
		arrived.resolve();
	});
	const closing = createProbe();
	const asked = closing.ask(grpcAt(port));
	await arrived.promise;
	await closing.close();
	expect(failureOf(await asked).sentence).toContain('CANCELLED');
	await expect(closing.ask(grpcAt(port))).rejects.toThrow('closed');
});

test('a method that is not built in cannot be asked', async () => {
	await expect(probe().ask(grpcAt(80, {path: '/a.B/C'}))).rejects.toThrow(
		'The gRPC method /a.B/C is not built in',
	);
});

test('a server that never says its settings keeps no connection', async () => {
	const closed = Promise.withResolvers<void>();
	const {port} = await listen(
		createTcpServer(socket => {
			socket.on('close', () => closed.resolve());
			socket.resume();
		}),
	);
	const once = probe({keepAlive: false});
	expect(failureOf(await once.ask(grpcAt(port), {timeout: 50})).failure).toBe('timeout');
	await closed.promise;
});
