/** Credential plugins that want something of the operator, and a kubeconfig that changes, beneath the built console in a terminal. */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {text} from 'node:stream/consumers';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {createCertificate} from '../../../source/sandbox/api/http/certificate.js';
import {serverOf, startApiRelay, tokenOf, type ApiRelay} from '../../support/kube/api-relay.js';
import {eventually} from '../../support/eventually.js';
import {builtProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openShellIn} from '../../support/terminal/shell-in.js';
import {openTerminal, untouched, type TestTerminal} from '../../support/terminal/terminal.js';

let sandbox: SandboxProcess;
let directory: string;
let console: TestTerminal | undefined;

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram);
});

afterAll(async () => {
	await sandbox.stop();
});

beforeEach(() => {
	directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-login-'));
});

afterEach(async () => {
	await console?.[Symbol.asyncDispose]();
	console = undefined;
	rmSync(directory, {recursive: true});
});

const version = 'client.authentication.k8s.io/v1';

/** A plugin of these lines of shell, which gives the token of the sandbox; `$DIR` is a directory of the test. */
function plugin(script: string, interactiveMode: 'Never' | 'IfAvailable' | 'Always'): object {
	const command = path.join(directory, 'login.sh');
	const credential = {
		kind: 'ExecCredential',
		apiVersion: version,
		status: {token: tokenOf(sandbox.kubeconfig)},
	};
	writeFileSync(
		command,
		`#!/bin/sh\nDIR=${directory}\necho run >> $DIR/runs\n${script}\necho '${JSON.stringify(credential)}'\n`,
	);
	chmodSync(command, 0o755);
	return {exec: {apiVersion: version, command, interactiveMode}};
}

function kubeconfig(user: object, server = serverOf(sandbox.kubeconfig).origin): string {
	const file = path.join(directory, 'kubeconfig');
	writeFileSync(
		file,
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			clusters: [
				{
					name: 'c',
					cluster: server.startsWith('https') ? {server, 'insecure-skip-tls-verify': true} : {server},
				},
			],
			users: [{name: 'u', user}],
			contexts: [{name: 'work', context: {cluster: 'c', user: 'u', namespace: 'default'}}],
			'current-context': 'work',
		}),
	);
	return file;
}

function open(file: string, size: {cols?: number; rows?: number} = {cols: 100, rows: 30}): TestTerminal {
	console = openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', file],
		env: {XDG_STATE_HOME: directory},
		...size,
	});
	return console;
}

const runs = () => readFileSync(path.join(directory, 'runs'), 'utf8').trim().split('\n').length;
const wait = 'while [ ! -e $DIR/done ]; do sleep 0.1; done';
const numberIn = (file: string) => Number(readFileSync(path.join(directory, file), 'utf8'));

/** A process that has ended and is not waited for yet is a zombie. */
function isRunning(pid: number): boolean {
	const {stdout} = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], {encoding: 'utf8'});
	return !/^(?:Z.*)?$/.test(stdout.trim());
}

const finish = () => writeFileSync(path.join(directory, 'done'), '');

describe('a credential plugin', () => {
	it.each([
		[80, 24],
		[120, 40],
	])(
		'has its words on the screen of %i columns while it waits, and the console can be left',
		async (cols, rows) => {
			const user = plugin(
				`echo 'To sign in, open https://login.example.com/device and enter the code BX7-QQ2' >&2\n${wait}`,
				'Never',
			);
			const terminal = open(kubeconfig(user), {cols, rows});
			const screen = await terminal.until(/code BX7-QQ2/);
			expect(screen).toContain('https://login.example.com/device');
			expect(screen).toContain('logging in');
			expect(screen).not.toMatch(/does not answer|offline/);
			terminal.press('ctrl-c');
			expect(await terminal.exited).toMatchObject({code: 0});
			expect(terminal.modes()).toEqual(untouched);
		},
	);

	it('leads to the services when somebody has done what it said', async () => {
		const terminal = open(kubeconfig(plugin(`echo 'enter BX7-QQ2' >&2\n${wait}`, 'Never')));
		await terminal.until(/enter BX7-QQ2/);
		finish();
		const screen = await terminal.until(/checkout .* 100/);
		expect(screen).not.toContain('BX7-QQ2');
		expect(runs()).toBe(1);
	});

	it('is not held to the time of the server', async () => {
		const terminal = open(kubeconfig(plugin(wait, 'Never')));
		await terminal.until(/Waiting for the credential plugin \S+ since \d\d:\d\d:\d\d\./);
		finish();
		await terminal.until(/checkout .* 100/);
	});

	it('has its words on standard error while a command waits', async () => {
		const file = kubeconfig(plugin(`echo 'enter BX7-QQ2' >&2\n${wait}`, 'Never'));
		const args = [builtProgram, 'get', 'cart', '-o', 'name', '--kubeconfig', file];
		const command = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'pipe']});
		const closed = once(command, 'close');
		const stdout = text(command.stdout);
		let stderr = '';
		command.stderr.setEncoding('utf8').on('data', (words: string) => (stderr += words));
		await eventually(() => expect(stderr).toBe('enter BX7-QQ2\n'));
		expect(command.exitCode).toBeNull();
		finish();
		expect(await closed).toEqual([0, null]);
		expect(await stdout).toBe('service.serving.knative.dev/cart\n');
	});

	it('has no terminal to read from unless it is lent one', async () => {
		const user = plugin('if read code < /dev/tty; then echo stole >> $DIR/runs; fi 2>/dev/null', 'Never');
		const terminal = open(kubeconfig(user));
		await terminal.until(/checkout .* 100/);
		expect(runs()).toBe(1);
	});

	it.each([
		['Always', 1],
		['IfAvailable', 2],
	] as const)(
		'with interactiveMode %s gets the terminal, and the console takes it back',
		async (mode, count) => {
			const user = plugin(
				[
					'case "$KUBERNETES_EXEC_INFO" in *\'"interactive":true\'*) ;; *) exit 3;; esac',
					'printf \'Password for jo: \' >&2; read word; [ "$word" = secret ] || exit 1',
					'printf "\\033[2J\\033[41mlogged in\\n" >&2',
				].join('\n'),
				mode,
			);
			const terminal = open(kubeconfig(user));
			await terminal.until(/Password for jo: $/m);
			expect(terminal.isRaw()).toBe(false);
			terminal.type('secret\r');
			const screen = await terminal.until(/checkout .* 100/);
			expect(screen).not.toContain('logged in');
			expect(screen).toContain('1 Services');
			expect(runs()).toBe(count);
			terminal.press('q');
			expect(await terminal.exited).toMatchObject({code: 0});
			expect(terminal.modes()).toEqual(untouched);
		},
	);

	it('gets what is typed while it has the terminal: what it leaves unread is no key of the console', async () => {
		const terminal = open(kubeconfig(plugin(`printf 'Password for jo: ' >&2\n${wait}`, 'Always')));
		await terminal.until(/Password for jo: $/m);
		terminal.type('q\rq');
		await terminal.until(/^q$/m);
		finish();
		await terminal.until(/checkout .* 100/);
		await terminal.until(/● watching/);
		terminal.press('?');
		await terminal.until(/Keys|Help/);
		expect(runs()).toBe(1);
	});

	it('is ended with the console where it does not heed what ends others', async () => {
		const user = plugin(
			`trap '' TERM INT HUP; echo $$ > $DIR/pid; echo 'enter BX7-QQ2' >&2\n${wait}`,
			'Never',
		);
		const terminal = open(kubeconfig(user));
		await terminal.until(/enter BX7-QQ2/);
		terminal.press('ctrl-c');
		expect(await terminal.exited).toMatchObject({code: 0});
		await eventually(() => expect(isRunning(numberIn('pid'))).toBe(false));
	});

	it.each([
		['', 'ended by SIGINT'],
		// As many do that are written in Go or Python.
		["trap 'exit 1' INT; ", 'exit code 1'],
	])(
		'is called off with ctrl-c while it has the terminal, and asked again with ctrl-r (%s)',
		async (trap, how) => {
			const user = plugin(
				`${trap}printf 'Password for jo: ' >&2; read word; [ "$word" = secret ] || exit 1`,
				'Always',
			);
			const terminal = open(kubeconfig(user));
			await terminal.until(/Password for jo: $/m);
			terminal.press('ctrl-c');
			const waiting = await terminal.until(screen => screen.includes(how));
			expect(waiting).toContain('✗ login waits for ctrl-r');
			expect(waiting.replaceAll(/\s+/g, ' ')).toContain('ctrl-r hands the terminal over again.');
			expect(waiting).not.toContain('Retrying');
			// Until then it stays where it is: each look at it says the same.
			for (const key of ['?', 'esc', '?'] as const) terminal.press(key);
			await terminal.until(/Help|Keys/);
			terminal.press('esc');
			expect(runs()).toBe(1);
			terminal.press('ctrl-r');
			await terminal.until(/Password for jo: $/m);
			terminal.type('secret\r');
			await terminal.until(/checkout .* 100/);
		},
	);

	it('that heeds no ctrl-c is ended with the console by it', async () => {
		const user = plugin(`trap '' INT TERM; echo $$ > $DIR/pid; echo 'enter BX7-QQ2' >&2\n${wait}`, 'Always');
		const terminal = open(kubeconfig(user));
		await terminal.until(/enter BX7-QQ2/);
		terminal.press('ctrl-c');
		expect(await terminal.exited).toMatchObject({code: 130});
		expect(terminal.screen()).toContain('stopped: interrupted (SIGINT)');
		expect(terminal.modes()).toEqual(untouched);
		await eventually(() => expect(isRunning(numberIn('pid'))).toBe(false));
	});

	it.each(['SIGTERM', 'SIGHUP'] as const)(
		'that has had the terminal leaves a console that ends on %s also while the terminal takes nothing',
		async signal => {
			const terminal = open(kubeconfig(plugin(`echo 'enter BX7-QQ2' >&2\n${wait}`, 'Always')));
			await terminal.until(/enter BX7-QQ2/);
			finish();
			await terminal.until(/checkout .* 100/);
			terminal.stall();
			// Each draws all of the screen again.
			for (let count = 0; count < 40; count++) {
				terminal.press('ctrl-l');
				await delay(25);
			}
			terminal.kill(signal);
			expect(await terminal.isGone()).toBe(true);
		},
	);

	it.each(['ctrl-z', 'SIGTSTP', 'SIGSTOP'] as const)(
		'that has the terminal is stopped with the console by %s, and fg brings both back',
		async way => {
			const user = plugin(`echo 'enter BX7-QQ2' >&2\n${wait}`, 'Always');
			const file = kubeconfig(user);
			await using shell = await openShellIn('xterm', {cols: 100, rows: 30});
			const {terminal, run} = shell;
			const told = `sh -c 'echo $$ > "$0"; exec "$@"' ${path.join(directory, 'console')}`;
			run(`${told} '${process.execPath}' '${builtProgram}' --kubeconfig ${file}`);
			await terminal.until(/^enter BX7-QQ2$/m);
			if (way === 'ctrl-z') terminal.press('ctrl-z');
			else process.kill(numberIn('console'), way);
			await terminal.until(/Stopped[^]*^\$ *$/m);
			expect(terminal.modes()).toEqual(untouched);
			run('fg');
			await terminal.until(/\$ fg[^]*cli\.js/);
			terminal.resize(90, 28);
			finish();
			await terminal.until(/checkout .* 100/);
			expect(await terminal.still()).toEqual(await terminal.drawnAfresh());
			terminal.press('q');
			await terminal.until(screen => !screen.includes('1 Services') && /^\$ *$/m.test(screen));
			expect(terminal.modes()).toEqual(untouched);
			expect(runs()).toBe(1);
		},
	);
});

describe('a kubeconfig that changes under the console', () => {
	let relay: ApiRelay | undefined;

	afterEach(async () => {
		await relay?.close();
		relay = undefined;
	});

	it('says that the context means another cluster, keeps its token from the old one, and goes there when told', async () => {
		let isGone = false;
		relay = await startApiRelay(sandbox.kubeconfig, {
			// A token goes over TLS alone.
			tls: await createCertificate(Date.now()),
			rules: {
				token: tokenOf(sandbox.kubeconfig),
				answer: () => (isGone ? {status: 401, body: {kind: 'Status', code: 401}} : undefined),
			},
		});
		const {url, seen} = relay;
		const file = kubeconfig({token: 'of-the-old-one'}, url);
		const terminal = open(file);
		await terminal.until(/checkout .* 100/);
		kubeconfig({token: tokenOf(sandbox.kubeconfig)});
		isGone = true;
		terminal.press('ctrl-r');
		const screen = await terminal.until(
			/the context work now means another cluster|The context work now means/,
		);
		expect(screen).toContain('read-only');
		expect(new Set(seen.map(({headers}) => headers.authorization))).toEqual(
			new Set(['Bearer of-the-old-one']),
		);
		terminal.press('c');
		await terminal.until(/Not allowed here: the context work now means another cluster/);
		terminal.type(':ctx work\r');
		await terminal.until(/This is the context work/);
		await terminal.until(
			screenful => /● watching|watching/.test(screenful) && !screenful.includes('read-only'),
		);
	});

	it('notices within seconds that a login is accepted again', async () => {
		let isRefused = true;
		relay = await startApiRelay(sandbox.kubeconfig, {
			rules: {
				token: tokenOf(sandbox.kubeconfig),
				answer: () => (isRefused ? {status: 401, body: {kind: 'Status', code: 401}} : undefined),
			},
		});
		const terminal = open(kubeconfig({token: 'any'}, relay.url));
		await terminal.until(/does not accept the credentials/);
		isRefused = false;
		await terminal.until(/checkout .* 100/, {within: 5000});
	});
});
