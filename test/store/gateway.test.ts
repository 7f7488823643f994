/** The gateway as the console has it when nothing but a port-forward leads there. */
import {once} from 'node:events';
import {connect as connectTo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {createConsole, type Console} from '../../source/store/console.js';
import type {ConsoleState} from '../../source/store/state.js';
import {verifyService} from '../../source/store/verify.js';
import {startWorld, until, type World} from '../support/world.js';

async function openWorld(): Promise<World> {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	await world.sandbox.gatewayFaults.set({service: 'ClusterIP'});
	return world;
}

const forwardOf = ({gateway}: ConsoleState) => (gateway.kind === 'found' ? gateway.forward : undefined);
const answerOf = ({sheets}: ConsoleState) => {
	const sheet = sheets.at(-1);
	return sheet?.kind === 'verify' && sheet.phase.kind === 'answered' ? sheet.phase.answer.outcome : undefined;
};

async function opened(world: World): Promise<Console> {
	const console = await world.console('checkout');
	await until(console.store, 'the gateway', state => forwardOf(state) !== undefined);
	return console;
}

async function isListening(port: number): Promise<boolean> {
	const socket = connectTo({host: '127.0.0.1', port});
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
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

test('another namespace is another session: the port of the first is closed', async () => {
	const world = await openWorld();
	const console = await opened(world);
	const {gateway: before} = console.store.getState();
	await console.changeNamespace('kourier-system');
	await until(
		console.store,
		'another port-forward',
		state => forwardOf(state) !== undefined && state.gateway !== before,
	);
	expect(before.kind === 'found' && (await isListening(before.port))).toBe(false);
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

test('a gateway whose Service is gone is looked for anew', async () => {
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

test('the word of the operator comes first: then there is none', async () => {
	const world = await openWorld();
	const [host = '', port] = world.sandbox.gatewayAddress.split(':');
	const console = createConsole({
		to: 'test',
		namespace: 'default',
		gateway: {host, port: Number(port), tls: false},
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
