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
import {draftOf, selectedService, shownSplit} from '../../../source/console/state/read.js';
import {formatRejection} from '../../../source/knative/release/evidence/rejection.js';
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
		const why = /cart-00002 was taken back to 0 %. Select the row/;
		for (const give of [() => nudge(store, -10), () => takeRowOut(store), () => beginValue(store)]) {
			store.setState({notice: undefined});
			give();
			expect(state().notice?.text).toMatch(why);
		}
		// Digits are of the share that was begun, and of no pane; nothing of it is drawn, or taken over.
		for (const digit of '40') typeDigit(store, digit);
		expect([state().typed, shares()]).toEqual(['40', [100, 0]]);
		expect(state().notice?.text).toMatch(why);
		store.setState({notice: undefined});
		expect(setTyped(store)).toBe(false);
		expect(state().notice?.text).toMatch(why);
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

const shares = () => shownSplit(state(), selectedService(state())!).map(({percent}) => percent);

const routed = async (...percents: readonly number[]) => {
	await on.world.patch('cart', {
		spec: {
			traffic: percents.map((percent, index) => ({revisionName: `cart-0000${index + 1}`, percent})),
			template: {metadata: {annotations: {'example.com/note': 'x'}}},
		},
	});
	await until(on.console.store, 'the split', ({services}) =>
		services.some(
			({name, specTraffic, latestReady}) =>
				name === 'cart' &&
				latestReady === 'cart-00003' &&
				specTraffic.length === percents.length &&
				specTraffic.every(({percent}, index) => percent === percents[index]),
		),
	);
};

describe('beside two others', () => {
	it('what the row gave up to one comes back from that one, by every key', async () => {
		await routed(100, 0, 0);
		await chosen('cart-00001');
		const {store} = on.console;
		nudge(store, -10);
		nudge(store, -10);
		expect(shares()).toEqual([80, 0, 20]);
		nudge(store, 10);
		expect(shares()).toEqual([90, 0, 10]);
		beginValue(store);
		for (const digit of '95') typeDigit(store, digit);
		expect(shares()).toEqual([95, 0, 5]);
		expect(setTyped(store)).toBe(true);
		expect(shares()).toEqual([95, 0, 5]);
		// Whatever becomes known of it now, the shares tell where it goes.
		const rejected = formatRejection({by: 'ann', at: Date.now(), why: ''});
		store.setState(({revisions}) => ({
			revisions: new Map(
				[...revisions].map(([of, views]) => [
					of,
					views.map(view => (view.name === 'cart-00003' ? {...view, rejected} : view)),
				]),
			),
		}));
		takeRowOut(store);
		expect([state().notice?.text, shares()]).toEqual([undefined, [0, 100]]);
	});

	it('goes to no other row by Enter than was shown', async () => {
		await routed(90, 10, 0);
		await chosen('cart-00001');
		const {store} = on.console;
		beginValue(store);
		for (const digit of '80') typeDigit(store, digit);
		expect(shares()).toEqual([80, 20, 0]);
		await routed(100, 0, 0);
		expect(setTyped(store)).toBe(false);
		expect(draft()).toBeUndefined();
		expect(state().notice?.text).toBe(
			'What cart-00001 gives up would go to cart-00003 by now, which was not shown. Type it again.',
		);
	});
});
