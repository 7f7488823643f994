/** A release in the sandbox, as clients of its API and users of its gateway see it. */
import {expect, test} from 'vitest';
import {api, get, greeter, isReady, serving, start, watched} from './running-sandbox.js';

const split = (old: number) => ({
	spec: {
		traffic: [
			{revisionName: 'helloworld-go-00001', percent: old},
			{revisionName: 'helloworld-go-00002', percent: 100 - old, tag: 'canary'},
		],
	},
});
test('a release from beginning to end, at the pace of a demonstration', async () => {
	const sandbox = await start({seed: false, pace: 20});
	const host = 'helloworld-go.default.example.com';
	const path = `${serving}/services/helloworld-go`;
	await api(sandbox, `${serving}/services`, {
		method: 'POST',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'helloworld-go'},
			spec: {template: greeter('World')},
		},
	});
	await watched(sandbox, `${serving}/services`, isReady('helloworld-go', 1));
	expect((await get(sandbox, host)).body).toBe('Hello World!\n');

	await api(sandbox, path, {
		method: 'PATCH',
		body: {
			spec: {
				template: greeter('Knative'),
				traffic: [
					{revisionName: 'helloworld-go-00001', percent: 100},
					{latestRevision: true, percent: 0, tag: 'canary'},
				],
			},
		},
	});
	await watched(sandbox, `${serving}/services`, isReady('helloworld-go', 2));
	expect((await get(sandbox, host)).body).toBe('Hello World!\n');
	expect((await get(sandbox, `canary-${host}`)).body).toBe('Hello Knative!\n');

	await api(sandbox, path, {method: 'PATCH', body: split(50)});
	await watched(sandbox, `${serving}/services`, isReady('helloworld-go', 3));
	let greeted = 0;
	for (let count = 0; count < 200; count++) {
		greeted += Number((await get(sandbox, host)).body === 'Hello Knative!\n');
	}

	// 100 ± 7 standard deviations: once in 10¹¹ runs outside.
	expect(Math.abs(greeted - 100)).toBeLessThan(50);

	await api(sandbox, path, {method: 'PATCH', body: split(0)});
	await watched(sandbox, `${serving}/services`, isReady('helloworld-go', 4));
	expect((await get(sandbox, host)).body).toBe('Hello Knative!\n');
});

test('deleting a Service takes everything of it along, down to its host', async () => {
	const sandbox = await start({pace: 1000});
	await api(sandbox, `${serving}/services/cart`, {method: 'DELETE'});
	await expect
		.poll(async () => get(sandbox, 'cart.default.example.com'), {timeout: 10_000})
		.toEqual({status: 404, body: ''});
	const left = async (path: string): Promise<string> => JSON.stringify(await api(sandbox, path));
	for (const path of [
		`${serving}/routes`,
		`${serving}/configurations`,
		`${serving}/revisions`,
		'/api/v1/namespaces/default/pods',
		'/api/v1/namespaces/default/services',
		'/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses',
	]) {
		await expect.poll(() => left(path), {timeout: 10_000}).not.toContain('"cart');
	}
});

test('a pod that somebody deletes is replaced', async () => {
	const sandbox = await start({pace: 1000});
	const podNames = async (): Promise<string[]> =>
		JSON.stringify(await api(sandbox, '/api/v1/namespaces/default/pods')).match(
			/payments-00001-deployment-\w+-\w+/g,
		) ?? [];
	const [first] = await podNames();
	await api(sandbox, `/api/v1/namespaces/default/pods/${first}`, {method: 'DELETE'});
	await expect.poll(podNames, {timeout: 10_000}).not.toContain(first);
	await expect.poll(async () => (await podNames()).length, {timeout: 10_000}).toBeGreaterThan(0);
	expect((await get(sandbox, 'payments.default.example.com')).body).toBe('Hello Payments!\n');
});
