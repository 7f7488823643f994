/** The API server over HTTP/2: the same answers as over HTTP/1.1, many at once on one connection. */
import {execFile, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {constants} from 'node:http2';
import {request as httpsRequest} from 'node:https';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {promisify} from 'node:util';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createApiFaults} from '../../../source/sandbox/api/http/api-faults.js';
import {at, listOf, parseJson} from '../../../source/sandbox/api/body/json.js';
import type {ApiServer} from '../../../source/sandbox/api/http/server.js';
import {services} from '../../../source/sandbox/resources.js';
import {closed, handshake, headersOf, secure, speakHttp2, type Http2Client} from './http2-client.js';
import {jsonPatch, knativeService, servicesPath, token, user, versionOf} from './support.js';

const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const aReview = {apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview'};
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

describe.each(['HTTP/1.1', 'HTTP/2'])('impersonation over %s', protocol => {
	function ask(server: ApiServer, headers: Record<string, string | string[]>): Promise<unknown> {
		if (protocol === 'HTTP/2') {
			return speakHttp2(server)
				.call('POST', review, {body: aReview, headers})
				.then(({body}) => body);
		}

		const {promise, resolve, reject} = Promise.withResolvers<unknown>();
		const request = httpsRequest(
			new URL(review, server.url),
			{
				method: 'POST',
				agent: false,
				ca: server.certificateAuthority ?? '',
				headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers},
			},
			response => {
				text(response).then(received => resolve(parseJson(received)), reject);
			},
		);
		request.on('error', reject);
		request.end(JSON.stringify(aReview));
		return promise;
	}

	it('takes every group, also one with a comma in it', async () => {
		const {server} = await secure();
		const reviewed = await ask(server, {
			'Impersonate-User': 'jane',
			'Impersonate-Group': ['a', 'b,c', 'd'],
			'Impersonate-Extra-Scopes': ['x', 'y'],
		});
		expect(at(reviewed, 'status', 'userInfo')).toEqual({
			username: 'jane',
			groups: ['a', 'b,c', 'd', 'system:authenticated'],
			extra: {scopes: ['x', 'y']},
		});
		expect(at(await ask(server, {}), 'status', 'userInfo', 'username')).toBe(user);
	});
});

describe('a watch over HTTP/2', () => {
	it('tells of changes and how far it is', async () => {
		const {server} = await secure({bookmarkInterval: 20});
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1&allowWatchBookmarks=true`);
		expect(watch.code).toBe(200);
		await make(client, 'hello');
		const seen: string[] = [];
		let bookmark;
		while (!seen.includes('ADDED hello') || !bookmark) {
			const event = await watch.next();
			if (!event) throw new Error('it has ended');
			if (event['type'] === 'BOOKMARK' && seen.length > 0) bookmark = event['object'];
			if (event['type'] !== 'BOOKMARK') {
				seen.push(`${String(event['type'])} ${String(name(event['object']))}`);
			}
		}

		expect(seen).toEqual(['ADDED hello']);
		expect(Number(versionOf(bookmark))).toBeGreaterThan(0);
	});

	it('ends without the connection, at the server’s end and at the client’s', async () => {
		const {server} = await secure();
		const client = speakHttp2(server);
		const ended = await client.watch(`${servicesPath}?watch=1&timeoutSeconds=1`);
		const left = await client.watch(`${servicesPath}?watch=1`);
		left.stream.close(constants.NGHTTP2_CANCEL);
		expect(await ended.next()).toBeUndefined();
		expect(ended.stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
		await make(client, 'hello');
		expect(client.session.closed).toBe(false);
	});

	it('is broken off, and nothing else with it, when watches are cut', async () => {
		const faults = createApiFaults();
		const {server} = await secure({faults});
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1`);
		expect(faults.cutWatches()).toBe(1);
		await expect(watch.next()).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
		expect((await client.call('GET', servicesPath)).code).toBe(200);
	});

	it('is broken off when nobody reads it, and nothing else with it', async () => {
		const {server, store} = await secure();
		const client = speakHttp2(server);
		await make(client, 'hello');
		const {stream} = await client.watch(`${servicesPath}?watch=1`);
		const gone = closed(stream);
		stream.pause();
		// Twice what is kept for who does not read.
		for (let index = 0; index < 40; index++) {
			store.update(services, 'default', 'hello', 'main', hello => ({
				...hello,
				metadata: {...hello.metadata, annotations: {big: `${index}`.padEnd(800_000)}},
			}));
		}

		expect((await client.call('GET', '/version')).code).toBe(200);
		stream.resume();
		await gone;
		expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
		expect((await client.call('GET', '/version')).code).toBe(200);
	});
});

describe('the end of an HTTP/2 connection', () => {
	it('comes without a word when it is reset, for everything on it', async () => {
		const faults = createApiFaults();
		const {server} = await secure({faults});
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1`);
		let saidGoodbye = false;
		client.session.on('goaway', () => {
			saidGoodbye = true;
		});
		const gone = closed(client.session);
		faults.set({reset: 1});
		await expect(client.call('GET', servicesPath)).rejects.toThrow('the connection ended');
		await gone;
		expect(saidGoodbye).toBe(false);
		expect(await watch.next().catch(() => undefined)).toBeUndefined();
		faults.clear();
		expect((await speakHttp2(server).call('GET', servicesPath)).code).toBe(200);
	});

	it('is announced by a GOAWAY: what is under way goes on, what is new needs another connection', async () => {
		const faults = createApiFaults();
		const {server} = await secure({faults});
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1`);
		faults.set({goaway: 1});
		const announced = once(client.session, 'goaway');
		// The request that brings it is served.
		expect((await client.call('GET', servicesPath)).code).toBe(200);
		expect((await announced)[0]).toBe(constants.NGHTTP2_NO_ERROR);
		faults.clear();
		await expect(client.call('GET', servicesPath)).rejects.toThrow('after receiving a GOAWAY');
		const second = speakHttp2(server);
		await make(second, 'hello');
		expect(name((await watch.next())?.['object'])).toBe('hello');
		const gone = closed(client.session);
		watch.stream.close(constants.NGHTTP2_CANCEL);
		await gone;
	});

	it('is announced when the server is closed, and comes soon', async () => {
		const {server} = await secure();
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1`);
		const announced = once(client.session, 'goaway');
		const gone = closed(client.session);
		const closing = server.close();
		expect((await announced)[0]).toBe(constants.NGHTTP2_NO_ERROR);
		expect(await watch.next()).toBeUndefined();
		await Promise.all([closing, gone]);
	});

	it('comes also for who does not listen when the server is closed', async () => {
		const {server} = await secure();
		const deaf = await handshake(server, ['h2']);
		deaf.pause();
		const mute = await handshake(server, ['http/1.1']);
		const gone = [closed(deaf), closed(mute)];
		await server.close();
		deaf.resume();
		mute.resume();
		await Promise.all(gone);
		expect([deaf.destroyed, mute.destroyed]).toEqual([true, true]);
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
