/** Command lines, and what a shell makes of them. */
import {execFileSync} from 'node:child_process';
import {revisionName} from '../objects.js';

export const first = revisionName(1);

/** The arguments that a program gets when a real shell runs the line; every one is ended by a NUL. */
export function argumentsOf(line: string, env: Readonly<Record<string, string>> = {}): string[] {
	const script = `show() { printf '%s\\0' "$@"; }\nshow ${line}`;
	const options = {encoding: 'utf8', env: {...process.env, ...env}} as const;
	return execFileSync('sh', ['-c', script], options).split('\0').slice(0, -1);
}
