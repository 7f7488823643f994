/** The commands without a screen, as a script starts them: real processes of the built program against the sandbox. */
import {execFile, spawn} from 'node:child_process';
import {existsSync, openSync, closeSync} from 'node:fs';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {openTerminal} from '../../support/terminal/terminal.js';
import {startWorld, type World} from '../../support/world.js';
import {builtProgram} from '../../support/program/run-program.js';

let world: World;
let state: string;

beforeAll(async () => {
	world = await startWorld();
});

afterAll(async () => {
	await world.stop();
});

beforeEach(async () => {
	state = await mkdtemp(path.join(tmpdir(), 'kn-canary-state-'));
	await world.split('cart', [
		{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 10, tag: 'canary'},
	]);
	return async () => rm(state, {recursive: true, force: true});
});

type CommandEnd = {code: number; stdout: string; stderr: string};

const program = builtProgram;
const environment = () => ({
	...process.env,
	XDG_STATE_HOME: state,
	KUBECONFIG: world.sandbox.kubeconfigPath,
});

async function run(...args: string[]): Promise<CommandEnd> {
	const {promise, resolve} = Promise.withResolvers<CommandEnd>();
	execFile(process.execPath, [program, ...args], {env: environment()}, (error, stdout, stderr) => {
		const code = error ? Number(error.code) : 0;
		resolve({code, stdout, stderr});
	}).stdin?.end();
	return promise;
}

/** As in a pipe to `head`: the reader of standard output goes, right away or after what it has read first. */
async function runUnread(
	args: readonly string[],
	reader: 'gone' | 'leaves' = 'gone',
): Promise<{code: number | null; stderr: string}> {
	const child = spawn(process.execPath, [program, ...args], {
		env: environment(),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	if (reader === 'gone') child.stdout.destroy();
	else child.stdout.once('data', () => child.stdout.destroy());
	const [stderr, code] = await Promise.all([
		text(child.stderr),
		new Promise<number | null>(resolve => child.once('exit', resolve)),
	]);
	return {code, stderr};
}

const shares = async () => (await world.service('cart')).specTraffic.map(({percent}) => percent);

describe('while the API server is busy and says when to come back', () => {
	it('reads are asked again', async () => {
		world.sandbox.apiFaults.set({answers: [{code: 503, methods: ['GET'], times: 2, retryAfter: 0}]});
		expect(await run('get', 'cart')).toMatchObject({code: 0, stderr: ''});
	});

	it('a change is sent again, once it is known that it was not made', async () => {
		world.sandbox.apiFaults.set({
			answers: [{code: 429, methods: ['PATCH'], dryRun: false, times: 2, retryAfter: 0}],
		});
		const {code, stdout} = await run('split', 'cart', '00001=70', '00002=30', '--yes');
		expect(stdout).toMatch(/busy: trying again in 0 s\.[^]*busy: trying again[^]*Done: the server took it/);
		expect(code).toBe(0);
		expect(await shares()).toEqual([70, 30]);
		// What was begun, and what became of it: however often it was sent, it is the same change.
		const file = path.join(state, 'kn-canary', 'history.jsonl');
		const lines = (await readFile(file, 'utf8')).trim().split('\n');
		const ids = lines.map(line => /"(?:attempt|ended|id)":"([^"]+)"/.exec(line)?.[1]);
		expect(new Set(ids).size).toBe(1);
		expect(lines.filter(line => line.startsWith('{"attempt":'))).toHaveLength(3);
		expect(lines.filter(line => line.startsWith('{"ended":'))).toHaveLength(2);
		expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({id: ids[0], reason: 'split'});
	});

	it('a dry run is asked again', async () => {
		world.sandbox.apiFaults.set({answers: [{code: 503, methods: ['PATCH'], times: 1, retryAfter: 0}]});
		const {code, stdout} = await run('split', 'cart', '00001=50', '00002=50', '--dry-run');
		expect(stdout).toContain('Dry run: the server would accept it.');
		expect(code).toBe(0);
	});

	it('longer than anybody waits, it says so', async () => {
		world.sandbox.apiFaults.set({
			answers: [{code: 503, methods: ['PATCH'], dryRun: false, times: 1, retryAfter: 600}],
		});
		const {code, stderr} = await run('split', 'cart', '00001=70', '00002=30', '--yes');
		expect(stderr).toContain('Try again in 600 s.');
		expect(code).toBe(1);
		expect(await shares()).toEqual([90, 10]);
	});
});

describe('kn-canary split', () => {
	it('gives the shares, keeps the tags, and ends when the gateway has them', async () => {
		const {code, stdout} = await run('split', 'cart', '00001=60', 'canary=40', '--yes');
		expect(stdout).toContain('cart-00001  90 % → 60 %  stable');
		expect(stdout).toContain(
			`$ kubectl --context sandbox --kubeconfig ${world.sandbox.kubeconfigPath} patch ksvc cart -n default --type=json`,
		);
		expect(stdout).toMatch(/Done: the server took it\. It is in place, says Knative\.\n$/);
		expect(code).toBe(0);
		expect((await world.service('cart')).specTraffic).toMatchObject([
			{percent: 60, tag: 'stable'},
			{percent: 40, tag: 'canary'},
		]);
	});

	it('writes nothing with --dry-run, and says what the server would', async () => {
		const {code, stdout} = await run('split', 'cart', 'cart-00001=50', 'cart-00002=50', '--dry-run');
		expect(stdout).toMatch(/Dry run: the server would accept it\. Nothing was written\.\n$/);
		expect(code).toBe(0);
		expect(await shares()).toEqual([90, 10]);
	});

	it('writes nothing without --yes when nobody is there to be asked', async () => {
		const {code, stderr} = await run('split', 'cart', '00001=50', '00002=50');
		expect(stderr).toBe('Not applied: not confirmed; --yes skips the question.\n');
		expect(code).toBe(5);
		expect(await shares()).toEqual([90, 10]);
	});

	it.each([
		[['00001=50'], /sum to 50, and must sum to 100/, 2],
		[['00001=50', 'cart-00001=50'], /cart-00001 is named twice/, 2],
		[['00009=100'], /cart has no revision 00009/, 2],
		[['00001=half'], /is no share/, 2],
	])('refuses %j', async (words, sentence, wanted) => {
		const {code, stderr} = await run('split', 'cart', ...words, '--yes');
		expect(stderr).toMatch(sentence);
		expect(code).toBe(wanted);
	});

	it('does not take --yes for a target that is not ready, nor in production', async () => {
		const notReady = await run('split', 'payments', '00001=50', '00002=50', '--yes');
		expect(notReady.stderr).toMatch(/a target cannot take the traffic now, which --yes does not agree to/);
		expect(notReady.code).toBe(5);
		const production = await run('complete', 'cart', '--yes', '--production', '^sandbox$');
		expect(production.stderr).toMatch(/sandbox is production: type "cart" at a terminal/);
		expect(production.code).toBe(5);
		expect(await shares()).toEqual([90, 10]);
	});
});

it('complete, rollback and undo go on from each other, by the history on disk', async () => {
	expect((await run('complete', 'cart', '--yes', '--reason', 'release 7')).code).toBe(0);
	expect(await shares()).toEqual([0, 100]);
	const again = await run('complete', 'cart', '--yes');
	expect(again).toMatchObject({code: 0, stdout: 'cart-00002 has 100 % of the traffic of cart already.\n'});
	expect((await run('rollback', 'cart', '--yes')).code).toBe(0);
	expect(await shares()).toEqual([100, 0]);
	expect((await run('undo', 'cart', '--yes')).code).toBe(0);
	expect(await shares()).toEqual([0, 100]);
	expect((await run('undo', 'cart', '--yes')).code).toBe(0);
	expect(await shares()).toEqual([90, 10]);

	const {stdout} = await run('history', 'cart', '-o', 'json');
	const entries: unknown = JSON.parse(stdout);
	expect(entries).toMatchObject([
		{reason: 'undo'},
		{reason: 'undo'},
		{reason: 'roll back', own: true, service: 'cart', namespace: 'default'},
		{reason: 'promote: release 7', before: [{percent: 90}, {percent: 10}]},
	]);
	expect((await run('history', 'checkout')).stdout).toBe(
		'No changes of checkout in the history of this machine yet.\n',
	);
	const lines = await run('history', 'cart');
	expect(lines.stdout).toMatch(/^\d{4}-\d\d-\d\dT.*sandbox default\/cart/);
	expect(lines.stdout).toContain('cart-00001=90 cart-00002=10 → cart-00001=0 cart-00002=100');
});

it('complete is not done while the newest revision has failed, though the older one has everything', async () => {
	const {code, stdout, stderr} = await run('complete', 'payments', '--yes');
	expect(stderr).toMatch(
		/^The newest revision, payments-00002, is not ready \(No image: image not found: .*404.*\); payments-00001 has 100 % /,
	);
	expect(stdout).toBe('');
	expect(code).toBe(1);
});

it('what is asked for already is not done as long as the route refuses it', async () => {
	await world.split('cart', [{revisionName: 'cart-00009', percent: 100}]);
	const refused = await world.service('cart');
	expect(refused.specTraffic).toMatchObject([{revision: 'cart-00009', percent: 100}]);
	const {code, stderr} = await run('split', 'cart', 'cart-00009=100', '--yes');
	expect(stderr).toMatch(/^cart has this split already\. But the route refuses it: RevisionMissing: /m);
	expect(code).toBe(6);
	expect((await run('split', 'cart', 'cart-00009=100', '--yes', '--wait', '0')).code).toBe(0);
});

it('ends with 3 when the server says that something else was being written, and writes nothing', async () => {
	world.sandbox.apiFaults.set({answers: [{code: 409, methods: ['PATCH'], dryRun: false, times: 1}]});
	const {code, stderr} = await run('rollback', 'cart', '--yes');
	expect(stderr).toMatch(/^Not done: something else was written to cart at the same time, and not its spec/);
	expect(code).toBe(3);
	expect(await shares()).toEqual([90, 10]);
});

it('-o json is one object on standard output, whatever happens', async () => {
	const done = await run('split', 'cart', '00001=55', '00002=45', '--yes', '-o', 'json');
	expect(JSON.parse(done.stdout)).toMatchObject({
		exitCode: 0,
		outcome: 'done',
		action: 'split',
		service: 'cart',
		gateway: {kind: 'moved'},
		before: [{percent: 90}, {percent: 10}],
		after: [
			{target: 'cart-00001', percent: 55, tags: ['stable']},
			{target: 'cart-00002', percent: 45, tags: ['canary']},
		],
	});
	const refused = await run('undo', 'nosuch', '--yes', '-o', 'json');
	expect(JSON.parse(refused.stdout)).toMatchObject({
		exitCode: 1,
		sentence: expect.stringMatching(/"nosuch" not found/),
	});
	expect(refused.code).toBe(1);
});

it('--read-only writes nothing and says so', async () => {
	const {code, stderr} = await run('rollback', 'cart', '--yes', '--read-only');
	expect(stderr).toBe('Not done: started with --read-only, nothing is written.\n');
	expect(code).toBe(1);
	expect(await shares()).toEqual([90, 10]);
});

describe('a reader who has enough', () => {
	it.each(['gone', 'leaves'] as const)(
		'does not keep a change from being made, recorded and followed: %s',
		async reader => {
			const args = ['split', 'cart', '00001=62', '00002=38', '--yes'];
			expect(await runUnread(args, reader)).toEqual({code: 0, stderr: ''});
			const service = await world.service('cart');
			expect(service.specTraffic.map(({percent}) => percent)).toEqual([62, 38]);
			expect(service.statusTraffic.map(({percent}) => percent)).toEqual([62, 38]);
			const {stdout} = await run('history', 'cart');
			expect(stdout).toContain('cart-00001=90 cart-00002=10 → cart-00001=62 cart-00002=38');
		},
	);

	it('is told by the exit code what became of a change that was not made', async () => {
		expect((await runUnread(['split', 'cart', '00001=50', '00002=50'])).code).toBe(5);
		expect((await runUnread(['undo', 'nosuch', '--yes', '-o', 'json'])).code).toBe(1);
		expect(await shares()).toEqual([90, 10]);
	});

	it('is no error where there was only something to read', async () => {
		await run('complete', 'cart', '--yes');
		expect(await runUnread(['history'])).toEqual({code: 0, stderr: ''});
		expect(await runUnread(['history', '-o', 'json'])).toEqual({code: 0, stderr: ''});
	});

	it.skipIf(!existsSync('/dev/full'))('is not a full disk, which is told', async () => {
		await run('complete', 'cart', '--yes');
		const full = openSync('/dev/full', 'w');
		try {
			const child = spawn(process.execPath, [program, 'history'], {
				env: environment(),
				stdio: ['ignore', full, 'pipe'],
			});
			const exited = new Promise(resolve => child.once('exit', resolve));
			expect(await text(child.stderr!)).toMatch(/^What kn-canary says cannot be written: ENOSPC[^\n]*\n$/);
			expect(await exited).toBe(1);
		} finally {
			closeSync(full);
		}
	});
});

it.each(['ctrl-c', 'ctrl-d'])('%s at the question is a no', async key => {
	await using terminal = openTerminal({
		command: process.execPath,
		args: [program, 'rollback', 'cart'],
		env: environment(),
	});
	await terminal.until(/Type yes to apply it:/);
	terminal.press(key);
	expect(await terminal.exited).toEqual({code: 5, signal: 0});
	expect(terminal.screen()).toMatch(/^Not applied: not confirmed\.$/m);
	expect(await shares()).toEqual([90, 10]);
});
