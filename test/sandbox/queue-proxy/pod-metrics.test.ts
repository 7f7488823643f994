/** What the pods of the sandbox tell of their requests, as it comes through the API server. */
import {once} from 'node:events';
import {Agent, request as httpRequest, type IncomingMessage} from 'node:http';
import {buffer} from 'node:stream/consumers';
import protobuf from 'protobufjs';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {at, objectOf, objectsOf, parseJson, stringOf} from '../../../source/sandbox/api/body/json.js';
import {startSandbox, type Sandbox} from '../../../source/sandbox/sandbox.js';

/** knative/serving pkg/autoscaler/metrics/stat.proto */
const statType = protobuf
	.parse(
		`syntax = "proto3"; package metrics; message Stat { string pod_name = 1; double average_concurrent_requests = 2;
		double average_proxied_concurrent_requests = 3; double request_count = 4; double proxied_request_count = 5;
		double process_uptime = 6; }`,
		{keepCase: true},
	)
	.root.lookupType('metrics.Stat');

let sandbox: Sandbox;
const agent = new Agent({keepAlive: true});

beforeAll(async () => {
	sandbox = await startSandbox({pace: 100, tls: false});
});

afterEach(() => {
	sandbox.users.clear();
	sandbox.apiFaults.clear();
});

afterAll(async () => {
	agent.destroy();
	await sandbox.stop();
});

async function ask(
	method: string,
	path: string,
	{token = sandbox.token, body}: {token?: string; body?: unknown} = {},
) {
	const request = httpRequest(new URL(path, sandbox.apiUrl), {
		method,
		agent,
		headers: {authorization: `Bearer ${token}`, 'content-type': 'application/merge-patch+json'},
	});
	const answered = once(request, 'response');
	request.end(body === undefined ? undefined : JSON.stringify(body));
	const [response]: IncomingMessage[] = await answered;
	if (!response) throw new Error('no answer');
	const bytes = await buffer(response);
	return {
		code: response.statusCode,
		type: response.headers['content-type'],
		location: response.headers.location,
		bytes,
		text: bytes.toString('utf8'),
		json: () => parseJson(bytes.toString('utf8')),
	};
}

async function podsOf(revision: string) {
	const selector = `serving.knative.dev/revision=${revision}`;
	const list = await ask('GET', `/api/v1/namespaces/default/pods?labelSelector=${selector}`);
	return objectsOf(at(list.json(), 'items')).filter(
		pod => at(pod, 'metadata', 'deletionTimestamp') === undefined,
	);
}

async function podOf(revision: string): Promise<string> {
	const [pod] = await podsOf(revision);
	return stringOf(at(pod, 'metadata', 'name'));
}

const proxy = (pod: string, port: number | string, path = '/metrics') =>
	ask('GET', `/api/v1/namespaces/default/pods/${pod}:${port}/proxy${path}`);

/** One request to a service, to its end. */
async function visit(host: string): Promise<number | undefined> {
	const request = httpRequest(`http://${sandbox.gatewayAddress}`, {headers: {host}, agent});
	const answered = once(request, 'response');
	request.end();
	const [response]: IncomingMessage[] = await answered;
	if (!response) throw new Error('no answer');
	await buffer(response);
	return response.statusCode;
}

async function stat(pod: string): Promise<Record<string, unknown>> {
	const {code, type, bytes} = await proxy(pod, 9090);
	expect([code, type]).toEqual([200, 'application/protobuf']);
	return statType.toObject(statType.decode(bytes));
}

/** Changes config-observability; resolves with the pods of a revision when all of them are of the new template, and serve. */
async function observe(data: Record<string, string | null>, revision: string): Promise<string[]> {
	const path = '/api/v1/namespaces/knative-serving/configmaps/config-observability';
	const before = await deploymentOf(revision);
	const answer = await ask('PATCH', path, {body: {data}});
	expect(answer.code).toBe(200);
	const isDone = async () => {
		const after = await deploymentOf(revision);
		const {spec, status, metadata} = after;
		const replicas = at(spec, 'replicas');
		return (
			JSON.stringify(at(spec, 'template')) !== JSON.stringify(at(before['spec'], 'template')) &&
			at(status, 'observedGeneration') === at(metadata, 'generation') &&
			['replicas', 'updatedReplicas', 'readyReplicas'].every(count => at(status, count) === replicas) &&
			(await namesOf(revision)).length === replicas
		);
	};
	await expect.poll(isDone, {timeout: 20_000}).toBe(true);
	return namesOf(revision);
}

async function deploymentOf(revision: string): Promise<Readonly<Record<string, unknown>>> {
	const {json} = await ask('GET', `/apis/apps/v1/namespaces/default/deployments/${revision}-deployment`);
	return objectOf(json());
}

const tokenOf = (user: string): string =>
	new RegExp(`name: ${user}\\n\\s+user:\\n\\s+token: (\\S+)`).exec(sandbox.kubeconfig)?.[1] ?? '';

const namesOf = async (revision: string): Promise<string[]> =>
	(await podsOf(revision)).map(pod => stringOf(at(pod, 'metadata', 'name')));

describe('port 9090', () => {
	it('tells the autoscaler of the last second, with what came through the activator', async () => {
		const pod = await podOf('payments-00001');
		sandbox.users.set({service: 'payments', rate: 100, arrivals: 'steady'});
		await expect
			.poll(async () => Number((await stat(pod))['request_count']), {timeout: 5000})
			.toBeGreaterThan(90);
		const told = await stat(pod);
		expect(told).toMatchObject({pod_name: pod, proxied_request_count: told['request_count']});
		expect(Number(told['process_uptime'])).toBeGreaterThan(0);
		sandbox.users.clear();
		await expect.poll(async () => (await stat(pod))['request_count'], {timeout: 5000}).toBeUndefined();
	});

	it('has nothing but /metrics', async () => {
		expect(await proxy(await podOf('payments-00001'), 9090, '/')).toMatchObject({
			code: 404,
			text: '404 page not found\n',
		});
	});
});

describe('port 9091', () => {
	it('refuses the connection, which the API server says, until config-observability wants it; then new pods have it', async () => {
		const before = await namesOf('cart-00001');
		const [old = ''] = before;
		const refused = await proxy(old, 9091);
		expect(refused.code).toBe(503);
		expect(refused.json()).toMatchObject({
			kind: 'Status',
			reason: 'ServiceUnavailable',
			message: 'error trying to reach service: dial tcp 127.0.0.1:9091: connect: connection refused',
		});
		const [pod = '', ...others] = await observe({'request-metrics-protocol': 'prometheus'}, 'cart-00001');
		expect([before, others]).toEqual([[expect.not.stringMatching(pod)], []]);
		const [canary = ''] = await observe({'request-metrics-endpoint': ':9091'}, 'cart-00002');
		const [stable = ''] = await namesOf('cart-00001');
		for (let count = 0; count < 40; count++) expect(await visit('cart.default.example.com')).toBe(200);
		const texts = await Promise.all([proxy(stable, 9091), proxy(canary, 9091)]);
		const counts = texts.map(({text}) =>
			Number(
				/^kn_serving_invocation_duration_seconds_count\{http_response_status_code="200",.*\} (\d+)$/m.exec(
					text,
				)?.[1] ?? 0,
			),
		);
		expect(counts[0]! + counts[1]!).toBe(40);
		expect(texts[0]?.type).toMatch(/^text\/plain; version=0\.0\.4/);
		expect(texts[0]?.text).toContain('kn_revision_name="cart-00001"');
		expect(texts[0]?.text).toMatch(/^kn_serving_invocation_duration_seconds_bucket\{.*le="\+Inf"\} \d+$/m);
		const [plain = ''] = await observe(
			{'request-metrics-protocol': null, 'request-metrics-endpoint': null},
			'cart-00001',
		);
		expect((await proxy(plain, 9091)).code).toBe(503);
	});

	it('speaks the names of Knative before 1.19 where that is how it is told to', async () => {
		const older = 'metrics.request-metrics-backend-destination';
		const pods = await observe({[older]: 'prometheus'}, 'checkout-00001');
		for (let count = 0; count < 10; count++) await visit('checkout.default.example.com');
		const texts = await Promise.all(pods.map(pod => proxy(pod, 9091)));
		const counts = texts.map(({text}) =>
			Number(/^revision_app_request_count\{.*response_code="200".*\} (\d+)$/m.exec(text)?.[1] ?? 0),
		);
		expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10);
		expect(texts.map(({text}) => text).join('')).toMatch(
			/^revision_app_request_latencies_bucket\{.*le="100"\} \d+$/m,
		);
		await observe({[older]: null}, 'checkout-00001');
	});

	it('stays silent where metrics are pushed, and the environment of the queue-proxy says so', async () => {
		const [pod = ''] = await observe(
			{'request-metrics-protocol': 'grpc', 'request-metrics-endpoint': 'otel:4317'},
			'cart-00001',
		);
		expect((await proxy(pod, 9091)).code).toBe(503);
		const [object] = await podsOf('cart-00001');
		const queueProxy = objectsOf(at(object, 'spec', 'containers')).find(({name}) => name === 'queue-proxy');
		const config = objectsOf(queueProxy?.['env']).find(({name}) => name === 'OBSERVABILITY_CONFIG');
		expect(at(parseJson(stringOf(config?.['value'])), 'requestMetrics')).toEqual({
			protocol: 'grpc',
			endpoint: 'otel:4317',
		});
		await observe({'request-metrics-protocol': null, 'request-metrics-endpoint': null}, 'cart-00001');
	});
});

it('serves on while the pods are replaced: there are never fewer that are ready', async () => {
	sandbox.users.set({service: 'checkout', rate: 100, arrivals: 'steady'});
	await observe({'request-metrics-protocol': 'prometheus'}, 'checkout-00001');
	await expect.poll(() => sandbox.users.counts.sent).toBeGreaterThan(30);
	expect(Object.keys(sandbox.users.counts.answers)).toEqual(['200']);
	await observe({'request-metrics-protocol': null}, 'checkout-00001');
	expect(Object.keys(sandbox.users.counts.answers)).toEqual(['200']);
});

describe('pods/proxy', () => {
	it('takes the right to it, and says which', async () => {
		const pod = await podOf('payments-00001');
		const path = `/api/v1/namespaces/default/pods/${pod}:9090/proxy/metrics`;
		const answer = await ask('GET', path, {token: tokenOf('sandbox-viewer')});
		expect(answer.code).toBe(403);
		expect(at(answer.json(), 'message')).toBe(
			`pods "${pod}:9090" is forbidden: User "sandbox-viewer" cannot get resource "pods/proxy" in API group "" in the namespace "default"`,
		);
	});

	it('leads to the app as well: by number, by the first port there is, with its own path and query', async () => {
		const pod = await podOf('payments-00001');
		for (const target of [`${pod}:8080`, pod, `http:${pod}:8080`]) {
			const answer = await ask('GET', `/api/v1/namespaces/default/pods/${target}/proxy/a%20b?c=d`);
			expect([target, answer.code, answer.text]).toEqual([target, 200, 'Hello Payments!\n']);
		}
	});

	it('says what is wrong with a port, a scheme or a name', async () => {
		const pod = await podOf('payments-00001');
		expect((await proxy(pod, 'http-autometric')).json()).toMatchObject({
			code: 503,
			message: 'error trying to reach service: dial tcp: lookup tcp/http-autometric: unknown port',
		});
		expect((await proxy(`ftp:${pod}`, 9090)).json()).toMatchObject({
			code: 400,
			message: `invalid pod request "ftp:${pod}:9090"`,
		});
		expect((await proxy(`https:${pod}`, 9090)).json()).toMatchObject({
			code: 503,
			message: 'error trying to reach service: http: server gave HTTP response to HTTPS client',
		});
		expect((await proxy('nobody', 9090)).json()).toMatchObject({
			code: 404,
			message: 'pods "nobody" not found',
		});
	});

	it('sends a client without a path to the one with a slash', async () => {
		const path = `/api/v1/namespaces/default/pods/${await podOf('payments-00001')}:9090/proxy`;
		expect(await ask('GET', path)).toMatchObject({code: 301, location: `${path}/`});
	});
});
