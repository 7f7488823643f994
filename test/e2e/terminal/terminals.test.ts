/** What was drawn is what is seen, whatever terminal it is, and whatever others have left in it or write on it. */
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {describe, expect, it, test} from 'vitest';
import {withoutAges} from '../../support/ages.js';
import {openBuiltConsole, openOnSandbox, type ConsoleOptions} from '../../support/program/console.js';
import {leastContrast, type Colour} from '../../support/terminal/colours.js';
import {openTerminal, untouched, type TestTerminal} from '../../support/terminal/terminal.js';
import {manySizes} from '../../support/terminal/sizes.js';

const ESC = '\u001B';

/** A screen full of what a shell has written, in the colours of whoever. */
const shellText = `${ESC}[41m${'7 %  kubectl get ksvc 1'.repeat(400)}${ESC}[m`;

/** A console about which nothing moves any more. */
async function openQuiet(options: ConsoleOptions = {}): Promise<TestTerminal> {
	const terminal = await openOnSandbox({args: ['--sandbox', '--seed', '1'], ...options});
	await terminal.until(/gateway 127/);
	// The pods are asked about their users once the selection rests: the last that comes of itself.
	await terminal.until(/nobody uses it/);
	return terminal;
}

/** What is on the screen, compared once with what a fresh draw gives: that mends what was wrong, so a second look would prove nothing. */
async function expectAsDrawnAfresh(terminal: TestTerminal, quiet = 700): Promise<void> {
	const seen = withoutAges(await terminal.still(quiet));
	expect(withoutAges(await terminal.drawnAfresh())).toEqual(seen);
	expect(withoutAges(terminal.cells())).toEqual(seen);
}

describe.each([
	['with another screen', true],
	['without another screen', false],
])('a terminal %s', (_, hasAlternateScreen) => {
	it('shows nothing of what the shell has written, and is left without anything of ours', async () => {
		await using terminal = await openQuiet({before: shellText, hasAlternateScreen});
		await expectAsDrawnAfresh(terminal);
		terminal.press('j', 'j', 'k', '2', 'j', '?');
		await terminal.until(/Go to the pane before/);
		terminal.press('esc');
		// Of the service that is selected now, too.
		await terminal.until(/1 Services[^]*nobody uses it/);
		await terminal.settle(300);
		await expectAsDrawnAfresh(terminal);
		terminal.press('q');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
		expect(terminal.modes()).toEqual(untouched);
		expect(terminal.screen()).not.toMatch(/kn-canary|Services|cart/);
	});

	it('shows nothing of what others have written while the console was stopped', async () => {
		await using terminal = openTerminal({
			command: 'bash',
			args: ['--norc', '--noprofile', '-i'],
			env: {
				PS1: '$ ',
				INPUTRC: '/dev/null',
				XDG_STATE_HOME: path.resolve('node_modules/.cache/kn-canary-test/state'),
			},
			hasAlternateScreen,
		});
		await terminal.until(/\$ *$/m);
		terminal.type("bind 'set enable-bracketed-paste off'\r");
		terminal.type(`'${process.execPath}' dist/cli.js --sandbox --seed 1\r`);
		await terminal.until(/watching[^]*checkout[^]*payments/);
		await terminal.until(/nobody uses it/);
		terminal.press('ctrl-z');
		await terminal.until(/Stopped/);
		terminal.type(`echo '${'99 % everywhere '.repeat(60)}'; printf '\\033[4h'; fg\r`);
		await terminal.until(screen => screen.includes('watching') && !screen.includes('everywhere'));
		await terminal.settle(700);
		await expectAsDrawnAfresh(terminal);
		terminal.press('q');
		await terminal.until(screen => !screen.includes('watching') && /\$ *\s*$/.test(screen));
		terminal.type('exit\r');
		await terminal.exited;
		expect(terminal.modes()).toEqual(untouched);
	});
});

test.each([
	['line drawing', `${ESC}(0`],
	['line drawing, shifted to', `${ESC})0\u000E`],
	['inserting', `${ESC}[4h`],
	['new lines', `${ESC}[20h`],
	['rows that count from a margin', `${ESC}[5;9r${ESC}[?6h`],
	['a margin', `${ESC}[10;12r`],
	['colours', `${ESC}[7;4;31;42m`],
	['lines that do not wrap', `${ESC}[?7l`],
	['mouse reports', `${ESC}[?1000h${ESC}[?1003h${ESC}[?1006h`],
	['old mouse reports', `${ESC}[?9h`],
	['reports of the focus', `${ESC}[?1004h`],
	['keys of a keypad', `${ESC}=${ESC}[?1h`],
	['pastes that are marked', `${ESC}[?2004h`],
	['all of them', `${ESC}(0${ESC}[4;20h${ESC}[5;9r${ESC}[?6;1000;1006;1004;9;1h${ESC}[7;42m`],
])('a terminal in which a program has left on: %s', async (_, before) => {
	await using terminal = await openQuiet({before});
	await expectAsDrawnAfresh(terminal);
	const {modes} = terminal.emulator;
	expect([modes.insertMode, modes.originMode, modes.mouseTrackingMode, modes.sendFocusMode]).toEqual([
		false,
		false,
		'none',
		false,
	]);
	terminal.press('down');
	await terminal.until(/▸ ● checkout/);
	terminal.press('q');
	expect(await terminal.exited).toEqual({code: 0, signal: 0});
	expect(terminal.modes()).toEqual(untouched);
});

describe('a window', () => {
	it.each([
		[{}, 80, 24],
		[{COLUMNS: '100', LINES: '30'}, 100, 30],
		[{COLUMNS: '0', LINES: 'many'}, 80, 24],
	])('of 0 by 0 is taken for what the environment says: %j', async (env, cols, rows) => {
		await using terminal = await openQuiet({env, cols, rows, hasSize: false});
		await expectAsDrawnAfresh(terminal);
		expect(terminal.line(0)).toHaveLength(cols);
		expect(terminal.line(rows - 1)).toContain('?');
		terminal.press('down');
		await terminal.until(/▸ ● checkout/);
	});

	it.each<readonly [number, number]>([[1, 1], ...manySizes])(
		'of %i by %i shows what a fresh draw does',
		async (cols, rows) => {
			await using terminal = openBuiltConsole({
				args: ['--sandbox', '--seed', '1'],
				cols,
				rows,
				before: shellText,
			});
			await terminal.until(screen => screen.trim() !== '');
			if (cols >= 20) await terminal.until(/watching/);
			// The split stands in the second line as soon as it is known.
			else if (rows > 1) await terminal.until(/\n\S/);
			if (rows >= 23) await terminal.until(/nobody uses it/);
			// Where there is room for the events and the log the cluster is asked for them.
			if (cols >= 300) await terminal.until(/LOG of[^]*listening on port/);
			await expectAsDrawnAfresh(terminal);
			terminal.press('q');
			expect(await terminal.exited).toEqual({code: 0, signal: 0});
		},
	);

	// Many widths, one after the other: what a row shows beyond the edge must not come back in at any of them.
	it('that becomes narrower shows what a fresh draw does, each time', async () => {
		await using terminal = await openQuiet();
		for (const [cols, rows] of [
			[160, 40],
			[150, 40],
			[134, 40],
			[120, 40],
			[109, 35],
			[100, 30],
			[80, 24],
		] as const) {
			terminal.resize(cols, rows);
			await terminal.until(
				() => terminal.line(0).trimEnd().length >= cols - 2 && terminal.line(rows - 1) !== '',
			);
			await terminal.until(/watching *\n/);
			await expectAsDrawnAfresh(terminal, 300);
		}
	});

	it('that was smaller for a moment is drawn again', async () => {
		await using terminal = await openQuiet();
		const before = withoutAges(await terminal.still(300));
		// What the terminal has cut off is gone, and the size is the one before by the time that the signal comes.
		terminal.writeForeign(`${ESC}7${ESC}[13H${ESC}[J${ESC}8`);
		await terminal.until(screen => !screen.includes('? help'));
		terminal.kill('SIGWINCH');
		await terminal.until(() => withoutAges(terminal.cells()).every((row, index) => row === before[index]));
	});
});

const isThere = (program: string): boolean => {
	try {
		execFileSync('which', [program], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
};

/** Opens the console within another terminal program, which draws it on the emulator. */
async function openWithin(command: string, args: readonly string[]): Promise<TestTerminal> {
	const terminal = openTerminal({
		command,
		args: [...args, process.execPath, path.resolve('dist/cli.js'), '--sandbox', '--seed', '1'],
		env: {XDG_STATE_HOME: path.resolve('node_modules/.cache/kn-canary-test/state')},
		before: shellText,
	});
	await terminal.until(/watching[^]*cart[^]*checkout[^]*payments/);
	await terminal.until(/gateway 127/);
	await terminal.until(/nobody uses it/);
	return terminal;
}

/** Nothing but the console is to be seen, and to draw it again changes no cell. */
async function expectStable(terminal: TestTerminal): Promise<void> {
	const seen = withoutAges(await terminal.still());
	expect(terminal.screen()).not.toMatch(/kubectl get ksvc/);
	terminal.press('ctrl-l');
	await terminal.settle(300);
	expect(withoutAges(terminal.cells())).toEqual(seen);
}

describe.skipIf(!isThere('tmux'))('tmux, which has to be installed', () => {
	it.each(['on', 'off'])('with the alternate screen %s', async alternate => {
		const socket = `kn-canary-test-${process.pid}-${alternate}`;
		const options = `-L ${socket} -f /dev/null set -g status off ; set -g alternate-screen ${alternate} ; new`;
		await using terminal = await openWithin('tmux', options.split(' '));
		await expectStable(terminal);
		terminal.press('j', 'j');
		await terminal.until(screen => /▸ ▲ payments/.test(screen) && screen.includes('nobody uses it'));
		await expectStable(terminal);
		terminal.press('q');
		await terminal.exited;
	});
});

describe.skipIf(!isThere('screen'))('GNU screen, which has to be installed', () => {
	it('as it comes', async () => {
		await using terminal = await openWithin('screen', [
			'-c',
			'/dev/null',
			'-U',
			'-S',
			`kn-canary-${process.pid}`,
		]);
		await expectStable(terminal);
		terminal.press('j', 'j');
		await terminal.until(screen => /▸ ▲ payments/.test(screen) && screen.includes('nobody uses it'));
		await expectStable(terminal);
		terminal.press('q');
		await terminal.exited;
	});
});

describe('text that others write on the screen', () => {
	const wall = '\r\nBroadcast message from root@node (somewhere):\r\n\r\n99 % of the disk is full\r\n\r\n';
	// In each row, at 100 by 30: it is over when no row shows any of it.
	const scrolling = `\r\n${'710 % somebody else '.repeat(5)}`.repeat(40);

	it('is drawn over as soon as it is noticed, and at once with ctrl-l', async () => {
		await using terminal = await openQuiet({cols: 100, rows: 30});
		terminal.writeForeign(wall.repeat(12));
		await terminal.until(/Broadcast/);
		// Nobody presses a key.
		await terminal.until(screen => !screen.includes('Broadcast'));
		await expectAsDrawnAfresh(terminal);
		// Text that leaves the cursor where it was is not noticed.
		terminal.writeForeign(`${ESC}7${ESC}[10;20Hsomebody else${ESC}8`);
		await terminal.until(/somebody else/);
		terminal.press('ctrl-l');
		await terminal.until(screen => !screen.includes('somebody else'));
		await expectAsDrawnAfresh(terminal);
	});

	it('is drawn over within 50 s at 80 by 24 also where it puts the cursor back and nobody presses a key', async () => {
		await using terminal = await openQuiet({cols: 80, rows: 24});
		terminal.writeForeign(`${ESC}7${ESC}[H${'710 % somebody else '.repeat(96)}${ESC}8`);
		await terminal.until(/somebody else/);
		// A machine with much to do is later, with fewer bytes.
		await terminal.until(screen => !/somebody else|710/.test(screen), {within: 120_000});
		await expectAsDrawnAfresh(terminal);
	}, 180_000);

	it.each([
		['puts the cursor back where it was', {}, `${ESC}7${ESC}[10;20Hsomebody else${ESC}8`],
		['puts the cursor back, everywhere', {}, `${ESC}7${ESC}[H${'710 % somebody else '.repeat(150)}${ESC}8`],
		['moves the cursor on a terminal that answers nothing', {isAnswering: false}, scrolling],
	])(
		'is drawn over soon after the next key where it %s',
		async (_, options, text) => {
			await using terminal = await openQuiet({cols: 100, rows: 30, ...options});
			terminal.writeForeign(text);
			await terminal.until(/somebody else/);
			terminal.press('2');
			// A machine with much to do is later, with fewer bytes.
			await terminal.until(screen => !/somebody else|710/.test(screen), {within: 120_000});
			await expectAsDrawnAfresh(terminal);
		},
		180_000,
	);

	it('is drawn over while the console draws all the time', async () => {
		await using terminal = await openQuiet({cols: 100, rows: 30});
		terminal.press('space', '+', '+');
		await terminal.until(/5 req\/s/);
		for (let times = 1; times <= 3; times++) {
			terminal.writeForeign(wall);
			await terminal.until(/Broadcast/);
			await terminal.until(screen => !screen.includes('Broadcast'));
		}

		terminal.press('space');
		await terminal.until(/paused/);
		// After several repairs the next one comes some seconds later.
		await expectAsDrawnAfresh(terminal, 5000);
	});
});

describe('the characters of a terminal', () => {
	it.each([{LC_ALL: 'C'}, {LC_ALL: '', LC_CTYPE: '', LANG: 'de_DE.ISO-8859-1'}])(
		'are ASCII where the locale has no others: %j',
		async env => {
			await using terminal = await openQuiet({env});
			expect(terminal.screen()).toMatch(/^\p{ASCII}*$/u);
			await expectAsDrawnAfresh(terminal);
		},
	);

	it.each([
		['takes those that are ambiguous for wide', {isAmbiguousWide: true}],
		['takes each byte for one', {isLatin1: true}],
	])('are ASCII from the moment on that it is known that it %s', async (_, options) => {
		await using terminal = openBuiltConsole({args: ['--sandbox', '--seed', '1'], ...options});
		await terminal.until(screen => /watching[^]*checkout/.test(screen) && /^\p{ASCII}*$/u.test(screen));
		await terminal.until(/nobody uses it/);
		await expectAsDrawnAfresh(terminal);
		expect(terminal.screen()).toMatch(/cart [█▓▒░#=. ]+90\|10|cart .*90/);
	});
});

describe('the colours of a terminal', () => {
	it.each([
		['says that its background is white', {background: '#ffffff'}, {}],
		['is said to be light by COLORFGBG', {}, {COLORFGBG: '0;15'}],
		['is said to be light by the operator', {background: '#000000'}, {KN_CANARY_THEME: 'light'}],
	])('can be read where it %s', async (_, options, env) => {
		await using terminal = await openQuiet({...options, env});
		const white: Colour = [255, 255, 255];
		for (const keys of [[], ['R'], ['esc', '?'], ['esc', 'j', 'j']]) {
			terminal.press(...keys);
			await terminal.settle(500);
			expect(leastContrast(terminal.emulator, white)).toBeGreaterThanOrEqual(4.5);
		}
	});
});
