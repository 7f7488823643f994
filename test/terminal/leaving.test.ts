import {beforeAll, describe, expect, test} from 'vitest';
import {buildProgram} from '../support/program/program.js';
import {openTerminal, untouched} from '../support/terminal/terminal.js';

let program = '';
beforeAll(async () => {
	program = await buildProgram('test/terminal/programs/keys.tsx');
});

const start = async () => {
	const terminal = openTerminal({command: process.execPath, args: [program], cols: 140, rows: 10});
	await terminal.until(/ready/);
	return terminal;
};

test('a full-screen program changes the terminal while it runs', async () => {
	await using terminal = await start();
	expect(terminal.modes()).toEqual({
		isAlternateScreen: true,
		isCursorVisible: false,
		isBracketedPaste: true,
		isWrapping: true,
	});
	expect(terminal.isRaw()).toBe(true);
});

describe('the terminal is left as it was found, with one clear sentence and the right exit code', () => {
	test.each([
		['SIGINT', 130, 'keys stopped: interrupted (SIGINT). The traffic split stays as it is.'],
		['SIGTERM', 143, 'keys stopped: asked to stop (SIGTERM). The traffic split stays as it is.'],
		['SIGHUP', 129, 'keys stopped: the terminal was closed (SIGHUP). The traffic split stays as it is.'],
	] as const)('by %s', async (signal, code, sentence) => {
		await using terminal = await start();
		terminal.kill(signal);
		expect(await terminal.exited).toEqual({code, signal: 0});
		expect(terminal.modes()).toEqual(untouched);
		expect(terminal.screen().trim().split('\n')).toEqual([sentence, 'cleaned up once']);
	});

	test.each([
		['an exception', 'T', 'thrown in a timer: the cause.'],
		['a rejection', 'P', 'rejected.'],
		['an error while drawing', 'E', 'could not draw.'],
	])('by %s', async (_, key, what) => {
		await using terminal = await start();
		terminal.press(key);
		expect(await terminal.exited).toEqual({code: 1, signal: 0});
		expect(terminal.modes()).toEqual(untouched);
		const said = terminal.screen().replaceAll(/\s+/g, ' ').trim();
		expect(said).toBe(
			`keys stopped because of an unexpected error: ${what} The traffic split stays as it is. cleaned up once`,
		);
	});

	test('by the program itself, without a word of its own', async () => {
		await using terminal = await start();
		terminal.press('q');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
		expect(terminal.modes()).toEqual(untouched);
		expect(terminal.screen().trim()).toBe('cleaned up once');
	});

	test('when a clean-up never ends', async () => {
		await using terminal = await start();
		terminal.press('H');
		expect(await terminal.exited).toEqual({code: 143, signal: 0});
		expect(terminal.modes()).toEqual(untouched);
	});
});

test('a shell has its line editing back afterwards', async () => {
	await using terminal = openTerminal({
		command: 'sh',
		args: [
			'-c',
			`"$0" "$1"; echo "code $?"; stty -a | tr ';' '\\n' | grep -oE '(^| )-?(icanon|echo|isig|opost)( |$)' | xargs echo modes; read x`,
			process.execPath,
			program,
		],
		cols: 80,
		rows: 20,
	});
	await terminal.until(/ready/);
	terminal.press('P');
	const shown = await terminal.until(/modes.*/);
	expect(shown).toContain('code 1');
	expect(terminal.isRaw()).toBe(false);
	expect(shown).not.toMatch(/-icanon|-echo|-isig|-opost/);
});

test('Ctrl-Z gives the terminal to the shell, and fg brings the program back as it was', async () => {
	await using terminal = openTerminal({
		command: 'bash',
		args: ['--norc', '--noprofile', '-i'],
		env: {PS1: 'shell> ', BASH_SILENCE_DEPRECATION_WARNING: '1'},
		cols: 80,
		rows: 20,
	});
	await terminal.until(/shell> $/m);
	terminal.type(`${process.execPath} ${program}\r`);
	await terminal.until(/ready/);
	terminal.press('j', 'k');
	await terminal.until(/j k/);
	terminal.press('ctrl-z');
	await terminal.until(/Stopped/);
	expect(terminal.modes()).toMatchObject({isAlternateScreen: false, isCursorVisible: true});
	terminal.type('fg\r');
	await terminal.until(/ready\nj k/);
	expect(terminal.modes()).toMatchObject({
		isAlternateScreen: true,
		isCursorVisible: false,
		isBracketedPaste: true,
	});
	terminal.press('l');
	await terminal.until(/j k l/);
	terminal.press('q');
	await terminal.until(/cleaned up once\n/);
	expect(terminal.modes()).toMatchObject({isAlternateScreen: false, isCursorVisible: true});
});

test('Ctrl-Z without job control goes on instead of hanging', async () => {
	await using terminal = await start();
	terminal.press('ctrl-z', 'j');
	await terminal.until(/ready\nj/);
	expect(terminal.modes().isAlternateScreen).toBe(true);
});
