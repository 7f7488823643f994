/** A shell in a pseudo-terminal, as it is or within another terminal program, which draws it on the emulator. */
import {execFileSync, spawnSync} from 'node:child_process';
import {
	closeSync,
	constants,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {builtProgram} from '../program/run-program.js';
import {openTerminal, type TerminalOptions, type TestTerminal} from './terminal.js';

export type TerminalProgram =
	'xterm' | 'the Linux console' | 'tmux' | 'tmux without another screen' | 'screen' | 'mosh';

/** Whether it can be tried on this machine. */
export function isInstalled(program: TerminalProgram): boolean {
	if (program === 'xterm' || program === 'the Linux console') return true;
	try {
		execFileSync('which', [program.split(' ')[0] ?? ''], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}

/** How the program is started with a shell in it, and how it is ended with all that runs in it. */
function within(
	program: TerminalProgram,
	folder: string,
	isUtf8: boolean,
): {before: readonly string[]; end: readonly string[]} {
	switch (program) {
		case 'xterm':
		case 'the Linux console':
			return {before: [], end: ['true']};
		case 'mosh': {
			// Both ends are on this machine; the one that has the shell goes on without the other one until it is ended.
			const script = path.join(folder, 'mosh');
			writeFileSync(
				script,
				`said=$(mosh-server new -i 127.0.0.1 -p 61000:61999 -- "$@" 2>'${folder}/mosh-server' </dev/null | grep '^MOSH CONNECT')
set -- $said
MOSH_KEY=$4 exec mosh-client 127.0.0.1 $3
`,
			);
			return {
				before: ['sh', script],
				end: [
					'sh',
					'-c',
					`kill $(sed -n 's/.*detached, pid = \\([0-9]*\\).*/\\1/p' '${folder}/mosh-server')`,
				],
			};
		}
		case 'tmux':
		case 'tmux without another screen': {
			const server = ['tmux', ...(isUtf8 ? ['-u'] : []), '-S', path.join(folder, 'tmux'), '-f', '/dev/null'];
			const alternate = program === 'tmux' ? 'on' : 'off';
			const options = `set -g status off ; set -g alternate-screen ${alternate} ; set -g escape-time 10 ; new`;
			return {before: [...server, ...options.split(' ')], end: [...server, 'kill-server']};
		}
		case 'screen': {
			writeFileSync(path.join(folder, 'screenrc'), 'startup_message off\n');
			const name = ['-S', 'kn-canary'];
			return {
				before: ['screen', '-c', path.join(folder, 'screenrc'), ...(isUtf8 ? ['-U'] : []), ...name],
				end: ['screen', ...name, '-X', 'quit'],
			};
		}
	}
}

export type ShellTerminal = {
	readonly terminal: TestTerminal;
	/** Somebody else writes to the terminal that the shell has, as `wall` does. */
	readonly writeForeign: (text: string) => void;
	/** Types a command line; the prompt is a line of its own, `$`. */
	readonly run: (line: string) => void;
	/** Starts the console on a sandbox, and resolves when nothing more comes of itself. */
	readonly openConsole: (variables?: string) => Promise<void>;
	/** The process of the console that was opened. */
	readonly pid: () => number;
	[Symbol.asyncDispose](): Promise<void>;
};

/** Use it with `await using`. `env` is that of the terminal program, too. */
export async function openShellIn(
	program: TerminalProgram,
	{
		env = {},
		isUtf8 = true,
		...options
	}: Pick<TerminalOptions, 'cols' | 'rows' | 'env' | 'isLatin1' | 'isAmbiguousWide' | 'charset' | 'delay'> & {
		/** Whether the terminal program is told so, where there is one. @default true */
		readonly isUtf8?: boolean;
	} = {},
): Promise<ShellTerminal> {
	const folder = mkdtempSync(path.join(tmpdir(), 'kn-canary-in-'));
	const {before, end} = within(program, folder, isUtf8);
	const [command, ...args] = [...before, 'bash', '--norc', '--noprofile', '-i'];
	const all = {
		PS1: '$ ',
		INPUTRC: '/dev/null',
		XDG_STATE_HOME: folder,
		SCREENDIR: path.join(folder, 'screens'),
		...env,
	};
	execFileSync('mkdir', ['-m', '700', all.SCREENDIR]);
	const isConsole = program === 'the Linux console';
	const terminal = openTerminal({
		...options,
		command,
		args,
		env: {...(isConsole && {TERM: 'linux', COLORTERM: undefined}), ...all},
		hasAlternateScreen: !isConsole,
	});
	const run = (line: string) => terminal.type(`${line}\r`);
	await terminal.until(/\$ *$/m);
	run(`bind 'set enable-bracketed-paste off'; tty > '${folder}/tty'; clear; echo REA''DY`);
	await terminal.until(/^READY\s*\n\$/m);
	const tty = readFileSync(path.join(folder, 'tty'), 'utf8').trim();
	return {
		terminal,
		run,
		writeForeign(text) {
			const file = openSync(tty, constants.O_WRONLY | constants.O_NOCTTY);
			writeSync(file, text);
			closeSync(file);
		},
		async openConsole(variables = '') {
			const told = `sh -c 'echo $$ > "$0"; exec "$@"' '${folder}/pid'`;
			run(`${variables} ${told} '${process.execPath}' '${builtProgram}' --sandbox --seed 1`);
			await terminal.until(/watching[^]*cart[^]*checkout[^]*payments/);
			await terminal.until(/gateway 127/);
			await terminal.until(/in place, says Knative|live since/);
			// The pods are asked about their users once the selection rests: the last that comes of itself.
			await terminal.until(/nobody uses it/);
		},
		pid: () => Number(readFileSync(path.join(folder, 'pid'), 'utf8')),
		async [Symbol.asyncDispose]() {
			// It may have ended with its shell.
			spawnSync(end[0] ?? 'true', end.slice(1), {env: {...process.env, ...all}, stdio: 'ignore'});
			await terminal[Symbol.asyncDispose]();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
