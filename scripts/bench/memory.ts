/**
 * Whether the memory of the built console grows with the number of answers, and whether its keys stay quick, while it asks
 * 50 times a second (and ten pairs). `--minutes 10` for the whole of it; a minute when not given. Linux only.
 */
import {readFileSync} from 'node:fs';
import {performance} from 'node:perf_hooks';
import {parseArgs} from 'node:util';
import {openTerminal, type TestTerminal} from '../../test/support/terminal.ts';
import {startSandbox} from './sandbox.ts';

const {values: flags} = parseArgs({options: {minutes: {type: 'string', default: '1'}}});
const minutes = Number(flags.minutes);
const program = 'dist/cli.js';
const samples = 12;

const megabytes = (pid: number): number =>
	Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

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

const sandbox = await startSandbox(program);
try {
	await using terminal = openTerminal({
		command: process.execPath,
		args: [program, '--rate', '50'],
		env: {KUBECONFIG: sandbox.kubeconfig},
		cols: 120,
		rows: 40,
	});
	await terminal.until(/watching[^]*checkout/);
	const quiet = await keyTime(terminal);
	terminal.press('space');
	await terminal.until(/50 req\/s/);
	console.log('answers   memory MB   key ms');
	console.log(
		`${'0'.padStart(7)}${megabytes(terminal.pid).toFixed(0).padStart(12)}${quiet.toFixed(0).padStart(9)}`,
	);
	const points: {answers: number; memory: number}[] = [];
	for (let sample = 0; sample < samples; sample++) {
		await pause((minutes * 60_000) / samples);
		const answers = Number(/(\d+) answers/.exec(terminal.screen())?.[1]);
		const memory = megabytes(terminal.pid);
		points.push({answers, memory});
		console.log(
			`${String(answers).padStart(7)}${memory.toFixed(0).padStart(12)}${(await keyTime(terminal)).toFixed(0).padStart(9)}`,
		);
	}
	// The first half is Node's heap finding its size; the line through the second half says whether it goes on growing.
	const half = points.slice(samples / 2);
	const [x, y] = [mean(half.map(({answers}) => answers)), mean(half.map(({memory}) => memory))];
	const slope =
		half.reduce((sum, {answers, memory}) => sum + (answers - x) * (memory - y), 0) /
		half.reduce((sum, {answers}) => sum + (answers - x) ** 2, 0);
	console.log(`in the second half: ${(slope * 1000).toFixed(2)} MB per 1000 answers`);
	terminal.press('q');
	await terminal.exited;
} finally {
	await sandbox.stop();
}
