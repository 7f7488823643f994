import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {Socket} from 'node:net';
import process from 'node:process';
import {setTimeout as wait} from 'node:timers/promises';
import xterm from '@xterm/headless';
import {spawn, type IPty} from 'node-pty';
import {cellsOf, FakeTerminal} from './fake-terminal.ts';

/** Keys by name, as a terminal sends them; anything else is sent as it is. */
const namedKeys: Readonly<Record<string, string>> = {
	enter: '\r',
	esc: '\u001B',
	tab: '\t',
	'shift-tab': '\u001B[Z',
	space: ' ',
	backspace: '\u007F',
	delete: '\u001B[3~',
	up: '\u001B[A',
	down: '\u001B[B',
	right: '\u001B[C',
	left: '\u001B[D',
	'shift-right': '\u001B[1;2C',
	'shift-left': '\u001B[1;2D',
	home: '\u001B[H',
	end: '\u001B[F',
	pageup: '\u001B[5~',
	pagedown: '\u001B[6~',
};

/** The bytes of a key: a name (`enter`, `shift-left`), `ctrl-` and a letter, or the character itself. */
export const keyBytes = (key: string): string => {
	const letter = /^ctrl-([a-z])$/.exec(key)?.[1];
	return letter === undefined ? (namedKeys[key] ?? key) : String.fromCharCode(letter.charCodeAt(0) - 96);
};

export type TerminalOptions = {
	readonly command: string;
	readonly args?: readonly string[];
	/** Added to the environment; undefined removes a variable. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly cols?: number;
	readonly rows?: number;
	readonly cwd?: string;
	/** How long the line takes each way, in milliseconds. @default 0 */
	readonly delay?: number;
	/** Whether the terminal answers what it is asked. @default true */
	readonly isAnswering?: boolean;
	/** The terminal answers at once, at the program's end of the line, and says by this which it is (DA2): as mosh does. */
	readonly answersFor?: string;
	/** What is on the screen, and set in the terminal, before the program starts. */
	readonly before?: string;
	/** As the Linux console, mosh, or GNU screen as it comes: there is one screen only. @default true */
	readonly hasAlternateScreen?: boolean;
	/** Draws ambiguous characters in two columns, as where Chinese or Japanese is read (UAX #11). */
	readonly isAmbiguousWide?: boolean;
	/** Takes each byte for a character of its own. */
	readonly isLatin1?: boolean;
	/** What it takes bytes for, by a name of the Encoding Standard: `euc-jp`, `gbk`. @default UTF-8 */
	readonly charset?: string;
	/** Of its window, as it says when it is asked (OSC 11): `#ffffff`. */
	readonly background?: string;
	/** Whether the pseudo-terminal has a size; `ssh -tt` and some CI systems leave it at 0 by 0. @default true */
	readonly hasSize?: boolean;
};

export type Modes = {
	readonly isAlternateScreen: boolean;
	readonly isCursorVisible: boolean;
	readonly isBracketedPaste: boolean;
	readonly isWrapping: boolean;
};

export type Exit = {readonly code: number; readonly signal: number};

/** What a terminal is as long as nobody changed it. */
export const untouched: Modes = {
	isAlternateScreen: false,
	isCursorVisible: true,
	isBracketedPaste: false,
	isWrapping: true,
};

/** Enough of the ambiguous characters (UAX #11) for what the console draws with. */
const isAmbiguous = (codePoint: number): boolean =>
	[0xb7, 0xd7, 0xb1, 0xb0].includes(codePoint) || (codePoint >= 0x20_10 && codePoint <= 0x27_17);

/** How long `until` waits unless told otherwise, in milliseconds: long enough for a busy machine. */
const PATIENCE = 20_000;

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

/**
Runs a program in a real pseudo-terminal with a terminal emulator behind it, so that a test sees what an operator sees. Use
it with `await using`: a program that is still running at the end is killed.
*/
export const openTerminal = ({
	command,
	args = [],
	env,
	cols = 120,
	rows = 40,
	cwd,
	delay = 0,
	isAnswering = true,
	answersFor,
	before = '',
	hasAlternateScreen = true,
	hasSize = true,
	isAmbiguousWide = false,
	isLatin1 = false,
	charset,
	background,
}: TerminalOptions) => {
	const emulator = new xterm.Terminal({cols, rows, scrollback: 1000, allowProposedApi: true});
	emulator.write(before);
	if (isAmbiguousWide) {
		emulator.unicode.register({
			version: 'wide',
			wcwidth: codePoint => (isAmbiguous(codePoint) ? 2 : 1),
			// Of the character in the lowest bit whether it joins the one before, then its width (xterm.js, UnicodeService).
			charProperties: codePoint => (isAmbiguous(codePoint) ? 2 : 1) << 1,
		});
		emulator.unicode.activeVersion = 'wide';
	}

	if (background !== undefined) {
		emulator.parser.registerOscHandler(11, data => {
			const [, red, green, blue] = /^#(..)(..)(..)$/.exec(background) ?? [];
			if (data === '?') child.write(`\u001B]11;rgb:${red}${red}/${green}${green}/${blue}${blue}\u001B\\`);
			return true;
		});
	}

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
	const watchers = new Set<() => void>();
	const notify = () => {
		for (const watcher of watchers) {
			watcher();
		}
	};

	let byteCount = 0;
	let isClosed = false;
	let written = '';
	let isCursorVisible = true;
	/** Between the beginning and the end of an update (mode 2026): nobody sees what is on the screen by then. */
	let isUpdating = false;
	for (const final of ['h', 'l']) {
		emulator.parser.registerCsiHandler({prefix: '?', final}, parameters => {
			if (parameters.includes(25)) {
				isCursorVisible = final === 'h';
			}

			if (parameters.includes(2026)) isUpdating = final === 'h';

			// Else the emulator's own handler follows.
			return !hasAlternateScreen && parameters.includes(1049);
		});
	}

	/** The line keeps the order of what is sent on it. */
	const arrive = (act: () => void) => {
		if (delay === 0) act();
		else setTimeout(act, delay);
	};

	const send = (bytes: string) => {
		arrive(() => {
			if (exit === undefined && !isClosed) child.write(bytes);
		});
	};

	/** At the program's end of the line: it has drawn what the one at the other end has not seen yet. */
	const nearer =
		answersFor === undefined ? undefined : new xterm.Terminal({cols, rows, allowProposedApi: true});
	nearer?.onData(data => {
		const isIdentity = data.startsWith('\u001B[>') && data.endsWith('c');
		if (exit === undefined && !isClosed) child.write(isIdentity ? (answersFor ?? '') : data);
	});

	const decoder = charset === undefined ? undefined : new TextDecoder(charset);
	/** As the terminal takes the bytes of it. */
	const decoded = (data: string): string => {
		if (isLatin1) return Buffer.from(data).toString('latin1');
		return decoder ? decoder.decode(Buffer.from(data), {stream: true}) : data;
	};

	let unparsed = 0;
	let taken: string[] | undefined;
	child.onData(data => {
		byteCount += Buffer.byteLength(data);
		taken?.push(data);
		written += data;
		nearer?.write(data);
		unparsed++;
		arrive(() => {
			emulator.write(decoded(data), () => {
				unparsed--;
				notify();
			});
		});
	});
	// Answers to what a program asks its terminal.
	const held: string[] = [];
	let isHolding = false;
	emulator.onData(data => {
		if (!isAnswering || answersFor !== undefined) return;
		if (isHolding) held.push(data);
		else send(data);
	});

	/** What is still to be sent, and whether an Esc is to be noticed before: with it the next key would be Alt's. */
	const unsent: string[] = [];
	let isNoticed = true;
	const sendOn = () => {
		if (exit !== undefined) unsent.length = 0;
		while (isNoticed) {
			const next = unsent.shift();
			if (next === undefined) return;
			isNoticed = !isAnswering || next !== namedKeys['esc'];
			send(next);
		}
	};
	// The program asks whether the terminal is there, to know an Esc from the beginning of a key; the answer comes first.
	emulator.parser.registerCsiHandler({final: 'n'}, () => {
		if (!isNoticed) {
			isNoticed = true;
			setImmediate(sendOn);
		}

		return false;
	});

	let exit: Exit | undefined;
	const exited = new Promise<Exit>(resolve => {
		child.onExit(({exitCode, signal}) => {
			exit = {code: exitCode, signal: signal ?? 0};
			const finish = () => {
				// What the program wrote last must be on the screen before its exit is known.
				if (unparsed > 0) {
					return;
				}

				watchers.delete(finish);
				if (exit !== undefined) {
					resolve(exit);
				}

				notify();
			};

			watchers.add(finish);
			finish();
		});
	});

	const line = (index: number): string => {
		const {active} = emulator.buffer;
		// A line of the emulator may be longer than the screen: it keeps what a narrower window no longer shows.
		return active.getLine(active.baseY + index)?.translateToString(true, 0, emulator.cols) ?? '';
	};

	const screen = (): string => Array.from({length: emulator.rows}, (_, index) => line(index)).join('\n');

	const until = async (
		wanted: RegExp | ((screen: string) => boolean),
		{within = PATIENCE}: {readonly within?: number} = {},
	): Promise<string> =>
		new Promise((resolve, reject) => {
			const stop = () => {
				clearTimeout(timer);
				watchers.delete(look);
			};

			const giveUp = (why: string) => {
				stop();
				const looked = wanted instanceof RegExp ? String(wanted) : wanted.toString();
				reject(new Error(`${why} ${looked} was on the screen:\n${screen()}`));
			};

			const look = () => {
				// A frame may come in pieces; keys that are sent when a part of it is there were typed ahead of the rest.
				if (isUpdating && exit === undefined) return;
				const shown = screen();
				if (wanted instanceof RegExp ? wanted.test(shown) : wanted(shown)) {
					stop();
					resolve(shown);
				} else if (exit !== undefined && unparsed === 0) {
					giveUp(`The program ended with code ${exit.code}, signal ${exit.signal} before`);
				}
			};

			const timer = setTimeout(() => {
				giveUp(`${within} ms went by before`);
			}, within);
			watchers.add(look);
			look();
		});

	return {
		/** The emulator, to read colours from. */
		emulator,
		pid: child.pid,
		/**
		Press keys, by name or character. All of them are sent in ONE write, as a slow line delivers them, but for what follows
		an Esc: that is sent when the program has asked what the Esc is.
		*/
		press(...keys: readonly string[]) {
			const parts: string[] = [];
			for (const [index, key] of keys.entries()) {
				if (index === 0 || key === 'esc' || keys[index - 1] === 'esc') parts.push('');
				parts.push((parts.pop() ?? '') + keyBytes(key));
			}

			unsent.push(...parts);
			sendOn();
		},
		type(text: string) {
			send(text);
		},
		/**
		Sends what the terminal sent in one piece in parts, so many milliseconds apart, as a line that lags cuts it. After an Esc that
		is a part of its own there may be an answer; it is never in the middle of a sequence that the terminal was at.
		*/
		async typeCut(parts: readonly string[], milliseconds: number): Promise<void> {
			for (const [index, part] of parts.entries()) {
				if (index > 0) await wait(milliseconds);
				isHolding = index > 0 || part !== namedKeys['esc'];
				send(part);
			}

			isHolding = false;
			for (const answer of held.splice(0)) send(answer);
		},
		/** Paste as a terminal does: bracketed if the program asked for that, else as if it were typed. */
		paste(text: string) {
			send(emulator.modes.bracketedPasteMode ? `\u001B[200~${text}\u001B[201~` : text);
		},
		/** The rows of the screen, without the blanks at their ends. */
		screen,
		line,
		/** What is on the screen, with its colours, cell by cell. */
		cells: () => cellsOf(emulator),
		/** Has the program draw its frame anew, and gives the cells of a terminal on which nothing else was ever written. */
		async drawnAfresh(): Promise<string[]> {
			const bytes: string[] = [];
			taken = bytes;
			child.write(keyBytes('ctrl-l'));
			await until(() => bytes.join('').includes('\u001B[?2026l'));
			await this.settle(300);
			const fresh = new FakeTerminal(emulator.cols, emulator.rows);
			fresh.write(`\u001B[?7l${taken.join('')}`);
			taken = undefined;
			return fresh.cells();
		},
		/** Somebody else writes to the terminal: `wall`, a job in the background, a plugin. */
		writeForeign(text: string) {
			emulator.write(text, notify);
		},
		/** The screen as soon as it is as wanted; rejects with the screen when it never is. */
		until,
		/** Resolves when nothing was written for `quiet` milliseconds. For pictures; a test waits `until`. */
		async settle(quiet = 200): Promise<void> {
			return new Promise(resolve => {
				const done = () => {
					watchers.delete(again);
					resolve();
				};

				let timer: NodeJS.Timeout | undefined;
				const again = () => {
					clearTimeout(timer);
					if (!isUpdating) timer = setTimeout(done, quiet);
				};

				watchers.add(again);
				again();
			});
		},
		/** The cells, as soon as none has changed for so many milliseconds: rows that are drawn again as they are count for nothing. */
		async still(milliseconds = 700): Promise<string[]> {
			for (let seen = this.cells(); ;) {
				await new Promise(resolve => {
					setTimeout(resolve, milliseconds);
				});
				const now = this.cells();
				if (now.every((row, index) => row === seen[index])) return now;
				seen = now;
			}
		},
		resize(newCols: number, newRows: number) {
			emulator.resize(newCols, newRows);
			child.resize(newCols, newRows);
		},
		exited,
		/** From now on the terminal takes nothing: what the program writes fills the pseudo-terminal and stays there. */
		stall() {
			child.pause();
		},
		/** Whether the program ends within a second, on a machine that has time for it; it is looked at for three. */
		async isGone(): Promise<boolean> {
			for (let look = 0; look < 60; look++) {
				try {
					// A process that has ended and is not waited for yet is a zombie.
					if (readFileSync(`/proc/${child.pid}/stat`, 'utf8').includes(') Z ')) return true;
				} catch {
					return true;
				}

				await new Promise(resolve => {
					setTimeout(resolve, 50);
				});
			}

			return false;
		},
		/** The line is cut: there is no terminal any more. */
		hangUp() {
			isClosed = true;
			// node-pty closes its end of it by this, which its types do not have.
			const destroy: unknown = Reflect.get(child, 'destroy');
			if (typeof destroy !== 'function') throw new TypeError('node-pty no longer closes a terminal.');
			Reflect.apply(destroy, child, []);
		},
		kill(signal: NodeJS.Signals) {
			process.kill(child.pid, signal);
		},
		/** All that the program has written to its terminal, as it was written. */
		written: () => written,
		/** How many bytes the program has written to its terminal. */
		bytes: () => byteCount,
		modes: (): Modes => ({
			isAlternateScreen: emulator.buffer.active.type === 'alternate',
			isCursorVisible,
			isBracketedPaste: emulator.modes.bracketedPasteMode,
			isWrapping: emulator.modes.wraparoundMode,
		}),
		/** Whether the terminal driver hands keys over one by one and unseen; only while the program runs. */
		isRaw(): boolean {
			// node-pty knows the path of the terminal but has no name for it in its types.
			const path: unknown = Reflect.get(child, '_pty');
			if (typeof path !== 'string') {
				throw new TypeError('node-pty no longer says which terminal it opened.');
			}

			return execFileSync('stty', ['-F', path, '-a'], {encoding: 'utf8'}).includes('-icanon');
		},
		async [Symbol.asyncDispose](): Promise<void> {
			isClosed = true;
			if (exit === undefined) {
				// Politely first, so that the program can take back what it left on disk.
				child.kill('SIGTERM');
				const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
				await exited;
				clearTimeout(timer);
			}

			emulator.dispose();
			nearer?.dispose();
		},
	};
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

export type TestTerminal = ReturnType<typeof openTerminal>;
