/**
 * What counts as evidence, in the built program: what the panel of a console says, and what `verify` says, in front of the same
 * gateways and revisions. Each was once called good, or called bad, and was not.
 */
import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {gzipSync} from 'node:zlib';
import * as v from 'valibot';
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {failureBound} from '../../source/stats/failure-bound.js';
import {evenly} from '../stats/random.js';
import {openBuiltConsole} from '../support/console.js';
import {inFrontOf, page, type FrontAnswer, type FrontRule} from '../support/front-gateway.js';
import {builtProgram, runProgram} from '../support/run-program.js';
import type {TestTerminal} from '../support/terminal.js';
import {startWorld, type World} from '../support/world.js';

const host = 'cart.default.example.com';
const untouched: FrontRule = async () => undefined;
const isNew = ({body}: FrontAnswer) => String(body).includes('v2');
const isAtTag = (name = '') => /^(stable|canary)-/.test(name);

const answersNew =
	(status: number): FrontRule =>
	async (_, ask) => {
		const answer = await ask();
		return isNew(answer) ? {...answer, status, body: 'Cannot GET /\n'} : answer;
	};

const packed: FrontRule = async (_, ask) => {
	const {status, headers, body} = await ask();
	return {
		status,
		headers: {...headers, 'content-encoding': 'gzip'},
		body: gzipSync(`${String(body)}request ${Math.random()}\n`),
	};
};

/** The third revision has a share and no tag; the second a tag and no share, and says what the third says. */
async function oneUnheard(world: World): Promise<void> {
	await anotherRevision(world, 'Cart v2');
	await world.split('cart', [
		{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
		{revisionName: 'cart-00003', percent: 10},
	]);
}

/** Two that say the same. */
async function alike(world: World): Promise<void> {
	await anotherRevision(world, 'Cart');
	await world.split('cart', [
		{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
		{revisionName: 'cart-00003', percent: 10, tag: 'canary'},
	]);
}

async function anotherRevision(world: World, greeting: string): Promise<void> {
	await world.patch('cart', {
		spec: {
			template: {
				spec: {
					containers: [
						{
							image: 'registry.example.com/samples/helloworld-go:1',
							args: ['again'],
							env: [{name: 'TARGET', value: greeting}],
						},
					],
				},
			},
			traffic: [{revisionName: 'cart-00001', percent: 100}],
		},
	});
	await expect
		.poll(async () => (await world.service('cart')).latestReady, {timeout: 20_000})
		.toBe('cart-00003');
}

const lies = (world: World) =>
	world.sandbox.gatewayFaults.set({weights: {[host]: {'cart-00001': 1, 'cart-00002': 9}}});

type Scene = {
	what: string;
	rule?: FrontRule;
	prepare?: (world: World) => Promise<void>;
	panel: RegExp;
	/** What must not be there when the panel says that. */
	never: RegExp;
	code: number;
	verify: RegExp;
};

const good = /✓ (No contradiction|canary not worse)/;
const bad = /✗ /;

const scenes: Scene[] = [
	{
		what: 'a new revision that answers 404 where the old one answers 200',
		rule: answersNew(404),
		panel:
			/users get failures: \d+ of \d+ \(404 ×\d+\)[^]*✗ canary WORSE|✗ canary WORSE[^]*users get failures: \d+ of \d+ \(404/,
		never: good,
		code: 2,
		verify: /users get failures: \d+ of \d+ \(404 ×\d+\)/,
	},
	{
		what: 'a new revision that answers 401 where the old one answers 200',
		rule: answersNew(401),
		panel: /✗ canary WORSE since [\d:]+, last [\d:]+: fails \d+ of \d+, stable 0 of \d+/,
		never: good,
		code: 2,
		verify: /users get failures: \d+ of \d+ \(401 ×\d+\)/,
	},
	{
		what: 'a load balancer that answers every host by itself',
		rule: async () => page(404, 'ALB'),
		panel: /✗ the gateway itself answers 404 .* since [\d:]+ \(\d+\)/,
		never: good,
		code: 3,
		verify: /answers are the gateway's own \(404.*no revision answered/,
	},
	{
		what: 'a load balancer with a rule for the main host only',
		rule: async request => (isAtTag(request.headers.host) ? page(404, 'ALB') : undefined),
		panel: /may have no rule for tag hosts/,
		never: /✓ canary|✗ (?!404)/,
		code: 2,
		verify: /may have no rule for tag hosts/,
	},
	{
		what: 'a default backend that answers any host well, but those of the service',
		rule: async ({headers: {host: asked = ''}}) =>
			asked === host ? undefined : {status: 200, headers: {}, body: `Welcome to ${asked}\n`},
		panel: /not compared: the tag of cart-00002 answers what any host gets \(Welcome to canary-cart/,
		never: /✓ canary|✗ /,
		code: 2,
		verify: /The tag canary teaches nothing: it answers what any host gets \(Welcome to canary-cart/,
	},
	{
		what: 'a default backend that answers any host well, and says each its name',
		rule: async ({headers: {host: asked = ''}}) => ({
			status: 200,
			headers: {},
			body: `Welcome to ${asked}\n`,
		}),
		panel: /any host gets \d+ of \d+ answers/,
		never: /✓ |✗ /,
		code: 2,
		verify: /Cannot tell: any host gets \d+ of \d+ answers \(Welcome to cart\.default/,
	},
	{
		what: 'a tag of one revision alone that leads to a default backend',
		rule: async ({headers: {host: asked = ''}}) =>
			/^(?:canary-|kn-canary-)/.test(asked) ? {status: 200, headers: {}, body: 'It works!\n'} : undefined,
		panel: /not compared: the tag of cart-00002 answers what any host gets \(It works!\)/,
		never: /✓ canary|✗ /,
		code: 2,
		verify: /The tag canary teaches nothing: it answers what any host gets \(It works!\)/,
	},
	{
		what: 'a gateway that gives users another split',
		prepare: lies,
		panel:
			/in place, says Knative; users get another split[^]*✗ wrong split: set 90│10, users get \d+│\d+ for/,
		never: good,
		code: 1,
		verify: /✗ Disagrees/,
	},
	{
		what: 'a revision with a share that was never heard',
		prepare: oneUnheard,
		panel: /unattributed.{1,3}t adds a tag URL/,
		never: bad,
		code: 2,
		verify: /cart-00003 has no tag URL/,
	},
	{
		what: 'a healthy split of two that say the same',
		prepare: alike,
		panel: /Revisions answer identically/,
		never: bad,
		code: 2,
		verify: /cart-00001 and cart-00003 answer identically/,
	},
	{
		what: 'bodies that come compressed unasked',
		rule: packed,
		panel: /Hello Cart! [^]*Hello Cart v2! [^]*✓|✓[^]*Hello Cart! [^]*Hello Cart v2! /,
		never: bad,
		code: 0,
		verify: /✓ Agrees/,
	},
];

let world: World;
let state: string;

beforeEach(async () => {
	world = await startWorld({random: evenly()});
	state = mkdtempSync(path.join(tmpdir(), 'kn-canary-evidence-'));
});

afterEach(async () => {
	await world.stop();
	rmSync(state, {recursive: true, force: true});
});

type Opened = {terminal: TestTerminal; gateway: string};

async function open(rule: FrontRule = untouched, args: readonly string[] = []): Promise<Opened> {
	const {port} = await inFrontOf(world.sandbox, rule);
	const gateway = `127.0.0.1:${port}`;
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', world.sandbox.kubeconfigPath, '--gateway', gateway, '--rate', '20', ...args],
		env: {XDG_STATE_HOME: state},
		cols: 160,
		rows: 40,
	});
	onTestFinished(async () => terminal[Symbol.asyncDispose]());
	await terminal.until(/gateway 127\.0\.0\.1:\d+[^]*cart [█▓▒░#=. ]+\d+│/);
	return {terminal, gateway};
}

const verify = async (gateway: string, service = 'cart') =>
	runProgram(
		[
			'verify',
			service,
			'--n=80',
			'--rate=100',
			'--max-rate=100',
			'--timeout=2s',
			`--kubeconfig=${world.sandbox.kubeconfigPath}`,
			`--gateway=${gateway}`,
		],
		{XDG_STATE_HOME: state},
	);

describe('in the panel and in verify', () => {
	it.each(scenes)('$what', async ({rule, prepare, panel, never, code, verify: said}) => {
		await prepare?.(world);
		const {terminal, gateway} = await open(rule);
		terminal.press('space');
		const screen = await terminal.until(panel);
		expect(screen.slice(screen.indexOf('4 Live'))).not.toMatch(never);
		terminal.press('space');
		const ended = await verify(gateway);
		expect(ended.output.replaceAll(/\s+/g, ' ')).toMatch(said);
		expect(ended.code).toBe(code);
		expect(/✓/.test(ended.output)).toBe(code === 0);
	});
});

it('says of a split that users do not get what to do, and a roll back to it does not call it done', async () => {
	await world.split('cart', [
		{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
	]);
	await world.sandbox.gatewayFaults.set({weights: {[host]: {'cart-00001': 0, 'cart-00002': 1}}});
	const {terminal} = await open();
	terminal.press('space');
	await terminal.until(
		/✗ set 100│0, users get 0│100 for \d+ s · S sends it again · check KIngress, gateway pods/,
	);
	terminal.press('R');
	const screen = await terminal.until(/That is what Knative says; set 100│0, users get 0│100/);
	expect(screen).not.toMatch(/has 100 % already/);
});

it('draws no green bar of a service that never went live, and gives no verdict on it', async () => {
	await world.other.request({
		method: 'POST',
		path: '/apis/serving.knative.dev/v1/namespaces/default/services',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'aaa', namespace: 'default'},
			spec: {
				template: {spec: {containers: [{image: 'registry.example.com/samples/no-such-image:1'}]}},
				traffic: [{latestRevision: true, percent: 100}],
			},
		},
	});
	const {terminal, gateway} = await open();
	const screen = await terminal.until(/3 Traffic[^]*users get 404/i);
	const pane = screen.slice(screen.indexOf('3 Traffic'), screen.indexOf('4 Live'));
	expect(pane).not.toMatch(/[█▓]{4}/);
	const ended = await verify(gateway, 'aaa');
	expect(ended.code).toBe(2);
	expect(ended.output).toMatch(/\? Cannot tell: no revision of aaa has been ready so far/);
});

it('shows beside ✓ no interval that leaves out what is set, and a bound that holds however often one looks', async () => {
	const {terminal, gateway} = await open();
	terminal.press('space');
	const screen = await terminal.until(
		/✓ No contradiction with the split so far[^]*✓ canary not worse so far|✓ canary not worse so far[^]*✓ No contradiction/,
	);
	const rows = [...screen.matchAll(/…0000\d +(\d+) % +[\d.]+ % +([\d.]+)–([\d.]+)/g)];
	expect(rows).toHaveLength(2);
	for (const [, set, low, high] of rows) {
		expect(Number(set)).toBeGreaterThanOrEqual(Number(low));
		expect(Number(set)).toBeLessThanOrEqual(Number(high));
	}
	const [, failed, pairs, bound] =
		/so far: (\d+) of (\d+) failed \(true rate < ([\d.]+) %/.exec(screen) ?? [];
	expect(Number(bound) / 100).toBeGreaterThanOrEqual(failureBound(Number(failed), Number(pairs)) - 1e-9);
	terminal.press('space');
	const {output} = await verify(gateway);
	const said = [...output.matchAll(/(\d+) %.*\[([\d.]+)–([\d.]+) at 99 %\]/g)];
	expect(output).toContain('✓ Agrees');
	expect(said.length).toBeGreaterThanOrEqual(2);
	for (const [, set, low, high] of said) {
		expect(Number(set)).toBeGreaterThanOrEqual(Number(low));
		expect(Number(set)).toBeLessThanOrEqual(Number(high));
	}
});

it('goes on asking a service that is no longer selected, and says so and what comes of it', async () => {
	const {terminal} = await open();
	terminal.press('space');
	await terminal.until(/No contradiction with the split so far/);
	terminal.press('down');
	await terminal.until(/Revisions of checkout/);
	terminal.press('space');
	await terminal.until(/4 Live.*1 loop in background/);
	await lies(world);
	await terminal.until(
		/✗ cart [█▓▒░#=. ]+90│10 +wrong[^]*Revisions of checkout|Revisions of checkout[^]*✗ cart [█▓▒░#=. ]+90│10 +wrong/,
	);
});

it('remembers what is sent to a service, over two starts', async () => {
	const first = await open();
	first.terminal.press('i');
	await first.terminal.until(/Requests to cart/);
	first.terminal.press('tab', 'end');
	first.terminal.type('health?deep=1');
	first.terminal.press('tab', 'tab');
	first.terminal.type('X-Tenant: blue');
	await first.terminal.until(/\/health\?deep=1[^]*X-Tenant: blue/);
	first.terminal.press('ctrl-s');
	await first.terminal.until(/curl .*X-Tenant: blue.*\/health\?deep=1/);
	first.terminal.press('q');
	expect(await first.terminal.exited).toMatchObject({code: 0});
	const seen: (string | undefined)[] = [];
	const second = await open(async request => {
		seen.push(`${request.url} ${String(request.headers['x-tenant'])}`);
		return undefined;
	});
	await second.terminal.until(/curl .*X-Tenant: blue.*\/health\?deep=1/);
	second.terminal.press('space');
	await expect.poll(() => seen, {timeout: 20_000}).toContain('/health?deep=1 blue');
});

/**
 * A gateway that goes down with the request of which `isLast` says so, and takes that with it.
 *
 * @param outage Milliseconds until it is back; never when not given.
 */
async function dying(isLast: (request: {asked: string; count: number}) => boolean, outage?: number) {
	let count = 0;
	const gateway = await inFrontOf(world.sandbox, async ({headers}) => {
		if (isLast({asked: headers.host ?? '', count: ++count})) {
			gateway.down();
			if (outage !== undefined) setTimeout(() => void gateway.up(), outage);
		}
		return undefined;
	});
	return {...gateway, address: `127.0.0.1:${gateway.port}`};
}

const reported = v.object({
	requests: v.object({
		answered: v.number(),
		errors: v.number(),
		refused: v.number(),
		gatewayAnswers: v.number(),
		unreached: v.number(),
		statusCodes: v.record(v.string(), v.number()),
	}),
	verdict: v.object({sentence: v.string()}),
});

async function verifyJson(gateway: string, ...more: string[]) {
	const asked = ['verify', 'cart', '--n=80', '--timeout=2s', '-o', 'json', ...more];
	const {code, stdout} = await runProgram(
		[...asked, `--kubeconfig=${world.sandbox.kubeconfigPath}`, `--gateway=${gateway}`],
		{XDG_STATE_HOME: state},
	);
	return {code, report: v.parse(reported, JSON.parse(stdout))};
}

describe('a dead gateway, to verify', () => {
	it('is down since a time, and nothing of it is a failure, nor what it took with it', async () => {
		const {address} = await dying(({asked, count}) => asked === host && count > 40);
		const {code, report} = await verifyJson(address, '--rate=100', '--max-rate=100');
		expect(report.verdict.sentence).toMatch(
			/^Cannot tell: gateway down since \d\d:\d\d:\d\d \(\d+ requests\): Nothing listens at.*[^.]\.$/,
		);
		const {answered, errors, refused, gatewayAnswers, unreached, statusCodes} = report.requests;
		expect({errors, refused, gatewayAnswers, statusCodes}).toEqual({
			errors: 0,
			refused: 0,
			gatewayAnswers: 0,
			statusCodes: {200: answered},
		});
		expect(answered + unreached).toBe(80);
		expect(code).toBe(2);
	});

	it('that comes back was down for so many requests, and nothing of them is a failure', async () => {
		let isOver = false;
		const {address} = await dying(({asked, count}) => {
			const isNow = !isOver && asked === host && count > 20;
			isOver ||= isNow;
			return isNow;
		}, 1000);
		const {code, report} = await verifyJson(address, '--rate=20');
		expect(code).toBe(2);
		expect(report.verdict.sentence).toMatch(
			/^Cannot tell: the gateway was down for \d+ of 80 requests(, last [\d:]+)?\.$/,
		);
		expect(report.requests.errors).toBe(0);
	});

	it('that never was there is said to be, and is no verdict', async () => {
		const gateway = await dying(() => false);
		gateway.down();
		const {output, code} = await verify(gateway.address);
		expect(output).toMatch(/^Nothing listens at 127\.0\.0\.1:\d+ \(connection refused\): check/);
		expect(output).not.toMatch(/[✓✗]/);
		expect(code).toBe(3);
	});
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s to verify', signal => {
	async function interrupted(...args: string[]): Promise<{code: unknown; said: string}> {
		const verifying = Promise.withResolvers<ChildProcess>();
		let asked = 0;
		const {port} = await inFrontOf(world.sandbox, async ({headers}) => {
			if (headers.host === host && ++asked === 15) (await verifying.promise).kill(signal);
			return undefined;
		});
		const where = [`--kubeconfig=${world.sandbox.kubeconfigPath}`, `--gateway=127.0.0.1:${port}`];
		const child = spawn(
			process.execPath,
			[builtProgram, 'verify', 'cart', '--n=2000', '--rate=20', ...args, ...where],
			{env: {...process.env, XDG_STATE_HOME: state}, stdio: ['ignore', 'pipe', 'ignore']},
		);
		verifying.resolve(child);
		const closed = new Promise(resolve => child.once('close', resolve));
		const said = await text(child.stdout);
		return {code: await closed, said};
	}

	it('has it say what was seen so far', async () => {
		const {code, said} = await interrupted();
		expect(said).toMatch(/^default\/cart {2}[^]*\n\? Cannot tell: interrupted after \d+ of 2000 answers\.\n/);
		expect(code).toBe(2);
	});

	it('has it print the object of what was seen so far, with how it ends', async () => {
		const {code, said} = await interrupted('-o', 'json');
		expect(JSON.parse(said)).toMatchObject({
			result: 'cannot tell',
			exitCode: code,
			requests: {asked: 2000, answered: expect.any(Number)},
			rows: [{revision: 'cart-00001'}, {revision: 'cart-00002'}],
			verdict: {sentence: expect.stringMatching(/^Cannot tell: interrupted after \d+ of 2000 answers\.$/)},
		});
		expect(code).toBe(2);
	});
});

it('has verify say of what it was ended at, where nothing was answered yet', async () => {
	const asking = Promise.withResolvers<ChildProcess>();
	const {port} = await inFrontOf(world.sandbox, async () => {
		(await asking.promise).kill('SIGINT');
		return new Promise<never>(() => {});
	});
	const child = spawn(
		process.execPath,
		[
			builtProgram,
			'verify',
			'cart',
			'--revision=@canary',
			'--output=json',
			'--timeout=1m',
			`--kubeconfig=${world.sandbox.kubeconfigPath}`,
			`--gateway=127.0.0.1:${port}`,
		],
		{env: {...process.env, XDG_STATE_HOME: state}, stdio: ['ignore', 'pipe', 'ignore']},
	);
	asking.resolve(child);
	const closed = new Promise(resolve => child.once('close', resolve));
	expect(JSON.parse(await text(child.stdout))).toEqual({
		result: 'not asked',
		exitCode: 2,
		sentence: 'Cannot tell: interrupted before @canary answered.',
	});
	expect(await closed).toBe(2);
});

it('refuses flags that the protocol of the service has no place for', async () => {
	const {output, code} = await runProgram([
		'verify',
		'cart',
		'--grpc-method=helloworld.Greeter/SayHello',
		`--kubeconfig=${world.sandbox.kubeconfigPath}`,
	]);
	expect(output).toBe('--grpc-method is for gRPC services, and cart speaks HTTP: leave it out.\n');
	expect(code).toBe(2);
});
