/** The API server over HTTP/2: the same answers as over HTTP/1.1, many at once on one connection. */
import {execFile, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {constants} from 'node:http2';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {promisify} from 'node:util';
import {describe, expect, it, onTestFinished} from 'vitest';
import {at, listOf, parseJson} from '../../../../source/sandbox/api/body/json.js';
import {services} from '../../../../source/sandbox/resources.js';
import {closed, handshake, headersOf, secure, speakHttp2, type Http2Client} from './http2-client.js';
import {jsonPatch, knativeService, servicesPath, token} from '../support.js';

const name = (object: unknown) => at(object, 'metadata', 'name');

async function make({call}: Http2Client, ...names: string[]): Promise<void> {
	for (const each of names) {
		expect((await call('POST', servicesPath, {body: knativeService(each)})).code).toBe(201);
	}
}

describe('the protocol', () => {
	it.each([
		[['h2', 'http/1.1'], 'h2'],
		[['h2'], 'h2'],
		[['http/1.1'], 'http/1.1'],
		[[], false],
	])('is agreed on with who offers %j', async (offered, agreed) => {
		const {server} = await secure();
		const socket = await handshake(server, offered);
		expect(socket.alpnProtocol).toBe(agreed);
		if (agreed === 'h2') return;
		socket.setEncoding('utf8');
		socket.write(
			`GET /version HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`,
		);
		expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
	});

	it('lets as many requests be under way on one connection as a real server does', async () => {
		const {server} = await secure();
		const {session} = speakHttp2(server);
		const [settings]: {maxConcurrentStreams?: number}[] = await once(session, 'remoteSettings');
		expect(settings?.maxConcurrentStreams).toBe(250);
	});
});

describe('over HTTP/2', () => {
	it('creates, lists, patches, shows a table and deletes', async () => {
		const {server} = await secure();
		const client = speakHttp2(server);
		await make(client, 'one', 'two');
		const list = await client.call('GET', servicesPath);
		expect(list).toMatchObject({code: 200, headers: {'content-type': 'application/json'}});
		expect(listOf(list.body['items']).map(name)).toEqual(['one', 'two']);
		const patched = await client.call('PATCH', `${servicesPath}/one`, {
			headers: jsonPatch,
			body: [{op: 'add', path: '/metadata/labels', value: {seen: 'yes'}}],
		});
		expect(patched).toMatchObject({code: 200, body: {metadata: {labels: {seen: 'yes'}}}});
		const table = await client.call('GET', servicesPath, {
			headers: {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'},
		});
		expect(table.body).toMatchObject({kind: 'Table', rows: [{}, {}]});
		expect((await client.call('DELETE', `${servicesPath}/two`)).code).toBe(200);
		expect((await client.call('GET', `${servicesPath}/two`)).code).toBe(404);
	});

	it('says what is wrong with a request, with warnings, and in plain text where a real one does', async () => {
		const {server} = await secure();
		const {call} = speakHttp2(server);
		expect(await call('GET', servicesPath, {headers: {authorization: 'Bearer wrong'}})).toMatchObject({
			code: 401,
			body: {kind: 'Status', reason: 'Unauthorized'},
		});
		expect(await call('GET', '/apis/none/v1/none')).toMatchObject({code: 404, text: '404 page not found\n'});
		expect(await call('GET', `${servicesPath}/%`)).toMatchObject({code: 400, body: {kind: 'Status'}});
		const warned = await call('POST', servicesPath, {body: {...knativeService('hello'), what: 1, whose: 2}});
		expect(warned.code).toBe(201);
		expect(warned.headers['warning']).toMatch(/299 - "unknown field .+, 299 - "unknown field /);
	});

	it('answers HEAD without a body', async () => {
		const {server} = await secure();
		const {call} = speakHttp2(server);
		expect(await call('HEAD', servicesPath)).toMatchObject({code: 200, text: ''});
		expect(await call('HEAD', '/nothing')).toMatchObject({code: 404, text: ''});
		expect(await call('HEAD', '/readyz')).toMatchObject({code: 200, text: ''});
	});

	it('answers many requests on one connection, more than may be under way at a time', async () => {
		const {server} = await secure();
		const client = speakHttp2(server);
		await make(client, 'hello');
		const answers = await Promise.all(
			Array.from({length: 600}, () => client.call('GET', `${servicesPath}/hello`)),
		);
		expect(new Set(answers.map(({code, body}) => `${code} ${String(name(body))}`))).toEqual(
			new Set(['200 hello']),
		);
	});

	it('refuses a body that is too large before all of it is there, and the connection goes on', async () => {
		const {server} = await secure();
		const {call, open} = speakHttp2(server);
		const stream = open('POST', servicesPath, {'content-type': 'application/json'}, true);
		const answered = headersOf(stream);
		const gone = closed(stream);
		// One MiB more than is taken, and never an end.
		stream.write('x'.repeat(4 * 1024 * 1024));
		const headers = await answered;
		expect(headers[':status']).toBe(413);
		expect(headers).not.toHaveProperty('connection');
		const received = parseJson(await text(stream));
		expect(received).toMatchObject({reason: 'RequestEntityTooLarge'});
		await gone;
		expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
		expect((await call('GET', servicesPath)).code).toBe(200);
	});

	it('does nothing with a body that is called off, and the connection goes on', async () => {
		const {server, store} = await secure();
		const {call, open} = speakHttp2(server);
		const stream = open('POST', servicesPath, {'content-type': 'application/json'}, true);
		const gone = closed(stream);
		const body = JSON.stringify(knativeService('hello'));
		await new Promise<void>(resolve => {
			stream.write(body.slice(0, -1), () => resolve());
		});
		stream.close(constants.NGHTTP2_CANCEL);
		await gone;
		expect((await call('GET', servicesPath)).body).toMatchObject({items: []});
		expect(store.list(services)).toEqual([]);
	});

	it('holds a large list for who reads slowly, and serves others meanwhile', async () => {
		const {server, store} = await secure();
		const {open, call} = speakHttp2(server);
		for (let index = 0; index < 40; index++) {
			store.create(services, {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name: `big-${index}`, namespace: 'default', annotations: {big: 'x'.repeat(500_000)}},
			});
		}

		// 20 MB, of which the client takes no more than a window.
		const slow = open('GET', servicesPath);
		await headersOf(slow);
		expect((await call('GET', '/version')).code).toBe(200);
		expect((await text(slow)).length).toBeGreaterThan(20_000_000);
	});
});

const curl = spawnSync('curl', ['--version'], {encoding: 'utf8'});
const curlHasHttp2 = curl.status === 0 && curl.stdout.includes('HTTP2');

describe.skipIf(!curlHasHttp2)(
	`curl${curlHasHttp2 ? '' : ' (skipped: there is none here with HTTP/2)'}`,
	() => {
		it('speaks the protocol that it asks for', async () => {
			const {server} = await secure();
			const directory = mkdtempSync(join(tmpdir(), 'kn-canary-curl-'));
			onTestFinished(() => rmSync(directory, {recursive: true}));
			const authority = join(directory, 'ca.crt');
			writeFileSync(authority, server.certificateAuthority ?? '');
			const asked = async (option: string): Promise<string> => {
				const body = ['-o', join(directory, 'body'), '-w', '%{http_version} %{http_code}'];
				const bearer = ['-H', `Authorization: Bearer ${token}`];
				const address = `${server.url}${servicesPath}`;
				const {stdout} = await promisify(execFile)('curl', [
					'-sS',
					option,
					'--cacert',
					authority,
					...body,
					...bearer,
					address,
				]);
				return stdout;
			};
			expect(await asked('--http2')).toBe('2 200');
			expect(await asked('--http1.1')).toBe('1.1 200');
		});
	},
);
