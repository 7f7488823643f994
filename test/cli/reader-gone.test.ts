/** Commands whose output goes nowhere: a reader that has gone while nothing is written, and a disk that is full. */
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {builtProgram, runCommand} from '../support/program/run-program.js';
import {startWorld, type World} from '../support/world.js';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(async () => {
	await world.stop();
});

const shell = async (line: string) =>
	runCommand('bash', ['-c', `set -o pipefail; k() { "$NODE" "$PROGRAM" "$@"; }; ${line}`], {
		NODE: process.execPath,
		PROGRAM: builtProgram,
		KUBECONFIG: world.sandbox.kubeconfigPath,
	});

describe('what is followed for a reader', () => {
	it.runIf(existsSync('/proc/self/fdinfo'))('ends when the reader of its pipe has gone', async () => {
		const {stdout} = await shell('k get -w | head -1');
		expect(stdout).toMatch(/^NAME +STATE/);
		// Also one that leaves when nothing is written any more, and one that handed it on.
		const waited = await shell('k get -w | { read -r line; echo "$line"; head -1; }');
		expect(waited.stdout).toMatch(/^NAME +STATE.*\ncart /);
	});

	it('ends when the other side of its socket has closed it', async () => {
		const child = spawn(process.execPath, [builtProgram, 'get', '-w'], {
			env: {...process.env, KUBECONFIG: world.sandbox.kubeconfigPath},
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
		await new Promise(resolve => child.stdout.once('data', resolve));
		child.stdout.destroy();
		expect(await ended).toBe(0);
	});

	it('goes on as long as it is read', async () => {
		const child = spawn(process.execPath, [builtProgram, 'get', 'cart', '-w'], {
			env: {...process.env, KUBECONFIG: world.sandbox.kubeconfigPath},
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const said = (what: RegExp) =>
			new Promise<void>(resolve => {
				let text = '';
				child.stdout.on('data', (part: Buffer) => {
					text += part.toString();
					if (what.test(text)) resolve();
				});
			});
		const first = said(/cart-00002=10/);
		const second = said(/cart-00002=60/);
		await first;
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: 40, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 60, tag: 'canary'},
		]);
		await second;
		const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
		child.kill('SIGTERM');
		expect(await ended).toBe(143);
	});
});

describe.runIf(existsSync('/dev/full'))('on a full disk', () => {
	it.each(['version', 'man', 'completion bash', 'config view --all', 'get', 'get -o json', 'history'])(
		'%s says so, in a sentence, and has failed',
		async line => {
			const {code, stderr} = await shell(`k ${line} > /dev/full`);
			expect(stderr).toBe('What kn-canary says cannot be written: ENOSPC: no space left on device, write.\n');
			expect(code).toBe(1);
		},
	);
});
