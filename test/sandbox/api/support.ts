/** A running API server and the ways to speak to it over the wire. */
import {request as httpRequest} from 'node:http';
import {expect, onTestFinished} from 'vitest';
import {
	startApiServer,
	type ApiServer,
	type ApiServerOptions,
} from '../../../source/sandbox/api/http/server.js';
import type {ObjectStore} from '../../../source/sandbox/shared-store.js';
import {createObjectStore, type ObjectStoreOptions} from '../../../source/sandbox/store/object-store.js';
import {at, type JsonObject} from '../../../source/sandbox/api/body/json.js';
import {objectIn} from '../../support/json-object.js';
import {warningsOf, type Answer, type CallOptions} from '../../support/kube/api-call.js';

export const token = 'a-token-of-the-test';
export const user = 'kubernetes-admin';
export const base = '/apis/serving.knative.dev/v1/namespaces/default';
export const servicesPath = `${base}/services`;

export type Running = {
	server: ApiServer;
	store: ObjectStore;
	call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
	watch: (path: string, headers?: Record<string, string>) => Promise<Watching>;
};

export type Watching = {
	code: number;
	/** The next event; undefined when the watch has ended. */
	next(): Promise<JsonObject | undefined>;
	close(): void;
};

/** Starts a server that ends with the test. */
export async function start(
	options: Partial<ApiServerOptions> & {storeOptions?: ObjectStoreOptions} = {},
): Promise<Running> {
	const {storeOptions, ...rest} = options;
	const store = createObjectStore(storeOptions);
	const server = await startApiServer({store, token, userName: user, ...rest});
	onTestFinished(() => server.close());
	return {
		server,
		store,
		call: (method, path, callOptions) => call(server.port, method, path, callOptions),
		watch: (path, headers) => watch(server.port, path, headers),
	};
}

function call(
	port: number,
	method: string,
	path: string,
	{body, raw, headers = {}}: CallOptions = {},
): Promise<Answer> {
	const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
	const {promise, resolve, reject} = Promise.withResolvers<Answer>();
	const request = httpRequest(
		{
			host: '127.0.0.1',
			port,
			method,
			path,
			agent: false,
			headers: {
				authorization: `Bearer ${token}`,
				...(text === undefined
					? {}
					: {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)}),
				...headers,
			},
		},
		response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const received = Buffer.concat(chunks).toString('utf8');
				resolve({
					code: response.statusCode ?? 0,
					headers: response.headers,
					text: received,
					body: objectIn(received),
					warnings: warningsOf(response),
				});
			});
		},
	);
	request.on('error', reject);
	request.end(text);
	return promise;
}

async function watch(port: number, path: string, headers: Record<string, string> = {}): Promise<Watching> {
	const controller = new AbortController();
	const response = await fetch(`http://127.0.0.1:${port}${path}`, {
		headers: {authorization: `Bearer ${token}`, ...headers},
		signal: controller.signal,
	});
	const lines = linesOf(response);
	const close = () => controller.abort();
	onTestFinished(close);
	return {
		code: response.status,
		async next() {
			const {value} = await lines.next();
			return typeof value === 'string' ? objectIn(value) : undefined;
		},
		close,
	};
}

async function* linesOf(response: Response): AsyncGenerator<string, undefined> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of response.body ?? []) {
		rest += decoder.decode(chunk, {stream: true});
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		yield* lines;
	}

	return undefined;
}

/** A Service with one container; `template` and `spec` are laid over it. */
export function knativeService(
	name: string,
	{
		spec = {},
		container = {},
		revision = {},
		templateMetadata,
		metadata = {},
	}: {
		spec?: JsonObject;
		container?: JsonObject;
		revision?: JsonObject;
		templateMetadata?: JsonObject;
		metadata?: JsonObject;
	} = {},
): JsonObject {
	return {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {name, ...metadata},
		spec: {
			template: {
				...(templateMetadata ? {metadata: templateMetadata} : {}),
				spec: {
					containers: [{image: 'registry.example.com/helloworld-go:1', ...container}],
					...revision,
				},
			},
			...spec,
		},
	};
}

/** Creates a Service and answers it as it was stored. */
export async function created(running: Running, object: JsonObject): Promise<JsonObject> {
	const answer = await running.call('POST', servicesPath, {body: object});
	if (answer.code !== 201) {
		throw new Error(`could not create it: ${answer.text}`);
	}

	return answer.body;
}

export function versionOf(object: unknown): unknown {
	return at(object, 'metadata', 'resourceVersion');
}

export const mergePatch = {'content-type': 'application/merge-patch+json'};
export const jsonPatch = {'content-type': 'application/json-patch+json'};

/** The denial of the validating webhook. */
export function denial(text: string): string {
	return `admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: ${text}`;
}

/** What the webhook says to a Service, as one that is created and as nothing that is kept. */
export async function denied(object: JsonObject): Promise<unknown> {
	const running = await start();
	const answer = await running.call('POST', servicesPath, {body: object});
	expect(answer.body).toMatchObject({
		kind: 'Status',
		apiVersion: 'v1',
		metadata: {},
		status: 'Failure',
		reason: 'BadRequest',
		code: 400,
	});
	expect(answer.code).toBe(400);
	expect(answer.body).not.toHaveProperty('details');
	expect((await running.call('GET', servicesPath)).body['items']).toEqual([]);
	return answer.body['message'];
}
