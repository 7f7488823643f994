/** What was not listened to is not observed. */
import {expect, test} from 'vitest';
import {attentive} from '../../../source/probe/transport/attentive.js';
import type {Answer, AskOptions, Probe, ProbeTarget} from '../../../source/probe/transport/probe.js';

const target: ProbeTarget = {
	scheme: 'http',
	address: {host: '127.0.0.1', port: 80},
	authority: 'cart.default.example.com',
	path: '/',
	protocol: 'http1',
};

const timeout: Answer = {
	at: 0,
	latency: 13_200,
	outcome: {kind: 'failure', failure: 'timeout', sentence: 'No answer in 10 s.'},
};
const fine: Answer = {
	at: 0,
	latency: 3,
	outcome: {kind: 'failure', failure: 'reset', sentence: 'What was observed.'},
};

/** A probe whose answers come when they are given, at times that are set. */
function open() {
	const time = {now: 0, date: 1_700_000_000_000};
	const beats = new Set<() => void>();
	const asked: {options: AskOptions | undefined; give: (answer: Answer) => void}[] = [];
	const probe: Probe = {
		ask: async (_, options) => new Promise(give => asked.push({options, give})),
		close: async () => {},
	};
	const attended = attentive(probe, {
		now: () => time.now,
		date: () => time.date,
		every(_, task) {
			beats.add(task);
			return () => beats.delete(task);
		},
	});
	return {
		asked,
		beats,
		attended,
		/** Time goes by, with a beat at its end. */
		pass: (milliseconds: number, {isAsleep = false, beat = true} = {}) => {
			if (!isAsleep) time.now += milliseconds;
			time.date += milliseconds;
			if (beat) for (const task of beats) task();
		},
	};
}

test('an answer is what came while somebody was there, also after long', async () => {
	const {asked, attended, beats, pass} = open();
	const answer = attended.ask(target, {slot: 0});
	for (let beat = 0; beat < 52; beat++) pass(250);
	asked[0]?.give(timeout);
	expect(await answer).toBe(timeout);
	expect(asked).toHaveLength(1);
	expect(beats.size).toBe(0);
});

test.each([
	['the process was stopped', {isAsleep: false}],
	['the machine was asleep, and its clock stood still', {isAsleep: true}],
])('a request during which %s is asked again, from then on', async (_, how) => {
	const {asked, attended, pass} = open();
	const answer = attended.ask(target, {slot: 7, timeout: 10_000});
	pass(250);
	pass(13_000, how);
	asked[0]?.give(timeout);
	await new Promise(setImmediate);
	expect(asked).toHaveLength(2);
	expect(asked[1]?.options).toEqual({slot: how.isAsleep ? 250 : 13_250, timeout: 10_000});
	asked[1]?.give(fine);
	expect(await answer).toBe(fine);
});

test('that nobody was there is seen as soon as the answer is, before any beat', async () => {
	const {asked, attended, pass} = open();
	const answer = attended.ask(target);
	pass(13_000, {beat: false});
	asked[0]?.give(timeout);
	await new Promise(setImmediate);
	expect(asked[1]?.options).toEqual({});
	asked[1]?.give(fine);
	expect(await answer).toBe(fine);
});

test('what was given up meanwhile is given up, and what may do harm twice is not asked twice', async () => {
	const {asked, attended, pass} = open();
	const controller = new AbortController();
	const aborted = attended.ask(target, {signal: controller.signal});
	const posted = attended.ask({...target, request: {method: 'POST', headers: []}});
	const called = attended.ask({
		...target,
		protocol: 'grpc',
		path: '/orders.v1.Orders/Place',
		request: {method: 'GET', headers: []},
	});
	pass(13_000);
	controller.abort(new Error('given up'));
	for (const {give} of asked) give(timeout);
	await expect(aborted).rejects.toThrow('given up');
	expect(await posted).toBe(timeout);
	expect(await called).toBe(timeout);
	expect(asked).toHaveLength(3);
});

test('the health check of gRPC is asked again', async () => {
	const {asked, attended, pass} = open();
	const answer = attended.ask({...target, protocol: 'grpc'});
	pass(13_000);
	asked[0]?.give(timeout);
	await new Promise(setImmediate);
	asked[1]?.give(fine);
	expect(await answer).toBe(fine);
});
