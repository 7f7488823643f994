/** The ways to an API server, on the built program: what the bundle leaves out of a library is missed here and nowhere else. */
import {spawn} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {startHttpProxy, type Proxy, type ProxyOptions} from '../support/proxies.js';
import {startSandboxProcess, type SandboxProcess} from '../support/sandbox-process.js';

const program = path.resolve('dist/cli.js');

/** Starts the built program without a terminal. What it says and how it ends. */
async function run(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<{code: number | null; output: string}> {
	const own = Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !/^(?:https?|no|all)_proxy$/i.test(name)),
	);
	const child = spawn(process.execPath, [program, ...args], {
		env: {...own, ...env},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			output += text;
		});
	}
	const code = await new Promise<number | null>(resolve => {
		child.once('close', resolve);
	});
	return {code, output};
}

/** Asks for a service that is not there, which the API server alone can say. */
async function ask(kubeconfig: string, env?: Readonly<Record<string, string>>): Promise<string> {
	return (await run(['verify', 'nosuch', '--kubeconfig', kubeconfig], env)).output;
}

const reached = /services\.serving\.knative\.dev "nosuch" not found/;
const login = {user: 'jo', password: 'a:b@c'};

describe('the built program, on its way to the API server', () => {
	let sandbox: SandboxProcess;
	let port: string;
	let proxy: Proxy | undefined;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(program);
		port = /server: https:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(sandbox.kubeconfig, 'utf8'))![1]!;
	});

	afterAll(async () => {
		await sandbox.stop();
	});

	afterEach(async () => {
		await proxy?.close();
		proxy = undefined;
	});

	/** The kubeconfig of the sandbox with its cluster changed. */
	function kubeconfigWith(change: (text: string) => string): string {
		const file = `${sandbox.kubeconfig}-changed`;
		writeFileSync(file, change(readFileSync(sandbox.kubeconfig, 'utf8')), {mode: 0o600});
		return file;
	}

	const through = (url: string) =>
		kubeconfigWith(text => text.replace(/^( +)server: .*$/m, line => `${line}\n      proxy-url: "${url}"`));

	it('goes there directly', async () => {
		expect(await ask(sandbox.kubeconfig)).toMatch(reached);
	});

	it.each<[string, ProxyOptions, string]>([
		['without a login', {}, ''],
		['with a login', {login}, 'jo:a%3Ab%40c@'],
	])('goes through an HTTP proxy of the kubeconfig %s', async (_, options, user) => {
		proxy = await startHttpProxy(options);
		expect(await ask(through(`http://${user}127.0.0.1:${proxy.port}`))).toMatch(reached);
		expect(proxy.asked).toContain(`127.0.0.1:${port}`);
	});

	it('says that the proxy wants a login, and does not ask the server past it', async () => {
		proxy = await startHttpProxy({login});
		const said = await ask(through(`http://127.0.0.1:${proxy.port}`));
		expect(said).not.toMatch(reached);
		expect(said).toMatch(/407/);
		expect(proxy.asked).toEqual([]);
		expect(proxy.refused).toBeGreaterThan(0);
	});

	it('goes through the proxy of the environment', async () => {
		proxy = await startHttpProxy({hosts: {'api.example': '127.0.0.1'}});
		const file = kubeconfigWith(text =>
			text
				.replace('https://127.0.0.1:', 'https://api.example:')
				.replace(/^( +)certificate-authority-data: .*$/m, '$1insecure-skip-tls-verify: true'),
		);
		expect(await ask(file, {HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`})).toMatch(reached);
		expect(proxy.asked).toContain(`api.example:${port}`);
		const past = await ask(file, {HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '.example'});
		expect(past).toMatch(/api\.example/);
		expect(past).not.toMatch(reached);
	});
});
