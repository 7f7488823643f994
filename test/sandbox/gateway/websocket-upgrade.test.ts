import {once} from 'node:events';
import http from 'node:http';
import net from 'node:net';
import {text} from 'node:stream/consumers';
import {expect, test, onTestFinished} from 'vitest';
import {startGateway} from '../../../source/sandbox/gateway/gateway.js';
import {RevisionBackend} from '../../../source/sandbox/gateway/revision-backend.js';
import {createRoutingTable} from '../../../source/sandbox/gateway/routing-table.js';
import {WebSocketServer} from 'ws';
import {WebSocket, type MessageEvent} from 'undici';
import {runImage} from './containers.js';

/** The WebSocket of undici takes no other host than that of its URL. */
const host = '127.0.0.1';

/** A gateway before one pod, which listens at a port. */
async function gatewayBefore(port: number, settings: {timeoutSeconds?: number} = {}) {
	const table = createRoutingTable();
	const splits = [{serviceName: 'chat', serviceNamespace: 'default', servicePort: 80, percent: 100}];
	table.program('default/chat', [{hosts: [host], visibility: 'ExternalIP', http: {paths: [{splits}]}}]);
	const backend = new RevisionBackend(
		{protocol: 'http1', containerConcurrency: 1, timeoutSeconds: 30, ...settings},
		{onDemand() {}},
	);
	backend.add({pod: 'chat-pod', host: '127.0.0.1', port});
	const gateway = await startGateway({port: 0, table, backendOf: () => backend, random: Math.random});
	onTestFinished(() => gateway.close());
	return {port: gateway.port, backend};
}

/** An app that says again what it hears. */
async function echo(): Promise<{port: number; headers: http.IncomingHttpHeaders[]}> {
	const server = http.createServer();
	const headers: http.IncomingHttpHeaders[] = [];
	const upgrader = new WebSocketServer({noServer: true});
	server.on('upgrade', (request, socket, head) => {
		headers.push(request.headers);
		upgrader.handleUpgrade(request, socket, head, client => {
			client.on('message', data => client.send(data));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	const address = server.address();
	return {port: typeof address === 'object' && address ? address.port : 0, headers};
}

async function dial(port: number): Promise<WebSocket> {
	const socket = new WebSocket(`ws://127.0.0.1:${port}/talk?about=it`, {
		headers: {'knative-serving-revision': 'other'},
	});
	onTestFinished(() => socket.close());
	socket.binaryType = 'arraybuffer';
	await once(socket, 'open');
	return socket;
}

const handshake = {
	host,
	connection: 'Upgrade',
	upgrade: 'websocket',
	'sec-websocket-version': '13',
	'sec-websocket-key': Buffer.alloc(16).toString('base64'),
};

async function answerTo(port: number, headers: Record<string, string>) {
	const request = http.get({host: '127.0.0.1', port, agent: false, headers});
	const [response]: unknown[] = await once(request, 'response');
	if (!(response instanceof http.IncomingMessage)) {
		throw new TypeError('no answer');
	}

	return {status: response.statusCode, server: response.headers.server, body: await text(response)};
}

test('a WebSocket goes through to the app, and counts as a request as long as it lasts', async () => {
	const app = await echo();
	const {port, backend} = await gatewayBefore(app.port);
	const socket = await dial(port);
	const large = 'x'.repeat(1_000_000);
	for (const words of ['hello', large]) {
		const heard: Promise<MessageEvent<ArrayBuffer>[]> = once(socket, 'message');
		socket.send(words);
		const [event] = await heard;
		expect(Buffer.from(event?.data ?? new ArrayBuffer()).toString()).toBe(words);
	}

	expect(app.headers[0]).toMatchObject({host: `${host}:${port}`, forwarded: 'for=127.0.0.1;proto=http'});
	expect(app.headers[0]).not.toHaveProperty('knative-serving-revision');
	expect(backend.usage.concurrency).toBe(1);
	const closed = once(socket, 'close');
	socket.close();
	await closed;
	await expect.poll(() => backend.usage.concurrency).toBe(0);
});

test('it ends with the app’s end of it, with the client’s, and with the time limit of the revision', async () => {
	const app = await echo();
	const {port, backend} = await gatewayBefore(app.port, {timeoutSeconds: 1});
	const late = await dial(port);
	await once(late, 'close');
	await expect.poll(() => backend.usage.concurrency).toBe(0);
	const request = http.get({host: '127.0.0.1', port, agent: false, headers: handshake});
	const upgraded: Promise<unknown[]> = once(request, 'upgrade');
	const [, socket] = await upgraded;
	if (socket instanceof net.Socket) {
		socket.destroy();
	}

	await expect.poll(() => backend.usage.concurrency).toBe(0);
});

test('an app that knows no WebSocket answers as ever, as do Envoy and queue-proxy where there is none', async () => {
	const container = await runImage('helloworld-go');
	onTestFinished(() => container.stop());
	const {port} = await gatewayBefore(container.port);
	expect(await answerTo(port, handshake)).toEqual({status: 200, server: 'envoy', body: 'Hello World!\n'});
	expect(await answerTo(port, {...handshake, host: 'nobody.default.example.com'})).toEqual({
		status: 404,
		server: 'envoy',
		body: '',
	});
	// Another protocol is not switched to.
	expect(await answerTo(port, {...handshake, upgrade: 'h2c'})).toMatchObject({status: 200});
	const nobody = await gatewayBefore(1);
	expect(await answerTo(nobody.port, handshake)).toMatchObject({
		status: 502,
		body: 'dial tcp 127.0.0.1:1: connect: connection refused\n',
	});
});
