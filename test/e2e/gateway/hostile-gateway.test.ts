/** What strangers put into a body reaches the screen as text, and nothing else. */
import {createServer} from 'node:http';
import {expect, onTestFinished, test} from 'vitest';
import {openOnSandbox} from '../../support/program/console.js';

const body = Buffer.concat([
	Buffer.from('\u001B[2J\u001B[H\u001B]0;owned\u0007\u0000你好👩‍👩‍👧\u202E'),
	Buffer.from([0xff, 0x9b]),
]);

test('escape sequences, NUL, invalid UTF-8, wide characters and emoji leave the panes whole', async () => {
	const server = createServer((_, response) => response.end(body));
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	const port = typeof address === 'object' ? address?.port : undefined;
	await using terminal = await openOnSandbox({
		args: ['--sandbox', '--pace', '4', '--seed', '1', '--rate', '20', '--gateway', `127.0.0.1:${port}`],
		cols: 120,
		rows: 40,
	});
	terminal.press('space');
	// The sequences are seen as pictures of their control characters, in the stream.
	await terminal.until(screen => (screen.match(/␛\[2J␛\[H␛\]0;owned␇␀你好/g) ?? []).length >= 2);
	terminal.press('4', 'enter');
	await terminal.until(/What cart answers[\s\S]*␛\[2J/);
	terminal.press('esc');
	const wanted = ['1 Services', '2 Revisions of cart', '3 Traffic', '4 Live'];
	// Each emoji has two columns, in a terminal that draws it in one, too.
	const text = /␛\[2J␛\[H␛\]0;owned␇␀你好👩 ?👩 ?👧 ?<U\+202E>��/;
	// In the end, and not only between two frames: all of it, and a border at either end of every row of the panes.
	const screen = await terminal.until(now => {
		const rows = now.split('\n').filter(row => /^[╭╰│]/.test(row));
		return (
			rows.length > 30 &&
			rows.every(row => /[╮╯│]$/.test(row)) &&
			wanted.every(title => now.includes(title)) &&
			text.test(now)
		);
	});
	expect(screen).toContain('kn-canary  sandbox / default');
});

/** On which row of the screen the verdict stands. */
const verdictRow = (screen: string): number =>
	screen
		.split('\n')
		.findIndex(row =>
			/split so far|Too few answers|Possibly off|annot be judged|switching|no split/.test(row),
		);

test('at 80 columns and 24 rows the earlier split is a page away, and the rows stay where they are', async () => {
	await using terminal = await openOnSandbox({
		args: ['--sandbox', '--pace', '4', '--seed', '1', '--rate', '20'],
		cols: 80,
		rows: 24,
	});
	terminal.press('space');
	const before = await terminal.until(/No contradiction with the split so far/);
	expect(before).toMatch(/ANSWER +REV +SET +GOT +RANGE +COUNT +FAIL +P50\/95\/99 ms/);
	expect(before).toMatch(/canary not worse so far: 0 of \d+ failed/);
	terminal.press('c');
	await terminal.until(/Dry run: the server would accept it/);
	terminal.press('enter');
	const after = await terminal.until(/0│100 since [\d:]+ ─╮[\s\S]*No contradiction with the split so far/);
	expect(verdictRow(after)).toBe(verdictRow(before));
	terminal.press('4', '[');
	const past = await terminal.until(/the split before · 90│10 from/);
	expect(verdictRow(past)).toBe(verdictRow(before));
	terminal.press(']');
	await terminal.until(/0│100 since/);
});
