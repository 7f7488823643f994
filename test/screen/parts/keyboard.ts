import {PassThrough} from 'node:stream';
import {stripVTControlCharacters} from 'node:util';
import {render} from 'ink';
import type {ReactElement} from 'react';
import {vi} from 'vitest';
import {KeyedStdin} from '../../../source/terminal/input/keyed-stdin.js';
import {keyBytes} from '../../support/terminal/terminal.js';

const noop = () => {};

/** Draws a part and lets a test press keys, which go through the same keyed input as in the program. */
export const openPart = async (
	part: ReactElement,
	{columns = 80, rows = 24}: {readonly columns?: number; readonly rows?: number} = {},
) => {
	const source = Object.assign(new PassThrough(), {isTTY: true, setRawMode: noop, ref: noop, unref: noop});
	const frames: string[] = [];
	const stdout = Object.assign(new PassThrough(), {isTTY: true, columns, rows});
	const instance = render(part, {
		stdin: new KeyedStdin(source, {escapeTimeout: 1}),
		stdout,
		debug: true,
		exitOnCtrlC: false,
		patchConsole: false,
	});
	stdout.on('data', (frame: Buffer) => {
		// Ink also writes sequences without any text, such as bracketed paste on and off.
		const shown = stripVTControlCharacters(String(frame));
		if (shown.trim() !== '') {
			frames.push(shown);
		}
	});
	await instance.waitUntilRenderFlush();
	const screen = () =>
		stripVTControlCharacters(frames.findLast(frame => frame.trim() !== '') ?? '').trimEnd();
	return {
		screen,
		/** Press keys in one read. */
		press: (...keys: readonly string[]): void => {
			source.write(keys.map(key => keyBytes(key)).join(''));
		},
		paste: (text: string): void => {
			source.write(`\u001B[200~${text}\u001B[201~`);
		},
		/** Resolves with the screen as soon as it is as wanted. */
		until: async (wanted: RegExp): Promise<string> =>
			vi.waitFor(
				() => {
					if (!wanted.test(screen())) {
						throw new Error(`${String(wanted)} is not on the screen:\n${screen()}`);
					}

					return screen();
				},
				{timeout: 10_000, interval: 5},
			),
		[Symbol.dispose]() {
			instance.unmount();
		},
	};
};
