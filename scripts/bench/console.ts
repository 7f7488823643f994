/**
 * How quick and how light the built console is, on this machine, now: start-up, keys, bytes to the terminal, memory, idle
 * work. Everything is compared with something measured in the same run (a bare Node process, kubectl where installed),
 * because only such ratios mean anything on a shared machine. Prints a table; `--json FILE` writes the numbers too.
 */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {performance} from 'node:perf_hooks';
import {parseArgs} from 'node:util';
import {openTerminal, type TestTerminal} from '../../test/support/terminal.ts';
import {startSandboxProcess} from '../../test/support/sandbox-process.ts';

const {values: flags} = parseArgs({
	options: {
		json: {type: 'string'},
		runs: {type: 'string', default: '11'},
		seconds: {type: 'string', default: '15'},
	},
});
const runs = Number(flags.runs);
const seconds = Number(flags.seconds);
const program = 'dist/cli.js';
const size = {cols: 120, rows: 40};

type Result = {what: string; value: number; unit: string; comparedWith?: string};
const results: Result[] = [];
const add = (what: string, value: number, unit: string, comparedWith?: string) => {
	results.push({what, value, unit, ...(comparedWith !== undefined && {comparedWith})});
};

const quantile = (values: readonly number[], q: number): number => {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};
const median = (values: readonly number[]): number => quantile(values, 0.5);
const pause = async (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Milliseconds a whole process takes. */
function processTime(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
	const start = performance.now();
	execFileSync(command, args, {env, stdio: 'ignore'});
	return performance.now() - start;
}

function open(kubeconfig: string): TestTerminal {
	return openTerminal({
		command: process.execPath,
		args: [program],
		env: {XDG_STATE_HOME: path.resolve('node_modules/.cache/kn-canary-test/state'), KUBECONFIG: kubeconfig},
		...size,
	});
}

async function startUp(kubeconfig: string): Promise<{frames: number; shown: number; rows: number}> {
	const start = performance.now();
	await using terminal = open(kubeconfig);
	await terminal.until(/1 Services/);
	const frames = performance.now() - start;
	await terminal.until(/watching|connecting/);
	const shown = performance.now() - start;
	await terminal.until(/checkout/);
	const rows = performance.now() - start;
	terminal.press('q');
	await terminal.exited;
	return {frames, shown, rows};
}

/** Clock ticks (10 ms) of work, and resident memory in MB, of a process. Linux only. */
function usage(pid: number): {ticks: number; megabytes: number} {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
	const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
	return {ticks: Number(fields[13]) + Number(fields[14]), megabytes: Number(resident) / 1024};
}

async function bytesPerSecond(terminal: TestTerminal): Promise<number> {
	const before = terminal.bytes();
	await pause(seconds * 1000);
	return (terminal.bytes() - before) / seconds;
}

/** Milliseconds from a key to the frame that shows it, many times, the selection going up and down. */
async function keyTimes(terminal: TestTerminal, keys: number): Promise<number[]> {
	const times: number[] = [];
	for (let index = 0; index < keys; index++) {
		const [key, wanted] =
			index % 2 === 0 ? (['down', /▸ .*checkout/] as const) : (['up', /▸ .*cart/] as const);
		const start = performance.now();
		terminal.press(key);
		await terminal.until(wanted);
		times.push(performance.now() - start);
		await pause(30);
	}
	return times;
}

const sandbox = await startSandboxProcess(program);
try {
	// Written by the first run that ends in order; measured is what every later one has.
	await startUp(sandbox.kubeconfig);
	const floors: number[] = [];
	const starts: Awaited<ReturnType<typeof startUp>>[] = [];
	for (let run = 0; run < runs; run++) {
		floors.push(processTime(process.execPath, ['-e', '0']));
		starts.push(await startUp(sandbox.kubeconfig));
	}
	const floor = median(floors);
	add('floor: node -e 0', floor, 'ms');
	const ratio = (value: number) => `${(value / floor).toFixed(1)} × the floor`;
	for (const [what, values] of [
		['frames of the panes', starts.map(start => start.frames)],
		['first frame of the console', starts.map(start => start.shown)],
		['rows on the screen', starts.map(start => start.rows)],
	] as const) {
		add(what, median(values), 'ms', ratio(median(values)));
	}
	try {
		const env = {...process.env, KUBECONFIG: sandbox.kubeconfig};
		const kubectl = median(Array.from({length: runs}, () => processTime('kubectl', ['get', 'ksvc'], env)));
		add('kubectl get ksvc', kubectl, 'ms', ratio(kubectl));
	} catch {
		console.log('kubectl is not installed: not compared with it.');
	}

	await using terminal = open(sandbox.kubeconfig);
	await terminal.until(/watching[^]*checkout/);
	await terminal.settle(1000);
	const before = usage(terminal.pid);
	add('terminal, idle', await bytesPerSecond(terminal), 'B/s');
	const after = usage(terminal.pid);
	add('CPU, idle', (after.ticks - before.ticks) / seconds, '% of a core');
	add('memory', after.megabytes, 'MB');
	let written = terminal.bytes();
	terminal.press('down');
	await terminal.settle(500);
	add('terminal, a moved selection', terminal.bytes() - written, 'B');
	terminal.press('up');
	await terminal.settle(500);
	const quiet = await keyTimes(terminal, 40);
	add('key to frame, quiet: median', median(quiet), 'ms');
	add('key to frame, quiet: p95', quantile(quiet, 0.95), 'ms');
	terminal.press('space');
	await terminal.until(/req\/s/);
	written = usage(terminal.pid).ticks;
	add('terminal, loop at 1/s', await bytesPerSecond(terminal), 'B/s');
	add('CPU, loop at 1/s', (usage(terminal.pid).ticks - written) / seconds, '% of a core');
	terminal.press('q');
	await terminal.exited;
} finally {
	await sandbox.stop();
}

const width = Math.max(...results.map(({what}) => what.length));
for (const {what, value, unit, comparedWith = ''} of results) {
	console.log(
		`${what.padEnd(width)}  ${value.toFixed(value < 10 ? 1 : 0).padStart(7)} ${unit.padEnd(12)} ${comparedWith}`,
	);
}
if (flags.json !== undefined) {
	writeFileSync(
		flags.json,
		`${JSON.stringify({node: process.version, size, runs, seconds, results}, undefined, '\t')}\n`,
	);
}
