import {once} from 'node:events';
import {request as httpRequest, type IncomingMessage} from 'node:http';
import {text} from 'node:stream/consumers';
import {WebSocket, type MessageEvent} from 'undici';
import {afterAll, beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {at, objectsOf, parseJson} from '../../../../source/sandbox/api/body/json.js';
import {startSandbox, type Sandbox} from '../../../../source/sandbox/sandbox.js';

let sandbox: Sandbox;
let pod: string;

beforeAll(async () => {
	sandbox = await startSandbox({pace: 100, tls: false});
	const list = await get(
		'/api/v1/namespaces/default/pods?labelSelector=serving.knative.dev/service=checkout',
	);
	pod = `/api/v1/namespaces/default/pods/${String(at(objectsOf(at(parseJson(list.text), 'items'))[0], 'metadata', 'name'))}`;
});

afterAll(() => sandbox.stop());

async function open(
	path: string,
	method = 'GET',
	headers: Record<string, string> = {},
): Promise<IncomingMessage> {
	const request = httpRequest(new URL(path, sandbox.apiUrl), {
		method,
		agent: false,
		headers: {authorization: `Bearer ${sandbox.token}`, ...headers},
	});
	const answered = once(request, 'response');
	request.end();
	const [response]: IncomingMessage[] = await answered;
	if (!response) {
		throw new Error('no answer');
	}

	return response;
}

async function get(path: string, method = 'GET', headers: Record<string, string> = {}) {
	const response = await open(path, method, headers);
	return {code: response.statusCode, type: response.headers['content-type'], text: await text(response)};
}

/** One request to the service, which its pods write a line about. */
async function visit(): Promise<void> {
	const request = httpRequest(`http://${sandbox.gatewayAddress}`, {
		headers: {host: 'checkout.default.example.com'},
		agent: false,
	});
	const answered = once(request, 'response');
	request.end();
	const [response]: IncomingMessage[] = await answered;
	response?.resume();
}

/** A connection to ports of the pod; what comes is gathered by channel. */
function forward(ports: string, protocols = ['v4.channel.k8s.io']) {
	const socket = new WebSocket(`${sandbox.apiUrl.replace('http', 'ws')}${pod}/portforward?${ports}`, {
		protocols,
		headers: {authorization: `Bearer ${sandbox.token}`},
	});
	socket.binaryType = 'arraybuffer';
	onTestFinished(() => socket.close());
	const channels = new Map<number, Buffer>();
	const waiting = new Set<() => void>();
	socket.addEventListener('message', (event: MessageEvent<ArrayBuffer>) => {
		const data = Buffer.from(event.data);
		const channel = data[0] ?? 0;
		channels.set(channel, Buffer.concat([channels.get(channel) ?? Buffer.alloc(0), data.subarray(1)]));
		for (const look of waiting) {
			look();
		}
	});
	return {
		socket,
		/** Everything on a channel once it matches, without the number of the port it begins with. */
		until: async (channel: number, pattern: RegExp): Promise<string> => {
			const {promise, resolve} = Promise.withResolvers<string>();
			const look = (): void => {
				const received = channels.get(channel)?.subarray(2).toString('utf8') ?? '';
				if (pattern.test(received)) {
					waiting.delete(look);
					resolve(received);
				}
			};
			waiting.add(look);
			look();
			return promise;
		},
		send: (channel: number, words: string) =>
			socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(words)])),
		channels,
	};
}

describe('the log of a pod', () => {
	it('is what its container wrote, line by line', async () => {
		const {code, type, text: log} = await get(`${pod}/log?container=user-container`);
		expect(code).toBe(200);
		expect(type).toBe('text/plain');
		expect(log).toMatch(/listening on port 8080\n/);
		const tail = await get(`${pod}/log?container=user-container&tailLines=1&timestamps=true`);
		expect(tail.text).toMatch(/^\d{4}-\d\d-\d\dT\S+Z .+\n$/);
		expect((await get(`${pod}/log?container=user-container&limitBytes=5`)).text).toHaveLength(5);
		expect((await get(`${pod}/log?container=user-container&tailLines=0`)).text).toBe('');
	});

	it('can be followed', async () => {
		const response = await open(`${pod}/log?container=user-container&follow=true&tailLines=0`);
		onTestFinished(() => void response.destroy());
		let heard = '';
		response.on('data', (chunk: Buffer) => {
			heard += chunk.toString('utf8');
		});
		// Two pods serve: sooner or later a request comes to this one.
		await expect
			.poll(async () => {
				await visit();
				return heard;
			})
			.toContain('received a request');
	});

	it.each([
		[
			'no container of two',
			'',
			400,
			/a container name must be specified for pod \S+, choose one of: \[user-container queue-proxy\]/,
		],
		['another container', '?container=x', 400, /container x is not valid for pod /],
		[
			'a run before',
			'?container=user-container&previous=true',
			400,
			/previous terminated container "user-container" in pod "\S+" not found/,
		],
		[
			'a number that is none',
			'?container=user-container&tailLines=-1',
			422,
			/tailLines: Invalid value: "-1": must be greater than or equal to 0/,
		],
	])('is refused for %s', async (_, query, code, message) => {
		const answer = await get(`${pod}/log${query}`);
		expect(answer.code).toBe(code);
		expect(at(parseJson(answer.text), 'message')).toMatch(message);
	});

	it('of no pod is a 404', async () => {
		const answer = await get('/api/v1/namespaces/default/pods/nobody/log');
		expect(at(parseJson(answer.text), 'message')).toBe('pods "nobody" not found');
	});
});

describe('a port of a pod', () => {
	const request = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

	it('is reached through a WebSocket', async () => {
		const {until, send, socket, channels} = forward('ports=8080');
		await once(socket, 'open');
		expect(socket.protocol).toBe('v4.channel.k8s.io');
		send(0, request);
		expect(await until(0, /Hello/)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
		expect(channels.get(0)?.readUInt16LE()).toBe(8080);
		expect(channels.get(1)?.readUInt16LE()).toBe(8080);
	});

	it('is one of several, each with two channels, that of the queue-proxy leading to the container', async () => {
		const {until, send, socket} = forward('ports=8080,8012', ['v5.channel.k8s.io']);
		await once(socket, 'open');
		send(2, request);
		expect(await until(2, /Hello/)).toContain('200 OK');
	});

	it('says on its error channel that nobody listens', async () => {
		const {until} = forward('ports=99');
		expect(await until(1, /refused/)).toContain('error forwarding port 99 to pod default/');
	});

	it.each([
		['without an upgrade', '/portforward?ports=8080', {}, 400, 'Upgrade request required'],
		[
			'without a port',
			'/portforward',
			{connection: 'Upgrade', upgrade: 'websocket'},
			400,
			'query parameter "ports" is required',
		],
		[
			'with another protocol',
			'/portforward?ports=8080',
			{connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'chat'},
			400,
			'unable to upgrade',
		],
		[
			'without a token',
			'/portforward?ports=8080',
			{connection: 'Upgrade', upgrade: 'websocket', authorization: 'Bearer x'},
			401,
			'Unauthorized',
		],
	])('is refused %s', async (_, path, headers: Record<string, string>, code, message) => {
		const answer = await get(`${pod}${path}`, 'GET', headers);
		expect(answer.code).toBe(code);
		expect(at(parseJson(answer.text), 'message')).toContain(message);
	});
});

describe('a command in a container', () => {
	const upgrade = {
		connection: 'Upgrade',
		upgrade: 'websocket',
		'sec-websocket-protocol': 'v5.channel.k8s.io',
	};

	it.each([
		['/exec?command=sh&container=user-container', 405, /^exec is disabled on node sandbox-node: /],
		['/attach?container=user-container&stdin=true', 405, /^attach is disabled on node sandbox-node: /],
		['/exec?container=user-container', 400, /^you must specify at least 1 command for the container$/],
		['/exec?command=sh&container=x', 400, /^container x is not valid for pod /],
		['/exec?command=sh', 400, /^a container name must be specified for pod /],
	])('is refused in a Status: %s', async (path, code, message) => {
		for (const [method, headers] of [
			['GET', upgrade],
			['POST', {connection: 'Upgrade', upgrade: 'SPDY/3.1'}],
			['POST', {}],
		] as const) {
			const answer = await get(`${pod}${path}`, method, headers);
			expect(answer.code).toBe(code);
			expect(at(parseJson(answer.text), 'message')).toMatch(message);
		}
	});

	it('in no pod is a 404', async () => {
		const answer = await get('/api/v1/namespaces/default/pods/nobody/exec?command=sh', 'POST');
		expect(at(parseJson(answer.text), 'message')).toBe('pods "nobody" not found');
	});
});
