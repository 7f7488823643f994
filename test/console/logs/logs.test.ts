/** The log of a revision: against a sandbox over HTTP, and against a server that says what a bad day says. */
import {selectNamed} from '../../support/select.js';
import {afterEach, beforeEach, expect, onTestFinished, test} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {systemTimers, type Timers} from '../../../source/kube/timers.js';
import type {LogsSheet} from '../../../source/console/sheets/inspected.js';
import {createLogs, type Logs} from '../../../source/console/logs/logs.js';
import {closeSheet, focusPane} from '../../../source/console/state/select.js';
import type {ConsoleState, ConsoleStore} from '../../../source/console/state/state.js';
import {verifyService} from '../../../source/console/live/verify-requests.js';
import {startApiServer, status, type ApiServer, type Exchange} from '../../support/api-server.js';
import {manualTimers} from '../../kube/manual-timers.js';
import {startRelay} from '../../support/relay.js';
import {startWorld, until, type World} from '../../support/world.js';

let world: World;

beforeEach(async () => {
	world = await startWorld();
});

afterEach(async () => {
	await world.stop();
});

function logOf({sheets}: ConsoleState): LogsSheet {
	const sheet = sheets.findLast(({kind}) => kind === 'logs');
	if (sheet?.kind !== 'logs') throw new Error('no log is open');
	return sheet;
}

async function phase(store: ConsoleStore, kind: LogsSheet['phase']['kind']): Promise<LogsSheet> {
	return until(store, kind, state => logOf(state).phase.kind === kind && logOf(state));
}

async function line(store: ConsoleStore, wanted: string): Promise<LogsSheet> {
	return until(store, wanted, state => logOf(state).lines.includes(wanted) && logOf(state));
}

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

const podName = 'cart-00002-deployment-5d8f-x7k2p';

function pod({
	restarts = 0,
	state = {running: {}},
	version = '1',
}: {restarts?: number; state?: object; version?: string} = {}) {
	return {
		metadata: {name: podName, namespace: 'default', resourceVersion: version},
		spec: {containers: [{name: 'user-container'}, {name: 'queue-proxy'}]},
		status: {containerStatuses: [{name: 'user-container', restartCount: restarts, state}]},
	};
}

/** A server that has these pods, and hands over the requests for a log and the watch of the pods as they come. */
async function bad(
	pods: object[],
	onLog: (exchange: Exchange) => void,
	timers: Pick<Timers, 'sleep'> = systemTimers,
) {
	const {store} = await world.console('cart');
	const server: ApiServer = await startApiServer();
	const watch = Promise.withResolvers<{send: (...events: unknown[]) => void}>();
	server.always(exchange => {
		if (exchange.path.endsWith('/log')) return onLog(exchange);
		if (exchange.query.get('watch') === '1') return watch.resolve(exchange.stream());
		exchange.answer(200, {kind: 'PodList', metadata: {resourceVersion: '1'}, items: pods});
	});
	const cluster = await connect({kubeconfigText: server.kubeconfig()});
	onTestFinished(async () => {
		store.setState({sheets: []});
		await cluster.close();
		await server.close();
	});
	const logs: Logs = createLogs(store, () => 0, timers);
	logs.open(cluster);
	return {store, logs, server, watch: watch.promise};
}

test('the last 200 lines are asked for, and the request ends with the sheet', async () => {
	const asked = Promise.withResolvers<Exchange>();
	const {store} = await bad([pod()], exchange => {
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
	const {store, watch} = await bad([], exchange => exchange.stream().raw('awake\n'));
	await phase(store, 'no pods');
	(await watch).send({type: 'ADDED', object: pod({version: '2'})});
	expect(await line(store, 'awake')).toMatchObject({pod: podName, phase: {kind: 'following'}});
});

test('a container that waits to start is said to, and its log is there as soon as it has one', async () => {
	const why = `container "user-container" in pod "${podName}" is waiting to start: ContainerCreating`;
	let isRunning = false;
	const {store, watch} = await bad([pod({state: {waiting: {reason: 'ContainerCreating'}}})], exchange => {
		if (isRunning) exchange.stream().raw('started\n');
		else exchange.answer(400, status(400, 'BadRequest', why));
	});
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
	const {store, logs, watch} = await bad([pod()], exchange => {
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
	const {store} = await bad([pod()], exchange => {
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
	const {store} = await bad([pod()], exchange => {
		const stream = exchange.stream();
		stream.raw(Array.from({length: 5000}, (_, index) => `line ${index}\n`).join(''));
	});
	const {lines} = await line(store, 'line 4999');
	expect(lines).toHaveLength(1000);
	expect(lines[0]).toBe('line 4000');
});

test('while it is paused nothing that is shown changes, and how much came is counted', async () => {
	const stream = Promise.withResolvers<ReturnType<Exchange['stream']>>();
	const {store, logs} = await bad([pod()], exchange => {
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
	const {store} = await bad([pod()], ({answer}) => answer(403, status(403, 'Forbidden', why)));
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

test('after the connection was cut the log goes on without a line lost or doubled', async () => {
	const {sandbox} = world;
	const relay = await startRelay(Number(new URL(sandbox.apiUrl).port));
	const cluster = await connect({
		kubeconfigText: sandbox.kubeconfig.replaceAll(sandbox.apiUrl, `https://127.0.0.1:${relay.port}`),
	});
	onTestFinished(async () => {
		await cluster.close();
		await relay.close();
	});
	const {store} = await world.console('payments');
	await until(store, 'the gateway', ({gateway}) => gateway.kind === 'found');
	const timers = manualTimers();
	createLogs(store, () => 0, timers).open(cluster);
	// A line each, and all alike: only their times tell them apart.
	const request = 'helloworld: received a request';
	const ask = async (times: number) => {
		for (let index = 0; index < times; index++) await verifyService(store);
	};
	const requests = ({lines}: LogsSheet) => lines.filter(text => text === request).length;
	const told = async (number: number) => {
		const log = await until(
			store,
			`${number} requests`,
			state => requests(logOf(state)) >= number && logOf(state),
		);
		expect(log.lines.filter(text => text !== request)).toEqual([
			'helloworld: starting server...',
			'helloworld: listening on port 8080',
		]);
		expect(requests(log)).toBe(number);
	};
	await line(store, 'helloworld: listening on port 8080');
	await ask(3);
	await told(3);
	for (const sofar of [3, 7]) {
		relay.cut();
		const {phase: broken} = await phase(store, 'over');
		expect(broken).toMatchObject({sentence: expect.stringMatching(/^The log broke off: .*Trying again\.$/)});
		expect(await timers.sleeping()).toBe(2000);
		await ask(3);
		expect(requests(logOf(store.getState()))).toBe(sofar);
		timers.advance(2000);
		await told(sofar + 3);
		await ask(1);
		await told(sofar + 4);
	}
});

/** The answers to the requests for a log, in their order: texts that are sent, and how each ends. */
async function answering(...answers: readonly {text: string; end?: 'in order'}[]) {
	const asked: URLSearchParams[] = [];
	const timers = manualTimers();
	const left = [...answers];
	const cutters: (() => void)[] = [];
	const found = await bad(
		[pod()],
		exchange => {
			asked.push(exchange.query);
			const next = left.shift();
			if (!next) return exchange.answer(503, status(503, 'ServiceUnavailable', 'the kubelet is away'));
			const stream = exchange.stream();
			stream.raw(next.text);
			if (next.end) stream.end();
			cutters.push(() => exchange.cut());
		},
		timers,
	);
	return {
		...found,
		asked,
		/** Cuts the answer that is being read, and lets the pause after it pass. */
		cut: async () => {
			await phase(found.store, 'following');
			cutters.at(-1)?.();
			await timers.sleeping();
			timers.advance(30_000);
		},
		timers,
	};
}

const at = (second: string, text: string) => `2026-11-23T10:00:${second}+08:00 ${text}\n`;

test('half a line is whole when the log goes on; it is asked for from a second before the last one', async () => {
	const {store, asked, cut} = await answering(
		{
			text: `${at('01', 'old')}${at('07.25', 'same')}${at('07.25', 'same')}${at('07.250000001', 'half a li').trimEnd()}`,
		},
		{
			text: `${at('07.25', 'same')}${at('07.25', 'same')}${at('07.250000001', 'half a line')}${at('07.3', 'same')}`,
		},
	);
	await line(store, 'same');
	await cut();
	const {lines} = await line(store, 'half a line');
	expect(lines).toEqual(['old', 'same', 'same', 'half a line', 'same']);
	expect(asked.map(query => [query.get('sinceTime'), query.get('tailLines')])).toEqual([
		[null, '200'],
		['2026-11-23T02:00:06Z', '1000'],
	]);
});

test('a log that was closed in order, cut inside a time, or that has said nothing since goes on as well', async () => {
	const {store, timers, cut} = await answering(
		{text: at('01', 'one'), end: 'in order'},
		{text: `${at('01', 'one')}${at('02', 'two')}2026-11-23T10:0`},
		{text: `${at('01', 'one')}${at('02', 'two')}`},
		{text: `${at('01', 'one')}${at('02', 'two')}${at('03', 'three')}`},
	);
	await timers.sleeping();
	timers.advance(2000);
	await line(store, 'two');
	await cut();
	await cut();
	expect((await line(store, 'three')).lines).toEqual(['one', 'two', 'three']);
});

test('where the lines in between cannot be had it says so', async () => {
	const {store, cut} = await answering({text: at('01', 'one')}, {text: at('50', 'fifty')});
	await line(store, 'one');
	await cut();
	expect((await line(store, 'fifty')).lines).toEqual([
		'one',
		'--- cut here: lines may be missing ---',
		'fifty',
	]);
});

test('a server that cannot tell at the moment is asked again, later each time', async () => {
	const {store, timers, cut, asked} = await answering({text: at('01', 'one')});
	await line(store, 'one');
	await cut();
	const said = await until(store, 'the refusal', state => {
		const {phase: now} = logOf(state);
		return now.kind === 'over' && now.sentence.includes('the kubelet is away') && now.sentence;
	});
	expect(said).toMatch(/ cannot be read: the kubelet is away\. Trying again\.$/);
	expect(await timers.sleeping()).toBe(4000);
	timers.advance(4000);
	expect(await timers.sleeping()).toBe(8000);
	expect(asked).toHaveLength(3);
	expect(logOf(store.getState()).lines).toEqual(['one']);
});
