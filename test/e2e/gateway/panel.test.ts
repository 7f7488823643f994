/** What the panes of a console say of what users get, read off the screen of the built program; each is evidence, or says that it is none. */
import {expect, it} from 'vitest';
import {failureBound} from '../../../source/stats/failure-bound.js';
import {evidenceWorld, host, lies, openInFront, verify} from './parts/evidence-world.js';

const test = evidenceWorld();

it('says of a split that users do not get what to do, and a roll back to it does not call it done', async () => {
	await test.world.split('cart', [
		{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
	]);
	await test.world.sandbox.gatewayFaults.set({weights: {[host]: {'cart-00001': 0, 'cart-00002': 1}}});
	const {terminal} = await openInFront(test);
	terminal.press('space');
	await terminal.until(
		/✗ set 100│0, users get 0│100 for \d+ s · S sends it again · check KIngress, gateway pods/,
	);
	terminal.press('R');
	const screen = await terminal.until(/That is what Knative says; set 100│0, users get 0│100/);
	expect(screen).not.toMatch(/has 100 % already/);
});

it('draws no green bar of a service that never went live, and gives no verdict on it', async () => {
	await test.world.other.request({
		method: 'POST',
		path: '/apis/serving.knative.dev/v1/namespaces/default/services',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'aaa', namespace: 'default'},
			spec: {
				template: {spec: {containers: [{image: 'registry.example.com/samples/no-such-image:1'}]}},
				traffic: [{latestRevision: true, percent: 100}],
			},
		},
	});
	const {terminal, gateway} = await openInFront(test);
	const screen = await terminal.until(/3 Traffic[^]*users get 404/i);
	const pane = screen.slice(screen.indexOf('3 Traffic'), screen.indexOf('4 Live'));
	expect(pane).not.toMatch(/[█▓]{4}/);
	const ended = await verify(test, gateway, 'aaa');
	expect(ended.code).toBe(2);
	expect(ended.output).toMatch(/\? Cannot tell: no revision of aaa has been ready so far/);
});

it('shows beside ✓ no interval that leaves out what is set, and a bound that holds however often one looks', async () => {
	const {terminal, gateway} = await openInFront(test);
	terminal.press('space');
	const screen = await terminal.until(
		/✓ No contradiction with the split so far[^]*✓ canary not worse so far|✓ canary not worse so far[^]*✓ No contradiction/,
	);
	const rows = [...screen.matchAll(/…0000\d +(\d+) % +[\d.]+ % +([\d.]+)–([\d.]+)/g)];
	expect(rows).toHaveLength(2);
	for (const [, set, low, high] of rows) {
		expect(Number(set)).toBeGreaterThanOrEqual(Number(low));
		expect(Number(set)).toBeLessThanOrEqual(Number(high));
	}
	const [, failed, pairs, bound] =
		/so far: (\d+) of (\d+) failed \(true rate < ([\d.]+) %/.exec(screen) ?? [];
	expect(Number(bound) / 100).toBeGreaterThanOrEqual(failureBound(Number(failed), Number(pairs)) - 1e-9);
	terminal.press('space');
	const {output} = await verify(test, gateway);
	const said = [...output.matchAll(/(\d+) %.*\[([\d.]+)–([\d.]+) at 99 %\]/g)];
	expect(output).toContain('✓ Agrees');
	expect(said.length).toBeGreaterThanOrEqual(2);
	for (const [, set, low, high] of said) {
		expect(Number(set)).toBeGreaterThanOrEqual(Number(low));
		expect(Number(set)).toBeLessThanOrEqual(Number(high));
	}
});

it('goes on asking a service that is no longer selected, and says so and what comes of it', async () => {
	const {terminal} = await openInFront(test);
	terminal.press('space');
	await terminal.until(/No contradiction with the split so far/);
	terminal.press('down');
	await terminal.until(/Revisions of checkout/);
	terminal.press('space');
	await terminal.until(/4 Live.*1 loop in background/);
	await lies(test.world);
	await terminal.until(
		/✗ cart [█▓▒░#=. ]+90│10 +wrong[^]*Revisions of checkout|Revisions of checkout[^]*✗ cart [█▓▒░#=. ]+90│10 +wrong/,
	);
});

it('remembers what is sent to a service, over two starts', async () => {
	const first = await openInFront(test);
	first.terminal.press('i');
	await first.terminal.until(/Requests to cart/);
	first.terminal.press('tab', 'end');
	first.terminal.type('health?deep=1');
	first.terminal.press('tab', 'tab');
	first.terminal.type('X-Tenant: blue');
	await first.terminal.until(/\/health\?deep=1[^]*X-Tenant: blue/);
	first.terminal.press('ctrl-s');
	await first.terminal.until(/curl .*X-Tenant: blue.*\/health\?deep=1/);
	first.terminal.press('q');
	expect(await first.terminal.exited).toMatchObject({code: 0});
	const seen: (string | undefined)[] = [];
	const second = await openInFront(test, async request => {
		seen.push(`${request.url} ${String(request.headers['x-tenant'])}`);
		return undefined;
	});
	await second.terminal.until(/curl .*X-Tenant: blue.*\/health\?deep=1/);
	second.terminal.press('space');
	await expect.poll(() => seen, {timeout: 20_000}).toContain('/health?deep=1 blue');
});
