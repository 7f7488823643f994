/** When pairs are asked, which of them count, and what they teach; pairs-judged.test.ts has what is said by them. */
import {expect, onTestFinished, test} from 'vitest';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import {createPairs, type SideAnswer} from '../../../source/probe/pairs/pairs.js';
import type {Answer} from '../../../source/probe/transport/probe.js';
import {createFakeClock} from '../fake-clock.js';
import {broken, fine, pairsOn, sides, target} from './fake-pairs.js';

test('slots without a pair are told at once, and no pair is sent after the end', async () => {
	const {clock, pairs, asked} = pairsOn(() => fine);
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
	const {clock, pairs} = pairsOn(async () => new Promise<Answer>(() => {}));
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
	const {clock, pairs, asked} = pairsOn(
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

test('answers of pairs teach what a revision says, but not before its tag has stayed for a while', async () => {
	const {clock, pairs, learned} = pairsOn(() => fine);
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

test('counts stay over a pause, begin again with other sides, and leave out what a settling route answers', async () => {
	const held: ((answer: Answer) => void)[] = [];
	let hold = false;
	const {clock, pairs} = pairsOn(() =>
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
