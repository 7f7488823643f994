/** Releases over HTTP, beside others who write as kubectl and CI do: shares by hand, and what goes with them in the patch. */
import {describe, expect, it} from 'vitest';
import {servingPath} from '../../../../source/kube/paths.js';
import {services} from '../operators.js';
import {cluster, madeOf, run, split, splitOf, withOperators} from './operators-per-test.js';

withOperators();

/** Of giving a revision of cart everything: `2=100`. */
const warningOf = async (share: string) =>
	(await run('split', 'cart', {shares: [share]})).plan?.warnings.find(({kind}) => kind === 'untried')
		?.sentence;

describe('split', () => {
	it('to all of it at once is a promotion, unless it goes to the canary, or back', async () => {
		await madeOf('cart', 3, '1=90#stable 2=10#canary');
		const untried = await run('split', 'cart', {shares: ['3=100']});
		expect(untried.code).toBe(5);
		expect(untried.plan?.warnings).toContainEqual({
			kind: 'untried',
			revision: 'cart-00003',
			sentence:
				'cart-00003 was in no split that is known to have given it traffic: the canary is cart-00002 (10 %).',
		});
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');
		// Shares below it are what a release is made of.
		expect(await run('split', 'cart', {shares: ['1=90', '3=10']})).toMatchObject({code: 0});
		expect(await run('split', 'cart', {shares: ['1=90', '2=10', '3=0']})).toMatchObject({code: 0});
		expect(await run('split', 'cart', {shares: ['2=100']})).toMatchObject({code: 0});
		expect(await run('split', 'cart', {shares: ['1=100']})).toMatchObject({code: 0});
		expect(await run('split', 'cart', {shares: ['3=100'], agree: async () => true})).toMatchObject({code: 0});
		expect(await run('split', 'cart', {shares: ['2=100']})).toMatchObject({code: 0});
	});

	it('to all of it of a canary that was rolled back says so, as promoting it does', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		await run('rollback', 'cart');
		const {code, plan} = await run('split', 'cart', {shares: ['2=100']});
		expect(code).toBe(0);
		expect(plan?.warnings).toContainEqual(
			expect.objectContaining({
				kind: 'other',
				sentence: expect.stringMatching(/^cart-00002 was rolled back at .* by sandbox-admin\.$/),
			}),
		);
	});

	it('names what is known of another one than the canary', async () => {
		await madeOf('cart', 4, '1=60#stable 2=20 3=20#canary 4=0#beta');
		expect(await warningOf('2=100')).toBe(
			'cart-00002 has 20 % of users, but is not what is being tried: the canary is cart-00003 (20 %).',
		);
		expect(await warningOf('4=100')).toBe(
			'cart-00004 is tagged beta and was in no split that is known to have given it traffic: the canary is cart-00003 (20 %).',
		);
		await run('split', 'cart', {shares: ['1=60', '4=40', '3=0']});
		await run('split', 'cart', {shares: ['1=60', '3=40', '4=0']});
		expect(await warningOf('4=100')).toBe(
			'cart-00004 is tagged beta and had 40 % of users before, but is not what is being tried: the canary is cart-00003 (40 %).',
		);
	});

	it('takes the tag, as kn does, and not the end of another name', async () => {
		await madeOf('bill', 3, '1=100 3=0#v2');
		await run('split', 'bill', {shares: ['v2=100']});
		expect(await splitOf('bill')).toBe('1=0 3=100#v2');
	});

	it('takes the words of kn, and pins what is named by its name', async () => {
		await madeOf('cart', 2);
		expect(await run('split', 'cart', {shares: ['1=90,2=10%']})).toMatchObject({code: 0});
		expect((await splitOf('cart')).split(' ').toSorted()).toEqual(['1=90', '2=10']);
		await split('cart', '1=90#stable 2=10#canary');
		expect(await run('split', 'cart', {shares: ['@stable=50', '@canary=50']})).toMatchObject({code: 0});
		expect(await splitOf('cart')).toBe('1=50#stable 2=50#canary');
	});

	it('writes once what is there twice, of which the route never becomes ready', async () => {
		await madeOf('shop', 4, '4=100');
		await cluster.request({
			method: 'PATCH',
			path: `${services}/shop`,
			contentType: 'application/merge-patch+json',
			body: {
				spec: {
					traffic: [
						{revisionName: 'shop-00004', percent: 40},
						{revisionName: 'shop-00004', percent: 60},
					],
				},
			},
		});
		expect(await run('split', 'shop', {shares: ['00004=100']})).toMatchObject({code: 0});
		expect(await splitOf('shop')).toBe('4=100');
	});
});

it('the note goes with the split in one patch, and neither makes a revision nor is lost by a server without one', async () => {
	await madeOf('cart', 2, '1=90#stable 2=10#canary');
	await run('complete', 'cart');
	const {body} = await cluster.request({method: 'GET', path: `${services}/cart`});
	const metadata: unknown = Reflect.get(Object(body), 'metadata');
	const annotations: unknown = Reflect.get(Object(metadata), 'annotations');
	const note: unknown = JSON.parse(String(Reflect.get(Object(annotations), 'kn-canary.dev/release')));
	expect(note).toMatchObject({
		v: 1,
		verb: 'promote',
		stable: 'cart-00002',
		previous: 'cart-00001',
		generation: Reflect.get(Object(metadata), 'generation'),
	});
	const revisions = await cluster.request({method: 'GET', path: servingPath('revisions', 'default')});
	expect(Reflect.get(Object(revisions.body), 'items')).toHaveLength(2);
});
