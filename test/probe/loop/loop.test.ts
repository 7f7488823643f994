import {expect, onTestFinished, test} from 'vitest';
import type {LoopOptions, LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {percentileOf} from '../../../source/probe/counting/latency-bins.js';
import {createLoop} from '../../../source/probe/loop/loop.js';
import type {Answer, AskOptions, Probe, ProbeTarget} from '../../../source/probe/transport/probe.js';
import {answering, failing} from '../answers.js';
import {createFakeClock} from '../fake-clock.js';
import {serveHttp, targetAt} from '../servers.js';

const target: ProbeTarget = targetAt(80, {authority: 'h.default.example.com'});
const tags = [
	{tag: 'stable', revision: 'h-00001', authority: 'stable-h.default.example.com'},
	{tag: 'canary', revision: 'h-00002', authority: 'canary-h.default.example.com'},
];
const old = {weights: [{revision: 'h-00001', percent: 100}], settling: false};
const half = {
	weights: [
		{revision: 'h-00001', percent: 50},
		{revision: 'h-00002', percent: 50},
	],
	settling: false,
};

type Asked = {target: ProbeTarget; options: AskOptions; answer: (answer: Answer) => void};

/** A loop on a fake clock, whose requests are answered by `respond`, or by the test when that returns nothing. */
function setUp(respond: (target: ProbeTarget) => Answer | undefined, options: Partial<LoopOptions> = {}) {
	const clock = createFakeClock();
	const asked: Asked[] = [];
	let closed = false;
	const probe: Probe = {
		async ask(askedTarget, askOptions = {}) {
			return new Promise((resolve, reject) => {
				askOptions.signal?.addEventListener('abort', () => {
					reject(askOptions.signal?.reason);
				});
				asked.push({target: askedTarget, options: askOptions, answer: resolve});
				const answer = respond(askedTarget);
				if (answer) {
					resolve(answer);
				}
			});
		},
		async close() {
			closed = true;
		},
	};
	const loop = createLoop({target, probe, clock, random: () => 0.5, ...options});
	onTestFinished(async () => loop.stop());
	return {clock, loop, asked, isClosed: () => closed};
}

const greetings: Record<string, Answer> = {
	'stable-h.default.example.com': answering('Hello World!'),
	'canary-h.default.example.com': answering('Hello Knative!'),
};

/** The tag hosts greet; the service answers by turns. */
function alternating(): (target: ProbeTarget) => Answer {
	let turn = 0;
	return ({authority}) =>
		greetings[authority] ?? answering(turn++ % 2 === 0 ? 'Hello World!' : 'Hello Knative!');
}

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

test('learns from the tag URLs whose answer is whose, also of answers that came before', async () => {
	const {clock, loop} = setUp(alternating());
	loop.setEpoch(half);
	loop.start();
	await clock.pass(19_000);
	expect(loop.snapshot()).toMatchObject({answered: 20, unattributed: 20, verdict: {state: 'unjudgeable'}});
	expect(loop.snapshot().rows.map(({why}) => why)).toEqual([undefined, undefined, 'unknown', 'unknown']);

	await loop.learn(tags);
	expect(loop.snapshot()).toMatchObject({
		answered: 20,
		unattributed: 0,
		rows: [
			{revision: 'h-00001', fingerprint: 'Hello World!', learned: 'tag', n: 10, observedShare: 0.5},
			{revision: 'h-00002', fingerprint: 'Hello Knative!', learned: 'tag', n: 10, observedShare: 0.5},
		],
		verdict: {state: 'agrees'},
		tags: [
			{tag: 'stable', state: 'learned'},
			{tag: 'canary', state: 'learned'},
		],
	});
});

test('learns what a revision says while it alone has the traffic', async () => {
	const {clock, loop} = setUp(() => answering('Hello World!'));
	loop.setEpoch(old);
	loop.start();
	await clock.pass(0);
	expect(loop.snapshot().rows).toMatchObject([{revision: 'h-00001', learned: 'alone', n: 1}]);
	loop.setEpoch(half);
	await clock.pass(1000);
	// The other one has a share now and was never heard: it may say the same.
	expect(loop.snapshot().rows).toMatchObject([
		{revision: 'h-00001', attribution: 'silent', fingerprint: 'Hello World!', n: 0},
		{revision: 'h-00002', attribution: 'silent', n: 0},
		{revision: undefined, why: 'unheard', candidates: ['h-00001', 'h-00002'], n: 1},
	]);
});

test('counts begin anew when the split changes, and only then', async () => {
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

test('tags are asked once the route has settled', async () => {
	const {clock, loop, asked} = setUp(alternating());
	loop.setEpoch({...half, settling: true});
	const learned = loop.learn(tags);
	await clock.pass(60_000);
	expect(asked).toEqual([]);
	expect(loop.snapshot().tags).toMatchObject([{state: 'waiting'}, {state: 'waiting'}]);
	loop.setEpoch(half);
	await learned;
	expect(loop.snapshot().tags).toMatchObject([{state: 'learned'}, {state: 'learned'}]);
});

test('what a tag URL says while the route begins to settle teaches nothing', async () => {
	const {clock, loop, asked} = setUp(() => undefined);
	loop.setEpoch(half);
	const learned = loop.learn(tags.slice(0, 1));
	await clock.pass(0);
	expect(asked).toHaveLength(1);
	loop.setEpoch({...half, settling: true});
	asked[0]?.answer(answering('Hello Knative!'));
	await clock.pass(60_000);
	expect(asked).toHaveLength(1);
	expect(loop.snapshot().tags).toMatchObject([{state: 'waiting'}]);
	loop.setEpoch(half);
	for (let index = 1; index <= 3; index++) {
		await clock.pass(0);
		// Beside what a host that cannot exist is asked.
		const atTag = asked.filter(({target: {authority}}) => authority.startsWith('stable-'));
		atTag[index]?.answer(answering('Hello World!'));
	}

	await learned;
	expect(loop.snapshot().rows[0]).toMatchObject({
		revision: 'h-00001',
		fingerprint: 'Hello World!',
		otherFingerprints: 0,
	});
});

test('a tag URL that fails is tried again, and given up in the end', async () => {
	let healthy = false;
	const {clock, loop, asked} = setUp(() => (healthy ? answering('Hello World!') : failing('reset')));
	void loop.learn(tags.slice(0, 1));
	await clock.pass(500);
	expect(loop.snapshot().tags).toMatchObject([{state: 'failed', problem: 'It failed: reset.'}]);
	healthy = true;
	await clock.pass(1000);
	expect(loop.snapshot().tags).toMatchObject([{state: 'learned', problem: undefined}]);

	healthy = false;
	const before = asked.length;
	const given = loop.learn(tags.slice(0, 1));
	await clock.pass(120_000);
	await given;
	expect(asked.length - before).toBe(5);
	expect(loop.snapshot().tags).toMatchObject([{state: 'failed'}]);
});

test('a gateway that cannot be reached is a state of its own, in no count and no verdict', async () => {
	let isDown = true;
	const {clock, loop} = setUp(() => (isDown ? failing('refused') : answering('Hello World!')));
	loop.setEpoch(old);
	loop.start();
	await clock.pass(0);
	const since = clock.date();
	await clock.pass(4000);
	expect(loop.snapshot()).toMatchObject({
		answered: 0,
		errors: 0,
		unreached: 5,
		statusCodes: {},
		failures: [],
		gateway: {kind: 'down', since, requests: 5, sentence: 'It failed: refused.'},
		trouble: {kind: 'down'},
		verdict: {state: 'too few'},
	});

	isDown = false;
	await clock.pass(1000);
	expect(loop.snapshot()).toMatchObject({answered: 1, unreached: 5, gateway: {kind: 'answers'}});
	// Users had nothing of it for most of the time: nothing is called good yet.
	expect(loop.snapshot().trouble).toMatchObject({kind: 'down', count: 5, of: 6});
	expect(loop.snapshot().trouble?.isOver).toBeUndefined();
	// That it is over shows after some answers; that it was is told for as long as it weighs.
	await clock.pass(5000);
	expect(loop.snapshot().trouble).toMatchObject({
		isOver: true,
		sentence: expect.stringMatching(/^the gateway was down for 5 of 11 requests, last \d\d:\d\d:\d\d$/),
	});
	loop.restart();
	await clock.pass(2000);
	expect(loop.snapshot()).toMatchObject({unreached: 0, trouble: undefined, verdict: {state: 'agrees'}});
});

test('failures are kept in a list of their own, with how often, since when and whose they may be', async () => {
	let isBroken = false;
	const {clock, loop} = setUp(() =>
		isBroken
			? answering('Internal Server Error', {
					status: 500,
					code: '500',
					error: true,
					isFromUpstream: true,
				})
			: answering('Hello World!', {isFromUpstream: true}),
	);
	loop.setEpoch(half);
	loop.start();
	await clock.pass(2000);
	expect(loop.snapshot().failures).toEqual([]);
	isBroken = true;
	await clock.pass(1000);
	const first = clock.date();
	await clock.pass(2000);
	expect(loop.snapshot()).toMatchObject({
		errors: 3,
		trouble: {kind: 'failures', count: 3, of: 6, sentence: 'users get failures: 3 of 6 (500 ×3)'},
		failures: [
			{
				code: '500',
				text: 'Internal Server Error',
				at: 'service',
				revisions: ['h-00001', 'h-00002'],
				count: 3,
				first,
				last: first + 2000,
			},
		],
	});
});

test('failures that ended are told in the past, with when the last one came', async () => {
	let isBroken = true;
	const {clock, loop} = setUp(() =>
		isBroken
			? answering('oops', {status: 500, code: '500', error: true, isFromUpstream: true})
			: answering('Hello World!', {isFromUpstream: true}),
	);
	loop.setEpoch(old);
	loop.start();
	await clock.pass(10_000);
	const last = new Date(clock.date()).toTimeString().slice(0, 8);
	isBroken = false;
	await clock.pass(3000);
	expect(loop.snapshot().trouble).toMatchObject({sentence: 'users get failures: 11 of 14 (500 ×11)'});
	await clock.pass(5000);
	expect(loop.snapshot().trouble).toMatchObject({
		isOver: true,
		sentence: `users got failures: 11 of 19 (500 ×11), last ${last}`,
	});
	isBroken = true;
	await clock.pass(1000);
	expect(loop.snapshot().trouble?.isOver).toBeUndefined();
});

test('4xx to everything is never called good, and is a failure once the service answered otherwise', async () => {
	let isBroken = true;
	const {clock, loop} = setUp(() =>
		isBroken
			? answering('Not found', {status: 404, code: '404', isFromUpstream: true})
			: answering('Hello World!', {isFromUpstream: true}),
	);
	loop.setEpoch(old);
	loop.start();
	await clock.pass(100_000);
	expect(loop.snapshot()).toMatchObject({
		answered: 101,
		errors: 0,
		refused: 101,
		trouble: {kind: 'refusals'},
	});
	isBroken = false;
	await clock.pass(1000);
	isBroken = true;
	await clock.pass(1000);
	expect(loop.snapshot()).toMatchObject({errors: 102, refused: 0, trouble: {kind: 'failures'}});
	expect(loop.snapshot().failures[0]).toMatchObject({code: '404', count: 102});
});

test('an expected status is no failure, any other one is', async () => {
	let turn = 0;
	const {clock, loop} = setUp(
		() =>
			turn++ % 2 === 0
				? answering('Not found', {status: 404, code: '404', isFromUpstream: true})
				: answering('Hello World!', {isFromUpstream: true}),
		{expectStatus: '404'},
	);
	loop.setEpoch(old);
	loop.start();
	await clock.pass(3000);
	expect(loop.snapshot()).toMatchObject({answered: 4, errors: 2, failures: [{code: '200', count: 2}]});
});

test('a split that users do not get is said since when, and that it is over when it is', async () => {
	let turn = 0;
	let isLying = true;
	const {clock, loop} = setUp(
		({authority}) =>
			greetings[authority] ?? answering(isLying || turn++ % 2 === 0 ? 'Hello World!' : 'Hello Knative!'),
		{rate: 2},
	);
	loop.setEpoch(half);
	await loop.learn(tags);
	loop.start();
	await clock.pass(20_000);
	const {alarm} = loop.snapshot();
	expect(alarm).toMatchObject({isOver: false});
	const ended = clock.date();
	isLying = false;
	await clock.pass(60_000);
	const after = loop.snapshot();
	expect(after.alarm).toMatchObject({since: alarm?.since, isOver: true});
	// To the second, from the change itself.
	expect(Math.abs((after.alarm?.last ?? 0) - ended)).toBeLessThan(6000);
	expect(after.change?.at).toBeGreaterThan(alarm?.since ?? Infinity);
	loop.restart();
	expect(loop.snapshot()).toMatchObject({answered: 0, alarm: undefined, change: undefined});
	await clock.pass(10_000);
	expect(loop.snapshot()).toMatchObject({alarm: undefined, verdict: {state: 'agrees'}});
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

/** Says the same as any other, with its version in a header. */
const alike = (version: string) =>
	answering('Hello!', {
		traits: new Map([
			['header:x-version', version],
			['status', '200'],
		]),
	});

test('revisions that say the same are told apart by what else they say, when they say something else', async () => {
	const hosts: Record<string, Answer> = {
		'stable-h.default.example.com': alike('1'),
		'canary-h.default.example.com': alike('2'),
	};
	const {clock, loop} = setUp(({authority}) => hosts[authority] ?? answering('Hello!'));
	loop.setEpoch(half);
	await loop.learn(tags);
	loop.start();
	await clock.pass(10_000);
	expect(loop.snapshot()).toMatchObject({
		suggestion: 'header:x-version',
		verdict: {state: 'unjudgeable'},
	});
});

test('tags without a rule at the gateway are said to be that, and accuse nobody', async () => {
	const unknownHost = answering('<title>404 Not Found</title>', {status: 404, code: '404'});
	const {clock, loop} = setUp(({authority}) => {
		if (authority.startsWith('kn-canary-')) return answering('', {status: 404, code: '404', by: 'gateway'});
		return authority.startsWith('h.') ? answering('Hello World!') : unknownHost;
	});
	loop.setEpoch(half);
	loop.setSides({
		old: {revision: 'h-00001', authority: 'stable-h.default.example.com'},
		fresh: {revision: 'h-00002', authority: 'canary-h.default.example.com'},
	});
	loop.compare(true);
	loop.start();
	await clock.pass(100_000);
	const {comparison, tagDoubt, verdict} = loop.snapshot();
	expect(tagDoubt?.sentence).toMatch(/may have no rule for tag hosts/);
	expect(comparison).toMatchObject({fresh: {asked: 0, failed: 0}, errors: {state: 'not worse'}});
	expect(verdict?.state).toBe('unjudgeable');
});

test('a tag that fails while its revision has a share and users see none of it is doubted', async () => {
	const {clock, loop} = setUp(({authority}) => {
		if (authority.startsWith('kn-canary-')) return answering('', {status: 404, code: '404', by: 'gateway'});
		return authority.startsWith('canary')
			? answering('<title>404</title>', {status: 404, code: '404'})
			: answering('Hello World!');
	});
	loop.setEpoch(half);
	loop.setSides({
		old: {revision: 'h-00001', authority: 'stable-h.default.example.com'},
		fresh: {revision: 'h-00002', authority: 'canary-h.default.example.com'},
	});
	loop.compare(true);
	loop.start();
	await clock.pass(10_000);
	expect(loop.snapshot().tagDoubt).toMatchObject({revisions: ['h-00002']});
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

test('another gateway for the same service: what was learned is kept, counts begin anew', async () => {
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
		const tagged = greetings[request.headers.host ?? '']?.outcome;
		const greeting =
			tagged?.kind === 'response' ? tagged.firstLine : turn++ % 2 === 0 ? 'Hello World!' : 'Hello Knative!';
		response.end(`${greeting}\n`);
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

test('while a part of the requests gets no answer at all, what the others got is nothing good', async () => {
	let requests = 0;
	const {clock, loop} = setUp(
		({authority}) => {
			if (authority !== target.authority) return greetings[authority];
			requests++;
			// One of ten hangs, for as long as the client waits.
			return requests % 10 === 9 ? undefined : answering('Hello World!');
		},
		{rate: 20},
	);
	loop.setEpoch({
		weights: [{revision: 'h-00001', percent: 100}],
		settling: false,
	});
	await loop.learn(tags);
	const seen: (string | undefined)[] = [];
	loop.subscribe(({trouble}) => seen.push(trouble?.kind));
	loop.start();
	await clock.pass(1900);
	expect(loop.snapshot()).toMatchObject({trouble: undefined, verdict: {state: 'agrees'}});
	// Nothing comes any more once all that may be under way is; that is told all the same.
	await clock.pass(3000);
	expect(loop.snapshot().trouble).toMatchObject({
		kind: 'unanswered',
		sentence: expect.stringMatching(/^\d+ of \d+ requests have no answer yet$/),
	});
	expect(seen.at(-1)).toBe('unanswered');
});
