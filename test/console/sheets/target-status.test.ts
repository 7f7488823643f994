/** What an open review is told of the service underneath it: what the guard of its write will find. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Console} from '../../../source/console/console.js';
import {underneath} from '../../../source/console/sheets/target-status.js';
import {selectedService} from '../../../source/console/state/read.js';
import {reviewOf, startWorld, until, type World} from '../../support/world.js';

let world: World;
let console: Console;

beforeEach(async () => {
	world = await startWorld();
	console = await world.console('cart');
});

afterEach(async () => {
	await world.stop();
});

const told = () => underneath(console.store.getState(), reviewOf(console.store.getState()).plan)?.sentence;

/** Waits until the watch has told of a change of cart after this one. */
async function after(change: () => Promise<void>): Promise<void> {
	const before = selectedService(console.store.getState())?.resourceVersion;
	await change();
	await until(console.store, 'the change', state => {
		const now = state.services.find(({name}) => name === 'cart');
		return now?.resourceVersion !== before;
	});
}

const template = async () =>
	world.patch('cart', {spec: {template: {metadata: {annotations: {'example.com/note': 'x'}}}}});

describe('a review of a split is told', () => {
	beforeEach(() => console.rollBack());

	it('of nothing as long as the service is as it was', async () => {
		expect(told()).toBeUndefined();
		await after(async () => world.patch('cart', {metadata: {labels: {team: 'shop'}}}));
		expect(told()).toBeUndefined();
	});

	it('of a change of the split', async () => {
		await after(async () => world.split('cart', [{revisionName: 'cart-00002', percent: 100}]));
		expect(told()).toBe('The split was changed by somebody else meanwhile.');
	});

	it('of a change of the template', async () => {
		await after(template);
		expect(told()).toBe('The service was changed by somebody else meanwhile.');
	});

	it('of an own change that the watch tells of only now, but not as somebody else’s', async () => {
		const {uid, generation} = await world.service('cart');
		console.store.setState(({moves}) => ({
			moves: new Map(moves).set(uid, {
				generation: generation + 1,
				askedAt: 0,
				own: true,
				movedAt: undefined,
				refusalTold: false,
			}),
		}));
		await after(async () => world.split('cart', [{revisionName: 'cart-00002', percent: 100}]));
		expect(told()).toBe('The split was changed meanwhile.');
	});

	it('of nothing where another namespace is watched', () => {
		console.store.setState({namespace: 'elsewhere', services: []});
		expect(told()).toBeUndefined();
	});
});

it('a review of deleting a service is told that it went, and of no change, since it needs none', async () => {
	console.deleteService();
	await after(template);
	expect(told()).toBeUndefined();
	await after(async () => world.delete('cart'));
	expect(told()).toBe('cart was deleted meanwhile.');
});
