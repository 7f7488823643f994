/** What a process costs the machine, as Linux counts it, and what is in use of its heap. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {performance} from 'node:perf_hooks';
import {pause} from './statistics.ts';

/** Milliseconds a whole process takes. Throws when it cannot be started or fails. */
export function processTime(
	command: string,
	args: readonly string[],
	env: NodeJS.ProcessEnv = process.env,
): number {
	const start = performance.now();
	execFileSync(command, args, {env, stdio: 'ignore'});
	return performance.now() - start;
}

export type Usage = {
	/** Milliseconds of work since it began, by the clock tick of 10 ms. */
	cpu: number;
	/** Megabytes it holds of the machine now, and the most that it ever held. */
	resident: number;
	peak: number;
};

export function usage(pid: number): Usage {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	const megabytes = (field: string) =>
		Number(new RegExp(String.raw`${field}:\s+(\d+) kB`).exec(status)?.[1]) / 1024;
	return {
		cpu: (Number(fields[13]) + Number(fields[14])) * 10,
		resident: megabytes('VmRSS'),
		peak: megabytes('VmHWM'),
	};
}

export type HeapProbe = {
	/** For Node, before the program. */
	args: readonly string[];
	/** Megabytes in use after a garbage collection. */
	inUse(pid: number): Promise<number>;
	close(): void;
};

/**
 * Asks a Node process how much of its heap is in use. The size of the process follows how much room Node gives its heap;
 * this is what grows when something is kept.
 */
export function createHeapProbe(): HeapProbe {
	const folder = mkdtempSync(path.join(tmpdir(), 'kn-canary-bench-'));
	const file = path.join(folder, 'heap');
	const collector = `import {writeFileSync, renameSync} from 'node:fs';
process.on('SIGUSR2', () => {
	globalThis.gc();
	writeFileSync(${JSON.stringify(`${file}.new`)}, String(process.memoryUsage().heapUsed));
	renameSync(${JSON.stringify(`${file}.new`)}, ${JSON.stringify(file)});
});`;
	return {
		args: ['--expose-gc', `--import=data:text/javascript,${encodeURIComponent(collector)}`],
		async inUse(pid) {
			rmSync(file, {force: true});
			process.kill(pid, 'SIGUSR2');
			while (!existsSync(file)) await pause(20);
			return Number(readFileSync(file, 'utf8')) / 1024 / 1024;
		},
		close() {
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
