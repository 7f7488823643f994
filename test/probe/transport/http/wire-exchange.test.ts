/** Which connection a request goes over, and what becomes of it afterwards. */
import {createServer} from 'node:http';
import {createServer as createHttpsServer} from 'node:https';
import {setImmediate} from 'node:timers/promises';
import {createServer as createTcpServer, type Socket} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {createHttpProbe} from '../../../../source/probe/transport/http/http.js';
import {failureOf, listen, responseOf, serveHttp, serveRaw, targetAt} from '../../servers.js';
import {certificate} from '../../certificate.js';
import {plain, probe} from './http-probe.js';

test('uses one connection for several requests and hosts', async () => {
	const {port, connections} = await serveHttp((request, response) => response.end(request.headers.host));
	const kept = probe();
	const hosts = ['a.example.com', 'b.example.com', 'a.example.com'];
	for (const authority of hosts) {
		expect(responseOf(await kept.ask(targetAt(port, {authority}))).firstLine).toBe(authority);
		// The connection is free again a moment after its answer was read.
		await setImmediate();
	}

	expect(connections()).toBe(1);
});

test('makes a connection for each request when it is told to', async () => {
	const {port, connections} = await serveHttp((_request, response) => response.end('ok'));
	const unkept = probe({keepAlive: false});
	for (let index = 0; index < 3; index++) {
		responseOf(await unkept.ask(targetAt(port)));
	}

	expect(connections()).toBe(3);
});

test('asks on several connections at a time', async () => {
	const waiting: (() => void)[] = [];
	const {port} = await serveHttp((_request, response) => {
		waiting.push(() => response.end('ok'));
		// None is answered before all eight are there.
		if (waiting.length === 8) {
			for (const answer of waiting) {
				answer();
			}
		}
	});
	const kept = probe();
	const answers = await Promise.all(Array.from({length: 8}, async () => kept.ask(targetAt(port))));
	expect(answers.map(answer => responseOf(answer).status)).toEqual(Array.from({length: 8}, () => 200));
});

/** Answers the first request of each connection; what it does then, `onward` says. */
async function serveOnce(onward: (socket: Socket) => void) {
	return listen(
		createTcpServer(socket => {
			let requests = 0;
			socket.on('data', () => {
				requests++;
				if (requests === 1) socket.write(plain);
				else onward(socket);
			});
		}),
	);
}

const timedOut = 'HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

test.each([
	['closes', (socket: Socket) => socket.end()],
	['resets', (socket: Socket) => socket.resetAndDestroy()],
	['calls timed out', (socket: Socket) => socket.end(timedOut)],
])('a kept connection that the gateway %s meanwhile is no failure', async (_what, onward) => {
	const {port, connections} = await serveOnce(onward);
	const kept = probe();
	for (let index = 0; index < 5; index++) {
		expect(responseOf(await kept.ask(targetAt(port))).firstLine).toBe('Hello');
		await setImmediate();
	}

	expect(connections()).toBe(5);
});

test('a kept connection gathers no listeners, whatever comes over it', async () => {
	const warned: Error[] = [];
	const onWarning = (warning: Error) => warned.push(warning);
	process.on('warning', onWarning);
	onTestFinished(() => void process.off('warning', onWarning));
	for (const tls of [false, true]) {
		const server = tls
			? createHttpsServer(certificate, (_request, response) => response.end('Hello'))
			: createServer((_request, response) => response.end('Hello'));
		const {port, connections} = await listen(server);
		const kept = probe({tls: {insecure: true}, connectTimeout: 60_000});
		for (let index = 0; index < 30; index++) {
			responseOf(await kept.ask(targetAt(port, {scheme: tls ? 'https' : 'http'})));
			await setImmediate();
		}

		expect(connections()).toBe(1);
	}

	expect(warned).toEqual([]);
});

test('what must not be sent twice is sent over a connection of its own, once', async () => {
	const {port, connections} = await serveOnce(socket => socket.resetAndDestroy());
	const request = {method: 'POST', headers: [], body: 'x'};
	const kept = probe();
	for (let index = 0; index < 3; index++) {
		responseOf(await kept.ask(targetAt(port, {request})));
		await setImmediate();
	}

	expect(connections()).toBe(3);
	const {port: dead, connections: tried} = await serveRaw(socket => socket.resetAndDestroy());
	expect(failureOf(await kept.ask(targetAt(dead, {request}))).failure).toBe('reset');
	expect(tried()).toBe(1);
});

test('after a failure the next request gets a connection of its own', async () => {
	let requests = 0;
	const {port} = await serveHttp((request, response) => {
		requests++;
		if (requests === 1) {
			request.socket.resetAndDestroy();
		} else {
			response.end('back again');
		}
	});
	const kept = probe();
	expect(failureOf(await kept.ask(targetAt(port))).failure).toBe('reset');
	expect(responseOf(await kept.ask(targetAt(port))).firstLine).toBe('back again');
});

test('a request that is given up rejects with the reason, before and while it is under way', async () => {
	const arrived = Promise.withResolvers<void>();
	const {port} = await serveHttp(() => {
		arrived.resolve();
	});
	const controller = new AbortController();
	const reason = new Error('stopped');
	const asked = probe().ask(targetAt(port), {signal: controller.signal});
	await arrived.promise;
	controller.abort(reason);
	await expect(asked).rejects.toBe(reason);
	await expect(probe().ask(targetAt(port), {signal: controller.signal})).rejects.toBe(reason);
});

test('closing fails what is in flight and takes no more', async () => {
	const arrived = Promise.withResolvers<void>();
	const {port} = await serveHttp(() => {
		arrived.resolve();
	});
	const closing = createHttpProbe();
	const asked = closing.ask(targetAt(port));
	await arrived.promise;
	await closing.close();
	expect(failureOf(await asked).failure).toBe('other');
	await expect(closing.ask(targetAt(port))).rejects.toThrow('closed');
});
