/** Releases over HTTP, beside others who write as kubectl and CI do: a canary is compared before it gets everything. */
import {describe, expect, it, vi} from 'vitest';
import {compareCanary} from '../../../../source/headless/write/compare-canary.js';
import type {ReleaseDependencies} from '../../../../source/headless/write/release-command.js';
import {requestOptionsOf} from '../../../../source/probe/transport/request-options.js';
import {
	cluster,
	create,
	deploy,
	gateway,
	madeOf,
	patch,
	run,
	split,
	splitOf,
	withOperators,
} from './operators-per-test.js';

withOperators();

describe('a canary that is compared first', () => {
	it('and is worse is promoted only despite that', async () => {
		await create('cart');
		await split('cart', '1=100');
		await patch('cart', {
			template: {spec: {containers: [{image: 'registry.example.com/samples/helloworld-flaky:2'}]}},
		});
		await split('cart', '1=90#stable 2=10#canary');
		vi.useRealTimers();
		const requestOptions = requestOptionsOf({}, {rate: 20});
		const compare: ReleaseDependencies['compare'] = async facts =>
			compareCanary(cluster, facts, {gateway, requestOptions, pairs: 400, within: 60_000});
		const refused = await run('complete', 'cart', {compare});
		expect(refused).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(
				/^Not applied: WORSE: cart-00002 failed \d+ of \d+ \(\d+ %\), cart-00001 0 of \d+\..* --despite worse\.$/,
			),
		});
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');
		expect(await run('complete', 'cart', {compare, despite: ['worse']})).toMatchObject({code: 0});
		expect(await splitOf('cart')).toBe('1=0#previous 2=100#stable');
	});

	it('and is good has a bound on how often it may fail', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		vi.useRealTimers();
		const requestOptions = requestOptionsOf({}, {rate: 20});
		const compare: ReleaseDependencies['compare'] = async facts =>
			compareCanary(cluster, facts, {gateway, requestOptions});
		const {code, plan} = await run('complete', 'cart', {compare});
		expect(code).toBe(0);
		expect(plan?.about).toContainEqual({
			label: 'Verdict',
			value: expect.stringMatching(
				/^At \d\d:\d\d:\d\d: Not worse so far: cart-00002 failed 0 of \d+, cart-00001 0 of \d+ \(true rate < \d\.\d %\)\.$/,
			),
		});
	});

	it('says nothing of another one that is promoted: that is not what is being tried, which --yes does not agree to', async () => {
		await create('cart');
		await split('cart', '1=100');
		await deploy('cart', 'two');
		await deploy('cart', 'three', 'registry.example.com/samples/helloworld-flaky:2');
		await split('cart', '1=90#stable 2=10#canary');
		const compare = vi.fn<NonNullable<ReleaseDependencies['compare']>>();
		const refused = await run('complete', 'cart', {to: '3', compare});
		expect(refused).toMatchObject({
			code: 5,
			sentence:
				'Not applied: cart-00003 is not what is being tried, which --yes does not agree to; confirm it at a terminal, or say --despite untried.',
			plan: {skipped: '5 %, 10 %, 25 % and 50 % (cart-00003 0 % so far)'},
		});
		expect(refused.plan?.about).toContainEqual({
			label: 'Differs',
			value: expect.stringMatching(/^image .*helloworld-go:1 → .*helloworld-flaky:2$/),
		});
		expect(refused.plan?.warnings).toContainEqual({
			kind: 'untried',
			revision: 'cart-00003',
			sentence:
				'cart-00003 was in no split that is known to have given it traffic: the canary is cart-00002 (10 %).',
		});
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');
		expect(await run('complete', 'cart', {to: 'nonsense', compare})).toMatchObject({code: 2});
		expect(await run('complete', 'cart', {to: '1', compare})).toMatchObject({code: 1});
		expect(compare).not.toHaveBeenCalled();
		expect(await run('complete', 'cart', {to: '3', agree: async () => true})).toMatchObject({code: 0});
		expect(await splitOf('cart')).toContain('3=100#stable');
	});

	it('says once why it was not compared, and which command changes that', async () => {
		await madeOf('cart', 2, '1=90 2=10#canary');
		const said: unknown[] = [];
		const compare: ReleaseDependencies['compare'] = async facts => {
			const compared = await compareCanary(cluster, facts, {
				gateway,
				requestOptions: requestOptionsOf({}, {rate: 20}),
			});
			said.push(compared);
			return compared;
		};
		expect(await run('complete', 'cart', {compare})).toMatchObject({code: 0});
		expect(said).toEqual([
			{
				kind: 'not compared',
				sentence: expect.stringMatching(
					/^Not compared: cart-00001 has no tag URL; kn-canary tag cart cart-00001=TAG -n \S+ --context \S+.* adds one\.$/,
				),
			},
		]);
	});
});
