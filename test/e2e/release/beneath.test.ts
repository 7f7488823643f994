/** What the screen says when somebody deletes what one is looking at or typing for, and how one gets from there to a review. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openBuiltConsole} from '../../support/program/console.js';
import {openOnWorld, shows} from '../../support/program/on-world.js';
import {startWorld, type World} from '../../support/world.js';

let world: World;
let state: string;

beforeEach(async () => {
	state = await mkdtemp(path.join(tmpdir(), 'kn-canary-state-'));
	world = await startWorld();
});

afterEach(async () => {
	await world.stop();
	await rm(state, {recursive: true, force: true});
});

const open = async (service: string, args: readonly string[] = []) =>
	openOnWorld(world, {service, args, state});

describe('from what is only looked at', () => {
	const sheets = [
		['v', /Test request: cart/],
		['e', /Events of service cart/],
		['y', /Service cart/],
		['L', /Log of cart-00002/],
		['w', /▸History/],
		['?', /Keys in the services pane/],
	] as const;

	it('R leads to the review of a roll back, and c to that of a completion, in place of the sheet', async () => {
		await using terminal = await open('cart');
		const reviews = [
			['R', /Roll back cart/],
			['c', /Promote the canary of cart/],
		] as const;
		for (const [key, title] of sheets) {
			for (const [letter, review] of reviews) {
				if (key === 'L' && letter === 'c') continue;
				terminal.press(key);
				await terminal.until(title);
				terminal.press(letter);
				await terminal.until(review);
				terminal.press('esc');
				await terminal.until(/1 Services/);
			}
		}
		expect((await world.service('cart')).specTraffic[0]).toMatchObject({percent: 90});
		terminal.press('L');
		await terminal.until(/Log of cart/);
		terminal.press('R');
		await terminal.until(/Roll back cart/);
		terminal.press('enter');
		await terminal.until(/1 Services[^]*cart[\s█▓▒░#=.]+100/);
	});

	it('R does so while a share is being typed too', async () => {
		await using terminal = await open('cart');
		terminal.press('3', '%', '5');
		await terminal.until(/5▏ %/);
		terminal.press('R');
		await terminal.until(/Roll back cart/);
		terminal.press('esc');
		await terminal.until(screen => screen.includes('1 Services') && !screen.includes('▏ %'));
	});

	it('R stays there and says why where nothing can be reviewed', async () => {
		await using terminal = await open('cart', ['--read-only']);
		terminal.press('e');
		await terminal.until(/Events of service cart/);
		terminal.press('R');
		await terminal.until(/Events of service cart[^]*roll back: Not allowed here: started with --read-only/);
	});
});

describe('a filter whose only service is deleted', () => {
	it.each([
		['before', 'it is typed'],
		['after', 'it was typed'],
	])('%s %s: blames no other one, and none is selected until somebody moves there', async when => {
		await using terminal = openBuiltConsole({
			args: ['--kubeconfig', world.sandbox.kubeconfigPath],
			cols: 80,
			rows: 24,
			env: {XDG_STATE_HOME: state},
		});
		await terminal.until(/Revisions of cart/);
		const deletion = async () => {
			await world.delete('cart');
			await terminal.until(/✗ cart[^]*checkout/);
		};
		if (when === 'before') await deletion();
		terminal.press('/');
		// A letter of its name is one of another's, too.
		for (const letter of 'cart') {
			terminal.type(letter);
			await terminal.until(new RegExp(`/[cart]*${letter}`));
		}
		terminal.press('enter');
		await terminal.until(/tab pane/);
		if (when === 'after') {
			await terminal.until(/Revisions of cart/);
			await world.delete('cart');
		}
		await terminal.until(/✗ cart/);
		await terminal.until(shows('cart was deleted. Esc clears the filter.'));
		expect(terminal.screen()).not.toContain('checkout');
		const times = () => terminal.screen().split('cart was deleted').length - 1;
		terminal.press('R');
		await terminal.until(() => times() === 2);
		terminal.press('esc');
		await terminal.until(() => times() === 1);
		terminal.press('esc');
		await terminal.until(/✗ cart[^]*checkout/);
		await terminal.until(shows('cart was deleted. ↑↓ selects another service.'));
		expect(terminal.screen()).not.toContain('Revisions of checkout');
		terminal.press('down');
		await terminal.until(/Revisions of checkout/);
	});

	it('is said to show none where nothing has that name, and selects none of what half the name would find', async () => {
		await using terminal = await open('payments');
		await world.delete('cart');
		terminal.press('esc');
		await terminal.until(/checkout/);
		terminal.press('/');
		await terminal.until(/keep filter/);
		terminal.type('cart');
		await terminal.until(shows('No “cart”. Esc clears. States: failed, deploying, ready, releasing'));
		expect(terminal.screen()).not.toMatch(/checkout|payments/);
		terminal.press('esc');
		await terminal.until(/Revisions of payments/);
	});
});

describe('a form whose service somebody deletes', () => {
	it('says so at once and stays as typed; made again, it is said to be another one, and reviewed on it', async () => {
		await using terminal = await open('cart');
		terminal.press('r');
		await terminal.until(/New revision of cart/);
		// Past the image and the variable that is there.
		terminal.press('tab', 'tab');
		terminal.type('LONG=draft');
		await terminal.until(/LONG=draft/);
		await world.delete('cart');
		await terminal.until(shows('cart was deleted. What you typed stays, here and after Esc'));
		expect(terminal.screen()).toMatch(/Image[^]*LONG=draft[^]*Initial traffic %\s+0/);
		terminal.press('ctrl-s');
		await terminal.until(shows('Nothing to review: there is no service cart any more.'));
		terminal.type('s');
		await terminal.until(/LONG=drafts/);

		await world.createAnew('cart', [{name: 'OWN', value: 'its'}]);
		await terminal.until(shows('cart was deleted, and the cart there now is another one.'));
		expect(terminal.screen()).toContain('LONG=drafts');
		// A review from before its first revision is ready is one of another split: the panes tell when it is.
		terminal.press('esc');
		await terminal.until(/● cart +100/);
		terminal.press('down');
		await terminal.until(/▸ ● cart +100[^]*…00001[^\n]*● Ready/);
		terminal.press('r');
		await terminal.until(/LONG=drafts/);
		terminal.press('ctrl-s');
		await terminal.until(shows('This is another cart than the one this was typed for: that was deleted.'));
		await terminal.until(/Dry run: the server would accept it/);
		terminal.press('esc');
		// On the new one the form has its variables, and what was typed.
		await terminal.until(/OWN=•••[^]*LONG=drafts/);
		expect(terminal.screen()).not.toContain('was deleted');
	});

	it.each([
		['s', /Autoscaling of cart/, 'tab', /Min pods/],
		['t', /Tags of cart-0000\d/, 'end', /Tags /],
	] as const)('keeps its fields: %s', async (key, title, field, label) => {
		await using terminal = await open('cart');
		terminal.press(key);
		await terminal.until(title);
		terminal.press(field, 'ctrl-u', '7');
		await terminal.until(new RegExp(`${label.source}[^]*7`));
		await world.delete('cart');
		await terminal.until(shows('cart was deleted. What you typed stays'));
		expect(terminal.screen()).toMatch(label);
	});
});
