/** How long a start takes, beside what takes no longer and what operators have today. */
import {performance} from 'node:perf_hooks';
import {openConsole, quit} from './open.ts';
import {processTime} from './process.ts';
import {median} from './statistics.ts';
import type {Add} from './results.ts';

type Start = {frames: number; shown: number; rows: number; complete: number};

/** Milliseconds to the empty panes, to what the console itself draws, to the first service, and to the last revision. */
async function startUp(kubeconfig: string): Promise<Start> {
	const start = performance.now();
	await using terminal = openConsole(kubeconfig);
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

/** Undefined where kubectl is not installed. */
function kubectlTime(kubeconfig: string): number | undefined {
	const env = {...process.env, KUBECONFIG: kubeconfig};
	try {
		return processTime('kubectl', ['get', 'ksvc'], env);
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
		throw error;
	}
}

/** Of each of several clusters, in turn, so that a busy moment of the machine meets all of them. */
export async function measureStarts(
	clusters: readonly {kubeconfig: string; add: Add}[],
	runs: number,
): Promise<void> {
	const floors: number[] = [];
	const all = clusters.map(cluster => ({
		...cluster,
		starts: [] as Start[],
		kubectls: [] as number[],
	}));
	// Writes the compile cache, when it ends in order; measured is what every later start has.
	for (const {kubeconfig} of all) await startUp(kubeconfig);
	for (let run = 0; run < runs; run++) {
		floors.push(processTime(process.execPath, ['-e', '0']));
		for (const {kubeconfig, starts, kubectls} of all) {
			starts.push(await startUp(kubeconfig));
			const kubectl = kubectlTime(kubeconfig);
			if (kubectl !== undefined) kubectls.push(kubectl);
		}
	}
	const floor = median(floors);
	const ratio = (value: number) => `${(value / floor).toFixed(1)} × the floor`;
	for (const {add, starts, kubectls} of all) {
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
}
