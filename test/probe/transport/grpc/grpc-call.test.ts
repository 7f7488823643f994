/** One call, from its first byte to what it settles with. */
import {constants, type ServerHttp2Stream} from 'node:http2';
import {expect, test} from 'vitest';
import {failureOf, responseOf} from '../../servers.js';
import {
	answerWell,
	askAt,
	grpcAt,
	probe,
	responseHeaders,
	serveHealth,
	serveStreams,
	serving,
} from './grpc-servers.js';

test('a call that is not answered is a failure after the time limit', async () => {
	const port = await serveHealth(() => {});
	expect(failureOf(await probe().ask(grpcAt(port), {timeout: 50}))).toMatchObject({
		failure: 'timeout',
		sentence: expect.stringContaining('0.05 s'),
	});
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

const refuse = (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM);

test('a stream that is refused was not begun, and is sent again; one that always is has failed', async () => {
	const {port} = await serveStreams((stream, count) => (count < 3 ? refuse(stream) : answerWell(stream)));
	expect(responseOf(await askAt(port)).firstLine).toBe('SERVING');
	const {port: refusing} = await serveStreams(refuse);
	expect(failureOf(await askAt(refusing)).failure).toBe('reset');
});

test('a call whose answer says that it was refused was begun: it is sent once', async () => {
	let calls = 0;
	const {port} = await serveStreams((stream, count) => {
		calls = count;
		stream.respond(responseHeaders, {waitForTrailers: true});
		stream.on('wantTrailers', () =>
			stream.sendTrailers({'grpc-status': '14', 'grpc-message': 'Stream refused by server'}),
		);
		stream.end();
	});
	await askAt(port);
	expect(calls).toBe(1);
});

test('a stream that is refused after its headers came was begun: it is sent once', async () => {
	let calls = 0;
	const {port} = await serveStreams((stream, count) => {
		calls = count;
		stream.respond(responseHeaders);
		stream.write(serving, () => refuse(stream));
	});
	expect(failureOf(await askAt(port)).failure).toBe('reset');
	expect(calls).toBe(1);
});
