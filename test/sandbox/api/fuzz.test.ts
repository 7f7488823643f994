/**
 * Requests that make no sense, by the hundred, a third of them over HTTP/2: FUZZ_RUNS=10000 for many more, FUZZ_SEED=random for
 * others, and the number that is printed to see those again.
 */
import {request as httpRequest} from 'node:http';
import {connect, type ClientHttp2Session} from 'node:http2';
import process from 'node:process';
import * as fc from '../../support/property.js';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {startApiServer, type ApiServer} from '../../../source/sandbox/api/http/server.js';
import {isObject, parseJson} from '../../../source/sandbox/api/body/json.js';
import {services} from '../../../source/sandbox/resources.js';
import type {ObjectStore} from '../../../source/sandbox/shared-store.js';
import {createObjectStore} from '../../../source/sandbox/store/object-store.js';
import {requests, type Fuzzed} from './fuzzed-request.js';
import {knativeService, servicesPath, token, user} from './support.js';

const runs = Number(process.env['FUZZ_RUNS'] ?? 1500);
const given = process.env['FUZZ_SEED'] ?? '1';
const seed = given === 'random' ? Date.now() : Number(given);

type FuzzAnswer = {code: number; type: string; text: string};
type FuzzTarget = {server: ApiServer; store: ObjectStore; send: (fuzzed: Fuzzed) => Promise<FuzzAnswer>};

let http1: FuzzTarget;
let http2: FuzzTarget;
let session: ClientHttp2Session;

beforeAll(async () => {
	http1 = await target(false, send);
	http2 = await target(true, sendOverHttp2);
	session = connect(http2.server.url, {ca: http2.server.certificateAuthority ?? ''});
	for (const {send: ask} of [http1, http2]) {
		await ask({
			method: 'POST',
			path: servicesPath,
			headers: {authorization: `Bearer ${token}`},
			body: Buffer.from(JSON.stringify(knativeService('hello'))),
		});
	}
});

afterAll(async () => {
	session.destroy();
	await Promise.all([http1.server.close(), http2.server.close()]);
});

async function target(tls: boolean, ask: FuzzTarget['send']): Promise<FuzzTarget> {
	const store = createObjectStore();
	return {store, server: await startApiServer({store, token, userName: user, tls}), send: ask};
}

const isWatch = (code: number, path: string) => code === 200 && /watch=/.test(path);

/** The answer to a request, all on one connection: nothing that is sent there may end it. */
function sendOverHttp2({method, path, headers, body}: Fuzzed): Promise<FuzzAnswer> {
	const {promise, resolve, reject} = Promise.withResolvers<FuzzAnswer>();
	const request = session.request(
		{':method': method, ':path': path, 'content-length': body.length, ...headers},
		{endStream: false},
	);
	let text = '';
	request.setEncoding('utf8');
	request.on('response', answer => {
		const code = Number(answer[':status']);
		const done = (): void => resolve({code, type: answer['content-type'] ?? '', text});
		request.on('data', (chunk: string) => {
			text += chunk;
		});
		request.on('end', done);
		if (isWatch(code, path)) {
			done();
			request.close();
		}
	});
	request.on('error', reject);
	request.on('close', () => reject(new Error('there was no answer')));
	request.end(body);
	return promise;
}

/** The answer to a request; a watch is not waited for to its end. */
function send({method, path, headers, body}: Fuzzed): Promise<FuzzAnswer> {
	const {promise, resolve, reject} = Promise.withResolvers<FuzzAnswer>();
	const request = httpRequest(
		{
			host: '127.0.0.1',
			port: http1.server.port,
			method,
			path,
			agent: false,
			headers: {'content-length': body.length, ...headers},
		},
		response => {
			let text = '';
			response.setEncoding('utf8');
			const done = (): void =>
				resolve({
					code: response.statusCode ?? 0,
					type: response.headers['content-type'] ?? '',
					text,
				});
			if (isWatch(response.statusCode ?? 0, path)) {
				response.destroy();
				done();
				return;
			}

			response.on('data', (chunk: string) => {
				text += chunk;
			});
			response.on('end', done);
			response.on('error', reject);
		},
	);
	request.on('error', reject);
	request.end(body);
	return promise;
}

/** A real server's own answers above 500: to a version still to come, to one that is no number, to options of another kind. */
const ofRealServers = [
	'Too large resource version',
	'strconv.ParseUint: parsing',
	'is registered for version',
];

/** What is wrong with an answer; undefined for what a client can live with. */
function problemOf({method}: Fuzzed, {code, type, text}: FuzzAnswer): string | undefined {
	const isOfRealServer = method === 'HEAD' || ofRealServers.some(words => text.includes(words));
	if (code < 200 || (code >= 500 && !isOfRealServer)) {
		return `${code} ${text}`;
	}

	// What leads nowhere at all is told in plain text.
	if (code < 400 || method === 'HEAD' || (code === 404 && text === '404 page not found\n')) {
		return undefined;
	}

	const status = type.startsWith('application/json') ? parseJson(text) : undefined;
	const isStatus =
		isObject(status) &&
		status['kind'] === 'Status' &&
		status['apiVersion'] === 'v1' &&
		status['status'] === 'Failure' &&
		status['code'] === code &&
		typeof status['message'] === 'string';
	return isStatus ? undefined : `no Status: ${code} ${type} ${text}`;
}

it.each<[string, number, () => FuzzTarget]>([
	['HTTP/1.1', Math.ceil((runs * 2) / 3), () => http1],
	['HTTP/2', Math.floor(runs / 3), () => http2],
])(
	`over %s, whatever comes, the answer is well-formed, and below 500 unless a real server's is not (%i requests, seed ${seed})`,
	async (_, count, on) => {
		await fc.assert(
			fc.asyncProperty(requests, async fuzzed => {
				expect(problemOf(fuzzed, await on().send(fuzzed))).toBeUndefined();
			}),
			{numRuns: count, seed, endOnFailure: true},
		);
		expect(session.closed).toBe(false);
	},
	600_000,
);

it('and what was there is unharmed: each object is whole, and can be read and written', async () => {
	expect({}).not.toHaveProperty('polluted');
	for (const {store, send: ask} of [http1, http2]) {
		for (const object of store.list(services)) {
			expect(object.metadata.uid).toMatch(/^[\da-f-]{36}$/);
			expect(object).toMatchObject({apiVersion: 'serving.knative.dev/v1', kind: 'Service'});
		}

		const made = await ask({
			method: 'POST',
			path: servicesPath,
			headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
			body: Buffer.from(JSON.stringify(knativeService('after-all'))),
		});
		expect(made.code).toBe(201);
	}
});
