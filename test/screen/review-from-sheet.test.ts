/** From what is only looked at to a review: of what was looked at, and of nothing else. */
import {expect, it} from 'vitest';
import {unreadLog} from '../../source/console/logs/logs.js';
import {reviewFromSheet} from '../../source/screen/review-from-sheet.js';
import {selectedService} from '../../source/console/state/read.js';
import {openSheet} from '../../source/console/state/select.js';
import type {Sheet} from '../../source/console/state/state.js';
import {onCart} from '../support/on-cart.js';
import {reviewOf, until} from '../support/world.js';

const on = onCart();

const object = {
	kind: 'service',
	name: 'cart',
	namespace: 'default',
	service: 'cart',
	serviceUid: '',
} as const;
const looking: readonly Sheet[] = [
	{kind: 'yaml', id: 1, object, phase: {kind: 'asking'}},
	{kind: 'events', id: 1, object, phase: {kind: 'asking'}},
	{
		kind: 'logs',
		id: 1,
		...unreadLog('default', 'cart-00002'),
	},
];

/** The sheet on the cart that is there. */
function ofThisCart(sheet: Sheet): Sheet {
	const serviceUid = selectedService(on.console.store.getState())?.uid ?? '';
	return 'object' in sheet ? {...sheet, object: {...sheet.object, serviceUid}} : sheet;
}

const rollBack = () => reviewFromSheet(on.console.store, 'roll back', () => on.console.rollBack());

it.each(looking)('the review stands in the place of $kind', sheet => {
	openSheet(on.console.store, ofThisCart(sheet));
	rollBack();
	expect(on.console.store.getState().sheets).toHaveLength(1);
	expect(reviewOf(on.console.store.getState()).plan).toMatchObject({action: 'roll back', name: 'cart'});
});

it('so does one for which the cluster has to be asked first', async () => {
	openSheet(on.console.store, ofThisCart(looking[0]!));
	reviewFromSheet(on.console.store, 'promote', () => void on.console.complete());
	await until(on.console.store, 'the review', ({sheets}) => sheets.at(-1)?.kind === 'review');
	expect(on.console.store.getState().sheets).toHaveLength(1);
});

it.each(looking)('no other service is reviewed when the one of $kind was deleted', async looked => {
	const sheet = ofThisCart(looked);
	openSheet(on.console.store, sheet);
	await on.world.delete('cart');
	await until(on.console.store, 'another selection', ({services}) =>
		services.every(({name}) => name !== 'cart'),
	);
	rollBack();
	const {sheets, notice} = on.console.store.getState();
	expect(sheets).toEqual([sheet]);
	expect(notice?.text).toBe(
		'roll back: what this shows is not of the selected service any more; Esc goes back.',
	);
});
