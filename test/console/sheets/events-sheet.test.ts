/** Events of what is selected, against a sandbox over HTTP. */
import {afterEach, beforeEach, expect, test} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {showEvents} from '../../../source/console/sheets/events-sheet.js';
import type {EventsSheet} from '../../../source/console/sheets/inspected.js';
import {closeSheet, focusPane} from '../../../source/console/state/select.js';
import type {ConsoleState} from '../../../source/console/state/state.js';
import type {EventView} from '../../../source/knative/objects/event.js';
import {startApiServer, status, type ApiServer, type Exchange} from '../../support/kube/api-server.js';
import {startWorld, until, type World} from '../../support/world.js';

let world: World;

beforeEach(async () => {
	world = await startWorld();
});

afterEach(async () => {
	await world.stop();
});

function phaseOf({sheets}: ConsoleState): EventsSheet['phase'] {
	const sheet = sheets.at(-1);
	if (sheet?.kind !== 'events') throw new Error('no events are open');
	return sheet.phase;
}

/** The events that are shown, once they are listed. */
function eventsOf(state: ConsoleState): readonly EventView[] | undefined {
	const phase = phaseOf(state);
	return phase.kind === 'followed' ? phase.events : undefined;
}

test('those of a service are those of all that belongs to it, newest first, and of nothing else', async () => {
	const console = await world.console('cart');
	console.showEvents();
	const events = await until(console.store, 'the events', eventsOf);
	const kinds = new Set(events.map(({kind}) => kind));
	for (const kind of ['Configuration', 'Route', 'Revision', 'Deployment', 'ReplicaSet', 'Pod']) {
		expect(kinds).toContain(kind);
	}
	expect(events.every(({about}) => /^cart(-0000\d(-deployment.*)?)?$/.test(about))).toBe(true);
	const times = events.map(({last}) => last ?? 0);
	expect(times).toEqual(times.toSorted((a, b) => b - a));
});

test('those of a revision are its own and those of its pods', async () => {
	const console = await world.console('cart');
	focusPane(console.store, 'revisions');
	console.showEvents();
	const events = await until(console.store, 'the events', eventsOf);
	expect(events.length).toBeGreaterThan(0);
	expect(events.every(({about}) => about.startsWith('cart-00002'))).toBe(true);
});

test('what happens while the sheet is open is on top of it at once', async () => {
	const console = await world.console('checkout');
	console.showEvents();
	await until(console.store, 'the events', eventsOf);
	await world.patch('checkout', {
		spec: {template: {spec: {containers: [{image: 'registry.example.com/shop/nowhere:1'}]}}},
	});
	const events = await until(
		console.store,
		'the image that is not there',
		state =>
			eventsOf(state)?.some(({kind, isWarning}) => kind === 'Revision' && isWarning) && eventsOf(state),
	);
	expect(events.filter(({isWarning}) => isWarning)).toContainEqual(
		expect.objectContaining({kind: 'Revision', about: 'checkout-00002'}),
	);
});

/** Answers what a console asks that is about events; everything else is not its matter. */
async function serverOf(events: (server: ApiServer) => Parameters<ApiServer['always']>[0]) {
	const server = await startApiServer();
	server.always(events(server));
	const cluster = await connect({kubeconfigText: server.kubeconfig()});
	return {
		server,
		cluster,
		async [Symbol.asyncDispose]() {
			await cluster.close();
			await server.close();
		},
	};
}

test('where nothing was said there is an empty list, and the watch ends with the sheet', async () => {
	const console = await world.console('cart');
	const watched = Promise.withResolvers<Exchange>();
	await using api = await serverOf(() => exchange => {
		if (exchange.query.get('watch') !== '1') {
			return exchange.answer(200, {kind: 'EventList', metadata: {resourceVersion: '7'}, items: null});
		}
		exchange.stream();
		watched.resolve(exchange);
	});
	showEvents(console.store, api.cluster, () => 0);
	expect(await until(console.store, 'the list', eventsOf)).toEqual([]);
	const {closed} = await watched.promise;
	closeSheet(console.store);
	await closed;
	expect(api.server.log).toHaveLength(2);
});

test('whoever may not read events is told so', async () => {
	const console = await world.console('cart');
	const why =
		'events is forbidden: User "eve" cannot list resource "events" in API group "" in the namespace "default"';
	await using api = await serverOf(
		() =>
			({answer}) =>
				answer(403, status(403, 'Forbidden', why)),
	);
	showEvents(console.store, api.cluster, () => 0);
	const phase = await until(
		console.store,
		'the refusal',
		state => phaseOf(state).kind === 'not read' && phaseOf(state),
	);
	expect(phase).toEqual({
		kind: 'not read',
		sentence: `The events of the namespace default may not be read by you: ${why}.`,
	});
});

/** One of every two is about cart; the higher the index, the newer. */
const numbered = (index: number) => ({
	metadata: {name: `cart.${index}`, namespace: 'default', resourceVersion: String(index)},
	involvedObject: {kind: 'Service', name: index % 2 === 0 ? 'cart' : 'other'},
	type: 'Normal',
	reason: `Said${index}`,
	lastTimestamp: new Date(1_760_000_000_000 + index * 1000).toISOString(),
});

test('of thousands only the newest are kept, and it is said that there are more', async () => {
	const console = await world.console('cart');
	await using api = await serverOf(() => exchange => {
		if (exchange.query.get('watch') === '1') return void exchange.stream();
		const items = Array.from({length: 2000}, (_, index) => numbered(index));
		exchange.answer(200, {kind: 'EventList', metadata: {resourceVersion: '2000'}, items});
	});
	showEvents(console.store, api.cluster, () => 0);
	const events = await until(console.store, 'the events', eventsOf);
	expect(events).toHaveLength(300);
	expect(events[0]?.reason).toBe('Said1998');
	expect(events.at(-1)?.reason).toBe('Said1400');
	expect(phaseOf(console.store.getState())).toMatchObject({isCut: true});
});
