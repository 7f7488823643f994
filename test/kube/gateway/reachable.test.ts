/** Which of several addresses takes connections, by real ones to 127.0.0.1; time passes when the test says so. */
import {once} from 'node:events';
import {createServer, type Socket} from 'node:net';
import {expect, test} from 'vitest';
import {firstReachable, type Dial} from '../../../source/kube/gateway/reachable.js';
import {listen} from '../../probe/servers.js';
import {pendingConnections, unansweringPort} from '../../support/kube/unanswering.js';
import {manualTimers} from '../manual-timers.js';
import {unusedPort} from '../../support/ports.js';

const host = '127.0.0.1';

/** Tries that go on for ever, and what became of them. */
function dialForEver() {
	const begun: string[] = [];
	const ended: string[] = [];
	const dial: Dial = async ({host: name}, signal) => {
		begun.push(name);
		const {promise, reject} = Promise.withResolvers<void>();
		signal.addEventListener('abort', () => {
			ended.push(name);
			reject(signal.reason);
		});
		return promise;
	};
	return {dial, begun, ended};
}

const failing =
	(code: string): Dial =>
	async () => {
		throw Object.assign(new Error(`connect ${code}`), {code});
	};

test('a place that takes connections is taken, with one that says nothing and is closed at once', async () => {
	const {server, port} = await listen(createServer({allowHalfOpen: true}));
	const connection = once(server, 'connection');
	expect(await firstReachable([{host, port}])).toEqual({kind: 'reached', place: {host, port}});
	const [socket]: Socket[] = await connection;
	if (!socket) throw new Error('no connection');
	const said: Buffer[] = [];
	socket.on('data', data => said.push(data));
	await once(socket, 'end');
	socket.end();
	expect(said).toEqual([]);
});

test('where one refuses the next is tried at once', async () => {
	const {port} = await listen(createServer());
	const places = [
		{host, port: await unusedPort()},
		{host, port},
	];
	// No time passes.
	const timers = manualTimers();
	expect(await firstReachable(places, {timers})).toEqual({kind: 'reached', place: places[1]});
});

test('where one does not answer another is tried beside it, and the one that answers is taken', async () => {
	const {port} = await listen(createServer());
	const places = [
		{host, port: await unansweringPort()},
		{host, port},
	];
	const timers = manualTimers();
	const reached = firstReachable(places, {timers});
	timers.advance(100);
	expect(await reached).toEqual({kind: 'reached', place: places[1]});
});

test('of several that answer the first is taken, and the others are not touched', async () => {
	const first = await listen(createServer());
	const asked: number[] = [];
	const places = [first.port, await unusedPort()].map(port => ({host, port, what: `port ${port}`}));
	const dial: Dial = async place => void asked.push(place.port);
	expect(await firstReachable(places, {dial, timers: manualTimers()})).toEqual({
		kind: 'reached',
		place: places[0],
	});
	expect(asked).toEqual([first.port]);
});

test('what does not answer within two seconds is given up, each with its own two seconds', async () => {
	const {dial, begun, ended} = dialForEver();
	const timers = manualTimers();
	const places = ['a', 'b'].map(name => ({host: name, port: 80}));
	const reached = firstReachable(places, {dial, timers});
	timers.advance(100);
	expect(begun).toEqual(['a', 'b']);
	timers.advance(1900);
	expect(ended).toEqual(['a']);
	timers.advance(100);
	expect(await reached).toEqual({
		kind: 'none',
		failures: places.map(place => ({place, why: 'no connection within 2 s'})),
	});
});

test('a real port that does not answer is given up, too', async () => {
	const places = [{host, port: await unansweringPort()}];
	expect(await firstReachable(places)).toEqual({
		kind: 'none',
		failures: [{place: places[0], why: 'no connection within 2 s'}],
	});
});

test.each([
	['ENOTFOUND', 'its name cannot be resolved'],
	['EAI_AGAIN', 'its name cannot be resolved at the moment'],
	['EHOSTUNREACH', 'no route to it'],
	['EADDRNOTAVAIL', 'connect EADDRNOTAVAIL'],
])('%s is told as: %s', async (code, why) => {
	const place = {host: 'gw.example.com', port: 80};
	const reached = await firstReachable([place], {dial: failing(code)});
	expect(reached).toEqual({kind: 'none', failures: [{place, why}]});
});

test('the reasons stand in the order of the places, whichever came first', async () => {
	const refused = {host, port: await unusedPort()};
	const slow = {host: 'slow', port: 80};
	const late = Promise.withResolvers<void>();
	const dial: Dial = async place => (place === slow ? late.promise : failing('ECONNREFUSED')(place, never));
	const {signal: never} = new AbortController();
	const timers = manualTimers();
	const reached = firstReachable([slow, refused], {dial, timers});
	timers.advance(100);
	late.reject(Object.assign(new Error('reset'), {code: 'ECONNRESET'}));
	expect(await reached).toEqual({
		kind: 'none',
		failures: [
			{place: slow, why: 'connection reset'},
			{place: refused, why: 'connection refused'},
		],
	});
});

test('no place is none that can be reached', async () => {
	expect(await firstReachable([])).toEqual({kind: 'none', failures: []});
});

test('who calls it off waits for nothing, and nothing is under way afterwards', async () => {
	const {dial, begun, ended} = dialForEver();
	const timers = manualTimers();
	const leaving = new AbortController();
	const reached = firstReachable(
		['a', 'b', 'c'].map(name => ({host: name, port: 80})),
		{dial, timers, signal: leaving.signal},
	);
	timers.advance(100);
	leaving.abort(new Error('left'));
	await expect(reached).rejects.toThrow('left');
	timers.advance(5000);
	expect({begun, ended}).toEqual({begun: ['a', 'b'], ended: ['a', 'b']});
	await expect(firstReachable([{host, port: 1}], {signal: leaving.signal})).rejects.toThrow('left');
});

test('a real connection that has not come about ends when it is called off, and when another was quicker', async () => {
	const silent = {host, port: await unansweringPort()};
	// What tests before this one have called off goes with the next turns of the event loop.
	await expect.poll(pendingConnections).toBe(0);
	const leaving = new AbortController();
	const reached = firstReachable([silent], {signal: leaving.signal});
	await expect.poll(pendingConnections).toBe(1);
	leaving.abort(new Error('left'));
	await expect(reached).rejects.toThrow('left');
	const {port} = await listen(createServer());
	const timers = manualTimers();
	const other = firstReachable([silent, {host, port}], {timers});
	timers.advance(100);
	expect(await other).toMatchObject({place: {port}});
	await expect.poll(pendingConnections).toBe(0);
});
