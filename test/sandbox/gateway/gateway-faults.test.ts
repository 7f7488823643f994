import http from 'node:http';
import net from 'node:net';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {
	createGatewayFaults,
	noFaults,
	type GatewayFaultSwitch,
} from '../../../source/sandbox/gateway/gateway-faults.js';
import {startGateway, type SandboxGateway} from '../../../source/sandbox/gateway/gateway.js';
import {RevisionBackend} from '../../../source/sandbox/gateway/revision-backend.js';
import {createRoutingTable} from '../../../source/sandbox/gateway/routing-table.js';
import {runImage, type TestContainer} from './containers.js';

const host = 'hello.default.example.com';
let faults: GatewayFaultSwitch;
let gateway: SandboxGateway;
let containers: TestContainer[];
/** What the shares of the faults are drawn by. */
let point = 0;
/** Is called when a request has been drawn for. */
let drawn: () => void = () => {};

beforeEach(async () => {
	containers = [
		await runImage('helloworld-go', {TARGET: 'Old'}),
		await runImage('helloworld-go', {TARGET: 'New'}),
	];
	const backends = new Map<string, RevisionBackend>();
	for (const [index, container] of containers.entries()) {
		const settings = {protocol: 'http1', timeoutSeconds: 30, containerConcurrency: 0} as const;
		const backend = new RevisionBackend(settings, {onDemand() {}});
		backend.add({pod: `pod-${index}`, host: container.host, port: container.port});
		backends.set(index === 0 ? 'old' : 'new', backend);
	}

	const table = createRoutingTable();
	const splits = [{serviceName: 'old', serviceNamespace: 'default', servicePort: 80, percent: 100}];
	table.program('default/hello', [{hosts: [host], visibility: 'ExternalIP', http: {paths: [{splits}]}}]);
	faults = createGatewayFaults(() => {
		drawn();
		return point;
	});
	gateway = await startGateway({
		port: 0,
		table,
		backendOf: ({revision}) => backends.get(revision),
		random: Math.random,
		faults,
	});
});
afterEach(async () => {
	await gateway.close();
	await Promise.all(containers.map(container => container.stop()));
});

function request(agent: http.Agent | false = false): http.ClientRequest {
	return http.get({host: '127.0.0.1', port: gateway.port, headers: {host}, agent});
}

async function get(): Promise<{status: number | undefined; body: string}> {
	const [response]: unknown[] = await once(request(), 'response');
	if (!(response instanceof http.IncomingMessage)) {
		throw new TypeError('no answer');
	}

	return {status: response.statusCode, body: await text(response)};
}

test('weights that are set draw instead of those of the KIngress, for their host alone, until they are cleared', async () => {
	expect(await get()).toEqual({status: 200, body: 'Hello Old!\n'});
	await faults.set({weights: {[`${host.toUpperCase()}:80`]: {new: 3, old: 0}}});
	expect(await get()).toEqual({status: 200, body: 'Hello New!\n'});
	await faults.set({weights: {'other.default.example.com': {new: 1}}});
	expect(await get()).toEqual({status: 200, body: 'Hello Old!\n'});
	await faults.set({weights: {[host]: {new: 1}}});
	await faults.clear();
	expect(faults.current).toEqual(noFaults);
	expect(await get()).toEqual({status: 200, body: 'Hello Old!\n'});
});

test('a gateway that is down refuses connections and has cut the open ones; up again it is at its port', async () => {
	const agent = new http.Agent({keepAlive: true, maxSockets: 1});
	const open = net.connect(gateway.port, '127.0.0.1');
	open.on('error', () => {});
	await once(open, 'connect');
	const first = request(agent);
	const [response]: unknown[] = await once(first, 'response');
	expect(response instanceof http.IncomingMessage && (await text(response))).toBe('Hello Old!\n');
	const cut = once(open, 'close');
	await faults.set({down: true});
	await cut;
	await expect(get()).rejects.toMatchObject({code: 'ECONNREFUSED'});
	agent.destroy();
	// One after the other, however fast they are switched.
	await Promise.all([faults.set({down: false}), faults.set({down: true}), faults.set({down: false})]);
	expect(await get()).toMatchObject({status: 200});
});

test('a gateway that is down can be closed', async () => {
	await faults.set({down: true});
	await expect(gateway.close()).resolves.toBeUndefined();
});

test('a connection that is reset gives no answer', async () => {
	await faults.set({reset: 1});
	await expect(get()).rejects.toMatchObject({code: 'ECONNRESET'});
});

test('a request that is dropped is never answered, and its connection stays', async () => {
	await faults.set({drop: 1});
	const arrived = Promise.withResolvers<void>();
	drawn = arrived.resolve;
	const dropped = request();
	let isAnswered = false;
	dropped.on('response', () => {
		isAnswered = true;
	});
	dropped.on('error', () => {});
	await arrived.promise;
	await faults.clear();
	// Those after it are answered long before it.
	for (let count = 0; count < 5; count++) {
		expect(await get()).toMatchObject({status: 200});
	}

	expect([isAnswered, dropped.destroyed]).toEqual([false, false]);
	dropped.destroy();
});

test('an answer that is cut has its head and a part of its body', async () => {
	await faults.set({cut: 1});
	const [response]: unknown[] = await once(request(), 'response');
	if (!(response instanceof http.IncomingMessage)) {
		throw new TypeError('no answer');
	}

	expect(response.statusCode).toBe(200);
	await expect(text(response)).rejects.toMatchObject({code: 'ECONNRESET'});
});

test("Envoy's own 503, for the share that is set", async () => {
	await faults.set({unavailable: 0.5});
	point = 0.49;
	expect(await get()).toEqual({status: 503, body: 'no healthy upstream'});
	point = 0.5;
	expect(await get()).toEqual({status: 200, body: 'Hello Old!\n'});
});

test('a delay holds the request back; who leaves meanwhile is forgotten', async () => {
	await faults.set({delay: 30});
	const before = performance.now();
	expect(await get()).toMatchObject({status: 200});
	expect(performance.now() - before).toBeGreaterThan(25);
	await faults.set({delay: 600_000});
	const waiting = request();
	waiting.on('error', () => {});
	await once(waiting, 'finish');
	waiting.destroy();
	await faults.clear();
	expect(await get()).toMatchObject({status: 200});
});

test.each([
	[{delay: -1}, 'delay'],
	[{drop: 1.5}, 'drop'],
	[{drop: 0.6, reset: 0.6}, 'add up'],
	[{weights: {[host]: {}}}, host],
	[{weights: {[host]: {new: -1}}}, host],
	[{cut: Number.NaN}, 'cut'],
])('%j is refused and changes nothing', async (changes, named) => {
	await expect(faults.set(changes)).rejects.toThrow(named);
	expect(faults.current).toEqual(noFaults);
});
