/**
 * How quick and how light the built console is, on this machine, now, and how much of that is lost when the namespace grows
 * from 10 services to 1,000, of 10 revisions each. Everything is compared with something measured in the same run (a
 * bare Node process, kubectl where installed, the smallest size), because only such ratios mean anything on a shared
 * machine. Prints tables; `--json FILE` writes the numbers too. Linux only.
 */
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {performance} from 'node:perf_hooks';
import {parseArgs} from 'node:util';
import {openTerminal, type TestTerminal} from '../../test/support/terminal.ts';
import {startSandboxProcess} from '../../test/support/sandbox-process.ts';
import {startEvents} from './parts/events.ts';
import {createHeapProbe, processTime, usage} from './parts/process.ts';
import {median, pause, quantile} from './parts/statistics.ts';

const {values: flags} = parseArgs({
	options: {
		json: {type: 'string'},
		sizes: {type: 'string', default: '10,100,1000'},
		runs: {type: 'string', default: '9'},
		seconds: {type: 'string', default: '10'},
		keys: {type: 'string', default: '100'},
	},
});
const sizes = flags.sizes.split(',').map(Number);
const runs = Number(flags.runs);
const seconds = Number(flags.seconds);
const keys = Number(flags.keys);
const program = 'dist/cli.js';
const screen = {cols: 120, rows: 40};
const revisions = 10;
/** Changes a second of somebody else's while keys are pressed. */
const eventRate = 20;
/** As keyboards repeat a key that is held. */
const repeatRate = 30;

type Result = {what: string; value: number; unit: string; comparedWith?: string};
type Add = (what: string, value: number, unit: string, comparedWith?: string) => void;

function open(kubeconfig: string, nodeFlags: readonly string[] = []): TestTerminal {
	return openTerminal({
		command: process.execPath,
		args: [...nodeFlags, program],
		env: {XDG_STATE_HOME: path.resolve('node_modules/.cache/kn-canary-test/state'), KUBECONFIG: kubeconfig},
		...screen,
	});
}

async function quit(terminal: TestTerminal): Promise<void> {
	terminal.press('q');
	await terminal.exited;
}

type Start = {frames: number; shown: number; rows: number; complete: number};

/** Milliseconds to the empty panes, to what the console itself draws, to the first service, and to the last revision. */
async function startUp(kubeconfig: string): Promise<Start> {
	const start = performance.now();
	await using terminal = open(kubeconfig);
	const reached = async (wanted: RegExp): Promise<number> => {
		await terminal.until(wanted, {within: 60_000});
		return performance.now() - start;
	};
	const times = {
		frames: await reached(/1 Services/),
		shown: await reached(/watching|connecting/),
		rows: await reached(/cart/),
		complete: await reached(/watching/),
	};
	await quit(terminal);
	return times;
}

function kubectlTime(kubeconfig: string): number | undefined {
	const env = {...process.env, KUBECONFIG: kubeconfig};
	try {
		return processTime('kubectl', ['get', 'ksvc'], env);
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
		throw error;
	}
}

async function measureStart(kubeconfig: string, add: Add): Promise<void> {
	// Writes the compile cache, when it ends in order; measured is what every later start has.
	await startUp(kubeconfig);
	const floors: number[] = [];
	const starts: Start[] = [];
	const kubectls: number[] = [];
	// In turn, so that a busy moment of the machine meets all of them.
	for (let run = 0; run < runs; run++) {
		floors.push(processTime(process.execPath, ['-e', '0']));
		starts.push(await startUp(kubeconfig));
		const kubectl = kubectlTime(kubeconfig);
		if (kubectl !== undefined) kubectls.push(kubectl);
	}
	const floor = median(floors);
	const ratio = (value: number) => `${(value / floor).toFixed(1)} × the floor`;
	add('floor: node -e 0', floor, 'ms');
	for (const [what, values] of [
		['frames of the panes', starts.map(start => start.frames)],
		['first frame of the console', starts.map(start => start.shown)],
		['rows on the screen', starts.map(start => start.rows)],
		['every revision known', starts.map(start => start.complete)],
	] as const) {
		add(what, median(values), 'ms', ratio(median(values)));
	}
	if (kubectls.length > 0) add('kubectl get ksvc', median(kubectls), 'ms', ratio(median(kubectls)));
}

/** Bytes to the terminal and share of a core over a while. */
async function rates(terminal: TestTerminal): Promise<{bytes: number; cpu: number}> {
	const {cpu} = usage(terminal.pid);
	const bytes = terminal.bytes();
	const begun = performance.now();
	await pause(seconds * 1000);
	const elapsed = (performance.now() - begun) / 1000;
	return {
		bytes: (terminal.bytes() - bytes) / elapsed,
		cpu: (usage(terminal.pid).cpu - cpu) / 10 / elapsed,
	};
}

/** Milliseconds from a key to the frame that shows it, many times, the selection going one down and up again. */
async function keyTimes(terminal: TestTerminal): Promise<number[]> {
	const rows = Array.from({length: screen.rows}, (_, row) => row);
	const top = rows.find(row => terminal.line(row).startsWith('│ ▸'));
	if (top === undefined) throw new Error(`no service is selected:\n${terminal.screen()}`);
	const times: number[] = [];
	for (let index = 0; index < keys; index++) {
		const [key, row] = index % 2 === 0 ? (['down', top + 1] as const) : (['up', top] as const);
		const start = performance.now();
		terminal.press(key);
		await terminal.until(() => terminal.line(row).startsWith('│ ▸'));
		times.push(performance.now() - start);
		// Out of step with events and frames.
		await pause(20 + Math.random() * 60);
	}
	return times;
}

/** Bytes a second while a key is held that moves the selection down, and then as long up. */
async function heldKeyBytes(terminal: TestTerminal): Promise<number> {
	const before = terminal.bytes();
	const begun = performance.now();
	const presses = repeatRate * 4;
	// As far as the smallest list goes.
	const way = Math.min(...sizes) + 2;
	for (let press = 0; press < presses; press++) {
		terminal.press(Math.floor(press / way) % 2 === 0 ? 'down' : 'up');
		await pause(begun + ((press + 1) * 1000) / repeatRate - performance.now());
	}
	return ((terminal.bytes() - before) * 1000) / (performance.now() - begun);
}

async function measureRunning(kubeconfig: string, add: Add): Promise<void> {
	await using terminal = open(kubeconfig);
	await terminal.until(/watching/, {within: 60_000});
	await terminal.settle(1500);
	const idle = await rates(terminal);
	add('terminal, idle', idle.bytes, 'B/s');
	add('CPU, idle', idle.cpu, '% of a core');
	const {resident, peak} = usage(terminal.pid);
	add('memory, idle', resident, 'MB');
	add('memory, most', peak, 'MB');

	const quiet = await keyTimes(terminal);
	add('key to frame, quiet: p50', median(quiet), 'ms');
	add('key to frame, quiet: p95', quantile(quiet, 0.95), 'ms');

	terminal.press('home', 'g');
	const events = await startEvents(kubeconfig, {perSecond: eventRate, shown: 'cart'});
	const begun = {at: performance.now(), made: events.made, cpu: usage(terminal.pid).cpu};
	const busy = await keyTimes(terminal);
	const elapsed = (performance.now() - begun.at) / 1000;
	const reached = (events.made - begun.made) / elapsed;
	const cpu = (usage(terminal.pid).cpu - begun.cpu) / 10 / elapsed;
	await events.stop();
	const under = `${reached.toFixed(0)} events/s`;
	add(`key to frame, ${eventRate} events/s: p50`, median(busy), 'ms', under);
	add(`key to frame, ${eventRate} events/s: p95`, quantile(busy, 0.95), 'ms', under);
	add(`CPU, keys and ${eventRate} events/s`, cpu, '% of a core', under);

	await terminal.settle(500);
	add(`terminal, key held (${repeatRate}/s)`, await heldKeyBytes(terminal), 'B/s');
	await terminal.settle(500);

	terminal.press('g');
	await terminal.until(/▸ . cart/);
	terminal.press('space');
	await terminal.until(/req\/s/);
	const loop = await rates(terminal);
	add('terminal, loop at 1/s', loop.bytes, 'B/s');
	add('CPU, loop at 1/s', loop.cpu, '% of a core');
	add('memory, at the end', usage(terminal.pid).resident, 'MB');
	await quit(terminal);
}

async function measureHeap(kubeconfig: string, add: Add): Promise<void> {
	const probe = createHeapProbe();
	try {
		await using terminal = open(kubeconfig, probe.args);
		await terminal.until(/watching/, {within: 60_000});
		await terminal.settle(1500);
		add('heap in use after a collection', await probe.inUse(terminal.pid), 'MB');
		await quit(terminal);
	} finally {
		probe.close();
	}
}

async function measure(services: number): Promise<Result[]> {
	const results: Result[] = [];
	const add: Add = (what, value, unit, comparedWith) => {
		results.push({what, value, unit, ...(comparedWith !== undefined && {comparedWith})});
	};
	const sandbox = await startSandboxProcess(program, {
		args: ['--services', String(services), '--revisions', String(revisions)],
	});
	try {
		await measureStart(sandbox.kubeconfig, add);
		await measureRunning(sandbox.kubeconfig, add);
		await measureHeap(sandbox.kubeconfig, add);
	} finally {
		await sandbox.stop();
	}
	return results;
}

const all: {services: number; results: Result[]}[] = [];
for (const services of sizes) {
	const results = await measure(services);
	all.push({services, results});
	const width = Math.max(...results.map(({what}) => what.length));
	console.log(`\n${services} services of ${revisions} revisions`);
	for (const {what, value, unit, comparedWith = ''} of results) {
		console.log(
			`${what.padEnd(width)}  ${value.toFixed(value < 10 ? 1 : 0).padStart(7)} ${unit.padEnd(12)} ${comparedWith}`,
		);
	}
}
if (flags.json !== undefined) {
	writeFileSync(
		flags.json,
		`${JSON.stringify({node: process.version, screen, revisions, runs, seconds, keys, sizes: all}, undefined, '\t')}\n`,
	);
}
