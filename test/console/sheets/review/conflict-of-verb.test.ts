/** What a verb meant when it was chosen it means after a conflict still: an undo, a roll back, a promotion, giving up. */
import {describe, expect, it} from 'vitest';
import {discardDraft, nudge} from '../../../../source/console/state/draft.js';
import {closeSheet} from '../../../../source/console/state/select.js';
import {draftOf, selectedService} from '../../../../source/console/state/read.js';
import {servingPath} from '../../../../source/kube/paths.js';
import {onCart} from '../../../support/on-cart.js';
import {reviewOf, splitSeen, until} from '../../../support/world.js';
import {othersSplit, stableAndCanary, theirs} from './theirs.js';

const on = onCart();
const others = async (stable: number, canary: number) => othersSplit(on, stable, canary);

const said = () => on.console.store.getState().notice?.text;

describe('mine, after a conflict', () => {
	it('of an undo, mine is what was to be put back before, not what theirs would be taken back to', async () => {
		await others(60, 40);
		on.console.undo();
		await on.world.split('cart', theirs);
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({
			kind: 'conflict',
			mine: [{percent: 90}, {percent: 10}],
		});
		await on.console.putMineOnTop();
		expect(reviewOf(on.console.store.getState()).plan.rows).toMatchObject([
			{before: 30, after: 90},
			{before: 70, after: 10},
		]);
		// What had to be meant of the undo has to be meant still.
		expect(reviewOf(on.console.store.getState()).plan).toMatchObject({action: 'split', guardedAs: 'undo'});
	});

	it('of an undo, what it brings back to users is said again, as long as it does', async () => {
		await others(60, 40);
		on.console.rollBack();
		await on.console.confirm();
		await splitSeen(on.console, 'cart-00001=100 cart-00002=0');
		const told = () => reviewOf(on.console.store.getState()).plan.warnings.map(({sentence}) => sentence);
		const brings = expect.stringMatching(
			/^Brings cart-00002 back to 40 % of users, which was rolled back at .* by sandbox-admin\.$/,
		);
		on.console.undo();
		expect(told()).toContainEqual(brings);
		// Twice in a conflict is as good as once.
		for (const percent of [10, 20]) {
			await others(100 - percent, percent);
			await on.console.putMineOnTop();
			expect(told()).toContainEqual(brings);
		}
		await others(30, 70);
		await on.console.putMineOnTop();
		expect(told()).not.toContainEqual(brings);
	});

	it('of an undo that is edited further, what had to be meant of it has to be meant still', async () => {
		await others(60, 40);
		on.console.rollBack();
		await on.console.confirm();
		await splitSeen(on.console, 'cart-00001=100 cart-00002=0');
		on.console.undo();
		await others(90, 10);
		on.console.keepEditing();
		nudge(on.console.store, -1);
		on.console.reviewDraft();
		const {plan} = reviewOf(on.console.store.getState());
		expect(plan).toMatchObject({action: 'split', guardedAs: 'undo', bringsBack: {revision: 'cart-00002'}});
		expect(plan.warnings.map(({sentence}) => sentence)).toContainEqual(
			expect.stringMatching(/^Brings cart-00002 back to 4\d % of users, which was rolled back at .*/),
		);
		// And once more, after another conflict.
		await others(30, 70);
		on.console.keepEditing();
		on.console.reviewDraft();
		expect(reviewOf(on.console.store.getState()).plan).toMatchObject({guardedAs: 'undo'});
		closeSheet(on.console.store);
		// One that is begun anew is of nobody's undo.
		expect(discardDraft(on.console.store)).toBe(true);
		nudge(on.console.store, -1);
		on.console.reviewDraft();
		expect(reviewOf(on.console.store.getState()).plan.guardedAs).toBeUndefined();
	});

	it('of a roll back and a promotion, mine is the revision that was meant before', async () => {
		// By theirs another one is stable, and another the canary.
		const turned = [
			{revisionName: 'cart-00001', percent: 10, tag: 'canary'},
			{revisionName: 'cart-00002', percent: 90, tag: 'stable'},
		];
		const original = stableAndCanary(90, 10);
		for (const [verb, meant] of [
			[() => on.console.rollBack(), 'cart-00001'],
			[async () => on.console.complete(), 'cart-00002'],
		] as const) {
			await verb();
			expect(reviewOf(on.console.store.getState()).plan.rows).toContainEqual(
				expect.objectContaining({key: meant, after: 100}),
			);
			await on.world.split('cart', turned);
			await on.console.confirm();
			expect(reviewOf(on.console.store.getState()).phase).toMatchObject({kind: 'conflict'});
			await on.console.putMineOnTop();
			const {phase, plan} = reviewOf(on.console.store.getState());
			expect(phase).toEqual({kind: 'open'});
			expect(plan.rows).toContainEqual(expect.objectContaining({key: meant, after: 100}));
			on.console.store.setState({sheets: []});
			await on.world.split('cart', original);
			await splitSeen(on.console, 'cart-00001=90 cart-00002=10');
		}
	});

	it('of what is given up, mine is the revision that was meant before, also where none could be listed', async () => {
		on.console.store.setState({revisions: new Map()});
		on.console.abandon('it leaks');
		expect(reviewOf(on.console.store.getState()).plan).toMatchObject({
			action: 'abandon',
			givenUp: {revision: 'cart-00002', why: 'it leaks'},
		});
		expect(reviewOf(on.console.store.getState()).plan).not.toHaveProperty('reject');
		// By theirs it is the other one that is tried, and that is not what was to be given up.
		await on.world.split('cart', [
			{revisionName: 'cart-00001', percent: 10, tag: 'canary'},
			{revisionName: 'cart-00002', percent: 90, tag: 'stable'},
		]);
		await splitSeen(on.console, 'cart-00001=10 cart-00002=90');
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({kind: 'conflict'});
		await on.console.putMineOnTop();
		expect(on.console.store.getState().sheets).toEqual([]);
		expect(said()).toBe(
			'cart-00002 is what users run, beside the canary, cart-00001: promote cart-00001, or roll back to one first.',
		);
	});

	it('of a roll back, keeping on editing makes a draft of what was wanted', async () => {
		on.console.rollBack();
		await on.world.split('cart', theirs);
		await on.console.confirm();
		on.console.keepEditing();
		const state = on.console.store.getState();
		expect(draftOf(state, selectedService(state))?.split).toMatchObject([{percent: 100}, {percent: 0}]);
	});

	it('of giving a release up, mine on top asks of the template again, and keeps the reason', async () => {
		on.console.abandon('too many 5xx');
		on.console.choose('template');
		await until(on.console.store, 'the review', ({sheets}) => sheets.at(-1)?.kind === 'review');
		expect(reviewOf(on.console.store.getState()).plan.facts).toContainEqual(
			expect.objectContaining({label: 'Template'}),
		);
		await on.world.split('cart', theirs);
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({kind: 'conflict'});
		await on.console.putMineOnTop();
		expect(on.console.store.getState().sheets.at(-1)).toMatchObject({
			kind: 'choice',
			about: 'template',
			question: expect.stringMatching(/^Gives up cart-00002\. /),
		});
		on.console.choose('template');
		await until(on.console.store, 'the review', ({sheets}) => sheets.at(-1)?.kind === 'review');
		await on.console.confirm();
		await splitSeen(on.console, 'cart-00001=100');
		const revision = await on.world.other.request({
			method: 'GET',
			path: servingPath('revisions', 'default', 'cart-00002'),
		});
		expect(revision.body).toMatchObject({
			metadata: {annotations: {'kn-canary.dev/rejected': expect.stringMatching(/too many 5xx/)}},
		});
		// The template is what users run again.
		await until(on.console.store, 'the revision made of it', state =>
			state.services.some(({name, latestReady}) => name === 'cart' && latestReady === 'cart-00003'),
		);
	});
});
