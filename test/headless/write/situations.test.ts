/**
 * The situations in which the verbs went wrong, over HTTP: written by others as kubectl and CI write, released by the
 * commands.
 */
import {beforeEach, describe, expect, it, vi} from 'vitest';
import {compareCanary} from '../../../source/headless/write/compare-canary.js';
import {changeObject} from '../../../source/headless/write/objects.js';
import type {ReleaseDependencies} from '../../../source/headless/write/release.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {servingPath} from '../../../source/kube/paths.js';
import {initialService} from '../../../source/knative/forms/service-form.js';
import {requestOptionsOf} from '../../../source/probe/transport/request-options.js';
import {openOperators, services, type Operators} from './operators.js';

let cluster: Cluster;
let gateway: Operators['gateway'];
let create: Operators['create'];
let deploy: Operators['deploy'];
let patch: Operators['patch'];
let run: Operators['run'];
let markRejected: Operators['markRejected'];
let split: Operators['split'];
let splitOf: Operators['splitOf'];

beforeEach(async () => {
	({cluster, gateway, create, deploy, markRejected, patch, run, split, splitOf} = await openOperators());
});

/** The cluster with another answer to requests like that. */
const answering =
	(method: string, path: string, status: number, body: object) =>
	(own: Cluster): Cluster => ({
		...own,
		request: async request =>
			request.method === method && request.path === path
				? {status, body, warnings: []}
				: own.request(request),
	});

/** A role that may change services, and no revisions. */
const mayNotMark = answering('PATCH', servingPath('revisions', 'default', 'cart-00002'), 403, {
	kind: 'Status',
	apiVersion: 'v1',
	status: 'Failure',
	reason: 'Forbidden',
	message: 'revisions.serving.knative.dev "cart-00002" is forbidden',
	code: 403,
});

/** As the cluster was before the newest revision was ready, until somebody has been asked. */
const beforeReady =
	(isAsked: () => boolean, latestReadyRevisionName: string) =>
	(own: Cluster): Cluster => ({
		...own,
		async request(request) {
			const answer = await own.request(request);
			if (isAsked() || request.method !== 'GET' || request.path !== `${services}/cart`) return answer;
			const body = Object(answer.body);
			return {
				...answer,
				body: {...body, status: {...Object(Reflect.get(body, 'status')), latestReadyRevisionName}},
			};
		},
	});

/** As a tool marks what it manages. */
const managedByArgo = async () =>
	cluster.request({
		method: 'PATCH',
		path: `${services}/cart`,
		contentType: 'application/merge-patch+json',
		body: {metadata: {annotations: {'argocd.argoproj.io/tracking-id': 'shop:cart'}}},
	});

/** Adds the tag to the second revision. */
const tagSecond = async (name: string) =>
	changeObject(
		{verb: 'tag', revision: '2', add: [name], remove: []},
		{
			namespace: 'default',
			service: 'cart',
			dryRun: false,
			yes: true,
			production: false,
			reason: '',
			wait: 0,
		},
		{cluster, history: undefined, show() {}, agree: undefined, progress() {}},
	);

async function madeOf(name: string, revisions: number, words?: string): Promise<void> {
	await create(name);
	if (words !== undefined) await split(name, '1=100');
	for (let number = 2; number <= revisions; number++) await deploy(name, `number ${number}`);
	if (words !== undefined) await split(name, words);
}

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
			sentence:
				'Nothing to roll back: shop-00004 has 0 %, shop-00002 has 100 %. To give the release up: kn-canary abandon shop.',
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
		const warningOf = async (share: string) =>
			(await run('split', 'cart', {shares: [share]})).plan?.warnings.find(({kind}) => kind === 'untried')
				?.sentence;
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
					: changeObject(
							{verb: 'tag', revision: '1', add: ['old'], remove: []},
							{
								namespace: 'default',
								service: 'cart',
								dryRun: false,
								yes: false,
								production: false,
								reason: '',
								wait: 0,
							},
							{cluster: through(cluster), history: undefined, show() {}, agree, progress() {}},
						);
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

describe('abandon', () => {
	it('takes the canary out and marks it, so that nothing goes to it by itself; the template is put back', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		const {code} = await run('abandon', 'cart', {reason: 'too many 5xx', resetsTemplate: true});
		expect(code).toBe(0);
		expect(await splitOf('cart')).toBe('1=100#stable');
		const revision = await cluster.request({
			method: 'GET',
			path: servingPath('revisions', 'default', 'cart-00002'),
		});
		expect(revision.body).toMatchObject({
			metadata: {annotations: {'kn-canary.dev/rejected': expect.stringMatching(/"why":"too many 5xx"/)}},
		});
		const made = await cluster.request({
			method: 'GET',
			path: servingPath('revisions', 'default', 'cart-00003'),
		});
		expect(made.body).toMatchObject({spec: {containers: [{env: [{name: 'TARGET', value: 'one'}]}]}});

		expect(await run('complete', 'cart', {to: '2'})).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(/cart-00002 was rejected.*too many 5xx.*--despite rejected\.$/),
		});
		expect(await run('split', 'cart', {shares: ['1=90', '2=10']})).toMatchObject({code: 1});
		expect(await splitOf('cart')).toBe('1=100#stable');
		expect(await run('complete', 'cart', {to: '2', despite: ['rejected']})).toMatchObject({code: 0});
	});
});

describe('what was rejected', () => {
	it('while somebody was asked gets nothing, and the next one is told of it', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		const asked = run('complete', 'cart', {
			async agree() {
				await markRejected('cart-00002', 'too many 5xx');
				return true;
			},
		});
		expect(await asked).toMatchObject({
			code: 3,
			sentence:
				'Not applied: cart-00002 was rejected: too many 5xx. This was not known when it was planned. Run it again.',
		});
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');
		expect(await run('complete', 'cart')).toMatchObject({code: 1});
		expect(await run('rollback', 'cart', {agree: async () => true})).toMatchObject({code: 0});
	});

	it('is so by the note where the mark cannot be written, on every machine; abandon again writes the mark', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		const dry = await run('abandon', 'cart', {through: mayNotMark, dryRun: true});
		expect(dry.dryRun).toMatchObject({
			kind: 'accepted',
			missed: expect.stringMatching(
				/^The mark on cart-00002 would not be written; the note on the service says/,
			),
		});
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');

		const first = await run('abandon', 'cart', {through: mayNotMark, reason: 'too many 5xx'});
		expect(first.code).toBe(0);
		expect(first.sentence).toMatch(
			/cart-00002 bears no mark itself; the note on the service says that it is rejected.*Abandon again writes the mark\./,
		);
		expect(await splitOf('cart')).toBe('1=100#stable');
		expect(await run('split', 'cart', {shares: ['1=90', '2=10'], machine: 'bob'})).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(/cart-00002 was rejected at .*too many 5xx\. .*--despite rejected\.$/),
		});
		// A change of the split by somebody else takes nothing of that back.
		await split('cart', '1=100');
		expect(await run('complete', 'cart', {to: '2'})).toMatchObject({code: 1});

		expect(await run('abandon', 'cart', {machine: 'bob'})).toMatchObject({code: 0});
		const revision = await cluster.request({
			method: 'GET',
			path: servingPath('revisions', 'default', 'cart-00002'),
		});
		expect(revision.body).toMatchObject({
			metadata: {annotations: {'kn-canary.dev/rejected': expect.any(String)}},
		});
		expect(await run('abandon', 'cart')).toMatchObject({
			code: 0,
			sentence: expect.stringMatching(/^cart-00002 was given up already/),
		});
	});

	it('is refused under another name, too: by split, complete and undo', async () => {
		const bad = 'registry.example.com/samples/helloworld-flaky:2';
		await create('cart');
		await split('cart', '1=100');
		await deploy('cart', 'two', bad);
		await split('cart', '1=90#stable 2=10#canary');
		expect(await run('abandon', 'cart', {reason: 'flaky'})).toMatchObject({code: 0});
		// One more variable, the same image: CI makes it again.
		await deploy('cart', 'three', bad);
		const refused = {
			code: 1,
			sentence: expect.stringMatching(
				/cart-00003 runs the image of cart-00002 \(helloworld-flaky:2\), which was rejected at .*flaky\. .*--despite rejected\.$/,
			),
		};
		expect(await run('split', 'cart', {shares: ['1=90', '3=10']})).toMatchObject(refused);
		expect(await run('complete', 'cart', {to: '3'})).toMatchObject(refused);
		expect(await splitOf('cart')).toBe('1=100#stable');
		const despite = {despite: ['rejected' as const]};
		expect(await run('split', 'cart', {shares: ['1=90', '3=10'], ...despite})).toMatchObject({code: 0});
		expect(await run('rollback', 'cart', {to: '1'})).toMatchObject({code: 0});
		expect(await run('undo', 'cart')).toMatchObject(refused);
	});

	it('is refused to who may not list revisions, by the note alone', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		expect(await run('abandon', 'cart', {reason: 'flaky', through: mayNotMark})).toMatchObject({code: 0});
		const mayNotList = answering('GET', servingPath('revisions', 'default'), 403, {
			kind: 'Status',
			apiVersion: 'v1',
			status: 'Failure',
			reason: 'Forbidden',
			message: 'revisions.serving.knative.dev is forbidden',
			code: 403,
		});
		const back = {shares: ['1=90', '2=10'], through: mayNotList};
		expect(await run('split', 'cart', back)).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(/cart-00002 was rejected at .*flaky\. .*--despite rejected\.$/),
		});
		expect(await splitOf('cart')).not.toContain('2=10');
	});

	it('is refused to a service of another name', async () => {
		const bad = 'registry.example.com/samples/helloworld-flaky:2';
		await create('cart');
		await split('cart', '1=100');
		await deploy('cart', 'two', bad);
		await split('cart', '1=90#stable 2=10#canary');
		expect(await run('abandon', 'cart', {reason: 'flaky'})).toMatchObject({code: 0});
		const wish = {verb: 'create' as const, values: {...initialService(), name: 'desk', image: bad}};
		const options = {
			namespace: 'default',
			service: 'desk',
			dryRun: false,
			yes: true,
			production: false,
			reason: '',
			wait: 0,
		};
		const means = {cluster, history: undefined, show() {}, agree: undefined, progress() {}};
		expect(await changeObject(wish, options, means)).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(
				/It runs the image of cart-00002 \(helloworld-flaky:2\), which was rejected at .*--despite rejected\.$/,
			),
		});
		const despite = {...options, despite: ['rejected' as const]};
		expect(await changeObject(wish, despite, means)).toMatchObject({code: 0});
		// However soon it is asked for again: it was there before anything was sent.
		expect(await changeObject(wish, despite, means)).toMatchObject({
			code: 1,
			sentence: 'Not done: services.serving.knative.dev "desk" already exists',
		});
	});
});

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
				/^Not worse so far: cart-00002 failed 0 of \d+, cart-00001 0 of \d+ \(true rate < \d\.\d %\)\.$/,
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
				sentence: 'Not compared: cart-00001 has no tag URL; kn-canary tag cart cart-00001=TAG adds one.',
			},
		]);
	});
});

it('a production roll back takes --yes, and nothing else there does', async () => {
	await madeOf('cart', 2, '1=90#stable 2=10#canary');
	expect(await run('complete', 'cart', {production: true})).toMatchObject({code: 5});
	expect(await run('rollback', 'cart', {production: true})).toMatchObject({code: 0});
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
