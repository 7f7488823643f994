import {expect, onTestFinished, test} from 'vitest';
import {createPairs, type Sides} from '../../../source/probe/loop/pairs.js';
import type {Answer, ProbeTarget} from '../../../source/probe/transport/probe.js';
import {answering, failing} from '../answers.js';
import {createFakeClock} from '../fake-clock.js';
import {targetAt} from '../servers.js';

const target: ProbeTarget = targetAt(80);
const sides: Sides = {
	old: {revision: 'h-00001', authority: 'stable-h.example.com'},
	fresh: {revision: 'h-00002', authority: 'canary-h.example.com'},
};
const fine = answering('Hello!', {latency: 10});
const broken = answering('Oops', {status: 500, code: '500', error: true});

type Respond = (authority: string) => Answer | Promise<Answer>;

/** Pairs on a fake clock, one a second. */
function setUp(respond: Respond, random: () => number = () => 0.5) {
	const clock = createFakeClock();
	const asked: {authority: string; slot: number | undefined}[] = [];
	const pairs = createPairs({
		probe: {
			async ask({authority}, options = {}) {
				asked.push({authority, slot: options.slot});
				const answer = await respond(authority);
				options.signal?.throwIfAborted();
				return answer;
			},
			async close() {},
		},
		clock,
		target: () => target,
		timeout: 1000,
		rate: 1,
		maxRate: 50,
		random,
		onChange() {},
	});
	onTestFinished(() => pairs.stop());
	return {clock, pairs, asked};
}

test('both hosts are asked in the same slot, in random order', async () => {
	const draws = [0.5, 0.1, 0.5, 0.9, 0.5, 0.1];
	const {clock, pairs, asked} = setUp(
		() => fine,
		() => draws.shift() ?? 0.5,
	);
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(2000);
	expect(asked.map(({authority}) => authority.split('-')[0])).toContain('canary');
	for (let pair = 0; pair < asked.length; pair += 2) {
		const [one, other] = asked.slice(pair, pair + 2);
		expect(one?.slot).toBe(other?.slot);
		expect(new Set([one?.authority, other?.authority])).toEqual(
			new Set([sides.old.authority, sides.fresh.authority]),
		);
	}
	const first = asked.filter((_, index) => index % 2 === 0).map(({authority}) => authority);
	expect(new Set(first).size).toBe(2);
});

test('a new revision that fails is worse, and an outage of both is nobody’s', async () => {
	const {clock, pairs} = setUp(authority => (authority === sides.fresh.authority ? broken : fine));
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

	const outage = setUp(() => failing('refused', 1));
	outage.pairs.setSides(sides);
	outage.pairs.start();
	await outage.clock.pass(100_000);
	expect(outage.pairs.comparison).toMatchObject({
		fresh: {failed: 101},
		old: {failed: 101},
		errors: {state: 'not worse'},
	});
});

test('a new revision that is twice as slow is slower; its failures are no latencies', async () => {
	const {clock, pairs} = setUp(authority =>
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
	const {clock, pairs} = setUp(authority =>
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

test('counts stay over a pause, begin anew with other sides, and leave out what a settling route answers', async () => {
	const held: ((answer: Answer) => void)[] = [];
	let hold = false;
	const {clock, pairs} = setUp(() =>
		hold
			? new Promise<Answer>(resolve => {
					held.push(resolve);
				})
			: fine,
	);
	expect(pairs.comparison).toBeUndefined();
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(1000);
	pairs.pause();
	await clock.pass(5000);
	pairs.setSides(structuredClone(sides));
	expect(pairs.comparison?.pairs).toBe(2);

	hold = true;
	pairs.start();
	await clock.pass(0);
	pairs.suspend();
	for (const resolve of held) resolve(broken);
	await clock.pass(0);
	expect(pairs.comparison).toMatchObject({pairs: 2, fresh: {failed: 0}});

	pairs.setSides({...sides, fresh: {revision: 'h-00003', authority: 'next-h.example.com'}});
	expect(pairs.comparison).toMatchObject({pairs: 0, fresh: {revision: 'h-00003', asked: 0}});
	pairs.setSides(undefined);
	expect(pairs.comparison).toBeUndefined();
});

test('the error bound says what it still takes', async () => {
	const {clock, pairs} = setUp(() => fine);
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(119_000);
	expect(pairs.comparison).toMatchObject({
		fresh: {asked: 120, failed: 0},
		bound: expect.closeTo(0.0247, 4),
		boundMore: 179,
		errors: {state: 'not worse'},
	});
});
