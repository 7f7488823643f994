/** Releases over HTTP, beside others who write as kubectl and CI do: the last change is taken back, and no other. */
import {describe, expect, it} from 'vitest';
import {madeOf, run, split, splitOf, withOperators} from './operators-per-test.js';

withOperators();

describe('undo', () => {
	it('takes back what another machine did, and says what it brings back', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		await run('rollback', 'cart', {machine: 'ann'});
		const {plan} = await run('undo', 'cart', {machine: 'bob'});
		expect(plan?.warnings).toContainEqual(
			expect.objectContaining({
				sentence: expect.stringMatching(
					/^Brings cart-00002 back to 10 % of users, which was rolled back at .*\.$/,
				),
			}),
		);
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');
	});

	it('guesses nothing of a change that nobody has seen', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		await run('complete', 'cart', {machine: 'ann'});
		await split('cart', '1=100');
		expect(await run('undo', 'cart', {machine: 'ann'})).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(/^Nothing to undo: .* has changed it since/),
		});
	});
});
