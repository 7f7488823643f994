/**
 * The sandbox as its clients see it: over its API and its gateway, nothing else.
 */
import {existsSync, statSync} from 'node:fs';
import {once} from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import {text} from 'node:stream/consumers';
import {afterEach, expect, test} from 'vitest';
import {load} from 'js-yaml';
import {startSandbox, type Sandbox, type SandboxOptions} from '../../source/sandbox/sandbox.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) {
		await cleanup();
	}
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
	const sandbox = await startSandbox({tls: false, ...options});
	cleanups.push(() => sandbox.stop());
	return sandbox;
}

const serving = '/apis/serving.knative.dev/v1/namespaces/default';

async function api(
	sandbox: Sandbox,
	path: string,
	init: {method?: string; body?: unknown} = {},
): Promise<unknown> {
	const {method = 'GET', body} = init;
	const response = await fetch(sandbox.apiUrl + path, {
		method,
		headers: {
			authorization: `Bearer ${sandbox.token}`,
			'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
		},
		...(body === undefined ? {} : {body: JSON.stringify(body)}),
	});
	return response.json();
}

async function get(sandbox: Sandbox, host: string): Promise<{status: number; body: string}> {
	const request = http.get(`http://${sandbox.gatewayAddress}/`, {headers: {host}, agent: false});
	const [response]: unknown[] = await once(request, 'response');
	if (!(response instanceof http.IncomingMessage)) {
		throw new TypeError('no answer');
	}

	return {status: response.statusCode ?? 0, body: await text(response)};
}

/** Waits for the first event of a watch whose object fits. */
async function watched(sandbox: Sandbox, path: string, fits: (object: unknown) => boolean): Promise<unknown> {
	const response = await fetch(`${sandbox.apiUrl}${path}?watch=1`, {
		headers: {authorization: `Bearer ${sandbox.token}`},
		signal: AbortSignal.timeout(20_000),
	});
	let rest = '';
	for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			const event: unknown = JSON.parse(line);
			if (typeof event === 'object' && event !== null && 'object' in event && fits(event.object)) {
				return event.object;
			}
		}
	}

	throw new Error('the watch ended first');
}

const isReady =
	(name: string, generation: number) =>
	(object: unknown): boolean => {
		const wanted = {
			metadata: {name, generation},
			status: {
				observedGeneration: generation,
				conditions: expect.arrayContaining([expect.objectContaining({type: 'Ready', status: 'True'})]),
			},
		};
		try {
			expect(object).toMatchObject(wanted);
			return true;
		} catch {
			return false;
		}
	};

const condition = (type: string, status: string, reason?: string): unknown =>
	expect.objectContaining({type, status, ...(reason === undefined ? {} : {reason})});

test('there are three services to begin with, each in its state, and they have a past', async () => {
	const sandbox = await start();
	const list = await api(sandbox, `${serving}/services`);
	expect(list).toMatchObject({
		items: [
			{
				metadata: {name: 'cart', generation: 3},
				status: {
					observedGeneration: 3,
					conditions: [
						condition('ConfigurationsReady', 'True'),
						condition('Ready', 'True'),
						condition('RoutesReady', 'True'),
					],
					latestReadyRevisionName: 'cart-00002',
					traffic: [
						{
							revisionName: 'cart-00001',
							percent: 90,
							tag: 'stable',
							url: 'http://stable-cart.default.example.com',
						},
						{
							revisionName: 'cart-00002',
							percent: 10,
							tag: 'canary',
							url: 'http://canary-cart.default.example.com',
						},
					],
				},
			},
			{
				metadata: {name: 'checkout', generation: 1},
				status: {
					conditions: [
						condition('ConfigurationsReady', 'True'),
						condition('Ready', 'True'),
						condition('RoutesReady', 'True'),
					],
					traffic: [{revisionName: 'checkout-00001', percent: 100, latestRevision: true}],
				},
			},
			{
				metadata: {name: 'payments', generation: 2},
				status: {
					conditions: [
						condition('ConfigurationsReady', 'False', 'RevisionFailed'),
						condition('Ready', 'False', 'RevisionFailed'),
						condition('RoutesReady', 'True'),
					],
					latestCreatedRevisionName: 'payments-00002',
					latestReadyRevisionName: 'payments-00001',
					traffic: [{revisionName: 'payments-00001', percent: 100}],
				},
			},
		],
	});
	const revisions = await api(sandbox, `${serving}/revisions`);
	expect(revisions).toMatchObject({
		items: [
			{metadata: {name: 'cart-00001'}, status: {actualReplicas: 1, desiredReplicas: 1}},
			{metadata: {name: 'cart-00002'}, status: {actualReplicas: 1, desiredReplicas: 1}},
			{metadata: {name: 'checkout-00001'}, status: {actualReplicas: 2, desiredReplicas: 2}},
			{metadata: {name: 'payments-00001'}, status: {actualReplicas: 1, desiredReplicas: 1}},
			{
				metadata: {name: 'payments-00002'},
				status: {
					conditions: expect.arrayContaining([condition('ContainerHealthy', 'False', 'ContainerMissing')]),
				},
			},
		],
	});
	const checkout: unknown = await api(sandbox, `${serving}/services/checkout`);
	expect(checkout).toMatchObject({metadata: {creationTimestamp: expect.stringMatching(/^\d{4}-/)}});
	expect(ageInDays(checkout)).toBeGreaterThan(20);
});

function ageInDays(object: unknown): number {
	const [time] = /(?<=creationTimestamp":")[^"]+/.exec(JSON.stringify(object)) ?? [''];
	return (Date.now() - Date.parse(time)) / 86_400_000;
}

test('the seeded services answer, the canary at its tag and at its share', async () => {
	let draw = 0.5;
	const sandbox = await start({random: () => draw});
	expect(await get(sandbox, 'checkout.default.example.com')).toEqual({
		status: 200,
		body: 'Hello Checkout!\n',
	});
	expect(await get(sandbox, 'payments.default.example.com')).toEqual({
		status: 200,
		body: 'Hello Payments!\n',
	});
	expect((await get(sandbox, 'cart.default.example.com')).body).toBe('Hello Cart!\n');
	draw = 0.899;
	expect((await get(sandbox, 'cart.default.example.com')).body).toBe('Hello Cart!\n');
	draw = 0.9;
	expect((await get(sandbox, 'cart.default.example.com')).body).toBe('Hello Cart v2!\n');
	expect((await get(sandbox, 'canary-cart.default.example.com')).body).toBe('Hello Cart v2!\n');
	expect(await get(sandbox, 'helloworld-go.default.example.com')).toEqual({status: 404, body: ''});
});

test('the gateway is found as on a real cluster: KIngress, then the LoadBalancer Service, then its port http2', async () => {
	const sandbox = await start();
	const [host, port] = sandbox.gatewayAddress.split(':');
	const ingress = await api(
		sandbox,
		'/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses/cart',
	);
	expect(ingress).toMatchObject({
		status: {publicLoadBalancer: {ingress: [{domainInternal: 'kourier.kourier-system.svc.cluster.local'}]}},
	});
	const service = await api(sandbox, '/api/v1/namespaces/kourier-system/services/kourier');
	expect(service).toMatchObject({
		spec: {type: 'LoadBalancer', ports: [{name: 'http2', port: Number(port)}]},
		status: {loadBalancer: {ingress: [{ip: host}]}},
	});
	const network = await api(sandbox, '/api/v1/namespaces/knative-serving/configmaps/config-network');
	expect(network).toMatchObject({data: {'ingress-class': 'kourier.ingress.networking.knative.dev'}});
});

const greeter = (target: string) => ({
	spec: {
		containers: [
			{
				image: 'registry.example.com/knative-sample/helloworld-go:73fbdd56',
				env: [{name: 'TARGET', value: target}],
			},
		],
	},
});

const split = (old: number) => ({
	spec: {
		traffic: [
			{revisionName: 'helloworld-go-00001', percent: old},
			{revisionName: 'helloworld-go-00002', percent: 100 - old, tag: 'canary'},
		],
	},
});
test('a release from beginning to end, at the pace of a demonstration', async () => {
	const sandbox = await start({seed: false, pace: 20});
	const host = 'helloworld-go.default.example.com';
	const path = `${serving}/services/helloworld-go`;
	await api(sandbox, `${serving}/services`, {
		method: 'POST',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'helloworld-go'},
			spec: {template: greeter('World')},
		},
	});
	await watched(sandbox, `${serving}/services`, isReady('helloworld-go', 1));
	expect((await get(sandbox, host)).body).toBe('Hello World!\n');

	await api(sandbox, path, {
		method: 'PATCH',
		body: {
			spec: {
				template: greeter('Knative'),
				traffic: [
					{revisionName: 'helloworld-go-00001', percent: 100},
					{latestRevision: true, percent: 0, tag: 'canary'},
				],
			},
		},
	});
	await watched(sandbox, `${serving}/services`, isReady('helloworld-go', 2));
	expect((await get(sandbox, host)).body).toBe('Hello World!\n');
	expect((await get(sandbox, `canary-${host}`)).body).toBe('Hello Knative!\n');

	await api(sandbox, path, {method: 'PATCH', body: split(50)});
	await watched(sandbox, `${serving}/services`, isReady('helloworld-go', 3));
	let greeted = 0;
	for (let count = 0; count < 200; count++) {
		greeted += Number((await get(sandbox, host)).body === 'Hello Knative!\n');
	}

	// 100 ± 7 standard deviations: once in 10¹¹ runs outside.
	expect(Math.abs(greeted - 100)).toBeLessThan(50);

	await api(sandbox, path, {method: 'PATCH', body: split(0)});
	await watched(sandbox, `${serving}/services`, isReady('helloworld-go', 4));
	expect((await get(sandbox, host)).body).toBe('Hello Knative!\n');
});

test('deleting a Service takes everything of it along, down to its host', async () => {
	const sandbox = await start({pace: 1000});
	await api(sandbox, `${serving}/services/cart`, {method: 'DELETE'});
	await expect
		.poll(async () => get(sandbox, 'cart.default.example.com'), {timeout: 10_000})
		.toEqual({status: 404, body: ''});
	const left = async (path: string): Promise<string> => JSON.stringify(await api(sandbox, path));
	for (const path of [
		`${serving}/routes`,
		`${serving}/configurations`,
		`${serving}/revisions`,
		'/api/v1/namespaces/default/pods',
		'/api/v1/namespaces/default/services',
		'/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses',
	]) {
		await expect.poll(() => left(path), {timeout: 10_000}).not.toContain('"cart');
	}
});

test('a pod that somebody deletes is replaced', async () => {
	const sandbox = await start({pace: 1000});
	const podNames = async (): Promise<string[]> =>
		JSON.stringify(await api(sandbox, '/api/v1/namespaces/default/pods')).match(
			/payments-00001-deployment-\w+-\w+/g,
		) ?? [];
	const [first] = await podNames();
	await api(sandbox, `/api/v1/namespaces/default/pods/${first}`, {method: 'DELETE'});
	await expect.poll(podNames, {timeout: 10_000}).not.toContain(first);
	await expect.poll(async () => (await podNames()).length, {timeout: 10_000}).toBeGreaterThan(0);
	expect((await get(sandbox, 'payments.default.example.com')).body).toBe('Hello Payments!\n');
});

test('the kubeconfig leads to the API over TLS, is for its owner only, and goes when the sandbox stops', async () => {
	const sandbox = await start({tls: true, seed: false});
	const config: unknown = load(sandbox.kubeconfig);
	expect(config).toMatchObject({
		'current-context': 'sandbox',
		clusters: [{cluster: {server: sandbox.apiUrl, 'certificate-authority-data': expect.any(String)}}],
		users: [
			{name: 'sandbox-admin', user: {token: sandbox.token}},
			{name: 'sandbox-operator'},
			{name: 'sandbox-viewer'},
		],
		contexts: [{name: 'sandbox'}, {name: 'sandbox-operator'}, {name: 'sandbox-viewer'}],
	});
	expect(statSync(sandbox.kubeconfigPath).mode & 0o777).toBe(0o600);
	const request = https.get(`${sandbox.apiUrl}/version`, {
		ca: sandbox.certificateAuthority ?? '',
		headers: {authorization: `Bearer ${sandbox.token}`},
		agent: false,
	});
	const [response]: unknown[] = await once(request, 'response');
	expect(response).toMatchObject({statusCode: 200});
	await sandbox.stop();
	await sandbox.stop();
	expect(existsSync(sandbox.kubeconfigPath)).toBe(false);
	for (const port of [new URL(sandbox.apiUrl).port, sandbox.gatewayAddress.split(':')[1]]) {
		const socket = net.connect(Number(port), '127.0.0.1');
		const [error]: unknown[] = await once(socket, 'error');
		expect(error).toMatchObject({code: 'ECONNREFUSED'});
	}
});

test('stopping does not wait for a request that is held', async () => {
	const sandbox = await startSandbox({tls: false, seed: false});
	const host = 'slow.default.example.com';
	await api(sandbox, `${serving}/services`, {
		method: 'POST',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'slow'},
			spec: {
				template: {
					spec: {
						containers: [
							{
								image: 'helloworld-flaky',
								env: [
									{name: 'ERROR_RATE', value: '0'},
									{name: 'LATENCY_MS', value: '60000'},
								],
							},
						],
					},
				},
			},
		},
	});
	await watched(sandbox, `${serving}/services`, isReady('slow', 1));
	const request = http.get(`http://${sandbox.gatewayAddress}/`, {headers: {host}, agent: false});
	const failed = once(request, 'error');
	await once(request, 'finish');
	await sandbox.stop();
	expect(await failed).toMatchObject([{code: 'ECONNRESET'}]);
});

test.each([1e4, 1e6])('no deadline passes before a pod has started, at a pace of %s', async pace => {
	const sandbox = await start({pace, seed: false});
	const ready = watched(sandbox, `${serving}/services`, isReady('hello', 1));
	await api(sandbox, `${serving}/services`, {
		method: 'POST',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'hello'},
			spec: {template: greeter('Pace')},
		},
	});
	expect(await ready).toMatchObject({status: {latestReadyRevisionName: 'hello-00001'}});
});

test('a port that is taken is said to be', async () => {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	cleanups.push(async () => void server.close());
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	await expect(startSandbox({gatewayPort: port})).rejects.toThrow(
		`port ${port} of 127.0.0.1 is taken: give the sandbox's gateway another one, or 0 for any`,
	);
	await expect(startSandbox({apiPort: port})).rejects.toThrow(
		`port ${port} of 127.0.0.1 is taken: give the sandbox's API server another one, or 0 for any`,
	);
});
