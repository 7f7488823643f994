/** A console on a service that somebody deletes, and makes anew. */
import {afterEach, beforeEach} from 'vitest';
import type {Console} from '../../source/console/console.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {startWorld, until, type World} from '../support/world.js';

export let world: World;
export let console: Console;
export let first: ServiceView;

export async function deleted(): Promise<void> {
	await world.delete('cart');
	await until(console.store, 'cart gone', ({services}) => services.every(({name}) => name !== 'cart'));
}

/** With a variable of its own, Ready, and with its first revision. */
export async function madeAnew(): Promise<void> {
	await world.createAnew('cart', [{name: 'OWN', value: 'of the new one'}]);
	await until(
		console.store,
		'the new cart',
		({services, revisions}) =>
			services.some(({name, uid, latestReady}) => name === 'cart' && uid !== first.uid && latestReady) &&
			revisions.get('default/cart')?.some(({name}) => name === 'cart-00001'),
	);
}

/** For each test a console of its own, on a sandbox of its own. */
export function withSelectedService(): void {
	beforeEach(async () => {
		world = await startWorld();
		console = await world.console('cart');
		first = await world.service('cart');
	});

	afterEach(async () => {
		await world.stop();
	});
}
