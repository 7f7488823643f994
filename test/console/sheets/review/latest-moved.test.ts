/** A split that follows the latest revision, where that is another one by the time it is agreed to. */
import {beforeEach, describe, expect, it} from 'vitest';
import {nudge} from '../../../../source/console/state/draft.js';
import {changeRevisionForm, openRevisionForm} from '../../../../source/console/forms/forms.js';
import {draftOf, selectedService} from '../../../../source/console/state/read.js';
import {onCart} from '../../../support/on-cart.js';
import {reviewOf, splitSeen, until} from '../../../support/world.js';

const on = onCart();

const draft = () => draftOf(on.console.store.getState(), selectedService(on.console.store.getState()));

/** Only the template is changed by it. */
async function released(): Promise<void> {
	await on.world.patch('cart', {spec: {template: {metadata: {annotations: {'example.com/note': 'x'}}}}});
	await until(on.console.store, 'the next revision', ({services}) =>
		services.some(({name, latestReady}) => name === 'cart' && latestReady === 'cart-00003'),
	);
}

const shares = (rows: readonly {revision: string | undefined; percent: number}[] = []) =>
	rows.map(({revision, percent}) => `${revision} ${percent}`);

describe('where the revision behind latest is another one by now', () => {
	const following = [
		{revisionName: 'cart-00001', percent: 80, tag: 'stable'},
		{latestRevision: true, percent: 20},
	];

	beforeEach(async () => {
		await on.world.split('cart', following);
		await splitSeen(on.console, 'cart-00001=80 @latest=20');
		nudge(on.console.store, -3);
	});

	it('a draft is of that one, and its review says so and asks twice', async () => {
		await released();
		expect(shares(draft()?.split)).toEqual(['cart-00001 77', 'cart-00003 23']);
		on.console.reviewDraft();
		const {plan, confirmation} = reviewOf(on.console.store.getState());
		expect(confirmation).toBe('twice');
		expect(plan.warnings).toContainEqual({
			kind: 'guess',
			revision: 'cart-00003',
			sentence: 'latest is cart-00003 now, and was cart-00002 when this was begun: users would get that one.',
			because: 'latest is another revision by now',
		});
		expect(plan.rows).toContainEqual(
			expect.objectContaining({key: '@latest', revision: 'cart-00003', before: 20, after: 23}),
		);
	});

	it('an open review cannot be agreed to, and mine on top gives users what it has named', async () => {
		on.console.reviewDraft();
		await released();
		await on.console.confirm();
		expect(reviewOf(on.console.store.getState()).phase).toMatchObject({
			kind: 'conflict',
			sentence: expect.stringContaining('latest is cart-00003 now, and was cart-00002'),
			mine: [{percent: 77}, {percent: 23, revision: 'cart-00002'}],
			theirs: [{percent: 80}, {percent: 20, revision: 'cart-00003'}],
		});
		await on.console.putMineOnTop();
		const {plan, confirmation} = reviewOf(on.console.store.getState());
		expect(confirmation).toBe('twice');
		expect(shares(plan.splits?.after)).toEqual(['cart-00001 77', 'cart-00002 23']);
		await on.console.confirm();
		await on.console.confirm();
		expect(await on.world.service('cart')).toMatchObject({
			specTraffic: [
				{revision: 'cart-00001', percent: 77},
				{revision: 'cart-00002', percent: 23, latest: false},
			],
		});
	});

	it.each<[string, () => Promise<void> | void]>([
		['keeps it', () => on.console.reviewDraft()],
		['pins it', () => on.console.reviewShares('1=50 2=50')],
		[
			'makes the next one',
			async () => {
				openRevisionForm(on.console.store);
				changeRevisionForm(on.console.store, {image: 'registry.example.com/shop/helloworld-go:2'});
				await on.console.submitForm();
			},
		],
	])(
		'an open review that %s cannot be agreed to, where only the status tells of the other one',
		async (_, open) => {
			await open();
			expect(reviewOf(on.console.store.getState()).phase).toEqual({kind: 'open'});
			on.console.store.setState(({services}) => ({
				services: services.map(service =>
					service.name === 'cart' ? {...service, latestReady: 'cart-00003'} : service,
				),
			}));
			await on.console.confirm();
			expect(reviewOf(on.console.store.getState()).phase).toMatchObject({
				kind: 'conflict',
				sentence: expect.stringContaining('latest is cart-00003 now, and was cart-00002'),
			});
		},
	);
});
