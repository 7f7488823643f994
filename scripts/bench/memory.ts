/**
 * Whether the memory of the built console grows with the number of answers, and whether its keys stay quick, while it asks
 * 50 times a second (and ten pairs). `--minutes 10` for the whole of it; a minute when not given. `--json FILE` writes the
 * numbers too. Linux only.
 *
 * Two figures: what the process holds of the machine, which follows how much room Node gives its heap, and what is still
 * in use after a garbage collection, which is what would grow if anything were kept. The first half of the answers fills
 * caches (Ink keeps the measures of the last 8,192 texts, which is some three minutes of them) and has code compiled; a
 * line through the second half says whether it goes on growing.
 */
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {performance} from 'node:perf_hooks';
import {parseArgs} from 'node:util';
import {openTerminal, type TestTerminal} from '../../test/support/terminal/terminal.ts';
import {startSandboxProcess} from '../../test/support/program/sandbox-process.ts';
import {quit} from './parts/open.ts';
import {createHeapProbe, usage} from './parts/process.ts';
import {pause, quantile} from './parts/statistics.ts';

const {values: flags} = parseArgs({
	options: {minutes: {type: 'string', default: '1'}, json: {type: 'string'}},
});
const minutes = Number(flags.minutes);
const program = 'dist/cli.js';
const rate = 50;
/** Enough points for the scatter around the line to be known. */
const samples = Math.max(12, Math.round(minutes * 3));

type Sample = {
	answers: number;
	/** Megabytes the process holds of the machine, before the collection that this sample makes. */
	resident: number;
	/** Megabytes in use after a garbage collection. */
	inUse: number;
	/** Milliseconds from a key to the frame that shows it, of each of twenty keys. */
	keys: readonly number[];
};

const heap = createHeapProbe();

/** Twenty keys, as far apart as those of somebody in a hurry and in step with nothing. */
async function keyTimes(terminal: TestTerminal): Promise<readonly number[]> {
	const times: number[] = [];
	for (let index = 0; index < 20; index++) {
		const start = performance.now();
		terminal.press(index % 2 === 0 ? 'tab' : 'shift-tab');
		await terminal.until(index % 2 === 0 ? /▸2 Revisions/ : /▸1 Services/);
		times.push(performance.now() - start);
		await pause(40 + 60 * Math.random());
	}
	return times;
}

async function sample(terminal: TestTerminal): Promise<Sample> {
	const answers = Number(/(\d+) answers?/.exec(terminal.screen())?.[1] ?? 0);
	const keys = await keyTimes(terminal);
	const resident = usage(terminal.pid).resident;
	const inUse = await heap.inUse(terminal.pid);
	return {answers, resident, inUse, keys};
}

const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

/** Ordinary least squares: the slope of the line through the points, and its standard error. At least three points. */
function slopeOf(points: readonly {x: number; y: number}[]): {slope: number; standardError: number} {
	const [meanX, meanY] = [mean(points.map(({x}) => x)), mean(points.map(({y}) => y))];
	const spread = points.reduce((sum, {x}) => sum + (x - meanX) ** 2, 0);
	const slope = points.reduce((sum, {x, y}) => sum + (x - meanX) * (y - meanY), 0) / spread;
	const residual = points.reduce((sum, {x, y}) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
	return {slope, standardError: Math.sqrt(residual / (points.length - 2) / spread)};
}

function print({answers, resident, inUse, keys}: Sample): void {
	const cells = [
		String(answers).padStart(7),
		resident.toFixed(0).padStart(13),
		inUse.toFixed(2).padStart(11),
		quantile(keys, 0.5).toFixed(0).padStart(8),
	];
	console.log(cells.join(''));
}

/** How a value goes on in the second half, per 1,000 answers. */
function growthOf(taken: readonly Sample[], what: 'inUse' | 'resident') {
	const half = taken.slice(Math.floor(taken.length / 2));
	const {slope, standardError} = slopeOf(half.map(point => ({x: point.answers / 1000, y: point[what]})));
	return {mean: mean(half.map(point => point[what])), slope, standardError};
}

const say = (what: string, {mean: level, slope, standardError}: ReturnType<typeof growthOf>): void => {
	const isFlat = Math.abs(slope) <= 2 * standardError;
	const words = isFlat ? 'no growth that could be told from scatter' : slope > 0 ? 'grows' : 'falls';
	const early = minutes < 5 ? '; the caches are still filling, --minutes 10 tells' : '';
	console.log(
		`${what}, second half: ${level.toFixed(1)} MB, ${slope.toFixed(4)} ± ${standardError.toFixed(4)} MB per 1,000 answers: ${words}${early}`,
	);
};

const sandbox = await startSandboxProcess(program);
try {
	await using terminal = openTerminal({
		command: process.execPath,
		args: [...heap.args, program, '--rate', String(rate)],
		env: {
			XDG_STATE_HOME: path.resolve('node_modules/.cache/kn-canary-test/state'),
			KUBECONFIG: sandbox.kubeconfig,
		},
		cols: 120,
		rows: 40,
	});
	await terminal.until(/gateway 127[^]*watching[^]*checkout/);
	console.log('answers  resident MB  in use MB  key ms');
	// The first keys compile what the others run.
	await keyTimes(terminal);
	const idle = await sample(terminal);
	print(idle);
	terminal.press('space');
	await terminal.until(new RegExp(`${rate} req/s`));
	const start = performance.now();
	const taken: Sample[] = [];
	for (let index = 1; index <= samples; index++) {
		await pause(Math.max(0, start + (index * minutes * 60_000) / samples - performance.now()));
		const now = await sample(terminal);
		print(now);
		taken.push(now);
	}
	const growth = {inUse: growthOf(taken, 'inUse'), resident: growthOf(taken, 'resident')};
	say('in use', growth.inUse);
	say('resident', growth.resident);
	const keys = taken.flatMap(point => point.keys);
	for (const [when, times] of [
		['idle', idle.keys],
		[`at ${rate} req/s`, keys],
	] as const) {
		console.log(
			`key to frame, ${when}: median ${quantile(times, 0.5).toFixed(0)} ms, 95 % within ${quantile(times, 0.95).toFixed(0)} ms`,
		);
	}
	if (flags.json !== undefined) {
		writeFileSync(
			flags.json,
			`${JSON.stringify({minutes, rate, idle, samples: taken, growth}, undefined, '\t')}\n`,
		);
	}
	await quit(terminal);
} finally {
	await sandbox.stop();
	heap.close();
}
