/** Releases over HTTP, beside others who write as kubectl and CI do: users get back what they had, and nothing else. */
import {describe, expect, it} from 'vitest';
import {servingPath} from '../../../../source/kube/paths.js';
import {answering} from './answering.js';
import {
	cluster,
	create,
	deploy,
	madeOf,
	patch,
	run,
	split,
	splitOf,
	withOperators,
} from './operators-per-test.js';

withOperators();

describe('rollback', () => {
	it('does not go forward after a colleague has put the old one back', async () => {
		await madeOf('desk', 2, '1=100 2=0#canary');
		expect(await run('complete', 'desk', {machine: 'ann'})).toMatchObject({code: 0});
		await split('desk', '1=100');
		for (const machine of ['ann', 'bob']) {
			expect(await run('rollback', 'desk', {machine})).toMatchObject({
				code: 0,
				sentence: expect.stringMatching(
					/^desk-00002 was rolled back already at .* by .*: desk-00001 has 100 %\.$/,
				),
			});
		}
		expect(await splitOf('desk')).toBe('1=100');
	});

	it('twice is once', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		expect(await run('rollback', 'cart')).toMatchObject({code: 0});
		expect(await run('rollback', 'cart', {machine: 'bob'})).toMatchObject({
			code: 0,
			sentence: expect.stringMatching(/^cart-00002 was rolled back already/),
		});
		expect(await splitOf('cart')).toBe('1=100#stable 2=0#canary');
	});

	it('goes by the cluster, whatever an old history of this machine says', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		await run('complete', 'cart', {machine: 'ann'});
		await deploy('cart', 'three');
		await deploy('cart', 'four');
		await deploy('cart', 'five');
		await split('cart', '4=90#stable 5=10#canary');
		await run('rollback', 'cart', {machine: 'ann'});
		expect(await splitOf('cart')).toBe('4=100#stable 5=0#canary');
	});

	it('goes to no revision outside of the split', async () => {
		await madeOf('shop', 4, '2=90 4=10');
		await run('rollback', 'shop');
		expect(await splitOf('shop')).toBe('2=100 4=0');
	});

	it('moves nobody where the canary has 0 %', async () => {
		await madeOf('shop', 4, '2=100 4=0');
		expect(await run('rollback', 'shop')).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(
				/^Nothing to roll back: shop-00004 has 0 %, shop-00002 has 100 %\. To give the release up: kn-canary abandon shop -n \S+ --context /,
			),
		});
		expect(await splitOf('shop')).toBe('2=100 4=0');
	});

	it('of what follows the latest goes to the one before', async () => {
		await madeOf('till', 3);
		await run('rollback', 'till');
		expect(await splitOf('till')).toBe('3=0 2=100');
	});

	it('is not led by a tag that was left behind, and asks where the Route may not be read or has another split', async () => {
		await madeOf('till', 2);
		await split('till', '1=0#stable @latest=100');
		await deploy('till', 'three');
		const path = servingPath('routes', 'default', 'till');
		const mayNotRead = answering('GET', path, 403, {
			kind: 'Status',
			status: 'Failure',
			reason: 'Forbidden',
			message: 'routes.serving.knative.dev "till" is forbidden',
			code: 403,
		});
		const {body} = await cluster.request({method: 'GET', path});
		const traffic = [{revisionName: 'till-00001', percent: 100}];
		const isBehind = answering('GET', path, 200, {...Object(body), spec: {traffic}});
		for (const through of [mayNotRead, isBehind]) {
			expect(await run('rollback', 'till', {through})).toMatchObject({
				code: 2,
				sentence: expect.stringMatching(/Name the revision: --to till-00001 or --to till-00002\.$/),
			});
		}
		await run('rollback', 'till');
		expect(await splitOf('till')).toBe('1=0 3=0 2=100#stable');
	});

	it.each([
		['stays listed', '1=100#stable @latest=0', ['1=0#stable', '@latest=100']],
		['leaves the split', '1=100 @latest=0', ['@latest=100']],
		['stays, while the other one leaves', '1=100 @latest=0#canary', ['1=0', '@latest=100']],
	])(
		'asks where the latest got the traffic in the write that made it, and what users had %s',
		async (_, before, after) => {
			await create('till');
			await split('till', before);
			await deploy('till', 'two');
			await patch('till', {
				template: {
					spec: {
						containers: [
							{
								image: 'registry.example.com/samples/helloworld-go:1',
								env: [{name: 'TARGET', value: 'three'}],
							},
						],
					},
				},
				traffic: after.map(word => {
					const [share = '', tag] = word.split('#');
					const [key = '', percent] = share.split('=');
					return {
						...(key === '@latest' ? {latestRevision: true} : {revisionName: 'till-00001'}),
						percent: Number(percent),
						...(tag !== undefined && {tag}),
					};
				}),
			});
			for (const machine of ['ann', 'bob']) {
				expect(await run('rollback', 'till', {machine})).toMatchObject({
					code: 2,
					sentence: expect.stringMatching(
						/which of them had the traffic before till-00003 cannot be told\. Name the revision: --to till-0000[12] or --to till-0000[12]\.$/,
					),
				});
			}
			expect(await run('rollback', 'till', {to: '1'})).toMatchObject({code: 0});
			expect(await splitOf('till')).toContain('1=100');
		},
	);

	it('goes to the largest share beside the canary, and asks where two have as much', async () => {
		await madeOf('shop', 5, '1=30 2=40 3=20 4=7 5=3');
		await run('rollback', 'shop');
		expect(await splitOf('shop')).toBe('1=0 2=100 3=0 4=0 5=0');
		await split('shop', '1=40 2=40 3=20');
		expect(await run('rollback', 'shop')).toMatchObject({
			code: 2,
			sentence: expect.stringMatching(/Name the revision: --to shop-0000[12] or --to shop-0000[12]\.$/),
		});
		expect(await splitOf('shop')).toBe('1=40 2=40 3=20');
	});
});

it('a production roll back takes --yes, and nothing else there does', async () => {
	await madeOf('cart', 2, '1=90#stable 2=10#canary');
	expect(await run('complete', 'cart', {production: true})).toMatchObject({code: 5});
	expect(await run('rollback', 'cart', {production: true})).toMatchObject({code: 0});
});
