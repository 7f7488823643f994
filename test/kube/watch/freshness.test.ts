/** Whether what a reflector has is current, when the watch says nothing and when other requests learn something. */
import {beforeEach, describe, expect, it} from 'vitest';
import {status} from '../../support/kube/api-server.js';
import {
	cluster,
	follow,
	list,
	live,
	object,
	path,
	reconnectWithTimers,
	seen,
	server,
	timers,
	withFollowed,
} from './followed.js';

withFollowed();

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

/** Answers a list that has to come now, and refuses the watch after it; how long the reflector waits then. */
async function listedUnwatched(): Promise<number> {
	const watching = await listed('10', object('a', '1'));
	watching.answer(403, status(403, 'Forbidden', 'no'));
	return timers.sleeping();
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

describe('a watch that says nothing', () => {
	it('is called off after 90 seconds, and everything listed anew before it is watched again', async () => {
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

	it('is waited for by one timer, however many events come before', async () => {
		let begun = 0;
		follow({
			...timers,
			after(milliseconds, task) {
				begun++;
				return timers.after(milliseconds, task);
			},
		});
		const {watching, stream} = await live();
		timers.advance(60_000);
		const before = begun;
		for (let event = 0; event < 50; event++) {
			stream.send({type: 'MODIFIED', object: object('a', String(20 + event))});
		}
		await seen.count(51);
		expect(begun).toBe(before);
		// At the end of the silence that began with the list it turns out that there was none.
		timers.advance(30_000);
		timers.advance(59_999);
		expect(server.log).toHaveLength(2);
		timers.advance(1);
		await watching.closed;
		(await listed('99', object('a', '69'))).stream();
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

	it('is no better for being opened anew: its 90 seconds begin with what was last told', async () => {
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
	beforeEach(reconnectWithTimers);

	it('opens the watch anew when the answer to one of them is late, and stays live when the server is there', async () => {
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

	it('without the right to watch lists again at once when something was written, and every 2 s for a minute', async () => {
		follow();
		expect(await listedUnwatched()).toBe(60_000);
		const review = cluster.request({
			method: 'POST',
			path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
			body: {},
		});
		(await server.next()).answer(201, {});
		await review;
		const patched = cluster.request({method: 'PATCH', path, body: []});
		(await server.next()).answer(200, {});
		expect(await listedUnwatched()).toBe(2000);
		await patched;
		timers.advance(2000);
		expect(await listedUnwatched()).toBe(2000);
		timers.advance(60_000);
		expect(await listedUnwatched()).toBe(60_000);
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
