/** When somebody else was first: nothing is written, nothing is lost, and there are three ways on. */
import {describe, expect, it} from 'vitest';
import {nudge} from '../../../../source/console/state/draft.js';
import {changeRevisionForm, openRevisionForm} from '../../../../source/console/forms/forms.js';
import {draftOf, selectedService} from '../../../../source/console/state/read.js';
import {onCart} from '../../../support/on-cart.js';
import {reviewOf, until} from '../../../support/world.js';
import {othersSplit, theirs} from './theirs.js';

const on = onCart();

/** A draft of 80/20 on review, and somebody else's 30/70 that comes before the Enter. */
async function meet(): Promise<void> {
	nudge(on.console.store, -10);
	on.console.reviewDraft();
	await on.world.split('cart', theirs);
	await on.console.confirm();
	expect(reviewOf(on.console.store.getState()).phase).toMatchObject({
		kind: 'conflict',
		base: [{percent: 90}, {percent: 10}],
		mine: [{percent: 80}, {percent: 20}],
		theirs: [{percent: 30}, {percent: 70}],
		by: 'sandbox-admin',
	});
}

const draft = () => draftOf(on.console.store.getState(), selectedService(on.console.store.getState()));

const splitThere = async () => (await on.world.service('cart')).specTraffic.map(({percent}) => percent);

const tagsOf = (rows: readonly {key: string; tags: readonly string[]}[]) =>
	rows.map(({key, tags}) => `${key} ${tags.join(',')}`);

describe('a tag that somebody moves', () => {
	const moved = [
		{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 10},
		{revisionName: 'cart-00001', percent: 0, tag: 'canary'},
	];
	const wanted = ['cart-00001 stable,canary', 'cart-00002 '];

	it('under a draft stays where it is by then', async () => {
		nudge(on.console.store, -10);
		await on.world.split('cart', moved);
		await until(on.console.store, 'the moved tag', ({services}) =>
			services.some(({name, specTraffic}) => name === 'cart' && specTraffic.length === 3),
		);
		expect(tagsOf(draft()?.split ?? [])).toEqual(wanted);
		on.console.reviewDraft();
		const {rows} = reviewOf(on.console.store.getState()).plan;
		expect(rows.map(({before, after}) => [before, after])).toEqual([
			[90, 80],
			[10, 20],
		]);
		expect(tagsOf(rows)).toEqual(wanted);
	});

	it('under a review stays there when mine is put on top', async () => {
		nudge(on.console.store, -10);
		on.console.reviewDraft();
		await on.world.split('cart', moved);
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({kind: 'conflict'});
		await on.console.putMineOnTop();
		expect(tagsOf(reviewOf(on.console.store.getState()).plan.rows)).toEqual(wanted);
	});
});

/** What the review on top says of the time since its draft was begun. */
const saidSince = () =>
	reviewOf(on.console.store.getState())
		.plan.warnings.map(({sentence}) => sentence)
		.filter(sentence => sentence.includes('since your draft'));

describe('a draft that was begun before somebody else changed the split', () => {
	it('is reviewed with what has changed, and by whom', async () => {
		nudge(on.console.store, -10);
		await othersSplit(on, 30, 70);
		on.console.reviewDraft();
		expect(saidSince()).toEqual([
			expect.stringMatching(
				/^The split of cart was changed at \d\d:\d\d by sandbox-admin since your draft: cart-00001 90 → 30 %, cart-00002 10 → 70 %\.$/,
			),
		]);
	});

	it('says nothing of a change that left the split as it was', async () => {
		nudge(on.console.store, -10);
		await on.world.patch('cart', {metadata: {labels: {team: 'shop'}}});
		on.console.reviewDraft();
		expect(saidSince()).toEqual([]);
	});
});

describe('after a conflict', () => {
	it('taking theirs leaves it and drops the draft', async () => {
		await meet();
		on.console.takeTheirs();
		const state = on.console.store.getState();
		expect(state.sheets).toEqual([]);
		expect(draftOf(state, selectedService(state))).toBeUndefined();
		expect(await splitThere()).toEqual([30, 70]);
	});

	it('putting mine on top is reviewed again, on theirs, and written only then', async () => {
		await meet();
		await on.console.putMineOnTop();
		const {plan, phase} = reviewOf(on.console.store.getState());
		expect(phase).toEqual({kind: 'open'});
		expect(plan.rows.map(({before, after}) => [before, after])).toEqual([
			[30, 80],
			[70, 20],
		]);
		expect(await splitThere()).toEqual([30, 70]);
		await on.console.confirm();
		expect(await splitThere()).toEqual([80, 20]);
	});

	it('keeping on editing has the draft in the slider, with what it was begun on', async () => {
		await meet();
		on.console.keepEditing();
		const state = on.console.store.getState();
		expect(state.sheets).toEqual([]);
		expect(state.focus).toBe('traffic');
		expect(draftOf(state, selectedService(state))).toMatchObject({
			base: [{percent: 90}, {percent: 10}],
			split: [{percent: 80}, {percent: 20}],
		});
		expect(await splitThere()).toEqual([30, 70]);
	});

	it('of a new revision, what was typed is still in the form', async () => {
		openRevisionForm(on.console.store);
		changeRevisionForm(on.console.store, {image: 'registry.example.com/shop/helloworld-go:2'});
		await on.console.submitForm();
		await on.world.split('cart', theirs);
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({kind: 'conflict'});
		await on.console.putMineOnTop();
		expect(reviewOf(on.console.store.getState()).phase).toEqual({kind: 'open'});
		on.console.store.setState(({sheets}) => ({sheets: sheets.slice(0, -1)}));
		expect(on.console.store.getState().sheets.at(-1)).toMatchObject({
			kind: 'create revision',
			values: {image: 'registry.example.com/shop/helloworld-go:2'},
		});
	});
});
