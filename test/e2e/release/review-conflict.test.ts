/** A review of the built program while somebody else changes what it is of. */
import {expect, it} from 'vitest';
import {openOnWorld, shows} from '../../support/program/on-world.js';
import {worldPerTest} from './parts/world-per-test.js';

const test = worldPerTest();

const open = async (service: string, args: readonly string[] = []) =>
	openOnWorld(test.world, {service, args, state: test.state});

/** Somebody else gives the canary of cart so many percent. */
const theyGiveCanary = async (percent: number) =>
	test.world.split('cart', [
		{revisionName: 'cart-00001', percent: 100 - percent, tag: 'stable'},
		{revisionName: 'cart-00002', percent, tag: 'canary'},
	]);

it('shows base, theirs and mine side by side when somebody else was first, and mine can go on top', async () => {
	await test.start();
	await using terminal = await open('cart');
	terminal.press('R');
	await terminal.until(/Dry run: the server would accept it/);
	await theyGiveCanary(70);
	terminal.press('enter');
	await terminal.until(/(cart changed since you opened this|changed the split of cart)/);
	await terminal.until(/base\s+theirs\s+mine/);
	await terminal.until(shows('sandbox-admin changed the split of cart'));
	await terminal.until(screen => screen.split('sandbox-admin').length === 2);
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
	await terminal.until(shows('…00001 30 → 100 % …00002 70 → 0 %'));
	terminal.press('pagedown');
	await terminal.until(shows('(not from this console)'));
});

it('says at once that the split moved, or the service went, underneath it, and Enter writes nothing', async () => {
	await test.start();
	await using terminal = await open('cart');
	terminal.press('R');
	await terminal.until(shows('Nothing sent yet. Enter applies, Esc cancels.'));
	await terminal.until(/⏎ apply/);
	await theyGiveCanary(70);
	await terminal.until(shows('sandbox-admin changed the split of cart. Nothing was written.'));
	await terminal.until(/base\s+theirs\s+mine/);
	expect(terminal.screen()).not.toMatch(/Enter applies|⏎|Dry run/);
	await test.world.delete('cart');
	await terminal.until(shows('cart was deleted.'));
	expect(terminal.screen()).not.toMatch(/Enter applies|⏎|Dry run/);
	await test.world.createAnew('cart');
	await terminal.until(shows('cart was deleted, and the one there now is another.'));
	terminal.press('enter');
	await terminal.until(shows('Nothing was written. cart was deleted, and the one there now is another.'));
	expect((await test.world.service('cart')).generation).toBe(1);
});

it('takes no letter of the word that was being typed when the split moved underneath', async () => {
	await test.start();
	await using terminal = await open('cart', ['--production', '^sand']);
	terminal.press('c');
	await terminal.until(shows('Type cart below, then Enter applies'));
	terminal.type('ca');
	await terminal.until(/Type cart: ca/);
	await theyGiveCanary(70);
	await terminal.until(/base\s+theirs\s+mine/);
	terminal.type('rt');
	await terminal.until(shows('Typed for what was here before: dropped. Read this sheet, then press.'));
	expect(terminal.screen()).toMatch(/base\s+theirs\s+mine/);
	terminal.press('esc');
	await terminal.until(/Traffic[^]*draft/);
});

it('says that it already is as was asked when somebody else asked for the same, and offers nothing more', async () => {
	await test.start();
	await using terminal = await open('cart');
	terminal.press('R');
	await terminal.until(/Dry run: the server would accept it/);
	await theyGiveCanary(0);
	terminal.press('enter');
	await terminal.until(shows('nothing is left to do: cart already is as was asked.'));
	expect(terminal.screen()).not.toMatch(/apply mine|keep editing/);
	terminal.press('e');
	await terminal.until(shows('cart already is as was asked: somebody else made it so'));
	await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+100/);
	expect(terminal.screen()).not.toMatch(/draft/);
});
