/** Releases over HTTP, beside others who write as kubectl and CI do: what an operator was asked about is another thing by the answer. */
import {describe, expect, it} from 'vitest';
import type {ReleaseDependencies} from '../../../../source/headless/write/release-command.js';
import {change} from '../change.js';
import {services} from '../operators.js';
import {beforeReady} from './answering.js';
import {cluster, madeOf, run, split, splitOf, withOperators} from './operators-per-test.js';

withOperators();

/** As a tool marks what it manages. */
const managedByArgo = async () =>
	cluster.request({
		method: 'PATCH',
		path: `${services}/cart`,
		contentType: 'application/merge-patch+json',
		body: {metadata: {annotations: {'argocd.argoproj.io/tracking-id': 'shop:cart'}}},
	});

describe('what a prompt has shown moves without a change of the spec', () => {
	it.each(['split', 'tag'] as const)(
		'%s: @latest is another revision by the answer, so nothing is written',
		async verb => {
			await madeOf('cart', 3);
			await split('cart', '1=90 @latest=10#canary');
			let isAsked = false;
			const through = beforeReady(() => isAsked, 'cart-00002');
			const agree = async () => (isAsked = true);
			const asked =
				verb === 'split'
					? run('split', 'cart', {shares: ['1=50', '@latest=50'], agree, through})
					: change(through(cluster), {verb: 'tag', revision: '1', add: ['old'], remove: []}, {agree});
			expect(await asked).toMatchObject({
				code: 3,
				sentence: 'Not applied: latest is cart-00003 now, and was cart-00002. Run it again.',
			});
			expect(await splitOf('cart')).toBe('1=90 @latest=10#canary');
		},
	);

	it('a promotion goes to what was shown as the canary, or nowhere: while it was compared, too', async () => {
		await madeOf('cart', 3);
		await split('cart', '1=90#stable @latest=10#canary');
		let isAsked = false;
		const through = beforeReady(() => isAsked, 'cart-00002');
		const compare: ReleaseDependencies['compare'] = async () => {
			isAsked = true;
			return {kind: 'not compared', sentence: 'Not compared.'};
		};
		expect(await run('complete', 'cart', {compare, through})).toMatchObject({code: 3});
		expect(await splitOf('cart')).toBe('1=90#stable @latest=10#canary');
	});

	it('nor under the hands of who has begun to manage it', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		expect(
			await run('split', 'cart', {
				shares: ['1=50', '2=50'],
				agree: async () => (await managedByArgo()).status === 200,
			}),
		).toMatchObject({
			code: 3,
			sentence: expect.stringMatching(/^Not applied: Argo CD manages this service .* Run it again\.$/),
		});
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');
	});
});
