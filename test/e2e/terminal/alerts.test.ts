/** Bell, title and notification of the built program, as the terminal gets them. */
import {expect, onTestFinished, test} from 'vitest';
import {openBuiltConsole} from '../../support/program/console.js';
import {flakyCanary} from '../../support/gateway/flaky-canary.js';
import {startWorld} from '../../support/world.js';

/** The console on a canary that fails half of its requests, up to its alarm; and what the terminal was told. */
async function untilWorse(args: readonly string[]) {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	await world.patch('checkout', {spec: flakyCanary('checkout', {errorRate: '0.5', percent: 10})});
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', world.sandbox.kubeconfigPath, '--rate', '20', ...args],
		cols: 140,
		rows: 40,
	});
	const told = {
		bells: 0,
		titles: [] as string[],
		notifications: [] as string[],
	};
	const {emulator} = terminal;
	emulator.onBell(() => void told.bells++);
	emulator.onTitleChange(title => void told.titles.push(title));
	emulator.parser.registerOscHandler(9, text => {
		told.notifications.push(text);
		return true;
	});
	await terminal.until(
		screen => /checkout/.test(screen) && /gateway 127\.0\.0\.1:\d+ .*watching/.test(screen),
	);
	terminal.press('down');
	await terminal.until(/…00002 +10 % +(?:\d+ % +)?canary +● Ready/);
	terminal.press('space');
	await terminal.until(/✗ checkout WORSE/);
	return {terminal, told};
}

test('an alarm rings, is in the title as long as the console runs, and sends a notification', async () => {
	const {terminal, told} = await untilWorse(['--alert', 'bell,title,notification']);
	await using _ = terminal;
	await terminal.until(() => told.titles.at(-1) === 'checkout WORSE - kn-canary');
	expect(told.titles[0]).toBe('kn-canary');
	expect(told.notifications.at(-1)).toBe('kn-canary: checkout WORSE');
	// One for each alarm: that users get failures may be another one.
	expect(told.bells).toBe(told.notifications.length);
});

test('nothing is rung, written or sent unless it was chosen', async () => {
	const {terminal, told} = await untilWorse([]);
	await using _ = terminal;
	expect(told).toEqual({bells: 0, titles: [], notifications: []});
});
