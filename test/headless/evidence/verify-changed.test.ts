/** What `verify` says of a service that changes while it is asked. */
import {expect, test} from 'vitest';
import {inFrontOf} from '../../support/gateway/front-gateway.js';
import {patchSpec, trafficOf} from '../sandbox.js';
import {ofService, verify} from './verified.js';
import {isNew, openWorld} from './worlds.js';

test('a split that is changed while it is asked is not judged', async () => {
	const world = await openWorld();
	let changed: Promise<unknown> | undefined;
	const {code, report} = await verify(world, {
		n: 200,
		onProgress({answered}) {
			if (answered >= 20) {
				changed ??= patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
			}
		},
	});
	await changed;
	expect(code).toBe(2);
	expect(report?.verdict).toMatchObject({
		state: 'cannot tell',
		sentence: 'Cannot tell: the split was changed while it was asked.',
	});
});

test('a split that is changed while it is asked, and back again, is not judged either', async () => {
	const world = await openWorld();
	let changed: Promise<unknown> | undefined;
	const toAndFro = async () => {
		await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
		await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 90, 2: 10})});
	};
	const {code, report} = await verify(world, {
		n: 200,
		onProgress({answered}) {
			if (answered >= 20) changed ??= toAndFro();
		},
	});
	await changed;
	expect(code).toBe(2);
	expect(report?.verdict.sentence).toBe('Cannot tell: the service was changed while it was asked.');
});

test('a row at 0 % that is added while it is asked changes nothing of what the split gives to whom', async () => {
	const world = await openWorld();
	let changed: Promise<unknown> | undefined;
	const {code, report} = await verify(world, {
		n: 200,
		onProgress({answered}) {
			if (answered >= 20) {
				changed ??= patchSpec(world.cluster, 'cart', {
					traffic: [
						{revisionName: 'cart-00002', percent: 0, tag: 'another'},
						...trafficOf('cart', {1: 90, 2: 10}),
					],
				});
			}
		},
	});
	await changed;
	expect(report?.verdict).toMatchObject({state: 'agrees'});
	expect(report?.notes).toContain(
		'The service was changed while it was asked; what the split gives to whom was not.',
	);
	expect(code).toBe(0);
});

test('a service that another one has taken the place of meanwhile is not judged, though it has the same split', async () => {
	const world = await openWorld();
	let isAnother = false;
	const cluster: typeof world.cluster = {
		...world.cluster,
		async request(request) {
			const answer = await world.cluster.request(request);
			if (!isAnother || !request.path.endsWith('/services/cart')) return answer;
			const object = structuredClone(answer.body);
			Reflect.set(Object(Reflect.get(Object(object), 'metadata')), 'uid', 'another');
			return {...answer, body: object};
		},
	};
	const {report} = await verify(
		{...world, cluster},
		{
			n: 40,
			onProgress() {
				isAnother = true;
			},
		},
	);
	expect(report?.verdict).toMatchObject({
		state: 'cannot tell',
		sentence: 'Cannot tell: the split was changed while it was asked.',
	});
});

test('a split that becomes another one while it is asked is told with its time', async () => {
	const world = await openWorld();
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
	let asked = 0;
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host}}, ask) => {
		let answer = await ask();
		// From the middle on only one of the two is let through.
		if (host === ofService && ++asked > 300) while (isNew(answer)) answer = await ask();
		return answer;
	});
	const {report, said} = await verify(world, {gateway, n: 600});
	const [begun = 0, at = 0, over = 0] = [report?.since, report?.change?.at, report?.until].map(time =>
		Date.parse(time ?? ''),
	);
	expect(at).toBeGreaterThan(begun);
	expect(at).toBeLessThan(over);
	expect(Object.keys(report?.change?.before ?? {})).toHaveLength(2);
	expect(said).toMatch(
		/Since \d\d:\d\d:\d\d .*cart-00001.*: what users get changed without a change of the split\./,
	);
});
