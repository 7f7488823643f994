/** What is on the screen at the sizes that operators have. */
import {describe, expect, it} from 'vitest';
import {panes} from '../../../source/console/state/panes.js';
import {titleOf} from '../../../source/screen/panes/pane-table.js';
import {openOnSandbox} from '../../support/program/console.js';
import {openTerminal, type TestTerminal} from '../../support/terminal/terminal.js';

/** Rows of the screen whose frames are broken: a border that is not closed, or a corner in the wrong place. */
function brokenRows(terminal: TestTerminal, cols: number): string[] {
	return terminal
		.screen()
		.split('\n')
		.filter(row => /[╭╰│]/.test(row))
		.filter(row => row.length !== cols || !/[╮╯│]$/.test(row));
}

const sizes = [
	[80, 24],
	[120, 40],
	[200, 60],
] as const;

const sheets = [
	['?', 'Keys in the services pane'],
	['n', 'New service'],
	['r', 'New revision of cart'],
	['c', 'Promote the canary of cart'],
	['R', 'Roll back cart'],
	['v', 'Test request: cart'],
	['w', 'History'],
	['y', 'Service cart'],
	['e', 'Events of service cart'],
	['L', 'Log of cart-00002'],
	['t', 'Tags of cart-00002'],
	['s', 'Autoscaling of cart'],
	['D', 'Delete the service cart'],
	[':', 'Command'],
	[':ctx\r', 'Contexts'],
] as const;

describe.each(sizes)('at %i columns and %i rows', (cols, rows) => {
	it('shows every pane whole, with the three services and their splits', async () => {
		await using terminal = await openOnSandbox({cols, rows});
		const screen = terminal.screen();
		for (const title of [...panes.map(titleOf), '2 Revisions of cart']) {
			expect(screen).toContain(title);
		}
		expect(screen).toMatch(/cart[\s█▓▒░#=.]+90│10/);
		expect(screen).toMatch(/checkout[\s█▓▒░#=.]+100/);
		expect(screen).toMatch(/payments[\s█▓▒░#=.]+100/);
		expect(screen.split('\n')).toHaveLength(rows);
		await terminal.until(() => brokenRows(terminal, cols).length === 0);
	});

	it('draws every sheet whole', async () => {
		await using terminal = await openOnSandbox({cols, rows});
		for (const [key, title] of sheets) {
			terminal.press(key);
			await terminal.until(screen => screen.includes(title) && brokenRows(terminal, cols).length === 0);
			terminal.press('esc');
			await terminal.until(/1 Services/);
		}
	});
});

describe('in ASCII', () => {
	it('draws the panes, the answers and every sheet without any other character', async () => {
		await using terminal = await openOnSandbox({
			args: ['--sandbox', '--ascii', '--pace', '4', '--seed', '1'],
		});
		terminal.press('space');
		await terminal.until(/req\/s/);
		const other = /[^\n\u0020-\u007E]/;
		await terminal.until(screen => !other.test(screen));
		for (const [key, title] of sheets) {
			terminal.press(key);
			await terminal.until(screen => screen.includes(title) && !other.test(screen));
			terminal.press('esc');
			await terminal.until(/1 Services/);
		}
	});
});

describe('on a small window', () => {
	it.each([
		[60, 20],
		[40, 10],
	])('shows one pane at a time at %i columns and %i rows', async (cols, rows) => {
		await using terminal = await openOnSandbox({cols, rows});
		expect(terminal.screen()).toMatch(/cart[\s█▓▒░#=.]+90│10/);
		await terminal.until(() => brokenRows(terminal, cols).length === 0);
		terminal.press('3');
		await terminal.until(/▸3 Traffic[^]*…00001.*90 %/);
		await terminal.until(() => brokenRows(terminal, cols).length === 0);
	});

	it.each([
		[19, 24],
		[80, 5],
		[1, 1],
	])('lets no key act that nobody sees the meaning of, at %i by %i', async (cols, rows) => {
		await using terminal = await openOnSandbox();
		terminal.resize(cols, rows);
		await terminal.until(/^(?:too small|…)/);
		for (const keys of ['R', 'D', 'n', 'c', 'j', ':', '/', 't', 's', 'u', 'x', '%', ' ', '2']) {
			terminal.press(keys, 'enter', 'y');
		}

		// All of them were worked off when the last one is. The first frame that comes may be drawn by what is due anyway.
		for (let times = 0; times < 2; times++) {
			const written = terminal.written().length;
			terminal.press('ctrl-l');
			await terminal.until(() => /too|…/.test(terminal.written().slice(written)));
		}
		terminal.resize(120, 40);
		await terminal.until(/1 Services[^]*▸ ● cart[^]*4 Live[^]*space: send 1 request/);
		await terminal.settle(300);
		expect(terminal.screen()).toMatch(/▸1 Services[^]*▸ ● cart[^]*90│10[^]*space: send 1 request/);
		expect(terminal.screen()).not.toMatch(/Filter|Command|Roll back cart|Delete the service/);
	});

	it('keeps an open review, and what was typed into a form, while the window is too small to show it', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('n');
		await terminal.until(/New service/);
		terminal.type('shop');
		await terminal.until(/shop/);
		terminal.resize(15, 4);
		await terminal.until(/^too small/);
		const written = terminal.bytes();
		terminal.press('x', 'ctrl-s', 'ctrl-l');
		await terminal.until(() => terminal.bytes() > written);
		terminal.resize(120, 40);
		await terminal.until(/New service[^]*Name +shop/);
		expect(terminal.screen()).not.toMatch(/shopx|Create the service/);
	});

	it('follows the window when its size changes', async () => {
		await using terminal = await openOnSandbox({cols: 120, rows: 40});
		terminal.resize(60, 20);
		await terminal.until(
			/ 1 Services  2 Revisions  3 Traffic  4 Live\s[^]*▸1 Services [^]*cart[\s█▓▒░#=.]+90│10/,
		);
		await terminal.until(() => brokenRows(terminal, 60).length === 0);
		terminal.resize(80, 24);
		await terminal.until(/╭ 4 Live/);
		await terminal.until(() => brokenRows(terminal, 80).length === 0);
	});

	it.each([
		[80, 24],
		[160, 50],
	])('follows a change to %i columns and %i rows that was made while it was stopped', async (cols, rows) => {
		await using terminal = openTerminal({
			command: 'bash',
			args: ['--norc', '--noprofile', '-i'],
			env: {PS1: 'shell> ', BASH_SILENCE_DEPRECATION_WARNING: '1'},
			cols: 120,
			rows: 40,
		});
		await terminal.until(/shell> $/m);
		terminal.type(`${process.execPath} dist/cli.js --sandbox --seed 1\r`);
		await terminal.until(/watching[^]*2 Revisions of cart/);
		terminal.press('ctrl-z');
		await terminal.until(/Stopped/);
		terminal.resize(cols, rows);
		terminal.type('stty size; fg\r');
		await terminal.until(screen => screen.includes('4 Live') && screen.includes('? help'));
		await terminal.until(() => terminal.modes().isBracketedPaste && brokenRows(terminal, cols).length === 0);
		terminal.press('down');
		await terminal.until(/▸ ● checkout/);
		expect(brokenRows(terminal, cols)).toEqual([]);
	});
});
