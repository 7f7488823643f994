/** A service is deleted, or deleted and made again, while somebody types a form for it: nothing that was typed is lost. */
import {describe, expect, it} from 'vitest';
import {
	cycleSort,
	focusPane,
	moveSelection,
	notify,
	openFilter,
	setFilter,
} from '../../source/console/state/select.js';
import {openRequests} from '../../source/console/live/request-sheet.js';
import {
	addRevision,
	beginValue,
	evenShares,
	nudge,
	takeRowOut,
	toggleFollow,
	toggleLock,
} from '../../source/console/state/draft.js';
import {selectNamed} from '../support/select.js';
import {
	selectedIndex,
	selectedRevision,
	selectedRow,
	selectedService,
	shownSplit,
	serviceRows,
	whyNoService,
} from '../../source/console/state/read.js';
import {servingPath} from '../../source/kube/paths.js';
import {splitSeen, until} from '../support/world.js';
import {console, deleted, first, madeAnew, withSelectedService, world} from './deleted-service.js';

withSelectedService();

const selected = () => selectedService(console.store.getState())?.name;

const rows = () => serviceRows(console.store.getState()).map(({name}) => name);

const place = () => selectedIndex(console.store.getState());

describe('the selection on a service that is deleted', () => {
	it('stays at its place and is of no other, until the operator moves it', async () => {
		selectNamed(console.store, 'payments');
		const before = place();
		await world.delete('payments');
		await until(console.store, 'payments gone', ({services}) =>
			services.every(({name}) => name !== 'payments'),
		);
		expect(selected()).toBeUndefined();
		expect(place()).toBe(before);
		expect(rows()).toContain('payments');
		console.rollBack();
		expect(console.store.getState().sheets).toEqual([]);
		expect(console.store.getState().notice?.text).toBe('payments was deleted. ↑↓ selects another service.');
		moveSelection(console.store, {by: -1});
		expect(selected()).toBe(rows()[before - 1]);
		expect(rows()).not.toContain('payments');
	});

	it('is not on the one that is made again under its name', async () => {
		await deleted();
		await madeAnew();
		expect(selected()).toBeUndefined();
		expect(rows().filter(name => name === 'cart')).toHaveLength(2);
		await console.complete();
		expect(console.store.getState().sheets).toEqual([]);
		moveSelection(console.store, {by: 1});
		expect(selected()).toBe('cart');
		expect(rows().filter(name => name === 'cart')).toHaveLength(1);
	});

	it.each([
		['by trouble', 1],
		['by age', 2],
	])('stays at its place among services that are listed %s', async (_, presses) => {
		for (let press = 0; press < presses; press++) cycleSort(console.store);
		selectNamed(console.store, 'checkout');
		const before = place();
		await world.delete('checkout');
		await until(console.store, 'checkout gone', ({services}) =>
			services.every(({name}) => name !== 'checkout'),
		);
		expect(place()).toBe(before);
		expect(rows()).toHaveLength(3);
	});

	it('is on no other after a filter that shows none, nor when it is cleared', async () => {
		setFilter(console.store, 'cart');
		await deleted();
		expect(selected()).toBeUndefined();
		setFilter(console.store, '');
		expect(selected()).toBeUndefined();
	});
});

it('the selection stays on the revision it is on when newer ones come, and on none when it goes', async () => {
	expect(selectedRevision(console.store.getState())?.name).toBe('cart-00002');
	await world.patch('cart', {
		spec: {
			template: {metadata: {annotations: {'example.com/note': 'x'}}},
			traffic: [{revisionName: 'cart-00001', percent: 100}],
		},
	});
	await until(
		console.store,
		'the third revision',
		({revisions}) => revisions.get('default/cart')?.[0]?.name === 'cart-00003',
	);
	expect(selectedRevision(console.store.getState())?.name).toBe('cart-00002');
	await world.other.request({
		method: 'DELETE',
		path: servingPath('revisions', 'default', 'cart-00002'),
	});
	await until(console.store, 'the second revision gone', ({revisions}) =>
		revisions.get('default/cart')?.every(({name}) => name !== 'cart-00002'),
	);
	expect(selectedRevision(console.store.getState())).toBeUndefined();
	console.deleteRevision();
	expect(console.store.getState().notice?.text).toBe(
		'cart-00002 was deleted. ↑↓ in pane 2 selects another revision.',
	);
});

const shownService = () => selectedService(console.store.getState()) ?? first;

const row = () => selectedRow(console.store.getState(), shownService())?.key;

const shownShares = () =>
	Object.fromEntries(
		shownSplit(console.store.getState(), shownService()).map(({key, percent}) => [key, percent]),
	);

describe('the row of the slider that is selected by default', () => {
	const [stable, canary] = [
		{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 10, tag: 'canary'},
	];

	it('stays selected when somebody puts another before it', async () => {
		expect(row()).toBe('cart-00001');
		await world.split('cart', [canary, stable]);
		await splitSeen(console, 'cart-00002=10 cart-00001=90');
		nudge(console.store, 1);
		expect(row()).toBe('cart-00001');
		expect(shownShares()).toEqual({'cart-00002': 9, 'cart-00001': 91});
	});

	it('is none when somebody takes it out, and says so, until one is selected', async () => {
		await world.split('cart', [{revisionName: 'cart-00002', percent: 100}]);
		await splitSeen(console, 'cart-00002=100');
		expect(row()).toBeUndefined();
		nudge(console.store, -1);
		expect(console.store.getState().notice?.text).toBe(
			'cart-00001 is not in the split any more. ↑↓ selects a row.',
		);
		focusPane(console.store, 'traffic');
		moveSelection(console.store, {by: 1});
		expect(row()).toBe('cart-00002');
	});

	it('that follows the latest stays with the revision when that is pinned, and with the latest when a new one is', async () => {
		selectNamed(console.store, 'checkout');
		expect(row()).toBe('@latest');
		await world.split('checkout', [
			{latestRevision: true, percent: 0, tag: 'canary'},
			{revisionName: 'checkout-00001', percent: 100},
		]);
		await until(console.store, 'the pinned row', ({services}) =>
			services.some(({name, specTraffic}) => name === 'checkout' && specTraffic.length === 2),
		);
		expect(row()).toBe('checkout-00001');
	});

	it('is another for another service, and for the same one again', async () => {
		selectNamed(console.store, 'payments');
		selectNamed(console.store, 'cart');
		expect(row()).toBe('cart-00001');
	});
});

/** What is said when a key is pressed. */
const says = (press: () => unknown) => {
	notify(console.store, undefined);
	press();
	return console.store.getState().notice?.text;
};

it('keys of the split say that the service is gone, and what to do', async () => {
	await deleted();
	const {store, live} = console;
	const keys = [evenShares, toggleLock, toggleFollow, addRevision, takeRowOut, beginValue, openRequests];
	const presses = [...keys.map(key => () => key(store)), () => nudge(store, 1), () => live.burst()];
	for (const press of [...presses, () => void live.toggle()]) {
		expect(says(press)).toBe('cart was deleted. ↑↓ selects another service.');
	}
	expect(selectedService(store.getState())).toBeUndefined();
});

it('what is hidden by a filter is not acted upon, and is selected again when the filter goes', () => {
	setFilter(console.store, 'nothing has this name');
	expect(selected()).toBeUndefined();
	expect(whyNoService(console.store.getState())).toBe('cart is hidden by the filter. Esc clears it.');
	setFilter(console.store, '');
	expect(selected()).toBe('cart');
});

it('what is typed replaces the filter that stands there, and other keys edit it', () => {
	const {store} = console;
	setFilter(store, 'fol');
	openFilter(store);
	for (const typed of ['fold', 'du', 'duo']) setFilter(store, typed);
	expect(store.getState().filter).toBe('duo');
	openFilter(store);
	for (const typed of ['du', 'dux']) setFilter(store, typed);
	expect(store.getState().filter).toBe('dux');
});
