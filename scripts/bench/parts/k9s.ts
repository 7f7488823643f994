/**
 * k9s beside us: the terminal console that operators know, on the same sandbox, machine and screen, in the same run. Its list of services is opened, and its selection moved, as ours is.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {openTerminal, type TestTerminal} from '../../../test/support/terminal/terminal.ts';
import {screen, type IsSelected, type Open} from './open.ts';
import type {Add} from './results.ts';
import {
	measureIdle,
	measureKeys,
	measureLooks,
	measureMemory,
	measureScrolling,
	measureTouches,
} from './running.ts';
import {firstWork} from './start-up.ts';
import {median} from './statistics.ts';

/** What a run is like, of ours as well. */
export type Effort = {runs: number; idle: number; keys: number; seconds: number};

/** A cluster of so many services; what is measured is added to it. */
export type Beside = {kubeconfig: string; services: number; add: Add};

const serviceShown = / cart /;

/**
 * The figures of `targets.ts` that k9s has too, of each cluster.
 *
 * @param command The path of its program.
 */
export async function measureK9s(
	command: string,
	clusters: readonly Beside[],
	effort: Effort,
): Promise<void> {
	const folder = mkdtempSync(path.join(tmpdir(), 'kn-canary-k9s-'));
	const open: Open = kubeconfig =>
		openTerminal({
			command,
			args: ['--command', 'services.serving.knative.dev', '--logFile', path.join(folder, 'log')],
			env: {K9S_CONFIG_DIR: folder, HOME: folder, KUBECONFIG: kubeconfig},
			...screen,
		});
	try {
		for (const {kubeconfig, services, add} of clusters) {
			const works: number[] = [];
			for (let run = 0; run < effort.runs; run++) works.push(await firstWork(kubeconfig, open, end));
			add('CPU of the first 3.5 s', median(works), 's');

			await using terminal = open(kubeconfig);
			await terminal.until(serviceShown, {within: 60_000});
			await terminal.settle(1500);
			const running = [{kubeconfig, services, terminal, add, isSelected}];
			await measureIdle(running, effort.idle);
			await measureKeys(running, effort.keys);
			await measureScrolling(running);
			await measureTouches(running, effort.seconds);
			await measureLooks(running, effort.seconds);
			running.forEach(measureMemory);
			await end(terminal);
		}
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

/** It gives the row that is selected a background of its own. */
const isSelected: IsSelected = (terminal, row) => {
	const {active} = terminal.emulator.buffer;
	const background = (of: number) =>
		active
			.getLine(active.baseY + of)
			?.getCell(10)
			?.getBgColor();
	return background(row) !== background(0);
};

/** Of its ways out one asks and one is a command to be typed. Resolves when it is gone. */
async function end(terminal: TestTerminal): Promise<void> {
	terminal.kill('SIGKILL');
	await terminal.exited;
}
