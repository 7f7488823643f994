/** What comes through from an app, piece by piece, and what becomes of it when one side leaves. */
import http from 'node:http';
import net from 'node:net';
import {once} from 'node:events';
import {expect, test} from 'vitest';
import {RevisionBackend} from '../../../source/sandbox/gateway/revision-backend.js';
import {cleanups, get, rule, start, withCleanUp} from './served.js';

withCleanUp();

test('a body goes through to the app and back', async () => {
	const {port, table, revision} = await start();
	const server = http.createServer((request, response) => void request.pipe(response));
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	cleanups.push(async () => void server.close());
	const address = server.address();
	revision('a', {host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0});
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	const body = 'x'.repeat(300_000);
	expect((await get(port, 'hello.default.example.com', {method: 'POST', body})).body).toBe(body);
});

/** An app of the test's own behind a revision `a` that takes all of hello's requests. */
async function app(
	handler: (request: http.IncomingMessage, response: http.ServerResponse) => void,
): Promise<{port: number; backend: RevisionBackend}> {
	const {port, table, revision} = await start();
	const server = http.createServer(handler);
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	cleanups.push(async () => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	const own = {host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0};
	const {backend} = revision('a', own);
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	return {port, backend};
}

const hello = {host: 'hello.default.example.com'};

test('the head of an answer does not wait for its body, and pieces come as they are written', async () => {
	const asked = Promise.withResolvers<http.ServerResponse>();
	const {port} = await app((_request, response) => {
		response.writeHead(200, {'content-type': 'text/event-stream'});
		response.flushHeaders();
		asked.resolve(response);
	});
	const request = http.get({host: '127.0.0.1', port, headers: hello, agent: false});
	const [response] = await once(request, 'response');
	const writer = await asked.promise;
	writer.write('data: 1\n\n');
	expect(String((await once(response, 'data'))[0])).toBe('data: 1\n\n');
	writer.write('data: 2\n\n');
	expect(String((await once(response, 'data'))[0])).toBe('data: 2\n\n');
	writer.end();
	await once(response, 'end');
});

test('an answer that is larger than what a client takes at a time waits for the client', async () => {
	const size = 20_000_000;
	const {port} = await app((_request, response) => {
		response.writeHead(200, {'content-length': size});
		response.end(Buffer.alloc(size, 'x'));
	});
	const request = http.get({host: '127.0.0.1', port, headers: hello, agent: false});
	const [response] = await once(request, 'response');
	let read = 0;
	for await (const chunk of response) {
		read += chunk.length;
	}

	expect(read).toBe(size);
});

test('an app that breaks its answer off breaks off the answer of the gateway', async () => {
	const {port, backend} = await app((_request, response) => {
		response.writeHead(200, {'content-length': 100});
		response.write('a part', () => response.destroy());
	});
	const request = http.get({host: '127.0.0.1', port, headers: hello, agent: false});
	const [response] = await once(request, 'response');
	await expect(once(response, 'end')).rejects.toMatchObject({code: 'ECONNRESET'});
	expect(backend.usage.concurrency).toBe(0);
});

test('an app that hangs up without an answer is a 502', async () => {
	const {port} = await app(request => request.socket.destroy());
	expect(await get(port, hello.host)).toMatchObject({status: 502, body: 'EOF\n'});
});

test('a client that leaves in the middle of a body takes the request of the app along', async () => {
	const gone = Promise.withResolvers<void>();
	const arrived = Promise.withResolvers<void>();
	const {port, backend} = await app((request, response) => {
		request.resume();
		request.once('data', () => arrived.resolve());
		response.on('close', gone.resolve);
	});
	const request = http.request({
		host: '127.0.0.1',
		port,
		method: 'POST',
		headers: {...hello, 'content-length': 100},
		agent: false,
	});
	request.on('error', () => {});
	request.write('a part');
	await arrived.promise;
	request.destroy();
	await gone.promise;
	await expect.poll(() => backend.usage.concurrency).toBe(0);
});

test('HEAD has the head of the answer and no body', async () => {
	const {port} = await app((_request, response) => {
		response.writeHead(200, {'content-length': 5});
		response.end('Hello');
	});
	expect(await get(port, hello.host, {method: 'HEAD'})).toMatchObject({
		status: 200,
		body: '',
		headers: {'content-length': '5'},
	});
});

test('a target in absolute form says its host itself', async () => {
	const {port} = await app((request, response) => response.end(`${request.headers.host} ${request.url}`));
	const socket = net.connect(port, '127.0.0.1');
	socket.write(
		'GET http://hello.default.example.com/a?b=c HTTP/1.1\r\nhost: nobody\r\nconnection: close\r\n\r\n',
	);
	let answer = '';
	for await (const chunk of socket) {
		answer += chunk;
	}

	expect(answer).toContain('hello.default.example.com /a?b=c');
});

test('what the app is sent over a kept connection is each request alone', async () => {
	const {port} = await app((request, response) => response.end(`${request.method} ${request.url}`));
	const socket = net.connect(port, '127.0.0.1');
	const one = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: ${hello.host}\r\n\r\n`;
	socket.write(`${one('/1')}${one('/2')}GET /3 HTTP/1.1\r\nhost: ${hello.host}\r\nconnection: close\r\n\r\n`);
	let answer = '';
	for await (const chunk of socket) {
		answer += chunk;
	}

	expect([...answer.matchAll(/GET \/\d/g)].map(String)).toEqual(['GET /1', 'GET /2', 'GET /3']);
});
