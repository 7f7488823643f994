import {afterAll, afterEach, beforeAll, expect, it} from 'vitest';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({pace: 100, tls: false});
});

afterEach(() => change('DELETE', '/'));

afterAll(() => sandbox.stop());

async function change(method: string, path: string, body?: unknown): Promise<{status: number; text: string}> {
	const response = await fetch(new URL(path, sandbox.switchesUrl), {
		method,
		headers: {authorization: `Bearer ${sandbox.token}`},
		...(body === undefined ? {} : {body: JSON.stringify(body)}),
	});
	return {status: response.status, text: await response.text()};
}

const answered = (): number =>
	Object.values(sandbox.users.counts.answers).reduce((sum, count) => sum + count, 0);

it('come at the rate that is set, to the service that is set, until nobody is to come any more', async () => {
	expect(await change('PATCH', '/users', {rate: 200, service: 'cart'})).toMatchObject({status: 200});
	await expect.poll(answered, {timeout: 20_000}).toBeGreaterThan(100);
	expect(sandbox.users.counts.answers).toEqual({200: answered()});
	const {text} = await change('PATCH', '/users', {rate: 0});
	expect(text).toContain('"rate":0');
	const {sent} = sandbox.users.counts;
	await expect.poll(answered, {timeout: 20_000}).toBe(sent);
	expect(sandbox.users.counts).toMatchObject({sent, skipped: 0});
});

it('come to every service that is ready where none is named', async () => {
	sandbox.users.set({rate: 50});
	await expect.poll(answered, {timeout: 5000}).toBeGreaterThan(60);
	// payments is not Ready.
	expect(sandbox.users.counts.answers).toEqual({200: answered()});
});

it('take no rate, service or path that cannot be, and say why', async () => {
	const {text, status} = await change('PATCH', '/users', {rate: 5, service: 'nobody'});
	expect([status, text]).toEqual([
		400,
		expect.stringContaining('there is no Service \\"nobody\\"; there is default/cart'),
	]);
	expect(await change('PATCH', '/users', {rate: 501})).toMatchObject({status: 400});
	expect(await change('PATCH', '/users', {rate: '5'})).toMatchObject({status: 400});
	expect(await change('PATCH', '/users', {path: 'x y'})).toMatchObject({status: 400});
	expect(await change('PATCH', '/users', {who: 5})).toMatchObject({status: 400});
	expect(sandbox.users.current).toMatchObject({rate: 0, service: ''});
});

async function greeter(): Promise<void> {
	const path = new URL('/apis/serving.knative.dev/v1/namespaces/default/services', sandbox.apiUrl);
	const headers = {authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json'};
	const image = 'registry.example.com/samples/helloworld-grpc:1';
	const made = await fetch(path, {
		method: 'POST',
		headers,
		body: JSON.stringify({
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'greeter', namespace: 'default'},
			spec: {template: {spec: {containers: [{image, ports: [{name: 'h2c', containerPort: 8080}]}]}}},
		}),
	});
	expect(made.status).toBe(201);
	await expect
		.poll(async () => (await fetch(`${path.href}/greeter`, {headers})).text(), {timeout: 20_000})
		.toMatch(/"type":"Ready","status":"True"|"status":"True","type":"Ready"/);
}

it('call a service of gRPC in its own words, and are told what its status is', async () => {
	await greeter();
	sandbox.users.set({rate: 200, service: 'greeter'});
	await expect.poll(answered, {timeout: 20_000}).toBeGreaterThan(100);
	expect(sandbox.users.counts.answers).toEqual({OK: answered()});
	sandbox.users.clear();
	sandbox.users.set({rate: 200, service: 'greeter', path: '/helloworld.Greeter/SayGoodbye'});
	await expect.poll(answered, {timeout: 20_000}).toBeGreaterThan(100);
	expect(sandbox.users.counts.answers).toEqual({UNIMPLEMENTED: answered()});
	await sandbox.gatewayFaults.set({down: true});
	await expect
		.poll(() => sandbox.users.counts.answers['UNAVAILABLE'] ?? 0, {timeout: 20_000})
		.toBeGreaterThan(0);
});
