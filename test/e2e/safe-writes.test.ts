/** What an operator is told before a write, when it is refused, and after it: read off the screen of the built program. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openOnWorld, shows} from '../support/on-world.js';
import {startWorld, type World} from '../support/world.js';

let world: World;
let state: string;

beforeEach(async () => {
	state = await mkdtemp(path.join(tmpdir(), 'kn-canary-state-'));
});

afterEach(async () => {
	await world.stop();
	await rm(state, {recursive: true, force: true});
});

const open = async (service: string, args: readonly string[] = []) =>
	openOnWorld(world, {service, args, state});

/** The review that gives everything to a revision at zero pods, which has this tag or none. */
async function openOnSleepy(tagged: {tag?: string}) {
	world = await startWorld({pace: 30});
	const annotations = {
		'autoscaling.knative.dev/min-scale': '0',
		'autoscaling.knative.dev/window': '6s',
	};
	await world.patch('cart', {
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
		world = await startWorld();
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
		expect((await world.service('payments')).specTraffic).toHaveLength(1);
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
		expect((await world.service('payments')).specTraffic).toEqual([
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
		expect((await world.service('cart')).specTraffic[1]).toMatchObject({percent: 0});
	});

	it('that a target is at zero pods, and offers to wake none that has no URL of its own', async () => {
		await using terminal = await openOnSleepy({});
		await terminal.until(shows('Dry run: the server would accept it'));
		expect(terminal.screen()).not.toContain('ctrl-t');
	});

	it('that a target is not listed, so that it may be garbage collected', async () => {
		world = await startWorld();
		await world.split('cart', [{revisionName: 'cart-00002', percent: 100}]);
		await using terminal = await open('cart');
		await terminal.until(/cart[\s█▓▒░#=.]+100\s/);
		terminal.press('R');
		await terminal.until(
			shows('cart-00001 is not listed in the split and older than 48 h: it may be garbage collected'),
		);
	});

	it('that Flagger, Argo CD and Flux own the service', async () => {
		world = await startWorld();
		await world.patch('cart', {
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
		world = await startWorld({pace: 4});
		await world.patch('checkout', {
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
		world = await startWorld();
		await using terminal = await open('cart', ['--production', '^sand']);
		await terminal.until(/ kn-canary   PRODUCTION  sandbox \/ default/);
		terminal.press('c');
		await terminal.until(shows('Type cart below, then Enter applies, because sandbox is production'));
		terminal.press('enter');
		await terminal.until(/Type cart first: sandbox is production/);
		terminal.type('car');
		terminal.press('enter');
		await terminal.until(/car is not cart/);
		expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
		terminal.type('t');
		await terminal.until(/Type cart: cart/);
		terminal.press('enter');
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+0│100/);
		expect((await world.service('cart')).specTraffic[1]).toMatchObject({percent: 100});
	});

	it('but a roll back in production takes no more than Enter: it stops an incident', async () => {
		world = await startWorld();
		await using terminal = await open('cart', ['--production', '^sand']);
		terminal.press('R');
		await terminal.until(/Roll back cart[^]*Enter applies[^]*✓ Dry run/);
		terminal.press('enter');
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+100/);
		expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 100});
	});
});

describe('the sheet', () => {
	it('is not agreed to by an Enter that was pressed before it was on the screen', async () => {
		world = await startWorld();
		await using terminal = await open('cart');
		terminal.press('R', 'enter');
		await terminal.until(/Roll back cart[^]*Typed before this sheet was on the screen: dropped/);
		expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
		terminal.press('enter');
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+100/);
	});

	it('is not agreed to by what was typed for another window: a key that means nothing disarms its Enter', async () => {
		world = await startWorld();
		await using terminal = await open('cart');
		terminal.press('c');
		await terminal.until(shows('Promote the canary of cart'));
		await terminal.until(/⏎ apply/);
		for (const typed of ['lear', 'u', 'docker ps']) {
			terminal.type(typed);
			await terminal.until(shows('That key means nothing here. Enter asks again, Esc cancels.'));
			terminal.press('enter');
			await terminal.until(shows('Nothing sent yet. Enter applies, Esc cancels.'));
			expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
		}
		terminal.paste('rm -rf x\n');
		await terminal.until(shows('That key means nothing here.'));
		terminal.press('enter');
		await terminal.until(shows('Nothing sent yet. Enter applies, Esc cancels.'));
		terminal.press('enter');
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+0│100|1 Services[^]*cart[\s█▓▒░#=.]+100/);
		expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 0});
	});

	it('takes no Enter when its dry run was refused, and says so', async () => {
		world = await startWorld();
		world.sandbox.apiFaults.set({answers: [{code: 403, methods: ['PATCH'], dryRun: true}]});
		await using terminal = await open('cart');
		terminal.press('R');
		await terminal.until(shows('Nothing sent: the server would refuse this. Esc goes back.'));
		expect(terminal.screen()).not.toMatch(/⏎ apply/);
		terminal.press('enter');
		await terminal.until(shows('Not sent: the dry run was refused.'));
		expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
	});

	it('is not agreed to before what would change has been on the screen: Enter shows it first', async () => {
		world = await startWorld();
		await using terminal = await open('cart');
		terminal.resize(20, 6);
		await terminal.until(screen => screen.includes('1 Services') && !screen.includes('2 Revisions of'));
		terminal.press('R');
		await terminal.until(/Roll back cart[^]*Enter shows/);
		const seen = new Set<string>();
		for (let pages = 0; !seen.has('1') || !seen.has('2'); pages++) {
			expect(pages).toBeLessThan(20);
			expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
			terminal.press('enter');
			// Two pages of bars look alike in so narrow a window.
			await terminal.settle();
			for (const [, revision] of terminal.screen().matchAll(/…0000([12])/g)) seen.add(revision!);
		}
		expect(terminal.screen()).toContain('Roll back cart');
		// The end of the second row: a narrow window breaks them.
		while (!/→ +0 %/.test(terminal.screen())) {
			terminal.press('enter');
			await terminal.settle();
		}
		expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
		terminal.press('enter');
		await terminal.until(/▸1 Services/);
		expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 100});
	});

	it('shows base, theirs and mine side by side when somebody else was first, and mine can go on top', async () => {
		world = await startWorld();
		await using terminal = await open('cart');
		terminal.press('R');
		await terminal.until(/Dry run: the server would accept it/);
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: 30, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 70, tag: 'canary'},
		]);
		terminal.press('enter');
		await terminal.until(/(cart changed since you opened this|changed the split of cart)/);
		await terminal.until(/base\s+theirs\s+mine/);
		await terminal.until(shows('Changed by sandbox-admin.'));
		await terminal.until(/…00001\s+90 % stable\s+30 % stable ◂\s+100 % stable ◂/);
		await terminal.until(/…00002\s+10 % canary\s+70 % canary ◂\s+0 % canary ◂/);
		// Enter does nothing here: there is no answer that could be meant by it.
		terminal.press('enter', 'm');
		await terminal.until(/…00001\s+stable\s+30 % → 100 %/);
		terminal.press('enter');
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+100/);
		// What was sent, what became of it, and what the other one did.
		terminal.press('w');
		await terminal.until(/roll back cart: done/);
		await terminal.until(shows('…00001 30 → 100 %, …00002 70 → 0 %'));
		terminal.press('pagedown');
		await terminal.until(shows('(not from this console)'));
	});

	it('says at once that the split moved, or the service went, underneath it, and Enter writes nothing', async () => {
		world = await startWorld();
		await using terminal = await open('cart');
		terminal.press('R');
		await terminal.until(shows('Nothing sent yet. Enter applies, Esc cancels.'));
		await terminal.until(/⏎ apply/);
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: 30, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 70, tag: 'canary'},
		]);
		await terminal.until(shows('sandbox-admin changed the split of cart. Nothing was written.'));
		await terminal.until(/base\s+theirs\s+mine/);
		expect(terminal.screen()).not.toMatch(/Enter applies|⏎|Dry run/);
		await world.delete('cart');
		await terminal.until(shows('cart was deleted.'));
		expect(terminal.screen()).not.toMatch(/Enter applies|⏎|Dry run/);
		await world.createAnew('cart');
		await terminal.until(shows('cart was deleted, and the one there now is another.'));
		terminal.press('enter');
		await terminal.until(shows('Nothing was written. cart was deleted, and the one there now is another.'));
		expect((await world.service('cart')).generation).toBe(1);
	});

	it('says that it already is as was asked when somebody else asked for the same, and offers nothing more', async () => {
		world = await startWorld();
		await using terminal = await open('cart');
		terminal.press('R');
		await terminal.until(/Dry run: the server would accept it/);
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
		]);
		terminal.press('enter');
		await terminal.until(shows('nothing is left to do: cart already is as was asked.'));
		expect(terminal.screen()).not.toMatch(/apply mine|keep editing/);
		terminal.press('e');
		await terminal.until(shows('cart already is as was asked: somebody else made it so'));
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+100/);
		expect(terminal.screen()).not.toMatch(/draft/);
	});

	it('sets and takes a tag, changes the autoscaling, and deletes what is not in use, all at 80x24', async () => {
		world = await startWorld();
		await using terminal = await open('cart');
		terminal.press('2', 't');
		await terminal.until(/Tags of cart-00002/);
		terminal.press('ctrl-u');
		terminal.type('next');
		terminal.press('ctrl-s');
		await terminal.until(shows('+next, -canary'));
		terminal.press('enter');
		await terminal.until(/1 Services/);
		expect((await world.service('cart')).specTraffic[1]).toMatchObject({tag: 'next', percent: 10});

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
		await expect(world.service('cart')).rejects.toThrow(/cannot be read/);
	});
});

it('shows the keys that are not allowed in brackets, and says why when they are pressed', async () => {
	world = await startWorld();
	await using terminal = await open('cart', ['--read-only']);
	await terminal.until(/\(R roll back\)/);
	terminal.press('R');
	await terminal.until(/roll back: Not allowed here: started with --read-only/);
	terminal.press('?');
	await terminal.until(shows('Not allowed here: started with --read-only'));
});
