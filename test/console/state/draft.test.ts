/** The keys of the slider on the operator's unsent split. */
import {describe, expect, it} from 'vitest';
import {
	beginValue,
	nudge,
	setTyped,
	takeRowOut,
	toggleFollow,
	typeDigit,
} from '../../../source/console/state/draft.js';
import {draftOf, selectedService} from '../../../source/console/state/read.js';
import {onCart} from '../../support/on-cart.js';
import {until} from '../../support/world.js';

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

	it.each([
		[0, undefined, '@latest has 0 % and waits for cart-00003, which is not ready: there is nothing to pin.'],
		[10, 'cart-00001=90#stable cart-00002=10 @latest=0#canary', undefined],
	])(
		'leaves the tag of a canary that is not ready to it, where that has %d %%',
		async (percent, split, said) => {
			await on.world.patch('cart', {
				spec: {
					traffic: [
						{revisionName: 'cart-00001', percent: 100 - percent, tag: 'stable'},
						{latestRevision: true, percent, tag: 'canary'},
					],
					template: {spec: {containers: [{image: 'registry.example.com/samples/helloworld-crash:1'}]}},
				},
			});
			await until(on.console.store, 'the revision that crashes', ({services}) =>
				services.some(({latestCreated}) => latestCreated === 'cart-00003'),
			);
			await chosen('@latest');
			toggleFollow(on.console.store);
			const written = draft()?.split.map(
				row => `${row.key}=${row.percent}${row.tags.map(tag => `#${tag}`).join('')}`,
			);
			expect(written?.join(' ')).toBe(split);
			expect(state().notice?.text).toBe(said);
		},
	);
});

const takenBack = async () => {
	await on.world.patch('cart', {
		spec: {
			traffic: [
				{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
				{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
			],
		},
	});
	await until(on.console.store, 'the split', ({services}) =>
		services.some(({specTraffic}) => specTraffic[1]?.percent === 0),
	);
	await chosen('cart-00001');
};

describe('what a row gives up while no other has a share', () => {
	it('goes by no key to what was taken from users, and it is said why', async () => {
		await takenBack();
		const {store} = on.console;
		for (const give of [() => nudge(store, -10), () => takeRowOut(store), () => beginValue(store)]) {
			store.setState({notice: undefined});
			give();
			expect(state().notice?.text).toMatch(/cart-00002 was taken back to 0 %. Select the row/);
		}
		expect([draft(), state().typed]).toEqual([undefined, undefined]);
	});

	it('is got by that one once its own row is selected', async () => {
		await takenBack();
		await chosen('cart-00002');
		const {store} = on.console;
		beginValue(store);
		for (const digit of '20') typeDigit(store, digit);
		expect(setTyped(store)).toBe(true);
		expect(draft()?.split.map(({percent}) => percent)).toEqual([80, 20]);
	});
});
