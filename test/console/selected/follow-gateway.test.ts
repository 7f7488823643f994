/** The gateway as the console has it when nothing but a port-forward leads there, or nothing at all. */
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import {createConsole, type Console} from '../../../source/console/console.js';
import {createConsoleStore, type ConsoleState} from '../../../source/console/state/state.js';
import {selectedService} from '../../../source/console/state/read.js';
import {moveSelection} from '../../../source/console/state/select.js';
import {followGateway} from '../../../source/console/selected/follow-gateway.js';
import {TransportError, type Cluster} from '../../../source/kube/cluster.js';
import {corePath, domainMappingsPath} from '../../../source/kube/paths.js';
import {targetOf} from '../../../source/console/live/request-target.js';
import {verifyService} from '../../../source/console/live/verify-requests.js';
import {pendingConnections, unansweringPort} from '../../support/kube/unanswering.js';
import {startWorld, until, type World} from '../../support/world.js';
import {askHost, openMapped} from './mapped-host.js';
import {refuseToListen} from './refused-listen.js';
import {isListening, unusedPort} from '../../support/ports.js';

async function openWorld(): Promise<World> {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	await world.sandbox.gatewayFaults.set({service: 'ClusterIP'});
	return world;
}

const isFound = ({gateway}: ConsoleState) => gateway.kind === 'found' && gateway.forward === undefined;
const forwardOf = ({gateway}: ConsoleState) => (gateway.kind === 'found' ? gateway.forward : undefined);
const ownOf = ({gateway}: ConsoleState) => (gateway.kind === 'found' ? gateway.own : undefined);
const answerOf = ({sheets}: ConsoleState) => {
	const sheet = sheets.at(-1);
	return sheet?.kind === 'verify' && sheet.phase.kind === 'answered' ? sheet.phase.answer.outcome : undefined;
};

async function opened(world: World): Promise<Console> {
	const console = await world.console('checkout');
	await until(console.store, 'the gateway', state => forwardOf(state) !== undefined);
	return console;
}

test('it is opened when it is first asked, answers, and closes with the console', async () => {
	const world = await openWorld();
	const console = await opened(world);
	const {gateway} = console.store.getState();
	if (gateway.kind !== 'found') throw new Error('not found');
	expect(gateway).toMatchObject({
		host: '127.0.0.1',
		via: 'kourier',
		forward: {
			state: {kind: 'unopened'},
			command: `kubectl --context sandbox port-forward -n kourier-system service/kourier ${gateway.port}:80`,
		},
	});
	const kinds: (string | undefined)[] = [];
	console.store.subscribe(state => kinds.push(forwardOf(state)?.state.kind));
	await verifyService(console.store);
	expect(answerOf(console.store.getState())).toMatchObject({firstLine: 'Hello Checkout!'});
	expect(console.store.getState().sheets.at(-1)).toMatchObject({
		command: `curl -H 'Host: checkout.default.example.com' http://127.0.0.1:${gateway.port}/`,
		forwarding: gateway.forward?.command,
	});
	expect(new Set(kinds)).toEqual(new Set(['unopened', 'opening', 'open']));
	await console.stop();
	expect(await isListening(gateway.port)).toBe(false);
});

test('who walks through services is told once that it is looked for, and of the one where the selection rests', async () => {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	const {store} = await world.console('cart');
	await until(store, 'the gateway', isFound);
	moveSelection(store, {by: 1});
	const {gateway: looking} = store.getState();
	expect(looking).toMatchObject({kind: 'looking', before: {kind: 'found'}});
	moveSelection(store, {by: 1});
	expect(store.getState().selected).toMatchObject({name: 'payments'});
	expect(store.getState().gateway).toBe(looking);
	await until(store, 'the gateway of it', isFound);
	// As they are known by now, they are not looked for again.
	for (const by of [-2, 2]) {
		moveSelection(store, {by});
		expect(store.getState().gateway).toMatchObject({kind: 'found'});
	}
});

test('another namespace is another session: the port of the first is closed', async () => {
	const world = await openWorld();
	const console = await opened(world);
	const {gateway: before} = console.store.getState();
	await console.changeNamespace('kourier-system');
	// There is no service there whose gateway could be looked for.
	await until(console.store, 'that none is', ({gateway}) => gateway.kind === 'looking');
	await expect.poll(async () => before.kind === 'found' && isListening(before.port)).toBe(false);
});

test('why it fails is what the answers say, and is in the state', async () => {
	const world = await openWorld();
	const console = await opened(world);
	world.sandbox.apiFaults.set({answers: [{code: 403, methods: ['GET'], path: '/portforward'}]});
	await verifyService(console.store);
	expect(answerOf(console.store.getState())).toMatchObject({
		kind: 'failure',
		failure: 'refused',
		sentence: expect.stringMatching(
			/^No port-forward to kourier-system\/kourier: it takes the right to get and create pods\/portforward in the namespace kourier-system \(pods ".*" is forbidden: /,
		),
	});
	expect(forwardOf(console.store.getState())?.state.kind).toBe('failing');
});

test('a gateway whose Service is gone is looked for again', async () => {
	const world = await openWorld();
	const console = await opened(world);
	await world.other.request({
		method: 'DELETE',
		path: '/api/v1/namespaces/kourier-system/services/kourier',
	});
	await verifyService(console.store);
	await until(console.store, 'that there is none', ({gateway}) => gateway.kind === 'not found');
	expect(console.store.getState().gateway).toMatchObject({
		sentence: expect.stringContaining('services "kourier" not found'),
	});
});

test('a key from one service to another that has the same gateway is told of once', async () => {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	const {store} = await world.console('cart');
	await until(store, 'the gateway', isFound);
	moveSelection(store, {by: 1});
	// Of each service it is looked for once.
	expect(isFound(store.getState())).toBe(false);
	await until(store, 'that of the next', isFound);
	const selected: (string | undefined)[] = [];
	const unsubscribe = store.subscribe(state => selected.push(state.selected?.name));
	moveSelection(store, {by: -1});
	moveSelection(store, {by: 1});
	unsubscribe();
	expect(selected).toEqual(['cart', 'checkout']);
	expect(isFound(store.getState())).toBe(true);
});

test('the word of the operator comes first: then there is none', async () => {
	const world = await openWorld();
	const [host = '', port] = world.sandbox.gatewayAddress.split(':');
	const console = createConsole({
		to: 'test',
		namespace: 'default',
		gateway: {host, port: Number(port)},
	});
	onTestFinished(async () => console.stop());
	console.connected(await world.connect());
	await until(console.store, 'the services', ({feeds}) => feeds.services.kind === 'live');
	expect(console.store.getState().gateway).toEqual({
		kind: 'found',
		host,
		port: Number(port),
		tls: false,
		via: '--gateway',
	});
});

describe('whose load balancer cannot be reached from here', () => {
	const kourier = '/api/v1/namespaces/kourier-system/services/kourier';

	/** A world in which the load balancer has that port; and the way to give it back its own. */
	async function openAt(port: number) {
		const world = await startWorld();
		onTestFinished(async () => world.stop());
		const move = async (to: number) => {
			const {status} = await world.other.request({
				method: 'PATCH',
				path: kourier,
				contentType: 'application/json-patch+json',
				body: [{op: 'replace', path: '/spec/ports/0/port', value: to}],
			});
			expect(status).toBe(200);
		};
		await move(port);
		return {world, repair: async () => move(Number(world.sandbox.gatewayAddress.split(':')[1]))};
	}

	test('it is asked through a port-forward, and it is said why', async () => {
		const closed = await unusedPort();
		const {world} = await openAt(closed);
		const console = await opened(world);
		const unreached = {
			address: `127.0.0.1:${closed}`,
			sentence: `The gateway cannot be reached from here at 127.0.0.1:${closed} (load balancer: connection refused), so it is asked through a port-forward.`,
		};
		expect(console.store.getState().gateway).toMatchObject({kind: 'found', via: 'kourier', unreached});
		await verifyService(console.store);
		expect(answerOf(console.store.getState())).toMatchObject({firstLine: 'Hello Checkout!'});
		expect(console.store.getState().sheets.at(-1)).toMatchObject({unreached: unreached.sentence});
	});

	test('the services are there before it is known', async () => {
		const {world} = await openAt(await unansweringPort());
		const console = createConsole({to: 'test', namespace: 'default'});
		onTestFinished(async () => console.stop());
		const before = Promise.withResolvers<ConsoleState>();
		console.store.subscribe(({gateway}, last) => {
			if (gateway.kind !== 'looking') before.resolve(last);
		});
		console.connected(await world.connect());
		expect(await before.promise).toMatchObject({
			gateway: {kind: 'looking'},
			feeds: {services: {kind: 'live'}, revisions: {kind: 'live'}},
			services: [{name: 'cart'}, {name: 'checkout'}, {name: 'payments'}],
		});
	});

	test.each(['leaves', 'goes to another namespace'])(
		'who %s meanwhile leaves no connection under way',
		async how => {
			const {world, repair} = await openAt(await unansweringPort());
			const before = pendingConnections();
			const console = await world.console('checkout');
			await expect.poll(pendingConnections).toBeGreaterThan(before);
			await repair();
			if (how === 'leaves') {
				await console.stop();
			} else {
				await console.changeNamespace('kourier-system');
			}
			await expect.poll(pendingConnections).toBe(before);
		},
	);

	test('without the right to forward its address is kept, with what to do, and looked at again until it answers', async () => {
		const {world, repair} = await openAt(await unusedPort());
		const cluster = await world.connect({context: 'sandbox-viewer'});
		const console = createConsole({to: 'test', namespace: 'default'});
		onTestFinished(async () => console.stop());
		console.connected(cluster);
		await until(console.store, 'the services', ({services}) => services.length > 0);
		const {store} = console;
		const leaving = new AbortController();
		onTestFinished(() => leaving.abort());
		followGateway(store, cluster, leaving.signal, {retry: 1});
		const {gateway} = await until(
			store,
			'that it is known',
			state => state.gateway.kind === 'found' && state,
		);
		expect(gateway).toMatchObject({
			via: 'kourier',
			unreached: {
				sentence: expect.stringMatching(
					/takes the right to create pods\/portforward in namespace kourier-system: .*; give an address that can be reached with --gateway host\[:port\]/,
				),
			},
		});
		await repair();
		const {gateway: repaired} = await until(
			store,
			'that it is reached',
			state => state.gateway.kind === 'found' && !state.gateway.unreached && state,
		);
		const {host, port, ...found} = {host: '', port: 0, ...repaired};
		expect(`${host}:${port}`).toBe(world.sandbox.gatewayAddress);
		expect(found).toMatchObject({kind: 'found', tls: false, via: 'kourier'});
	});
});

test('where only a port-forward leads to the gateway of the service, its tags are asked there while a mapped host is asked elsewhere', async () => {
	const {world, cluster, host, port, hosts} = await openMapped();
	const console = await world.console('cart', {cluster});
	const {store} = console;
	askHost(store, host);
	await until(store, 'both gateways', ({gateway}) => gateway.kind === 'found' && gateway.port === port);
	const {gateway} = store.getState();
	if (gateway.kind !== 'found' || !gateway.own) throw new Error('the tags have no gateway of their own');
	await verifyService(store);
	expect(store.getState().sheets.at(-1)).toMatchObject({url: `http://${host}`});
	expect(answerOf(store.getState())).toMatchObject({firstLine: 'mapped'});
	expect(store.getState().sheets.at(-1)).not.toHaveProperty('forwarding');
	await console.verifyRevision();
	expect(answerOf(store.getState())).toMatchObject({firstLine: 'Hello Cart v2!'});
	expect(store.getState().sheets.at(-1)).toMatchObject({
		command: `curl -H 'Host: canary-cart.default.example.com' http://127.0.0.1:${gateway.own.port}/`,
		forwarding: `kubectl --context sandbox port-forward -n kourier-system service/kourier ${gateway.own.port}:80`,
	});
	expect(hosts).toContain(host);
	expect(hosts).not.toContain('canary-cart.default.example.com');
	await console.stop();
	expect(await isListening(gateway.own.port)).toBe(false);
});

test('where no port can be had for the way to its tags, it is said, and they are asked nowhere else', async () => {
	const {world, cluster, host, port} = await openMapped();
	const {store} = await world.console('cart');
	await until(store, 'the gateway', state => forwardOf(state) !== undefined);
	const leaving = new AbortController();
	onTestFinished(() => leaving.abort());
	const told: ConsoleState['gateway'][] = [];
	const own = createConsoleStore({to: 'test', namespace: 'default'});
	own.setState(store.getState());
	askHost(own, host);
	own.subscribe(({gateway}) => told.push(gateway));
	refuseToListen();
	onTestFinished(() => void vi.restoreAllMocks());
	followGateway(own, cluster, leaving.signal, {retry: 1});
	const {gateway} = await until(own, 'that one is missing', state =>
		state.gateway.kind === 'found' && state.gateway.ownMissing !== undefined ? state : undefined,
	);
	const service = selectedService(store.getState());
	if (!service) throw new Error('nothing is selected');
	const noPort =
		'the gateway is reached through a port-forward only, and no port of this machine can be had for one: no port is free';
	expect(targetOf(service, 'http://canary-cart.default.example.com', gateway)).toEqual({
		ok: false,
		reason: noPort,
	});
	// Users do not need that port.
	const asked = targetOf(service, service.url, gateway, {path: '/', host});
	expect(asked).toMatchObject({ok: true, target: {address: {port}}});
	expect(asked).not.toHaveProperty('target.tagsAt');
	await until(own, 'both gateways', ownOf);
	expect(told.map(({kind}) => kind)).not.toContain('not found');
});

test('while the only pod of the gateway of its tags restarts its port-forward is kept, and users are asked where they were', async () => {
	const {world, cluster, host, objects} = await openMapped();
	const {store} = await world.console('cart');
	const own = createConsoleStore({to: 'test', namespace: 'default'});
	own.setState({...store.getState(), gateway: {kind: 'looking'}});
	askHost(own, host);
	const leaving = new AbortController();
	onTestFinished(() => leaving.abort());
	followGateway(own, cluster, leaving.signal, {retry: 1});
	const door = await until(own, 'both gateways', ownOf);
	let looks = 0;
	const pods = corePath('pods', 'kourier-system');
	Object.defineProperty(objects, pods, {
		get() {
			looks++;
			return {metadata: {}, items: []};
		},
	});
	expect(await isListening(door.port)).toBe(true);
	await until(own, 'that it fails', state => ownOf(state)?.forward?.state.kind === 'failing');
	const before = looks;
	await vi.waitUntil(() => looks > before + 2, {timeout: 20_000});
	expect(ownOf(own.getState())).toMatchObject({port: door.port});
});

test('where the gateway of its tags has gone its port-forward is closed, and it is looked for until it is there again', async () => {
	const {world, cluster, host, objects} = await openMapped();
	const {store} = await world.console('cart');
	const own = createConsoleStore({to: 'test', namespace: 'default'});
	own.setState({...store.getState(), gateway: {kind: 'looking'}});
	askHost(own, host);
	const leaving = new AbortController();
	onTestFinished(() => leaving.abort());
	followGateway(own, cluster, leaving.signal, {retry: 1});
	const door = await until(own, 'both gateways', ownOf);
	expect(door.forward).toMatchObject({
		state: {kind: 'unopened'},
		command: `kubectl --context sandbox port-forward -n kourier-system service/kourier ${door.port}:80`,
	});
	const kourier = corePath('services', 'kourier-system', 'kourier');
	const {body} = await world.other.request({method: 'GET', path: kourier});
	await world.other.request({method: 'DELETE', path: kourier});
	// Who connects learns that it has gone.
	expect(await isListening(door.port)).toBe(true);
	await until(own, 'that it has gone', ({gateway}) => gateway.kind === 'found' && !gateway.own);
	expect(await isListening(door.port)).toBe(false);
	if (typeof body !== 'object' || body === null) throw new Error('it was not there');
	objects[kourier] = body;
	const again = await until(own, 'that it is there again', ownOf);
	expect(await isListening(again.port)).toBe(true);
});

test('whose a host is is asked again while that is not answered, and gone by as soon as it is', async () => {
	const {world, cluster, host, port} = await openMapped();
	const {store} = await world.console('cart');
	const own = createConsoleStore({to: 'test', namespace: 'default'});
	own.setState({...store.getState(), gateway: {kind: 'looking'}});
	askHost(own, host);
	const leaving = new AbortController();
	onTestFinished(() => leaving.abort());
	let isLost = true;
	const lossy: Cluster = {
		...cluster,
		async request(request) {
			if (isLost && request.path === domainMappingsPath('default', host)) {
				throw new TransportError('lost', 'unknown');
			}
			return cluster.request(request);
		},
	};
	followGateway(own, lossy, leaving.signal, {retry: 1});
	const {gateway} = await until(own, 'a gateway', state => state.gateway.kind === 'found' && state);
	const service = selectedService(store.getState());
	if (!service) throw new Error('nothing is selected');
	expect(targetOf(service, service.url, gateway, {path: '/', host})).toMatchObject({
		hostDoubt: expect.stringMatching(
			/^The API server has not answered whether shop\.example\.org leads to cart:/,
		),
	});
	isLost = false;
	const {gateway: known} = await until(own, 'both gateways', state => ownOf(state) && state);
	expect(known).toMatchObject({port});
	expect(known).not.toHaveProperty('hostOwner');
	if (gateway.kind !== 'found' || !gateway.forward) throw new Error('there was no port-forward');
	await expect.poll(async () => isListening(gateway.port)).toBe(false);
});

test('tags can be asked as soon as their gateway is there, also while that of the host is asked through a port-forward', async () => {
	const {world, cluster, host, objects} = await openMapped({isInside: true});
	const {store} = await world.console('cart');
	const kourier = corePath('services', 'kourier-system', 'kourier');
	const {body} = await world.other.request({method: 'GET', path: kourier});
	await world.other.request({method: 'DELETE', path: kourier});
	const own = createConsoleStore({to: 'test', namespace: 'default'});
	own.setState({...store.getState(), gateway: {kind: 'looking'}});
	askHost(own, host);
	const leaving = new AbortController();
	onTestFinished(() => leaving.abort());
	followGateway(own, cluster, leaving.signal, {retry: 1});
	await until(own, 'that of the host', state => forwardOf(state) !== undefined);
	expect(own.getState().gateway).toMatchObject({ownMissing: expect.stringContaining('not found')});
	if (typeof body !== 'object' || body === null) throw new Error('it was not there');
	objects[kourier] = body;
	const {gateway} = await until(own, 'both gateways', state => ownOf(state) && state);
	expect(gateway).not.toHaveProperty('ownMissing');
});
