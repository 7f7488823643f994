import {describe, expect, it} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {reflect} from '../../../source/kube/watch/reflector.js';
import {startApiServer, status} from '../../support/kube/api-server.js';
import {manualTimers} from '../manual-timers.js';
import {
	cluster,
	follow,
	list,
	live,
	object,
	path,
	seen,
	server,
	stoppedAfterwards,
	timers,
	withFollowed,
} from './followed.js';

withFollowed();

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
		stoppedAfterwards(reflect(cluster, {path, firstPage: 50}, seen.handlers, timers));
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
		const eager = manualTimers(() => 0);
		follow(eager);
		(await server.next()).answer(500, status(500, 'InternalError', 'etcd is on fire'));
		expect(await eager.sleeping()).toBe(400);
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
		const reflector = stoppedAfterwards(
			reflect(
				cluster,
				{path},
				{
					...seen.handlers,
					onChange(change) {
						if (change.type === 'put') throw new Error('a fault in the store');
					},
				},
				timers,
			),
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
