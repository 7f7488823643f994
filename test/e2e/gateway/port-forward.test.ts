/** A gateway that has no address outside of the cluster, or none that can be reached, read off the screen of the built program. */
import {readFile, rm, writeFile} from 'node:fs/promises';
import {expect, onTestFinished, test} from 'vitest';
import {openBuiltConsole} from '../../support/program/console.js';
import {startHttpProxy} from '../../support/kube/proxies.js';
import {runProgram} from '../../support/program/run-program.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';
import {startWorld, type World} from '../../support/world.js';
import {isListening, unusedPort} from '../../support/ports.js';

async function openWorld(): Promise<World> {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	await world.sandbox.gatewayFaults.set({service: 'ClusterIP'});
	return world;
}

/** The console with the checkout service selected. */
async function openOnCheckout({sandbox}: World, args: readonly string[] = []): Promise<TestTerminal> {
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', sandbox.kubeconfigPath, ...args],
		cols: 140,
		rows: 40,
	});
	await terminal.until(screen => screen.includes('checkout') && screen.includes('watching'));
	terminal.press('down');
	await terminal.until(/Revisions of checkout/);
	return terminal;
}

const answers = (screen: string) => Number(/([\d,]+) answers/.exec(screen)?.[1]?.replace(',', '') ?? 0);

test('is asked through a port-forward that the first question opens, and that goes with the console', async () => {
	const world = await openWorld();
	await using terminal = await openOnCheckout(world, ['--rate', '20']);
	await terminal.until(/gateway kourier via port-forward \(not opened yet\)/);
	await terminal.until(/Through a port-forward, opened with the first request/);
	terminal.press('space');
	const counted = await terminal.until(/[1-9]\d answers · .*100 (?:seen )?since \S+ · via API server/);
	expect(counted).toMatch(/gateway kourier via port-forward {2}● watching/);
	expect(counted).toMatch(/Hello Checkout! +…00001 +100 % +100 %/);
	// None of them failed.
	expect(counted).toMatch(/Hello Checkout!.* 0 +[\d.]+ m?s/);

	terminal.press('v');
	const asked = await terminal.until(/✓ 200/);
	const port = Number(/http:\/\/127\.0\.0\.1:(\d+)\//.exec(asked)?.[1]);
	// A long line is broken at the border of the sheet.
	const command = asked.replaceAll(/ *│\n│ */g, ' ').replaceAll(/\s+/g, ' ');
	expect(command).toMatch(
		/kubectl --context sandbox --kubeconfig \S+ port-forward -n kourier-system service\/kouri/,
	);
	expect(command.replaceAll(' ', '')).toContain(`service/kourier${port}:80`);
	terminal.press('esc');
	await terminal.until(/4 Live/);
	terminal.press('q');
	await terminal.until(/running: requests to checkout/);
	terminal.press('q');
	expect((await terminal.exited).code).toBe(0);
	expect(await isListening(port)).toBe(false);
});

test.each<[what: string, options: Parameters<typeof startHttpProxy>[0], scheme: string]>([
	['a proxy', {}, 'http://'],
	['a proxy that wants a login', {login: {user: 'jo', password: 'a:b@c'}}, 'http://jo:a%3Ab%40c@'],
])('is asked through %s that leads to the API server', async (_, options, scheme) => {
	const world = await openWorld();
	const proxy = await startHttpProxy(options);
	onTestFinished(async () => proxy.close());
	const {kubeconfigPath} = world.sandbox;
	const changed = `${kubeconfigPath}-proxy`;
	const text = await readFile(kubeconfigPath, 'utf8');
	const proxyUrl = `proxy-url: "${scheme}127.0.0.1:${proxy.port}"`;
	await writeFile(
		changed,
		text.replace(/^( +)server: .*$/m, line => `${line}\n      ${proxyUrl}`),
		{mode: 0o600},
	);
	onTestFinished(async () => rm(changed));
	const args = ['verify', 'checkout', '--requests', '8', '--rate', '50', '--kubeconfig', changed];
	const {code, output} = await runProgram(args);
	expect(output).toContain('via port-forward');
	expect(output).toMatch(/8 of 8 answered at 50\/s, 0 failures/);
	expect(code).toBe(0);
	const before = proxy.asked.length;
	await using terminal = await openOnCheckout(world, ['--rate', '20', '--kubeconfig', changed]);
	await terminal.until(/via port-forward/);
	terminal.press('space');
	await terminal.until(/[1-9]\d answers · .*100 (?:seen )?since \S+ · via API server/);
	// Its requests, and the connections to the pod.
	expect(proxy.asked.length - before).toBeGreaterThan(1);
	expect(proxy.refused).toBe(0);
});

test('answers go on after its pod has gone', async () => {
	const world = await openWorld();
	await using terminal = await openOnCheckout(world, ['--rate', '20']);
	await terminal.until(/via port-forward/);
	terminal.press('space');
	await terminal.until(/[1-9]\d answers/);
	const pods = '/api/v1/namespaces/kourier-system/pods';
	await world.other.request({method: 'DELETE', path: pods});
	const before = answers(terminal.screen());
	const screen = await terminal.until(now => answers(now) >= before + 40);
	expect(screen).toMatch(/gateway kourier via port-forward {2}● watching/);
});

test('an operator who may not forward reads which right is missing', async () => {
	const world = await openWorld();
	await using terminal = await openOnCheckout(world, ['--context', 'sandbox-viewer']);
	await terminal.until(/no way to the gateway: may not create pods\/portforward in kourier-system/);
	terminal.press('v');
	await terminal.until(/takes the right to create\s+pods\/portforward/);
});

/** The load balancer of the gateway has an address where nothing listens. */
async function openUnreachable(): Promise<{world: World; at: string}> {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	const port = await unusedPort();
	await world.other.request({
		method: 'PATCH',
		path: '/api/v1/namespaces/kourier-system/services/kourier',
		contentType: 'application/json-patch+json',
		body: [{op: 'replace', path: '/spec/ports/0/port', value: port}],
	});
	return {world, at: `127.0.0.1:${port}`};
}

test('is asked through a port-forward where its address cannot be reached, which is said', async () => {
	const {world, at} = await openUnreachable();
	await using terminal = await openOnCheckout(world);
	const invited = await terminal.until(
		/gateway kourier via port-forward \(.* not reachable, not opened yet\)/,
	);
	expect(invited).toContain(`(${at} not reachable, not opened yet)`);
	expect(invited).toContain(
		`The gateway cannot be reached from here at ${at} (load balancer: connection refused)`,
	);
	terminal.press('v');
	const asked = await terminal.until(/✓ 200/);
	expect(asked).toMatch(/connection refused\), so it is\s+asked through a port-forward\./);
	expect(asked).toContain(`gateway kourier via port-forward (${at} not reachable)`);
});

test('that cannot be reached in any way is named with why, and with what to do', async () => {
	const {world, at} = await openUnreachable();
	await using terminal = await openOnCheckout(world, ['--context', 'sandbox-viewer']);
	const screen = await terminal.until(/not reachable from here/);
	expect(screen).toContain(`gateway ${at} kourier: not reachable from here`);
	const words = screen.replaceAll(/[\s│]+/g, ' ');
	expect(words).toContain('takes the right to create pods/portforward in namespace kourier-system: ');
	expect(words).toContain('give an address that can be reached with --gateway host[:port]');
	terminal.press('v');
	await terminal.until(/Nothing listens at/);
});
