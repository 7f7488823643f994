import {createServer} from 'node:net';
import {gzipSync} from 'node:zlib';
import {describe, expect, it, onTestFinished} from 'vitest';
import {ReadOnlyError} from '../../../source/kube/cluster.js';
import {kubeconfigFor, startApiServer} from '../../support/kube/api-server.js';
import {connected, failure, server, timers, withAnsweringServer} from '../answering-server.js';

withAnsweringServer();

describe('a request', () => {
	it('carries method, path, query, body and credentials, and gives back whatever was answered', async () => {
		const secure = await startApiServer({protocol: 'https'});
		onTestFinished(async () => secure.close());
		const cluster = await connected({kubeconfigText: secure.kubeconfig({user: {token: 'secret'}})});
		const answer = cluster.request({
			method: 'PATCH',
			path: '/apis/x/v1/things/a%2Fb',
			query: {dryRun: 'All'},
			body: [{op: 'remove', path: '/a'}],
			contentType: 'application/json-patch+json',
		});
		const exchange = await secure.next();
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
		const gone = await startApiServer();
		const cluster = await connected({kubeconfigText: gone.kubeconfig()});
		await gone.close();
		const error = await failure(cluster.request({method: 'DELETE', path: '/a'}));
		expect(error.outcome).toBe('not sent');
		expect(error.message).toBe(`${gone.url} refused the connection`);
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
