import {spawnSync} from 'node:child_process';
import {createServer} from 'node:net';
import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {ReadOnlyError, TransportError, type Cluster} from '../../source/kube/cluster.js';
import {connect, type ConnectOptions} from '../../source/kube/connect.js';
import {kubeconfigFor, startApiServer, type ApiServer} from '../support/api-server.js';
import {eventually} from '../support/eventually.js';
import {manualTimers, type ManualTimers} from './manual-timers.js';

let server: ApiServer;
let directory: string;
let timers: ManualTimers;
const clusters: Cluster[] = [];

async function connected(options: ConnectOptions = {}): Promise<Cluster> {
	const cluster = await connect({kubeconfigText: server.kubeconfig(), timers, ...options});
	clusters.push(cluster);
	return cluster;
}

async function failure(promise: Promise<unknown>): Promise<TransportError> {
	try {
		await promise;
	} catch (error) {
		if (error instanceof TransportError) return error;
		throw error;
	}
	throw new Error('it had an answer');
}

beforeEach(async () => {
	timers = manualTimers();
	server = await startApiServer();
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-'));
});

afterEach(async () => {
	await Promise.all(clusters.splice(0).map(async cluster => cluster.close()));
	await server.close();
	await rm(directory, {recursive: true});
});

describe('a request', () => {
	it('carries method, path, query, body and credentials, and gives back whatever was answered', async () => {
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {token: 'secret'}})});
		const answer = cluster.request({
			method: 'PATCH',
			path: '/apis/x/v1/things/a%2Fb',
			query: {dryRun: 'All'},
			body: [{op: 'remove', path: '/a'}],
			contentType: 'application/json-patch+json',
		});
		const exchange = await server.next();
		expect(exchange).toMatchObject({
			method: 'PATCH',
			path: '/apis/x/v1/things/a%2Fb',
			body: [{op: 'remove', path: '/a'}],
		});
		expect(exchange.query.get('dryRun')).toBe('All');
		expect(exchange.headers).toMatchObject({
			authorization: 'Bearer secret',
			'content-type': 'application/json-patch+json',
			accept: 'application/json',
		});
		exchange.answer(
			418,
			{teapot: true},
			{
				warning: ['299 - "first \\"one\\""', '299 - "second", 299 - "second"'],
				'retry-after': '3',
			},
		);
		expect(await answer).toEqual({
			status: 418,
			body: {teapot: true},
			warnings: ['first "one"', 'second'],
			retryAfter: 3,
		});
	});

	it('keeps the path of a server that stands behind another one', async () => {
		const cluster = await connected({kubeconfigText: kubeconfigFor(`${server.url}/k8s/clusters/c-1/`)});
		const answer = cluster.request({method: 'GET', path: '/version'});
		const exchange = await server.next();
		expect(exchange.path).toBe('/k8s/clusters/c-1/version');
		exchange.answer(200, 'fine');
		expect((await answer).body).toBe('fine');
	});

	it('does not follow a redirect, which would take the credentials elsewhere', async () => {
		const cluster = await connected();
		const answer = cluster.request({method: 'GET', path: '/version'});
		(await server.next()).answer(302, 'elsewhere', {location: `${server.url}/elsewhere`});
		expect((await answer).status).toBe(302);
		expect(server.log).toEqual(['GET /version']);
	});

	it.each(['/api/v1/../../x', '/a?dryRun=All', 'http://elsewhere/', '/a//b', '/a/./b', '/a#b', '/a\\b'])(
		'refuses %s as a path',
		async wrong => {
			const cluster = await connected();
			await expect(cluster.request({method: 'GET', path: wrong})).rejects.toThrow('not a path of the API');
			expect(server.log).toEqual([]);
		},
	);

	it('says that nothing was sent when nobody listens', async () => {
		const cluster = await connected();
		await server.close();
		const error = await failure(cluster.request({method: 'DELETE', path: '/a'}));
		expect(error.outcome).toBe('not sent');
		expect(error.message).toBe(`${server.url} refused the connection`);
		server = await startApiServer();
	});

	it('says that nothing was sent when TLS does not come about', async () => {
		const cluster = await connected({kubeconfigText: kubeconfigFor(server.url.replace('http:', 'https:'))});
		const error = await failure(cluster.request({method: 'DELETE', path: '/a'}));
		expect(error.outcome).toBe('not sent');
		expect(server.log).toEqual([]);
	});

	it('does not know what became of a write whose connection broke, and does not send it again', async () => {
		const cluster = await connected();
		const error = failure(cluster.request({method: 'POST', path: '/a', body: {}}));
		(await server.next()).cut();
		expect((await error).outcome).toBe('unknown');
		expect((await error).message).toContain('closed the connection before its answer was complete');
		expect(server.log).toEqual(['POST /a']);
	});

	it('asks a question once more when the connection broke, because an idle one may have been closed', async () => {
		const cluster = await connected();
		const answer = cluster.request({method: 'GET', path: '/a'});
		(await server.next()).cut();
		(await server.next()).answer(200, {});
		expect((await answer).status).toBe(200);
		const second = failure(cluster.request({method: 'GET', path: '/b'}));
		(await server.next()).cut();
		(await server.next()).cut();
		expect((await second).outcome).toBe('unknown');
		expect(server.log).toHaveLength(4);
	});

	it('gives up when the time is over, and does not know what became of it', async () => {
		const cluster = await connected();
		const error = failure(cluster.request({method: 'PATCH', path: '/a', body: []}));
		const exchange = await server.next();
		timers.advance(10_000);
		expect((await error).outcome).toBe('unknown');
		expect((await error).message).toBe(`no answer from ${new URL(server.url).host} within 10 s`);
		await exchange.closed;
	});

	it('counts a slow body in, not only the first byte', async () => {
		const cluster = await connected();
		const error = failure(cluster.request({method: 'GET', path: '/a', timeout: 500}));
		(await server.next()).stream().raw('{"half":');
		timers.advance(500);
		expect((await error).message).toContain('within 0.5 s');
	});

	it('knows that nothing was sent when not even a connection came about in time', async () => {
		// Accepts connections and never says a word, so that TLS is never done.
		const reached = Promise.withResolvers<void>();
		const mute = createServer(() => reached.resolve());
		await new Promise<void>(resolve => {
			mute.listen(0, '127.0.0.1', resolve);
		});
		const address = mute.address();
		if (address === null || typeof address === 'string') throw new Error('no port');
		const {port} = address;
		const cluster = await connected({kubeconfigText: kubeconfigFor(`https://127.0.0.1:${port}`)});
		const error = failure(cluster.request({method: 'POST', path: '/a'}));
		await reached.promise;
		timers.advance(10_000);
		expect((await error).outcome).toBe('not sent');
		await cluster.close();
		mute.close();
	});

	it('can be called off', async () => {
		const cluster = await connected();
		const controller = new AbortController();
		const error = failure(cluster.request({method: 'GET', path: '/a', signal: controller.signal}));
		const exchange = await server.next();
		controller.abort();
		expect((await error).outcome).toBe('unknown');
		await exchange.closed;
		const late = await failure(cluster.request({method: 'GET', path: '/b', signal: controller.signal}));
		expect(late.outcome).toBe('not sent');
		expect(server.log).toEqual(['GET /a']);
	});
});

describe('a large answer', () => {
	const list = {kind: 'List', items: ['ä'.repeat(1000)]};

	it('is asked for in gzip and unpacked', async () => {
		const cluster = await connected();
		const answer = cluster.request({method: 'GET', path: '/apis/x/v1/things'});
		const exchange = await server.next();
		expect(exchange.headers['accept-encoding']).toBe('gzip');
		exchange.answer(200, gzipSync(JSON.stringify(list)), {'content-encoding': 'gzip'});
		expect((await answer).body).toEqual(list);
	});

	it('is not asked for in gzip where the kubeconfig says so, nor is a watch', async () => {
		const cluster = await connected({
			kubeconfigText: server.kubeconfig({cluster: {'disable-compression': true}}),
		});
		const answer = cluster.request({method: 'GET', path: '/apis/x/v1/things'});
		const plain = await server.next();
		expect(plain.headers['accept-encoding']).toBeUndefined();
		plain.answer(200, list);
		expect((await answer).body).toEqual(list);

		const ending = new AbortController();
		const watch = (await connected()).watch('/apis/x/v1/things', {}, () => {}, ending.signal);
		const stream = await server.next();
		expect(stream.headers['accept-encoding']).toBeUndefined();
		stream.stream().end();
		await watch;
	});

	it.each([
		['half of a gzip', gzipSync(JSON.stringify(list)).subarray(0, 30), 'gzip', /gzip cannot be unpacked/],
		['something else', Buffer.from('{}'), 'br', /encoded as br/],
	])('that is %s is said to be none', async (_, body, encoding, words) => {
		const cluster = await connected();
		const answer = failure(cluster.request({method: 'GET', path: '/apis/x/v1/things'}));
		(await server.next()).answer(200, body, {'content-encoding': encoding});
		expect(await answer).toMatchObject({outcome: 'unknown', message: expect.stringMatching(words)});
	});
});

describe('read-only', () => {
	it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('sends no %s, not even as a dry run', async method => {
		const cluster = await connected({readOnly: true});
		const request = cluster.request({
			method,
			path: '/apis/serving.knative.dev/v1/namespaces/default/services/a',
			query: {dryRun: 'All'},
			body: {},
		});
		await expect(request).rejects.toBeInstanceOf(ReadOnlyError);
		expect(server.log).toEqual([]);
		expect(cluster.readOnly).toBe(true);
	});

	it('still asks what the operator may do', async () => {
		const cluster = await connected({readOnly: true});
		server.always(exchange => exchange.answer(201, {}));
		const paths = [
			'/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
			'/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
			'/apis/authentication.k8s.io/v1/selfsubjectreviews',
		];
		for (const each of paths) await cluster.request({method: 'POST', path: each, body: {}});
		await cluster.request({method: 'GET', path: '/version'});
		expect(server.log).toEqual([...paths.map(each => `POST ${each}`), 'GET /version']);
	});

	it.each([
		'/apis/authorization.k8s.io/v1/subjectaccessreviews',
		'/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x',
		'/x/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
		'/apis/authentication.k8s.io/v1/tokenreviews',
	])('does not take %s for such a question', async wrong => {
		const cluster = await connected({readOnly: true});
		await expect(cluster.request({method: 'POST', path: wrong, body: {}})).rejects.toBeInstanceOf(
			ReadOnlyError,
		);
		expect(server.log).toEqual([]);
	});
});

describe('a watch', () => {
	it('tells when it is open, gives events as they come, and resolves when the server ends it', async () => {
		const cluster = await connected();
		const events: unknown[] = [];
		const opened = Promise.withResolvers<void>();
		const watch = cluster.watch(
			'/a',
			{resourceVersion: '1'},
			event => events.push(event),
			new AbortController().signal,
			opened.resolve,
		);
		const exchange = await server.next();
		expect(exchange.query.get('watch')).toBe('1');
		const stream = exchange.stream();
		await opened.promise;
		stream.send({type: 'ADDED', object: 1});
		stream.send({type: 'MODIFIED', object: 2});
		stream.end();
		expect(await watch).toMatchObject({status: 200});
		expect(events).toEqual([
			{type: 'ADDED', object: 1},
			{type: 'MODIFIED', object: 2},
		]);
	});

	it('gives back a refusal with its body', async () => {
		const cluster = await connected();
		const watch = cluster.watch('/a', {}, () => {}, new AbortController().signal);
		(await server.next()).answer(410, {kind: 'Status', code: 410});
		expect(await watch).toMatchObject({status: 410, body: {kind: 'Status', code: 410}});
	});

	it('ends in order when it is called off', async () => {
		const cluster = await connected();
		const controller = new AbortController();
		const watch = cluster.watch(
			'/a',
			{},
			() => {},
			controller.signal,
			() => controller.abort(),
		);
		const exchange = await server.next();
		exchange.stream();
		expect(await watch).toMatchObject({status: 200});
		await exchange.closed;
	});

	it('tells a broken connection and nonsense from an end in order', async () => {
		const cluster = await connected();
		const broken = failure(cluster.watch('/a', {}, () => {}, new AbortController().signal));
		const exchange = await server.next();
		exchange.stream().send({type: 'ADDED', object: 1});
		exchange.cut();
		expect((await broken).message).toContain('closed the connection');
		const nonsense = failure(cluster.watch('/a', {}, () => {}, new AbortController().signal));
		const second = await server.next();
		second.stream().raw('<html>\n');
		expect((await nonsense).message).toContain('something other than events');
		await second.closed;
	});

	it('passes on what a callback throws, and closes', async () => {
		const cluster = await connected();
		const mine = new RangeError('mine');
		const onEvent = () => {
			throw mine;
		};
		const watch = cluster
			.watch('/a', {}, onEvent, new AbortController().signal)
			.catch((error: unknown) => error);
		const exchange = await server.next();
		exchange.stream().send({type: 'ADDED', object: 1});
		expect(await watch).toBe(mine);
		await exchange.closed;
	});
});

describe('a watch whose opening fails in the caller', () => {
	it('passes that on, and closes', async () => {
		const cluster = await connected();
		const mine = new RangeError('mine');
		const onOpen = () => {
			throw mine;
		};
		const watch = cluster
			.watch('/a', {}, () => {}, new AbortController().signal, onOpen)
			.catch((error: unknown) => error);
		const exchange = await server.next();
		exchange.stream();
		expect(await watch).toBe(mine);
		await exchange.closed;
	});
});

describe('who we are', () => {
	it('acts as a user with all groups, uid and extra, which client-node drops', async () => {
		const user = {
			token: 't',
			as: 'jane',
			'as-uid': '42',
			'as-groups': ['developers', 'admins, really'],
			'as-user-extra': {'example.com/reason': ['one', 'two']},
		};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user})});
		const answer = cluster.request({method: 'GET', path: '/a'});
		const exchange = await server.next();
		const lines: string[] = [];
		for (let index = 0; index < exchange.rawHeaders.length; index += 2) {
			lines.push(`${exchange.rawHeaders[index]}: ${exchange.rawHeaders[index + 1]}`);
		}
		expect(lines.filter(line => line.startsWith('Impersonate'))).toEqual([
			'Impersonate-User: jane',
			'Impersonate-Group: developers',
			'Impersonate-Group: admins, really',
			'Impersonate-Uid: 42',
			'Impersonate-Extra-example.com%2Freason: one',
			'Impersonate-Extra-example.com%2Freason: two',
		]);
		exchange.answer(200, {});
		await answer;
	});

	it('refuses groups without a user to act as', async () => {
		const kubeconfigText = server.kubeconfig({user: {'as-groups': ['admins']}});
		await expect(connect({kubeconfigText})).rejects.toThrow('user "test-user" has as-groups');
	});

	it('reads a tokenFile again each time, and trims it', async () => {
		const tokenFile = path.join(directory, 'token');
		await writeFile(tokenFile, 'first\n');
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {tokenFile, token: 'old'}})});
		for (const token of ['first', 'second']) {
			await writeFile(tokenFile, `${token}\n`);
			const answer = cluster.request({method: 'GET', path: '/a'});
			const exchange = await server.next();
			expect(exchange.headers.authorization).toBe(`Bearer ${token}`);
			exchange.answer(200, {});
			await answer;
		}
	});

	it('does not leave the machine without TLS', async () => {
		// The proxy stands for the way to a server elsewhere.
		const cluster = {'proxy-url': server.url};
		const elsewhere = await connected({
			kubeconfigText: kubeconfigFor('http://api.example', {cluster, user: {token: 'secret', as: 'jane'}}),
		});
		const answer = elsewhere.request({method: 'GET', path: '/a'});
		const exchange = await server.next();
		expect(exchange.headers).not.toHaveProperty('authorization');
		expect(exchange.headers).not.toHaveProperty('impersonate-user');
		exchange.answer(200, {});
		await answer;
	});

	it('sends user and password', async () => {
		const kubeconfigText = server.kubeconfig({user: {username: 'jane', password: 'p:w'}});
		const cluster = await connected({kubeconfigText});
		const answer = cluster.request({method: 'GET', path: '/a'});
		const exchange = await server.next();
		expect(exchange.headers.authorization).toBe(`Basic ${Buffer.from('jane:p:w').toString('base64')}`);
		exchange.answer(200, {});
		await answer;
	});

	it.each([
		['client-key', 'no client-certificate'],
		['client-certificate', 'no client-key'],
	])('refuses a %s without the other half', async (given, words) => {
		const user = {[`${given}-data`]: Buffer.from('PEM').toString('base64')};
		await expect(connected({kubeconfigText: server.kubeconfig({user})})).rejects.toThrow(words);
	});

	it('says which file is missing, before anything is asked', async () => {
		const kubeconfigText = server.kubeconfig({user: {tokenFile: path.join(directory, 'none')}});
		await expect(connect({kubeconfigText})).rejects.toThrow(
			`the credentials of user "test-user" cannot be used: ENOENT: no such file or directory, open '${directory}/none'`,
		);
	});
});

/** A plugin that counts its runs in a file and gives `token-<run>`, and what it was told. */
async function plugin(script = '') {
	const file = path.join(directory, 'plugin');
	const runs = path.join(directory, 'runs');
	await writeFile(
		file,
		`#!/bin/sh\n${script}\necho "$KUBERNETES_EXEC_INFO" >> ${runs}\n` +
			`echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",'\n` +
			`echo "\\"status\\":{\\"token\\":\\"token-$(wc -l < ${runs} | tr -d ' ')\\"}}"\n`,
	);
	await chmod(file, 0o755);
	return {apiVersion: 'client.authentication.k8s.io/v1', command: file, interactiveMode: 'IfAvailable'};
}

describe('a token that is changed in the kubeconfig', () => {
	it('is taken up at the next refusal, once for all that were refused together, while a refusal alone changes nothing', async () => {
		const file = path.join(directory, 'kubeconfig');
		const give = async (token: string) => writeFile(file, server.kubeconfig({user: {token}}));
		await give('old');
		const cluster = await connect({kubeconfig: file, timers});
		clusters.push(cluster);
		let valid = 'Bearer old';
		const seen: string[] = [];
		server.always(exchange => {
			seen.push(`${exchange.method} ${exchange.headers.authorization}`);
			exchange.answer(exchange.headers.authorization === valid ? 200 : 401, {});
		});
		const ask = async (method: 'GET' | 'PATCH') =>
			(await cluster.request({method, path: '/a', ...(method === 'PATCH' && {body: []})})).status;
		expect(await ask('GET')).toBe(200);
		valid = 'Bearer new';
		expect(await ask('GET')).toBe(401);
		await give('new');
		expect(await Promise.all([ask('GET'), ask('GET')])).toEqual([200, 200]);
		valid = 'Bearer newest';
		await give('newest');
		expect(await ask('PATCH')).toBe(200);
		valid = 'Bearer of somebody else';
		const sent = seen.length;
		expect(await ask('PATCH')).toBe(401);
		expect(seen.slice(sent)).toEqual(['PATCH Bearer newest']);
		expect(seen.slice(0, 2)).toEqual(['GET Bearer old', 'GET Bearer old']);
		expect(seen.slice(sent - 2, sent)).toEqual(['PATCH Bearer new', 'PATCH Bearer newest']);
	});

	it('does not have a write sent again whose connection was cut after the refusal', async () => {
		const file = path.join(directory, 'kubeconfig');
		await writeFile(file, server.kubeconfig({user: {token: 'old'}}));
		const cluster = await connect({kubeconfig: file, timers});
		clusters.push(cluster);
		const error = failure(cluster.request({method: 'PATCH', path: '/a', body: []}));
		const refused = await server.next();
		await writeFile(file, server.kubeconfig({user: {token: 'new'}}));
		refused.answer(401, {});
		(await server.next()).cut();
		expect((await error).outcome).toBe('unknown');
		expect(server.log).toEqual(['PATCH /a', 'PATCH /a']);
	});
});

describe('a credential plugin', () => {
	it('runs once for many requests, and is told that it may not ask', async () => {
		const exec = {...(await plugin()), provideClusterInfo: true};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const seen: (string | undefined)[] = [];
		server.always(exchange => {
			seen.push(exchange.headers.authorization);
			exchange.answer(200, {});
		});
		await Promise.all(['/a', '/b', '/c'].map(async each => cluster.request({method: 'GET', path: each})));
		await cluster.request({method: 'GET', path: '/d'});
		expect(seen).toEqual(Array.from({length: 4}, () => 'Bearer token-1'));
	});

	it('is run again after a 401, which says of a write that nothing was done: it is sent again, once', async () => {
		const exec = await plugin();
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const seen: string[] = [];
		server.always(exchange => {
			seen.push(`${exchange.method} ${exchange.headers.authorization}`);
			exchange.answer(exchange.headers.authorization === 'Bearer token-2' ? 200 : 401, {});
		});
		expect((await cluster.request({method: 'PATCH', path: '/a', body: []})).status).toBe(200);
		expect(seen).toEqual(['PATCH Bearer token-1', 'PATCH Bearer token-2']);
	});

	it('makes a question succeed in the second attempt, once for all that were refused together', async () => {
		const exec = await plugin();
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		server.always(exchange => {
			exchange.answer(exchange.headers.authorization === 'Bearer token-1' ? 401 : 200, {
				token: exchange.headers.authorization,
			});
		});
		const answers = await Promise.all(
			['/a', '/b'].map(async each => cluster.request({method: 'GET', path: each})),
		);
		expect(answers.map(({status, body}) => ({status, body}))).toEqual([
			{status: 200, body: {token: 'Bearer token-2'}},
			{status: 200, body: {token: 'Bearer token-2'}},
		]);
	});

	it('is not run again for a late refusal of what it gave before', async () => {
		const exec = await plugin();
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const answers = ['/a', '/b'].map(async each => cluster.request({method: 'GET', path: each}));
		const early = await server.next();
		const late = await server.next();
		early.answer(401, {});
		const second = await server.next();
		expect(second.headers.authorization).toBe('Bearer token-2');
		second.answer(200, {});
		late.answer(401, {});
		const third = await server.next();
		expect(third.headers.authorization).toBe('Bearer token-2');
		third.answer(200, {});
		await Promise.all(answers);
	});

	it('that fails is named, with its own words made printable', async () => {
		const exec = await plugin(String.raw`printf 'login \033[31mfirst' >&2; exit 1`);
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const error = await failure(cluster.request({method: 'GET', path: '/a'}));
		expect(error.outcome).toBe('not sent');
		expect(error.message).toBe(
			`the credential plugin "${exec.command}" of user "test-user" gave none: login ␛[31mfirst (exit code 1)`,
		);
	});

	it('that is not installed is named, with the hint of the kubeconfig', async () => {
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'no-such-plugin-for-sure',
			interactiveMode: 'Never',
			installHint: 'Install it from the shop.',
		};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const error = await failure(cluster.request({method: 'GET', path: '/a'}));
		expect(error.message).toContain('"no-such-plugin-for-sure"');
		expect(error.message).toContain('it is not installed. Install it from the shop.');
	});

	it('that insists on the terminal is not run where there is none', async () => {
		const exec = {...(await plugin()), interactiveMode: 'Always'};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const error = await failure(cluster.request({method: 'GET', path: '/a'}));
		expect(error.message).toContain(
			'it wants a terminal (interactiveMode: Always), and standard input is none',
		);
		expect(error.isLogin).toBe(true);
	});

	it('takes its time, which is not that of the server, until nobody waits for it any more', async () => {
		const gate = path.join(directory, 'gate');
		const exec = await plugin(`while [ ! -e ${gate} ]; do sleep 0.05; done`);
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const leaving = new AbortController();
		const left = failure(cluster.request({method: 'GET', path: '/a', signal: leaving.signal}));
		const answer = cluster.request({method: 'GET', path: '/b'});
		timers.advance(60_000);
		leaving.abort();
		expect((await left).outcome).toBe('not sent');
		await writeFile(gate, '');
		(await server.next()).answer(200, {});
		expect((await answer).status).toBe(200);
		expect(server.log).toEqual(['GET /b']);
	});

	it('is told of while it runs, with what it says as it says it', async () => {
		const gate = path.join(directory, 'gate');
		const exec = await plugin(
			`printf 'open https://login.example\\n\\033[2Jenter ABCD-EFGH: ' >&2; while [ ! -e ${gate} ]; do sleep 0.05; done`,
		);
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const prompted = new Promise<readonly string[]>(resolve => {
			cluster.onStanding(({plugin: run}) => {
				if (run && run.said.length === 2) resolve(run.said);
			});
		});
		const answer = cluster.request({method: 'GET', path: '/a'});
		expect(await prompted).toEqual(['open https://login.example', '␛[2Jenter ABCD-EFGH:']);
		await writeFile(gate, '');
		(await server.next()).answer(200, {});
		await answer;
		expect(cluster.standing.plugin).toBeUndefined();
	});

	it('is ended, with all that it started, when the cluster is left', async () => {
		const pids = path.join(directory, 'pids');
		const exec = await plugin(`sleep 600 & echo "$! $$" > ${pids}; echo waiting >&2; wait`);
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const waiting = new Promise<void>(resolve => {
			cluster.onStanding(({plugin: run}) => {
				if (run?.said.length) resolve();
			});
		});
		const error = failure(cluster.request({method: 'GET', path: '/a'}));
		await waiting;
		await cluster.close();
		await error;
		const started = (await readFile(pids, 'utf8')).trim().split(' ').map(Number);
		expect(started).toHaveLength(2);
		// The kernel takes a moment to take down a process that was ended, and whoever inherits one may never look at it.
		await eventually(() => {
			const {stdout} = spawnSync('ps', ['-o', 'stat=', '-p', started.join(',')], {encoding: 'utf8'});
			expect(stdout.split('\n').filter(state => !/^\s*(?:Z|$)/.test(state))).toEqual([]);
		});
	});

	it('says which version it speaks when that is not the one of the kubeconfig', async () => {
		const exec = {...(await plugin()), apiVersion: 'client.authentication.k8s.io/v1beta1'};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const error = await failure(cluster.request({method: 'GET', path: '/a'}));
		expect(error.message).toContain(
			'it speaks client.authentication.k8s.io/v1beta1, and it speaks client.authentication.k8s.io/v1',
		);
	});
});

describe('a context that means another cluster by now', () => {
	it('keeps the credentials of the old one to itself, and writes no more', async () => {
		const file = path.join(directory, 'kubeconfig');
		const other = await startApiServer();
		try {
			await writeFile(file, server.kubeconfig({user: {token: 'old'}}));
			const cluster = await connect({kubeconfig: file, timers});
			clusters.push(cluster);
			const seen: (string | undefined)[] = [];
			server.always(exchange => {
				seen.push(exchange.headers.authorization);
				exchange.answer(seen.length === 1 ? 200 : 401, {});
			});
			await cluster.request({method: 'GET', path: '/a'});
			await writeFile(file, other.kubeconfig({user: {token: 'new'}}));
			await expect(cluster.request({method: 'PATCH', path: '/a', body: []})).rejects.toThrow(
				`the context test now means another cluster: ${other.url}: PATCH /a was not sent`,
			);
			expect((await cluster.request({method: 'GET', path: '/a'})).status).toBe(401);
			expect(seen).toEqual(['Bearer old', 'Bearer old']);
			expect(cluster.standing.movedTo).toBe(`the context test now means another cluster: ${other.url}`);
			// Whoever puts it back may go on.
			await writeFile(file, server.kubeconfig({user: {token: 'newest'}}));
			expect((await cluster.request({method: 'PATCH', path: '/a', body: []})).status).toBe(401);
			expect(cluster.standing.movedTo).toBeUndefined();
			expect(seen.slice(2)).toEqual(['Bearer old', 'Bearer newest']);
		} finally {
			await other.close();
		}
	});
});

describe('a proxy', () => {
	it('of the kubeconfig is used', async () => {
		// A proxy for plain http gets the whole URL as the path.
		const cluster = await connected({
			kubeconfigText: kubeconfigFor('http://api.example', {cluster: {'proxy-url': server.url}}),
		});
		const answer = cluster.request({method: 'GET', path: '/version'});
		const exchange = await server.next();
		expect(exchange.headers.host).toBe('api.example');
		exchange.answer(200, {through: 'proxy'});
		expect((await answer).body).toEqual({through: 'proxy'});
	});

	it('of the environment is used, unless NO_PROXY has the server', async () => {
		const kubeconfigText = kubeconfigFor('http://api.example');
		const cluster = await connected({kubeconfigText, env: {HTTP_PROXY: server.url}});
		const answer = cluster.request({method: 'GET', path: '/version'});
		(await server.next()).answer(200, {});
		expect((await answer).status).toBe(200);
		const direct = await connected({env: {HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.0/8'}});
		const second = direct.request({method: 'GET', path: '/version'});
		(await server.next()).answer(200, {});
		expect((await second).status).toBe(200);
	});
});
