/** The log of a revision: against a sandbox over HTTP, and against a server that says what a bad day says. */
import {afterEach, beforeEach, expect, onTestFinished, test} from 'vitest';
import {createLogs} from '../../../source/console/logs/logs.js';
import {closeSheet, focusPane} from '../../../source/console/state/select.js';
import {verifyService} from '../../../source/console/live/verify-requests.js';
import {connect} from '../../../source/kube/connect.js';
import {startApiServer, status, type Exchange} from '../../support/kube/api-server.js';
import {selectNamed} from '../../support/select.js';
import {startWorld, until, type World} from '../../support/world.js';
import {badServer, line, logOf, phase, pod, podName} from './bad-server.js';

let world: World;

beforeEach(async () => {
	world = await startWorld();
});

afterEach(async () => {
	await world.stop();
});

test('of a service it is the log of the newest revision that users reach, and it goes on', async () => {
	const console = await world.console('cart');
	await until(console.store, 'the gateway', ({gateway}) => gateway.kind === 'found');
	console.showLogs();
	const log = await line(console.store, 'helloworld: listening on port 8080');
	expect(log).toMatchObject({
		revision: 'cart-00002',
		container: 'user-container',
		phase: {kind: 'following'},
	});
	expect(log.pod).toMatch(/^cart-00002-deployment-/);
	// payments has a newer one, which is not ready.
	closeSheet(console.store);
	selectNamed(console.store, 'payments');
	console.showLogs();
	expect(logOf(console.store.getState()).revision).toBe('payments-00001');
	await line(console.store, 'helloworld: listening on port 8080');
	await verifyService(console.store);
	await line(console.store, 'helloworld: received a request');
});

test('in the revisions pane it is that of the selected revision; a revision without a pod has none', async () => {
	const console = await world.console('payments');
	focusPane(console.store, 'revisions');
	console.showLogs();
	expect(await phase(console.store, 'no pods')).toMatchObject({revision: 'payments-00002', pod: undefined});
});

test('c goes to the queue-proxy and back, the arrows to the next pod', async () => {
	const console = await world.console('checkout');
	console.showLogs();
	const first = await line(console.store, 'helloworld: listening on port 8080');
	expect(first.pods).toHaveLength(2);
	console.logs.turnContainer();
	expect(logOf(console.store.getState())).toMatchObject({
		container: 'queue-proxy',
		pod: first.pod,
		lines: [],
	});
	console.logs.turnPod(1);
	const other = logOf(console.store.getState());
	expect(other.container).toBe('queue-proxy');
	expect(other.pod).not.toBe(first.pod);
	console.logs.turnContainer();
	console.logs.turnPod(1);
	expect(await line(console.store, 'helloworld: listening on port 8080')).toMatchObject({
		pod: first.pod,
		container: 'user-container',
	});
});

test('the last 200 lines are asked for, and the request ends with the sheet', async () => {
	const asked = Promise.withResolvers<Exchange>();
	const {store} = await badServer(world, [pod()], exchange => {
		exchange.stream().raw('hello\n');
		asked.resolve(exchange);
	});
	await line(store, 'hello');
	const {path, query, closed} = await asked.promise;
	expect(path).toBe(`/api/v1/namespaces/default/pods/${podName}/log`);
	expect(Object.fromEntries(query)).toEqual({
		container: 'user-container',
		tailLines: '200',
		timestamps: 'true',
		follow: 'true',
	});
	closeSheet(store);
	await closed;
});

test('a pod that comes while one waits for it has its log shown', async () => {
	const {store, watch} = await badServer(world, [], exchange => exchange.stream().raw('awake\n'));
	await phase(store, 'no pods');
	(await watch).send({type: 'ADDED', object: pod({version: '2'})});
	expect(await line(store, 'awake')).toMatchObject({pod: podName, phase: {kind: 'following'}});
});

test('a container that waits to start is said to, and its log is there as soon as it has one', async () => {
	const why = `container "user-container" in pod "${podName}" is waiting to start: ContainerCreating`;
	let isRunning = false;
	const {store, watch} = await badServer(
		world,
		[pod({state: {waiting: {reason: 'ContainerCreating'}}})],
		exchange => {
			if (isRunning) exchange.stream().raw('started\n');
			else exchange.answer(400, status(400, 'BadRequest', why));
		},
	);
	const {phase: refused} = await phase(store, 'refused');
	expect(refused).toEqual({
		kind: 'refused',
		sentence: `The log of user-container in ${podName} cannot be read: ${why}.`,
	});
	isRunning = true;
	(await watch).send({type: 'MODIFIED', object: pod({version: '2'})});
	await line(store, 'started');
});

test('when the container is started again its new log follows beneath the old one', async () => {
	let runs = 0;
	const {store, logs, watch} = await badServer(world, [pod()], exchange => {
		if (exchange.query.get('previous') === 'true') return exchange.answer(200, 'what the run before said\n');
		runs++;
		const stream = exchange.stream();
		stream.raw(`run ${runs}\n`);
		if (runs === 1) stream.end();
	});
	await until(store, 'the end', state => logOf(state).phase.kind === 'over');
	(await watch).send({type: 'MODIFIED', object: pod({restarts: 1, version: '2'})});
	const {lines} = await line(store, 'run 2');
	expect(lines).toEqual(['run 1', '--- user-container was started again ---', 'run 2']);
	logs.togglePrevious();
	const before = await line(store, 'what the run before said');
	expect(before.previous).toBe(true);
	await until(store, 'its end', state => {
		const {phase: now} = logOf(state);
		return now.kind === 'over' && now.sentence === 'The end of that run.';
	});
	logs.togglePrevious();
	expect(await line(store, 'run 3')).toMatchObject({previous: false, lines: ['run 3']});
});

test('a log that breaks off is said to have, and what it said stays', async () => {
	const asked = Promise.withResolvers<Exchange>();
	const {store} = await badServer(world, [pod()], exchange => {
		exchange.stream().raw('said\nhalf a li');
		asked.resolve(exchange);
	});
	await line(store, 'said');
	(await asked.promise).cut();
	const {phase: over} = await phase(store, 'over');
	expect(over).toMatchObject({sentence: expect.stringMatching(/^The log broke off: .*Trying again\.$/)});
	expect((await line(store, 'half a li')).lines).toEqual(['said', 'half a li']);
});

test('of a flood the newest thousand lines are kept', async () => {
	const {store} = await badServer(world, [pod()], exchange => {
		const stream = exchange.stream();
		stream.raw(Array.from({length: 5000}, (_, index) => `line ${index}\n`).join(''));
	});
	const {lines} = await line(store, 'line 4999');
	expect(lines).toHaveLength(1000);
	expect(lines[0]).toBe('line 4000');
});

test('while it is paused nothing that is shown changes, and how much came is counted', async () => {
	const stream = Promise.withResolvers<ReturnType<Exchange['stream']>>();
	const {store, logs} = await badServer(world, [pod()], exchange => {
		stream.resolve(exchange.stream());
	});
	const log = await stream.promise;
	log.raw('before\n');
	const {lines} = await line(store, 'before');
	logs.pause();
	log.raw('one\ntwo\n');
	const held = await until(store, 'two lines held', state => logOf(state).held === 2 && logOf(state));
	expect(held.lines).toBe(lines);
	logs.resume();
	expect(logOf(store.getState())).toMatchObject({lines: ['before', 'one', 'two'], paused: false, held: 0});
});

test('whoever may not read logs, or pods, is told so', async () => {
	const why = 'pods "x" is forbidden: User "eve" cannot get resource "pods/log" in API group ""';
	const {store} = await badServer(world, [pod()], ({answer}) => answer(403, status(403, 'Forbidden', why)));
	const {phase: refused} = await phase(store, 'refused');
	expect(refused).toEqual({
		kind: 'refused',
		sentence: `The log of user-container in ${podName} (get pods/log) may not be read by you: ${why}.`,
	});
	closeSheet(store);
	const server = await startApiServer();
	server.always(({answer}) => answer(403, status(403, 'Forbidden', 'pods is forbidden')));
	const cluster = await connect({kubeconfigText: server.kubeconfig()});
	onTestFinished(async () => {
		await cluster.close();
		await server.close();
	});
	createLogs(store, () => 0).open(cluster);
	expect((await phase(store, 'refused')).phase).toEqual({
		kind: 'refused',
		sentence: 'The pods of cart-00002 may not be read by you: pods is forbidden.',
	});
	closeSheet(store);
});
