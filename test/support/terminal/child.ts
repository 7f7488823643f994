/** The program in its pseudo-terminal, with the environment of somebody at a terminal. */
import {Socket} from 'node:net';
import process from 'node:process';
import {spawn, type IPty} from 'node-pty';
import type {TerminalOptions} from './options.ts';

const environment = (own: TerminalOptions['env'] = {}): Record<string, string> => {
	const env: Record<string, string | undefined> = {
		...process.env,
		TERM: 'xterm-256color',
		COLORTERM: 'truecolor',
		LANG: 'C.UTF-8',
		// With any of these Ink would not be interactive, have another size, or no colours.
		CI: undefined,
		COLUMNS: undefined,
		LINES: undefined,
		FORCE_COLOR: undefined,
		NO_COLOR: undefined,
		TMUX: undefined,
		STY: undefined,
		...own,
	};
	return Object.fromEntries(
		Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
};

export const spawnChild = ({
	command,
	args = [],
	env,
	cols = 120,
	rows = 40,
	cwd,
	hasSize = true,
}: TerminalOptions): IPty => {
	const sized = hasSize
		? ([command, [...args]] as const)
		: (['sh', ['-c', 'stty cols 0 rows 0; exec "$@"', 'sh', command, ...args]] as const);
	const variables = environment(env);
	const child = spawn(sized[0], [...sized[1]], {
		// It would take the place of TERM.
		...(variables['TERM'] !== undefined && {name: variables['TERM']}),
		cols,
		rows,
		cwd: cwd ?? process.cwd(),
		env: variables,
	});
	readToTheEnd(child);
	return child;
};

/**
 * node-pty closes its end of a terminal 200 ms after the program has ended, read or not: on a machine under load the last
 * words of a program would be lost. What is there to be read is read in the two turns of the loop that this waits.
 */
function readToTheEnd(child: IPty): void {
	const socket: unknown = Reflect.get(child, '_socket');
	if (!(socket instanceof Socket)) throw new TypeError('node-pty no longer reads from a socket.');
	const destroy = socket.destroy.bind(socket);
	socket.destroy = error => {
		setImmediate(() => setImmediate(() => destroy(error)));
		return socket;
	};
}
