/** Pods that go while they work, with the API server and its garbage collection at work too. */
import {expect, onTestFinished, test} from 'vitest';
import {at, parseJson} from '../../../source/sandbox/api/body/json.js';
import {startApiServer} from '../../../source/sandbox/api/http/server.js';
import {pods} from '../../../source/sandbox/resources.js';
import {startWorld, template} from './world.js';

const token = 'a-token-of-the-test';

/** A Service whose one pod works on a request. */
async function atWork() {
	const world = await startWorld({pace: 100});
	const server = await startApiServer({
		store: world.store,
		token,
		userName: 'jane',
		pods: world.manager.kubelet,
	});
	onTestFinished(async () => {
		await server.close();
		await world.stop();
	});
	world.create('slow', {
		template: template({
			image: 'registry.example.com/test/helloworld-flaky:1',
			env: {ERROR_RATE: '0', LATENCY_MS: '500'},
			annotations: {'autoscaling.knative.dev/min-scale': '1'},
		}),
	});
	await world.ready('slow');
	const answer = world.get('slow.default.example.com').catch((error: unknown) => String(error));
	await expect.poll(() => world.manager.backends.get('default/slow-00001')?.usage.concurrency).toBe(1);
	const names = (): string[] => world.store.list(pods, 'default').map(({metadata}) => metadata.name);
	const [name = ''] = names();
	return {
		answer,
		name,
		names,
		ask: async (method: string, path: string): Promise<unknown> => {
			const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
				method,
				headers: {authorization: `Bearer ${token}`},
			});
			return parseJson(await response.text());
		},
	};
}

test('a pod that is deleted finishes its requests, marked for that long, while another takes its place', async () => {
	const {answer, name, names, ask} = await atWork();
	const marked = await ask('DELETE', `/api/v1/namespaces/default/pods/${name}`);
	expect(marked).toMatchObject({kind: 'Pod', metadata: {name, deletionGracePeriodSeconds: 300}});
	expect(at(marked, 'metadata', 'deletionTimestamp')).toEqual(expect.any(String));
	expect(names()).toContain(name);
	expect(await answer).toMatchObject({status: 200});
	await expect.poll(names).not.toContain(name);
	await expect.poll(() => names().length).toBe(1);
});

test('so do the pods of a Service that is deleted', async () => {
	const {answer, names, ask} = await atWork();
	await ask('DELETE', '/apis/serving.knative.dev/v1/namespaces/default/services/slow');
	expect(await answer).toMatchObject({status: 200});
	await expect.poll(names).toEqual([]);
});

test('without grace it is gone at once, and its requests with it', async () => {
	const {answer, name, names, ask} = await atWork();
	await ask('DELETE', `/api/v1/namespaces/default/pods/${name}?gracePeriodSeconds=0`);
	expect(names()).not.toContain(name);
	expect(await answer).toMatchObject({status: 502});
});
