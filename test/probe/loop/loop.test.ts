import {expect, onTestFinished, test} from 'vitest';
import type {LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {percentileOf} from '../../../source/probe/counting/latency-bins.js';
import {createLoop} from '../../../source/probe/loop/loop.js';
import {answering} from '../answers.js';
import {serveHttp} from '../servers.js';
import {alternating, greetings, half, old, setUp, tags, target} from './half-and-half.js';

test('asks at its pace and hands the slot on, so that latency counts from there', async () => {
	const {clock, loop, asked} = setUp(() => answering('Hello World!'), {rate: 2, timeout: 3000});
	expect(loop.snapshot()).toMatchObject({state: 'paused', rate: 2, sent: 0, answered: 0, rows: []});
	const start = clock.now();
	loop.start();
	await clock.pass(1000);
	expect(asked.map(({options}) => ({slot: options.slot, timeout: options.timeout}))).toEqual([
		{slot: start, timeout: 3000},
		{slot: start + 500, timeout: 3000},
		{slot: start + 1000, timeout: 3000},
	]);
	expect(loop.snapshot()).toMatchObject({state: 'running', sent: 3, answered: 3, inFlight: 0, notSent: 0});
});

test('counts begin again when the split changes, and only then', async () => {
	const {clock, loop} = setUp(() => answering('Hello World!'));
	loop.setEpoch(old);
	const {since} = loop.snapshot();
	loop.start();
	await clock.pass(3000);
	const tagged = old.weights.map(weight => ({...weight, tag: 'stable'}));
	loop.setEpoch({weights: tagged, settling: false});
	expect(loop.snapshot()).toMatchObject({since, answered: 4});
	loop.setEpoch(half);
	expect(loop.snapshot()).toMatchObject({since: since + 3000, answered: 0, sent: 0});
	expect(loop.snapshot().last).toHaveLength(4);
});

test('a split is as old as it is: counts that begin again leave it, and another one between ends it', async () => {
	const {clock, loop} = setUp(() => answering('Hello World!'));
	const began = clock.date();
	const sinceOf = () => {
		const {at, isFirst} = loop.snapshot().splitSince;
		return {after: at - began, isFirst};
	};
	loop.setEpoch(half);
	loop.start();
	await clock.pass(3000);
	loop.restart();
	loop.setEpoch({...half, settling: true});
	await clock.pass(1000);
	loop.setEpoch(half);
	expect(sinceOf()).toEqual({after: 0, isFirst: true});
	// Nothing is counted under it.
	loop.pause();
	await clock.pass(1000);
	loop.setEpoch({...old, settling: true});
	loop.setEpoch(old);
	await clock.pass(60_000);
	loop.setEpoch(half);
	expect(sinceOf()).toEqual({after: 65_000, isFirst: false});
	loop.retarget({...target, authority: 'other.default.example.com'});
	loop.setEpoch(half);
	expect(sinceOf()).toMatchObject({isFirst: true});
});

test('answers while the route settles are shown and not counted, also those that come after it', async () => {
	const {clock, loop, asked} = setUp(() => undefined);
	loop.setEpoch({...half, settling: true});
	loop.start();
	await clock.pass(1000);
	asked[0]?.answer(answering('Hello World!'));
	await clock.pass(0);
	expect(loop.snapshot()).toMatchObject({
		settling: true,
		answered: 0,
		settlingAnswers: 1,
		verdict: undefined,
	});

	loop.setEpoch(half);
	asked[1]?.answer(answering('Hello World!'));
	await clock.pass(1000);
	asked[2]?.answer(answering('Hello World!'));
	await clock.pass(0);
	expect(loop.snapshot()).toMatchObject({settling: false, sent: 1, answered: 1, settlingAnswers: 1});
	expect(loop.snapshot().last.map(({settling}) => settling)).toEqual([true, true, false]);
});

test('what must not come at all was last seen when it came last, and is over soon after', async () => {
	let isLying = true;
	const {clock, loop} = setUp(
		({authority}) => greetings[authority] ?? answering(isLying ? 'Hello Knative!' : 'Hello World!'),
		{rate: 10},
	);
	loop.setEpoch(old);
	await loop.learn(tags);
	loop.start();
	// In the midst of a second.
	await clock.pass(20_500 - (clock.date() % 1000));
	expect(loop.snapshot().alarm).toMatchObject({isOver: false});
	const ended = clock.date();
	isLying = false;
	for (let second = 0; second < 10; second++) {
		await clock.pass(1000);
		const {alarm, rows} = loop.snapshot();
		expect(Math.abs((alarm?.last ?? 0) - ended)).toBeLessThan(1500);
		// It is not said to go on beside shares that are right.
		const isRight = rows.every(({configuredPercent, lately}) => configuredPercent !== 0 || lately === 0);
		expect(isRight && alarm?.isOver === false && rows.some(({lately}) => lately > 0)).toBe(false);
	}
	expect(loop.snapshot().alarm).toMatchObject({isOver: true});
});

test('in the first seconds of a loop all that came is what came lately', async () => {
	const {clock, loop} = setUp(alternating(), {rate: 4});
	// Its first second has begun before it.
	await clock.pass(300);
	loop.setEpoch(half);
	await loop.learn(tags);
	loop.start();
	for (let second = 0; second < 4; second++) {
		await clock.pass(1000);
		const {rows, answered} = loop.snapshot();
		expect(rows.reduce((sum, {lately}) => sum + lately, 0)).toBe(answered);
		expect(rows.map(({lately}) => lately)).toEqual(rows.map(({n}) => n));
	}
});

test('what came lately stands beside what came since the split', async () => {
	let isNew = false;
	const {clock, loop} = setUp(
		({authority}) => greetings[authority] ?? answering(isNew ? 'Hello Knative!' : 'Hello World!'),
	);
	loop.setEpoch(half);
	await loop.learn(tags);
	loop.start();
	await clock.pass(60_000);
	isNew = true;
	await clock.pass(40_000);
	const {rows} = loop.snapshot();
	expect(rows.map(({n, lately}) => ({n, lately}))).toEqual([
		{n: 61, lately: 0},
		{n: 40, lately: 31},
	]);
});

test('what came when is kept by the second and by revision', async () => {
	const {clock, loop} = setUp(alternating(), {rate: 4});
	loop.setEpoch(half);
	await loop.learn(tags);
	loop.start();
	await clock.pass(10_000);
	const {timeline} = loop.snapshot();
	expect(timeline.length).toBeGreaterThanOrEqual(10);
	const sum = (revision: string) =>
		timeline.reduce((total, {users}) => total + (users.get(revision) ?? 0), 0);
	expect(sum('h-00001') + sum('h-00002')).toBe(loop.snapshot().answered);
	const {failed, latencies = new Map()} = timeline[2]?.revisions.get('h-00001') ?? {};
	expect(failed).toBe(0);
	expect(percentileOf(latencies, 95)).toBeCloseTo(10, -0.5);
});

test('slots that find 8 requests in flight are counted as not sent', async () => {
	const {clock, loop} = setUp(() => undefined, {rate: 10});
	loop.start();
	await clock.pass(950);
	expect(loop.snapshot()).toMatchObject({sent: 8, inFlight: 8, notSent: 2, answered: 0});
});

test('another service: what is in flight is given up, counts, split and what was learned are forgotten', async () => {
	const {clock, loop, asked} = setUp(({authority}) => greetings[authority]);
	loop.setEpoch(half);
	await loop.learn(tags);
	loop.start();
	await clock.pass(0);
	expect(loop.snapshot().inFlight).toBe(1);
	const next = {...target, authority: 'other.default.example.com'};
	loop.retarget(next);
	await clock.pass(0);
	expect(loop.snapshot()).toMatchObject({
		target: next,
		inFlight: 0,
		sent: 0,
		weights: [],
		rows: [],
		tags: [],
	});
	await clock.pass(1000);
	expect(asked.at(-1)?.target).toBe(next);
	expect(loop.snapshot().sent).toBe(1);
});

test('another gateway for the same service: what was learned is kept, counts begin again', async () => {
	const {clock, loop} = setUp(alternating());
	loop.setEpoch(half);
	await loop.learn(tags);
	loop.start();
	await clock.pass(3000);
	loop.retarget(structuredClone(target));
	expect(loop.snapshot().answered).toBe(4);
	loop.retarget({...target, address: {host: '203.0.113.10', port: 80}});
	expect(loop.snapshot()).toMatchObject({answered: 0, rows: [{fingerprint: 'Hello World!', n: 0}, {n: 0}]});
});

test('tells listeners at most 10 times a second, and always of the last change', async () => {
	const {clock, loop} = setUp(() => answering('Hello World!'), {rate: 50});
	const heard: LoopSnapshot[] = [];
	const unsubscribe = loop.subscribe(snapshot => {
		heard.push(snapshot);
	});
	loop.start();
	await clock.pass(2000);
	expect(heard.length).toBeGreaterThan(15);
	expect(heard.length).toBeLessThanOrEqual(21);
	loop.pause();
	await clock.pass(1000);
	expect(heard.at(-1)).toBe(loop.snapshot());
	expect(heard.at(-1)).toMatchObject({state: 'paused', answered: loop.snapshot().answered});

	const count = heard.length;
	await clock.pass(5000);
	expect(heard).toHaveLength(count);
	unsubscribe();
	loop.start();
	await clock.pass(1000);
	expect(heard).toHaveLength(count);
});

test('tells of an answer at once, and not that its request was sent', async () => {
	const {clock, loop, asked} = setUp(() => undefined);
	const heard: number[] = [];
	loop.start();
	loop.subscribe(
		({answered}) => heard.push(answered),
		() => 1,
	);
	await clock.pass(300);
	expect(asked).toHaveLength(1);
	expect(heard).toEqual([]);
	expect(loop.snapshot()).toMatchObject({sent: 1, inFlight: 1});
	asked[0]?.answer(answering('Hello World!'));
	await clock.pass(0);
	expect(heard).toEqual([1]);
});

test('the snapshot is the same object until something changes', async () => {
	const {clock, loop} = setUp(() => answering('Hello World!'));
	const first = loop.snapshot();
	expect(loop.snapshot()).toBe(first);
	loop.start();
	await clock.pass(0);
	expect(loop.snapshot()).not.toBe(first);
	expect(first.answered).toBe(0);
});

test('stop gives up what is in flight, closes the probe and leaves no timer', async () => {
	const {clock, loop, asked, isClosed} = setUp(() => undefined);
	loop.start();
	loop.subscribe(() => {});
	void loop.learn(tags);
	await clock.pass(0);
	expect(asked).toHaveLength(3);
	await loop.stop();
	expect(asked.every(({options}) => options.signal?.aborted)).toBe(true);
	expect(isClosed()).toBe(true);
	expect(clock.timers).toBe(0);
	expect(loop.snapshot()).toMatchObject({state: 'stopped', answered: 0});

	loop.start();
	loop.setEpoch({...half, settling: true});
	loop.setEpoch(half);
	await loop.learn(tags);
	await clock.pass(10_000);
	expect(asked).toHaveLength(3);
	expect(clock.timers).toBe(0);
});

test('a target that cannot be asked is refused at once', () => {
	expect(() => createLoop({target: {...target, authority: 'a b'}})).toThrow(TypeError);
	const {loop} = setUp(() => undefined);
	expect(() => {
		loop.retarget({...target, path: 'x'});
	}).toThrow(TypeError);
	expect(() => loop.setRate(0)).toThrow(RangeError);
});

test('against a real gateway at 50/50: both greetings are counted, attributed and found to agree', async () => {
	let turn = 0;
	const {port} = await serveHttp((request, response) => {
		const {host = ''} = request.headers;
		const tagged = greetings[host]?.outcome;
		if (!tagged && host !== target.authority) return response.writeHead(404).end();
		const greeting =
			tagged?.kind === 'response' ? tagged.firstLine : turn++ % 2 === 0 ? 'Hello World!' : 'Hello Knative!';
		return response.end(`${greeting}\n`);
	});
	const loop = createLoop({
		target: {...target, address: {host: '127.0.0.1', port}},
		rate: 500,
		maxRate: 500,
	});
	onTestFinished(async () => loop.stop());
	loop.setEpoch(half);
	await loop.learn(tags);
	const enough = new Promise<LoopSnapshot>(resolve => {
		loop.subscribe(snapshot => {
			if (snapshot.answered >= 40) {
				resolve(snapshot);
			}
		});
	});
	loop.start();
	const {rows, verdict, unattributed, errors, statusCodes, last} = await enough;
	expect(rows.map(({revision, fingerprint, errors: failed}) => ({revision, fingerprint, failed}))).toEqual([
		{revision: 'h-00001', fingerprint: 'Hello World!', failed: 0},
		{revision: 'h-00002', fingerprint: 'Hello Knative!', failed: 0},
	]);
	expect(Math.abs((rows[0]?.n ?? 0) - (rows[1]?.n ?? 0))).toBeLessThanOrEqual(8);
	expect(verdict?.state).toBe('agrees');
	expect({unattributed, errors, codes: Object.keys(statusCodes)}).toEqual({
		unattributed: 0,
		errors: 0,
		codes: ['200'],
	});
	expect(last.length).toBeGreaterThanOrEqual(40);
});
