/**
 * Whether the memory of the built console grows with the number of answers, and whether its keys stay quick, while it asks
 * 50 times a second (and ten pairs). `--minutes 10` for the whole of it; a minute when not given. Linux only.
 *
 * Two figures: what the process holds of the machine, which follows how much room Node gives its heap, and what is still
 * in use after a garbage collection, which is what would grow if anything were kept.
 */
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {performance} from 'node:perf_hooks';
import {parseArgs} from 'node:util';
import {openTerminal, type TestTerminal} from '../../test/support/terminal.ts';
import {startSandboxProcess} from '../../test/support/sandbox-process.ts';

const {values: flags} = parseArgs({options: {minutes: {type: 'string', default: '1'}}});
const minutes = Number(flags.minutes);
const program = 'dist/cli.js';
const samples = 12;

const megabytes = (pid: number): number =>
	Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const folder = mkdtempSync(path.join(tmpdir(), 'kn-canary-bench-'));
const heapFile = path.join(folder, 'heap');

/** Loaded into the console: on SIGUSR2 it collects garbage and writes down how many bytes are in use after that. */
const collector = `import {writeFileSync} from 'node:fs';
process.on('SIGUSR2', () => {
	globalThis.gc();
	writeFileSync(${JSON.stringify(heapFile)}, String(process.memoryUsage().heapUsed));
});`;

/** Megabytes in use after a garbage collection. */
async function heapInUse(terminal: TestTerminal): Promise<number> {
	rmSync(heapFile, {force: true});
	terminal.kill('SIGUSR2');
	while (!existsSync(heapFile) || readFileSync(heapFile, 'utf8') === '') await pause(20);
	return Number(readFileSync(heapFile, 'utf8')) / 1024 / 1024;
}

const pause = async (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Median of so many keys, milliseconds from the key to the frame that shows it. */
async function keyTime(terminal: TestTerminal): Promise<number> {
	const times: number[] = [];
	for (let index = 0; index < 20; index++) {
		const start = performance.now();
		terminal.press(index % 2 === 0 ? 'tab' : 'shift-tab');
		await terminal.until(index % 2 === 0 ? /▸2 Revisions/ : /▸1 Services/);
		times.push(performance.now() - start);
	}
	return times.toSorted((a, b) => a - b)[10] ?? Number.NaN;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const row = (answers: number, memory: number, inUse: number, key: number) =>
	console.log(
		`${String(answers).padStart(7)}${memory.toFixed(0).padStart(12)}${inUse.toFixed(1).padStart(12)}${key.toFixed(0).padStart(9)}`,
	);

const sandbox = await startSandboxProcess(program);
try {
	await using terminal = openTerminal({
		command: process.execPath,
		args: [
			'--expose-gc',
			`--import=data:text/javascript,${encodeURIComponent(collector)}`,
			program,
			'--rate',
			'50',
		],
		env: {
			XDG_STATE_HOME: path.resolve('node_modules/.cache/kn-canary-test/state'),
			KUBECONFIG: sandbox.kubeconfig,
		},
		cols: 120,
		rows: 40,
	});
	await terminal.until(/watching[^]*checkout/);
	const quiet = await keyTime(terminal);
	terminal.press('space');
	await terminal.until(/50 req\/s/);
	console.log('answers   memory MB   in use MB   key ms');
	row(0, megabytes(terminal.pid), await heapInUse(terminal), quiet);
	const points: {answers: number; inUse: number}[] = [];
	for (let sample = 0; sample < samples; sample++) {
		await pause((minutes * 60_000) / samples);
		const answers = Number(/(\d+) answers/.exec(terminal.screen())?.[1]);
		const key = await keyTime(terminal);
		const memory = megabytes(terminal.pid);
		const inUse = await heapInUse(terminal);
		points.push({answers, inUse});
		row(answers, memory, inUse, key);
	}
	// The first half is caches filling; the line through the second half says whether it goes on growing.
	const half = points.slice(samples / 2);
	const [x, y] = [mean(half.map(({answers}) => answers)), mean(half.map(({inUse}) => inUse))];
	const slope =
		half.reduce((sum, {answers, inUse}) => sum + (answers - x) * (inUse - y), 0) /
		half.reduce((sum, {answers}) => sum + (answers - x) ** 2, 0);
	console.log(`in use, in the second half: ${(slope * 1000).toFixed(3)} MB per 1000 answers`);
	terminal.press('q');
	await terminal.exited;
} finally {
	await sandbox.stop();
	rmSync(folder, {recursive: true, force: true});
}
