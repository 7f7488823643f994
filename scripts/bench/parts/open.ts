/** The built console on a terminal, as the measurements have it. */
import path from 'node:path';
import {openTerminal, type TestTerminal} from '../../../test/support/terminal/terminal.ts';
import {pause} from './statistics.ts';

export const program = 'dist/cli.js';
export const screen = {cols: 120, rows: 40};

/** Starts a console on a terminal. */
export type Open = (kubeconfig: string) => TestTerminal;

/**
 * @param nodeFlags For Node, before the program.
 * @param flags For the program.
 */
export function openConsole(
	kubeconfig: string,
	nodeFlags: readonly string[] = [],
	flags: readonly string[] = [],
): TestTerminal {
	return openCommand([process.execPath, ...nodeFlags, program, ...flags], kubeconfig);
}

/** Another way to start it: the executable. */
export function openCommand([command = '', ...args]: readonly string[], kubeconfig: string): TestTerminal {
	return openTerminal({
		command,
		args,
		env: {
			XDG_STATE_HOME: path.resolve('node_modules/.cache/kn-canary-test/state'),
			// A configuration file of whoever measures would be read, with what it takes to understand it.
			XDG_CONFIG_HOME: path.resolve('node_modules/.cache/kn-canary-test/config'),
			XDG_CACHE_HOME: path.resolve('node_modules/.cache/kn-canary-test/cache'),
			KUBECONFIG: kubeconfig,
		},
		...screen,
	});
}

/** Who leaves a loop that is running is asked once more. */
export async function quit(terminal: TestTerminal): Promise<void> {
	const over = terminal.exited.then(() => true);
	const pressed = async () => {
		terminal.press('q');
		await pause(1000);
		return false;
	};
	while (!(await Promise.race([over, pressed()])));
}

/** Opens it and waits until everything is listed and watched, and the screen is quiet. */
export async function openWatching(
	kubeconfig: string,
	nodeFlags: readonly string[] = [],
	flags: readonly string[] = [],
): Promise<TestTerminal> {
	const terminal = openConsole(kubeconfig, nodeFlags, flags);
	await terminal.until(/watching/, {within: 60_000});
	await terminal.settle(1500);
	return terminal;
}

/** Whether a row of the screen is that of the selected service. */
export type IsSelected = (terminal: TestTerminal, row: number) => boolean;

const isSelectedHere: IsSelected = (terminal, row) => terminal.line(row).startsWith('│ ▸');

/**
 * Milliseconds from a key to the frame that shows it, many times, the selection going one service down and up again.
 * Throws when no service is selected.
 */
export async function keyTimes(
	terminal: TestTerminal,
	keys: number,
	isSelected = isSelectedHere,
): Promise<number[]> {
	const rows = Array.from({length: screen.rows}, (_, row) => row);
	const top = rows.find(row => isSelected(terminal, row));
	if (top === undefined) throw new Error(`no service is selected:\n${terminal.screen()}`);
	const times: number[] = [];
	for (let index = 0; index < keys; index++) {
		const [key, row] = index % 2 === 0 ? (['down', top + 1] as const) : (['up', top] as const);
		const start = performance.now();
		terminal.press(key);
		await terminal.until(() => isSelected(terminal, row));
		times.push(performance.now() - start);
		// Out of step with events and frames.
		await pause(20 + Math.random() * 60);
	}
	return times;
}
