/** When somebody else was first: nothing is written, nothing is lost, and there are three ways on. */
import {describe, expect, it} from 'vitest';
import {discardDraft, nudge} from '../../../source/console/state/draft.js';
import {closeSheet} from '../../../source/console/state/select.js';
import {changeRevisionForm, openRevisionForm} from '../../../source/console/forms/forms.js';
import {draftOf, selectedService} from '../../../source/console/state/read.js';
import {typeName} from '../../../source/console/sheets/review.js';
import {servingPath} from '../../../source/kube/paths.js';
import {onCart} from '../../support/on-cart.js';
import {reviewOf, splitSeen, until} from '../../support/world.js';
import {theirs} from './theirs.js';

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
const said = () => on.console.store.getState().notice?.text;
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

	it('of an undo, mine is what was to be put back before, not what theirs would be taken back to', async () => {
		await on.world.split('cart', [
			{revisionName: 'cart-00001', percent: 60, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 40, tag: 'canary'},
		]);
		await splitSeen(on.console, 'cart-00001=60 cart-00002=40');
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
		await on.world.split('cart', [
			{revisionName: 'cart-00001', percent: 60, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 40, tag: 'canary'},
		]);
		await splitSeen(on.console, 'cart-00001=60 cart-00002=40');
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
			await on.world.split('cart', [
				{revisionName: 'cart-00001', percent: 100 - percent, tag: 'stable'},
				{revisionName: 'cart-00002', percent, tag: 'canary'},
			]);
			await splitSeen(on.console, `cart-00001=${100 - percent} cart-00002=${percent}`);
			await on.console.putMineOnTop();
			expect(told()).toContainEqual(brings);
		}
		await on.world.split('cart', theirs);
		await splitSeen(on.console, 'cart-00001=30 cart-00002=70');
		await on.console.putMineOnTop();
		expect(told()).not.toContainEqual(brings);
	});

	it('of an undo that is edited further, what had to be meant of it has to be meant still', async () => {
		await on.world.split('cart', [
			{revisionName: 'cart-00001', percent: 60, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 40, tag: 'canary'},
		]);
		await splitSeen(on.console, 'cart-00001=60 cart-00002=40');
		on.console.rollBack();
		await on.console.confirm();
		await splitSeen(on.console, 'cart-00001=100 cart-00002=0');
		on.console.undo();
		await on.world.split('cart', [
			{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 10, tag: 'canary'},
		]);
		await splitSeen(on.console, 'cart-00001=90 cart-00002=10');
		on.console.keepEditing();
		nudge(on.console.store, -1);
		on.console.reviewDraft();
		const {plan} = reviewOf(on.console.store.getState());
		expect(plan).toMatchObject({action: 'split', guardedAs: 'undo', bringsBack: {revision: 'cart-00002'}});
		expect(plan.warnings.map(({sentence}) => sentence)).toContainEqual(
			expect.stringMatching(/^Brings cart-00002 back to 4\d % of users, which was rolled back at .*/),
		);
		// And once more, after another conflict.
		await on.world.split('cart', theirs);
		await splitSeen(on.console, 'cart-00001=30 cart-00002=70');
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
		const original = [
			{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 10, tag: 'canary'},
		];
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

/** Enter before the name was typed. */
async function tooEarly(): Promise<void> {
	on.console = await on.world.console('cart', {production: /.*/});
	await on.console.complete();
	await on.console.confirm();
	expect(said()).toBe('Type cart first: sandbox is production.');
}

describe('in production, that the name is missing', () => {
	it('is not said any more when it is being typed', async () => {
		await tooEarly();
		typeName(on.console.store, 'c');
		expect(said()).toBeUndefined();
	});

	it('is said neither while it is sent nor of a conflict', async () => {
		await tooEarly();
		typeName(on.console.store, 'cart');
		await on.world.split('cart', theirs);
		const sent = on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase.kind).toBe('sending');
		expect(said()).toBeUndefined();
		await sent;
		expect(reviewOf(on.console.store.getState()).phase.kind).toBe('conflict');
		expect(said()).toBeUndefined();
	});
});

describe('what is no change of the spec', () => {
	it.each([
		['metadata', {metadata: {labels: {team: 'shop'}}}],
		['the status', {}],
	])('causes no conflict: %s', async (what, patch) => {
		nudge(on.console.store, -10);
		on.console.reviewDraft();
		if (what === 'metadata') await on.world.patch('cart', patch);
		else {
			const path = '/apis/serving.knative.dev/v1/namespaces/default/services/cart/status';
			await on.world.other.request({
				method: 'PATCH',
				path,
				body: {status: {address: {url: 'http://elsewhere.example.com'}}},
				contentType: 'application/merge-patch+json',
			});
		}
		await on.console.confirm();
		expect(on.console.store.getState().sheets).toEqual([]);
		await splitSeen(on.console, 'cart-00001=80 cart-00002=20');
	});

	it('but a change of the template is one', async () => {
		nudge(on.console.store, -10);
		on.console.reviewDraft();
		await on.world.patch('cart', {spec: {template: {metadata: {annotations: {'example.com/note': 'x'}}}}});
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({kind: 'conflict'});
	});
});
