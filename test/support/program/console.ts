/** The built program in a pseudo-terminal, as an operator has it. */
import path from 'node:path';
import process from 'node:process';
import {builtProgram} from './run-program.js';
import {openTerminal, type TerminalOptions, type TestTerminal} from '../terminal/terminal.js';

/** Not the history of whoever runs the tests. */
const stateOfTests = path.resolve('node_modules/.cache/kn-canary-test/state');

export type ConsoleOptions = {
	args?: readonly string[];
	cols?: number;
	rows?: number;
	env?: Readonly<Record<string, string | undefined>>;
} & Pick<
	TerminalOptions,
	| 'before'
	| 'hasAlternateScreen'
	| 'hasSize'
	| 'isAmbiguousWide'
	| 'isLatin1'
	| 'background'
	| 'delay'
	| 'isAnswering'
	| 'answersFor'
>;

/** Opens the console on a sandbox of its own, which lives four times as fast as a cluster and draws the same in every run. `npm test` builds it first. */
export function openBuiltConsole({
	args = ['--sandbox', '--pace', '4', '--seed', '1'],
	cols,
	rows,
	env,
	...emulated
}: ConsoleOptions = {}): TestTerminal {
	return openTerminal({
		...emulated,
		command: process.execPath,
		args: [builtProgram, ...args],
		...(cols !== undefined && {cols}),
		...(rows !== undefined && {rows}),
		env: {XDG_STATE_HOME: stateOfTests, ...env},
	});
}

/** Opens the console and waits until the three services of the sandbox are listed and watched. */
export async function openOnSandbox(options: ConsoleOptions = {}): Promise<TestTerminal> {
	const terminal = openBuiltConsole(options);
	await terminal.until(screen =>
		['cart', 'checkout', 'payments', 'watching'].every(word => screen.includes(word)),
	);
	return terminal;
}

/** Fills in the new-service form and leaves it on its review. Expects the panes to have the keys. */
export async function reviewNewService(
	terminal: TestTerminal,
	{name, image, grpc = false}: {name: string; image: string; grpc?: boolean},
): Promise<void> {
	terminal.press('n');
	await terminal.until(/New service/);
	terminal.type(name);
	terminal.press('tab');
	terminal.type(image);
	if (grpc) terminal.press('tab', 'right');
	await terminal.until(screen => screen.includes(name) && screen.includes(image));
	terminal.press('ctrl-s');
	await terminal.until(/Create the service/);
}

/** Sends what is on review and waits until the sheet is gone. */
export async function confirm(terminal: TestTerminal): Promise<void> {
	await terminal.until(/Dry run: the server would accept it/);
	terminal.press('enter');
	await terminal.until(screen => !/Dry run/.test(screen));
}
