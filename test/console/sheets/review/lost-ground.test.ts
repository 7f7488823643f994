/** What an open review is told of the ground it stands on: when that has changed, nothing can be agreed to any more. */
import {beforeEach, describe, expect, it} from 'vitest';
import {
	canConfirm,
	conflictOfReview,
	lostGround,
} from '../../../../source/console/sheets/review/lost-ground.js';
import {disarmReview} from '../../../../source/console/sheets/review/review.js';
import {rejectedAnnotation} from '../../../../source/knative/release/evidence/rejection.js';
import {servingPath} from '../../../../source/kube/paths.js';
import {closeSheet} from '../../../../source/console/state/select.js';
import {unknownRights} from '../../../../source/console/state/slices/cluster-slice.js';
import {onCart} from '../../../support/on-cart.js';
import {reviewOf, until} from '../../../support/world.js';

const on = onCart();

const current = () => on.console.store.getState();
const told = () => lostGround(current(), reviewOf(current()))?.sentence;
const mayBeAgreedTo = () => canConfirm(current(), reviewOf(current()));

let changes = 0;

/** Waits until the watch has told of a change of another service after this one: it leaves nothing out, and keeps the order. */
async function after(change: () => Promise<void>): Promise<void> {
	await change();
	const rolloutDuration = `${++changes}m0s`;
	await on.world.patch('checkout', {
		metadata: {annotations: {'serving.knative.dev/rollout-duration': rolloutDuration}},
	});
	await until(on.console.store, 'the change', ({services}) =>
		services.some(service => service.rolloutDuration === rolloutDuration),
	);
}

const template = async () =>
	on.world.patch('cart', {
		spec: {template: {metadata: {annotations: {'example.com/note': `x${++changes}`}}}},
	});

describe('a review of a split is told', () => {
	beforeEach(() => on.console.rollBack());

	it('of nothing as long as the service is as it was', async () => {
		expect(told()).toBeUndefined();
		await after(async () => on.world.patch('cart', {metadata: {labels: {team: 'shop'}}}));
		expect(told()).toBeUndefined();
	});

	it('of a change of the split', async () => {
		await after(async () => on.world.split('cart', [{revisionName: 'cart-00002', percent: 100}]));
		expect(told()).toBe('sandbox-admin changed the split of cart.');
		expect(mayBeAgreedTo()).toBe(false);
		expect(conflictOfReview(current(), reviewOf(current()))).toMatchObject({
			base: [{percent: 90}, {percent: 10}],
			theirs: [{key: 'cart-00002', percent: 100}],
		});
	});

	it('of a change of the template', async () => {
		await after(template);
		expect(told()).toBe('sandbox-admin changed the template of cart.');
	});

	it('of a change, where it is the review of something other than a split', async () => {
		for (const open of [() => on.console.sendAgain(), () => on.console.deleteService()]) {
			on.console.store.setState({sheets: []});
			open();
			await after(template);
			expect(told()).toBe('sandbox-admin changed cart.');
			expect(mayBeAgreedTo()).toBe(false);
		}
	});

	it('of an own change that the watch tells of only now, but not as somebody else’s', async () => {
		const {uid, generation} = await on.world.service('cart');
		on.console.store.setState(({moves}) => ({
			moves: new Map(moves).set(uid, {
				generation: generation + 1,
				askedAt: 0,
				own: true,
				movedAt: undefined,
				refusalTold: false,
			}),
		}));
		await after(async () => on.world.split('cart', [{revisionName: 'cart-00002', percent: 100}]));
		expect(told()).toBe('An earlier change of yours changed the split of cart.');
	});

	it('of nothing where another namespace is watched', () => {
		on.console.store.setState({namespace: 'elsewhere', services: []});
		expect(told()).toBeUndefined();
	});
});

const mark = async (revision: string) => {
	const cluster = await on.world.connect();
	const answer = await cluster.request({
		method: 'PATCH',
		path: servingPath('revisions', 'default', revision),
		body: {metadata: {annotations: {[rejectedAnnotation]: 'too many 5xx'}}},
		contentType: 'application/merge-patch+json',
	});
	expect(answer.status).toBe(200);
	await until(on.console.store, 'the mark', ({revisions}) =>
		[...revisions.values()].flat().some(({name, rejected}) => name === revision && rejected !== undefined),
	);
};

describe('what is marked as rejected under an open review', () => {
	it('keeps it from being promoted, until it is planned again, with its name to be typed', async () => {
		await on.console.complete();
		expect(mayBeAgreedTo()).toBe(true);
		await mark('cart-00002');
		const sentence = 'cart-00002 was rejected: too many 5xx. This was not known when it was planned.';
		expect(told()).toBe(sentence);
		await on.console.confirm();
		expect(current().notice?.text).toBe(`Nothing was written. ${sentence}`);
		expect((await on.world.service('cart')).specTraffic[0]?.percent).toBe(90);
		closeSheet(on.console.store);
		await on.console.complete();
		expect(reviewOf(current())).toMatchObject({confirmation: 'word', word: 'cart-00002'});
		expect(told()).toBeUndefined();
	});

	it('is nothing to a roll back that takes the traffic from it', async () => {
		on.console.rollBack();
		await mark('cart-00002');
		expect(mayBeAgreedTo()).toBe(true);
	});

	it('keeps a roll back from going to it', async () => {
		on.console.rollBack();
		await mark('cart-00001');
		expect(told()).toMatch(/^cart-00001 was rejected: too many 5xx\./);
	});
});

describe('a review cannot be agreed to', () => {
	beforeEach(() => {
		on.console.rollBack();
	});

	it('unless nothing has changed', () => {
		expect(mayBeAgreedTo()).toBe(true);
	});

	it('when the right was taken away', async () => {
		const patch = {allowed: false, reason: 'no rule'};
		on.console.store.setState({rights: new Map([['default', {...unknownRights, patch}]])});
		expect(told()).toBe('Not allowed here: no rule.');
		await on.console.confirm();
		expect(current().notice?.text).toBe('Nothing was written. Not allowed here: no rule.');
		expect((await on.world.service('cart')).specTraffic[0]?.percent).toBe(90);
	});

	it('while the API server is away', async () => {
		on.console.store.setState(({feeds}) => ({
			feeds: {...feeds, services: {kind: 'stale', since: 0, why: 'it does not answer'}},
		}));
		expect(told()).toBe('The API server is away: it does not answer.');
		await on.console.confirm();
		expect((await on.world.service('cart')).specTraffic[0]?.percent).toBe(90);
	});

	it('and can be when the API server is back: what was said of it is said no more, and the dry run is tried again', async () => {
		const {store} = on.console;
		const tried =
			(kind: string) =>
			({sheets}: ReturnType<typeof store.getState>) =>
				sheets.some(sheet => sheet.kind === 'review' && sheet.dryRun.kind === kind);
		await until(store, 'the dry run', tried('accepted'));
		const feed = store.getState().feeds.services;
		store.setState(({feeds, sheets}) => ({
			feeds: {...feeds, services: {kind: 'stale', since: 0, why: 'it does not answer'}},
			sheets: sheets.map(sheet =>
				sheet.kind === 'review' ? {...sheet, dryRun: {kind: 'unknown', sentence: 'no answer'}} : sheet,
			),
		}));
		await on.console.confirm();
		expect(store.getState().notice?.text).toBe(
			'Nothing was written. The API server is away: it does not answer.',
		);
		store.setState(({feeds}) => ({feeds: {...feeds, services: feed}}));
		expect(store.getState().notice).toBeUndefined();
		await until(store, 'another dry run', tried('accepted'));
		expect(mayBeAgreedTo()).toBe(true);
	});

	it('and bad news that came since stays when the API server is back', async () => {
		const {store} = on.console;
		const feed = store.getState().feeds.services;
		store.setState(({feeds}) => ({
			feeds: {...feeds, services: {kind: 'offline', since: 0, why: 'it does not answer'}},
		}));
		await on.console.confirm();
		const notice = {tone: 'bad' as const, text: 'Something else.'};
		store.setState({notice});
		store.setState(({feeds}) => ({feeds: {...feeds, services: feed}}));
		expect(store.getState().notice).toBe(notice);
	});

	it('when another one has the name of the service', async () => {
		const {uid} = await on.world.service('cart');
		await on.world.delete('cart');
		await on.world.createAnew('cart');
		await until(on.console.store, 'the new cart', ({services}) =>
			services.some(service => service.name === 'cart' && service.uid !== uid),
		);
		expect(told()).toBe('cart was deleted, and the one there now is another.');
		await on.console.confirm();
		expect((await on.world.service('cart')).generation).toBe(1);
	});

	it('when its dry run was refused', async () => {
		on.console.store.setState(({sheets}) => ({
			sheets: sheets.map(sheet =>
				sheet.kind === 'review' ? {...sheet, dryRun: {kind: 'refused', sentence: 'no'}} : sheet,
			),
		}));
		expect(mayBeAgreedTo()).toBe(false);
		await on.console.confirm();
		expect((await on.world.service('cart')).specTraffic[0]?.percent).toBe(90);
	});

	it('by the first Enter after a key that means nothing there, nor by any key but Enter', async () => {
		disarmReview(on.console.store);
		await on.console.confirm();
		expect((await on.world.service('cart')).specTraffic[0]?.percent).toBe(90);
		expect(reviewOf(current())).toMatchObject({isDisarmed: false, timesAsked: 2});
		await on.console.confirm();
		expect((await on.world.service('cart')).specTraffic[0]?.percent).toBe(100);
	});
});

it('a review of deleting a service is told that it was changed, and that it went', async () => {
	on.console.deleteService();
	expect(told()).toBeUndefined();
	await after(template);
	expect(told()).toMatch(/^sandbox-admin changed cart\.$/);
	await on.world.delete('cart');
	await until(on.console.store, 'cart gone', ({services}) => services.every(({name}) => name !== 'cart'));
	expect(told()).toBe('cart was deleted.');
});

it('a review of deleting a revision is told that it is in the split by now, and that it went', async () => {
	await on.world.split('cart', [{revisionName: 'cart-00001', percent: 100}]);
	await until(on.console.store, 'the split', ({services}) =>
		services.some(({name, statusTraffic}) => name === 'cart' && statusTraffic.length === 1),
	);
	on.console.store.setState({focus: 'revisions'});
	on.console.deleteRevision();
	expect(reviewOf(current()).plan.write).toMatchObject({kind: 'delete revision', revision: 'cart-00002'});
	expect(told()).toBeUndefined();
	await after(async () => on.world.split('cart', [{revisionName: 'cart-00002', percent: 100}]));
	expect(told()).toBe('cart-00002 is in the split of cart by now.');
});
