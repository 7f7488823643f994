import {expect, onTestFinished, test} from 'vitest';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import type {TagAnswer} from '../../../source/probe/attribution/attribution.js';
import {createPairs, type SideAnswer} from '../../../source/probe/pairs/pairs.js';
import type {Sides} from '../../../source/probe/pairs/sides.js';
import type {Answer, ProbeTarget} from '../../../source/probe/transport/probe.js';
import {failureBound} from '../../../source/stats/failure-bound.js';
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
function setUp(respond: Respond, random: () => number = () => 0.5, works = false) {
	const clock = createFakeClock();
	const asked: {authority: string; slot: number | undefined}[] = [];
	const learned: TagAnswer[] = [];
	const kept: SideAnswer[] = [];
	const pairs = createPairs({
		async ask({authority}, options) {
			asked.push({authority, slot: options.slot});
			const answer = await respond(authority);
			options.signal.throwIfAborted();
			return {answer, grade: gradeOf(answer.outcome)};
		},
		clock,
		target: () => target,
		rate: 1,
		maxRate: 50,
		random,
		worksElsewhere: () => works,
		onAnswer: answer => kept.push(answer),
		onLearned: answers => learned.push(...answers),
		onChange() {},
	});
	onTestFinished(() => pairs.stop());
	return {clock, pairs, asked, learned, kept};
}

test('slots without a pair are told at once, and no pair is sent after the end', async () => {
	const {clock, pairs, asked} = setUp(() => fine);
	pairs.setSides(sides);
	expect(pairs.comparison?.notSent).toBe(0);
	pairs.start();
	await clock.pass(1000);
	expect(pairs.comparison).toMatchObject({pairs: 2, notSent: 0});
	expect(pairs.comparison).not.toHaveProperty('isOpen');
	// The process was stopped.
	await clock.jump(5000);
	expect(pairs.comparison?.notSent).toBe(3);
	pairs.stop();
	const before = asked.length;
	await clock.pass(5000);
	expect(asked).toHaveLength(before);
});

test('a slot that finds too many under way is told before any of them is answered', async () => {
	const {clock, pairs} = setUp(async () => new Promise<Answer>(() => {}));
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(7000);
	expect(pairs.comparison?.notSent).toBe(0);
	await clock.pass(1000);
	expect(pairs.comparison?.notSent).toBe(1);
	await clock.pass(1000);
	expect(pairs.comparison?.notSent).toBe(2);
});

test('a route that settles twice has what is under way given up twice', async () => {
	const signals: AbortSignal[] = [];
	const clock = createFakeClock();
	const pairs = createPairs({
		async ask(_target, {signal}) {
			signals.push(signal);
			return new Promise((_resolve, reject) => {
				signal.addEventListener('abort', () => reject(signal.reason));
			});
		},
		clock,
		target: () => target,
		rate: 1,
		maxRate: 50,
		random: () => 0.5,
		worksElsewhere: () => true,
		onAnswer() {},
		onLearned() {},
		onChange() {},
	});
	onTestFinished(() => pairs.stop());
	pairs.setSides(sides);
	for (const begun of [2, 4]) {
		pairs.start();
		await clock.pass(1000);
		pairs.suspend();
		pairs.suspend();
		expect(signals.length).toBeGreaterThanOrEqual(begun);
		expect(signals.every(({aborted}) => aborted)).toBe(true);
	}
	pairs.start();
	await clock.pass(1000);
	expect(signals.some(({aborted}) => !aborted)).toBe(true);
	pairs.setSides({...sides, fresh: {revision: 'h-00003', authority: 'next-h.example.com'}});
	expect(signals.every(({aborted}) => aborted)).toBe(true);
	await clock.pass(1000);
	expect(signals.some(({aborted}) => !aborted)).toBe(true);
	pairs.stop();
	expect(signals.every(({aborted}) => aborted)).toBe(true);
});

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
	const {clock, pairs} = setUp(authority => (authority === sides.fresh.authority ? notFound : fine));
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(12_000);
	expect(pairs.comparison).toMatchObject({
		fresh: {asked: 13, failed: 13, lastFailure: '404 Cannot GET /'},
		old: {asked: 13, failed: 0},
		errors: {state: 'worse'},
		worse: {isOver: false},
	});

	const both = setUp(() => notFound);
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
	const refusals = (authority: string) =>
		authority === sides.fresh.authority
			? answering('who?', {status: 401, code: '401'})
			: answering('Not found', {status: 404, code: '404'});
	const unknown = setUp(refusals);
	unknown.pairs.setSides(sides);
	unknown.pairs.start();
	await unknown.clock.pass(3000);
	expect(unknown.pairs.comparison).toMatchObject({
		pairs: 4,
		fresh: {asked: 0, failed: 0, undecided: 4},
		old: {asked: 0, undecided: 4},
	});

	const known = setUp(refusals, () => 0.5, true);
	known.pairs.setSides(sides);
	known.pairs.start();
	await known.clock.pass(3000);
	expect(known.pairs.comparison).toMatchObject({fresh: {asked: 4, failed: 4}, old: {asked: 4, failed: 4}});
});

test('redirects prove nothing: no bound is given for a revision that only redirects', async () => {
	const {clock, pairs} = setUp(() => answering('Found', {status: 302, code: '302', location: '/login'}));
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(200_000);
	expect(pairs.comparison).toMatchObject({fresh: {asked: 0, failed: 0, undecided: 201}});
	expect(pairs.comparison?.bound).toBeGreaterThan(0.9);
});

test('the gateway’s own answer at a tag is no failure of the revision', async () => {
	const own = answering('no healthy upstream', {status: 503, code: '503', error: true, by: 'gateway'});
	const {clock, pairs, kept} = setUp(authority => (authority === sides.fresh.authority ? own : fine));
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
	const {clock, pairs} = setUp(authority =>
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

test('answers of pairs teach what a revision says, but not before its tag has stayed for a while', async () => {
	const {clock, pairs, learned} = setUp(() => fine);
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(4000);
	expect(learned).toEqual([]);
	await clock.pass(3000);
	expect(new Set(learned.map(({revision}) => revision))).toEqual(new Set(['h-00001', 'h-00002']));
	// Those of three pairs, each once.
	expect(learned).toHaveLength(6);
	const before = learned.length;
	// The tag leads elsewhere now: what was heard of it a moment ago may be the other's already.
	pairs.setSides({...sides, fresh: {revision: 'h-00003', authority: sides.fresh.authority}});
	await clock.pass(4000);
	expect(learned).toHaveLength(before);
});

test('a cold old one is not compared either', async () => {
	let isSlow = true;
	const {clock, pairs} = setUp(authority =>
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

test('counts stay over a pause, begin again with other sides, and leave out what a settling route answers', async () => {
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

test('a pair that comes after the route began to settle is not counted, though its request was not given up', async () => {
	const held: (() => void)[] = [];
	const clock = createFakeClock();
	const kept: SideAnswer[] = [];
	const pairs = createPairs({
		// As a gateway that has the request already: the answer comes, whoever waits for it by then.
		async ask() {
			await new Promise<void>(resolve => {
				held.push(resolve);
			});
			return {answer: broken, grade: gradeOf(broken.outcome)};
		},
		clock,
		target: () => target,
		rate: 1,
		maxRate: 50,
		worksElsewhere: () => true,
		onAnswer: answer => kept.push(answer),
		onLearned() {},
		onChange() {},
	});
	onTestFinished(() => pairs.stop());
	pairs.setSides(sides);
	pairs.start();
	await clock.pass(0);
	expect(held).toHaveLength(2);
	pairs.suspend();
	for (const answer of held.splice(0)) answer();
	await clock.pass(0);
	expect(kept).toEqual([]);
	expect(pairs.comparison).toMatchObject({pairs: 0, alikeFailures: {count: 0}, fresh: {asked: 0}});

	pairs.start();
	await clock.pass(1000);
	expect(held).toHaveLength(2);
	for (const answer of held.splice(0)) answer();
	await clock.pass(0);
	expect(kept).toHaveLength(2);
});

test('the bound holds at every moment, and says what a lower one takes and how long', async () => {
	const {clock, pairs} = setUp(() => fine);
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
