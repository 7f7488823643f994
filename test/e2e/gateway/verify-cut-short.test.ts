/** `verify` of the built program where it is cut short: by a gateway that goes down, by a signal, by flags that cannot be. */
import {spawn, type ChildProcess} from 'node:child_process';
import {text} from 'node:stream/consumers';
import * as v from 'valibot';
import {describe, expect, it} from 'vitest';
import {inFrontOf} from '../../support/gateway/front-gateway.js';
import {builtProgram, runProgram} from '../../support/program/run-program.js';
import {evidenceWorld, host, verify} from './parts/evidence-world.js';

const test = evidenceWorld();

/**
 * A gateway that goes down with the request of which `isLast` says so, and takes that with it.
 *
 * @param outage Milliseconds until it is back; never when not given.
 */
async function dying(isLast: (request: {asked: string; count: number}) => boolean, outage?: number) {
	let count = 0;
	const gateway = await inFrontOf(test.world.sandbox, async ({headers}) => {
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
		[...asked, `--kubeconfig=${test.world.sandbox.kubeconfigPath}`, `--gateway=${gateway}`],
		{XDG_STATE_HOME: test.state},
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
		const {output, code} = await verify(test, gateway.address);
		expect(output).toMatch(/^Nothing listens at 127\.0\.0\.1:\d+ \(connection refused\): check/);
		expect(output).not.toMatch(/[✓✗]/);
		expect(code).toBe(3);
	});
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s to verify', signal => {
	async function interrupted(...args: string[]): Promise<{code: unknown; said: string}> {
		const verifying = Promise.withResolvers<ChildProcess>();
		let asked = 0;
		const {port} = await inFrontOf(test.world.sandbox, async ({headers}) => {
			if (headers.host === host && ++asked === 15) (await verifying.promise).kill(signal);
			return undefined;
		});
		const where = [`--kubeconfig=${test.world.sandbox.kubeconfigPath}`, `--gateway=127.0.0.1:${port}`];
		const child = spawn(
			process.execPath,
			[builtProgram, 'verify', 'cart', '--n=2000', '--rate=20', ...args, ...where],
			{env: {...process.env, XDG_STATE_HOME: test.state}, stdio: ['ignore', 'pipe', 'ignore']},
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
	const {port} = await inFrontOf(test.world.sandbox, async () => {
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
			`--kubeconfig=${test.world.sandbox.kubeconfigPath}`,
			`--gateway=127.0.0.1:${port}`,
		],
		{env: {...process.env, XDG_STATE_HOME: test.state}, stdio: ['ignore', 'pipe', 'ignore']},
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
		`--kubeconfig=${test.world.sandbox.kubeconfigPath}`,
	]);
	expect(output).toBe('--grpc-method is for gRPC services, and cart speaks HTTP: leave it out.\n');
	expect(code).toBe(2);
});
