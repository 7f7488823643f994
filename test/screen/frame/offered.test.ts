/** What the footer offers of what is selected and gone: nothing. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import type {Console} from '../../../source/console/console.js';
import {selectedRevision} from '../../../source/console/state/read.js';
import {servingPath} from '../../../source/kube/paths.js';
import {notOffered} from '../../../source/screen/frame/offered.js';
import {startWorld, until, type World} from '../../support/world.js';

let world: World;
let console: Console;

beforeEach(async () => {
	world = await startWorld();
	console = await world.console('cart');
});

afterEach(async () => {
	await world.stop();
});

const offered = (action: Parameters<ReturnType<typeof notOffered>['includes']>[0]) =>
	!notOffered(console.store.getState()).includes(action);

it('of a revision that is gone no verb is offered, of its service they are', async () => {
	const selectedBefore = selectedRevision(console.store.getState())?.uid;
	expect(offered('deleteRevision') && offered('tag') && offered('verifyTag')).toBe(true);
	await world.split('cart', [{revisionName: 'cart-00001', percent: 100}]);
	await world.other.request({method: 'DELETE', path: servingPath('revisions', 'default', 'cart-00002')});
	await until(console.store, 'the second revision gone', ({revisions}) =>
		revisions.get('default/cart')?.every(({uid}) => uid !== selectedBefore),
	);
	for (const action of ['deleteRevision', 'tag', 'verifyTag'] as const) expect(offered(action)).toBe(false);
	expect(offered('newRevision')).toBe(true);
});

it('of a service that is gone none is', async () => {
	await world.delete('cart');
	await until(console.store, 'cart gone', ({services}) => services.every(({name}) => name !== 'cart'));
	for (const action of ['deleteService', 'newRevision', 'tag', 'rollBack', 'yaml'] as const) {
		expect(offered(action)).toBe(false);
	}
	expect(offered('newService')).toBe(true);
});
