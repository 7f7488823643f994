/** Figures are in their columns also where nobody knows how wide a terminal draws its glyphs. */
import {expect, it} from 'vitest';
import {withoutAges} from '../../support/ages.js';
import {openOnSandbox, type ConsoleOptions} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';

const silentAndWide: ConsoleOptions = {isAmbiguousWide: true, isAnswering: false};

/** A console about which nothing moves any more. */
async function openQuiet(options: ConsoleOptions): Promise<TestTerminal> {
	const terminal = await openOnSandbox({args: ['--sandbox', '--seed', '1'], cols: 80, rows: 24, ...options});
	await terminal.until(/gateway 127/);
	await terminal.until(/nobody uses it/);
	return terminal;
}

/** All cells are those of a terminal on which nothing else was ever written. */
async function expectAsDrawnAfresh(terminal: TestTerminal): Promise<void> {
	const seen = withoutAges(await terminal.still(400));
	expect(withoutAges(await terminal.drawnAfresh())).toEqual(seen);
}

it('a terminal that draws them in two columns and answers nothing has ASCII soon', async () => {
	await using terminal = await openQuiet(silentAndWide);
	await terminal.until(/^\p{ASCII}*$/u);
	await expectAsDrawnAfresh(terminal);
	terminal.press('R');
	await terminal.until(/Roll back cart[^]*Dry run: the server would/);
	await expectAsDrawnAfresh(terminal);
	expect(terminal.screen()).toMatch(/^\p{ASCII}*$/u);
});

it('such a terminal has nothing else from its first frame on where the locale is Japanese', async () => {
	await using terminal = await openQuiet({...silentAndWide, env: {LC_ALL: 'ja_JP.UTF-8'}});
	await expectAsDrawnAfresh(terminal);
	const frames = terminal.written().replaceAll('·\u001B[6n', '');
	expect(frames).toMatch(/1 Services[^]*cart/);
	expect(frames).toMatch(/^\p{ASCII}*$/u);
});

it.each(['ja_JP.UTF-8', 'zh_CN.UTF-8', 'ko_KR.UTF-8'])(
	'a terminal that has told that it draws them in one column has them in the locale %s, too',
	async locale => {
		await using terminal = await openQuiet({env: {LC_ALL: locale}});
		await terminal.until(/╭[^]*│/);
		await expectAsDrawnAfresh(terminal);
	},
);
