/** One request by hand: what it got, and how sure it is whose answer that was. */
import {expect, onTestFinished, test} from 'vitest';
import type {Console} from '../../../source/console/console.js';
import type {VerifySheet} from '../../../source/console/sheets/sheets.js';
import {verifyService} from '../../../source/console/live/verify-requests.js';
import {phaseLines} from '../../../source/screen/sheets/inspect/verify-lines.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import {lateRefusal} from '../../../source/knative/release/late-refusal.js';
import {answering} from '../../probe/answers.js';
import {startWorld, until, type World} from '../../support/world.js';

async function openWorld(): Promise<World> {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	return world;
}

async function consoleOn(service: string, world?: World): Promise<Console> {
	world ??= await openWorld();
	const console = await world.console(service);
	await until(console.store, 'the gateway', ({gateway}) => gateway.kind === 'found');
	return console;
}

function sheetOf({store}: Console): VerifySheet {
	const sheet = store.getState().sheets.at(-1);
	if (sheet?.kind !== 'verify') throw new Error('nothing was asked');
	return sheet;
}

/** What the sheet says below its command, blank lines left out. */
const linesOf = (console: Console) =>
	phaseLines(sheetOf(console), createTheme({env: {}})).flatMap(({text}) => (text === '' ? [] : [text]));

test('a tag is asked at its own URL, and its revision answers', async () => {
	const console = await consoleOn('cart');
	await console.verifyRevision();
	expect(sheetOf(console)).toMatchObject({
		tag: 'canary',
		revision: 'cart-00002',
		isSettling: false,
		url: 'http://canary-cart.default.example.com',
		phase: {kind: 'answered', answer: {outcome: {body: 'Hello Cart v2!\n'}}},
	});
});

test('that a service has no URL yet is said until it has one', async () => {
	const {store} = await consoleOn('checkout');
	const put = (url: string | undefined) =>
		store.setState(({services}) => ({
			services: services.map(service => (service.name === 'checkout' ? {...service, url} : service)),
		}));
	const {url} = store.getState().services.find(({name}) => name === 'checkout') ?? {};
	put(undefined);
	await verifyService(store);
	expect(store.getState().notice?.text).toContain('reports no URL of checkout');
	put(url);
	expect(store.getState().notice).toBeUndefined();
});

test('that a revision cannot be asked on its own is said until it has a tag', async () => {
	const console = await consoleOn('checkout');
	const {store} = console;
	await console.verifyRevision();
	expect(store.getState().notice?.text).toMatch(/^checkout-00001 has no tag/);
	store.setState(({services}) => ({
		services: services.map(service => ({
			...service,
			statusTraffic: service.statusTraffic.map(target => ({
				...target,
				...(service.name === 'checkout' && {
					tag: 'stable',
					url: 'http://stable-checkout.default.example.com',
				}),
			})),
		})),
	}));
	expect(store.getState().notice).toBeUndefined();
	await console.verifyRevision();
	expect(sheetOf(console)).toMatchObject({tag: 'stable', revision: 'checkout-00001'});
});

test('an answer that any host gets is nobody’s, and no success', async () => {
	const console = await consoleOn('cart');
	await console.verifyRevision();
	const sheet = sheetOf(console);
	if (sheet.phase.kind !== 'answered') throw new Error('nothing was answered');
	const {answer} = sheet.phase;
	if (answer.outcome.kind !== 'response') throw new Error('nothing was answered');
	const outcome = {...answer.outcome, isToAnyHost: true} as const;
	const lines = phaseLines(
		{...sheet, phase: {kind: 'answered', answer: {...answer, outcome}}},
		createTheme({env: {}}),
	).map(({text}) => text);
	expect(lines[0]).toMatch(/^▲ 200 /);
	expect(lines.at(-1)).toMatch(/^Any host gets this answer here: nothing shows that cart-00002 answered\./);
});

test('while the route settles no revision is said to have answered, be it at a tag or with all of the traffic', async () => {
	const console = await consoleOn('checkout');
	await verifyService(console.store);
	expect(sheetOf(console)).toMatchObject({revision: 'checkout-00001', isSettling: false});
	// As it is between a write and the gateway's last pod.
	console.store.setState(({services}) => ({
		services: services.map(service => ({...service, generation: service.generation + 1})),
	}));
	await verifyService(console.store);
	expect(sheetOf(console)).toMatchObject({revision: 'checkout-00001', isSettling: true});
});

test('no revision is said to have answered for the gateway, be it for a first release that failed', async () => {
	const world = await openWorld();
	await world.create('crashing', {
		spec: {containers: [{image: 'registry.example.com/samples/helloworld-crash:1'}]},
	});
	const console = await consoleOn('crashing', world);
	await until(console.store, 'the refusal of the route', ({services}) =>
		services.some(service => service.name === 'crashing' && lateRefusal(service)?.isFirst),
	);
	await verifyService(console.store);
	expect(linesOf(console)).toEqual([
		expect.stringMatching(/^✗ 404 /),
		'(no body)',
		'404 from the gateway itself: no route for this host.',
	]);
});

test('what the gateway says for want of a pod, or nothing, is drawn from no split', async () => {
	const world = await openWorld();
	const console = await consoleOn('cart', world);
	await world.sandbox.gatewayFaults.set({unavailable: 1});
	await verifyService(console.store);
	expect(linesOf(console)).toEqual([
		expect.stringMatching(/^✗ 503 .*text\/plain$/),
		expect.stringMatching(/\S/),
		'503 from the gateway itself: no revision answered.',
	]);
	await world.sandbox.gatewayFaults.set({unavailable: 0, reset: 1});
	await verifyService(console.store);
	expect(linesOf(console)).toEqual([expect.stringMatching(/^✗ The gateway .* closed the connection/)]);
	await world.sandbox.gatewayFaults.clear();
	await verifyService(console.store);
	expect(linesOf(console)).toEqual([
		expect.stringMatching(/^✓ 200 /),
		expect.stringMatching(/^Hello Cart/),
		'Drawn by the gateway from the split: ask again and another revision may answer.',
	]);
});

test("the application's own no is neither good nor bad", () => {
	const outcome = {
		...answering('not found').outcome,
		...({status: 404, code: '404'} as const),
	};
	const sheet: VerifySheet = {
		kind: 'verify',
		service: 'cart',
		uid: '1',
		tag: 'canary',
		revision: 'cart-00002',
		isSettling: false,
		url: 'http://canary-cart.default.example.com',
		command: 'curl',
		coveredCommand: 'curl',
		namedCommand: 'curl',
		phase: {kind: 'answered', answer: {at: 0, latency: 4, outcome}},
	};
	const said = phaseLines(sheet, createTheme({env: {}})).map(({text}) => text);
	expect(said[0]).toMatch(/^▲ 404 /);
	expect(said).toContain('The application said no, which may be right for what was asked.');
	expect(said).toContain('Answered by cart-00002 (tag URLs ignore the split).');
});
