/** The keys of the slider on the operator's unsent split. */
import {describe, expect, it} from 'vitest';
import {toggleFollow} from '../../../source/console/state/draft.js';
import {draftOf, selectedService} from '../../../source/console/state/read.js';
import {onCart} from '../../support/on-cart.js';

const on = onCart();

const state = () => on.console.store.getState();
const draft = () => draftOf(state(), selectedService(state()));
const chosen = async (key: string) => {
	const {uid} = await on.world.service('cart');
	on.console.store.setState({row: new Map([[uid, key]])});
};

describe('following the latest revision', () => {
	it('gives the users of a row to no other revision, and says why', async () => {
		await chosen('cart-00001');
		toggleFollow(on.console.store);
		expect(draft()).toBeUndefined();
		expect(state().notice?.text).toBe(
			'cart-00001 is not the latest ready revision: its 90 % would go to cart-00002. f is for the row of cart-00002.',
		);
	});

	it('is for the row of the latest ready revision, and back', async () => {
		await chosen('cart-00002');
		toggleFollow(on.console.store);
		expect(draft()?.split).toMatchObject([
			{key: 'cart-00001', percent: 90, tags: ['stable']},
			{key: '@latest', revision: 'cart-00002', percent: 10, tags: ['canary']},
		]);
		toggleFollow(on.console.store);
		expect(draft()).toBeUndefined();
	});
});
