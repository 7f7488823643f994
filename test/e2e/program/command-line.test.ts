/** The built program where no console is opened: older Nodes, wrong flags, no terminal, the sandbox and the demo. */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {existsSync, globSync, mkdtempDisposableSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {describe, expect, it} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {parseList} from '../../../source/kube/identity.js';
import {builtProgram} from '../../support/program/run-program.js';

const program = builtProgram;

function run(args: readonly string[], {node = process.execPath} = {}) {
	return spawnSync(node, [program, ...args], {
		encoding: 'utf8',
		timeout: 60_000,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

/** A Node on the PATH that is too old for the program; the project's own one comes first there under npm. */
const olderNode = (process.env['PATH'] ?? '')
	.split(path.delimiter)
	.map(folder => path.join(folder, 'node'))
	.filter(file => existsSync(file))
	.find(
		file =>
			Number(execFileSync(file, ['-p', 'process.versions.node.split(".")[0]'], {encoding: 'utf8'})) < 24,
	);

describe('the command line', () => {
	it.skipIf(olderNode === undefined)('says one clear sentence on an older Node', () => {
		const {status, stderr} = run([], {node: olderNode ?? ''});
		expect(status).toBe(1);
		expect(stderr).toMatch(
			/^kn-canary needs Node\.js 24 or newer, and this is \d+\.\d+\.\d+ \(\/[^\n]*\)\. [^\n]*\n$/,
		);
	});

	it.each([
		[['--gateway', 'nowhere:port'], /--gateway/],
		[['--rate', '0'], /--rate "0"/],
		[['--pace', '0'], /The pace is a number above 0/],
		[['sandbox', '--api-port', '70000'], /A port is a whole number from 1 to 65535/],
		[['--no-such-flag'], /unknown option/],
		[['--services', '3'], /--services is of the sandbox: add --sandbox/],
		[['--quiet'], /the console does not take --quiet: its commands take it/],
		[['get', '--path', '/'], /get does not take --path: the console, complete, verify and status take it/],
		[['nosuch'], /unknown command 'nosuch'/],
		[['split', 'cart'], /missing required argument 'share'/],
		[['complete', 'cart', '--bogus'], /unknown option '--bogus'/],
		[['undo', 'cart', '-o', 'yaml'], /Allowed choices are text, json/],
		[['rollback', 'cart', '--wait', 'abc'], /Give seconds, or a time with its unit/],
		[['history', 'cart', 'checkout'], /too many arguments/],
		[
			['verify', 'cart', '--for', '10s'],
			/--for is how long the requests of users are counted: add --source users/,
		],
		[['verify', 'cart', '--source', 'users', '--path', '/x'], /--path is about requests that are sent/],
		[
			['verify', 'cart', '--source', 'users', '--requests', '9'],
			/--requests is about requests that are sent/,
		],
	])('refuses %j in a sentence, without a stack trace, and ends with 2', (args, sentence) => {
		const {status, stderr} = run(args);
		expect(status).toBe(2);
		expect(stderr).toMatch(sentence);
		expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
	});

	it.each([
		[['verify']],
		[['verify', 'cart', '--alpha', '7']],
		[['verify', 'cart', '--gateway', 'nowhere:port']],
		[['verify', 'cart', '--rate', '0']],
		[['--production', '(', 'verify', 'cart']],
	])('ends %j with 2 as well, so that it is taken for no verdict on the split', args => {
		const {status, stderr} = run(args);
		expect(status).toBe(2);
		expect(stderr).toMatch(/^error: /);
	});

	it('shows the help of a command, which is no error', () => {
		expect(run(['help', 'split'])).toMatchObject({status: 0, stdout: run(['split', '--help']).stdout});
	});

	it('says what to do where there is no terminal and no sandbox was asked for', () => {
		const {status, stderr} = run([]);
		expect(status).toBe(1);
		expect(stderr).toMatch(/needs a terminal/);
	});

	it('plays the release as plain lines, and ends with 0 because every step showed what it must', () => {
		const {status, stdout} = run(['demo']);
		expect(stdout).toMatch(/200 {2}Hello World!/);
		expect(stdout).toMatch(/200 {2}Hello Knative!/);
		expect(stdout).toMatch(/Hello World! {2}×\d+ {2}set 50 %, got/);
		expect(stdout).toMatch(/Hello Knative! {2}×\d+ {2}set 50 %, got/);
		expect(stdout).toMatch(/All \d+ steps showed what they must\.\n$/);
		expect(status).toBe(0);
	});

	it('plays the same instead of the console where the output is no terminal', () => {
		const {status, stdout} = run(['--sandbox']);
		expect(stdout).toMatch(/All \d+ steps showed what they must\.\n$/);
		expect(status).toBe(0);
	});
});

describe('the sandbox alone', () => {
	it('prints a private kubeconfig and its gateway, answers there, and takes the file away on ctrl-c', async () => {
		const child = spawn(
			process.execPath,
			[program, 'sandbox', '--seed', '1', '--services', '2', '--revisions', '3', '--pace', '100'],
			{stdio: ['ignore', 'pipe', 'inherit']},
		);
		const exited = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)));
		const printed = new Map<string, string>();
		for await (const line of createInterface(child.stdout)) {
			const [, key, value] = /^([A-Z]+)=(.+)$/.exec(line) ?? [];
			if (key !== undefined && value !== undefined) printed.set(key, value);
			if (printed.has('KUBECONFIG') && printed.has('GATEWAY')) break;
		}
		const kubeconfig = printed.get('KUBECONFIG') ?? '';
		expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
		expect(statSync(path.dirname(kubeconfig)).mode & 0o777).toBe(0o700);
		const {request} = await import('undici');
		const answer = await request(`http://${printed.get('GATEWAY')}/`, {
			headers: {host: 'checkout.default.example.com'},
		});
		expect(answer.statusCode).toBe(200);
		expect(await answer.body.text()).toBe('Hello Checkout!\n');
		const cluster = await connect({kubeconfig});
		const countOf = async (plural: string) => {
			const {body} = await cluster.request({method: 'GET', path: `/apis/serving.knative.dev/v1/${plural}`});
			return parseList(body)?.items.length;
		};
		// Three services with five revisions are there in any case.
		expect([await countOf('services'), await countOf('revisions')]).toEqual([3 + 2, 5 + 2 * 3]);
		await cluster.close();
		child.kill('SIGINT');
		expect(await exited).toBe(130);
		expect(existsSync(kubeconfig)).toBe(false);
	});
});

const start = (env: Readonly<Record<string, string>>) =>
	spawnSync(process.execPath, [program, 'history', '--help'], {
		encoding: 'utf8',
		timeout: 60_000,
		env: {...process.env, ...env},
	});
const filesOf = (base: string) =>
	existsSync(base) ? globSync('kn-canary/*/*.js', {cwd: base}).map(file => path.join(base, file)) : [];

describe('the code that is kept from one start to the next', () => {
	it('is in the cache directory of the user, and a start that finds it damaged is as good as any', () => {
		using base = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-cache-'));
		const env = {XDG_CACHE_HOME: base.path};
		const first = start(env);
		expect(first.status).toBe(0);
		const files = filesOf(base.path);
		expect(files.map(file => path.basename(file))).toContain('start.js');
		const whole = new Map(files.map(file => [file, readFileSync(file)]));
		for (const [file, bytes] of whole) writeFileSync(file, bytes.fill(0x5a, bytes.length / 2));
		const second = start(env);
		expect(second).toMatchObject({status: 0, stdout: first.stdout, stderr: ''});
		for (const file of files) expect(readFileSync(file).includes(Buffer.alloc(64, 0x5a))).toBe(false);
	});

	it('is not written where Node is told to keep none, nor where there is no place for it', () => {
		using base = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-cache-'));
		expect(start({XDG_CACHE_HOME: base.path, NODE_DISABLE_COMPILE_CACHE: '1'}).status).toBe(0);
		expect(filesOf(base.path)).toEqual([]);
		expect(start({XDG_CACHE_HOME: '/dev/null'})).toMatchObject({status: 0, stderr: ''});
	});
});
