/** A program in a pseudo-terminal, and what a test does with it: press, wait for what is on the screen, look, cut the line. */
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import process from 'node:process';
import {setTimeout as wait} from 'node:timers/promises';
import xterm from '@xterm/headless';
import {spawnChild} from './child.ts';
import {emulate} from './emulated.ts';
import {cellsOf} from './fake-terminal.ts';
import {keyBytes, piecesOf} from './keys.ts';
import type {TerminalOptions} from './options.ts';

export {keyBytes} from './keys.ts';
export type {TerminalOptions} from './options.ts';
export {untouched, type Modes} from './emulated.ts';

export type Exit = {readonly code: number; readonly signal: number};

/** How long `until` waits unless told otherwise, in milliseconds: long enough for a busy machine. */
const PATIENCE = 20_000;

/** What no program draws (private use area). */
const undrawn = '\uE000';

/** A terminal on which nothing was drawn, and whether something was by now in each cell of it. */
const untouchedScreen = async ({cols, rows}: {readonly cols: number; readonly rows: number}) => {
	const emulator = new xterm.Terminal({cols, rows, allowProposedApi: true});
	const nothing = Array.from({length: rows}, (_, row) => `\u001B[${row + 1}H${undrawn.repeat(cols)}`).join(
		'',
	);
	await new Promise<void>(resolve => {
		emulator.write(`\u001B[?7l${nothing}`, resolve);
	});
	const {active} = emulator.buffer;
	const isDrawn = (row: number) =>
		!active
			.getLine(active.baseY + row)
			?.translateToString()
			.includes(undrawn);
	return {emulator, isDrawn: () => Array.from({length: rows}, (_, row) => isDrawn(row)).every(Boolean)};
};

/**
Runs a program in a real pseudo-terminal with a terminal emulator behind it, so that a test sees what an operator sees. Use
it with `await using`: a program that is still running at the end is killed.
*/
export const openTerminal = (options: TerminalOptions) => {
	const {cols = 120, rows = 40, delay = 0, isAnswering = true, answersFor} = options;
	const emulated = emulate(options, bytes => child.write(bytes));
	const {emulator} = emulated;
	const child = spawnChild(options);
	const watchers = new Set<() => void>();
	const notify = () => {
		for (const watcher of watchers) {
			watcher();
		}
	};

	let byteCount = 0;
	let isClosed = false;
	let written = '';

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

	let unparsed = 0;
	child.onData(data => {
		byteCount += Buffer.byteLength(data);
		written += data;
		nearer?.write(data);
		unparsed++;
		arrive(() => {
			emulator.write(emulated.decoded(data), () => {
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
			isNoticed = !isAnswering || next !== keyBytes('esc');
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

	const {line, screen} = emulated;

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
				if (emulated.isUpdating() && exit === undefined) return;
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
			unsent.push(...piecesOf(keys));
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
				isHolding = index > 0 || part !== keyBytes('esc');
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
		/** Has the program draw its frame again, and gives the cells of a terminal on which nothing else was ever written. */
		async drawnAfresh(): Promise<string[]> {
			const fresh = await untouchedScreen(child);
			const heard = child.onData(data => fresh.emulator.write(data, notify));
			child.write(keyBytes('ctrl-l'));
			// Rows that are drawn again all the time may come before that frame: it is there when nothing is left without one.
			await until(fresh.isDrawn);
			heard.dispose();
			return cellsOf(fresh.emulator);
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
					if (!emulated.isUpdating()) timer = setTimeout(done, quiet);
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
				// What a busy machine has not drawn to its end is not still.
				if (emulated.isUpdating()) continue;
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
		modes: emulated.modes,
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
export type TestTerminal = ReturnType<typeof openTerminal>;
