/** When somebody else was first: nothing is written, nothing is lost, and there are three ways on. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Console} from '../../../source/console/console.js';
import {nudge} from '../../../source/console/state/draft.js';
import {
	changeRevisionForm,
	changeTagForm,
	openRevisionForm,
	openTagForm,
} from '../../../source/console/forms/forms.js';
import {draftOf, selectedService} from '../../../source/console/state/read.js';
import {typeName} from '../../../source/console/sheets/review.js';
import {servingPath} from '../../../source/kube/paths.js';
import {reviewOf, splitSeen, startWorld, until, type World} from '../../support/world.js';

let world: World;
let console: Console;

beforeEach(async () => {
	world = await startWorld();
	console = await world.console('cart');
});

afterEach(async () => {
	await world.stop();
});

const theirs = [
	{revisionName: 'cart-00001', percent: 30, tag: 'stable'},
	{revisionName: 'cart-00002', percent: 70, tag: 'canary'},
];

/** A draft of 80/20 on review, and somebody else's 30/70 that comes before the Enter. */
async function meet(): Promise<void> {
	nudge(console.store, -10);
	console.reviewDraft();
	await world.split('cart', theirs);
	await console.confirm();
	expect(reviewOf(console.store.getState()).phase).toMatchObject({
		kind: 'conflict',
		base: [{percent: 90}, {percent: 10}],
		mine: [{percent: 80}, {percent: 20}],
		theirs: [{percent: 30}, {percent: 70}],
		by: 'sandbox-admin',
	});
}

const draft = () => draftOf(console.store.getState(), selectedService(console.store.getState()));
const said = () => console.store.getState().notice?.text;
const splitThere = async () => (await world.service('cart')).specTraffic.map(({percent}) => percent);

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
		nudge(console.store, -10);
		await world.split('cart', moved);
		await until(console.store, 'the moved tag', ({services}) =>
			services.some(({name, specTraffic}) => name === 'cart' && specTraffic.length === 3),
		);
		expect(tagsOf(draft()?.split ?? [])).toEqual(wanted);
		console.reviewDraft();
		const {rows} = reviewOf(console.store.getState()).plan;
		expect(rows.map(({before, after}) => [before, after])).toEqual([
			[90, 80],
			[10, 20],
		]);
		expect(tagsOf(rows)).toEqual(wanted);
	});

	it('under a review stays there when mine is put on top', async () => {
		nudge(console.store, -10);
		console.reviewDraft();
		await world.split('cart', moved);
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({kind: 'conflict'});
		await console.putMineOnTop();
		expect(tagsOf(reviewOf(console.store.getState()).plan.rows)).toEqual(wanted);
	});
});

describe('after a conflict', () => {
	it('taking theirs leaves it and drops the draft', async () => {
		await meet();
		console.takeTheirs();
		const state = console.store.getState();
		expect(state.sheets).toEqual([]);
		expect(draftOf(state, selectedService(state))).toBeUndefined();
		expect(await splitThere()).toEqual([30, 70]);
	});

	it('putting mine on top is reviewed again, on theirs, and written only then', async () => {
		await meet();
		await console.putMineOnTop();
		const {plan, phase} = reviewOf(console.store.getState());
		expect(phase).toEqual({kind: 'open'});
		expect(plan.rows.map(({before, after}) => [before, after])).toEqual([
			[30, 80],
			[70, 20],
		]);
		expect(await splitThere()).toEqual([30, 70]);
		await console.confirm();
		expect(await splitThere()).toEqual([80, 20]);
	});

	it('of an undo, mine is what was to be put back before, not what theirs would be taken back to', async () => {
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: 60, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 40, tag: 'canary'},
		]);
		await splitSeen(console, 'cart-00001=60 cart-00002=40');
		console.undo();
		await world.split('cart', theirs);
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({
			kind: 'conflict',
			mine: [{percent: 90}, {percent: 10}],
		});
		await console.putMineOnTop();
		expect(reviewOf(console.store.getState()).plan.rows).toMatchObject([
			{before: 30, after: 90},
			{before: 70, after: 10},
		]);
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
			[() => console.rollBack(), 'cart-00001'],
			[async () => console.complete(), 'cart-00002'],
		] as const) {
			await verb();
			expect(reviewOf(console.store.getState()).plan.rows).toContainEqual(
				expect.objectContaining({key: meant, after: 100}),
			);
			await world.split('cart', turned);
			await console.confirm();
			expect(reviewOf(console.store.getState()).phase).toMatchObject({kind: 'conflict'});
			await console.putMineOnTop();
			const {phase, plan} = reviewOf(console.store.getState());
			expect(phase).toEqual({kind: 'open'});
			expect(plan.rows).toContainEqual(expect.objectContaining({key: meant, after: 100}));
			console.store.setState({sheets: []});
			await world.split('cart', original);
			await splitSeen(console, 'cart-00001=90 cart-00002=10');
		}
	});

	it('of what is given up, mine is the revision that was meant before, also where none could be listed', async () => {
		console.store.setState({revisions: new Map()});
		console.abandon('it leaks');
		expect(reviewOf(console.store.getState()).plan).toMatchObject({
			action: 'abandon',
			givenUp: {revision: 'cart-00002', why: 'it leaks'},
		});
		expect(reviewOf(console.store.getState()).plan).not.toHaveProperty('reject');
		// By theirs it is the other one that is tried, and that is not what was to be given up.
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: 10, tag: 'canary'},
			{revisionName: 'cart-00002', percent: 90, tag: 'stable'},
		]);
		await splitSeen(console, 'cart-00001=10 cart-00002=90');
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({kind: 'conflict'});
		await console.putMineOnTop();
		expect(console.store.getState().sheets).toEqual([]);
		expect(said()).toBe(
			'cart-00002 is what users run, beside the canary, cart-00001: promote cart-00001, or roll back to one first.',
		);
	});

	it('keeping on editing has the draft in the slider, with what it was begun on', async () => {
		await meet();
		console.keepEditing();
		const state = console.store.getState();
		expect(state.sheets).toEqual([]);
		expect(state.focus).toBe('traffic');
		expect(draftOf(state, selectedService(state))).toMatchObject({
			base: [{percent: 90}, {percent: 10}],
			split: [{percent: 80}, {percent: 20}],
		});
		expect(await splitThere()).toEqual([30, 70]);
	});

	it('of a roll back, keeping on editing makes a draft of what was wanted', async () => {
		console.rollBack();
		await world.split('cart', theirs);
		await console.confirm();
		console.keepEditing();
		const state = console.store.getState();
		expect(draftOf(state, selectedService(state))?.split).toMatchObject([{percent: 100}, {percent: 0}]);
	});

	it('of giving a release up, mine on top asks of the template again, and keeps the reason', async () => {
		console.abandon('too many 5xx');
		console.choose('template');
		await until(console.store, 'the review', ({sheets}) => sheets.at(-1)?.kind === 'review');
		expect(reviewOf(console.store.getState()).plan.facts).toContainEqual(
			expect.objectContaining({label: 'Template'}),
		);
		await world.split('cart', theirs);
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({kind: 'conflict'});
		await console.putMineOnTop();
		expect(console.store.getState().sheets.at(-1)).toMatchObject({kind: 'choice', about: 'template'});
		console.choose('template');
		await until(console.store, 'the review', ({sheets}) => sheets.at(-1)?.kind === 'review');
		await console.confirm();
		await splitSeen(console, 'cart-00001=100');
		const revision = await world.other.request({
			method: 'GET',
			path: servingPath('revisions', 'default', 'cart-00002'),
		});
		expect(revision.body).toMatchObject({
			metadata: {annotations: {'kn-canary.dev/rejected': expect.stringMatching(/too many 5xx/)}},
		});
		// The template is what users run again.
		await until(console.store, 'the revision made of it', state =>
			state.services.some(({name, latestReady}) => name === 'cart' && latestReady === 'cart-00003'),
		);
	});

	it('of a new revision, what was typed is still in the form', async () => {
		openRevisionForm(console.store);
		changeRevisionForm(console.store, {image: 'registry.example.com/shop/helloworld-go:2'});
		await console.submitForm();
		await world.split('cart', theirs);
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({kind: 'conflict'});
		await console.putMineOnTop();
		expect(reviewOf(console.store.getState()).phase).toEqual({kind: 'open'});
		console.store.setState(({sheets}) => ({sheets: sheets.slice(0, -1)}));
		expect(console.store.getState().sheets.at(-1)).toMatchObject({
			kind: 'create revision',
			values: {image: 'registry.example.com/shop/helloworld-go:2'},
		});
	});
});

describe('when theirs is what was asked for', () => {
	const whole = [
		{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
	];

	async function meetTheSame(): Promise<void> {
		console.rollBack();
		await world.split('cart', whole);
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({
			kind: 'conflict',
			already: true,
			sentence:
				'Nothing was written, and nothing is left to do: cart already is as was asked. It changed since you opened this.',
		});
	}

	it.each(['keepEditing', 'takeTheirs'] as const)('%s leaves no draft', async way => {
		await meetTheSame();
		console[way]();
		expect(console.store.getState().sheets).toEqual([]);
		expect(draft()).toBeUndefined();
		expect(console.store.getState().notice?.text).toBe(
			'cart already is as was asked: somebody else made it so; nothing was written.',
		);
	});

	it('mine cannot be put on top', async () => {
		await meetTheSame();
		await console.putMineOnTop();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({kind: 'conflict'});
	});

	it('a draft of something else stays', async () => {
		nudge(console.store, -10);
		await meetTheSame();
		console.keepEditing();
		expect(draft()?.split).toMatchObject([{percent: 80}, {percent: 20}]);
	});

	it('of a draft, the draft goes', async () => {
		nudge(console.store, -60);
		console.reviewDraft();
		await world.split('cart', theirs);
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({already: true});
		console.keepEditing();
		expect(draft()).toBeUndefined();
	});

	it('of tags, nothing is left in their form', async () => {
		openTagForm(console.store);
		changeTagForm(console.store, 'next');
		await console.submitForm();
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 10, tag: 'next'},
		]);
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({already: true});
		console.keepEditing();
		expect(console.store.getState()).toMatchObject({sheets: [], leftForms: new Map()});
	});

	it('but a new revision is still to be made', async () => {
		openRevisionForm(console.store);
		changeRevisionForm(console.store, {image: 'registry.example.com/shop/helloworld-go:2'});
		await console.submitForm();
		const {splits} = reviewOf(console.store.getState()).plan;
		await world.split(
			'cart',
			splits!.after.map(row => ({
				...(row.latest ? {latestRevision: true} : {revisionName: row.key}),
				percent: row.percent,
				...(row.tags[0] !== undefined && {tag: row.tags[0]}),
			})),
		);
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({kind: 'conflict', already: false});
	});

	it('a draft that somebody else made so meanwhile is not left as one when it is to be reviewed', async () => {
		nudge(console.store, -60);
		await world.split('cart', theirs);
		await splitSeen(console, 'cart-00001=30 cart-00002=70');
		console.reviewDraft();
		expect(draft()).toBeUndefined();
		expect(console.store.getState().notice?.text).toBe('cart has this split already.');
	});
});

/** Enter before the name was typed. */
async function tooEarly(): Promise<void> {
	console = await world.console('cart', {production: /.*/});
	await console.complete();
	await console.confirm();
	expect(said()).toBe('Type cart first: sandbox is production.');
}

describe('in production, that the name is missing', () => {
	it('is not said any more when it is being typed', async () => {
		await tooEarly();
		typeName(console.store, 'c');
		expect(said()).toBeUndefined();
	});

	it('is said neither while it is sent nor of a conflict', async () => {
		await tooEarly();
		typeName(console.store, 'cart');
		await world.split('cart', theirs);
		const sent = console.confirm();
		expect(reviewOf(console.store.getState()).phase.kind).toBe('sending');
		expect(said()).toBeUndefined();
		await sent;
		expect(reviewOf(console.store.getState()).phase.kind).toBe('conflict');
		expect(said()).toBeUndefined();
	});
});

describe('what is no change of the spec', () => {
	it.each([
		['metadata', {metadata: {labels: {team: 'shop'}}}],
		['the status', {}],
	])('causes no conflict: %s', async (what, patch) => {
		nudge(console.store, -10);
		console.reviewDraft();
		if (what === 'metadata') await world.patch('cart', patch);
		else {
			const path = '/apis/serving.knative.dev/v1/namespaces/default/services/cart/status';
			await world.other.request({
				method: 'PATCH',
				path,
				body: {status: {address: {url: 'http://elsewhere.example.com'}}},
				contentType: 'application/merge-patch+json',
			});
		}
		await console.confirm();
		expect(console.store.getState().sheets).toEqual([]);
		await splitSeen(console, 'cart-00001=80 cart-00002=20');
	});

	it('but a change of the template is one', async () => {
		nudge(console.store, -10);
		console.reviewDraft();
		await world.patch('cart', {spec: {template: {metadata: {annotations: {'example.com/note': 'x'}}}}});
		await console.confirm();
		expect(reviewOf(console.store.getState()).phase).toMatchObject({kind: 'conflict'});
	});
});
