/** What an answer, or what came instead of one, is taken for. */
import {createServer as createHttp2Server, type ServerHttp2Stream} from 'node:http2';
import {status as Status} from '@grpc/grpc-js';
import {expect, onTestFinished, test, vi} from 'vitest';
import {failureOf, listen, responseOf, serveHttp, serveRaw} from '../../servers.js';
import {
	answerWell,
	askAt,
	grpcAt,
	probe,
	reply,
	responseHeaders,
	serveHealth,
	serveStreams,
	serving,
} from './grpc-servers.js';
import {unusedPort} from '../../../support/ports.js';

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
	expect(connections()).toBe(2);
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

test('a gateway name that does not exist is a failure: dns', async () => {
	const answer = await probe().ask(grpcAt(80, {address: {host: 'gateway.invalid', port: 80}}), {
		timeout: 30_000,
	});
	expect(failureOf(answer).failure).toBe('dns');
});

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

test('nothing that a gateway sends is written on the terminal by the library', async () => {
	const written = vi.spyOn(console, 'error').mockImplementation(() => {});
	onTestFinished(() => written.mockRestore());
	const {port} = await serveStreams(stream =>
		stream.respond({':status': 302, 'x-place': 'https://x/\u009B31m\u00FF'}, {endStream: true}),
	);
	expect(responseOf(await askAt(port)).code).toBe('UNKNOWN');
	expect(written).not.toHaveBeenCalled();
});
