/** The question which revision is meant: asked only where nothing on the cluster tells it. */
import {expect, it} from 'vitest';
import {topSheet} from '../../../source/console/state/read.js';
import {servingPath} from '../../../source/kube/paths.js';
import {onCart} from '../../support/on-cart.js';
import {reviewOf, splitSeen, until} from '../../support/world.js';

const on = onCart();
const state = () => on.console.store.getState();
const template = (value: string) => ({
	spec: {
		containers: [{image: 'registry.example.com/samples/helloworld-go:1', env: [{name: 'TARGET', value}]}],
	},
});
const beside = [
	{revisionName: 'cart-00001', percent: 0, tag: 'stable'},
	{latestRevision: true, percent: 100},
];

/** All that the sandbox does comes at once, but on a clock of whole seconds: the two are to be told apart. */
async function secondsLater(): Promise<void> {
	const begun = Math.floor(Date.now() / 1000);
	await expect.poll(() => Math.floor(Date.now() / 1000) - begun, {timeout: 6000}).toBeGreaterThan(3);
}

/** The third revision is ready, and the labeler has let go of the second. */
const thirdMade = async () =>
	until(
		on.console.store,
		'the third revision',
		({services, revisions}) =>
			services.some(({latestReady}) => latestReady === 'cart-00003') &&
			(revisions.get('default/cart') ?? []).some(
				({name, routingState}) => name === 'cart-00002' && routingState === 'reserve',
			),
	);

it('a roll back is told by the Route that the split is the one that was there before the image', async () => {
	await on.world.split('cart', beside);
	await splitSeen(on.console, 'cart-00001=0 @latest=100');
	await secondsLater();
	await on.world.patch('cart', {spec: {template: template('three')}});
	await thirdMade();
	on.console.rollBack();
	await until(on.console.store, 'a sheet', ({sheets}) => sheets.length > 0);
	expect(reviewOf(state()).plan.rows).toContainEqual(
		expect.objectContaining({key: 'cart-00002', after: 100}),
	);
});

it('a roll back asks where image and split were written at once, or the Route may not be read', async () => {
	await on.world.split('cart', [
		{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
		{latestRevision: true, percent: 0},
	]);
	await secondsLater();
	await on.world.patch('cart', {spec: {template: template('three'), traffic: beside}});
	await thirdMade();
	for (const code of [undefined, 403] as const) {
		if (code) {
			const path = servingPath('routes', 'default', 'cart');
			on.world.sandbox.apiFaults.set({answers: [{code, path}]});
		}
		on.console.store.setState({sheets: []});
		on.console.rollBack();
		await until(on.console.store, 'a sheet', ({sheets}) => sheets.length > 0);
		expect(topSheet(state())).toMatchObject({
			kind: 'choice',
			options: expect.arrayContaining([
				expect.objectContaining({value: 'cart-00001'}),
				expect.objectContaining({value: 'cart-00002'}),
			]),
		});
	}
});
