/** Being started and ended as real shells, lines and machines do it. */
import {execFile, spawn, spawnSync, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {chmod, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it, onTestFinished} from 'vitest';
import {openOnSandbox} from '../../support/program/console.js';
import {startSandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal, untouched} from '../../support/terminal/terminal.js';
import {builtProgram} from '../../support/program/run-program.js';
import {isListening} from '../../support/ports.js';

const run = promisify(execFile);
const program = builtProgram;
const ESC = '\u001B';

async function folder(): Promise<string> {
	const made = await mkdtemp(path.join(tmpdir(), 'kn-canary-test-'));
	onTestFinished(async () => rm(made, {recursive: true, force: true}));
	return made;
}

/** What the program says on standard output from now on, until it matches. */
async function said(child: ChildProcess, wanted: RegExp): Promise<string> {
	let text = '';
	for await (const chunk of child.stdout ?? []) {
		text += String(chunk);
		if (wanted.test(text)) return text;
	}
	throw new Error(`It ended before ${String(wanted)}: ${text}`);
}

/** `nohup` as it is: SIGHUP ignored, nothing of a terminal left. */
function startSandbox(env: NodeJS.ProcessEnv = {}): ChildProcess {
	const child = spawn('nohup', [process.execPath, program, 'sandbox', '--pace', '10'], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {...process.env, ...env},
	});
	onTestFinished(() => void child.kill('SIGKILL'));
	return child;
}

/** Whether the gateway of a sandbox takes connections. */
async function isServing(output: string): Promise<boolean> {
	const [, port = ''] = /GATEWAY=127\.0\.0\.1:(\d+)/.exec(output) ?? [];
	return isListening(Number(port));
}

describe('the console', () => {
	it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
		'ends on %s also while the terminal takes nothing',
		async signal => {
			await using terminal = await openOnSandbox({cols: 200, rows: 60});
			terminal.stall();
			// More than the pseudo-terminal holds.
			for (let times = 0; times < 40; times++) {
				terminal.resize(times % 2 === 0 ? 150 : 200, 60);
				terminal.press('ctrl-l');
				await new Promise(resolve => setTimeout(resolve, 30));
			}
			terminal.kill(signal);
			expect(await terminal.isGone()).toBe(true);
		},
	);

	it.each(['dumb', 'unknown'])(
		'tells what changes on a terminal that cannot draw (%s), and draws nothing',
		async TERM => {
			await using terminal = openTerminal({
				command: process.execPath,
				args: [program, '--sandbox'],
				env: {TERM},
			});
			await terminal.until(screen => screen.includes(`View only (TERM=${TERM})`));
			await terminal.until(/--screen-reader[^]*cart: Ready\.[^]*Watching/);
			terminal.press('ctrl-c');
			expect((await terminal.exited).code).toBe(130);
			expect(terminal.written()).not.toContain('\u001B');
			expect(terminal.modes()).toEqual(untouched);
		},
	);

	it('opens no inspector on SIGUSR1', async () => {
		await using terminal = await openOnSandbox();
		terminal.kill('SIGUSR1');
		terminal.press('G');
		await terminal.until(/▸ ▲ payments/);
		await terminal.settle(500);
		expect(terminal.screen()).not.toMatch(/Debugger/);
		terminal.press('q');
		expect((await terminal.exited).code).toBe(0);
	});

	it('lets a context of any name move nothing, on either drawing path', async () => {
		const name = `prod${ESC}]52;c;aGVsbG8=\u0007${ESC}[2J${ESC}[31m`;
		const kubeconfig = path.join(await folder(), 'kubeconfig');
		await writeFile(
			kubeconfig,
			JSON.stringify({
				apiVersion: 'v1',
				kind: 'Config',
				clusters: [{name: 'c', cluster: {server: 'http://127.0.0.1:9'}}],
				users: [{name: 'u', user: {token: 't'}}],
				contexts: [{name, context: {cluster: 'c', user: 'u'}}],
				'current-context': name,
			}),
		);
		await using terminal = openTerminal({
			command: process.execPath,
			args: [program, '--context', name, '--kubeconfig', kubeconfig],
		});
		let clipboard: string | undefined;
		terminal.emulator.parser.registerOscHandler(52, data => {
			clipboard = data;
			return true;
		});
		await terminal.until(/kn-canary +prod␛\]52;c;aGVsbG8=/);
		// Ink has drawn when there are keys.
		await terminal.until(/offline[^]*q quit|offline[^]*\? help/);
		expect(terminal.line(0)).toMatch(/kn-canary +prod␛\]52;c;aGVsbG8=/);
		expect(clipboard).toBeUndefined();
		terminal.press('q');
		await terminal.exited;
		expect(terminal.modes()).toEqual(untouched);
	});

	it('takes what happened while its machine slept for no answer of the service', async () => {
		await using terminal = await openOnSandbox({
			args: ['--sandbox', '--seed', '1', '--rate', '20', '--timeout', '3'],
		});
		terminal.press('space');
		await terminal.until(/ [1-9]\d* answers/);
		for (let times = 0; times < 2; times++) {
			const before = Number(/(\d+) answers/.exec(terminal.screen())?.[1]);
			// Nobody tells the program, neither before nor after.
			terminal.kill('SIGSTOP');
			// Longer than any answer is waited for, of the service or of its pods.
			await new Promise(resolve => setTimeout(resolve, 6500));
			terminal.kill('SIGCONT');
			await terminal.until(screen => Number(/(\d+) answers/.exec(screen)?.[1]) > before + 60);
		}

		expect(terminal.screen()).not.toMatch(/test requests fail|no answer|timeout|[4-9]\.\d s|\d error/);
		expect(terminal.screen()).toMatch(/watching/);
		terminal.press('ctrl-c');
		await terminal.exited;
		expect(terminal.modes()).toEqual(untouched);
	});

	it('takes what happened while it was stopped for no answer of the service', async () => {
		await using terminal = openTerminal({
			command: 'bash',
			args: ['--norc', '--noprofile', '-i'],
			env: {PS1: '$ ', XDG_STATE_HOME: path.resolve('node_modules/.cache/kn-canary-test/state')},
		});
		await terminal.until(/\$ *$/m);
		terminal.type(`'${process.execPath}' dist/cli.js --sandbox --seed 1 --rate 20 --timeout 3\r`);
		await terminal.until(/watching[^]*checkout[^]*payments/);
		terminal.press('space');
		await terminal.until(/ [1-9]\d* answers/);
		terminal.press('ctrl-z');
		await terminal.until(/Stopped/);
		await new Promise(resolve => setTimeout(resolve, 4500));
		terminal.type('fg\r');
		await terminal.until(/watching/);
		await terminal.until(/ [1-9]\d\d answers/);
		// What the axis of a chart goes up to is no time that was measured.
		const measured = terminal.screen().replaceAll(/p95 +\S+ +\d+\.\d s/g, '');
		expect(measured).not.toMatch(/test requests fail|no answer|timeout|[4-9]\.\d s/);
	});
});

it('a console that may write no file says where a change is made that it is not kept, and goes on', async () => {
	const sandbox = await startSandboxProcess(program);
	onTestFinished(sandbox.stop);
	const home = await folder();
	await using terminal = openTerminal({
		command: 'sh',
		args: [
			'-c',
			'ulimit -f 0; exec "$@"',
			'sh',
			process.execPath,
			program,
			'--kubeconfig',
			sandbox.kubeconfig,
		],
		env: {XDG_STATE_HOME: home, XDG_CACHE_HOME: home},
	});
	await terminal.until(/watching[^]*checkout/);
	terminal.press('R');
	await terminal.until(/Dry run: the server would accept it/);
	terminal.press('enter');
	await terminal.until(/The history is kept only until you quit: EFBIG/);
	terminal.press('q');
	expect((await terminal.exited).code).toBe(0);
	expect(terminal.modes()).toEqual(untouched);
});

/** Whether this user may mount a disk that nobody else sees. */
const mayMount = (() => {
	const script = `mount -t tmpfs -o size=4k tmpfs ${tmpdir()}`;
	return spawnSync('unshare', ['--mount', 'sh', '-c', script]).status === 0;
})();

/** For `unshare`: a command to which a disk of one page that is full is at `disk`. */
const onFullDisk = (disk: string, ...command: readonly string[]) => [
	'--mount',
	'sh',
	'-c',
	`mount -t tmpfs -o size=4k tmpfs '${disk}' && mkdir '${disk}/kn-canary'; cat /dev/zero >'${disk}/all' 2>/dev/null; exec "$@"`,
	'sh',
	...command,
];

describe.skipIf(!mayMount)('where the disk is full, which takes root to try', () => {
	it('a console says where a change is made that it is not kept, and makes it', async () => {
		const disk = await folder();
		const sandbox = await startSandboxProcess(program);
		onTestFinished(sandbox.stop);
		await using terminal = openTerminal({
			command: 'unshare',
			args: onFullDisk(disk, process.execPath, program, '--kubeconfig', sandbox.kubeconfig),
			env: {XDG_STATE_HOME: disk},
		});
		await terminal.until(/watching[^]*checkout/);
		terminal.press('R');
		await terminal.until(/Dry run: the server would accept it/);
		terminal.press('enter');
		await terminal.until(
			/Rolled back: cart-00001 has 100 %\. The history is kept only until you quit: ENOSPC/,
		);
		terminal.press('q');
		expect((await terminal.exited).code).toBe(0);
		expect(terminal.modes()).toEqual(untouched);
	});

	it('a command says it beside what it did', async () => {
		const disk = await folder();
		const sandbox = await startSandboxProcess(program);
		try {
			const args = ['--kubeconfig', sandbox.kubeconfig, 'rollback', 'cart', '--yes', '--wait', '0'];
			const {stdout, stderr} = await run('unshare', onFullDisk(disk, process.execPath, program, ...args), {
				env: {...process.env, XDG_STATE_HOME: disk},
			});
			expect(stdout + stderr).toMatch(/Done: the server took it\. It is not in the history: ENOSPC/);
		} finally {
			await sandbox.stop();
		}
	});
});

describe('a command without a screen', () => {
	it('goes on under nohup, and a sandbox that is killed is tidied up after by the next', async () => {
		const TMPDIR = await folder();
		const child = startSandbox({TMPDIR});
		const output = await said(child, /ctrl-c stops it/);
		child.kill('SIGHUP');
		child.kill('SIGUSR1');
		expect(await isServing(output)).toBe(true);
		const left = await readdir(TMPDIR);
		expect(left).toHaveLength(1);
		child.kill('SIGKILL');
		await once(child, 'exit');
		const next = startSandbox({TMPDIR});
		await said(next, /ctrl-c stops it/);
		await expect.poll(async () => readdir(TMPDIR), {timeout: 20_000}).toHaveLength(1);
		expect(await readdir(TMPDIR)).not.toEqual(left);
		next.kill('SIGTERM');
		await once(next, 'exit');
		expect(await readdir(TMPDIR)).toEqual([]);
	});

	it.each([
		'demo',
		'version',
		'--version',
		'help',
		'release --help',
		'completion bash',
		'man',
		'__complete st',
		'status cart --sandbox',
		'sandbox',
	])('ends with a word where what it says cannot be written: %s', async command => {
		const child = spawn('sh', ['-c', `"$0" "$1" ${command} >/dev/full`, process.execPath, program], {
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		let words = '';
		child.stderr.on('data', chunk => (words += String(chunk)));
		await once(child, 'close');
		expect(child.exitCode).toBe(1);
		expect(words).toMatch(/cannot be written: .*no space left on device/);
		expect(words).not.toMatch(/\bat .*:\d+:\d+/);
	});

	it.skipIf(process.getuid?.() !== 0)(
		'starts without an account and without a home, which takes root to try',
		async () => {
			const cwd = await folder();
			await chmod(cwd, 0o777);
			const as = [
				'--reuid',
				'4242',
				'--regid',
				'4242',
				'--clear-groups',
				'env',
				'-u',
				'XDG_STATE_HOME',
				'-u',
				'XDG_CACHE_HOME',
			];
			const rest = [process.execPath, program, 'history'];
			for (const home of [['-u', 'HOME'], ['HOME=']]) {
				const {stderr} = await run('setpriv', [...as, ...home, ...rest], {cwd});
				expect(stderr).toBe('');
				const asked = ['-u', 'KUBECONFIG', ...home, process.execPath, program, 'get'];
				await expect(run('setpriv', [...as, ...asked], {cwd})).rejects.toMatchObject({
					code: 1,
					stderr: expect.stringMatching(
						/^there is no kubeconfig: there is no home directory to look in; set/,
					),
				});
			}
			expect(await readdir(cwd)).toEqual([]);
		},
	);

	it.skipIf(process.getuid?.() !== 0)('leaves nothing of root in the home of somebody else', async () => {
		const home = await folder();
		await run('chown', ['4242', home]);
		const kubeconfig = path.join(home, 'kubeconfig');
		await writeFile(kubeconfig, '');
		const {XDG_CACHE_HOME: _cache, XDG_STATE_HOME: _state, ...env} = process.env;
		await run(process.execPath, [program, 'history'], {env: {...env, HOME: home}});
		expect(existsSync(path.join(home, '.cache'))).toBe(false);
		expect(existsSync(path.join(home, '.local'))).toBe(false);
	});
});
