/** What an operator is told before a write, and what it writes then: read off the screen of the built program. */
import {describe, expect, it} from 'vitest';
import {openOnWorld, shows} from '../../support/program/on-world.js';
import {worldPerTest} from './parts/world-per-test.js';

const test = worldPerTest();

const open = async (service: string, args: readonly string[] = []) =>
	openOnWorld(test.world, {service, args, state: test.state});

/** The review that gives everything to a revision at zero pods, which has this tag or none. */
async function openOnSleepy(tagged: {tag?: string}) {
	await test.start({pace: 30});
	const annotations = {
		'autoscaling.knative.dev/min-scale': '0',
		'autoscaling.knative.dev/window': '6s',
	};
	await test.world.patch('cart', {
		spec: {
			template: {metadata: {annotations}},
			traffic: [
				{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
				{latestRevision: true, percent: 0, ...tagged},
			],
		},
	});
	const terminal = await open('cart');
	terminal.press('2');
	await terminal.until(/00003.*Idle/);
	terminal.press('c');
	await terminal.until(shows('cart-00003 is scaled to zero'));
	return terminal;
}

describe('before a write the review warns', () => {
	it('that a target is not ready, wants Enter twice, and the pane says later what the route refuses', async () => {
		await test.start();
		await using terminal = await open('payments');
		terminal.press('3');
		await terminal.until(/▸3 Traffic|3 Traffic/);
		terminal.press('a');
		await terminal.until(/00002.*– → 0 %/);
		terminal.press('%', '3', '0');
		await terminal.until(/00002.*30▏ %/);
		terminal.press('enter');
		await terminal.until(shows('payments-00002 is not ready'));
		await terminal.until(shows('Enter twice applies'));
		await terminal.until(shows('✓ Dry run: the server would accept it.'));
		terminal.press('enter');
		await terminal.until(shows('Enter once more applies it'));
		expect((await test.world.service('payments')).specTraffic).toHaveLength(1);
		terminal.press('enter');
		await terminal.until(shows('RevisionMissing: Revision "payments-00002" failed to become ready.'));
		await terminal.until(shows('Route not ready; the split before is served'));
		// And the way back, with the newest revision failed.
		terminal.press('R');
		await terminal.until(/Roll back payments/);
		await terminal.until(shows('Dry run: the server would accept it'));
		terminal.press('enter');
		await terminal.until(/live since \d\d:\d\d:\d\d \(took [\d.]+ m?s\)/);
		// All of it: listed at 0 %, the failed one would go on keeping the gateway from moving.
		expect((await test.world.service('payments')).specTraffic).toEqual([
			{revision: 'payments-00001', latest: false, percent: 100, tag: undefined},
		]);
	});

	it('that a target is at zero pods, and wakes it at its tag', async () => {
		await using terminal = await openOnSleepy({tag: 'sleepy'});
		await terminal.until(shows('ctrl-t wakes cart-00003 first'));
		terminal.press('ctrl-t');
		await terminal.until(shows('cart-00003 is awake: it answered 200 at its tag sleepy'));
		terminal.press('esc');
		await terminal.until(/1 Services/);
		expect((await test.world.service('cart')).specTraffic[1]).toMatchObject({percent: 0});
	});

	it('that a target is at zero pods, and offers to wake none that has no URL of its own', async () => {
		await using terminal = await openOnSleepy({});
		await terminal.until(shows('Dry run: the server would accept it'));
		expect(terminal.screen()).not.toContain('ctrl-t');
	});

	it('that a target is not listed, so that it may be garbage collected', async () => {
		await test.start();
		await test.world.split('cart', [{revisionName: 'cart-00002', percent: 100}]);
		await using terminal = await open('cart');
		await terminal.until(/cart[\s█▓▒░#=.]+100\s/);
		terminal.press('R');
		await terminal.until(
			shows('cart-00001 is not listed in the split and older than 48 h: it may be garbage collected'),
		);
	});

	it('that Flagger, Argo CD and Flux own the service', async () => {
		await test.start();
		await test.world.patch('cart', {
			metadata: {
				annotations: {'flagger.app/primary-revision': 'cart-00001'},
				labels: {'argocd.argoproj.io/instance': 'shop', 'kustomize.toolkit.fluxcd.io/name': 'apps'},
			},
		});
		await using terminal = await open('cart');
		terminal.press('R');
		// In one sentence, so that what differs stays above the fold.
		await terminal.until(
			shows('Flagger, Argo CD and Flux manage this service and may put their own split back.'),
		);
	});

	it('that a gradual rollout is in progress', async () => {
		await test.start({pace: 4});
		await test.world.patch('checkout', {
			metadata: {annotations: {'serving.knative.dev/rollout-duration': '1200s'}},
			spec: {
				template: {
					spec: {
						containers: [
							{
								image: 'registry.example.com/shop/helloworld-go:2',
								env: [{name: 'TARGET', value: 'v2'}],
							},
						],
					},
				},
			},
		});
		await using terminal = await open('checkout');
		await terminal.until(/RolloutInProgress|Rolling out/);
		terminal.press('R');
		await terminal.until(shows('A gradual rollout over 1200s is in progress'));
	});

	it('that the context is production: by word in the header, and the name has to be typed', async () => {
		await test.start();
		await using terminal = await open('cart', ['--production', '^sand']);
		await terminal.until(/ kn-canary   PRODUCTION  sandbox \/ default/);
		terminal.press('c');
		await terminal.until(shows('Type cart below, then Enter applies, because sandbox is production'));
		terminal.press('enter');
		await terminal.until(/Type cart first: sandbox is production/);
		terminal.type('car');
		terminal.press('enter');
		await terminal.until(/car is not cart/);
		expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
		terminal.type('t');
		await terminal.until(/Type cart: cart/);
		terminal.press('enter');
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+0│100/);
		expect((await test.world.service('cart')).specTraffic[1]).toMatchObject({percent: 100});
	});

	it('but a roll back in production takes no more than Enter: it stops an incident', async () => {
		await test.start();
		await using terminal = await open('cart', ['--production', '^sand']);
		terminal.press('R');
		await terminal.until(/Roll back cart[^]*Enter applies[^]*✓ Dry run/);
		terminal.press('enter');
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+100/);
		expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 100});
	});
});

it('sets and takes a tag, changes the autoscaling, and deletes what is not in use, all at 80x24', async () => {
	await test.start();
	await using terminal = await open('cart');
	terminal.press('2', 't');
	await terminal.until(/Tags of cart-00002/);
	terminal.press('ctrl-u');
	terminal.type('next');
	terminal.press('ctrl-s');
	await terminal.until(shows('+next, -canary'));
	terminal.press('enter');
	await terminal.until(/1 Services/);
	expect((await test.world.service('cart')).specTraffic[1]).toMatchObject({tag: 'next', percent: 10});

	terminal.press('s');
	await terminal.until(shows('Autoscaling of cart'));
	await terminal.until(/Window\s+default: 60s/);
	terminal.press('tab', 'ctrl-u');
	terminal.type('5');
	terminal.press('ctrl-s');
	await terminal.until(shows('Autoscaling is part of the template: creates a new revision.'));
	terminal.press('enter');
	await terminal.until(/…00003.*(Ready|Idle)/);
	// The two watches tell each in its own time; that it is in the split is the service's word.
	await terminal.until(/latest \(…00003\)/);

	terminal.press('D');
	await terminal.until(shows('is in the split of cart'));
	terminal.press('1', 'D');
	await terminal.until(/Delete the service cart/);
	terminal.type('cart');
	await terminal.until(/Type cart: cart/);
	terminal.press('enter');
	await terminal.until(screen => !/cart\s+\d+│/.test(screen) && /1 Services/.test(screen));
	await expect(test.world.service('cart')).rejects.toThrow(/cannot be read/);
});

it('shows the keys that are not allowed in brackets, and says why when they are pressed', async () => {
	await test.start();
	await using terminal = await open('cart', ['--read-only']);
	await terminal.until(/\(R roll back\)/);
	terminal.press('R');
	await terminal.until(/roll back: Not allowed here: started with --read-only/);
	terminal.press('?');
	await terminal.until(shows('Not allowed here: started with --read-only'));
});
