/** The built program as a screen reader has it: lines in, lines out. */
import {spawn} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import {vi} from 'vitest';
import {builtProgram} from './run-program.js';

/** @param args On a sandbox of its own when none are given. @param state For the history. */
export function openLinear(
	args: readonly string[] = ['--sandbox', '--pace', '10', '--seed', '1'],
	state: string = path.resolve('node_modules/.cache/kn-canary-test/linear'),
) {
	const program = spawn(process.execPath, [builtProgram, ...args, '--screen-reader'], {
		env: {...process.env, XDG_STATE_HOME: state},
	});
	let said = '';
	let read = 0;
	program.stdout.on('data', (bytes: Buffer) => {
		said += String(bytes);
	});
	program.stderr.on('data', (bytes: Buffer) => {
		said += String(bytes);
	});
	const ended = new Promise<number | null>(resolve => {
		program.once('close', resolve);
	});
	return {
		ended,
		whole: () => said,
		/** Types a line, and hears what comes after it. */
		type(...lines: readonly string[]) {
			read = said.length;
			program.stdin.write(lines.map(line => `${line}\n`).join(''));
		},
		/** Resolves when it was said since the last line was typed. */
		async hear(wanted: RegExp): Promise<string> {
			return vi.waitFor(
				() => {
					const since = said.slice(read);
					if (!wanted.test(since)) throw new Error(`${String(wanted)} was not said:\n${since}`);
					return since;
				},
				{timeout: 20_000, interval: 20},
			);
		},
		async [Symbol.asyncDispose]() {
			program.kill('SIGKILL');
			await ended;
		},
	};
}
