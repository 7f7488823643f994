/** When somebody else was first, and made it as was asked: nothing is left to do, and nothing to write. */
import {describe, expect, it} from 'vitest';
import {nudge} from '../../../../source/console/state/draft.js';
import {
	changeRevisionForm,
	changeTagForm,
	openRevisionForm,
	openTagForm,
} from '../../../../source/console/forms/forms.js';
import {draftOf, selectedService} from '../../../../source/console/state/read.js';
import {onCart} from '../../../support/on-cart.js';
import {reviewOf, splitSeen} from '../../../support/world.js';
import {theirs} from './theirs.js';

const on = onCart();

const draft = () => draftOf(on.console.store.getState(), selectedService(on.console.store.getState()));

describe('when theirs is what was asked for', () => {
	const whole = [
		{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
	];

	async function meetTheSame(): Promise<void> {
		on.console.rollBack();
		await on.world.split('cart', whole);
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({
			kind: 'conflict',
			already: true,
			sentence:
				'Nothing was written, and nothing is left to do: cart already is as was asked. It changed since you opened this.',
		});
	}

	it.each(['keepEditing', 'takeTheirs'] as const)('%s leaves no draft', async way => {
		await meetTheSame();
		on.console[way]();
		expect(on.console.store.getState().sheets).toEqual([]);
		expect(draft()).toBeUndefined();
		expect(on.console.store.getState().notice?.text).toBe(
			'cart already is as was asked: somebody else made it so; nothing was written.',
		);
	});

	it('mine cannot be put on top', async () => {
		await meetTheSame();
		await on.console.putMineOnTop();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({kind: 'conflict'});
	});

	it('a draft of something else stays', async () => {
		nudge(on.console.store, -10);
		await meetTheSame();
		on.console.keepEditing();
		expect(draft()?.split).toMatchObject([{percent: 80}, {percent: 20}]);
	});

	it('of a draft, the draft goes', async () => {
		nudge(on.console.store, -60);
		on.console.reviewDraft();
		await on.world.split('cart', theirs);
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({already: true});
		on.console.keepEditing();
		expect(draft()).toBeUndefined();
	});

	it('of tags, nothing is left in their form', async () => {
		openTagForm(on.console.store);
		changeTagForm(on.console.store, 'next');
		await on.console.submitForm();
		await on.world.split('cart', [
			{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 10, tag: 'next'},
		]);
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({already: true});
		on.console.keepEditing();
		expect(on.console.store.getState()).toMatchObject({sheets: [], leftForms: new Map()});
	});

	it('but a new revision is still to be made', async () => {
		openRevisionForm(on.console.store);
		changeRevisionForm(on.console.store, {image: 'registry.example.com/shop/helloworld-go:2'});
		await on.console.submitForm();
		const {splits} = reviewOf(on.console.store.getState()).plan;
		await on.world.split(
			'cart',
			splits!.after.map(row => ({
				...(row.latest ? {latestRevision: true} : {revisionName: row.key}),
				percent: row.percent,
				...(row.tags[0] !== undefined && {tag: row.tags[0]}),
			})),
		);
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({kind: 'conflict', already: false});
	});

	it('a draft that somebody else made so meanwhile is not left as one when it is to be reviewed', async () => {
		nudge(on.console.store, -60);
		await on.world.split('cart', theirs);
		await splitSeen(on.console, 'cart-00001=30 cart-00002=70');
		on.console.reviewDraft();
		expect(draft()).toBeUndefined();
		expect(on.console.store.getState().notice?.text).toBe('cart has this split already.');
	});
});
