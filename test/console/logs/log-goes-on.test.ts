/** The log of a revision goes on after it was cut, without a line lost or doubled. */
import {afterEach, beforeEach, expect, onTestFinished, test} from 'vitest';
import {createLogs} from '../../../source/console/logs/logs.js';
import type {LogsSheet} from '../../../source/console/sheets/inspected.js';
import {verifyService} from '../../../source/console/live/verify-requests.js';
import {connect} from '../../../source/kube/connect.js';
import {manualTimers} from '../../kube/manual-timers.js';
import {status} from '../../support/kube/api-server.js';
import {startRelay} from '../../support/kube/relay.js';
import {startWorld, until, type World} from '../../support/world.js';
import {badServer, line, logOf, phase, pod} from './bad-server.js';

let world: World;

beforeEach(async () => {
	world = await startWorld();
});

afterEach(async () => {
	await world.stop();
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
	const found = await badServer(
		world,
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
