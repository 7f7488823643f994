/** One server process of the real cluster, and what is known of it from outside. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {openSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {createInterface} from 'node:readline';

export type Server = ReturnType<typeof startServer>;

/**
 * Starts a program that ends when its standard input does, so that it does not outlive this process, however that ends.
 * What it writes to stderr is kept in a file.
 */
export function startServer({
	name,
	program,
	args,
	env,
	directory,
}: {
	name: string;
	program: string;
	args: readonly string[];
	env: NodeJS.ProcessEnv;
	directory: string;
}) {
	const log = path.join(directory, `${name}.log`);
	const stderr = openSync(log, 'a');
	const child = spawn(program, args, {
		stdio: ['pipe', 'pipe', stderr],
		env: {...process.env, ...env},
	});
	const {stdin, stdout} = child;
	if (stdin === null || stdout === null) throw new Error(`${name} has no pipes`);
	const exited = once(child, 'exit');
	const lines: string[] = [];
	const listeners = new Set<() => void>();
	createInterface(stdout).on('line', line => {
		lines.push(line);
		for (const listener of listeners) listener();
	});
	return {
		name,
		log,
		pid: child.pid,
		/** What is in the brackets of this pattern as soon as a line of its output matches. Rejects when it ends before. */
		async says(pattern: RegExp): Promise<string> {
			return new Promise((resolve, reject) => {
				const look = () => {
					for (const line of lines) {
						const found = pattern.exec(line)?.[1];
						if (found !== undefined) {
							listeners.delete(look);
							resolve(found);
						}
					}
				};
				listeners.add(look);
				look();
				void exited.then(([code]) => reject(new Error(`${name} ended with ${code}`)));
			});
		},
		async stop(): Promise<void> {
			stdin.end();
			await exited;
		},
	};
}

/** What a file holds as soon as some other process has written it. Throws after a minute. */
export async function contentsOf(file: string): Promise<string> {
	const end = performance.now() + 60_000;
	for (;;) {
		const contents = await readFile(file, 'utf8').catch(() => '');
		if (contents.endsWith('-----END CERTIFICATE-----\n')) return contents;
		if (performance.now() > end) throw new Error(`${file} was not written within a minute`);
		await new Promise(resolve => {
			setTimeout(resolve, 50);
		});
	}
}

export async function lastLinesOf(file: string): Promise<string> {
	return (await readFile(file, 'utf8')).split('\n').slice(-20).join('\n');
}
