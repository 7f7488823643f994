/** How long a start takes, beside what takes no longer and what operators have today. */
import {performance} from 'node:perf_hooks';
import {openConsole, quit, type Open} from './open.ts';
import {processTime, usage} from './process.ts';
import {median, pause} from './statistics.ts';
import type {Add} from './results.ts';

export type Start = {panes: number; services: number; whole: number; revisions: number; complete: number};

/**
 * Milliseconds to the title and the empty panes, to the services in them, to the whole frame, which is Ink's and from
 * which on keys are answered, to the revisions of the service that is selected, and to the last revision of all.
 */
export async function startUp(kubeconfig: string, open: Open = openConsole): Promise<Start> {
	const start = performance.now();
	await using terminal = open(kubeconfig);
	const reached = async (wanted: RegExp): Promise<number> => {
		await terminal.until(wanted, {within: 60_000});
		return performance.now() - start;
	};
	const [panes, services, whole, revisions, complete] = await Promise.all([
		reached(/1 Services/),
		reached(/ cart /),
		reached(/tab pane/),
		// In the pane of revisions the share comes next; in that of the traffic the tag does.
		reached(/…00002 +10 %/),
		reached(/watching/),
	]);
	await quit(terminal);
	return {panes, services, whole, revisions, complete};
}

/** Measured is what every start has after the first: the code of a console whose keys were used is kept when it rests. */
async function fillCodeCache(kubeconfig: string): Promise<void> {
	await using terminal = openConsole(kubeconfig);
	await terminal.until(/watching/, {within: 60_000});
	terminal.press('down');
	await pause(4000);
	await quit(terminal);
}

/** Seconds of work of the first 3.5 s, all threads of it. */
export async function firstWork(kubeconfig: string, open: Open = openConsole, end = quit): Promise<number> {
	await using terminal = open(kubeconfig);
	await pause(3500);
	const {cpu} = usage(terminal.pid);
	await end(terminal);
	return cpu / 1000;
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
		works: [] as number[],
		kubectls: [] as number[],
	}));
	for (const {kubeconfig} of all) await fillCodeCache(kubeconfig);
	for (let run = 0; run < runs; run++) {
		floors.push(processTime(process.execPath, ['-e', '0']));
		for (const {kubeconfig, starts, works, kubectls} of all) {
			starts.push(await startUp(kubeconfig));
			works.push(await firstWork(kubeconfig));
			const kubectl = kubectlTime(kubeconfig);
			if (kubectl !== undefined) kubectls.push(kubectl);
		}
	}
	const floor = median(floors);
	const ratio = (value: number) => `${(value / floor).toFixed(1)} × the floor`;
	for (const {add, starts, works, kubectls} of all) {
		add('floor: node -e 0', floor, 'ms');
		for (const [what, values] of [
			['title and panes', starts.map(start => start.panes)],
			['services on the screen', starts.map(start => start.services)],
			['whole frame, keys answered', starts.map(start => start.whole)],
			['revisions of the selected service', starts.map(start => start.revisions)],
			['every revision known', starts.map(start => start.complete)],
		] as const) {
			const beside =
				what === 'services on the screen' && kubectls.length > 0
					? `, ${(median(values) / median(kubectls)).toFixed(1)} × kubectl`
					: '';
			add(what, median(values), 'ms', ratio(median(values)) + beside);
		}
		add('CPU of the first 3.5 s', median(works), 's');
		if (kubectls.length > 0) add('kubectl get ksvc', median(kubectls), 'ms', ratio(median(kubectls)));
	}
}
