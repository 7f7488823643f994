/** What the live pane says of a bad revision and of a bad gateway: read off the screen of the built program. */
import {expect, onTestFinished, test} from 'vitest';
import {openBuiltConsole} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';
import {flakyCanary} from '../../support/gateway/flaky-canary.js';
import {startWorld, type World} from '../../support/world.js';

async function openWorld(): Promise<World> {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	return world;
}

/** The console on the world's sandbox, with the checkout service selected. */
async function openOnCheckout({sandbox}: World, args: readonly string[]): Promise<TestTerminal> {
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', sandbox.kubeconfigPath, ...args],
		cols: 140,
		rows: 40,
	});
	// Without the gateway there is nothing to ask.
	await terminal.until(
		screen => /checkout/.test(screen) && /gateway 127\.0\.0\.1:\d+ .*watching/.test(screen),
	);
	terminal.press('down');
	await terminal.until(/Revisions of checkout/);
	return terminal;
}

test('a new revision that fails 5 % is WORSE while users still get 100 % of the old one', async () => {
	const world = await openWorld();
	await world.patch('checkout', {
		spec: flakyCanary('checkout', {errorRate: '5%', target: 'Checkout v2', percent: 0}),
	});
	// A fifth of the cap is for pairs: fifty a second, of which two or three are found to fail.
	await using terminal = await openOnCheckout(world, ['--rate', '50', '--max-rate', '250']);
	await terminal.until(/…00002 +0 % +(?:\d+ % +)?canary +● Ready/);
	terminal.press('space');
	const screen = await terminal.until(/✗ canary WORSE/);
	expect(screen).toMatch(/100│0 seen since/);
	const [, fresh, old] =
		/WORSE since [\d:]+, last [\d:]+: fails (\d+) of \d+, stable (\d+) of \d+/.exec(screen) ?? [];
	expect(Number(fresh)).toBeGreaterThanOrEqual(6);
	expect(Number(old)).toBe(0);
	// Users have seen nothing of it: no alarm, and nothing to roll back.
	await terminal.until(/✗ canary WORSE .* · no user gets it: X abandons/);
	const calm = await terminal.until(/^ X abandon /m);
	expect(calm).not.toMatch(/checkout WORSE|R ROLL BACK|R rolls back/);
	expect(screen).toMatch(/Hello Checkout! +…00001 +100 % +100 %/);
	expect(screen).not.toMatch(/test requests fail/);
	expect(screen).not.toMatch(/\d {2}500 /);
	// What is certain is in its own row: it failed at its tag.
	expect(screen).toMatch(/500 ×\d+ .*…00002 \(tag\)/);
});

/** Answers that are counted. */
const answered = (screen: string): number => Number(/(\d+) answers/.exec(screen)?.[1] ?? 0);

test('at 80 columns and 24 rows a failure stays on the screen, and how it went without one', async () => {
	const world = await openWorld();
	await using terminal = openBuiltConsole({
		args: ['--kubeconfig', world.sandbox.kubeconfigPath, '--rate', '20'],
		cols: 80,
		rows: 24,
	});
	await terminal.until(/gateway 127\.0\.0\.1:\d+[^]*cart +.*90│10/);
	terminal.press('space');
	await terminal.until(/share …00002 \S+ +[\d.]+ % +errors \S+ +0 % +p95 \S+/);
	await world.sandbox.gatewayFaults.set({unavailable: 0.2});
	await terminal.until(/✗ 503 ×\d+ .*gateway/);
	await world.sandbox.gatewayFaults.clear();
	const from = answered(terminal.screen());
	// A hundred good answers later it is there all the same.
	const later = await terminal.until(screen => answered(screen) >= from + 100);
	expect(later).toMatch(/✗ 503 ×\d+ .*gateway/);
});

/** Milliseconds of a cell such as `12 ms` or `2.0 s`. */
const milliseconds = (cell: string | undefined): number => {
	const [, value, unit] = /([\d.]+) (ms|s)/.exec(cell ?? '') ?? [];
	return Number(value) * (unit === 's' ? 1000 : 1);
};

/** A busy machine makes a console miss some slots on its own account. */
const notSent = (screen: string): number => Number(/(\d+) skipped/.exec(screen)?.[1] ?? 0);

test('a gateway that stalls for two seconds shows in p99, in what was not sent, and in no error', async () => {
	const world = await openWorld();
	await using terminal = await openOnCheckout(world, ['--rate', '50']);
	terminal.press('space');
	// Below a hundred answers there is no p99 to speak of.
	const before = await terminal.until(/[1-9]\d\d answers/);
	await world.sandbox.gatewayFaults.set({delay: 2000});
	// Eight are under way; the slots of the others pass.
	await terminal.until(now => notSent(now) >= notSent(before) + 20);
	await world.sandbox.gatewayFaults.clear();
	const latencies = /Hello Checkout! +…00001 .*?(\d+ ms|[\d.]+ s) +(\d+ ms|[\d.]+ s) +(\d+ ms|[\d.]+ s)/;
	const screen = await terminal.until(now => milliseconds(latencies.exec(now)?.[3]) >= 2000);
	expect(milliseconds(latencies.exec(screen)?.[1])).toBeLessThan(2000);
	expect(screen).not.toMatch(/test requests fail|timeout ×/);
	expect(screen).toMatch(/No contradiction with the split so far/);
});

test('a gateway that gives users another split is contradicted in panes 1, 3 and 4, and dated when it is over', async () => {
	const world = await openWorld();
	const host = 'cart.default.example.com';
	await using terminal = openBuiltConsole({
		args: ['--kubeconfig', world.sandbox.kubeconfigPath, '--rate', '20'],
		cols: 140,
		rows: 40,
	});
	await terminal.until(/gateway 127\.0\.0\.1:\d+[^]*cart [█▓▒░#=. ]+90│10/);
	terminal.press('space');
	await terminal.until(/No contradiction with the split so far/);
	expect(terminal.screen()).toMatch(/3 Traffic.*in place: answers agree/);
	await world.sandbox.gatewayFaults.set({weights: {[host]: {'cart-00001': 0, 'cart-00002': 1}}});
	const wrong = await terminal.until(/set 90│10, users get [0-9]│(?:9\d|100) for/);
	expect(wrong).toMatch(/3 Traffic.*in place, says Knative; users get another split/);
	expect(wrong).toMatch(
		/✗ set 90│10, users get [0-9]│(?:9\d|100) for \d+ s · S sends it again · check KIngress, gateway pods/,
	);
	expect(wrong).toMatch(
		/✗ wrong split: set 90│10, users get [0-9]│(?:9\d|100) for \d+ s · since [\d:]+, last [\d:]+/,
	);
	expect(wrong).toMatch(/✗ cart [█▓▒░#=. ]+90│10 +wrong/);
	await world.sandbox.gatewayFaults.clear();
	await terminal.until(/split was wrong [\d:]+–[\d:]+, now set 90│10, users get \d+│\d+ · Z resets counts/);
	terminal.press('Z');
	await terminal.until(
		screen => /No contradiction with the split so far/.test(screen) && !/split was wrong/.test(screen),
	);
});

test('a gateway that is down is said in the header and in the pane, with since when, and counts for nothing', async () => {
	const world = await openWorld();
	await using terminal = await openOnCheckout(world, ['--rate', '20']);
	terminal.press('space');
	await terminal.until(/No contradiction with the split so far/);
	await world.sandbox.gatewayFaults.set({down: true});
	const down = await terminal.until(/gateway down since [\d:]+ \(\d+ requests?\)[^]*4 Live/);
	expect(down).toMatch(/4 Live[^]*✗ gateway down since [\d:]+ \(\d+ requests?\)/);
	expect(down).not.toMatch(/test requests fail|refused ×/);
	await world.sandbox.gatewayFaults.clear();
	await terminal.until(screen => !/gateway down/.test(screen) && /gateway 127/.test(screen));
});
