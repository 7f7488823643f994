import {once} from 'node:events';
import {request as httpRequest, type IncomingMessage} from 'node:http';
import {readdir, readFile, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {text} from 'node:stream/consumers';
import {afterEach, beforeAll, afterAll, describe, expect, it, onTestFinished} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {at, isObject, listOf, parseJson, type JsonObject} from '../../../source/sandbox/api/body/json.js';
import {startSandbox, type Sandbox} from '../../../source/sandbox/sandbox.js';
import {knativeService} from '../api/support.js';

const services = '/apis/serving.knative.dev/v1/namespaces/default/services';
const mergePatch = {'content-type': 'application/merge-patch+json'};

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({pace: 50, tls: false});
});

afterEach(async () => {
	await change('DELETE', '/');
});

afterAll(() => sandbox.stop());

async function open(
	base: string,
	method: string,
	path: string,
	options: {body?: unknown; raw?: string; headers?: Record<string, string>} = {},
): Promise<IncomingMessage> {
	const body = options.raw ?? (options.body === undefined ? '' : JSON.stringify(options.body));
	const request = httpRequest(new URL(path, base), {
		method,
		agent: false,
		headers: {
			authorization: `Bearer ${sandbox.token}`,
			'content-type': 'application/json',
			'content-length': Buffer.byteLength(body),
			...options.headers,
		},
	});
	const answered = once(request, 'response');
	request.end(body);
	const [response]: IncomingMessage[] = await answered;
	if (!response) {
		throw new Error('no answer');
	}

	return response;
}

async function ask(...parameters: Parameters<typeof open>) {
	const response = await open(...parameters);
	const body = parseJson(await text(response));
	return {
		code: response.statusCode ?? 0,
		headers: response.headers,
		body: isObject(body) ? body : {},
	};
}

const tokensIn = (kubeconfig: string) => [...kubeconfig.matchAll(/token: (\S+)/g)].map(([, token]) => token);
const change = (method: string, path: string, body?: unknown) =>
	ask(sandbox.switchesUrl, method, path, {body});
const api = (method: string, path: string, options?: Parameters<typeof open>[3]) =>
	ask(sandbox.apiUrl, method, path, options);
const label = (value: string) =>
	api('PATCH', `${services}/checkout`, {headers: mergePatch, body: {metadata: {labels: {seen: value}}}});

/** The events of a watch, one at a time; undefined when it has ended. */
async function watch(resourceVersion: string) {
	const response = await open(
		sandbox.apiUrl,
		'GET',
		`${services}?watch=1&resourceVersion=${resourceVersion}`,
	);
	onTestFinished(() => void response.destroy());
	let rest = '';
	const events: JsonObject[] = [];
	const waiting = new Set<() => void>();
	let ended = false;
	const wake = (): void => {
		for (const look of waiting) {
			look();
		}
	};
	response.setEncoding('utf8');
	response.on('data', (chunk: string) => {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		events.push(...lines.map(line => parseJson(line)).filter(line => isObject(line)));
		wake();
	});
	response.on('error', () => undefined);
	response.on('close', () => {
		ended = true;
		wake();
	});
	return {
		events,
		next: async (): Promise<JsonObject | undefined> => {
			const {promise, resolve} = Promise.withResolvers<JsonObject | undefined>();
			const look = (): void => {
				if (events.length > 0 || ended) {
					waiting.delete(look);
					resolve(events.shift());
				}
			};
			waiting.add(look);
			look();
			return promise;
		},
	};
}

async function currentVersion(): Promise<string> {
	return String(at((await api('GET', services)).body, 'metadata', 'resourceVersion'));
}

describe('the switches', () => {
	it('say how they are, and let nobody in without the token', async () => {
		expect(await change('GET', '/')).toMatchObject({
			code: 200,
			body: {
				api: {answers: [], delay: 0, drop: 0, reset: 0, stallWatches: false, expireTokens: false},
				gateway: {down: false},
			},
		});
		const stranger = {headers: {authorization: 'Bearer x'}};
		expect((await ask(sandbox.switchesUrl, 'GET', '/', stranger)).code).toBe(401);
		expect(sandbox.switchesUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	});

	it.each([
		['PATCH', '/api', {answers: [{code: 418}]}, 'answers.0.code'],
		['PATCH', '/api', {delay: -1}, 'the delay must be from 0 to 600000 milliseconds, not -1'],
		['PATCH', '/api', {drop: 0.7, reset: 0.7}, 'add up to 1 at most'],
		['PATCH', '/api', {answers: [{code: 500, times: 0}]}, 'times and seconds of an answer must be above 0'],
		['PATCH', '/api', {speed: 1}, 'speed'],
		['PATCH', '/api', undefined, 'the body'],
		['PATCH', '/gateway', {delay: 'long'}, 'delay'],
		['PATCH', '/gateway', {drop: 2}, 'the share "drop" must be from 0 to 1, not 2'],
		['PATCH', '/gateway', {service: 'NodePort'}, 'service'],
		['DELETE', '/', {}, 'takes no body'],
	])('%s %s %j is refused, and changes nothing', async (method, path, body, words) => {
		const answer = await change(method, path, body);
		expect(answer).toMatchObject({code: 400, body: {kind: 'Status'}});
		expect(answer.body['message']).toContain(words);
		expect(sandbox.apiFaults.current.delay).toBe(0);
	});

	it('are found under their paths alone', async () => {
		expect((await change('GET', '/nowhere')).code).toBe(404);
		expect((await ask(sandbox.switchesUrl, 'PATCH', '/api', {raw: '{'})).code).toBe(400);
	});
});

describe('an answer on purpose', () => {
	it.each([
		[401, 'Unauthorized', 'Unauthorized'],
		[
			403,
			'Forbidden',
			'services.serving.knative.dev "checkout" is forbidden: User "sandbox-admin" cannot patch resource "services" in API group "serving.knative.dev" in the namespace "default"',
		],
		[
			409,
			'Conflict',
			'Operation cannot be fulfilled on services.serving.knative.dev "checkout": the object has been modified; please apply your changes to the latest version and try again',
		],
		[429, 'TooManyRequests', 'The server has received too many requests, please try again later.'],
		[500, 'InternalError', 'Internal error occurred: etcdserver: leader changed'],
		[503, 'ServiceUnavailable', 'the server is currently unable to handle the request'],
		[504, 'Timeout', 'Timeout: request did not complete within the allotted timeout'],
	])('%i is given once, in the words of a real server', async (code, reason, message) => {
		await change('PATCH', '/api', {answers: [{code, times: 1, methods: ['PATCH'], retryAfter: 3}]});
		expect((await api('GET', services)).code).toBe(200);
		const answer = await label(String(code));
		expect(answer).toMatchObject({code, body: {kind: 'Status', reason, message, code}});
		expect(answer.headers['retry-after']).toBe(code === 429 || code === 503 ? '3' : undefined);
		expect((await label(String(code))).code).toBe(200);
	});

	it.each([
		[false, [200, 409, 200]],
		[true, [409, 200, 200]],
	])('is given to dry runs or to the others alone: %j', async (dryRun, codes) => {
		await change('PATCH', '/api', {answers: [{code: 409, methods: ['PATCH'], dryRun, times: 1}]});
		const patch = async (query: string) =>
			api('PATCH', `${services}/checkout${query}`, {
				headers: mergePatch,
				body: {metadata: {labels: {tried: String(dryRun)}}},
			});
		const answers = [await patch('?dryRun=All'), await patch(''), await patch('')];
		expect(answers.map(({code}) => code)).toEqual(codes);
	});

	it('of a deletion with a body, that is what makes it a dry run, whatever the query says', async () => {
		await change('PATCH', '/api', {answers: [{code: 409, methods: ['DELETE'], dryRun: true, times: 2}]});
		const options = {kind: 'DeleteOptions', apiVersion: 'v1'};
		const path = `${services}/tried`;
		await api('POST', services, {body: knativeService('tried')});
		const answers = [
			await api('DELETE', path, {body: {...options, dryRun: ['All']}}),
			await api('DELETE', `${path}?dryRun=All`),
			await api('DELETE', path, {body: {...options, dryRun: ['All']}}),
			await api('DELETE', `${path}?dryRun=All`, {body: options}),
		];
		expect(answers.map(({code}) => code)).toEqual([409, 409, 200, 200]);
		expect((await api('GET', path)).code).not.toBe(200);
	});

	it('410 is given to lists, and in the stream of a watch', async () => {
		await change('PATCH', '/api', {answers: [{code: 410}]});
		expect(await api('GET', services)).toMatchObject({code: 410, body: {reason: 'Expired'}});
		const watching = await watch('1');
		expect(await watching.next()).toMatchObject({type: 'ERROR', object: {code: 410, reason: 'Expired'}});
		expect(await watching.next()).toBeUndefined();
	});

	it('is given to the path that is meant alone', async () => {
		await change('PATCH', '/api', {answers: [{code: 500, path: '/services/checkout'}]});
		expect((await api('GET', `${services}/cart`)).code).toBe(200);
		expect((await api('GET', `${services}/checkout`)).code).toBe(500);
		await change('DELETE', '/api');
		expect((await api('GET', `${services}/checkout`)).code).toBe(200);
	});
});

describe('on purpose', () => {
	it('tokens expire, and the switches still know theirs', async () => {
		await change('PATCH', '/api', {expireTokens: true});
		expect((await api('GET', '/version')).code).toBe(401);
		await change('PATCH', '/api', {expireTokens: false});
		expect((await api('GET', '/version')).code).toBe(200);
	});

	it('every user gets a new token, and the kubeconfig has it', async () => {
		const before = {token: sandbox.token, kubeconfig: sandbox.kubeconfig};
		await change('PATCH', '/api', {expireTokens: true});
		const answer = await change('POST', '/api/rotate-tokens');
		expect(answer.body).toEqual({kubeconfig: sandbox.kubeconfigPath, token: sandbox.token});
		expect(sandbox.token).not.toBe(before.token);
		expect((await api('GET', '/version')).code).toBe(200);
		const old = {headers: {authorization: `Bearer ${before.token}`}};
		expect((await api('GET', '/version', old)).code).toBe(401);
		expect((await ask(sandbox.switchesUrl, 'GET', '/', old)).code).toBe(401);
		const written = await readFile(sandbox.kubeconfigPath, 'utf8');
		expect(written).toBe(sandbox.kubeconfig);
		expect(written).toContain(sandbox.token);
		expect(new Set([...tokensIn(written), ...tokensIn(before.kubeconfig)])).toHaveProperty('size', 6);
		expect((await stat(sandbox.kubeconfigPath)).mode % 0o1000).toBe(0o600);
		expect(await readdir(dirname(sandbox.kubeconfigPath))).toEqual(['kubeconfig', 'owner']);
	});

	it('who reads the kubeconfig again when it is refused goes on', async () => {
		// Over TLS: no login is sent without it.
		const own = await startSandbox({pace: 50, seed: false});
		onTestFinished(() => own.stop());
		const cluster = await connect({kubeconfig: own.kubeconfigPath});
		onTestFinished(() => cluster.close());
		const switched = async (method: string, path: string, body?: unknown) =>
			ask(own.switchesUrl, method, path, {body, headers: {authorization: `Bearer ${own.token}`}});
		const list = async () => (await cluster.request({method: 'GET', path: services})).status;
		expect(await list()).toBe(200);
		await switched('PATCH', '/api', {expireTokens: true});
		expect(await list()).toBe(401);
		await switched('POST', '/api/rotate-tokens');
		expect(await list()).toBe(200);
	});

	it('connections are reset', async () => {
		await change('PATCH', '/api', {reset: 1});
		await expect(api('GET', '/version')).rejects.toThrow(/hang up|ECONNRESET/);
	});

	it('watches are cut', async () => {
		const watching = await watch(await currentVersion());
		expect((await change('POST', '/api/cut-watches')).body).toEqual({cut: 1});
		expect(await watching.next()).toBeUndefined();
	});

	it('watches stall, and tell what they missed when they go on', async () => {
		const watching = await watch(await currentVersion());
		await change('PATCH', '/api', {stallWatches: true});
		await label('stalled');
		expect(watching.events).toEqual([]);
		await change('PATCH', '/api', {stallWatches: false});
		const event = await watching.next();
		expect(at(event, 'object', 'metadata', 'labels', 'seen')).toBe('stalled');
	});

	it('the history is compacted: a watch from before has to list again', async () => {
		const version = await currentVersion();
		await label('compacted');
		await change('POST', '/api/compact');
		const watching = await watch(version);
		expect(await watching.next()).toMatchObject({type: 'ERROR', object: {code: 410}});
	});

	it('the gateway lies about the split', async () => {
		const host = 'cart.default.example.com';
		await change('PATCH', '/gateway', {weights: {[host]: {'cart-00002': 1}}});
		const answers = await Promise.all(
			Array.from({length: 20}, async () => {
				const response = await open(`http://${sandbox.gatewayAddress}`, 'GET', '/', {headers: {host}});
				return text(response);
			}),
		);
		expect(new Set(answers).size).toBe(1);
		const told = await api('GET', `${services}/cart`);
		expect(listOf(at(told.body, 'status', 'traffic'))).toHaveLength(2);
	});

	it('the gateway has no address outside, and has it again', async () => {
		const kourier = '/api/v1/namespaces/kourier-system/services/kourier';
		const {body: before} = await api('GET', kourier);
		expect(before).toMatchObject({spec: {type: 'LoadBalancer'}});
		await change('PATCH', '/gateway', {service: 'ClusterIP'});
		expect((await api('GET', kourier)).body).toMatchObject({
			spec: {type: 'ClusterIP', ports: [{name: 'http2', port: 80, targetPort: 8080}]},
			status: {loadBalancer: {}},
		});
		await change('DELETE', '/gateway');
		expect((await api('GET', kourier)).body).toMatchObject({spec: before['spec'], status: before['status']});
	});
});
