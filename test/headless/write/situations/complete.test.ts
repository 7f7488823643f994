/** Releases over HTTP, beside others who write as kubectl and CI do: what is being tried gets everything, and nothing else does. */
import {describe, expect, it} from 'vitest';
import {change} from '../change.js';
import {answering} from './answering.js';
import {cluster, create, madeOf, run, splitOf, withOperators} from './operators-per-test.js';

withOperators();

/** Adds the tag to the second revision. */
const tagSecond = async (name: string) =>
	change(cluster, {verb: 'tag', revision: '2', add: [name], remove: []});

describe('complete', () => {
	it('goes to the canary, and not to what CI has made since, which it names', async () => {
		await madeOf('cart', 4, '1=75#stable 2=25#canary');
		const {code, plan} = await run('complete', 'cart');
		expect(code).toBe(0);
		expect(plan?.notes).toContainEqual(
			expect.stringMatching(/has made cart-00004 since .*not part of this release/),
		);
		expect(await splitOf('cart')).toBe('1=0#previous 2=100#stable');
	});

	it('of one that was rolled back is asked for by its name, and warns of it then too', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		await run('rollback', 'cart', {machine: 'ann'});
		const unnamed = await run('complete', 'cart');
		expect(unnamed.code).toBe(2);
		expect(unnamed.sentence).toMatch(
			/^cart-00002 was rolled back at .* Name the revision: --to cart-00002\.$/,
		);
		const {code, plan} = await run('complete', 'cart', {to: '2'});
		expect(code).toBe(0);
		expect(plan?.warnings).toContainEqual({
			kind: 'other',
			sentence: expect.stringMatching(/^cart-00002 was rolled back at /),
		});
	});

	it('without a canary names the one that may be meant, and exits with 2', async () => {
		await madeOf('cart', 2, '1=100');
		const {code, sentence} = await run('complete', 'cart');
		expect(code).toBe(2);
		expect(sentence).toBe(
			'cart has no canary: cart-00001 has 100 %. cart-00002 is newer, but no split lists it. Name the revision: --to cart-00002. With --yes also --despite untried.',
		);
		expect(await splitOf('cart')).toBe('1=100');
		// By its name or as a share of 100 % it is the same promotion.
		const untried = {
			code: 5,
			sentence:
				'Not applied: cart-00002 is not what is being tried, which --yes does not agree to; confirm it at a terminal, or say --despite untried.',
		};
		expect(await run('complete', 'cart', {to: '2'})).toMatchObject(untried);
		expect(await run('split', 'cart', {shares: ['2=100']})).toMatchObject(untried);
		expect(await run('split', 'cart', {shares: ['@latest=100']})).toMatchObject(untried);
		const inProduction = {production: true, confirm: 'cart', shares: ['2=100']};
		expect(await run('split', 'cart', inProduction)).toMatchObject(untried);
		expect(await splitOf('cart')).toBe('1=100');
		expect(await run('complete', 'cart', {to: '2', despite: ['untried']})).toMatchObject({code: 0});
		expect(await splitOf('cart')).toBe('1=0#previous 2=100#stable');
	});

	it.each([
		['a Service of Kubernetes', 200, {name: 'previous-cart'}, /previous-cart, which another service/],
		[
			'of the route of another service',
			200,
			{name: 'previous-cart', ownerReferences: [{kind: 'Route', name: 'other'}]},
			/previous-cart, which another service/,
		],
		['not to be read', 403, {}, /Whether the name previous-cart is free could not be read/],
	])('gives no tag whose placeholder is %s, and says so', async (_, status, metadata, why) => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		const {plan} = await run('complete', 'cart', {
			through: answering('GET', '/api/v1/namespaces/default/services/previous-cart', status, {metadata}),
		});
		expect(plan?.notes).toContainEqual(expect.stringMatching(/^cart-00001 gets no tag previous\./));
		expect(plan?.notes).toContainEqual(expect.stringMatching(why));
		expect(await splitOf('cart')).toBe('1=0 2=100#stable');
	});

	it('and no more is it given by its name, which is not so already', async () => {
		await create('canary-cart');
		await madeOf('cart', 2, '1=100 2=0#beta');
		expect(await tagSecond('canary')).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(/^Not done: The tag canary needs the name canary-cart/),
		});
		expect(await tagSecond('beta')).toMatchObject({code: 0, sentence: 'Tags unchanged.'});
	});

	it('gives no tag whose placeholder is another service', async () => {
		await create('previous-cart');
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		const {plan} = await run('complete', 'cart');
		expect(plan?.notes).toContainEqual(
			expect.stringMatching(/^cart-00001 gets no tag previous\. .*previous-cart/),
		);
		expect(await splitOf('cart')).toBe('1=0 2=100#stable');
	});
});
