/** Events and a log beside the answers, against a sandbox over HTTP. */
import {selectNamed} from '../../support/select.js';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {ConsoleState} from '../../../source/console/state/state.js';
import {startWorld, until, type World} from '../../support/world.js';

let world: World;

beforeEach(async () => {
	world = await startWorld();
});

afterEach(async () => {
	await world.stop();
});

/** What is followed, once both have come. */
function followed({beside}: ConsoleState) {
	if (beside?.events.kind !== 'followed' || beside.log?.phase.kind !== 'following') return undefined;
	return beside.log.lines.length > 0 ? {...beside, events: beside.events.events, log: beside.log} : undefined;
}

test('are those of the selected service and of its canary, and of another one once that is selected', async () => {
	const console = await world.console('cart');
	expect(console.store.getState().beside).toBeUndefined();
	console.wantBeside(true);
	const cart = await until(console.store, 'events and log of cart', followed);
	expect(cart.log).toMatchObject({revision: 'cart-00002', container: 'user-container'});
	expect(cart.events.length).toBeGreaterThan(0);
	expect(cart.events.every(({about}) => about.startsWith('cart'))).toBe(true);

	selectNamed(console.store, 'checkout');
	const checkout = await until(console.store, 'those of checkout', state => {
		const found = followed(state);
		return found?.uid === cart.uid ? undefined : found;
	});
	expect(checkout.log.revision).toMatch(/^checkout-/);
	expect(checkout.events.every(({about}) => about.startsWith('checkout'))).toBe(true);
});

test('are followed only while there is room for them', async () => {
	const console = await world.console('cart');
	console.wantBeside(true);
	await until(console.store, 'events and log', followed);
	console.wantBeside(false);
	expect(console.store.getState().beside).toBeUndefined();
	// What comes now is of nobody's concern.
	selectNamed(console.store, 'checkout');
	selectNamed(console.store, 'cart');
	expect(console.store.getState().beside).toBeUndefined();
	console.wantBeside(true);
	expect((await until(console.store, 'them again', followed)).log.revision).toBe('cart-00002');
});
