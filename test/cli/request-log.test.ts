/** `-v`, `--log` and `-q`, on the built program against the sandbox. */
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {shownPath} from '../../source/cli/request-log.js';
import {runProgram} from '../support/program/run-program.js';
import {worldPerFile} from './world-per-file.js';

const test = worldPerFile();

const run = async (...args: string[]) =>
	runProgram(args, {KUBECONFIG: test.world.sandbox.kubeconfigPath, XDG_STATE_HOME: test.folder});

describe('a path that is shown', () => {
	it.each([
		['/api?limit=250&labelSelector=a%3Db', '/api?limit=250&labelSelector=a%3Db'],
		['/pay?key=secret&limit=1', '/pay?key=…&limit=1'],
		['/pay?secret', '/pay?secret=…'],
		['/\u001B[2J', '/␛[2J'],
	])('of %j is %j', (raw, shown) => {
		expect(shownPath(raw)).toBe(shown);
	});
});

describe('what is sent and answered', () => {
	it('is on standard error with -v: to the API server and to the gateway, without a token, cookie or body', async () => {
		const asked = ['verify', 'cart', '--requests', '3', '--rate', '50', '--path', '/?key=hidden', '-v'];
		const secrets = ['--header', 'Authorization: Bearer topsecret', '--cookie', 'session=alsosecret'];
		const {stderr, stdout, code} = await run(
			...asked,
			...secrets,
			'--gateway',
			test.world.sandbox.gatewayAddress,
		);
		expect(code).not.toBe(3);
		const [server = ''] = /https?:\/\/[^\s]+/.exec(test.world.sandbox.kubeconfig) ?? [];
		expect(stderr).toMatch(
			/^\S+Z → GET https:\/\/127\.0\.0\.1:\d+\/apis\/serving\.knative\.dev\/v1\/namespaces\/default\/services\/cart$/m,
		);
		expect(stderr).toMatch(/^\S+Z ← 200 in \d+ ms: GET http:\/\/[\d.]+:\d+\/\?key=…$/m);
		expect(stderr).toMatch(/ends with \d$/m);
		expect(server).not.toBe('');
		const token = /token: (?<token>\S+)/.exec(test.world.sandbox.kubeconfig)?.groups?.['token'] ?? '';
		expect(token).not.toBe('');
		for (const secret of [token, 'topsecret', 'alsosecret', 'hidden']) {
			expect(stderr + stdout).not.toContain(secret);
		}
	});

	it('is there of gRPC, too: the call and what came of it, without its metadata', async () => {
		const image = 'registry.example.com/samples/helloworld-grpc:1';
		const gateway = ['--gateway', test.world.sandbox.gatewayAddress];
		const made = await run('create', 'greeter', '--image', image, '--port', 'h2c:8080', '--yes');
		expect(made.code).toBe(0);
		const asked = ['verify', 'greeter', '--requests', '3', '--rate', '50', '-v', ...gateway];
		const {stderr} = await run(...asked, '--header', 'authorization: topsecret');
		expect(stderr).toMatch(/^\S+Z → gRPC http:\/\/[\d.]+:\d+\/grpc\.health\.v1\.Health\/Check$/m);
		expect(stderr).toMatch(/^\S+Z ← OK in \d+ ms: gRPC http:\/\/[\d.]+:\d+\/grpc\.health/m);
		expect(stderr).not.toContain('topsecret');
	});

	it('is kept in a file for one user alone, which is put aside when it is large', async () => {
		const log = path.join(test.folder, 'kn-canary.log');
		writeFileSync(log, `${'x'.repeat(99)}\n`.repeat(53_000), {mode: 0o644});
		const {code, stderr} = await run('get', '--log', log);
		expect([code, stderr]).toEqual([0, '']);
		expect(statSync(log).mode & 0o777).toBe(0o600);
		expect(statSync(`${log}.1`).mode & 0o777).toBe(0o600);
		const kept = readFileSync(log, 'utf8') + readFileSync(`${log}.1`, 'utf8').replaceAll(/^x+\n/gm, '');
		expect(kept).toMatch(/kn-canary \d+\.\d+\.\d+\S* \S* on Node 24\./);
		expect(kept).toMatch(/← 200 in \d+ ms: GET/);
		expect(kept).toMatch(/ends with 0\n/);
	});

	it('is kept nowhere when the file cannot be written, which ends nothing else', async () => {
		const {code, stdout, stderr} = await run('get', '--log', '/nonexistent/log');
		expect(stderr).toMatch(/^--log \/nonexistent\/log: ENOENT/);
		expect(stdout).toContain('cart');
		expect(code).toBe(0);
	});
});

describe('quiet', () => {
	it('says nothing of a change that is made, and what is wrong of one that is not', async () => {
		await test.world.split('cart', [
			{revisionName: 'cart-00001', percent: 90},
			{revisionName: 'cart-00002', percent: 10},
		]);
		expect(await run('split', 'cart', '1=50', '2=50', '--yes', '-q')).toMatchObject({
			code: 0,
			output: '',
		});
		const wrong = await run('split', 'cart', '1=50', '2=49', '--yes', '-q');
		expect(wrong).toMatchObject({code: 2, stdout: ''});
		expect(wrong.stderr).toMatch(/sum to 99/);
	});
});

const split = async (...more: string[]) =>
	run('split', 'cart', '1=40', '2=60', '--production', 'sandbox', '--wait', '0', ...more);

describe('in production', () => {
	it('a change wants the name of the service, which --confirm says', async () => {
		await test.world.split('cart', [
			{revisionName: 'cart-00001', percent: 90},
			{revisionName: 'cart-00002', percent: 10},
		]);
		expect(await split('--yes')).toMatchObject({
			code: 5,
			stderr: expect.stringContaining('type "cart" at a terminal, or say it with --confirm'),
		});
		expect(await split('--confirm', 'checkout')).toMatchObject({
			code: 5,
			stderr: expect.stringContaining('--confirm says "checkout", and it has to be "cart"'),
		});
		expect((await test.world.service('cart')).specTraffic.map(({percent}) => percent)).toEqual([90, 10]);
		expect(await split('--confirm', 'cart')).toMatchObject({code: 0});
		expect((await test.world.service('cart')).specTraffic.map(({percent}) => percent)).toEqual([40, 60]);
	});
});
