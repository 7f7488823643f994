/** A service is deleted, or deleted and made again, while somebody types a form for it: nothing that was typed is lost. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Console} from '../../source/console/console.js';
import {serviceOfForm} from '../../source/console/forms/form-service.js';
import {
	changeRevisionForm,
	changeTagForm,
	openRevisionForm,
	openTagForm,
} from '../../source/console/forms/forms.js';
import {
	closeSheet,
	cycleSort,
	focusPane,
	isForm,
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
import {initialRevision} from '../../source/knative/forms/revision-form.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {servingPath} from '../../source/kube/paths.js';
import {reviewOf, splitSeen, startWorld, until, type World} from '../support/world.js';

let world: World;
let console: Console;
let first: ServiceView;

beforeEach(async () => {
	world = await startWorld();
	console = await world.console('cart');
	first = await world.service('cart');
});

afterEach(async () => {
	await world.stop();
});

/** The form on top or under the review. */
function form() {
	const found = console.store.getState().sheets.findLast(isForm);
	if (!found || found.kind === 'create service') throw new Error('no form of a service is open');
	return found;
}

const selected = () => selectedService(console.store.getState())?.name;
const fate = () => serviceOfForm(console.store.getState(), form()).kind;

async function deleted(): Promise<void> {
	await world.delete('cart');
	await until(console.store, 'cart gone', ({services}) => services.every(({name}) => name !== 'cart'));
}

/** With a variable of its own, Ready, and with its first revision. */
async function madeAnew(): Promise<void> {
	await world.createAnew('cart', [{name: 'OWN', value: 'of the new one'}]);
	await until(
		console.store,
		'the new cart',
		({services, revisions}) =>
			services.some(({name, uid, latestReady}) => name === 'cart' && uid !== first.uid && latestReady) &&
			revisions.get('default/cart')?.some(({name}) => name === 'cart-00001'),
	);
}

function typeVariable(): void {
	openRevisionForm(console.store);
	changeRevisionForm(console.store, {
		env: [...initialRevision(first).env, {name: 'LONG', value: 'draft'}],
	});
}

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

it('keys of the split say that the service is gone, and what to do', async () => {
	await deleted();
	const says = (press: () => unknown) => {
		notify(console.store, undefined);
		press();
		return console.store.getState().notice?.text;
	};
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

describe('a form of a service that is deleted', () => {
	it('keeps what was typed, cannot be reviewed, and says why', async () => {
		typeVariable();
		await deleted();
		expect(fate()).toBe('gone');
		await console.submitForm();
		expect(form()).toMatchObject({values: {env: expect.arrayContaining([{name: 'LONG', value: 'draft'}])}});
		expect(console.store.getState().notice?.text).toBe(
			'Nothing to review: there is no service cart any more.',
		);
	});

	it('goes on being judged as one types', async () => {
		typeVariable();
		await deleted();
		changeRevisionForm(console.store, {percent: '101'});
		expect(form().errors).toHaveProperty('percent');
	});

	it('under its review stays as typed when the write finds nothing', async () => {
		typeVariable();
		await console.submitForm();
		await deleted();
		await console.confirm();
		expect(console.store.getState().notice?.text).toBe('Nothing was written. cart was deleted.');
		closeSheet(console.store);
		expect(form()).toMatchObject({
			refusal: undefined,
			values: {env: expect.arrayContaining([{name: 'LONG', value: 'draft'}])},
		});
	});
});

describe('a form of a service that is deleted and made again', () => {
	it('is reviewed on the new one: what was typed is put on it, all else is as it has it', async () => {
		typeVariable();
		await deleted();
		await madeAnew();
		expect(fate()).toBe('another');
		await console.submitForm();
		const second = await world.service('cart');
		const {plan} = reviewOf(console.store.getState());
		expect(plan.write).toMatchObject({kind: 'patch', uid: second.uid});
		expect(plan.facts).toContainEqual({label: 'LONG', value: 'new', uncovered: 'draft  (new)'});
		expect(plan.warnings[0]?.sentence).toBe(
			'This is another cart than the one this was typed for: that was deleted.',
		);
		await console.confirm();
		expect((await world.service('cart')).summary.env.map(({name, value}) => [name, value])).toEqual([
			['OWN', 'of the new one'],
			['LONG', 'draft'],
		]);
	});

	it('that was closed before is there again for the new one, and is not lost by being taken over', async () => {
		typeVariable();
		closeSheet(console.store);
		await deleted();
		await madeAnew();
		selectNamed(console.store, 'cart');
		openRevisionForm(console.store);
		expect(fate()).toBe('another');
		await console.submitForm();
		closeSheet(console.store);
		closeSheet(console.store);
		openRevisionForm(console.store);
		expect(fate()).toBe('there');
		expect(form()).toMatchObject({
			values: {
				env: [
					{name: 'OWN', value: 'of the new one'},
					{name: 'LONG', value: 'draft'},
				],
			},
		});
		expect([...console.store.getState().leftForms.values()]).toHaveLength(1);
	});

	it('under its review is not written to, and leads back to what was typed', async () => {
		typeVariable();
		await console.submitForm();
		await deleted();
		await madeAnew();
		const {generation} = await world.service('cart');
		await console.confirm();
		expect(console.store.getState().notice?.text).toBe(
			'Nothing was written. cart was deleted, and the one there now is another.',
		);
		expect((await world.service('cart')).generation).toBe(generation);
		closeSheet(console.store);
		expect(form()).toMatchObject({values: {env: expect.arrayContaining([{name: 'LONG', value: 'draft'}])}});
	});

	it('of tags is reviewed where the new one has that revision, and says what to do where it has not', async () => {
		expect(selectedRevision(console.store.getState())?.name).toBe('cart-00002');
		openTagForm(console.store);
		changeTagForm(console.store, 'kept');
		await deleted();
		await madeAnew();
		await console.submitForm();
		expect(form()).toMatchObject({
			values: {tags: 'kept'},
			refusal:
				'The cart there now has no revision cart-00002. Esc goes back; t tags the revision that is selected there.',
		});
		closeSheet(console.store);

		selectNamed(console.store, 'cart');
		openTagForm(console.store);
		expect(form()).toMatchObject({revision: 'cart-00001', isAnother: false});
	});
});
