/** The loop before gateways that misbehave: each fault is named for what it is, and none of them stops it. */
import type {Socket} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import type {Loop, LoopSnapshot} from '../../source/probe/loop/loop.js';
import {createLoop} from '../../source/probe/loop/loop.js';
import {serveHttp, serveRaw, targetAt} from './servers.js';
import {unusedPort} from '../support/ports.js';

function running(port: number, {rate = 50, timeout = 2000} = {}): Loop {
	const loop = createLoop({target: targetAt(port), rate, maxRate: rate, timeout});
	onTestFinished(async () => loop.stop());
	loop.setEpoch({weights: [{revision: 'h-00001', percent: 100}], settling: false});
	loop.start();
	return loop;
}

async function until(loop: Loop, isDone: (snapshot: LoopSnapshot) => boolean): Promise<LoopSnapshot> {
	return new Promise(resolve => {
		const unsubscribe = loop.subscribe(snapshot => {
			if (isDone(snapshot)) {
				unsubscribe();
				resolve(snapshot);
			}
		});
	});
}

test('a stall of two seconds shows in p99, counted from the slots, and in what was not sent', async () => {
	const held: (() => void)[] = [];
	let stalls = false;
	const {port} = await serveHttp(({headers: {host = ''}}, response) => {
		if (host.startsWith('kn-canary-')) return response.writeHead(404).end();
		const answer = () => response.end('Hello World!\n');
		if (stalls) held.push(answer);
		else answer();
		return response;
	});
	const loop = running(port, {rate: 100, timeout: 60_000});
	await until(loop, ({answered}) => answered >= 100);
	const before = loop.snapshot().notSent;
	stalls = true;
	// At 100 a second eight are under way and the slots of the rest of two seconds pass unsent.
	await until(loop, ({notSent}) => notSent - before >= 192);
	stalls = false;
	for (const answer of held) answer();
	const {rows, errors, answered} = await until(
		loop,
		({inFlight, last}) => inFlight < 8 && (last.at(-1)?.latency ?? 0) < 1000,
	);
	expect(errors).toBe(0);
	// Eight of some hundred answers: more than one in 100, less than every second one.
	expect(answered).toBeLessThan(700);
	expect(rows[0]?.p99).toBeGreaterThan(1700);
	expect(rows[0]?.p50).toBeLessThan(1700);
});

const ok = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n';
const hello = `${ok}content-length: 12\r\n\r\nHello World!`;
const strange = Buffer.concat([
	Buffer.from('\u001B[2J\u001B]0;owned\u0007\u0000 你好 👩‍👩‍👧 \u202Eabc'),
	Buffer.from([0xff, 0xfe, 0x9b]),
]);

type PeerScene = {
	name: string;
	misbehave: (socket: Socket) => void;
	code: string;
	says: RegExp;
	timeout?: number;
};

const scenes: PeerScene[] = [
	{
		name: 'resets the connection',
		misbehave: socket => socket.resetAndDestroy(),
		code: 'reset',
		says: /closed the connection before the answer was complete/,
	},
	{
		name: 'answers half',
		misbehave: socket => socket.end(`${ok}content-length: 100\r\n\r\nHello`),
		code: 'reset',
		says: /closed the connection before the answer was complete/,
	},
	{
		name: 'answers what is no HTTP',
		misbehave: socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
		code: 'protocol',
		says: /is not HTTP\/1\.1/,
	},
	{
		name: 'answers 10 MB',
		misbehave(socket) {
			socket.write(`${ok}content-length: 10485760\r\n\r\nHello Giant!\n`);
			socket.end(Buffer.alloc(10_485_760 - 13, 'x'));
		},
		code: '200',
		says: /^Hello Giant!$/,
	},
	{
		name: 'sends escape sequences, NUL, invalid UTF-8, wide characters and emoji',
		misbehave(socket) {
			socket.write(`${ok}content-length: ${strange.length}\r\n\r\n`);
			socket.end(strange);
		},
		code: '200',
		says: /你好/,
	},
	{
		name: 'drips',
		timeout: 150,
		misbehave(socket) {
			socket.write(`${ok}content-length: 1000\r\n\r\n`);
			const timer = setInterval(() => socket.write('x'), 20);
			socket.once('close', () => clearInterval(timer));
		},
		code: 'timeout',
		says: /0\.15 s were over, status 200 and \d+ bytes of the body had come/,
	},
	{
		name: 'says nothing',
		timeout: 150,
		misbehave() {},
		code: 'timeout',
		says: /0\.15 s were over, nothing had come/,
	},
];

test.each(scenes)(
	'a gateway that $name is named rightly, and the loop goes on',
	async ({misbehave, code, says, timeout}) => {
		let isWell = false;
		const {port} = await serveRaw(socket => (isWell ? socket.end(hello) : misbehave(socket)));
		const loop = running(port, timeout === undefined ? {} : {timeout});
		const bad = await until(loop, ({answered}) => answered >= 4);
		expect(Object.keys(bad.statusCodes)).toEqual([code]);
		const {outcome} = bad.last[0]!;
		const said = outcome.kind === 'response' ? outcome.firstLine : outcome.sentence;
		expect(said).toMatch(says);
		const [row] = bad.rows;
		const shown = [said, row?.fingerprint, row?.sample].join('\n');
		// Nothing that a terminal would act on: C0 but the line feed, DEL, C1, and what turns the direction of writing.
		expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);

		isWell = true;
		const well = await until(loop, ({rows}) =>
			rows.some(({fingerprint, n}) => fingerprint === 'Hello World!' && n >= 3),
		);
		expect(well.state).toBe('running');
		expect(well.answered).toBe(well.rows.reduce((sum, {n}) => sum + n, 0));
	},
);

test('a gateway that is down is named, and is found again when it is up', async () => {
	const port = await unusedPort();
	const loop = running(port);
	const down = await until(loop, ({unreached}) => unreached >= 4);
	expect(down).toMatchObject({
		answered: 0,
		errors: 0,
		statusCodes: {},
		gateway: {kind: 'down', requests: down.unreached},
		verdict: {state: 'too few'},
	});

	const {createServer} = await import('node:http');
	const server = createServer((_, response) => response.end('Hello World!\n'));
	await new Promise<void>(resolve => {
		server.listen(port, '127.0.0.1', resolve);
	});
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const up = await until(loop, ({statusCodes}) => (statusCodes['200'] ?? 0) >= 3);
	expect(up).toMatchObject({errors: 0, gateway: {kind: 'answers'}});
});
