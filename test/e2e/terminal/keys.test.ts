/** Keys that move about and look, in the built program. */
import {describe, expect, it} from 'vitest';
import {openOnSandbox} from '../../support/program/console.js';

describe('keys of the panes', () => {
	it('go to a pane by digit, also from the slider, and say once what does nothing', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('3');
		await terminal.until(/▸3 Traffic/);
		terminal.press('7');
		await terminal.until(/7 does nothing here · 1 to 4 go to panes, % types an exact share/);
		terminal.press('2');
		const screen = await terminal.until(/▸2 Revisions of cart/);
		expect(screen).not.toContain('does nothing');
		terminal.press('W');
		await terminal.until(/W does nothing here · \? lists the keys/);
	});

	it('enlarge the focused pane and give the others back', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('2', 'z');
		await terminal.until(screen => /▸2 Revisions of cart/.test(screen) && !screen.includes('3 Traffic ─'));
		terminal.press('esc');
		await terminal.until(/╭ 3 Traffic/);
		terminal.press('z');
		await terminal.until(screen => !screen.includes('╭ 3 Traffic'));
		terminal.press('z');
		await terminal.until(/╭ 3 Traffic/);
	});

	it('find services by their state', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('/');
		terminal.type('failed');
		await terminal.until(screen => screen.includes('payments') && !screen.includes('checkout'));
		terminal.press('esc');
		await terminal.until(/checkout/);
		terminal.press('/');
		terminal.type('releasing');
		await terminal.until(screen => screen.includes('cart') && !screen.includes('payments'));
	});

	it('read again what the message line has said, whole', async () => {
		await using terminal = await openOnSandbox({args: ['--sandbox', '--seed', '1', '--read-only']});
		terminal.press('R');
		await terminal.until(/roll back: Not allowed here/);
		terminal.press('2');
		await terminal.until(screen => !screen.includes('Not allowed here'));
		terminal.press('m');
		await terminal.until(/Messages[^]*\d\d:\d\d:\d\d {2}roll back: Not allowed here/);
	});
});

describe('leaving', () => {
	it('asks while a draft is not sent, and stays when told so', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('3', 'left');
		await terminal.until(/90 → 89 %/);
		terminal.press('q');
		await terminal.until(/Quit kn-canary[^]*not sent: the draft of a split of cart/);
		terminal.press('esc');
		await terminal.until(/90 → 89 %/);
		terminal.press('q');
		await terminal.until(/Quit kn-canary/);
		terminal.press('enter');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
	});

	it('does not ask on ctrl-c', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('3', 'left');
		await terminal.until(/90 → 89 %/);
		terminal.press('ctrl-c');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
	});
});
