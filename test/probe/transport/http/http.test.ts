import {createServer} from 'node:http';
import {performance} from 'node:perf_hooks';
import {setImmediate} from 'node:timers/promises';
import {createServer as createTcpServer, type Socket} from 'node:net';
import {expect, test} from 'vitest';
import {failureOf, listen, responseOf, serveHttp, serveRaw, targetAt} from '../../servers.js';
import {plain, probe} from './http-probe.js';
import {unusedPort} from '../../../support/ports.js';

test('sends one HTTP/1.1 GET with the Host header of the service to the address of the gateway', async () => {
	const seen: unknown[] = [];
	const {port} = await serveHttp((request, response) => {
		seen.push({
			method: request.method,
			url: request.url,
			version: request.httpVersion,
			host: request.headers.host,
			agent: request.headers['user-agent'],
		});
		response.setHeader('content-type', 'text/plain; charset=utf-8');
		response.end('Hello World!\n');
	});
	const before = Date.now();
	const answer = await probe({version: '1.2.3'}).ask(targetAt(port));
	await probe().ask(targetAt(port));

	const request = {method: 'GET', url: '/', version: '1.1', host: 'helloworld-go.default.example.com'};
	expect(seen).toEqual([
		{...request, agent: 'kn-canary/1.2.3'},
		{...request, agent: 'kn-canary'},
	]);
	expect(responseOf(answer)).toEqual({
		kind: 'response',
		status: 200,
		code: '200',
		error: false,
		firstLine: 'Hello World!',
		body: 'Hello World!\n',
		truncated: false,
		contentType: 'text/plain; charset=utf-8',
		fingerprint: 'Hello World!',
	});
	expect(answer.at).toBeGreaterThanOrEqual(before);
	expect(answer.latency).toBeGreaterThan(0);
});

test('asks for the path and query of the target', async () => {
	const {port} = await serveHttp((request, response) => response.end(request.url));
	const answer = await probe().ask(targetAt(port, {path: '/healthz?full=1'}));
	expect(responseOf(answer).firstLine).toBe('/healthz?full=1');
});

test('does not follow a redirect', async () => {
	let requests = 0;
	const {port} = await serveHttp((_request, response) => {
		requests++;
		response.writeHead(301, {location: '/elsewhere'}).end('moved');
	});
	expect(responseOf(await probe().ask(targetAt(port)))).toMatchObject({
		status: 301,
		error: false,
		firstLine: 'moved',
	});
	expect(requests).toBe(1);
});

test('an empty 404, as a gateway answers for a host it does not know, has no fingerprint and is no error of the service', async () => {
	const {port} = await serveHttp((_request, response) => response.writeHead(404).end());
	expect(responseOf(await probe().ask(targetAt(port)))).toMatchObject({
		status: 404,
		error: false,
		firstLine: '',
		fingerprint: undefined,
	});
});

test.each([
	['an unknown host', 404, {server: 'envoy'}, 'gateway'],
	['no pod', 503, {server: 'istio-envoy'}, 'gateway'],
	['a redirect', 301, {server: 'envoy', location: 'https://x.example.com/'}, 'gateway'],
	["the application's own 404", 404, {server: 'envoy', 'x-envoy-upstream-service-time': '1'}, undefined],
	['a 404 of who knows whom', 404, {}, undefined],
	['a success', 200, {server: 'envoy'}, undefined],
])(
	'tells an answer of the gateway itself from one of the service: %s',
	async (_what, status, headers, by) => {
		const {port} = await serveHttp((_request, response) => response.writeHead(status, headers).end('words'));
		expect(responseOf(await probe().ask(targetAt(port))).by).toBe(by);
	},
);

test('a 5xx is a response and an error', async () => {
	const {port} = await serveHttp((_request, response) => response.writeHead(503).end('no healthy upstream'));
	expect(responseOf(await probe().ask(targetAt(port)))).toMatchObject({
		status: 503,
		code: '503',
		error: true,
		fingerprint: 'no healthy upstream',
	});
});

test('nobody listening is a failure: refused', async () => {
	const port = await unusedPort();
	expect(failureOf(await probe().ask(targetAt(port)))).toEqual({
		kind: 'failure',
		failure: 'refused',
		sentence: `Nothing listens at 127.0.0.1:${port} (connection refused): check the gateway's address and port.`,
		reason: `nothing listens at 127.0.0.1:${port}`,
	});
});

test.each([
	['resets the connection', 'reset', (socket: Socket) => socket.resetAndDestroy()],
	['closes without a word', 'reset', (socket: Socket) => socket.end()],
	[
		'closes in the midst of the body',
		'reset',
		(socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nHello'),
	],
	[
		'closes in the midst of a chunk',
		'reset',
		(socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHel'),
	],
	[
		'closes in the midst of the headers',
		'reset',
		(socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
	],
	['speaks something else', 'protocol', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
	[
		'sends endless headers',
		'protocol',
		(socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(300_000)}\r\n\r\n`),
	],
])('a gateway that %s is a failure: %s', async (_name, failure, onRequest) => {
	const {port} = await serveRaw(onRequest);
	const outcome = failureOf(await probe().ask(targetAt(port)));
	expect(outcome).toMatchObject({failure, sentence: expect.stringContaining(`127.0.0.1:${port}`)});
});

// Each is an answer to curl 7.88.
test.each([
	['100 Continue, which nobody asked for', `HTTP/1.1 100 Continue\r\n\r\n${plain}`],
	['100 Continue a hundred times', `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)}${plain}`],
	['102 Processing', `HTTP/1.1 102 Processing\r\n\r\n${plain}`],
	['103 Early Hints twice', `${'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'.repeat(2)}${plain}`],
])('the answer is what comes after %s', async (_what, bytes) => {
	const {port} = await serveRaw(socket => socket.write(bytes));
	expect(responseOf(await probe().ask(targetAt(port)))).toMatchObject({status: 200, firstLine: 'Hello'});
});

test.each([
	['80 KiB of headers', `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(80)}\r\nHello\n`],
	['lines that end with LF alone', 'HTTP/1.1 200 OK\ncontent-length: 6\n\nHello\n'],
	['a folded header', 'HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 6\r\n\r\nHello\n'],
	['a control character in a header', 'HTTP/1.1 200 OK\r\nx: \u001B[2J\r\ncontent-length: 6\r\n\r\nHello\n'],
	[
		'a length beside chunks',
		'HTTP/1.1 200 OK\r\ncontent-length: 6\r\ntransfer-encoding: chunked\r\n\r\n6\r\nHello\n\r\n0\r\n\r\n',
	],
	['its length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\nContent-Length: 6\r\n\r\nHello\n'],
	['its length twice in one line', 'HTTP/1.1 200 OK\r\ncontent-length: 6, 6\r\n\r\nHello\n'],
	['a header whose name is none', 'HTTP/1.1 200 OK\r\nx y: z\r\ncontent-length: 6\r\n\r\nHello\n'],
	['HTTP/2 in its status line', 'HTTP/2 200\r\ncontent-length: 6\r\n\r\nHello\n'],
	['an empty line before it', `\r\n${plain}`],
	['an upgrade that is offered', `HTTP/1.1 200 OK\r\nupgrade: h2c\r\n${plain.slice(17)}`],
	['rubbish after it', `${plain}RUBBISH`],
	['the beginning of another one after it', `${plain}HTTP/1.1 500 Internal`],
	['no reason', 'HTTP/1.1 200\r\ncontent-length: 6\r\n\r\nHello\n'],
	['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nHello\n'],
])('an answer with %s is one', async (_what, bytes) => {
	const {port} = await serveRaw(socket => socket.end(bytes));
	expect(responseOf(await probe().ask(targetAt(port)))).toMatchObject({status: 200, firstLine: 'Hello'});
});

test.each([
	[
		'goes over to another protocol',
		'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
	],
	['answers 101 and stays', `HTTP/1.1 101 Switching Protocols\r\n\r\n${plain}`],
	['answers 000', 'HTTP/1.1 000 None\r\ncontent-length: 0\r\n\r\n'],
	['answers 099', 'HTTP/1.1 099 None\r\ncontent-length: 0\r\n\r\n'],
	['says two lengths', `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n${plain.slice(17)}`],
	['speaks HTTP/2', '\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000'],
	[
		'sends chunks that are none',
		'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nHello\n\r\n0\r\n\r\n',
	],
	[
		'makes a chunk size that has no end',
		`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(100_000)}`,
	],
])('a gateway that %s has not answered', async (_what, bytes) => {
	const {port} = await serveRaw(socket => socket.write(bytes));
	const {failure, sentence} = failureOf(await probe().ask(targetAt(port)));
	expect(failure).toBe('protocol');
	expect(sentence).toMatch(/^What came from 127\.0\.0\.1:\d+ is not HTTP\/1\.1 \([^␊␛]+\): check/);
});

test('what a service drops is seen to be dropped, and is not asked again until somebody else answers', async () => {
	let asked = 0;
	const server = createServer((request, response) => {
		if (++asked % 4 === 0) request.socket.destroy();
		else response.end('Hello');
	});
	const {port} = await listen(server);
	const kept = probe();
	let dropped = 0;
	for (let index = 0; index < 40; index++) {
		const {outcome} = await kept.ask(targetAt(port));
		dropped += outcome.kind === 'failure' && outcome.failure === 'reset' ? 1 : 0;
		await setImmediate();
	}

	// The first may have been a connection that was closed meanwhile.
	expect(dropped).toBeGreaterThanOrEqual(9);
	expect(asked).toBeLessThanOrEqual(41);
});

test('where a redirect leads is what its first Location says', async () => {
	const {port} = await serveRaw(socket =>
		socket.end('HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\u001B[2J\r\ncontent-length: 0\r\n\r\n'),
	);
	expect(responseOf(await probe().ask(targetAt(port))).location).toBe('/a');
});

test('a connection that does not come to be in time is no answer that is late', async () => {
	// Takes the connection, and never says a word of TLS.
	const {port} = await listen(createTcpServer(() => {}));
	const target = targetAt(port, {scheme: 'https'});
	const outcome = failureOf(await probe({connectTimeout: 50}).ask(target, {timeout: 60_000}));
	expect(outcome).toMatchObject({
		failure: 'unreachable',
		sentence: expect.stringContaining('no connection within 0.05 s'),
	});
});

test('early hints are not the answer', async () => {
	const {port} = await serveHttp((_request, response) => {
		response.writeEarlyHints({link: '</style.css>; rel=preload'}, () => response.end('Hello World!'));
	});
	expect(responseOf(await probe().ask(targetAt(port)))).toMatchObject({
		status: 200,
		firstLine: 'Hello World!',
	});
});

test('an answer that does not come is a failure after the time limit', async () => {
	const {port} = await serveHttp(() => {});
	expect(failureOf(await probe().ask(targetAt(port), {timeout: 30}))).toEqual({
		kind: 'failure',
		failure: 'timeout',
		sentence: `No complete answer from 127.0.0.1:${port} in time (0.03 s were over, nothing had come).`,
	});
});

test('a body that drips does not put the time limit off', async () => {
	const {port} = await serveHttp((_request, response) => {
		const timer = setInterval(() => response.write('x'), 5);
		response.on('close', () => {
			clearInterval(timer);
		});
	});
	const outcome = failureOf(await probe().ask(targetAt(port), {timeout: 500}));
	expect(outcome.failure).toBe('timeout');
	expect(outcome.sentence).toMatch(/status 200 and \d+ bytes of the body had come/);
});

test('a gateway name that does not exist is a failure: dns', async () => {
	const outcome = failureOf(
		await probe().ask(targetAt(80, {address: {host: 'gateway.invalid', port: 80}}), {timeout: 30_000}),
	);
	expect(outcome.failure).toBe('dns');
	expect(outcome.sentence).toContain('gateway.invalid');
});

test('of a connection that ends without a word it is said that TLS may be wanted there', async () => {
	const {port} = await serveRaw(socket => socket.end());
	expect(failureOf(await probe().ask(targetAt(port)))).toEqual({
		kind: 'failure',
		failure: 'reset',
		sentence: `The gateway 127.0.0.1:${port} closed the connection before the answer was complete (socket hang up); if it speaks TLS there, give --gateway https://127.0.0.1:${port}.`,
	});
});

test('how far an answer came before it broke off is said', async () => {
	const {port} = await serveRaw(socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nHello\n'));
	expect(failureOf(await probe().ask(targetAt(port)))).toEqual({
		kind: 'failure',
		failure: 'reset',
		sentence: `The gateway 127.0.0.1:${port} closed the connection before the answer was complete (status 200 and 6 bytes of the body had come).`,
	});
});

test('latency counts from the slot the request was scheduled for', async () => {
	const {port} = await serveHttp((_request, response) => response.end('ok'));
	const answer = await probe().ask(targetAt(port), {slot: performance.now() - 5000});
	expect(answer.latency).toBeGreaterThanOrEqual(5000);
});

test.each([
	['a host with a line break', {authority: 'a\r\nx: y'}, 'cannot be sent as a Host header'],
	['a path without a slash', {path: 'healthz'}, 'must start with "/"'],
	['a path with a blank', {path: '/a b'}, 'must start with "/"'],
	['a port out of range', {address: {host: '127.0.0.1', port: 70_000}}, 'not a whole number from 1 to 65535'],
	[
		'an address with a slash',
		{address: {host: 'http://x', port: 80}},
		'neither a host name nor an IP address',
	],
])('%s cannot be asked', async (_name, part, message) => {
	await expect(probe().ask(targetAt(80, part))).rejects.toThrow(message);
});
