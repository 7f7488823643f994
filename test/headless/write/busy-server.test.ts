/** A command that the API server was too busy for looks again before it is sent again, at all that was looked at before. */
import {beforeEach, expect, it} from 'vitest';
import {change} from './change.js';
import type {ReleaseDependencies} from '../../../source/headless/write/release-command.js';
import {initialService} from '../../../source/knative/forms/service-form.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {status} from '../../support/kube/api-server.js';
import {openOperators, services, type Operators} from './operators.js';
import {verdict} from './verdict.js';

let world: Operators;

beforeEach(async () => {
	world = await openOperators();
	await world.create('cart');
	await world.split('cart', '1=100');
	await world.deploy('cart', 'two');
	await world.split('cart', '1=90#stable 2=10#canary');
});

/** Too busy for the first write; meanwhile something happens. `tries` counts what came to the server. */
function busyOnce(
	meanwhile: () => Promise<unknown> = async () => {},
	at = `${services}/cart`,
	body: unknown = status(429, 'TooManyRequests', 'The server has received too many requests'),
) {
	const tries: number[] = [];
	const through = (own: Cluster): Cluster => ({
		...own,
		async request(request) {
			const isWrite = request.method !== 'GET' && request.path === at;
			if (!isWrite) return own.request(request);
			tries.push(Date.now());
			if (tries.length > 1) return own.request(request);
			await meanwhile();
			return {status: 429, body, warnings: [], retryAfter: 0};
		},
	});
	return {through, tries};
}

const before = '1=90#stable 2=10#canary';

it('goes through where nothing has changed, as one change', async () => {
	const {through, tries} = busyOnce();
	const result = await world.run('split', 'cart', {shares: ['1=50', '2=50'], through});
	expect(result).toMatchObject({code: 0, outcome: 'done'});
	expect(tries).toHaveLength(2);
	expect(await world.splitOf('cart')).toBe('1=50#stable 2=50#canary');
});

it('is sent once where a proxy says that it is busy: whoever is on the way knows nothing of the server', async () => {
	const page = '<html><body><h1>429 Too Many Requests</h1></body></html>';
	const {through, tries} = busyOnce(undefined, undefined, page);
	const result = await world.run('split', 'cart', {shares: ['1=50', '2=50'], through});
	expect(result).toMatchObject({code: 1, outcome: 'refused', sentence: expect.stringMatching(/^Not done: /)});
	expect(tries).toHaveLength(1);
	expect(await world.splitOf('cart')).toBe(before);
});

it.each([
	['split', {shares: ['1=50', '2=50']}, 'cart-00002'],
	['complete', {}, 'cart-00002'],
	['rollback', {}, 'cart-00001'],
] as const)('%s is not sent again to what was rejected meanwhile', async (verb, options, revision) => {
	const {through, tries} = busyOnce(async () => world.markRejected(revision, '{"why":"it leaks"}'));
	const result = await world.run(verb, 'cart', {...options, through});
	expect(result).toMatchObject({
		code: 3,
		sentence: expect.stringMatching(
			new RegExp(
				`^Not applied: ${revision} was rejected.* This was not known when it was planned\\. Run it again\\.$`,
			),
		),
	});
	expect(tries).toHaveLength(1);
	expect(await world.splitOf('cart')).toBe(before);
});

it('is not sent again under the hands of who has begun to manage the service', async () => {
	const {through, tries} = busyOnce(async () =>
		world.cluster.request({
			method: 'PATCH',
			path: `${services}/cart`,
			contentType: 'application/merge-patch+json',
			body: {metadata: {annotations: {'argocd.argoproj.io/tracking-id': 'shop:cart'}}},
		}),
	);
	const result = await world.run('split', 'cart', {shares: ['1=50', '2=50'], through});
	expect(result).toMatchObject({code: 3, sentence: expect.stringContaining('manages this service')});
	expect(tries).toHaveLength(1);
	expect(await world.splitOf('cart')).toBe(before);
});

it('is a conflict where somebody has changed the split meanwhile', async () => {
	const {through} = busyOnce(async () => world.split('cart', '1=70#stable 2=30#canary'));
	const result = await world.run('split', 'cart', {shares: ['1=50', '2=50'], through});
	expect(result).toMatchObject({code: 3, outcome: 'conflict'});
	expect(await world.splitOf('cart')).toBe('1=70#stable 2=30#canary');
});

it('a promotion is not sent again of a canary that is worse by now', async () => {
	const {through, tries} = busyOnce();
	const verdicts = [verdict('not worse'), verdict('worse')];
	const compare: ReleaseDependencies['compare'] = async () => ({
		kind: 'compared',
		verdict: verdicts.shift() ?? verdict('worse'),
	});
	const result = await world.run('complete', 'cart', {compare, through});
	expect(result).toMatchObject({
		code: 3,
		sentence: expect.stringMatching(/^Not applied: WORSE: cart-00002 failed 20 of 80 .* Run it again\.$/),
	});
	expect(tries).toHaveLength(1);
	expect(await world.splitOf('cart')).toBe(before);
});

it('a creation is not sent again of an image that was rejected meanwhile', async () => {
	const bad = 'registry.example.com/samples/helloworld-flaky:2';
	await world.deploy('cart', 'three', bad);
	const {through, tries} = busyOnce(
		async () => world.markRejected('cart-00003', '{"why":"it leaks"}'),
		services,
	);
	const create = async (own: Cluster) =>
		change(own, {verb: 'create', values: {...initialService(), name: 'desk', image: bad}}, {service: 'desk'});
	expect(await create(through(world.cluster))).toMatchObject({
		code: 3,
		sentence: expect.stringMatching(
			/^Not applied: It runs the image of cart-00003 .*, which was rejected.* Run it again\.$/,
		),
	});
	expect(tries).toHaveLength(1);
	await expect(world.service('desk')).rejects.toThrow(/desk/);
});

it('a deletion is not sent again of a service that somebody has changed meanwhile', async () => {
	const {through, tries} = busyOnce(async () => world.split('cart', '1=70#stable 2=30#canary'));
	const result = await change(
		through(world.cluster),
		{verb: 'delete', revision: undefined},
		{confirm: 'cart'},
	);
	expect(result).toMatchObject({
		code: 3,
		sentence: expect.stringMatching(
			/^Not applied: \S+ has changed cart since it was planned\. Run it again\.$/,
		),
	});
	expect(tries).toHaveLength(1);
	expect(await world.splitOf('cart')).toBe('1=70#stable 2=30#canary');
});
