import {once} from 'node:events';
import {PassThrough} from 'node:stream';
import {render, Text, useInput, usePaste} from 'ink';
import {useState} from 'react';
import {afterEach, beforeAll, describe, expect, test, vi} from 'vitest';
import {KeyedStdin, type KeyedStdinOptions} from '../../../source/terminal/input/keyed-stdin.js';
import type {TerminalReport} from '../../../source/terminal/input/reports.js';
import {strokeOf} from '../../../source/terminal/input/strokes.js';
import {buildProgram} from '../../support/program/program.js';
import {openTerminal} from '../../support/terminal/terminal.js';

const noop = () => {};
const noTerminal = {isTTY: true, setRawMode: noop, ref: noop, unref: noop};
const unmounts: (() => void)[] = [];
afterEach(() => {
	vi.useRealTimers();
	for (const unmount of unmounts.splice(0)) {
		unmount();
	}
});

/** An Ink program that notes each key with the number of keys it had drawn by then. */
const openKeyboard = async (options?: KeyedStdinOptions) => {
	const source = Object.assign(new PassThrough(), noTerminal);
	const seen: string[] = [];
	let wake: (() => void) | undefined;
	const note = (what: string) => {
		seen.push(what);
		wake?.();
	};

	function Keys() {
		const [drawn, setDrawn] = useState(0);
		useInput((input, key) => {
			note(`${drawn} ${strokeOf(input, key) ?? JSON.stringify(input)}`);
			setDrawn(drawn + 1);
		});
		usePaste(text => {
			note(`paste ${JSON.stringify(text)}`);
		});
		return <Text>{drawn}</Text>;
	}

	const stdin = new KeyedStdin(source, options);
	const stdout = Object.assign(new PassThrough(), {isTTY: true, columns: 80, rows: 24});
	const instance = render(<Keys />, {stdin, stdout, exitOnCtrlC: false, patchConsole: false});
	unmounts.push(instance.unmount);
	await instance.waitUntilRenderFlush();
	return {
		stdin,
		source,
		seen,
		/** Resolves as soon as so many things were seen. */
		async have(count: number) {
			while (seen.length < count) {
				await new Promise<void>(resolve => {
					wake = resolve;
				});
			}

			return seen;
		},
	};
};

describe('keys that share a read behave like keys pressed one by one', () => {
	test.each([
		['jjj', ['0 j', '1 j', '2 j']],
		['\tap', ['0 tab', '1 a', '2 p']],
		['\u001B[B\r', ['0 down', '1 enter']],
		['\u001B[B\u001B[B\u001B[B', ['0 down', '1 down', '2 down']],
		['yes\r', ['0 y', '1 e', '2 s', '3 enter']],
		['\u007F\u007F\u007F', ['0 backspace', '1 backspace', '2 backspace']],
		['R\r', ['0 R', '1 enter']],
		['a\r\nb', ['0 a', '1 enter', '2 b']],
	])('%j', async (bytes, expected) => {
		const keyboard = await openKeyboard();
		keyboard.source.write(bytes);
		expect(await keyboard.have(expected.length)).toEqual(expected);
	});
});

test('a key that the network cut in two is one key', async () => {
	const keyboard = await openKeyboard({escapeTimeout: 60_000, sequenceTimeout: 60_000});
	for (const piece of ['\u001B', '[', '1;2', 'C', '\u001B', 'OA', '\u001B[6', '~']) {
		keyboard.source.write(piece);
		await new Promise(setImmediate);
	}

	expect(await keyboard.have(3)).toEqual(['0 shift-right', '1 up', '2 pagedown']);
});

test('a character whose UTF-8 the network cut in two is one character', async () => {
	const keyboard = await openKeyboard();
	const bytes = Buffer.from('é世👍🏽');
	for (const byte of bytes) {
		keyboard.source.write(Buffer.from([byte]));
		await new Promise(setImmediate);
	}

	// The skin tone came in a read of its own: it is inserted after the hand and joined to it by the text buffer.
	expect(await keyboard.have(4)).toEqual(['0 é', '1 世', '2 👍', '3 🏽']);
});

test('a lone Esc is the Esc key once nothing follows it', async () => {
	const keyboard = await openKeyboard({escapeTimeout: 5});
	keyboard.source.write('\u001B');
	expect(await keyboard.have(1)).toEqual(['0 esc']);
});

test('Esc and a letter of the next read are two keys once nothing follows the Esc', async () => {
	const keyboard = await openKeyboard({escapeTimeout: 5});
	keyboard.source.write('\u001B');
	await keyboard.have(1);
	keyboard.source.write('j');
	expect(await keyboard.have(2)).toEqual(['0 esc', '1 j']);
});

test('what was typed behind the key that leaves the terminal to another is no key, until somebody listens again', async () => {
	const keyboard = await openKeyboard();
	const reports: TerminalReport[] = [];
	keyboard.stdin.on('report', report => reports.push(report));
	keyboard.source.write('jD\u001B[A\r');
	await keyboard.have(1);
	keyboard.stdin.forgetKeys();
	keyboard.source.write('R\r\u001B[1;1R\u001B');
	await vi.waitFor(() => expect(reports).toHaveLength(1));
	const listeners = keyboard.stdin.listeners('readable');
	keyboard.stdin.removeAllListeners('readable');
	for (const listener of listeners) {
		keyboard.stdin.on('readable', (...args) => void Reflect.apply(listener, keyboard.stdin, args));
	}

	keyboard.source.write('k');
	expect(await keyboard.have(2)).toEqual(['0 j', '1 k']);
});

/** After it was lent, and typed in. */
const openReturned = async (options?: KeyedStdinOptions) => {
	const keyboard = await openKeyboard(options);
	const {stdin} = keyboard;
	stdin.lend();
	const listeners = stdin.listeners('readable');
	stdin.removeAllListeners('readable');
	keyboard.source.write('secret\rq\u001B');
	for (const listener of listeners) {
		stdin.on('readable', (...args) => void Reflect.apply(listener, stdin, args));
	}

	return keyboard;
};

describe('what was typed for a program that had the terminal is no key of ours', () => {
	test('where the terminal tells what came before', async () => {
		const asked: string[] = [];
		const keyboard = await openReturned({write: bytes => asked.push(bytes)});
		keyboard.source.write('late');
		keyboard.source.write('r\u001B[0nk');
		expect(await keyboard.have(1)).toEqual(['0 k']);
		expect(asked).toContain('\u001B[5n');
	});

	test('where it does not', async () => {
		const keyboard = await openReturned();
		let isSeen = false;
		void keyboard.have(1).then(() => (isSeen = true));
		await vi.waitFor(() => {
			if (!isSeen) keyboard.source.write('k');
			expect(isSeen).toBe(true);
		});
		expect(new Set(keyboard.seen.map(key => key.split(' ')[1]))).toEqual(new Set(['k']));
	});
});

describe('a terminal that answers', () => {
	test('is asked what a lone ESC is, and tells by the order of what it sends', async () => {
		const asked: string[] = [];
		const keyboard = await openKeyboard({
			escapeTimeout: 60_000,
			answerTimeout: 60_000,
			write: bytes => asked.push(bytes),
		});
		keyboard.stdin.ask('device attributes');
		keyboard.source.write('\u001B[?62c');
		await once(keyboard.stdin, 'report');
		keyboard.source.write('\u001B');
		await new Promise(setImmediate);
		expect(asked).toEqual(['\u001B[c', '\u001B[5n']);
		keyboard.source.write('\u001B[0n');
		keyboard.source.write('j');
		expect(await keyboard.have(2)).toEqual(['0 esc', '1 j']);
		keyboard.source.write('\u001B');
		await new Promise(setImmediate);
		keyboard.source.write('[D');
		expect(await keyboard.have(3)).toEqual(['0 esc', '1 j', '2 left']);
	});

	test('is heard in its place among the keys, when what was pressed before has acted', async () => {
		const keyboard = await openKeyboard({write: noop});
		const heard: [string, string[], number][] = [];
		const {promise, resolve} = Promise.withResolvers<void>();
		keyboard.stdin.on('report', (report: TerminalReport, read: number) => {
			heard.push([report.kind, [...keyboard.seen], read]);
			if (heard.length === 2) resolve();
		});
		keyboard.source.write('R\u001B[24;80R\r\u001B]11;rgb:ffff/ffff/ffff\u0007q');
		await promise;
		expect(heard).toEqual([
			['cursor', ['0 R'], 1],
			['background', ['0 R', '1 enter'], 1],
		]);
		expect(await keyboard.have(3)).toEqual(['0 R', '1 enter', '2 q']);
	});
});

test('the unfinished rest of a sequence is never taken for text', async () => {
	vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']});
	const source = Object.assign(new PassThrough(), noTerminal);
	const stdin = new KeyedStdin(source);
	const keys: unknown[] = [];
	stdin.on('data', key => keys.push(key));
	source.write('\u001B[1;');
	await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
	vi.advanceTimersByTime(6000);
	await new Promise(setImmediate);
	source.end('j');
	await new Promise(resolve => {
		stdin.once('end', resolve);
	});
	expect(keys).toEqual(['j']);
});

test('a paste is one text without control characters, whatever it contains', async () => {
	const keyboard = await openKeyboard();
	keyboard.source.write('\u001B[200~R\r\u001B[31mred\u001B[0m\u0003\tA=1\r\nB=2\r\n\u001B[20');
	keyboard.source.write('1~k');
	expect(await keyboard.have(2)).toEqual(['paste "R\\nred A=1\\nB=2"', '0 k']);
});

test('a paste of nothing but Enter is nothing', async () => {
	const keyboard = await openKeyboard();
	keyboard.source.write('\u001B[200~\r\r\u001B[201~k');
	expect(await keyboard.have(1)).toEqual(['0 k']);
});

test('Ctrl-C empties the queue before it, also out of a paste without an end', async () => {
	const keyboard = await openKeyboard();
	keyboard.source.write('some text that was never meant for this window\u0003q');
	expect(await keyboard.have(2)).toEqual(['0 ctrl-c', '1 q']);
	keyboard.source.write('\u001B[200~lost');
	await new Promise(setImmediate);
	keyboard.source.write('\u0003');
	expect(await keyboard.have(3)).toEqual(['0 ctrl-c', '1 q', '2 ctrl-c']);
});

test('answers of the terminal are not taken for keys', async () => {
	const keyboard = await openKeyboard();
	keyboard.source.write(
		'\u001B]11;rgb:0000/0000/0000\u001B\\\u001B[?62;c\u001B[I\u001BP>|xterm(388)\u001B\\\u001B[24;80Rj',
	);
	expect(await keyboard.have(1)).toEqual(['0 j']);
});

test('the end of the source is the end of the keys', async () => {
	const source = Object.assign(new PassThrough(), noTerminal);
	const stdin = new KeyedStdin(source);
	const keys: unknown[] = [];
	stdin.on('data', key => keys.push(key));
	const ended = new Promise<void>(resolve => {
		stdin.once('end', resolve);
	});
	source.end('ab');
	await ended;
	expect(keys).toEqual(['a', 'b']);
});

test('nothing is read while nobody listens', async () => {
	const source = Object.assign(new PassThrough(), noTerminal);
	const stdin = new KeyedStdin(source);
	stdin.on('readable', noop);
	stdin.off('readable', noop);
	source.write('for somebody else');
	expect(stdin.read()).toBeNull();
	expect(String(source.read())).toBe('for somebody else');
});

describe('in a real terminal', () => {
	let program = '';
	beforeAll(async () => {
		program = await buildProgram('test/terminal/programs/keys.tsx');
	});

	test('coalesced keys, pastes and a quick Esc all arrive', async () => {
		await using terminal = openTerminal({command: process.execPath, args: [program], cols: 100, rows: 10});
		await terminal.until(/ready/);
		terminal.press('j', 'j', 'down', 'enter', 'tab', 'a', 'shift-left', 'backspace');
		await terminal.until(/j j down enter tab a shift-left backspace$/m);
		terminal.paste('rm -rf x\r\n');
		await terminal.until(/paste:"rm -rf x"$/m);
		terminal.press('esc');
		await terminal.until(/esc$/m);
		terminal.press('k');
		expect(await terminal.until(/esc k$/m)).not.toMatch(/paste:.*paste:/s);
	});
});

test('says of each key how many answers of the terminal came before it, cut ones too; none of them is a key', async () => {
	const source = Object.assign(new PassThrough(), noTerminal);
	const stdin = new KeyedStdin(source, {escapeTimeout: 1});
	const seen: [string, number][] = [];
	const times: {at: number; before: number}[] = [];
	const {promise, resolve} = Promise.withResolvers<void>();
	stdin.on('data', (key: string) => {
		seen.push([key, stdin.lastKey.answers]);
		times.push(stdin.lastKey);
		if (seen.length === 2) {
			source.write('\u001B[12;');
			source.write('40R\r');
		}
		if (seen.length === 3) resolve();
	});
	source.write('R\u001B[1;1R\r');
	await promise;
	expect(seen).toEqual([
		['R', 0],
		['\r', 1],
		['\r', 2],
	]);
	// And when the key before it came.
	expect(times.slice(1).map(({before}) => before)).toEqual(times.slice(0, -1).map(({at}) => at));
	stdin.destroy();
});

test('a clock runs for two seconds behind a frame that asks something, and none for what is drawn again', () => {
	vi.useFakeTimers();
	const stdin = new KeyedStdin(Object.assign(new PassThrough(), noTerminal));
	unmounts.push(() => stdin.destroy());

	stdin.asked('cursor', false);
	expect(vi.getTimerCount()).toBe(0);

	stdin.asked('cursor', true);
	vi.advanceTimersByTime(1910);
	expect(vi.getTimerCount()).toBe(1);
	vi.advanceTimersByTime(200);
	expect(vi.getTimerCount()).toBe(0);
});
