/** From what is only looked at to a review: of what was looked at, and of nothing else. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import {reviewFromSheet} from '../../source/screen/review-from-sheet.js';
import type {Console} from '../../source/console/console.js';
import {selectedService} from '../../source/console/state/read.js';
import {openSheet} from '../../source/console/state/select.js';
import type {Sheet} from '../../source/console/state/state.js';
import {reviewOf, startWorld, until, type World} from '../support/world.js';

let world: World;
let console: Console;

beforeEach(async () => {
	world = await startWorld();
	console = await world.console('cart');
});

afterEach(async () => {
	await world.stop();
});

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
		namespace: 'default',
		revision: 'cart-00002',
		pods: [],
		pod: undefined,
		container: 'user-container',
		previous: false,
		lines: [],
		paused: false,
		held: 0,
		filter: '',
		isTyping: false,
		phase: {kind: 'looking'},
	},
];

/** The sheet on the cart that is there. */
function onCart(sheet: Sheet): Sheet {
	const serviceUid = selectedService(console.store.getState())?.uid ?? '';
	return 'object' in sheet ? {...sheet, object: {...sheet.object, serviceUid}} : sheet;
}

const rollBack = () => reviewFromSheet(console.store, 'roll back', () => console.rollBack());

it.each(looking)('the review stands in the place of $kind', sheet => {
	openSheet(console.store, onCart(sheet));
	rollBack();
	expect(console.store.getState().sheets).toHaveLength(1);
	expect(reviewOf(console.store.getState()).plan).toMatchObject({action: 'roll back', name: 'cart'});
});

it('so does one for which the cluster has to be asked first', async () => {
	openSheet(console.store, onCart(looking[0]!));
	reviewFromSheet(console.store, 'promote', () => void console.complete());
	await until(console.store, 'the review', ({sheets}) => sheets.at(-1)?.kind === 'review');
	expect(console.store.getState().sheets).toHaveLength(1);
});

it.each(looking)('no other service is reviewed when the one of $kind was deleted', async looked => {
	const sheet = onCart(looked);
	openSheet(console.store, sheet);
	await world.delete('cart');
	await until(console.store, 'another selection', ({services}) =>
		services.every(({name}) => name !== 'cart'),
	);
	rollBack();
	const {sheets, notice} = console.store.getState();
	expect(sheets).toEqual([sheet]);
	expect(notice?.text).toBe(
		'roll back: what this shows is not of the selected service any more; Esc goes back.',
	);
});
