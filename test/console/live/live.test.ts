/** The live loop as the console has it, against the sandbox: it follows the cluster, and says what users get. */
import {selectNamed} from '../../support/select.js';
import {flakyCanary} from '../../support/gateway/flaky-canary.js';
import {expect, onTestFinished, test} from 'vitest';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';
import type {LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {createConsole, type Console} from '../../../source/console/console.js';
import {applyRequests, openRequests, requestRules} from '../../../source/console/live/request-sheet.js';
import {topSheet} from '../../../source/console/state/read.js';
import {closeSheet, selectService} from '../../../source/console/state/select.js';
import {
	createService,
	greeter,
	openSandbox,
	patchSpec,
	trafficOf,
	type SandboxWorld,
} from '../../headless/sandbox.js';
import {seeded} from '../../stats/parts/random.js';
import {until} from './until.js';

/** A console on the sandbox with the loop running on this service, faster than an operator would ask. */
async function watching({cluster}: SandboxWorld, service: string, rate = 200): Promise<Console> {
	const console = createConsole({
		to: 'sandbox',
		namespace: 'default',
		requestOptions: {...defaultRequestOptions, rate, maxRate: 500},
	});
	onTestFinished(async () => console.stop());
	console.connected(cluster);
	await until(console, ({services, gateway}) =>
		gateway.kind === 'found' && services.some(({name}) => name === service) ? true : undefined,
	);
	selectNamed(console.store, service);
	await console.live.toggle();
	return console;
}

const untilCounted = async (console: Console, isDone: (snapshot: LoopSnapshot) => boolean) =>
	until(console, ({live}) => (live && isDone(live.snapshot) ? live.snapshot : undefined));

const splitOf = ({weights}: LoopSnapshot) => weights.map(({percent}) => percent).join('/');

test('at 50/50, 90/10, 99/1 and with three revisions the panel agrees, and keeps the counts of each', async () => {
	const world = await openSandbox({random: seeded(21)});
	const {cluster} = world;
	await patchSpec(cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
	const console = await watching(world, 'cart', 400);
	const agreed: string[] = [];
	const agrees = async (split: string) => {
		const snapshot = await untilCounted(
			console,
			now => splitOf(now) === split && now.verdict?.state === 'agrees' && now.answered >= 60,
		);
		expect(snapshot.errors).toBe(0);
		agreed.push(splitOf(snapshot));
	};
	await agrees('50/50');
	await patchSpec(cluster, 'cart', {traffic: trafficOf('cart', {1: 90, 2: 10})});
	await agrees('90/10');
	await patchSpec(cluster, 'cart', {traffic: trafficOf('cart', {1: 99, 2: 1})});
	await agrees('99/1');
	await patchSpec(cluster, 'cart', {
		template: {spec: {containers: [greeter('Cart v3')]}},
		traffic: trafficOf('cart', {1: 99, 2: 1}),
	});
	await patchSpec(cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 30, 3: 20})});
	await agrees('50/30/20');

	const {history} = console.store.getState().live!.snapshot;
	expect(new Set(history.map(({weights}) => weights.map(({percent}) => percent).join('/')))).toEqual(
		new Set(['50/50', '90/10', '99/1']),
	);
	for (const {since, until: end, answered, rows} of history) {
		expect(end).toBeGreaterThanOrEqual(since);
		expect(rows.reduce((sum, {n}) => sum + n, 0)).toBe(answered);
	}

	console.live.turnPage(-1);
	expect(console.store.getState().live?.page).toBe(1);
	console.live.turnPage(1);
	console.live.turnPage(1);
	expect(console.store.getState().live?.page).toBe(0);
	for (let page = 0; page < history.length + 3; page++) console.live.turnPage(-1);
	expect(console.store.getState().live?.page).toBe(history.length);
	expect(console.store.getState().notice?.text).toBe('That is the first split.');
});

test('a gateway whose weights are not those of the route disagrees', async () => {
	const random = seeded(22);
	// What stands first in the split gets 89 % of one half.
	const world = await openSandbox({random: () => random() ** 6});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
	const console = await watching(world, 'cart', 50);
	const {answered, rows} = await untilCounted(console, ({verdict}) => verdict?.state === 'disagrees');
	expect(rows[0]?.revision).toBe('cart-00001');
	// Nine of ten streams of that kind are found out within 23 answers; a snapshot comes ten times a second.
	expect(answered).toBeLessThanOrEqual(60);
});

test('a review that was opened before its canary turned out to be worse cannot be agreed to', async () => {
	const world = await openSandbox({seed: false});
	await createService(world.cluster, 'shaky', greeter('Shaky'));
	const canary = flakyCanary('shaky', {errorRate: '20%', target: 'Shaky v2', percent: 0});
	await patchSpec(world.cluster, 'shaky', canary);
	const console = await watching(world, 'shaky', 100);
	// Nothing is asked before the review is open.
	await console.live.toggle();
	await until(console, ({services, revisions}) => {
		const ready = [...revisions.values()].flat().filter(({state}) => state.ready);
		const isLatest = services.some(({latestReady}) => latestReady === 'shaky-00002');
		return ready.length === 2 && isLatest ? true : undefined;
	});
	await console.complete();
	const review = topSheet(console.store.getState());
	expect(review).toMatchObject({kind: 'review', confirmation: 'enter', phase: {kind: 'open'}});
	await console.live.toggle();
	await untilCounted(console, ({comparison}) => comparison?.errors.state === 'worse');
	await console.confirm();
	const {notice, services} = console.store.getState();
	expect(notice?.text).toMatch(/^Nothing was written\. WORSE: shaky-00002 failed .* not known when it was/);
	expect(services.map(({generation}) => generation)).toEqual([2]);
	closeSheet(console.store);
	await console.complete();
	expect(topSheet(console.store.getState())).toMatchObject({confirmation: 'word', word: 'worse'});
});

test('a new revision that fails 5 % is worse while the split is still 100/0, by pairs at the tags', async () => {
	const world = await openSandbox({seed: false});
	const {cluster} = world;
	await createService(cluster, 'shaky', greeter('Shaky'));
	await patchSpec(cluster, 'shaky', flakyCanary('shaky', {errorRate: '5%', target: 'Shaky v2', percent: 0}));
	const console = await watching(world, 'shaky', 100);
	const snapshot = await untilCounted(console, ({comparison}) => comparison?.errors.state === 'worse');
	expect(splitOf(snapshot)).toBe('100/0');
	expect(snapshot).toMatchObject({
		errors: 0,
		verdict: {state: 'agrees'},
		comparison: {
			fresh: {revision: 'shaky-00002'},
			old: {revision: 'shaky-00001', failed: 0},
			errors: {state: 'worse'},
		},
	});
	expect(snapshot.comparison?.fresh.failed).toBeGreaterThanOrEqual(6);

	// Off and on again, by the key: the counts stay.
	console.live.toggleComparison();
	expect(console.store.getState().live?.snapshot.comparison?.errors.state).toBe('worse');
	await untilCounted(console, ({comparing}) => !comparing);
	console.live.toggleComparison();
	await untilCounted(console, ({comparing}) => comparing);
}, 30_000);

test('what a key changes in the loop is seen at once, and waits for no snapshot', async () => {
	const console = await watching(await openSandbox(), 'cart', 1);
	const shown = () => console.store.getState().live?.snapshot;
	console.live.changePace(1);
	expect(shown()).toMatchObject({rate: 2, comparing: true});
	console.live.toggleComparison();
	expect(shown()).toMatchObject({rate: 2, comparing: false});
	console.live.burst();
	expect(shown()).toMatchObject({rate: 20, burstLeft: 200});
	await console.live.toggle();
	expect(shown()).toMatchObject({state: 'paused', burstLeft: 0});
});

test('the loop of a service that is left goes on in the background, and its verdict is known', async () => {
	const world = await openSandbox({random: seeded(23)});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
	const console = await watching(world, 'cart', 50);
	const {services} = console.store.getState();
	const [cart, checkout] = ['cart', 'checkout'].map(name => services.find(service => service.name === name));
	await untilCounted(console, ({answered}) => answered > 0);
	selectService(console.store, checkout!);
	expect(console.store.getState().live).toBeUndefined();
	await until(console, ({verdicts}) => (verdicts.get(cart!.uid)?.split === 'agrees' ? true : undefined));
	expect(console.store.getState().verdicts.get(cart!.uid)).toMatchObject({isRunning: true, errors: 0});
	// Nothing was asked of the one that is selected.
	expect(console.store.getState().verdicts.has(checkout!.uid)).toBe(false);
	await console.live.toggle();
	const live = await until(console, state => state.live);
	expect(live).toMatchObject({uid: checkout!.uid, background: 1});
	// What changes of a service in the background is followed: its counts begin again.
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 90, 2: 10})});
	await until(console, ({verdicts}) => {
		const shares = verdicts.get(cart!.uid)?.shares.map(({set}) => set);
		return shares?.join('/') === '90/10' ? true : undefined;
	});
	selectService(console.store, cart!);
	const back = await until(console, state => (state.live?.uid === cart!.uid ? state.live : undefined));
	expect(back.snapshot.history.length).toBeGreaterThan(0);
});

test('a loop in the background ends when its budget is spent, and says so', async () => {
	const console = await watching(await openSandbox(), 'cart', 400);
	const {services} = console.store.getState();
	const cart = services.find(({name}) => name === 'cart');
	selectService(
		console.store,
		services.find(({name}) => name === 'checkout')!,
	);
	const paused = await until(console, ({verdicts}) =>
		verdicts.get(cart!.uid)?.isRunning === false ? verdicts.get(cart!.uid) : undefined,
	);
	expect(paused.answered).toBeGreaterThan(100);
	expect(console.store.getState().notice?.text).toMatch(
		/^The loop of cart is paused: sent 1000 requests in the background\. space there resumes it\.$/,
	);
});

test('the counts begin again by a key, under the same split', async () => {
	const console = await watching(await openSandbox(), 'cart', 100);
	await untilCounted(console, ({answered}) => answered >= 20);
	console.live.countAnew();
	const {answered, history, weights} = console.store.getState().live!.snapshot;
	expect(answered).toBe(0);
	expect(history.at(-1)).toMatchObject({weights});
	await untilCounted(console, now => now.answered > 0);
});

test('what is sent to a service is chosen for it alone, and counted again', async () => {
	const console = await watching(await openSandbox(), 'cart', 100);
	const {store} = console;
	await untilCounted(console, ({answered}) => answered > 0);
	openRequests(store);
	const sheet = store.getState().sheets.at(-1);
	if (sheet?.kind !== 'requests') throw new Error('The sheet is not open.');
	expect(sheet.values).toMatchObject({path: '/', method: 'GET', fingerprint: 'first-line'});
	applyRequests(store, sheet, {...sheet.values, path: '/other', headers: ['X-Who: me'], cookie: 'a=1'});
	expect(store.getState().sheets).toEqual([]);
	const {target} = await untilCounted(console, now => now.target.path === '/other' && now.answered > 0);
	expect(target.request?.headers).toEqual([
		{name: 'X-Who', value: 'me'},
		{name: 'Cookie', value: 'a=1'},
	]);
	expect(store.getState().requestOptions.path).toBe('/');
	// What is there is shown when the sheet is opened again.
	openRequests(store);
	expect(store.getState().sheets.at(-1)).toMatchObject({
		values: {path: '/other', headers: ['X-Who: me'], cookie: 'a=1'},
	});
});

test.each([
	['path', 'other', /must start with/],
	['method', 'GET IT', /is not an HTTP method/],
	['header', 'no colon', /is not "Name: value"/],
	['cookie', 'a=$NOT_SET_ANYWHERE', /is not set/],
	['body', '@/no/such/file', /cannot be read/],
	['expectStatus', 'fine', /The expected status/],
	['fingerprint', 'colour', /is not known/],
] as const)('a bad %s is said in words before anything is sent', (field, text, words) => {
	expect(requestRules[field](text)).toMatch(words);
});
