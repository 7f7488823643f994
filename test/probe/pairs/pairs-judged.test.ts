/** What is said of two revisions by the answers of their pairs. */
import {expect, test} from 'vitest';
import type {Answer} from '../../../source/probe/transport/probe.js';
import {failureBound} from '../../../source/stats/failure-bound.js';
import {answering, failing} from '../answers.js';
import {broken, fine, pairsOn, sides} from './fake-pairs.js';

const refusals = (authority: string) =>
	authority === sides.fresh.authority
		? answering('who?', {status: 401, code: '401'})
		: answering('Not found', {status: 404, code: '404'});

test('a new revision that fails is worse, and an outage of both is nobody’s', async () => {
	const {clock, pairs} = pairsOn(authority => (authority === sides.fresh.authority ? broken : fine));
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(5000);
	expect(pairs.comparison).toMatchObject({
		pairs: 6,
		fresh: {asked: 6, failed: 6},
		old: {asked: 6, failed: 0},
		errors: {state: 'worse'},
		bound: 1,
	});

	const outage = pairsOn(() => failing('refused', 1));
	outage.pairs.setSides(sides);
	outage.pairs.start();
	await outage.clock.pass(100_000);
	expect(outage.pairs.comparison).toMatchObject({
		pairs: 0,
		withoutGateway: 101,
		fresh: {asked: 0, failed: 0},
		old: {asked: 0, failed: 0},
		errors: {state: 'not worse'},
		bound: expect.any(Number),
		worse: undefined,
	});
	expect(outage.pairs.comparison?.bound).toBeGreaterThan(0.9);
});

test('404 at the new one’s tag alone is a failure of it, 404 at both is nobody’s', async () => {
	const notFound = answering('Cannot GET /', {status: 404, code: '404'});
	const {clock, pairs} = pairsOn(authority => (authority === sides.fresh.authority ? notFound : fine));
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(12_000);
	expect(pairs.comparison).toMatchObject({
		fresh: {asked: 13, failed: 13, lastFailure: '404 Cannot GET /'},
		old: {asked: 13, failed: 0},
		errors: {state: 'worse'},
		worse: {isOver: false},
	});

	const both = pairsOn(() => notFound);
	both.pairs.setSides(sides);
	both.pairs.start();
	await both.clock.pass(12_000);
	expect(both.pairs.comparison).toMatchObject({
		pairs: 0,
		alikeFailures: {count: 13, text: '404 Cannot GET /', isLast: true},
		fresh: {asked: 0, failed: 0},
		errors: {state: 'not worse'},
	});
});

test('two different refusals are failures only where the service is known to work', async () => {
	const unknown = pairsOn(refusals);
	unknown.pairs.setSides(sides);
	unknown.pairs.start();
	await unknown.clock.pass(3000);
	expect(unknown.pairs.comparison).toMatchObject({
		pairs: 4,
		fresh: {asked: 0, failed: 0, undecided: 4},
		old: {asked: 0, undecided: 4},
	});

	const known = pairsOn(refusals, () => 0.5, true);
	known.pairs.setSides(sides);
	known.pairs.start();
	await known.clock.pass(3000);
	expect(known.pairs.comparison).toMatchObject({fresh: {asked: 4, failed: 4}, old: {asked: 4, failed: 4}});
});

test('redirects prove nothing: no bound is given for a revision that only redirects', async () => {
	const {clock, pairs} = pairsOn(() => answering('Found', {status: 302, code: '302', location: '/login'}));
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(200_000);
	expect(pairs.comparison).toMatchObject({fresh: {asked: 0, failed: 0, undecided: 201}});
	expect(pairs.comparison?.bound).toBeGreaterThan(0.9);
});

test('the gateway’s own answer at a tag is no failure of the revision', async () => {
	const own = answering('no healthy upstream', {status: 503, code: '503', error: true, by: 'gateway'});
	const {clock, pairs, kept} = pairsOn(authority => (authority === sides.fresh.authority ? own : fine));
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(30_000);
	expect(pairs.comparison).toMatchObject({
		pairs: 0,
		withoutGateway: 31,
		fresh: {failed: 0},
		errors: {state: 'not worse'},
	});
	expect(kept.filter(({grade}) => grade === 'gateway')).toHaveLength(31);
	expect(kept.some(({isFailed}) => isFailed)).toBe(false);
});

test('an alarm says since when, when it was last seen, and that it is over', async () => {
	let isBroken = true;
	const {clock, pairs} = pairsOn(authority =>
		authority === sides.fresh.authority && isBroken ? broken : fine,
	);
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(10_000);
	const began = pairs.comparison?.worse;
	expect(began).toMatchObject({isOver: false, last: clock.date()});
	isBroken = false;
	await clock.pass(60_000);
	expect(pairs.comparison?.worse).toEqual({since: began?.since, last: clock.date() - 60_000, isOver: true});
});

test('a cold old one is not compared either', async () => {
	let isSlow = true;
	const {clock, pairs} = pairsOn(authority =>
		authority === sides.old.authority && isSlow ? failing('timeout', 1000) : fine,
	);
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(5000);
	isSlow = false;
	await clock.pass(0);
	expect(pairs.comparison).toMatchObject({compared: 0});
	await clock.pass(1000);
	// The old one answered for the first time: a pod of it may just have started.
	expect(pairs.comparison).toMatchObject({compared: 0, old: {cold: 7}, fresh: {cold: 1}});
	await clock.pass(1000);
	expect(pairs.comparison).toMatchObject({compared: 1});
});

test('a new revision that is twice as slow is slower; its failures are no latencies', async () => {
	const {clock, pairs} = pairsOn(authority =>
		authority === sides.fresh.authority
			? answering('Hello!', {latency: 40})
			: answering('Hello!', {latency: 20}),
	);
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(7000);
	// The first pair is cold on both sides and not compared.
	expect(pairs.comparison).toMatchObject({
		pairs: 8,
		compared: 7,
		bad: 7,
		latency: {state: 'slower'},
		fresh: {p50: expect.closeTo(40, 0)},
		old: {p50: expect.closeTo(20, 0)},
	});
});

test('the first answers of a pod that had to start are a class of their own, also those sent while it started', async () => {
	const waiting: ((answer: Answer) => void)[] = [];
	let started = false;
	const {clock, pairs} = pairsOn(authority =>
		authority === sides.fresh.authority && !started
			? new Promise<Answer>(resolve => {
					waiting.push(resolve);
				})
			: fine,
	);
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(2000);
	started = true;
	for (const resolve of waiting) resolve(answering('Hello!', {latency: 2500}));
	await clock.pass(3000);
	expect(pairs.comparison).toMatchObject({
		pairs: 6,
		compared: 3,
		bad: 0,
		fresh: {cold: 3, coldP50: expect.closeTo(2500, -1), p50: expect.closeTo(10, 0)},
		old: {cold: 1},
	});

	// Half a minute of silence, and the pod may be gone again.
	pairs.pause();
	await clock.pass(31_000);
	pairs.start();
	await clock.pass(0);
	expect(pairs.comparison).toMatchObject({pairs: 7, fresh: {cold: 4}, old: {cold: 2}});
});

test('the bound holds at every moment, and says what a lower one takes and how long', async () => {
	const {clock, pairs} = pairsOn(() => fine);
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(119_000);
	expect(pairs.comparison).toMatchObject({
		fresh: {asked: 120, failed: 0},
		bound: failureBound(0, 120),
		boundMore: 230,
		boundWait: 230_000,
		errors: {state: 'not worse'},
	});
});
