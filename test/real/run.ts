/**
 * `npm run test:real`: what is tested on a real API server, or, where there is no Go to build one with, what is skipped for
 * that. Arguments go to vitest.
 */
import {spawnSync} from 'node:child_process';
import process from 'node:process';
import {buildBinaries, goVersion} from './cluster/binaries.ts';

const run = (command: string, ...args: readonly string[]): number =>
	spawnSync(command, args, {stdio: 'inherit'}).status ?? 1;
const config = ['--config', 'vitest.real.config.ts'];

if (goVersion() === undefined) {
	console.log('There is no Go here (https://go.dev/dl/), and without it no real API server. Skipped:');
	process.exitCode = run('vitest', 'list', ...config);
} else {
	await buildBinaries();
	process.exitCode =
		run('npm', 'run', '--silent', 'build') || run('vitest', 'run', ...config, ...process.argv.slice(2));
}
