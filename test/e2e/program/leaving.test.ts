/** However the console ends, the terminal is left as it was found. */
import {constants} from 'node:os';
import {describe, expect, it} from 'vitest';
import {openOnSandbox} from '../../support/program/console.js';
import {untouched} from '../../support/terminal/terminal.js';

describe('leaving the console', () => {
	it('uses the alternate screen and restores it on q', async () => {
		await using terminal = await openOnSandbox();
		expect(terminal.modes().isAlternateScreen).toBe(true);
		expect(terminal.isRaw()).toBe(true);
		terminal.press('q');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
		expect(terminal.modes()).toEqual(untouched);
		expect(terminal.screen().trim()).toBe('');
	});

	it('restores it on ctrl-c, from within a form too', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('n');
		await terminal.until(/New service/);
		terminal.press('ctrl-c');
		expect((await terminal.exited).code).toBe(0);
		expect(terminal.modes()).toEqual(untouched);
	});

	it.each([
		'SIGTERM',
		'SIGHUP',
		'SIGQUIT',
		'SIGABRT',
		'SIGALRM',
		'SIGVTALRM',
		'SIGXCPU',
		'SIGUSR2',
		'SIGSYS',
	] as const)('restores it on %s and says so in one sentence', async signal => {
		await using terminal = await openOnSandbox();
		terminal.kill(signal);
		expect((await terminal.exited).code).toBe(128 + constants.signals[signal]);
		expect(terminal.modes()).toEqual(untouched);
		expect(terminal.screen()).toMatch(new RegExp(`kn-canary stopped: .*\\(${signal}\\)\\.`));
	});

	it('restores it when an error is thrown that nobody expected, without a stack trace', async () => {
		const bomb = "process.on('SIGUSR2', () => { throw new Error('something broke'); });";
		await using terminal = await openOnSandbox({
			env: {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bomb)}`},
		});
		terminal.kill('SIGUSR2');
		expect((await terminal.exited).code).toBe(1);
		expect(terminal.modes()).toEqual(untouched);
		expect(terminal.screen()).toMatch(/unexpected error: something broke/);
		expect(terminal.screen()).not.toMatch(/\bat .*:\d+:\d+/);
	});
});
