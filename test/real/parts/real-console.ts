/** The built program on the real cluster. */
import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {expect} from 'vitest';
import type {Action} from '../../../source/screen/keys/key-lookup.js';
import {openBuiltConsole} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';
import type {RealWorld} from './console-world.js';
import type {NotedWrite} from './stored.js';

/** A directory for the history of a test; removed with `await using`. */
export async function stateDirectory() {
	const directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-state-'));
	return {
		path: directory,
		async [Symbol.asyncDispose]() {
			await rm(directory, {recursive: true, force: true});
		},
	};
}

/** A console in the namespace of this world, as soon as it shows all of these words and follows the cluster. */
export async function openRealConsole(
	{kubeconfig, namespace}: Pick<RealWorld, 'kubeconfig' | 'namespace'>,
	{
		state,
		shows,
		args = [],
		cols = 120,
		rows = 40,
	}: {state: string; shows: readonly string[]; args?: readonly string[]; cols?: number; rows?: number},
): Promise<TestTerminal> {
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', kubeconfig, '-n', namespace, ...args],
		cols,
		rows,
		env: {XDG_STATE_HOME: state},
	});
	await terminal.until(screen => ['watching', ...shows].every(word => screen.includes(word)));
	return terminal;
}

/** A command without a screen, in the namespace of this world, with nobody to be asked. */
export async function runCommand(
	{kubeconfig, namespace}: Pick<RealWorld, 'kubeconfig' | 'namespace'>,
	state: string,
	...args: readonly string[]
): Promise<{code: number; stdout: string; stderr: string}> {
	return new Promise(resolve => {
		execFile(
			process.execPath,
			[path.resolve('dist/cli.js'), '--kubeconfig', kubeconfig, '-n', namespace, ...args],
			{env: {...process.env, XDG_STATE_HOME: state}},
			(error, stdout, stderr) => resolve({code: error ? Number(error.code) : 0, stdout, stderr}),
		).stdin?.end();
	});
}

/** The writing requests that came after the first `seen`, as soon as there is one. */
export async function nextWrites(world: RealWorld, seen: number): Promise<NotedWrite[]> {
	const end = performance.now() + 30_000;
	for (;;) {
		const writes = await world.writes();
		if (writes.length > seen) return writes.slice(seen);
		if (performance.now() > end) throw new Error('No request to write came within 30 s.');
		await new Promise(resolve => {
			setTimeout(resolve, 50);
		});
	}
}

/**
 * Waits until what the dry run said of the sheet on top can be read on it, and as long as an operator at least needs to: what
 * is pressed before the terminal has said that it shows the sheet does not count.
 */
export async function previewed(terminal: TestTerminal): Promise<void> {
	await terminal.until(/✓ Dry run/);
	await terminal.settle(200);
}

/** What the review is headed by that each key leads to. */
const titles: Partial<Record<Action, RegExp>> = {
	newService: /Create the service/,
	newRevision: /Create a revision of/,
	autoscaling: /Change the autoscaling of/,
	tag: /Tag a revision of/,
	review: /Split the traffic of/,
	split: /Split the traffic of/,
	complete: /Promote the canary of/,
	rollBack: /Roll back/,
	abandon: /Abandon the release of/,
	undo: /Undo the last split of/,
	sendAgain: /Send again the split of/,
	deleteRevision: /Delete a revision of/,
	deleteService: /Delete the service/,
};

/** Waits as `previewed` does for the review that this action leads to. */
export async function previewOf(terminal: TestTerminal, action: Action): Promise<void> {
	await previewed(terminal);
	expect(terminal.screen()).toMatch(titles[action] ?? /$^/);
}

/**
 * Enter on the review that the key of this action has led to, and the requests that come of it, once and not dry: `patch
 * services 200`.
 */
export async function agree(
	terminal: TestTerminal,
	{world, of}: {world: RealWorld; of: Action},
	requests: readonly string[] = ['patch services 200'],
): Promise<void> {
	await previewOf(terminal, of);
	const seen = (await world.writes()).length;
	terminal.press('enter');
	await nextWrites(world, seen + requests.length - 1);
	const writes = (await world.writes()).slice(seen);
	expect(
		writes.map(({verb, resource, code, isDry}) => `${verb} ${resource} ${code}${isDry ? ' dry' : ''}`),
	).toEqual(requests);
	// The panes are seen beside it: what they say is no sign that the next key goes to them.
	const isTaken = requests.every(request => / 2\d\d$/.test(request));
	if (isTaken) await terminal.until(screen => !titles[of]?.test(screen));
}

/** Goes back to the panes, however many sheets and forms lie over them. */
export async function backToPanes(terminal: TestTerminal): Promise<void> {
	while (!/1 Services/.test(terminal.screen())) {
		const before = terminal.screen();
		terminal.press('esc');
		await terminal.until(screen => screen !== before);
	}
}
