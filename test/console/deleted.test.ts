/** A service is deleted, or deleted and made anew, while somebody types a form for it: nothing that was typed is lost. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Console} from '../../source/console/console.js';
import {serviceOfForm} from '../../source/console/forms/form-service.js';
import {
	changeRevisionForm,
	changeTagForm,
	openRevisionForm,
	openTagForm,
} from '../../source/console/forms/forms.js';
import {closeSheet, isForm, selectService, setFilter} from '../../source/console/state/select.js';
import {selectedService} from '../../source/console/state/read.js';
import {initialRevision} from '../../source/knative/forms/revision-form.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {reviewOf, startWorld, until, type World} from '../support/world.js';

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
			revisions.get('cart')?.some(({name}) => name === 'cart-00001'),
	);
}

function typeVariable(): void {
	openRevisionForm(console.store);
	changeRevisionForm(console.store, {
		env: [...initialRevision(first).env, {name: 'LONG', value: 'draft'}],
	});
}

describe('the selection on a service that is deleted goes', () => {
	it('to the one that has its place among those that the filter shows', async () => {
		selectService(console.store, 'payments');
		setFilter(console.store, 'a');
		expect(selected()).toBe('payments');
		await world.delete('payments');
		await until(console.store, 'another selection', state => state.service === 'cart');
		expect(selected()).toBe('cart');
	});

	it('nowhere where the filter shows no other, and to the first one when that is cleared', async () => {
		setFilter(console.store, 'cart');
		await deleted();
		expect(console.store.getState().service).toBeUndefined();
		setFilter(console.store, '');
		expect(selected()).toBe('checkout');
	});
});

describe('a form of a service that is deleted', () => {
	it('keeps what was typed, cannot be reviewed, and says why', async () => {
		typeVariable();
		await deleted();
		expect(fate()).toBe('gone');
		console.submitForm();
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
		console.submitForm();
		await world.delete('cart');
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({
			kind: 'refused',
			sentence: 'Not done: cart does not exist in namespace default any more.',
		});
		closeSheet(console.store);
		expect(form()).toMatchObject({
			refusal: undefined,
			values: {env: expect.arrayContaining([{name: 'LONG', value: 'draft'}])},
		});
	});
});

describe('a form of a service that is deleted and made anew', () => {
	it('is reviewed on the new one: what was typed is put on it, all else is as it has it', async () => {
		typeVariable();
		await deleted();
		await madeAnew();
		expect(fate()).toBe('another');
		console.submitForm();
		const second = await world.service('cart');
		const {plan} = reviewOf(console.store.getState());
		expect(plan.write).toMatchObject({kind: 'patch', uid: second.uid});
		expect(plan.facts).toContainEqual({label: 'LONG', value: 'draft  (new)'});
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
		selectService(console.store, 'cart');
		openRevisionForm(console.store);
		expect(fate()).toBe('another');
		console.submitForm();
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

	it('under its review is met as a conflict that says so, and leads back to what was typed', async () => {
		typeVariable();
		console.submitForm();
		await world.delete('cart');
		await world.createAnew('cart');
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({
			kind: 'conflict',
			sentence:
				'Not done: cart was deleted while you were looking, and the one there now is another. Nothing was written.',
		});
		console.keepEditing();
		expect(form()).toMatchObject({values: {env: expect.arrayContaining([{name: 'LONG', value: 'draft'}])}});
	});

	it('of tags is reviewed where the new one has that revision, and says what to do where it has not', async () => {
		console.store.setState(({revision}) => ({revision: new Map(revision).set(first.uid, 'cart-00002')}));
		openTagForm(console.store);
		changeTagForm(console.store, 'kept');
		await deleted();
		await madeAnew();
		console.submitForm();
		expect(form()).toMatchObject({
			values: {tags: 'kept'},
			refusal:
				'The cart there now has no revision cart-00002. Esc goes back; t tags the revision that is selected there.',
		});
		closeSheet(console.store);

		selectService(console.store, 'cart');
		openTagForm(console.store);
		expect(form()).toMatchObject({revision: 'cart-00001', isAnother: false});
	});
});
