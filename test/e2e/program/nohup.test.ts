/** Commands that were started with `nohup` in a terminal go on when that is closed, and end with what they have to say. */
import {existsSync, readFileSync, watch} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {builtProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal} from '../../support/terminal/terminal.js';

let sandbox: SandboxProcess;
let folder: string;

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram);
});

afterAll(async () => sandbox.stop());

beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'kn-canary-nohup-'));
	onTestFinished(async () => rm(folder, {recursive: true, force: true}));
});

const textOf = (name: string): string => {
	const file = path.join(folder, name);
	return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

/** Resolves when that file of the folder is as wanted. */
async function until(name: string, wanted: RegExp): Promise<string> {
	return new Promise(resolve => {
		const look = () => {
			if (!wanted.test(textOf(name))) return;
			watcher.close();
			resolve(textOf(name));
		};
		const watcher = watch(folder, look);
		look();
	});
}

/** Types it into a shell, waits until it has begun, and closes the terminal; it leaves its exit code in `code`. */
async function startAndHangUp(command: string): Promise<void> {
	const program = `'${process.execPath}' '${builtProgram}' -v --kubeconfig '${sandbox.kubeconfig}'`;
	await using terminal = openTerminal({
		command: 'bash',
		args: ['--norc', '--noprofile', '-i'],
		cwd: folder,
		env: {PS1: '$ ', XDG_STATE_HOME: folder, KUBECONFIG: undefined},
	});
	await terminal.until(/\$ *$/m);
	// Of both nohup is asked for, as the signal goes to all of a job.
	terminal.type(
		`nohup sh -c "nohup ${program} ${command} > said 2> log & echo \\$! > pid; wait \\$!; echo \\$? > code" > /dev/null 2>&1 &\r`,
	);
	await until('pid', /\d\n/);
	const pid = Number(textOf('pid'));
	onTestFinished(() => {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// It has ended by itself.
		}
	});
	// By its first request it heeds signals; Node is deaf to what nohup has set, before that.
	await until('log', /→ GET/);
	terminal.hangUp();
	await terminal.exited;
	process.kill(pid, 'SIGHUP');
}

describe('under nohup', () => {
	it.each([
		['verify cart --requests 60 --rate 20', /60/, 0],
		['wait cart --for complete --timeout 4s', /cart/, 6],
		['status cart --for complete --wait 4s', /cart/, 6],
		['users cart --for 4s', /cart-00001/, 0],
	])('%s goes on when the terminal is closed', {timeout: 60_000}, async (command, says, code) => {
		await startAndHangUp(command);
		expect(Number(await until('code', /\d/))).toBe(code);
		expect(textOf('said') + textOf('log')).toMatch(says);
	});

	it('users -w prints on when the terminal is closed, until it is ended', {timeout: 90_000}, async () => {
		await startAndHangUp('users cart -w --for 2s');
		await until('said', /(?:cart-00001[^]*cart-00002[^]*){2}/);
		process.kill(Number(textOf('pid')), 'SIGTERM');
		expect(Number(await until('code', /\d/))).not.toBe(0);
	});
});
