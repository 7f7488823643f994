/** `npm run dev`: the console on the sandbox, built and started again whenever a source changes. Its arguments are the program's. */
import {execFileSync, spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {globSync, statSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';

const args = process.argv.slice(2);
/** Milliseconds in which one save touches several files. */
const settles = 150;

let running: ChildProcess | undefined;
let changed = Promise.withResolvers<void>();
/** When each source was written. Node's recursive watch loses a file that an editor saves by putting another one in its place. */
const stamp = (): string =>
	globSync('{source/**/*.{ts,tsx},cli.tsx,scripts/build.js}')
		.map(file => `${file} ${statSync(file, {throwIfNoEntry: false})?.mtimeMs}`)
		.join('\n');

let known = stamp();
setInterval(() => {
	const now = stamp();
	if (now === known) return;
	known = now;
	changed.resolve();
}, 500);

/** Returns whether it was built; what is wrong is on the terminal. */
function build(): boolean {
	try {
		execFileSync(process.execPath, ['scripts/build.js'], {stdio: 'inherit'});
		return true;
	} catch {
		process.stderr.write('Not built; the next change tries again.\n');
		return false;
	}
}

// The console takes its own keys, ctrl-c among them.
process.on('SIGINT', () => {});
for (;;) {
	changed = Promise.withResolvers<void>();
	if (build()) {
		running = spawn(process.execPath, ['dist/cli.js', ...(args.length > 0 ? args : ['--sandbox'])], {
			stdio: 'inherit',
		});
	}
	const ended = running && once(running, 'exit').then(() => 'ended' as const);
	const why = await Promise.race([changed.promise.then(() => 'changed' as const), ...(ended ? [ended] : [])]);
	if (why === 'ended') break;
	await delay(settles);
	running?.kill('SIGTERM');
	await ended;
	running = undefined;
}
process.exit(0);
