/** `npm run scenes` in a real terminal: a scene is there, the console's keys work in it, and it ends by them. */
import process from 'node:process';
import {expect, it} from 'vitest';
import {openTerminal, untouched} from '../support/terminal/terminal.js';

it('shows a scene in which the keys of the console work', async () => {
	await using terminal = openTerminal({
		command: process.execPath,
		args: ['scripts/scenes/index.ts', 'show', 'canary-worse'],
	});
	await terminal.until(/canary WORSE/, {within: 60_000});
	terminal.press('?');
	await terminal.until(/Keys in the services pane/);
	// Ink alone asks a terminal nothing to know an Esc.
	terminal.type('\u001B');
	await terminal.until(/1 Services/);
	terminal.type('2');
	await terminal.until(/▸2 Revisions of cart/);
	terminal.type('\u0003');
	expect((await terminal.exited).code).toBe(0);
	expect(terminal.modes()).toEqual(untouched);
});

it('names the scenes there are where one is asked for that is none', async () => {
	await using terminal = openTerminal({
		command: process.execPath,
		args: ['scripts/scenes/index.ts', 'show', 'nope'],
	});
	await terminal.until(/There is no scene nope: healthy, canary-fine/, {within: 60_000});
	expect((await terminal.exited).code).toBe(2);
});
