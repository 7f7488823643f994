/** What the footer offers of what is selected and gone: nothing. */
import {expect, it} from 'vitest';
import {selectedRevision} from '../../../source/console/state/read.js';
import {servingPath} from '../../../source/kube/paths.js';
import {notOffered} from '../../../source/screen/frame/offered.js';
import {onCart} from '../../support/on-cart.js';
import {until} from '../../support/world.js';

const on = onCart();

const offered = (action: Parameters<ReturnType<typeof notOffered>['includes']>[0]) =>
	!notOffered(on.console.store.getState()).includes(action);

it('of a revision that is gone no verb is offered, of its service they are', async () => {
	const selectedBefore = selectedRevision(on.console.store.getState())?.uid;
	expect(offered('deleteRevision') && offered('tag') && offered('verifyTag')).toBe(true);
	await on.world.split('cart', [{revisionName: 'cart-00001', percent: 100}]);
	await on.world.other.request({method: 'DELETE', path: servingPath('revisions', 'default', 'cart-00002')});
	await until(on.console.store, 'the second revision gone', ({revisions}) =>
		revisions.get('default/cart')?.every(({uid}) => uid !== selectedBefore),
	);
	for (const action of ['deleteRevision', 'tag', 'verifyTag'] as const) expect(offered(action)).toBe(false);
	expect(offered('newRevision')).toBe(true);
});

it('of a service that is gone none is', async () => {
	await on.world.delete('cart');
	await until(on.console.store, 'cart gone', ({services}) => services.every(({name}) => name !== 'cart'));
	for (const action of ['deleteService', 'newRevision', 'tag', 'rollBack', 'yaml'] as const) {
		expect(offered(action)).toBe(false);
	}
	expect(offered('newService')).toBe(true);
});

it('one request to a revision alone is offered only where a tag leads to it; pressed all the same, it says what adds one', async () => {
	expect(offered('verifyTag')).toBe(true);
	await on.world.split('cart', [
		{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 10},
	]);
	await until(on.console.store, 'the tag gone', ({services}) =>
		services.some(
			({name, statusTraffic}) => name === 'cart' && statusTraffic.every(({tag}) => tag !== 'canary'),
		),
	);
	expect(selectedRevision(on.console.store.getState())?.name).toBe('cart-00002');
	expect(offered('verifyTag')).toBe(false);
	expect(offered('tag')).toBe(true);
	await on.console.verifyRevision();
	expect(on.console.store.getState().notice?.text).toBe(
		'cart-00002 has no tag, so it has no URL of its own; t adds one.',
	);
});
