import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import {once} from 'node:events';
import {expect, test} from 'vitest';
import {runImage, type TestContainer} from './containers.js';
import {cleanups, get, rule, start, withCleanUp} from './served.js';

withCleanUp();

/** Numbers in [0, 1), the same in each run (mulberry32). */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d_2b_79_f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

async function image(name: string, env: Record<string, string> = {}): Promise<TestContainer> {
	const container = await runImage(name, env);
	cleanups.push(() => container.stop());
	return container;
}

test('a host is found with and without a port, in any case; an unknown one is a bare 404 of Envoy', async () => {
	const {port, table, revision} = await start();
	revision('a', await image('helloworld-go'));
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	for (const host of [
		'hello.default.example.com',
		'hello.default.example.com:80',
		'HELLO.default.Example.com:31080',
	]) {
		expect(await get(port, host)).toMatchObject({status: 200, body: 'Hello World!\n'});
	}

	const unknown = await get(port, 'nobody.default.example.com');
	expect(unknown).toMatchObject({status: 404, body: '', headers: {server: 'envoy'}});
});

test('an answer names Envoy and how long the app took, and nothing of Knative', async () => {
	const {port, table, revision} = await start();
	revision('a', await image('helloworld-go'));
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	const {headers} = await get(port, 'hello.default.example.com');
	expect(headers['server']).toBe('envoy');
	expect(headers['x-envoy-upstream-service-time']).toMatch(/^\d+$/);
	expect(headers['content-type']).toBe('text/plain; charset=utf-8');
	expect(Object.keys(headers).filter(name => name.startsWith('knative') || name.startsWith('k-'))).toEqual(
		[],
	);
});

test('cluster-local hosts are not on the public listener', async () => {
	const {port, table, revision} = await start();
	revision('a', await image('helloworld-go'));
	table.program('default/hello', [rule('hello.default.svc.cluster.local', {a: 100}, 'ClusterLocal')]);
	expect(await get(port, 'hello.default.svc.cluster.local')).toMatchObject({status: 404, body: ''});
});

test('each request of a kept-alive connection is drawn anew, in the proportion of the weights', async () => {
	const {port, table, revision} = await start(seeded(7));
	revision('old', await image('helloworld-go'));
	revision('new', await image('helloworld-go', {TARGET: 'Knative'}));
	table.program('default/hello', [rule('hello.default.example.com', {old: 70, new: 30})]);
	const agent = new http.Agent({keepAlive: true, maxSockets: 1});
	const bodies: string[] = [];
	for (let count = 0; count < 400; count++) {
		bodies.push((await get(port, 'hello.default.example.com', {agent})).body);
	}

	agent.destroy();
	const expected = seeded(7);
	expect(bodies).toEqual(
		Array.from({length: 400}, () => (expected() * 100 < 70 ? 'Hello World!\n' : 'Hello Knative!\n')),
	);
	const seen = bodies.filter(body => body === 'Hello Knative!\n').length;
	// 120 ± 5 standard deviations.
	expect(Math.abs(seen - 120)).toBeLessThan(46);
});

test('a revision at 0 % is never drawn, and what the client says of revisions does not count', async () => {
	const {port, table, revision} = await start();
	revision('old', await image('helloworld-go'));
	revision('new', await image('helloworld-go', {TARGET: 'Knative'}));
	table.program('default/hello', [
		rule('hello.default.example.com', {old: 100, new: 0}),
		rule('canary-hello.default.example.com', {new: 100}),
	]);
	const headers = {'knative-serving-revision': 'new', 'knative-serving-tag': 'canary'};
	for (let count = 0; count < 30; count++) {
		expect((await get(port, 'hello.default.example.com', {headers})).body).toBe('Hello World!\n');
	}

	expect((await get(port, 'canary-hello.default.example.com')).body).toBe('Hello Knative!\n');
});

test('what only the gateway may say does not reach the app, what it adds does', async () => {
	const {port, table, revision} = await start();
	const server = http.createServer((request, response) => response.end(JSON.stringify(request.headers)));
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	cleanups.push(async () => void server.close());
	const address = server.address();
	revision('a', {host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0});
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	const {body} = await get(port, 'hello.default.example.com', {
		headers: {'knative-serving-revision': 'x', 'x-mine': '1'},
	});
	const seen: unknown = JSON.parse(body);
	expect(seen).toMatchObject({
		host: 'hello.default.example.com',
		'x-mine': '1',
		'x-forwarded-for': '127.0.0.1',
		'x-forwarded-proto': 'http',
	});
	expect(seen).not.toHaveProperty('knative-serving-revision');
});

test('a request to a revision at zero is held until a pod is there', async () => {
	const {port, table, revision} = await start();
	const {backend, woken} = revision('a');
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	const answer = get(port, 'hello.default.example.com');
	await woken;
	expect(backend.usage).toMatchObject({concurrency: 1, requests: 1});
	const container = await image('helloworld-go');
	backend.add({pod: 'a-pod', host: container.host, port: container.port});
	expect(await answer).toMatchObject({status: 200, body: 'Hello World!\n'});
	expect(backend.usage.concurrency).toBe(0);
});

test('a revision that does not wake within timeoutSeconds is a 504 of the activator', async () => {
	const {port, table, revision} = await start();
	revision('a', undefined, {timeoutSeconds: 0.05});
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	expect(await get(port, 'hello.default.example.com')).toMatchObject({
		status: 504,
		body: 'activator request timeout',
	});
});

test('who waits for a revision that is deleted is told so at once', async () => {
	const {port, table, revision} = await start();
	const {backend, woken} = revision('a');
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	const answer = get(port, 'hello.default.example.com');
	await woken;
	backend.close();
	expect(await answer).toMatchObject({status: 503, body: 'no healthy upstream'});
	expect(await get(port, 'hello.default.example.com')).toMatchObject({status: 503});
	expect(backend.usage.concurrency).toBe(0);
});

test('an app slower than timeoutSeconds is a 504 of queue-proxy', async () => {
	const {port, table, revision} = await start();
	const slow = await image('helloworld-flaky', {ERROR_RATE: '0', LATENCY_MS: '5000'});
	revision('a', slow, {timeoutSeconds: 0.05});
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	expect(await get(port, 'hello.default.example.com')).toMatchObject({status: 504, body: 'request timeout'});
});

test('an app that refuses the connection is a 502 with the error of the dial', async () => {
	const {port, table, revision} = await start();
	const container = await image('helloworld-go');
	await container.stop();
	revision('a', container);
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	expect(await get(port, 'hello.default.example.com')).toMatchObject({
		status: 502,
		body: `dial tcp 127.0.0.1:${container.port}: connect: connection refused\n`,
	});
});

test('a revision that is gone is a 503 of Envoy', async () => {
	const {port, table} = await start();
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	expect(await get(port, 'hello.default.example.com')).toMatchObject({
		status: 503,
		body: 'no healthy upstream',
	});
});

test('a request beyond what the queue of a pod holds is refused, the ones in the queue are answered', async () => {
	const {port, table, revision} = await start();
	const slow = await image('helloworld-flaky', {ERROR_RATE: '0', LATENCY_MS: '60'});
	revision('a', slow, {containerConcurrency: 1});
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	// One is worked on, ten wait.
	const answers = await Promise.all(Array.from({length: 14}, () => get(port, 'hello.default.example.com')));
	expect(answers.filter(({status}) => status === 200)).toHaveLength(11);
	expect(answers.find(({status}) => status === 503)?.body).toBe('pending request queue full\n');
});

test.each([
	['no protocol at all', '\u0000\u0001\u0002\u0003'],
	['half a preface', 'PRI'],
	['a preface and then nonsense', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense'],
	[
		'a request that is never finished',
		'POST / HTTP/1.1\r\nhost: hello.default.example.com\r\ncontent-length: 9\r\n\r\n1',
	],
])('a connection of %s that breaks off hurts nobody else', async (_name, bytes) => {
	const {port, table, revision} = await start();
	revision('a', await image('helloworld-go'));
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	const socket = net.connect(port, '127.0.0.1');
	socket.on('error', () => {});
	await once(socket, 'connect');
	await new Promise(resolve => {
		socket.write(bytes, resolve);
	});
	socket.resetAndDestroy();
	expect(await get(port, 'hello.default.example.com')).toMatchObject({status: 200});
});

test.each([
	['without a host', 'GET / HTTP/1.1\r\n\r\n', '400'],
	['that is no HTTP', 'hello\r\n\r\n', '400'],
	['of HTTP/1.0', 'GET / HTTP/1.0\r\nhost: hello.default.example.com\r\n\r\n', '426'],
])('a request %s is refused', async (_name, bytes, status) => {
	const {port} = await start();
	const socket = net.connect(port, '127.0.0.1');
	socket.on('error', () => {});
	socket.write(bytes);
	const [chunk] = await once(socket, 'data');
	expect(String(chunk).split(' ')[1]).toBe(status);
	socket.destroy();
});

test('a client that leaves gives its place back', async () => {
	const {port, table, revision} = await start();
	const {backend, woken} = revision('a');
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	const request = http.get({host: '127.0.0.1', port, headers: {host: 'hello.default.example.com'}});
	request.on('error', () => {});
	await woken;
	request.destroy();
	await expect.poll(() => backend.usage.concurrency).toBe(0);
});

test('HTTP/2 with prior knowledge: each stream of one connection is drawn anew', async () => {
	const {port, table, revision} = await start(seeded(11));
	revision('old', await image('helloworld-go'));
	revision('new', await image('helloworld-go', {TARGET: 'Knative'}));
	table.program('default/hello', [rule('hello.default.example.com', {old: 50, new: 50})]);
	const session = http2.connect(`http://127.0.0.1:${port}`);
	const expected = seeded(11);
	for (let count = 0; count < 40; count++) {
		const stream = session.request({':path': '/', ':authority': 'hello.default.example.com'});
		const [headers] = await once(stream, 'response');
		let body = '';
		for await (const chunk of stream) {
			body += chunk;
		}

		expect(headers).toMatchObject({':status': 200, server: 'envoy'});
		expect(body).toBe(expected() < 0.5 ? 'Hello World!\n' : 'Hello Knative!\n');
	}

	session.close();
});

test('the preface of HTTP/2 is known even when it comes in pieces', async () => {
	const {port, table, revision} = await start();
	revision('a', await image('helloworld-go'));
	table.program('default/hello', [rule('hello.default.example.com', {a: 100})]);
	const session = http2.connect(`http://127.0.0.1:${port}`, {
		createConnection() {
			const socket = net.connect(port, '127.0.0.1');
			const write = socket._write.bind(socket);
			socket._write = (chunk: Buffer, encoding, done) => {
				write(chunk.subarray(0, 5), encoding, () => write(chunk.subarray(5), encoding, done));
			};
			return socket;
		},
	});
	const stream = session.request({':path': '/', ':authority': 'hello.default.example.com:80'});
	const [headers] = await once(stream, 'response');
	expect(headers).toMatchObject({':status': 200});
	stream.resume();
	await once(stream, 'end');
	session.close();
});
