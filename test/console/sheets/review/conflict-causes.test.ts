/** What is a conflict and what is none, and what is said of a name that is missing meanwhile. */
import {describe, expect, it} from 'vitest';
import {nudge} from '../../../../source/console/state/draft.js';
import {typeName} from '../../../../source/console/sheets/review/review.js';
import {putService} from '../../../../source/console/sheets/review/send-reviewed.js';
import {closeSheet, notify} from '../../../../source/console/state/select.js';
import {onCart} from '../../../support/on-cart.js';
import {reviewOf, splitSeen, until} from '../../../support/world.js';
import {othersSplit, theirs} from './theirs.js';

const on = onCart();

const said = () => on.console.store.getState().notice?.text;

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

	it('is not said any more when the review was left', async () => {
		await tooEarly();
		closeSheet(on.console.store);
		expect(said()).toBeUndefined();
	});

	it('is not said of the conflict that it turns into by itself', async () => {
		await tooEarly();
		await othersSplit(on, 30, 70);
		expect(said()).toBeUndefined();
	});

	it('leaves with its review nothing that was said of something else', async () => {
		await tooEarly();
		const other = {tone: 'good', text: 'shop is now 90│10.'} as const;
		notify(on.console.store, other);
		closeSheet(on.console.store);
		expect(said()).toBe(other.text);
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

const cart = () => on.console.store.getState().services.find(({name}) => name === 'cart');

describe('what was read of it beside a watch that is behind', () => {
	it('stays when the watch tells of another service, so that mine is put on what is there', async () => {
		const read = {...cart()!, generation: cart()!.generation + 1};
		putService(on.console.store, read);
		await on.world.patch('checkout', {
			spec: {template: {metadata: {annotations: {'example.com/note': 'x'}}}},
		});
		await until(on.console.store, 'news of checkout', ({services}) =>
			services.some(({name, generation}) => name === 'checkout' && generation > 1),
		);
		expect(cart()).toBe(read);
	});

	it('gives way to what the watch tells of it next', async () => {
		const before = cart()!;
		putService(on.console.store, {...before, generation: before.generation + 1, specTraffic: []});
		await othersSplit(on, 30, 70);
		expect(cart()?.specTraffic).toHaveLength(2);
	});
});
