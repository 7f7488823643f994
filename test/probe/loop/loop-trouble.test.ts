/** What the loop says of failures, of a gateway that cannot be reached, and of a split that users do not get. */
import {verdictOf} from '../../../source/console/live/verdicts.js';
import {expect, test} from 'vitest';
import type {ProbeTarget} from '../../../source/probe/transport/probe.js';
import {seeded} from '../../stats/parts/random.js';
import {answering, failing} from '../answers.js';
import {greetings, half, old, setUp, tags, target} from './half-and-half.js';

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

test('what the gateway fails is in the time line, apart from what revisions answer', async () => {
	for (const failed of [
		failing('refused'),
		answering('no route', {status: 503, code: '503', by: 'gateway'}),
	]) {
		let isDown = false;
		const {clock, loop} = setUp(() => (isDown ? failed : answering('Hello World!', {isFromUpstream: true})));
		loop.setEpoch(old);
		loop.start();
		await clock.pass(2000);
		const before = loop.snapshot().timeline;
		expect(before.map(({gateway}) => gateway)).toEqual(before.map(() => 0));
		isDown = true;
		await clock.pass(3000);
		const {timeline, answered, gatewayAnswers, unreached} = loop.snapshot();
		expect(gatewayAnswers + unreached).toBe(3);
		expect(timeline.reduce((sum, {gateway}) => sum + gateway, 0)).toBe(3);
		expect(timeline.reduce((sum, bucket) => sum + bucket.failed, 0)).toBe(0);
		const all = timeline.reduce(
			(sum, {users}) => sum + [...users.values()].reduce((n, one) => n + one, 0),
			0,
		);
		expect(all).toBe(answered);
	}
});

test('a split that has just become wrong is called so after a long time of the right one', async () => {
	let turn = 0;
	let isLying = false;
	const {clock, loop} = setUp(
		({authority}) =>
			greetings[authority] ?? answering(!isLying && turn++ % 2 === 0 ? 'Hello World!' : 'Hello Knative!'),
	);
	loop.setEpoch(half);
	await loop.learn(tags);
	loop.start();
	await clock.pass(600_000);
	expect(loop.snapshot().alarm).toBeUndefined();
	const since = clock.date();
	isLying = true;
	await clock.pass(29_000);
	const {alarm, verdict} = loop.snapshot();
	expect(verdict?.state).toBe('agrees');
	expect(alarm?.isOver).toBe(false);
	expect(Math.abs((alarm?.since ?? 0) - since)).toBeLessThanOrEqual(2000);
});

test('what the gateway fails by now is told, and not what that is of a long loop', async () => {
	let asked = 0;
	let isLying = false;
	const own = answering('no healthy upstream', {status: 503, code: '503', by: 'gateway'});
	const {clock, loop} = setUp(() =>
		isLying && ++asked % 3 === 0 ? own : answering('Hello World!', {isFromUpstream: true}),
	);
	loop.setEpoch(old);
	loop.start();
	await clock.pass(600_000);
	isLying = true;
	await clock.pass(30_000);
	const {trouble, gatewayAnswers} = loop.snapshot();
	expect(gatewayAnswers).toBe(10);
	expect(trouble).toMatchObject({kind: 'gateway', count: 10, of: 31});
	isLying = false;
	await clock.pass(30_000);
	expect(loop.snapshot().trouble).toBeUndefined();
});

test('of a gateway that partly fails and partly cannot be reached both are counted apart by now', async () => {
	let asked = 0;
	let isLying = false;
	const own = answering('no healthy upstream', {status: 503, code: '503', by: 'gateway'});
	const fine = answering('Hello World!', {isFromUpstream: true});
	const {clock, loop} = setUp(() => (isLying ? [fine, own, fine, failing('refused', 5)][asked++ % 4] : fine));
	loop.setEpoch(old);
	loop.start();
	await clock.pass(600_000);
	isLying = true;
	// The last one of those is an answer: it is not down.
	await clock.pass(29_000);
	expect(loop.snapshot()).toMatchObject({gatewayAnswers: 7, unreached: 7, silentSince: undefined});
	expect(loop.snapshot().trouble).toMatchObject({
		kind: 'gateway',
		count: 7,
		of: 31,
		sentence: expect.stringContaining("7 of 31 answers lately are the gateway's own"),
	});
	expect(loop.snapshot().timeline.reduce((sum, {gateway}) => sum + gateway, 0)).toBe(14);
});

test('after an outage a few answers tell that it is over, however long it was well before', async () => {
	let isDown = false;
	const {clock, loop} = setUp(() =>
		isDown ? failing('refused', 5) : answering('Hello World!', {isFromUpstream: true}),
	);
	loop.setEpoch(old);
	loop.start();
	await clock.pass(25_000);
	isDown = true;
	await clock.pass(10_000);
	expect(loop.snapshot()).toMatchObject({gateway: {kind: 'down'}, trouble: {kind: 'down'}});
	isDown = false;
	await clock.pass(2000);
	expect(loop.snapshot().trouble?.isOver).toBeUndefined();
	await clock.pass(5000);
	expect(loop.snapshot().trouble).toMatchObject({kind: 'down', count: 10, isOver: true});
	expect(verdictOf('uid', loop.snapshot())).toMatchObject({tone: 'warning', word: 'unsure'});
});

test('a gateway that is partly not reached after a long time is told with the figures of now', async () => {
	let asked = 0;
	let isLying = false;
	const {clock, loop} = setUp(() =>
		isLying && ++asked % 3 === 0 ? failing('refused', 5) : answering('Hello World!', {isFromUpstream: true}),
	);
	loop.setEpoch(old);
	loop.start();
	await clock.pass(600_000);
	isLying = true;
	await clock.pass(29_000);
	expect(loop.snapshot().trouble).toMatchObject({
		kind: 'down',
		count: 9,
		of: 31,
		sentence: 'the gateway was down for 9 of 31 requests lately',
	});
	isLying = false;
	await clock.pass(30_000);
	expect(loop.snapshot().trouble).toBeUndefined();
});

test('users get no answer of a revision from the first of several lost requests on, and not at a single one', async () => {
	let lost = 0;
	const own = answering('no healthy upstream', {status: 503, code: '503', by: 'gateway'});
	const {clock, loop} = setUp(() => (lost-- > 0 ? own : answering('Hello World!', {isFromUpstream: true})));
	loop.setEpoch(old);
	loop.start();
	await clock.pass(600_000);
	lost = 1;
	await clock.pass(1000);
	expect(loop.snapshot()).toMatchObject({gatewayAnswers: 1, silentSince: undefined});
	await clock.pass(1000);
	lost = 4;
	await clock.pass(1000);
	const since = clock.date();
	await clock.pass(3000);
	expect(loop.snapshot()).toMatchObject({
		gatewayAnswers: 5,
		silentSince: since,
		gateway: {kind: 'answers itself', since, requests: 4, isAll: true},
	});
	await clock.pass(1000);
	expect(loop.snapshot().silentSince).toBeUndefined();
});

test('what becomes of tags at another gateway says nothing of the one that users have', async () => {
	const apart = {
		...target,
		tagsAt: {address: {...target.address, port: 81}, scheme: target.scheme},
	};
	const {clock, loop} = setUp(
		({address}) => (address.port === 81 ? failing('refused') : answering('Hello World!')),
		{target: apart},
	);
	loop.setEpoch(old);
	loop.start();
	void loop.learn(tags);
	await clock.pass(4000);
	expect(loop.snapshot()).toMatchObject({answered: 5, gateway: {kind: 'answers'}, trouble: undefined});
});

const isChosen = ({request}: ProbeTarget) =>
	request?.headers?.some(({name}) => name === 'Knative-Serving-Tag') === true;

test('what a tag that is chosen by header gets is not what users get', async () => {
	const own = answering('no route', {status: 404, code: '404', by: 'gateway'});
	const {clock, loop, asked} = setUp(to => (isChosen(to) ? own : answering('Hello World!')));
	loop.setEpoch(old);
	loop.start();
	void loop.learn(tags.map(tag => ({...tag, authority: target.authority, byHeader: tag.tag})));
	await clock.pass(4000);
	expect(asked.some(request => isChosen(request.target))).toBe(true);
	expect(loop.snapshot()).toMatchObject({answered: 5, gateway: {kind: 'answers'}, silentSince: undefined});
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
		trouble: {kind: 'failures', count: 3, of: 6, sentence: 'test requests fail: 3 of 6 (500 ×3)'},
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
	expect(loop.snapshot().trouble).toMatchObject({sentence: 'test requests fail: 11 of 14 (500 ×11)'});
	await clock.pass(5000);
	expect(loop.snapshot().trouble).toMatchObject({
		isOver: true,
		sentence: `test requests failed: 11 of 19 (500 ×11), last ${last}`,
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

test('a lie of a quarter of a minute is said to be over within seconds, and to have been that long', async () => {
	const random = seeded(20_261_129);
	let part = 0.1;
	const {clock, loop} = setUp(
		({authority}) => greetings[authority] ?? answering(random() < part ? 'Hello Knative!' : 'Hello World!'),
		{rate: 10},
	);
	loop.setEpoch({
		weights: [
			{revision: 'h-00001', percent: 90},
			{revision: 'h-00002', percent: 10},
		],
		settling: false,
	});
	await loop.learn(tags);
	loop.start();
	await clock.pass(20_000);
	const began = clock.date();
	part = 0.5;
	await clock.pass(13_000);
	expect(loop.snapshot().alarm).toMatchObject({isOver: false});
	const ended = clock.date();
	part = 0.1;
	await clock.pass(8000);
	const {alarm} = loop.snapshot();
	expect(alarm).toMatchObject({isOver: true});
	expect(Math.abs((alarm?.since ?? 0) - began)).toBeLessThan(4000);
	expect(Math.abs((alarm?.last ?? 0) - ended)).toBeLessThan(4000);
	// It stays over.
	await clock.pass(30_000);
	expect(loop.snapshot().alarm).toEqual(alarm);
});
