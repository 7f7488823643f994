/** How the loop learns whose the answers are. */
import {expect, test} from 'vitest';
import type {Answer} from '../../../source/probe/transport/probe.js';
import {answering, failing} from '../answers.js';
import {seeded} from '../../stats/parts/random.js';
import type {Weight} from '../../../source/probe/counting/loop-report.js';
import {alternating, greetings, half, old, setUp, tags, target} from './half-and-half.js';

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

test('nobody knows whether a revision at 0 % answers users while it says what the one with all of them does', async () => {
	const {clock, loop} = setUp(() => answering('Hello World!'));
	loop.setEpoch({weights: [...old.weights, {revision: 'h-00002', percent: 0}], settling: false});
	void loop.learn(tags);
	loop.start();
	await clock.pass(60_000);
	const {rows, verdict} = loop.snapshot();
	expect(verdict?.state).toBe('unjudgeable');
	expect(rows.filter(({n}) => n > 0)).toMatchObject([
		{revision: undefined, why: 'alike', candidates: ['h-00001', 'h-00002']},
	]);
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
	const {clock, loop} = setUp(({authority}) =>
		authority.startsWith('h.') ? answering('Hello World!') : unknownHost,
	);
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
	const {clock, loop} = setUp(({authority}) =>
		authority.startsWith('canary')
			? answering('<title>404</title>', {status: 404, code: '404'})
			: answering('Hello World!'),
	);
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

test('what a default page says at a tag without a rule is not what its revision says: nobody is accused by it', async () => {
	const random = seeded(20_261_128);
	// Both say the same, and the gateway has no rule for the tag of the old one.
	const {clock, loop} = setUp(
		({authority}) =>
			authority === target.authority || authority.startsWith('canary-')
				? answering('Hello World!')
				: answering('Welcome to nginx!'),
		{rate: 10, random},
		() => answering('Welcome to nginx!'),
	);
	loop.setEpoch({
		weights: [
			{revision: 'h-00001', percent: 90},
			{revision: 'h-00002', percent: 10},
		],
		settling: false,
	});
	void loop.learn(tags);
	loop.start();
	const states = new Set<string | undefined>();
	for (let second = 0; second < 20; second++) {
		await clock.pass(1000);
		states.add(loop.snapshot().verdict?.state);
	}
	expect([...states]).not.toContain('disagrees');
	expect(loop.snapshot()).toMatchObject({
		verdict: {state: 'unjudgeable'},
		unheard: ['h-00001'],
		tags: [{revision: 'h-00001', state: 'failed'}, {state: 'learned'}],
	});
});

/** What the panel says of a minute at a gateway that answers any host with its default page. */
async function withDefaultPage(
	respond: (authority: string, random: () => number) => string,
	weights: readonly Weight[],
) {
	const random = seeded(20_261_130);
	const {clock, loop} = setUp(
		({authority}) => answering(respond(authority, random)),
		{rate: 10, random},
		() => answering('Welcome to nginx!'),
	);
	loop.setEpoch({weights, settling: false});
	loop.setSides({
		old: {revision: 'h-00001', authority: 'stable-h.default.example.com'},
		fresh: {revision: 'h-00002', authority: 'canary-h.default.example.com'},
	});
	loop.compare(true);
	void loop.learn(tags);
	loop.start();
	const claims = new Set<string | undefined>();
	for (let second = 0; second < 60; second++) {
		await clock.pass(1000);
		const {verdict, trouble, comparison} = loop.snapshot();
		if (trouble?.isOver !== undefined || (verdict?.state === 'agrees' && !trouble)) claims.add('✓');
		if (verdict?.state === 'disagrees' || verdict?.state === 'impossible') claims.add('✗');
		if (comparison?.errors.state === 'worse') claims.add('worse');
	}
	return {claims: [...claims], ...loop.snapshot()};
}

const said = (authority: string) =>
	authority.startsWith('canary-')
		? 'Hello Knative!'
		: authority.startsWith('stable-')
			? 'Hello World!'
			: undefined;

test('a default page at the service’s own host is no proof that it has what is set', async () => {
	const {claims, trouble, rows, alarm} = await withDefaultPage(
		authority => said(authority) ?? 'Welcome to nginx!',
		[{revision: 'h-00001', percent: 100}],
	);
	expect({claims, alarm}).toEqual({claims: [], alarm: undefined});
	expect(trouble).toMatchObject({
		kind: 'any host',
		sentence: expect.stringMatching(
			/^any host gets \d+ of \d+ answers \(Welcome to nginx!\): nothing shows that the service answers; ask a gateway that knows it \(--gateway\)$/,
		),
	});
	expect(rows.map(({why}) => why)).toEqual([undefined, 'any host']);
});

test('a default page that users get now and then accuses nobody, also where the tag of the old one has no rule', async () => {
	// Both say the same: what comes beside the page is neither's for certain.
	const {claims, alarm, unheard, tagDoubt} = await withDefaultPage(
		(authority, random) =>
			authority.startsWith('canary-') || (authority === target.authority && random() < 0.6)
				? 'Hello Knative!'
				: 'Welcome to nginx!',
		half.weights,
	);
	expect({claims, alarm}).toEqual({claims: [], alarm: undefined});
	expect(unheard).toEqual(['h-00001']);
	expect(tagDoubt?.sentence).toContain('as the service does: nothing shows that it was asked');
});

const drawn = (random: () => number) => (random() < 0.5 ? 'Hello World!' : 'Hello Knative!');

test('a service that any host leads to is judged by its split, and not while one revision has all of it', async () => {
	const split = seeded(20_261_131);
	const {clock, loop} = setUp(
		({authority}) => answering(said(authority) ?? drawn(split)),
		{rate: 10, random: seeded(7)},
		() => answering(drawn(split)),
	);
	loop.setEpoch(half);
	void loop.learn(tags);
	loop.start();
	await clock.pass(30_000);
	expect(loop.snapshot()).toMatchObject({verdict: {state: 'agrees'}, trouble: undefined});
});

test('nothing is called good before it is known what any host gets', async () => {
	const {promise, resolve} = Promise.withResolvers<Answer>();
	const {clock, loop} = setUp(
		({authority}) => greetings[authority] ?? answering('Hello Knative!'),
		{rate: 10},
		async () => promise,
	);
	loop.setEpoch(old);
	void loop.learn(tags);
	loop.start();
	await clock.pass(5000);
	expect(loop.snapshot()).toMatchObject({
		isAnyHostOpen: true,
		trouble: {kind: 'any host'},
		verdict: {state: 'suspicious', sentence: 'Possibly off; not known yet whether any host is answered so.'},
		alarm: undefined,
	});
	// Such a gateway says nothing to a host that does not exist: what it said is the canary's.
	resolve(failing('timeout', 10_000));
	await clock.pass(100);
	expect(loop.snapshot()).toMatchObject({
		isAnyHostOpen: false,
		trouble: undefined,
		verdict: {state: 'impossible'},
	});
});
