/**
 * The sandbox held against a real cluster: what one was recorded to answer is asked of the sandbox again. What still differs
 * is listed in recorded/known-differences.json, and that list may only become shorter.
 */
import {request as httpRequest} from 'node:http';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {at, isObject, parseJson, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';
import {bothAt, differences} from './recorded/comparison.js';
import {
	answers,
	deletions,
	knownDifferences,
	releases,
	type Recorded,
	type RecordedAnswer,
	type RecordedEvent,
} from './recorded/recording.js';

const services = '/apis/serving.knative.dev/v1/namespaces/rec/services';
/** The headers that were recorded. */
const comparedHeaders = ['cache-control', 'content-type', 'retry-after', 'x-content-type-options'];

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({pace: 3, seed: false, tls: false});
});

afterAll(async () => {
	await sandbox.stop();
});

type Sent = {status: number; headers: Record<string, string>; warnings: string[]; text: string};

function send(
	method: string,
	path: string,
	{headers = {}, body, as}: Pick<Recorded, 'headers' | 'body' | 'as'> = {},
): Promise<Sent> {
	const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
	const token = {
		admin: sandbox.token,
		viewer: tokenOf('sandbox-viewer'),
		anonymous: '',
		'unknown token': 'nobody',
	}[as ?? 'admin'];
	const {promise, resolve, reject} = Promise.withResolvers<Sent>();
	const request = httpRequest(
		new URL(path, sandbox.apiUrl),
		{
			method,
			agent: false,
			headers: {
				...(token === '' ? {} : {authorization: `Bearer ${token}`}),
				...(content === undefined ? {} : {'content-length': String(Buffer.byteLength(content))}),
				...headers,
			},
		},
		response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () =>
				resolve({
					status: response.statusCode ?? 0,
					headers: Object.fromEntries(
						comparedHeaders.flatMap(name => {
							const value = response.headers[name];
							return typeof value === 'string' ? [[name, value]] : [];
						}),
					),
					warnings: response.headersDistinct['warning'] ?? [],
					text: Buffer.concat(chunks).toString('utf8'),
				}),
			);
		},
	);
	request.on('error', reject);
	request.end(content);
	return promise;
}

function tokenOf(user: string): string {
	const found = new RegExp(String.raw`name: ${user}\n(?: +.*\n)*? +token: (?<token>\S+)`).exec(
		sandbox.kubeconfig,
	);
	return found?.groups?.['token'] ?? '';
}

async function read(path: string): Promise<JsonObject> {
	return objectIn((await send('GET', path)).text);
}

function objectIn(text: string): JsonObject {
	const value = parseJson(text);
	return isObject(value) ? value : {};
}

/** Waits until an object is so, by a watch. */
async function until(
	collection: string,
	name: string,
	isSo: (object: JsonObject | undefined) => boolean,
): Promise<void> {
	const selector = `fieldSelector=metadata.name%3D${name}`;
	const list = await read(`${collection}?${selector}`);
	const [first] = Array.isArray(list['items']) ? list['items'] : [];
	if (isSo(isObject(first) ? first : undefined)) {
		return;
	}

	const version = String(at(list, 'metadata', 'resourceVersion'));
	const controller = new AbortController();
	const response = await fetch(
		`${sandbox.apiUrl}${collection}?watch=1&${selector}&resourceVersion=${version}&timeoutSeconds=30`,
		{headers: {authorization: `Bearer ${sandbox.token}`}, signal: controller.signal},
	);
	let rest = '';
	for await (const chunk of (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(
		new TextDecoderStream(),
	)) {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			const event = objectIn(line);
			const object = event['type'] === 'DELETED' ? undefined : event['object'];
			if (isSo(isObject(object) ? object : undefined)) {
				controller.abort();
				return;
			}
		}
	}

	throw new Error(`${name} never came to it`);
}

const isReady = (object: JsonObject | undefined): boolean =>
	at(object, 'metadata', 'generation') === at(object, 'status', 'observedGeneration') &&
	readyOf(object) === 'True';

/** The status of the Ready condition. */
function readyOf(object: JsonObject | undefined): unknown {
	const conditions = at(object, 'status', 'conditions');
	const ready: unknown = Array.isArray(conditions)
		? conditions.find(condition => at(condition, 'type') === 'Ready')
		: undefined;
	return at(ready, 'status');
}

/** What a recorded request says of the object, said of the object that is there. */
async function filledIn({path, body}: Recorded): Promise<unknown> {
	const text = JSON.stringify(body) ?? '';
	if (!text.includes('{uid}') && !text.includes('{resourceVersion}')) {
		return body;
	}

	const {metadata} = await read(path.split('?', 1)[0] ?? '');
	const of = (field: string): string => String(at(metadata, field));
	return objectIn(
		text
			.replaceAll('{uid}', of('uid'))
			.replaceAll('{resourceVersion}', of('resourceVersion'))
			.replaceAll('{creationTimestamp}', of('creationTimestamp'))
			.replaceAll(/(?<=(?:creator|lastModifier)":")admin/g, 'sandbox-admin'),
	);
}

const told = (value: unknown, field: string): object => (typeof value === 'string' ? {[field]: value} : {});

function eventsOf(text: string): RecordedEvent[] {
	return text
		.split('\n')
		.filter(line => line !== '')
		.map(line => {
			const {type, object} = objectIn(line);
			const metadata = at(object, 'metadata');
			return {
				type: String(type),
				...(type === 'ERROR' && isObject(object)
					? {object}
					: {
							...told(at(object, 'kind'), 'kind'),
							...told(at(metadata, 'name'), 'name'),
							...(type === 'BOOKMARK' ? {annotations: at(metadata, 'annotations')} : {}),
						}),
			};
		})
		.map(event => JSON.parse(JSON.stringify(event)));
}

function asRecorded({status, headers, warnings, text}: Sent, recorded: RecordedAnswer): RecordedAnswer {
	const isJson = headers['content-type']?.startsWith('application/json') === true;
	return {
		status,
		headers,
		...(warnings.length > 0 ? {warnings} : {}),
		...(recorded.events === undefined ? {} : {events: eventsOf(text)}),
		...(recorded.body === undefined ? {} : {body: isJson ? parseJson(text) : text}),
	};
}

const known = knownDifferences();
const knownOf = (name: string): string[] =>
	known.filter(({requests}) => requests.includes(name)).flatMap(({differs}) => differs);

/** What is not listed, with both sides, and what is listed in vain. */
function problemsOf(name: string, recorded: object, got: object): string[] {
	const found = differences(recorded, got);
	const listed = knownOf(name);
	return [
		...found.filter(path => !listed.includes(path)).map(path => bothAt(path, recorded, got)),
		...listed
			.filter(path => !found.includes(path))
			.map(path => `${path} no longer differs: take it off the list`),
	];
}

/** Sends a recorded request, with what is to be filled in. */
async function again({method, path, headers, as}: Recorded, body: unknown): Promise<Sent> {
	return send(method, path, {
		...(headers === undefined ? {} : {headers}),
		...(as === undefined ? {} : {as}),
		...(body === undefined ? {} : {body}),
	});
}

describe('what a real cluster was recorded to answer', () => {
	it.each(answers().map(recorded => [recorded.name, recorded] as const))('%s', async (name, recorded) => {
		if (name === 'sum-90') {
			await until(services, 'base', isReady);
		}

		const got = await again(recorded, await filledIn(recorded));
		if (name === 'unknown-revision-live') {
			await until(services, 'base', object => readyOf(object) === 'False');
		}

		expect(problemsOf(name, recorded.answer, asRecorded(got, recorded.answer))).toEqual([]);
	});
});

describe('what a real cluster was recorded to do with DELETE', () => {
	const collection = '/apis/serving.knative.dev/v1/namespaces/default/services';
	const path = `${collection}/del`;

	it.each(deletions().map(recorded => [recorded.name, recorded] as const))('%s', async (name, recorded) => {
		await send('DELETE', path);
		await until(collection, 'del', object => object === undefined);
		await send('POST', collection, {headers: {'Content-Type': 'application/json'}, body: deleted});
		const uid = at(await read(path), 'metadata', 'uid');
		const {body} = recorded;
		const filled =
			body === undefined
				? undefined
				: JSON.stringify(body).replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, String(uid));
		const got = await again(recorded, filled);
		if (recorded.afterwards === 'gone') {
			await until(collection, 'del', object => object === undefined);
		}

		const left = at(await read(path), 'metadata');
		expect(problemsOf(name, recorded.answer, withoutStatus(asRecorded(got, recorded.answer)))).toEqual([]);
		expect(at(left, 'uid')).toBe(recorded.afterwards === 'gone' ? undefined : uid);
		expect(at(left, 'deletionTimestamp')).toBeUndefined();
	});
});

/** Without what the controllers have come to say of the object by then. */
function withoutStatus({body, ...answer}: RecordedAnswer): RecordedAnswer {
	const {status, ...object} = isObject(body) ? body : {};
	return {...answer, ...(body === undefined ? {} : {body: isObject(status) ? object : body})};
}

const deleted = {
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name: 'del'},
	spec: {template: {spec: {containers: [{image: 'registry.example.com/samples/helloworld-go:1'}]}}},
};

it('lists no known difference of a request that is not there', () => {
	const names = new Set([
		...[...answers(), ...deletions()].map(({name}) => name),
		...releases().map(({step}) => step),
	]);
	expect(known.flatMap(({requests}) => requests).filter(name => !names.has(name))).toEqual([]);
	expect(known.filter(({why}) => why.trim() === '')).toEqual([]);
});
