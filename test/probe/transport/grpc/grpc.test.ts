import {constants, createServer as createHttp2Server, type ServerHttp2Stream} from 'node:http2';
import {createServer as createTcpServer} from 'node:net';
import {Server, ServerCredentials, status as Status} from '@grpc/grpc-js';
import type {sendUnaryData, ServerUnaryCall} from '@grpc/grpc-js';
import {expect, onTestFinished, test, vi} from 'vitest';
import {createProbe} from '../../../../source/probe/transport/create-probe.js';
import {byHeader} from '../../../../source/probe/attribution/fingerprint.js';
import type {ProbeOptions, ProbeTarget} from '../../../../source/probe/transport/probe.js';
import {certificate} from '../../certificate.js';
import {failureOf, listen, responseOf, serveHttp, serveRaw, targetAt, unusedPort} from '../../servers.js';

const grpcAt = (port: number, part: Partial<ProbeTarget> = {}): ProbeTarget =>
	targetAt(port, {protocol: 'grpc', ...part});

function probe(options?: ProbeOptions) {
	const created = createProbe(options);
	onTestFinished(async () => created.close());
	return created;
}

/** HealthCheckResponse with this status, as protobuf puts it on the wire: field 1, varint. */
const reply = (status: number): Buffer => Buffer.from([0x08, status]);

type Handler = (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) => void;

async function serveHealth(
	check: Handler,
	credentials = ServerCredentials.createInsecure(),
): Promise<number> {
	const server = new Server();
	server.addService(
		{
			check: {
				path: '/grpc.health.v1.Health/Check',
				requestStream: false,
				responseStream: false,
				requestSerialize: (bytes: Buffer) => bytes,
				requestDeserialize: (bytes: Buffer) => bytes,
				responseSerialize: (bytes: Buffer) => bytes,
				responseDeserialize: (bytes: Buffer) => bytes,
			},
		},
		{check},
	);
	onTestFinished(() => {
		server.forceShutdown();
	});
	return new Promise((resolve, reject) => {
		server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
			if (error) {
				reject(error);
			} else {
				resolve(port);
			}
		});
	});
}

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

test.each([
	[0, 'UNKNOWN'],
	[2, 'NOT_SERVING'],
	[3, 'SERVICE_UNKNOWN'],
	[9, '9'],
])('health state %i is an error of the service: %s', async (state, name) => {
	const port = await serveHealth((_call, respond) => {
		respond(null, reply(state));
	});
	expect(responseOf(await probe().ask(grpcAt(port)))).toMatchObject({
		code: 'OK',
		error: true,
		firstLine: name,
	});
});

test.each([
	[Status.UNAVAILABLE, 'no healthy upstream', 'UNAVAILABLE: no healthy upstream', true],
	[
		Status.UNAVAILABLE,
		'connect ECONNREFUSED 10.0.0.1:80',
		'UNAVAILABLE: connect ECONNREFUSED 10.0.0.1:80',
		true,
	],
	[Status.UNIMPLEMENTED, 'no health here', 'UNIMPLEMENTED: no health here', true],
	[Status.PERMISSION_DENIED, 'who are you?', 'PERMISSION_DENIED: who are you?', true],
	[Status.DEADLINE_EXCEEDED, '', 'DEADLINE_EXCEEDED', true],
])('status %i that the server sends is a response', async (code, details, firstLine, error) => {
	const port = await serveHealth((_call, respond) => {
		respond({code, details});
	});
	expect(responseOf(await probe().ask(grpcAt(port)))).toMatchObject({
		status: code,
		code: Status[code],
		error,
		firstLine,
	});
});

test('a status with escape sequences is made printable', async () => {
	const port = await serveHealth((_call, respond) => {
		respond({code: Status.INTERNAL, details: '\u001B[31mred'});
	});
	expect(responseOf(await probe().ask(grpcAt(port))).firstLine).toBe('INTERNAL: ␛[31mred');
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

test('a reply that is no health state is a failure: protocol', async () => {
	const port = await serveHealth((_call, respond) => {
		respond(null, Buffer.from([0xff, 0xff]));
	});
	expect(failureOf(await probe().ask(grpcAt(port))).failure).toBe('protocol');
});

test('a gateway that answers without gRPC is a response with its HTTP status in words', async () => {
	const server = createHttp2Server();
	server.on('stream', stream => {
		stream.respond({':status': 404}, {endStream: true});
	});
	const {port} = await listen(server);
	expect(responseOf(await probe().ask(grpcAt(port)))).toMatchObject({
		code: 'UNIMPLEMENTED',
		error: true,
		firstLine: 'UNIMPLEMENTED: Received HTTP status code 404',
	});
});

test('nobody listening is a failure: refused', async () => {
	const port = await unusedPort();
	expect(failureOf(await probe().ask(grpcAt(port)))).toMatchObject({
		failure: 'refused',
		sentence: `Nothing listens at 127.0.0.1:${port} (connection refused): check the gateway's address and port.`,
	});
});

test('a connection that breaks during the call is a failure: reset; the next call makes another', async () => {
	const server = createHttp2Server();
	server.once('stream', stream => {
		stream.session?.socket.destroy();
		server.on('stream', next => {
			next.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true});
			next.on('wantTrailers', () => {
				next.sendTrailers({'grpc-status': '0'});
			});
			next.end(Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), reply(1)]));
		});
	});
	const {port, connections} = await listen(server);
	const kept = probe();
	expect(failureOf(await kept.ask(grpcAt(port))).failure).toBe('reset');
	expect(responseOf(await kept.ask(grpcAt(port))).firstLine).toBe('SERVING');
	// With that by which it was seen that the gateway is still there.
	expect(connections()).toBe(3);
});

test('a stream that the gateway resets is a failure: reset', async () => {
	const server = createHttp2Server();
	server.on('stream', stream => {
		stream.on('error', () => {});
		stream.close(2);
	});
	const {port} = await listen(server);
	expect(failureOf(await probe().ask(grpcAt(port))).failure).toBe('reset');
});

test('a gateway that speaks only HTTP/1.1 is a failure: protocol', async () => {
	const {port} = await serveHttp((_request, response) => response.end('Hello World!'));
	const {port: other} = await serveRaw(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
	expect(failureOf(await probe().ask(grpcAt(port), {timeout: 30_000})).failure).toBe('protocol');
	expect(failureOf(await probe().ask(grpcAt(other), {timeout: 30_000})).failure).toBe('protocol');
});

test('a call that is not answered is a failure after the time limit', async () => {
	const port = await serveHealth(() => {});
	expect(failureOf(await probe().ask(grpcAt(port), {timeout: 50}))).toMatchObject({
		failure: 'timeout',
		sentence: expect.stringContaining('0.05 s'),
	});
});

test('a gateway name that does not exist is a failure: dns', async () => {
	const answer = await probe().ask(grpcAt(80, {address: {host: 'gateway.invalid', port: 80}}), {
		timeout: 30_000,
	});
	expect(failureOf(answer).failure).toBe('dns');
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

test('a call that is given up rejects with the reason', async () => {
	const arrived = Promise.withResolvers<void>();
	const port = await serveHealth(() => {
		arrived.resolve();
	});
	const controller = new AbortController();
	const asked = probe().ask(grpcAt(port), {signal: controller.signal});
	await arrived.promise;
	const reason = new Error('stopped');
	controller.abort(reason);
	await expect(asked).rejects.toBe(reason);
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

/** SERVING, as a message on the wire. */
const serving = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
const responseHeaders = {':status': 200, 'content-type': 'application/grpc'};

function answerWell(stream: ServerHttp2Stream, message = serving): void {
	stream.respond(responseHeaders, {waitForTrailers: true});
	stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
	stream.end(message);
}

async function serveStreams(onStream: (stream: ServerHttp2Stream, count: number) => void) {
	const server = createHttp2Server();
	let count = 0;
	server.on('stream', stream => {
		stream.on('error', () => {});
		onStream(stream, ++count);
	});
	return listen(server);
}

const askAt = async (port: number) => probe().ask(grpcAt(port));

test.each([100, 103])('the answer is what comes after %i, which nobody asked for', async status => {
	const {port} = await serveStreams(stream => {
		stream.additionalHeaders({':status': status});
		answerWell(stream);
	});
	expect(responseOf(await askAt(port)).firstLine).toBe('SERVING');
});

test.each([
	[
		'a message that is packed as nobody said',
		(stream: ServerHttp2Stream) => answerWell(stream, Buffer.from([1, ...serving.subarray(1)])),
	],
	[
		'a status that is no number',
		(stream: ServerHttp2Stream) =>
			stream.respond({...responseHeaders, 'grpc-status': 'banana'}, {endStream: true}),
	],
	[
		'a message that ends before it should',
		(stream: ServerHttp2Stream) => answerWell(stream, Buffer.from([0, 0, 0, 0, 99, 8, 1])),
	],
])('%s is no gRPC', async (_what, onStream) => {
	const {port} = await serveStreams(onStream);
	expect(failureOf(await askAt(port))).toMatchObject({
		failure: 'protocol',
		sentence: expect.stringMatching(/^What came from 127\.0\.0\.1:\d+ is not gRPC \([^)]/),
	});
});

test.each([
	[
		'and then its status',
		(stream: ServerHttp2Stream) => answerWell(stream, Buffer.concat([serving, serving])),
	],
	[
		'and then nothing',
		(stream: ServerHttp2Stream) => {
			stream.respond(responseHeaders);
			stream.write(Buffer.concat([serving, serving]));
		},
	],
])('two messages %s are no answer to one request', async (_what, onStream) => {
	const {port} = await serveStreams(onStream);
	expect(failureOf(await askAt(port))).toMatchObject({
		failure: 'protocol',
		sentence: expect.stringContaining('more than one message came as an answer to one request'),
	});
});

test('a message without a status in time is told apart from no answer', async () => {
	const {port} = await serveStreams(stream => {
		stream.respond(responseHeaders);
		stream.write(serving);
	});
	expect(failureOf(await probe().ask(grpcAt(port), {timeout: 100}))).toMatchObject({
		failure: 'timeout',
		sentence: expect.stringContaining('a message had come, and no status'),
	});
});

test('a page where gRPC was expected is said to be one', async () => {
	const {port} = await serveStreams(stream => {
		stream.respond({':status': 200, 'content-type': 'text/html'});
		stream.end('<html>Welcome</html>');
	});
	expect(failureOf(await askAt(port))).toMatchObject({
		failure: 'protocol',
		sentence: expect.stringContaining('is not gRPC (its content type is text/html)'),
	});
});

test('what is said of a connection that never was has no time of day in it', async () => {
	const {port} = await serveRaw(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
	expect(failureOf(await askAt(port)).sentence).toContain('is not gRPC (UNAVAILABLE: Protocol error)');
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

const refuse = (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM);

test('a stream that is refused was not begun, and is sent again; one that always is has failed', async () => {
	const {port} = await serveStreams((stream, count) => (count < 3 ? refuse(stream) : answerWell(stream)));
	expect(responseOf(await askAt(port)).firstLine).toBe('SERVING');
	const {port: refusing} = await serveStreams(refuse);
	expect(failureOf(await askAt(refusing)).failure).toBe('reset');
});

test('nothing that a gateway sends is written on the terminal by the library', async () => {
	const written = vi.spyOn(console, 'error').mockImplementation(() => {});
	onTestFinished(() => written.mockRestore());
	const {port} = await serveStreams(stream =>
		stream.respond({':status': 302, 'x-place': 'https://x/\u009B31m\u00FF'}, {endStream: true}),
	);
	expect(responseOf(await askAt(port)).code).toBe('UNKNOWN');
	expect(written).not.toHaveBeenCalled();
});
