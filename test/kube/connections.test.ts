/**
 * The connections of one client: over HTTP/2 all that is asked and watched goes over one, and what befalls a request or a
 * connection there is told apart as over HTTP/1.1.
 */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {TransportError, type Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {startApiServer, type ApiServer, type Exchange, type Protocol} from '../support/kube/api-server.js';
import {manualTimers, type ManualTimers} from './manual-timers.js';

let server: ApiServer;
let timers: ManualTimers;
let cluster: Cluster;

async function open(protocol: Protocol): Promise<void> {
	timers = manualTimers();
	server = await startApiServer({protocol});
	cluster = await connect({kubeconfigText: server.kubeconfig({user: {token: 'secret'}}), timers});
}

async function failure(promise: Promise<unknown>): Promise<TransportError> {
	const error: unknown = await promise.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	if (error instanceof TransportError) return error;
	throw new Error('it did not fail as it should', {cause: error});
}

const get = async (path = '/a', signal?: AbortSignal) =>
	cluster.request({method: 'GET', path, ...(signal && {signal})});

/** A watch that has told its first event, and what comes of it. */
async function watching(stop = new AbortController()) {
	const events: unknown[] = [];
	const told = Promise.withResolvers<void>();
	const more = Promise.withResolvers<void>();
	const done = cluster.watch(
		'/watched',
		{},
		({object}) => {
			events.push(object);
			told.resolve();
			if (events.length > 1) more.resolve();
		},
		stop.signal,
	);
	done.catch(() => {});
	const exchange = await server.next();
	const stream = exchange.stream();
	stream.send({type: 'ADDED', object: 1});
	await told.promise;
	return {exchange, stream, events, done, stop, more: more.promise};
}

afterEach(async () => {
	await cluster.close();
	await server.close();
});

describe.each<Protocol>(['http', 'https', 'h2'])('over %s', protocol => {
	beforeEach(async () => open(protocol));

	it('a write whose connection breaks has an unknown outcome, and is not sent again', async () => {
		const error = failure(cluster.request({method: 'POST', path: '/a', body: {}}));
		(await server.next()).cut();
		expect((await error).outcome).toBe('unknown');
		expect((await error).message).toContain('closed the connection before its answer was complete');
		expect(server.log).toEqual(['POST /a']);
	});

	it('a question whose connection breaks is asked once more', async () => {
		const answer = get();
		(await server.next()).cut();
		(await server.next()).answer(200, {});
		expect((await answer).status).toBe(200);
		const second = failure(get('/b'));
		(await server.next()).cut();
		(await server.next()).cut();
		expect((await second).outcome).toBe('unknown');
	});

	it('an answer that is broken off is none', async () => {
		const error = failure(get());
		const exchange = await server.next();
		exchange.stream().raw('{"items": []');
		exchange.breakOff();
		expect((await error).message).toContain('closed the connection before its answer was complete');
	});

	it('a watch that is broken off, or whose connection breaks, has not ended in order', async () => {
		const first = await watching();
		first.exchange.breakOff();
		expect((await failure(first.done)).message).toContain('closed the connection');
		const second = await watching();
		second.exchange.cut();
		expect((await failure(second.done)).message).toContain('closed the connection');
		const third = await watching();
		third.stream.end();
		expect(await third.done).toMatchObject({status: 200});
	});

	it('many requests at once are all answered', async () => {
		server.always(exchange => exchange.answer(200, {path: exchange.path}));
		const answers = await Promise.all(Array.from({length: 150}, async (_, index) => get(`/${index}`)));
		expect(answers.map(({body}) => body)).toEqual(answers.map((_, index) => ({path: `/${index}`})));
	});
});

describe('over HTTP/2', () => {
	beforeEach(async () => open('h2'));

	it('everything goes over one connection, also after a watch has ended and a request has failed', async () => {
		const first = await watching();
		const second = await watching();
		const stop = new AbortController();
		const called = failure(get('/slow', stop.signal));
		const slow = await server.next();
		stop.abort();
		await called;
		await slow.closed;
		const broken = failure(cluster.request({method: 'POST', path: '/broken', body: {}}));
		(await server.next()).breakOff();
		expect((await broken).outcome).toBe('unknown');
		first.stream.end();
		await first.done;
		second.stop.abort();
		await second.done;
		await second.exchange.closed;
		const third = await watching();
		const answer = get();
		(await server.next()).answer(500, {});
		expect((await answer).status).toBe(500);
		third.stream.send({type: 'ADDED', object: 2});
		await third.more;
		expect(server.connections).toBe(1);
	});

	it('many at once go over one connection too', async () => {
		const answers = Array.from({length: 150}, async (_, index) => get(`/${index}`));
		// None is answered before all of them are there.
		const exchanges = [];
		for (const _ of answers) exchanges.push(await server.next());
		for (const exchange of exchanges) exchange.answer(200, {});
		await Promise.all(answers);
		expect(server.connections).toBe(1);
	});

	it('the first request goes out before the others, which wait for the word of the server', async () => {
		server.always(exchange => exchange.answer(200, {}));
		await Promise.all(['/first', '/second', '/third', '/fourth'].map(async path => get(path)));
		expect(server.log).toEqual(['GET /first', 'GET /second', 'GET /third', 'GET /fourth']);
	});

	it('a request without an answer in time leaves the watches alone; what is asked next has a new connection', async () => {
		const watch = await watching();
		const error = failure(get('/hang'));
		const hung = await server.next();
		timers.advance(10_000);
		expect((await error).message).toContain('within 10 s');
		await hung.closed;
		const answer = get();
		(await server.next()).answer(200, {});
		await answer;
		expect(server.connections).toBe(2);
		watch.stream.send({type: 'ADDED', object: 2});
		await watch.more;
		expect(watch.events).toEqual([1, 2]);
	});

	it('a GOAWAY lets what is under way go on, and what is asked next has a new connection', async () => {
		const watch = await watching();
		const pending = get('/pending');
		const exchange: Exchange = await server.next();
		server.goAway();
		exchange.answer(200, {});
		expect((await pending).status).toBe(200);
		server.always(each => each.answer(200, {}));
		await Promise.all([get('/1'), get('/2'), get('/3')]);
		expect(server.connections).toBe(2);
		watch.stream.send({type: 'ADDED', object: 2});
		await watch.more;
		expect(watch.events).toEqual([1, 2]);
		watch.stream.end();
		expect(await watch.done).toMatchObject({status: 200});
	});

	it('a broken connection ends everything on it; what is asked once more has one new connection', async () => {
		const first = await watching();
		const second = await watching();
		const answers = ['/1', '/2', '/3', '/4'].map(async path => get(path));
		for (const _ of answers) await server.next();
		server.always(exchange => exchange.answer(200, {}));
		first.exchange.cut();
		await failure(first.done);
		await failure(second.done);
		expect((await Promise.all(answers)).map(({status}) => status)).toEqual([200, 200, 200, 200]);
		expect(server.connections).toBe(2);
	});
});
