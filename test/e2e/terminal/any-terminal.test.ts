/** What was drawn is what is seen: in a terminal, in tmux and in GNU screen alike, each cell compared with a fresh draw. */
import {describe, expect, it} from 'vitest';
import {withoutAges} from '../../support/ages.js';
import {builtProgram} from '../../support/program/run-program.js';
import {
	isInstalled,
	openShellIn,
	type ShellTerminal,
	type TerminalProgram,
} from '../../support/terminal/shell-in.js';
import {untouched} from '../../support/terminal/terminal.js';
import {manySizes} from '../../support/terminal/sizes.js';

const ESC = '\u001B';

/** The words that others write: none of them is the console's. */
const foreign = /everywhere|Broadcast|somebody else/;

/** Others have left this on the screen; for `printf`, which makes an ESC of `\e`. */
const shellText = String.raw`\e[41m${'99 %% everywhere '.repeat(200)}\e[m`;

const wall = '\r\nBroadcast message from root@node (somewhere):\r\n\r\n99 % of the disk is full\r\n\r\n';

/** What programs leave on in a terminal, for `printf`. */
const leftOn = [
	String.raw`\e(0`,
	String.raw`\e)0\016`,
	String.raw`\e[4h`,
	String.raw`\e[20h`,
	String.raw`\e[5;9r\e[?6h`,
	String.raw`\e[10;12r`,
	String.raw`\e[7;4;31;42m`,
	String.raw`\e[?7l`,
	String.raw`\e[?1000h\e[?1003h\e[?1006h`,
	String.raw`\e[?9h`,
	String.raw`\e[?1004h`,
	String.raw`\e=\e[?1h`,
	String.raw`\e[?2004h`,
	// Strings that a program was killed in the middle of, and a link that it has not closed.
	String.raw`\e]0;a title`,
	String.raw`\ekanother`,
	String.raw`\eP1+r43`,
	String.raw`\e_Ga=T`,
	String.raw`\e^private`,
	String.raw`\e]8;;http://left.example\a`,
	// The upper half of a byte is line drawing.
	String.raw`\e)0\e~`,
	String.raw`\e*0\e}`,
	String.raw`\e+0\e|`,
	String.raw`\e(0\e[4;20h\e[5;9r\e[?6;1000;1006;1004;9;1h\e[7;42m`,
];

/** To draw everything again changes no cell, and nothing of anybody else's is there. It is looked at once: to draw mends. */
async function expectAsDrawnAfresh({terminal}: ShellTerminal): Promise<void> {
	const seen = withoutAges(await terminal.still(400));
	expect(terminal.screen()).not.toMatch(foreign);
	terminal.press('ctrl-l');
	await terminal.settle(300);
	expect(withoutAges(terminal.cells())).toEqual(seen);
}

/** Whether the console has drawn a frame of that size. */
function isOfSize({terminal}: ShellTerminal, cols: number, rows: number): boolean {
	if (cols < 20) return /^(?:too small|t?[…~])/.test(terminal.screen());
	const width = terminal.line(0).trimEnd().length;
	return (
		/watching *$/.test(terminal.line(0)) && Math.abs(width - cols + 1) <= 1 && terminal.line(rows - 1) !== ''
	);
}

/** What a wider window has shown is beyond the edge of these, in some terminals. */
const narrower = [
	[160, 40],
	[134, 40],
	[127, 40],
] as const;

/** The console is stopped, this is typed into the shell, and it goes on. */
async function whileStopped({terminal, run}: ShellTerminal, line: string): Promise<void> {
	terminal.press('ctrl-z');
	// In line drawing, too: that is one of the things that are left on.
	await terminal.until(/Stopped|S├⎺⎻⎻␊␍/);
	// Cleared, so that the word is not on the screen any more when the console is stopped the next time.
	run(`clear; ${line}; fg`);
	await terminal.until(screen => screen.includes('watching') && !/Stopped/.test(screen));
}

const terminals: readonly TerminalProgram[] = [
	'xterm',
	'the Linux console',
	'tmux',
	'tmux without another screen',
	'screen',
	'mosh',
];

describe.concurrent.each(terminals.map(program => ({program, isThere: isInstalled(program)})))(
	'in $program (installed: $isThere)',
	({program, isThere}) => {
		it.skipIf(!isThere)(
			'nothing of what others write before, meanwhile and after is among the cells',
			async () => {
				await using shell = await openShellIn(program, {cols: 100, rows: 30});
				const {terminal, run} = shell;
				run(`printf '${shellText}'`);
				await terminal.until(/everywhere/);
				await shell.openConsole();
				await expectAsDrawnAfresh(shell);
				shell.writeForeign(wall);
				await terminal.until(/Broadcast/);
				// Nobody presses a key.
				await terminal.until(screen => !screen.includes('Broadcast'));
				await expectAsDrawnAfresh(shell);
				shell.writeForeign(`${ESC}7${ESC}[H${'710 % somebody else '.repeat(60)}${ESC}8`);
				await terminal.until(/somebody else/);
				terminal.press('2');
				await terminal.until(screen => !/somebody else|710/.test(screen), {within: 120_000});
				await expectAsDrawnAfresh(shell);
				await whileStopped(shell, `printf '${shellText}'`);
				await expectAsDrawnAfresh(shell);
				terminal.press('q');
				await terminal.until(screen => !screen.includes('watching') && /\$ *\s*$/.test(screen));
				// It wraps, and the cursor is seen.
				run(String.raw`clear; printf 'x%.0s' {1..130}; echo`);
				await terminal.until(/^x{100}\n(?:>? ?)x{30}\n/m);
				expect(terminal.modes()).toMatchObject({isCursorVisible: true, isBracketedPaste: false});
				run('exit');
				await terminal.exited;
				expect(terminal.modes()).toEqual(untouched);
			},
			// Row after row is drawn again, twice; beside other work that takes its time.
			180_000,
		);

		// With and without another screen tmux has the same modes and characters.
		const isOther = isThere && program !== 'tmux without another screen';

		it.skipIf(!isOther)('nothing that a program has left on in the terminal changes a cell', async () => {
			await using shell = await openShellIn(program);
			await shell.openConsole();
			const wanted = withoutAges(await shell.terminal.still(400));
			for (const sequences of leftOn) {
				await whileStopped(shell, `printf '${sequences}'`);
				await expectAsDrawnAfresh(shell);
				expect({sequences, cells: withoutAges(shell.terminal.cells())}).toEqual({sequences, cells: wanted});
			}
		});

		// mosh draws when it sees fit: that a frame of the new size is whole cannot be told from outside.
		it.skipIf(!isThere || program === 'mosh')(
			'each size shows what a fresh draw does, also after many at once',
			async () => {
				await using shell = await openShellIn(program);
				const {terminal} = shell;
				await shell.openConsole();
				for (const [cols, rows] of [...manySizes, ...narrower]) {
					terminal.resize(cols, rows);
					await terminal.until(() => isOfSize(shell, cols, rows));
					// Where there is room for the events and the log the cluster is asked for them.
					if (cols >= 300) await terminal.until(/LOG of[^]*listening on port/);
					await expectAsDrawnAfresh(shell);
				}

				for (let step = 0; step < 60; step++) {
					terminal.resize(40 + ((step * 37) % 160), 10 + ((step * 17) % 50));
					if (step % 5 === 0) await new Promise(resolve => setImmediate(resolve));
				}

				terminal.resize(120, 40);
				await terminal.until(() => isOfSize(shell, 120, 40));
				await expectAsDrawnAfresh(shell);
			},
		);

		it.skipIf(!isThere)('a window of 0 by 0 shows what a fresh draw does', async () => {
			await using shell = await openShellIn(program, {cols: 80, rows: 24});
			shell.run('stty cols 0 rows 0');
			await shell.openConsole('LINES= COLUMNS=');
			await expectAsDrawnAfresh(shell);
			shell.terminal.press('down');
			await shell.terminal.until(/[▸>] [●*] checkout/);
		});

		// The server of mosh wants UTF-8; the Linux console has ASCII whatever the locale.
		const hasEncodings = isOther && program !== 'mosh' && program !== 'the Linux console';

		it.skipIf(!hasEncodings).each([
			['C', {}],
			['de_DE.ISO-8859-1', {isLatin1: true}],
			['ja_JP.eucJP', {charset: 'euc-jp'}],
			['zh_CN.GBK', {charset: 'gbk'}],
		])('with the encoding of %s all characters are ASCII', async (locale, decoding) => {
			const env = {LC_ALL: locale, LANG: undefined, LC_CTYPE: undefined};
			await using shell = await openShellIn(program, {env, isUtf8: false, cols: 100, rows: 30, ...decoding});
			await shell.openConsole();
			await expectAsDrawnAfresh(shell);
			expect(shell.terminal.screen()).toMatch(/^\p{ASCII}*$/u);
			expect(shell.terminal.screen()).toMatch(/cart [█▓▒░#=. ]+90\|10/);
		});
	},
);

it('a window that is taller and wider than any screen is drawn in, and left as it was found', async () => {
	await using shell = await openShellIn('xterm');
	const {terminal, run} = shell;
	run(`stty cols 65535 rows 65535; ( '${process.execPath}' '${builtProgram}' --sandbox; echo "code $?" )`);
	// Rows below the last one of the terminal are drawn on that, and may scroll the first ones away.
	await terminal.until(/cart/);
	terminal.press('q');
	await terminal.until(/code 0/);
	expect(terminal.modes()).toEqual(untouched);
});

describe('a terminal that draws UTF-8 otherwise than the locale says', () => {
	it.each([
		['takes ambiguous characters for wide', {isAmbiguousWide: true}],
		['takes two bytes for a character of GBK', {charset: 'gbk'}],
		['takes two bytes for a character of EUC', {charset: 'euc-jp'}],
	])('has ASCII where it %s', async (_, decoding) => {
		await using shell = await openShellIn('xterm', decoding);
		await shell.openConsole();
		await expectAsDrawnAfresh(shell);
		expect(shell.terminal.screen()).toMatch(/^\p{ASCII}*$/u);
	});
});
