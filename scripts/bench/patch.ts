/**
 * How long from the Enter on a review to the patch leaving the process: the built console in a pseudo-terminal, a roll back
 * and an undo in turn, and the moment their request arrives at a proxy before the sandbox's API. The way through the
 * terminal and over loopback is in it. Prints one line; `--runs N` for another number than 21.
 */
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {request} from 'node:https';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {performance} from 'node:perf_hooks';
import {parseArgs} from 'node:util';
import {openTerminal} from '../../test/support/terminal/terminal.ts';
import {accessOf} from './parts/kubeconfig.ts';

const {values: flags} = parseArgs({options: {runs: {type: 'string', default: '21'}}});
const runs = Number(flags.runs);
const program = 'dist/cli.js';

const sandbox = spawn(process.execPath, [program, 'sandbox', '--pace', '10', '--seed', '1'], {
	stdio: ['ignore', 'pipe', 'ignore'],
});
let kubeconfig = '';
for await (const line of createInterface(sandbox.stdout)) {
	kubeconfig = /^KUBECONFIG=(.+)$/.exec(line)?.[1] ?? '';
	if (kubeconfig !== '') break;
}
const target = accessOf(kubeconfig);

let patched = Promise.withResolvers<number>();
const patches: string[] = [];
const proxy = createServer((incoming, outgoing) => {
	const at = performance.now();
	const path = incoming.url ?? '/';
	if (incoming.method === 'PATCH' && !path.includes('dryRun')) {
		patches.push(path);
		patched.resolve(at);
	}
	const {method = 'GET', headers} = incoming;
	const onward = request(new URL(path, target.server), {method, headers, ca: target.ca}, answer => {
		outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
		// A quiet watch has no body for a while.
		outgoing.flushHeaders();
		answer.pipe(outgoing);
	});
	onward.on('error', () => outgoing.destroy());
	outgoing.on('close', () => onward.destroy());
	incoming.pipe(onward);
});
await new Promise<void>(resolve => {
	proxy.listen(0, '127.0.0.1', resolve);
});
const address = proxy.address();
if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

const directory = mkdtempSync(join(tmpdir(), 'kn-canary-bench-'));
const file = join(directory, 'kubeconfig');
writeFileSync(
	file,
	JSON.stringify({
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name: 'bench', cluster: {server: `http://127.0.0.1:${address.port}`}}],
		users: [{name: 'bench', user: {token: target.token}}],
		contexts: [{name: 'bench', context: {cluster: 'bench', user: 'bench', namespace: 'default'}}],
		'current-context': 'bench',
	}),
	{mode: 0o600},
);

const terminal = openTerminal({
	command: process.execPath,
	args: [program, '--kubeconfig', file],
	cols: 120,
	rows: 40,
	env: {XDG_STATE_HOME: directory},
});
await terminal.until(screen => /cart\s+90│10/.test(screen) && screen.includes('watching'));

const times: number[] = [];
const keys = [
	['R', /Roll back cart/, /cart\s+100/],
	['u', /Undo the last split of cart/, /cart\s+90│10/],
] as const;
for (let run = 0; run < runs; run++) {
	const [key, title, after] = keys[run % 2]!;
	patched = Promise.withResolvers();
	terminal.press(key);
	await terminal.until(screen => title.test(screen) && screen.includes('would accept it'));
	const pressed = performance.now();
	terminal.press('enter');
	times.push((await patched.promise) - pressed);
	await terminal.until(after);
}
await terminal[Symbol.asyncDispose]();
proxy.closeAllConnections();
proxy.close();
sandbox.kill('SIGTERM');
rmSync(directory, {recursive: true, force: true});

const sorted = times.toSorted((a, b) => a - b);
const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!.toFixed(1);
process.stdout.write(
	`key press → patch leaving the process: median ${at(0.5)} ms, p95 ${at(0.95)} ms ` +
		`(${runs} presses, ${patches.length} requests)\n`,
);
