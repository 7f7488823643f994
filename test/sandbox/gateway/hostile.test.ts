/** Whatever comes in at the gateway, the process lives and the next request is answered. */
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {
	array,
	asyncProperty,
	assert,
	constantFrom,
	oneof,
	string,
	uint8Array,
} from '../../support/property.js';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {startGateway, type SandboxGateway} from '../../../source/sandbox/gateway/gateway.js';
import {RevisionBackend} from '../../../source/sandbox/gateway/revision-backend.js';
import {createRoutingTable} from '../../../source/sandbox/gateway/routing-table.js';
import {runImage, type TestContainer} from './containers.js';

const host = 'hello.default.example.com';
let gateway: SandboxGateway;
let containers: TestContainer[];
let backends: Map<string, RevisionBackend>;
const unexpected: unknown[] = [];
const note = (error: unknown): void => void unexpected.push(error);

beforeAll(async () => {
	process.on('uncaughtException', note);
	process.on('unhandledRejection', note);
	containers = [await runImage('helloworld-go'), await runImage('helloworld-grpc')];
	backends = new Map();
	const table = createRoutingTable();
	for (const [index, protocol] of (['http1', 'h2c'] as const).entries()) {
		const backend = new RevisionBackend(
			{protocol, timeoutSeconds: 5, containerConcurrency: 0},
			{onDemand() {}},
		);
		const container = containers[index];
		if (container) {
			backend.add({pod: protocol, host: container.host, port: container.port});
		}

		backends.set(protocol, backend);
		const splits = [{serviceName: protocol, serviceNamespace: 'default', servicePort: 80, percent: 100}];
		const hosts = [protocol === 'http1' ? host : 'grpc.default.example.com'];
		table.program(protocol, [{hosts, visibility: 'ExternalIP', http: {paths: [{splits}]}}]);
	}

	gateway = await startGateway({
		port: 0,
		table,
		backendOf: ({revision}) => backends.get(revision),
		random: Math.random,
	});
});
afterAll(async () => {
	await gateway.close();
	await Promise.all(containers.map(container => container.stop()));
	process.off('uncaughtException', note);
	process.off('unhandledRejection', note);
});

/** Sends the bytes, lets go of the connection and waits until it is closed. */
async function send(...pieces: (string | Uint8Array)[]): Promise<void> {
	const socket = net.connect(gateway.port, '127.0.0.1');
	socket.on('error', () => {});
	socket.resume();
	const closed = once(socket, 'close');
	for (const piece of pieces) {
		socket.write(piece);
	}

	socket.end();
	// A request that is held until its end would keep the connection: the rest of this test is not about it.
	const timer = setTimeout(() => socket.destroy(), 50);
	await closed;
	clearTimeout(timer);
}

/** The answer to a usual request, once nothing is under way any more, and what nobody caught until then. */
async function state(): Promise<{answer: string; unexpected: unknown[]}> {
	const request = http.get({host: '127.0.0.1', port: gateway.port, headers: {host}, agent: false});
	const [response]: unknown[] = await once(request, 'response');
	const answer = response instanceof http.IncomingMessage ? await text(response) : '';
	await expect.poll(() => [...backends.values()].map(({usage}) => usage.concurrency)).toEqual([0, 0]);
	return {answer, unexpected};
}

const well = {answer: 'Hello World!\n', unexpected: []};

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const bits = constantFrom(
	'GET / HTTP/1.1\r\n',
	'POST /a?b HTTP/1.1\r\n',
	'OPTIONS * HTTP/1.1\r\n',
	'CONNECT a:1 HTTP/1.1\r\n',
	'GET http://[::1 HTTP/1.1\r\n',
	`host: ${host}\r\n`,
	'host: grpc.default.example.com\r\n',
	'content-length: 5\r\n',
	'content-length: -1\r\n',
	'transfer-encoding: chunked\r\n',
	'te: gzip\r\n',
	'upgrade: websocket\r\nconnection: upgrade\r\n',
	'expect: 100-continue\r\n',
	'connection: close, te, x\r\n',
	`x: ${'y'.repeat(20_000)}\r\n`,
	'x-\u0000: 1\r\n',
	'\r\n',
	'5\r\nhello\r\n',
	'0\r\n\r\n',
	'ffffffffff\r\n',
	preface,
);

test('connections of any bytes', async () => {
	await assert(
		asyncProperty(
			array(oneof(bits, uint8Array({maxLength: 40}), string({maxLength: 20})), {maxLength: 8}),
			pieces => send(...pieces),
		),
		{numRuns: 150},
	);
	expect(await state()).toEqual(well);
});

test('HTTP/2 frames of any kind', async () => {
	await assert(
		asyncProperty(array(uint8Array({minLength: 9, maxLength: 60}), {maxLength: 6}), frames =>
			send(preface, Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]), ...frames),
		),
		{numRuns: 80},
	);
	expect(await state()).toEqual(well);
});

test('streams that are reset as soon as they are opened', async () => {
	const session = http2.connect(`http://127.0.0.1:${gateway.port}`);
	session.on('error', () => {});
	for (const authority of [host, 'grpc.default.example.com', 'nobody']) {
		for (let count = 0; count < 50; count++) {
			const stream = session.request({':path': '/', ':authority': authority, ':method': 'POST'});
			stream.on('error', () => {});
			stream.close(http2.constants.NGHTTP2_CANCEL);
		}
	}

	session.destroy();
	expect(await state()).toEqual(well);
});

test('headers of HTTP/1.1 that HTTP/2 does not know, on their way to an app that speaks it', async () => {
	const request = http.request({
		host: '127.0.0.1',
		port: gateway.port,
		method: 'POST',
		headers: {
			host: 'grpc.default.example.com',
			te: 'gzip',
			'keep-alive': 'timeout=5',
			connection: 'te, x',
			x: '1',
		},
		agent: false,
	});
	request.end();
	const [response]: unknown[] = await once(request, 'response');
	expect(response instanceof http.IncomingMessage && response.statusCode).toBe(415);
	expect(await state()).toEqual(well);
});
