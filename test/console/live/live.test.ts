/** The live loop as the console has it, against the sandbox: it follows the cluster, and says what users get. */
import {selectNamed} from '../../support/select.js';
import {expect, onTestFinished, test} from 'vitest';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';
import type {LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {createConsole, type Console} from '../../../source/console/console.js';
import {
	createService,
	greeter,
	openSandbox,
	patchSpec,
	trafficOf,
	type World,
} from '../../headless/sandbox.js';
import {seeded} from '../../stats/random.js';

/** A console on the sandbox with the loop running on this service, faster than an operator would ask. */
async function watching({cluster}: World, service: string, rate = 200): Promise<Console> {
	const console = createConsole({
		to: 'sandbox',
		namespace: 'default',
		asking: {...defaultRequestOptions, rate, maxRate: 500},
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

type State = ReturnType<Console['store']['getState']>;

async function until<Found>({store}: Console, find: (state: State) => Found | undefined): Promise<Found> {
	return new Promise(resolve => {
		let unsubscribe: (() => void) | undefined;
		const look = (state: State) => {
			const found = find(state);
			if (found !== undefined) {
				unsubscribe?.();
				resolve(found);
			}
		};
		unsubscribe = store.subscribe(look);
		look(store.getState());
	});
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

test('a new revision that fails 5 % is worse while the split is still 100/0, by pairs at the tags', async () => {
	const world = await openSandbox({seed: false});
	const {cluster} = world;
	await createService(cluster, 'shaky', greeter('Shaky'));
	await patchSpec(cluster, 'shaky', {
		template: {
			spec: {
				containers: [
					{
						image: 'registry.example.com/samples/helloworld-flaky:1',
						env: [
							{name: 'ERROR_RATE', value: '5%'},
							{name: 'TARGET', value: 'Shaky v2'},
						],
					},
				],
			},
		},
		traffic: [
			{revisionName: 'shaky-00001', percent: 100, tag: 'stable'},
			{latestRevision: true, percent: 0, tag: 'canary'},
		],
	});
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
