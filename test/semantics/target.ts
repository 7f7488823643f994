/**
 * Where the semantics are tested: a sandbox of the test's own, or with KN_CANARY_TEST_CLUSTER=1 the cluster of $KUBECONFIG
 * (in a namespace of its own; GATEWAY=host[:port] says where its gateway is, IMAGE what to run).
 */
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import http, {type IncomingMessage} from 'node:http';
import https from 'node:https';
import process from 'node:process';
import {text} from 'node:stream/consumers';
import {KubeConfig} from '@kubernetes/client-node';
import {at, isObject, listOf, objectsOf, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';
import {objectIn} from '../support/json-object.js';
import {warningsOf, type Answer, type CallOptions} from '../support/kube/api-call.js';

/** How much faster than a cluster the sandbox lives here. */
const pace = 40;
export const isCluster = process.env['KN_CANARY_TEST_CLUSTER'] !== undefined;
/** Whether pods run and can be scaled to zero; on a cluster of `npm run test:real` they are played. */
export const runsPods = process.env['KN_CANARY_TEST_CLUSTER'] !== 'played pods';
/** Milliseconds that something may take to come about. */
export const timeLimit = isCluster ? 300_000 : 20_000;
export const image = process.env['IMAGE'] ?? 'ghcr.io/knative/helloworld-go:latest';
export const imageWithout = (suffix: string): string => image.replace(/[^/]+$/, `helloworld-${suffix}`);

export const mergePatch = {'content-type': 'application/merge-patch+json'};
export const jsonPatch = {'content-type': 'application/json-patch+json'};

export type Target = Awaited<ReturnType<typeof openTarget>>;

export async function openTarget() {
	const sandbox = isCluster ? undefined : await startSandbox({pace, seed: false});
	const config = new KubeConfig();
	if (sandbox) {
		config.loadFromString(sandbox.kubeconfig);
	} else {
		config.loadFromDefault();
	}

	const namespace = `semantics-${randomBytes(4).toString('hex')}`;
	const gateway = sandbox?.gatewayAddress ?? process.env['GATEWAY'];
	const target = {
		namespace,
		gateway,
		sandbox,
		call: async (method: string, path: string, options: CallOptions = {}): Promise<Answer> =>
			read(await send(config, method, path, options)),
		watch: async (path: string): Promise<AsyncGenerator<JsonObject, undefined>> =>
			linesOf(await send(config, 'GET', path, {})),
		path: (plural: string, name?: string): string =>
			`/apis/serving.knative.dev/v1/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`,
		/** One request to the gateway. */
		visit: async (
			host: string,
			headers: Record<string, string> = {},
			agent?: http.Agent,
		): Promise<Answer> => {
			const request = http.get(`http://${gateway ?? ''}/`, {
				headers: {...headers, host},
				agent: agent ?? false,
			});
			return read(await responseTo(request));
		},
		close: async (): Promise<void> => {
			if (sandbox) {
				await sandbox.stop();
			} else {
				await target.call('DELETE', `/api/v1/namespaces/${namespace}`);
			}
		},
	};
	const made = await target.call('POST', '/api/v1/namespaces', {
		body: {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}},
	});
	if (made.code !== 201) {
		throw new Error(`could not make the namespace: ${made.text}`);
	}

	return target;
}

async function send(
	config: KubeConfig,
	method: string,
	path: string,
	{body, raw, headers = {}}: CallOptions,
): Promise<IncomingMessage> {
	const server = config.getCurrentCluster()?.server ?? '';
	const content = raw ?? (body === undefined ? '' : JSON.stringify(body));
	const options: https.RequestOptions = {
		method,
		headers: {
			...(content === ''
				? {}
				: {'content-type': 'application/json', 'content-length': String(Buffer.byteLength(content))}),
			...headers,
		},
	};
	await config.applyToHTTPSOptions(options);
	const request = https.request(new URL(path, server), options);
	request.end(content);
	return responseTo(request);
}

async function responseTo(request: http.ClientRequest): Promise<IncomingMessage> {
	const [response]: IncomingMessage[] = await once(request, 'response');
	if (!response) {
		throw new Error('there was no answer');
	}

	return response;
}

async function read(response: IncomingMessage): Promise<Answer> {
	const received = await text(response);
	return {
		code: response.statusCode ?? 0,
		headers: response.headers,
		text: received,
		body: objectIn(received),
		warnings: warningsOf(response),
	};
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<JsonObject, undefined> {
	let rest = '';
	response.setEncoding('utf8');
	try {
		for await (const chunk of response) {
			const lines = (rest + String(chunk)).split('\n');
			rest = lines.pop() ?? '';
			yield* lines.map(line => objectIn(line));
		}
	} finally {
		response.destroy();
	}

	return undefined;
}

/** What a test does with one Service. */
export function serviceOf(target: Target, name: string) {
	const path = target.path('services', name);
	const service = {
		name,
		path,
		get: async (): Promise<JsonObject> => (await target.call('GET', path)).body,
		create: (
			{
				container = {},
				revision = {},
				templateMetadata,
				spec = {},
				metadata = {},
			}: {
				container?: JsonObject;
				revision?: JsonObject;
				templateMetadata?: JsonObject;
				spec?: JsonObject;
				metadata?: JsonObject;
			} = {},
			query = '',
		): Promise<Answer> =>
			target.call('POST', `${target.path('services')}${query}`, {
				body: {
					apiVersion: 'serving.knative.dev/v1',
					kind: 'Service',
					metadata: {name, ...metadata},
					spec: {
						template: {
							...(templateMetadata ? {metadata: templateMetadata} : {}),
							spec: {containers: [{image, ...container}], ...revision},
						},
						...spec,
					},
				},
			}),
		patch: (body: unknown, query = ''): Promise<Answer> =>
			target.call('PATCH', `${path}${query}`, {headers: mergePatch, body}),
		traffic: (...entries: JsonObject[]): Promise<Answer> => service.patch({spec: {traffic: entries}}),
		/** A new template: another greeting. */
		greet: (whom: string, more: JsonObject = {}): Promise<Answer> =>
			service.patch({
				spec: {template: {spec: {containers: [{image, env: [{name: 'TARGET', value: whom}], ...more}]}}},
			}),
		/** Waits until the Service is so; every state on the way is seen. */
		until: (isSo: (object: JsonObject) => boolean): Promise<JsonObject> =>
			until(target, target.path('services'), name, isSo),
		ready: (): Promise<JsonObject> => service.until(object => isReady(object)),
	};
	return service;
}

export async function until(
	target: Target,
	collection: string,
	name: string,
	isSo: (object: JsonObject) => boolean,
): Promise<JsonObject> {
	const selector = `fieldSelector=metadata.name%3D${name}`;
	const list = await target.call('GET', `${collection}?${selector}`);
	let last = objectsOf(list.body['items'])[0] ?? {};
	if (isSo(last)) {
		return last;
	}

	const version = String(at(list.body, 'metadata', 'resourceVersion'));
	const seconds = Math.ceil(timeLimit / 1000);
	const query = `watch=1&${selector}&resourceVersion=${version}&timeoutSeconds=${seconds}`;
	for await (const event of await target.watch(`${collection}?${query}`)) {
		const object = event['object'];
		last = isObject(object) ? object : last;
		if (isSo(last)) {
			return last;
		}
	}

	throw new Error(`it never came to it: ${JSON.stringify(last['status'])}`);
}

export function isCurrent(object: JsonObject): boolean {
	return (
		at(object, 'metadata', 'generation') !== undefined &&
		at(object, 'status', 'observedGeneration') === at(object, 'metadata', 'generation')
	);
}

/** `True`, or `<status> <reason>`: how a condition stands; '' when it is not there. */
export function condition(object: JsonObject, type: string): string {
	const found = objectsOf(at(object, 'status', 'conditions')).find(entry => entry['type'] === type);
	return [found?.['status'], found?.['reason']].filter(part => typeof part === 'string').join(' ');
}

export function messageOf(object: JsonObject, type: string): unknown {
	return objectsOf(at(object, 'status', 'conditions')).find(entry => entry['type'] === type)?.['message'];
}

export function isReady(object: JsonObject): boolean {
	return isCurrent(object) && condition(object, 'Ready') === 'True';
}

export function trafficOf(object: JsonObject, part: 'spec' | 'status'): JsonObject[] {
	return objectsOf(listOf(at(object, part, 'traffic')));
}

export function hostOf(url: unknown): string {
	return new URL(String(url)).host;
}

/** The denial of the validating webhook. */
export function denial(words: string): string {
	return `admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: ${words}`;
}

export type {Sandbox};
