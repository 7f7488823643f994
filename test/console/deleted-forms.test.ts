/** A form of a service that somebody deletes, or makes anew. */
import {describe, expect, it} from 'vitest';
import {serviceOfForm} from '../../source/console/forms/form-service.js';
import {
	changeRevisionForm,
	changeTagForm,
	openRevisionForm,
	openTagForm,
} from '../../source/console/forms/forms.js';
import {closeSheet, isForm} from '../../source/console/state/select.js';
import {selectNamed} from '../support/select.js';
import {selectedRevision} from '../../source/console/state/read.js';
import {initialRevision} from '../../source/knative/forms/revision-form.js';
import {reviewOf} from '../support/world.js';
import {console, deleted, first, madeAnew, withSelectedService, world} from './deleted-service.js';

withSelectedService();

/** The form on top or under the review. */
function form() {
	const found = console.store.getState().sheets.findLast(isForm);
	if (!found || found.kind === 'create service') throw new Error('no form of a service is open');
	return found;
}

const absence = () => serviceOfForm(console.store.getState(), form()).kind;

function typeVariable(): void {
	openRevisionForm(console.store);
	changeRevisionForm(console.store, {
		env: [...initialRevision(first).env, {name: 'LONG', value: 'draft'}],
	});
}

describe('a form of a service that is deleted', () => {
	it('keeps what was typed, cannot be reviewed, and says why', async () => {
		typeVariable();
		await deleted();
		expect(absence()).toBe('gone');
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

describe('a form of a service that is deleted and made anew', () => {
	it('is reviewed on the new one: what was typed is put on it, all else is as it has it', async () => {
		typeVariable();
		await deleted();
		await madeAnew();
		expect(absence()).toBe('another');
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
		expect(absence()).toBe('another');
		await console.submitForm();
		closeSheet(console.store);
		closeSheet(console.store);
		openRevisionForm(console.store);
		expect(absence()).toBe('there');
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
