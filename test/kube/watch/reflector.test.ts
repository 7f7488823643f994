import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {
	reflect,
	type Reflector,
	type ReflectorChange,
	type ReflectorState,
} from '../../../source/kube/watch/reflector.js';
import {startApiServer, status, type ApiServer} from '../../support/api-server.js';
import {manualTimers, type ManualTimers} from '../manual-timers.js';

const path = '/apis/serving.knative.dev/v1/namespaces/default/services';

function object(name: string, resourceVersion: string) {
	const metadata = {name, uid: `uid of ${name}`, resourceVersion};
	return {apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata};
}

function list(resourceVersion: string, ...items: object[]) {
	return {kind: 'ServiceList', metadata: {resourceVersion}, items};
}

function isOf<K extends ReflectorState['kind']>(
	state: ReflectorState,
	kind: K,
): state is Extract<ReflectorState, {kind: K}> {
	return state.kind === kind;
}

/** Keeps what a reflector told, and waits for what it will tell. */
function recorder() {
	const changes: ReflectorChange[] = [];
	const states: ReflectorState[] = [];
	let openings = 0;
	let waiting: (() => boolean)[] = [];
	const check = () => {
		waiting = waiting.filter(attempt => !attempt());
	};
	const until = async <T>(find: () => T | undefined): Promise<T> => {
		const {promise, resolve} = Promise.withResolvers<T>();
		waiting.push(() => {
			const found = find();
			if (found !== undefined) resolve(found);
			return found !== undefined;
		});
		check();
		return promise;
	};
	return {
		changes,
		states,
		handlers: {
			onChange(change: ReflectorChange) {
				changes.push(change);
				check();
			},
			onState(state: ReflectorState) {
				states.push(state);
				check();
			},
		},
		/** The same cluster; keeps how many watches were opened. */
		observed(of: Cluster): Cluster {
			return {
				...of,
				watch: async (at, query, onEvent, signal, onOpen, onSending) =>
					of.watch(
						at,
						query,
						onEvent,
						signal,
						() => {
							onOpen?.();
							openings++;
							check();
						},
						onSending,
					),
			};
		},
		/** Resolves when the reflector knows that that many watches were accepted. */
		async opened(number: number): Promise<void> {
			await until(() => (openings >= number ? true : undefined));
		},
		/** The state when it is of that kind, also when it is already. */
		async state<K extends ReflectorState['kind']>(kind: K): Promise<Extract<ReflectorState, {kind: K}>> {
			return until(() => {
				const state = states.at(-1);
				return state && isOf(state, kind) ? state : undefined;
			});
		},
		/** The state after that many. */
		async told(number: number): Promise<ReflectorState> {
			return until(() => states[number]);
		},
		/** All changes as soon as there are that many. */
		async count(number: number): Promise<ReflectorChange[]> {
			return until(() => (changes.length >= number ? changes : undefined));
		},
	};
}

let server: ApiServer;
let cluster: Cluster;
let timers: ManualTimers;
let seen: ReturnType<typeof recorder>;
let reflector: Reflector | undefined;

function follow(): Reflector {
	reflector = reflect(seen.observed(cluster), {path, query: {labelSelector: 'a=b'}}, seen.handlers, timers);
	return reflector;
}

/** Answers a list and accepts the watch after it. */
async function live(...items: object[]) {
	const listing = await server.next();
	listing.answer(200, list('10', ...items));
	const watching = await server.next();
	const stream = watching.stream();
	await seen.state('live');
	return {listing, watching, stream};
}

const kinds = () => seen.states.map(({kind}) => kind);
const bookmark = {type: 'BOOKMARK', object: {metadata: {resourceVersion: '50'}}};

/** Answers a list that has to come now; the watch after it, which is still to be accepted. */
async function listed(resourceVersion: string, ...items: object[]) {
	const listing = await server.next();
	expect(listing.query.get('watch')).toBeNull();
	listing.answer(200, list(resourceVersion, ...items));
	const watching = await server.next();
	expect(watching.query.get('resourceVersion')).toBe(resourceVersion);
	return watching;
}

/** A request that is answered; what the reflector asks meanwhile is left to the test. */
async function answered() {
	const answer = cluster.request({method: 'GET', path: '/other'});
	const exchange = await server.next();
	expect(exchange.path).toBe('/other');
	exchange.answer(200, {});
	await answer;
}

async function unanswered() {
	const answer = cluster.request({method: 'GET', path: '/other'});
	await server.next();
	timers.advance(10_000);
	await expect(answer).rejects.toThrow('within 10 s');
}

beforeEach(async () => {
	server = await startApiServer();
	cluster = await connect({kubeconfigText: server.kubeconfig()});
	timers = manualTimers();
	seen = recorder();
});

afterEach(async () => {
	reflector?.stop();
	reflector = undefined;
	await cluster.close();
	await server.close();
});

describe('a reflector', () => {
	it('lists in pages, hands each over as it comes, and watches from there', async () => {
		follow();
		expect(seen.states).toEqual([{kind: 'connecting'}]);
		const first = await server.next();
		expect(first.path).toBe(path);
		expect(Object.fromEntries(first.query)).toEqual({labelSelector: 'a=b', limit: '250'});
		first.answer(200, {...list('10', object('a', '3')), metadata: {resourceVersion: '10', continue: 'more'}});
		const second = await server.next();
		expect(second.query.get('continue')).toBe('more');
		expect(seen.changes).toEqual([{type: 'page', items: [object('a', '3')], isFirst: true, isLast: false}]);
		second.answer(200, list('10', object('b', '4')));
		const watching = await server.next();
		expect(Object.fromEntries(watching.query)).toEqual({
			labelSelector: 'a=b',
			watch: '1',
			resourceVersion: '10',
			allowWatchBookmarks: 'true',
			timeoutSeconds: '270',
		});
		expect(seen.changes.slice(1)).toEqual([
			{type: 'page', items: [object('b', '4')], isFirst: false, isLast: true},
		]);
		expect(seen.states.at(-1)).toEqual({kind: 'connecting'});
		watching.stream();
		await seen.state('live');
	});

	it('hands over what the watch says, in order, also when it comes in pieces', async () => {
		follow();
		const {stream} = await live();
		const lines = [
			{type: 'ADDED', object: object('ä', '11')},
			{type: 'MODIFIED', object: object('ä', '12')},
		].map(event => `${JSON.stringify(event)}\n`);
		const bytes = Buffer.from(lines.join(''));
		// Cut in the middle of a character of two bytes, the second half when the first has surely come.
		const half = bytes.lastIndexOf('ä') + 1;
		stream.raw(bytes.subarray(0, half));
		await seen.count(2);
		stream.raw(bytes.subarray(half));
		stream.send(
			{type: 'BOOKMARK', object: {metadata: {resourceVersion: '15'}}},
			{type: 'DELETED', object: object('ä', '16')},
		);
		const changes = await seen.count(4);
		expect(changes.slice(1)).toEqual([
			{type: 'put', object: object('ä', '11')},
			{type: 'put', object: object('ä', '12')},
			{type: 'gone', object: object('ä', '16')},
		]);
	});

	it('goes on from the last bookmark when the server ends the watch in order, without a word to the operator', async () => {
		follow();
		const {stream} = await live();
		stream.send(
			{type: 'ADDED', object: object('a', '11')},
			{type: 'BOOKMARK', object: {metadata: {resourceVersion: '99'}}},
		);
		await seen.count(2);
		timers.advance(60_000);
		stream.end();
		const again = await server.next();
		expect(again.query.get('resourceVersion')).toBe('99');
		again.stream();
		expect(seen.states.map(({kind}) => kind)).toEqual(['connecting', 'live']);
	});

	it('does not hammer a server that ends every watch at once', async () => {
		follow();
		const {stream} = await live();
		stream.end();
		expect(await timers.sleeping()).toBe(600);
		expect(await seen.state('stale')).toMatchObject({why: 'the API server ends its watches at once'});
		timers.advance(600);
		(await server.next()).stream().end();
		expect(await timers.sleeping()).toBe(1200);
	});

	it('forgets earlier failures after a watch that lasted', async () => {
		follow();
		const first = await server.next();
		first.answer(500, 'oops');
		expect(await timers.sleeping()).toBe(600);
		timers.advance(600);
		const {watching} = await live();
		timers.advance(10_000);
		watching.cut();
		expect(await timers.sleeping()).toBe(600);
	});

	it.each([
		['inside the watch', true],
		['as the answer to it', false],
	])('lists again, at once, when the history has expired, told %s', async (_, inStream) => {
		follow();
		const {stream} = await live(object('old', '1'));
		const expired = status(410, 'Expired', 'too old resource version: 10 (900)');
		if (inStream) {
			stream.send({type: 'ERROR', object: expired});
		} else {
			timers.advance(60_000);
			stream.end();
			(await server.next()).answer(410, expired);
		}
		(await server.next()).answer(200, list('900', object('new', '800')));
		expect((await server.next()).query.get('resourceVersion')).toBe('900');
		expect(seen.changes.at(-1)).toEqual({
			type: 'page',
			items: [object('new', '800')],
			isFirst: true,
			isLast: true,
		});
		expect(seen.states.map(({kind}) => kind)).toEqual(['connecting', 'live']);
	});

	it('backs off when the history expires again and again', async () => {
		follow();
		const expired = {type: 'ERROR', object: status(410, 'Expired', 'too old resource version: 10 (900)')};
		const {stream} = await live();
		stream.send(expired);
		(await server.next()).answer(200, list('900'));
		(await server.next()).stream().send(expired);
		expect(await timers.sleeping()).toBeGreaterThan(600);
		expect(await seen.state('stale')).toMatchObject({why: 'too old resource version: 10 (900)'});
	});

	it('gives up a list that goes round in circles, in words, and asks again later', async () => {
		follow();
		const page = {kind: 'List', metadata: {resourceVersion: '10', continue: 'again'}, items: []};
		(await server.next()).answer(200, page);
		(await server.next()).answer(200, page);
		expect(await seen.state('offline')).toMatchObject({
			why: 'the API server gives page after page of a list without an end',
		});
	});

	it('asks for a first page of another size where somebody is waiting for it', async () => {
		reflector = reflect(cluster, {path, firstPage: 50}, seen.handlers, timers);
		const first = await server.next();
		expect(first.query.get('limit')).toBe('50');
		first.answer(200, {...list('10', object('a', '3')), metadata: {resourceVersion: '10', continue: 'more'}});
		expect((await server.next()).query.get('limit')).toBe('250');
	});

	it('asks for everything at once when the pages have expired, and for pages again after that', async () => {
		follow();
		(await server.next()).answer(200, {
			kind: 'List',
			metadata: {resourceVersion: '5', continue: 'x'},
			items: [object('a', '3')],
		});
		(await server.next()).answer(410, status(410, 'Expired', 'The provided continue parameter is too old'));
		const again = await server.next();
		expect([again.query.has('continue'), again.query.has('limit')]).toEqual([false, false]);
		again.answer(200, list('9', object('b', '8')));
		const stream = (await server.next()).stream();
		expect(seen.changes.slice(1)).toEqual([
			{type: 'page', items: [object('b', '8')], isFirst: true, isLast: true},
		]);
		stream.send({type: 'ERROR', object: status(410, 'Expired', 'too old resource version')});
		timers.advance(await timers.sleeping());
		expect((await server.next()).query.get('limit')).toBe('250');
	});

	it('is stale, not offline, when the list breaks off after its first page', async () => {
		follow();
		(await server.next()).answer(200, {
			kind: 'List',
			metadata: {resourceVersion: '5', continue: 'x'},
			items: [object('a', '3')],
		});
		(await server.next()).answer(500, status(500, 'InternalError', 'etcd is on fire'));
		await timers.sleeping();
		expect(await seen.state('stale')).toMatchObject({why: 'etcd is on fire'});
	});

	it('keeps what it had and says since when it is old, when the connection breaks', async () => {
		follow();
		const {watching, stream} = await live(object('a', '1'));
		stream.send({type: 'MODIFIED', object: object('a', '11')});
		await seen.count(2);
		const lastSign = timers.now();
		timers.advance(20_000);
		watching.cut();
		expect(await timers.sleeping()).toBe(600);
		const state = await seen.state('stale');
		expect(state.since).toBe(lastSign);
		expect(state.why).toContain('closed the connection');
		timers.advance(600);
		const again = await server.next();
		expect(again.query.get('resourceVersion')).toBe('11');
		again.stream();
		await seen.state('live');
		expect(seen.changes).toHaveLength(2);
	});

	it('is offline while it never had anything, and waits longer each time, up to half a minute', async () => {
		const gone = await startApiServer();
		const config = gone.kubeconfig();
		await gone.close();
		const away = await connect({kubeconfigText: config});
		const following = reflect(away, {path}, seen.handlers, timers);
		const waits: number[] = [];
		for (let attempt = 0; attempt < 8; attempt++) {
			const wait = await timers.sleeping();
			waits.push(wait);
			timers.advance(wait);
		}
		expect(waits).toEqual([600, 1200, 2400, 4800, 9600, 19_200, 22_500, 22_500]);
		const state = await seen.state('offline');
		expect(state.why).toBe(`${gone.url} refused the connection`);
		following.stop();
		await following.done;
		await away.close();
	});

	it('spreads the waits of many consoles', async () => {
		timers = manualTimers(() => 0);
		follow();
		(await server.next()).answer(500, status(500, 'InternalError', 'etcd is on fire'));
		expect(await timers.sleeping()).toBe(400);
		expect(await seen.state('offline')).toMatchObject({why: 'etcd is on fire'});
	});

	it.each([
		[
			403,
			60_000,
			status(403, 'Forbidden', 'services is forbidden: User "bob" cannot list'),
			'User "bob" cannot list',
		],
		// Somebody logs in again meanwhile, and looks at the screen.
		[401, 3600, status(401, 'Unauthorized', 'Unauthorized'), 'does not accept the credentials'],
	] as const)(
		'says so when it is refused with %i, and asks again in %i ms',
		async (code, wait, body, why) => {
			follow();
			(await server.next()).answer(code, body);
			expect(await timers.sleeping()).toBe(wait);
			const state = await seen.state('forbidden');
			expect(state.status).toBe(code);
			expect(state.why).toContain(why);
			timers.advance(wait);
			await live();
		},
	);

	it('tells a missing CRD from an error', async () => {
		follow();
		(await server.next()).answer(404, '404 page not found\n');
		expect(await timers.sleeping()).toBe(60_000);
		expect((await seen.state('missing')).why).toContain('404 page not found');
	});

	it('waits as long as a busy server asks for', async () => {
		follow();
		(await server.next()).answer(429, status(429, 'TooManyRequests', 'too many requests'), {
			'retry-after': '7',
		});
		expect(await timers.sleeping()).toBe(7000);
		expect(await seen.state('offline')).toMatchObject({why: 'too many requests'});
	});

	it('lists again when events make no sense', async () => {
		follow();
		const {stream} = await live();
		stream.send({type: 'ADDED', object: {metadata: {name: 'x'}}});
		expect(await timers.sleeping()).toBe(600);
		expect(await seen.state('stale')).toMatchObject({
			why: 'the API server sent an event without a resourceVersion',
		});
		timers.advance(600);
		expect((await server.next()).query.get('limit')).toBe('250');
	});

	it('is not offended by something that is no list', async () => {
		follow();
		(await server.next()).answer(200, '<html>log in first</html>');
		await timers.sleeping();
		expect(await seen.state('offline')).toMatchObject({
			why: 'something between here and the API server answered with a web page (HTTP 200)',
		});
	});

	it('does not swallow what a handler throws', async () => {
		reflector = reflect(
			cluster,
			{path},
			{
				...seen.handlers,
				onChange(change) {
					if (change.type === 'put') throw new Error('a fault in the store');
				},
			},
			timers,
		);
		const {watching, stream} = await live();
		stream.send({type: 'ADDED', object: object('a', '11')});
		await expect(reflector.done).rejects.toThrow('a fault in the store');
		await watching.closed;
	});

	it('stops: the watch is closed, and nothing more is told', async () => {
		const following = follow();
		const {watching, stream} = await live();
		following.stop();
		await following.done;
		await watching.closed;
		stream.send({type: 'ADDED', object: object('a', '11')});
		expect(seen.changes).toHaveLength(1);
		expect(server.log).toHaveLength(2);
	});

	it('stops while it waits', async () => {
		const following = follow();
		(await server.next()).answer(500, 'oops');
		await timers.sleeping();
		following.stop();
		await following.done;
		expect(server.log).toHaveLength(1);
	});
});

describe('a watch that says nothing', () => {
	it('is called off after 90 seconds, and everything listed again before it is watched again', async () => {
		follow();
		const {watching, stream} = await live();
		timers.advance(60_000);
		stream.send({type: 'ADDED', object: object('a', '11')});
		await seen.count(2);
		timers.advance(60_000);
		expect(server.log).toHaveLength(2);
		timers.advance(30_000);
		await watching.closed;
		(await listed('12', object('a', '11'))).stream();
		await seen.opened(2);
		timers.advance(60_000);
		expect(seen.changes.at(-1)).toMatchObject({type: 'page', items: [object('a', '11')]});
		expect(kinds()).toEqual(['connecting', 'live']);
	});

	it('hurts nobody while nothing happens: a list every 90 seconds, and what is shown stays current', async () => {
		follow();
		await live(object('a', '1'));
		for (let round = 1; round <= 5; round++) {
			timers.advance(89_999);
			timers.advance(1);
			(await listed(String(10 + round), object('a', '1'))).stream();
			await seen.opened(1 + round);
		}
		expect(kinds()).toEqual(['connecting', 'live']);
	});

	it('and had kept back what a list shows is believed no more: the age is told, and there is a list every 30 seconds', async () => {
		follow();
		await live(object('a', '1'));
		timers.advance(90_000);
		(await listed('20', object('a', '15'))).stream();
		expect(seen.changes.at(-1)).toMatchObject({items: [object('a', '15')]});
		expect(await seen.state('stale')).toMatchObject({
			since: timers.now(),
			why: expect.stringContaining('does not tell what happens'),
		});
		timers.advance(30_000);
		const again = await listed('30', object('a', '15'), object('b', '25'));
		const states = seen.states.length;
		const stream = again.stream();
		expect(await seen.told(states)).toMatchObject({kind: 'stale', since: timers.now()});
		// It has found its voice again.
		stream.send(bookmark);
		await seen.state('live');
		expect(seen.changes.filter(({type}) => type === 'put')).toEqual([]);
	});

	it('and had kept back that something is gone is believed no more either', async () => {
		follow();
		await live(object('a', '1'), object('b', '2'));
		timers.advance(90_000);
		(await listed('20', object('a', '1'))).stream();
		expect(await seen.state('stale')).toMatchObject({since: timers.now()});
	});

	it('has what is shown called old when the list after it is not answered soon', async () => {
		follow();
		await live(object('a', '1'));
		const proven = timers.now();
		timers.advance(90_000);
		const listing = await server.next();
		expect(seen.states.at(-1)).toEqual({kind: 'live'});
		timers.advance(3000);
		expect(await seen.state('stale')).toEqual({
			kind: 'stale',
			since: proven,
			why: 'the API server does not answer',
			isUnanswered: true,
		});
		listing.answer(200, list('20', object('a', '1')));
		(await server.next()).stream();
		await seen.state('live');
	});

	it('has thousands of objects listed less and less often while lists find nothing new, and their age told meanwhile', async () => {
		follow();
		let opened = 0;
		const pages = async () => {
			const first = await server.next();
			first.answer(200, {
				...list('10', object('a', '1')),
				metadata: {resourceVersion: '10', continue: 'x'},
			});
			(await server.next()).answer(200, list('10', object('b', '2')));
			(await server.next()).stream();
			await seen.opened(++opened);
			expect(seen.states.at(-1)).toEqual({kind: 'live'});
		};
		await pages();
		timers.advance(90_000);
		await pages();
		const proven = timers.now();
		const requests = server.log.length;
		timers.advance(90_000);
		expect(await seen.state('stale')).toMatchObject({
			since: proven,
			why: expect.stringContaining('has said nothing since'),
		});
		expect(server.log).toHaveLength(requests);
		timers.advance(90_000);
		await pages();
	});

	it('is no better for being opened again: its 90 seconds begin with what was last told', async () => {
		follow();
		const {watching} = await live(object('a', '1'));
		timers.advance(60_000);
		watching.cut();
		timers.advance(await timers.sleeping());
		(await server.next()).stream();
		await seen.state('live');
		timers.advance(30_000);
		expect((await server.next()).query.get('watch')).toBeNull();
	});

	it('is not asked for after so long without a connection: there is a list first', async () => {
		follow();
		const {watching} = await live(object('a', '1'));
		timers.advance(60_000);
		watching.cut();
		await timers.sleeping();
		timers.advance(30_000);
		(await listed('20', object('a', '15'))).stream();
		// Nobody has kept anything back.
		expect(await seen.state('live')).toEqual({kind: 'live'});
	});
});

describe('beside other requests of the same cluster', () => {
	beforeEach(async () => {
		await cluster.close();
		cluster = await connect({kubeconfigText: server.kubeconfig(), timers});
	});

	it('opens the watch again when the answer to one of them is late, and stays live when the server is there', async () => {
		follow();
		const {watching} = await live(object('a', '1'));
		const slow = cluster.request({method: 'PATCH', path: '/behind-a-webhook', body: []});
		const exchange = await server.next();
		timers.advance(5000);
		await watching.closed;
		const again = await server.next();
		expect(again.query.get('resourceVersion')).toBe('10');
		again.stream().send({type: 'MODIFIED', object: object('a', '11')});
		expect(await seen.count(2)).toContainEqual({type: 'put', object: object('a', '11')});
		exchange.answer(200, {});
		expect((await slow).status).toBe(200);
		expect(kinds()).toEqual(['connecting', 'live']);
	});

	it('says within seconds that the server does not answer, and goes on as soon as another request shows that it does', async () => {
		follow();
		await live(object('a', '1'));
		const proven = timers.now();
		await unanswered();
		await server.next();
		timers.advance(3000);
		expect(await seen.state('stale')).toMatchObject({
			since: proven,
			isUnanswered: true,
			why: 'the API server does not answer',
		});
		const states = seen.states.length;
		timers.advance(7000);
		expect(await seen.told(states)).toMatchObject({
			since: proven,
			isUnanswered: true,
			why: expect.stringMatching(/^no answer from .* within 10 s$/),
		});
		await timers.sleeping();
		await answered();
		(await server.next()).stream();
		expect(await seen.state('live')).toEqual({kind: 'live'});
	});

	it.each([401, 403] as const)(
		'tries again at once after a %i when the credentials of another are accepted after a 401',
		async code => {
			follow();
			await live(object('a', '1'));
			const proven = timers.now();
			cluster.askNow();
			(await server.next()).answer(code, status(code, 'No', 'no'));
			await timers.sleeping();
			expect(await seen.state('forbidden')).toMatchObject({status: code, since: proven});
			if (code === 403) {
				const refused = cluster.request({method: 'GET', path: '/other'});
				(await server.next()).answer(401, {});
				await refused;
			}
			await answered();
			(await listed('20', object('a', '1'))).stream();
			expect(await seen.state('live')).toEqual({kind: 'live'});
		},
	);

	it('lists at once when the operator wants to know, whether it watches or waits', async () => {
		follow();
		const {watching} = await live(object('a', '1'));
		cluster.askNow();
		await watching.closed;
		(await server.next()).answer(500, 'oops');
		await timers.sleeping();
		cluster.askNow();
		(await listed('20', object('a', '15'))).stream();
		expect(await seen.state('live')).toEqual({kind: 'live'});
	});
});
