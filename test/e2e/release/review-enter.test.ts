/** Which Enter agrees to a review, in the built program: only one pressed by somebody who has seen what it does. */
import {expect, it} from 'vitest';
import {openOnWorld, shows} from '../../support/program/on-world.js';
import {worldPerTest} from './parts/world-per-test.js';

const test = worldPerTest();

const open = async (service: string, args: readonly string[] = []) =>
	openOnWorld(test.world, {service, args, state: test.state});

it('is not agreed to by an Enter that was pressed before it was on the screen', async () => {
	await test.start();
	await using terminal = await open('cart');
	terminal.press('R', 'enter');
	await terminal.until(/Roll back cart[^]*Typed before this sheet was on the screen: dropped/);
	expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
	terminal.press('enter');
	await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+100/);
});

it('is not agreed to by what was typed for another window: a key that means nothing disarms its Enter', async () => {
	await test.start();
	await using terminal = await open('cart');
	terminal.press('c');
	await terminal.until(shows('Promote the canary of cart'));
	await terminal.until(/⏎ apply/);
	for (const typed of ['lear', 'u', 'docker ps']) {
		terminal.type(typed);
		await terminal.until(shows('That key means nothing here. Enter asks again, Esc cancels.'));
		terminal.press('enter');
		await terminal.until(shows('Nothing sent yet. Enter applies, Esc cancels.'));
		expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
	}
	terminal.paste('rm -rf x\n');
	await terminal.until(shows('That key means nothing here.'));
	terminal.press('enter');
	await terminal.until(shows('Nothing sent yet. Enter applies, Esc cancels.'));
	terminal.press('enter');
	await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+0│100|1 Services[^]*cart[\s█▓▒░#=.]+100/);
	expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 0});
});

it('takes no Enter when its dry run was refused, and says so', async () => {
	await test.start();
	test.world.sandbox.apiFaults.set({answers: [{code: 403, methods: ['PATCH'], dryRun: true}]});
	await using terminal = await open('cart');
	terminal.press('R');
	await terminal.until(shows('Nothing sent: the server would refuse this. Esc goes back.'));
	expect(terminal.screen()).not.toMatch(/⏎ apply/);
	terminal.press('enter');
	await terminal.until(shows('Not sent: the dry run was refused.'));
	expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
});

it('is not agreed to before what would change has been on the screen: Enter shows it first', async () => {
	await test.start();
	await using terminal = await open('cart');
	terminal.resize(20, 6);
	await terminal.until(screen => screen.includes('1 Services') && !screen.includes('2 Revisions of'));
	terminal.press('R');
	await terminal.until(/Roll back cart[^]*Enter shows/);
	const seen = new Set<string>();
	for (let pages = 0; !seen.has('1') || !seen.has('2'); pages++) {
		expect(pages).toBeLessThan(20);
		expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
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
	expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
	terminal.press('enter');
	await terminal.until(/▸1 Services/);
	expect((await test.world.service('cart')).specTraffic[0]).toMatchObject({percent: 100});
});
