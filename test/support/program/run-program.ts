/** The built program without a terminal: what it says, and how it ends. */
import {spawn} from 'node:child_process';
import {realpathSync} from 'node:fs';
import path from 'node:path';
import {inject} from 'vitest';

/** Copied under another name, it is whatever runs this program. */
export const systemBash = realpathSync('/bin/bash');

/** Throws where there is no built program, or one from before a change of what goes into it. */
function freshlyBuilt(): string {
	// Not told where the tests build it themselves.
	const stale: string | undefined = inject('staleBuild');
	if (stale !== undefined && stale !== '') throw new Error(stale);
	return path.resolve('dist/cli.js');
}

export const builtProgram = freshlyBuilt();

export type Ended = {
	code: number | null;
	stdout: string;
	stderr: string;
	/** Both, as they came. */ output: string;
};

/** Variables that say how to get to a server: those of whoever runs the tests say nothing here. */
const ways = /^(?:(?:https?|no|all)_proxy|ssl_cert_(?:file|dir)|kubeconfig|kubernetes_.*)$/i;

/** Runs any program; stdin is closed. */
export async function runCommand(
	command: string,
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> {
	const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ways.test(name)));
	const child = spawn(command, args, {env: {...own, ...env}, stdio: ['ignore', 'pipe', 'pipe']});
	const ended: Ended = {code: null, stdout: '', stderr: '', output: ''};
	for (const name of ['stdout', 'stderr'] as const) {
		child[name].setEncoding('utf8').on('data', (text: string) => {
			ended[name] += text;
			ended.output += text;
		});
	}
	ended.code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	return ended;
}

export async function runProgram(
	args: readonly string[],
	env?: Readonly<Record<string, string | undefined>>,
): Promise<Ended> {
	return runCommand(process.execPath, [builtProgram, ...args], env);
}
