/** A key is a key that was pressed: what a bad line, or a program that died, makes of them does nothing. */
import {setTimeout as delay} from 'node:timers/promises';
import {uniformInt} from 'pure-rand/distribution/uniformInt';
import {xoroshiro128plus} from 'pure-rand/generator/xoroshiro128plus';
import {describe, expect, it} from 'vitest';
import {openOnSandbox} from '../../support/program/console.js';
import {openShellIn} from '../../support/terminal/shell-in.js';
import {untouched, type TestTerminal} from '../../support/terminal/terminal.js';

const ESC = '\u001B';

/** What a sheet that can write is called. */
const sheets = /Delete|Roll back|Complete cart|Undo|New service|New revision|Apply the split/;

const isOnPanes = (screen: string) => /1 Services/.test(screen) && !sheets.test(screen);

/** The screen when a key that is whole has acted: the selection goes to the end and back. */
async function afterWholeKeys(terminal: TestTerminal): Promise<string> {
	terminal.type('G');
	await terminal.until(/▸ ▲ payments/);
	terminal.type('g');
	return terminal.until(/▸ [●✓] cart/);
}

describe('nothing happens by', () => {
	it.each([
		['a slow ←', [ESC, '[D'], 300],
		['a slow ← in three parts', [ESC, '[', 'D'], 700],
		['a slow F3', [`${ESC}O`, 'R'], 700],
		['a slow cursor report', [ESC, '[24;80R'], 100],
		['a late DA1', [ESC, '[?62;22', 'c'], 300],
		['a late background', [ESC, ']11;rgb:ffff/ff', `ff/ffff${ESC}`, '\\'], 300],
		['the tail of a sequence', [`${ESC}[1;`, '2', 'D'], 1400],
		['an old mouse report', [`${ESC}[M qD`, `${ESC}[M#RR`, `${ESC}[M cc`], 10],
		['an old mouse report that is cut', [`${ESC}[M`, ' ', 'q', 'D'], 500],
		['Alt with letters', [`${ESC}q`, `${ESC}D`, `${ESC}R`, `${ESC}c`], 10],
		['the rest of a paste that has stood still', [`${ESC}[200~ab`, 'Rq\r', 'Dc\r', `q${ESC}[201~`], 2600],
		['the release of a key', [`${ESC}[113;1:3u`, `${ESC}[114;2:3u`], 10],
	])('%s', async (_, parts, milliseconds) => {
		await using terminal = await openOnSandbox();
		await terminal.typeCut(parts, milliseconds);
		// What had to be waited for is over then.
		await delay(2200);
		expect(await afterWholeKeys(terminal)).toSatisfy(isOnPanes);
	});
});

describe('the keyboard protocols that a program has left on', () => {
	it('are understood', async () => {
		await using terminal = await openOnSandbox();
		terminal.type(`${ESC}[114;2u`);
		await terminal.until(/Roll back cart/);
		terminal.type(`${ESC}[27u`);
		await terminal.until(isOnPanes);
		terminal.type(`${ESC}[27;2;82~`);
		await terminal.until(/Roll back cart/);
		terminal.type(`${ESC}[27;1;27~`);
		await terminal.until(isOnPanes);
		// The keypad in application mode.
		terminal.type(`${ESC}Or`);
		await terminal.until(/▸2 Revisions/);
		terminal.type(`${ESC}Oq`);
		await terminal.until(/▸1 Services/);
		terminal.type(`${ESC}[47;2u`);
		await terminal.until(/Go to the pane before/);
		terminal.type(`${ESC}[113u`);
		await terminal.until(isOnPanes);
		terminal.type(`${ESC}[99;5u`);
		expect((await terminal.exited).code).toBe(0);
		expect(terminal.modes()).toEqual(untouched);
	});
});

it('what is typed for the shell behind ctrl-z, and read with it, does nothing in the console when fg brings it back', async () => {
	await using shell = await openShellIn('xterm');
	const {terminal, run} = shell;
	await shell.openConsole();
	for (const keys of [['D'], ['R', 'enter'], ['ctrl-z', 'ctrl-z'], ['q']]) {
		terminal.press('ctrl-z', ...keys);
		await terminal.until(/Stopped/);
		run('clear; fg');
		await terminal.until(screen => isOnPanes(screen) && terminal.modes().isBracketedPaste);
		expect(await afterWholeKeys(terminal)).toSatisfy(isOnPanes);
	}
});

it('a signal that stops it right behind a key leaves nothing of what the terminal answers to the shell', async () => {
	await using shell = await openShellIn('xterm', {delay: 150});
	const {terminal, run, pid} = shell;
	await shell.openConsole();
	for (const [key, selected] of [
		['G', /▸ ▲ payments/],
		['g', /▸ ● cart/],
		['down', /▸ ● checkout/],
	] as const) {
		terminal.press(key);
		await terminal.until(selected);
		// The question behind that frame has come with it; the answer is under way.
		process.kill(pid(), 'SIGTSTP');
		process.kill(pid(), 'SIGTSTP');
		await terminal.until(/Stopped/);
		expect(terminal.modes()).toMatchObject({isAlternateScreen: false, isCursorVisible: true});
		run("clear; echo DO''NE");
		expect((await terminal.until(/^DONE\n\$/m)).trim()).toBe('DONE\n$');
		run('clear; fg');
		await terminal.until(screen => isOnPanes(screen) && terminal.modes().isBracketedPaste);
	}
});

describe('Esc and / in one read', () => {
	it('leave the filter and begin another one', async () => {
		await using terminal = await openOnSandbox();
		terminal.type(`/ca${ESC}/pay`);
		await terminal.until(screen => /│ \/pay /.test(screen) && !/cart [█▓▒░#=. ]+9|checkout/.test(screen));
	});

	it('make no command of what follows', async () => {
		await using terminal = await openOnSandbox();
		terminal.type(`${ESC}/checkout`);
		await terminal.until(/│ \/checkout /);
		terminal.type(`${ESC}:ctx`);
		await terminal.until(/: *ctx/);
		expect(terminal.screen()).not.toMatch(sheets);
	});
});

it('keys that are cut behind their beginning, into bytes 300 ms apart, are those keys and no others', async () => {
	await using terminal = await openOnSandbox();
	for (const [beginning, rest, wanted] of [
		[`${ESC}[`, 'B', /▸ ● checkout/],
		[`${ESC}O`, 'B', /▸ ▲ payments/],
		[`${ESC}[`, '1;1A', /▸ ● checkout/],
		[`${ESC}[`, 'H', /▸ ● cart/],
		[`${ESC}[`, 'Z', /▸4 Live/],
		[`${ESC}[`, '49;1u', /▸1 Services/],
	] as const) {
		await terminal.typeCut([beginning, ...Array.from(rest)], 300);
		await terminal.until(wanted);
	}

	expect(terminal.screen()).not.toMatch(sheets);
});

it('a storm of pastes types nothing and writes nothing, and the keys behind it act', async () => {
	await using terminal = await openOnSandbox();
	for (let times = 0; times < 50; times++) {
		terminal.type(`${ESC}[200~Rq\rDc${'x'.repeat(2000)}\n${ESC}[201~`);
	}

	expect(await afterWholeKeys(terminal)).toSatisfy(isOnPanes);
	// In a field only its first line is taken, once for each.
	terminal.press('/');
	await terminal.until(/keep filter/);
	for (let times = 0; times < 3; times++) terminal.type(`${ESC}[200~pay\r${ESC}[201~`);
	await terminal.until(/\/paypaypay/);
	expect(terminal.screen()).not.toMatch(sheets);
});

it.each([
	['', []],
	[', also while the console draws and the terminal answers all the time', ['space', '+', '+']],
])('a paste whose end is lost ends by itself%s', async (_, keys) => {
	await using terminal = await openOnSandbox();
	terminal.press(...keys);
	if (keys.length > 0) await terminal.until(/5 req\/s/);
	terminal.type(`${ESC}[200~R\rq`);
	// A key that comes before it has ended is a part of it.
	let hasEnded = false;
	for (let tries = 0; tries < 4 && !hasEnded; tries++) {
		await delay(4000);
		terminal.type('G');
		hasEnded = await terminal.until(/▸ ▲ payments/, {within: 2500}).then(
			() => true,
			() => false,
		);
	}

	// One after the other: what is typed together so soon may still be its rest.
	terminal.type('g');
	await terminal.until(/▸ [●✓] cart/);
	expect(await afterWholeKeys(terminal)).toSatisfy(isOnPanes);
});

it('the rest of a paste that has stood still is in the field, and keys behind its end act', async () => {
	await using terminal = await openOnSandbox();
	terminal.press('/');
	await terminal.until(/keep filter/);
	await terminal.typeCut([`${ESC}[200~pa`, 'ymen', `ts${ESC}[201~x\u007F`], 2600);
	await terminal.until(/\/payments /);
	expect(terminal.screen()).not.toMatch(sheets);
});

/** What terminals send that is no key of the panes, or only looks; none of it opens a sheet or ends the program. */
const harmlessInput = [
	...Array.from('jkgG', character => character),
	...Array.from('ABHF', letter => `${ESC}[${letter}`),
	...Array.from('AB', letter => `${ESC}O${letter}`),
	`${ESC}[5~`,
	`${ESC}[6~`,
	`${ESC}OR`,
	`${ESC}OS`,
	`${ESC}[15~`,
	`${ESC}[[D`,
	`${ESC}[M qD`,
	`${ESC}[MRcu`,
	`${ESC}[<0;10;20M`,
	`${ESC}[<0;10;20m`,
	`${ESC}[24;80R`,
	`${ESC}[?62;22c`,
	`${ESC}[>0;276;0c`,
	`${ESC}[I`,
	`${ESC}[O`,
	`${ESC}]11;rgb:1c1c/dddd/cccc${ESC}\\`,
	`${ESC}]11;rgb:ffff/ffff/ffff\u0007`,
	`${ESC}P>|xterm(388)RqDc${ESC}\\`,
	`${ESC}[?2026;2$y`,
	`${ESC}[113;1:3u`,
	`${ESC}[200~Rq\rDc${ESC}[201~`,
];

/** `CUT_KEYS_BYTES` sends as many to the built program. */
const bytes = Number(process.env['CUT_KEYS_BYTES'] ?? 20_000);

/** After so many bytes it is waited until the program has worked off all of them. */
const together = 800;

it(
	`${bytes} bytes of what terminals send, cut at every place and held back up to 1.5 s, do nothing`,
	{timeout: 60_000 + bytes * 3},
	async () => {
		await using terminal = await openOnSandbox();
		const generator = xoroshiro128plus(Number(process.env['FUZZ_SEED'] ?? 1));
		const random = (low: number, high: number) => uniformInt(generator, low, high);
		let sent: string[] = [];
		const strange: string[] = [];
		// Each frame is looked at, also those that are over before the next check.
		const leaving = terminal
			.until(screen => !isOnPanes(screen), {within: 2 ** 31 - 1})
			.then(
				screen => strange.push(`${screen}\nafter ${JSON.stringify(sent)}`),
				() => {},
			);
		for (let total = 0; total < bytes && strange.length === 0;) {
			sent = [];
			let write = '';
			for (let part = 0; part < together;) {
				const text = harmlessInput[random(0, harmlessInput.length - 1)] ?? '';
				const place = random(0, text.length);
				sent.push(text);
				part += text.length;
				write += text.slice(0, place);
				const luck = random(0, 999);
				if (luck < 200) {
					terminal.type(write);
					write = '';
					// The most of it is over at once: what a cut is taken for must not hang on it.
					await delay(luck < 3 ? random(300, 1500) : luck < 40 ? random(0, 60) : 0);
				}

				write += text.slice(place);
			}

			terminal.type(write);
			total += sent.join('').length;
			// None of what was sent goes there.
			terminal.type('2');
			await terminal.until(screen => /▸2 Revisions/.test(screen) || strange.length > 0);
			terminal.type('1');
			await terminal.until(screen => /▸1 Services/.test(screen) || strange.length > 0);
		}

		expect(strange).toEqual([]);
		expect(await afterWholeKeys(terminal)).toSatisfy(isOnPanes);
		terminal.press('q');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
		await leaving;
		expect(terminal.modes()).toEqual(untouched);
	},
);
