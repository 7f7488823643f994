/** A server that sends its clients elsewhere now and then, as real ones do with --goaway-chance, and breaks watches off. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import type {Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {reflect} from '../../source/kube/watch/reflector.js';
import {systemTimers} from '../../source/kube/timers.js';
import {createApiFaults, type ApiFaultSwitch} from '../../source/sandbox/api/http/api-faults.js';
import {at, stringOf} from '../../source/sandbox/api/body/json.js';
import {kubeconfigYaml} from '../../source/sandbox/api/http/sandbox-kubeconfig.js';
import {startApiServer, type ApiServer} from '../../source/sandbox/api/http/server.js';
import {services} from '../../source/sandbox/resources.js';
import type {ObjectStore} from '../../source/sandbox/shared-store.js';
import {createObjectStore} from '../../source/sandbox/store/object-store.js';

const token = 'a-token-of-the-test';
const path = '/apis/serving.knative.dev/v1/namespaces/default/services';
/** Back-off without the waiting. */
const timers = {
	...systemTimers,
	sleep: async () => new Promise<void>(resolve => void setImmediate(resolve)),
};

let store: ObjectStore;
let faults: ApiFaultSwitch;
let server: ApiServer;
let cluster: Cluster;

beforeEach(async () => {
	store = createObjectStore();
	faults = createApiFaults();
	server = await startApiServer({store, token, userName: 'jane', tls: true, faults});
	const {url, certificateAuthority} = server;
	cluster = await connect({
		kubeconfigText: kubeconfigYaml({
			server: url,
			certificateAuthority,
			token,
			userName: 'jane',
			contextName: 'test',
		}),
	});
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

it('no event is lost when every request brings a GOAWAY, and watches are broken off besides', async () => {
	store.create(services, {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {name: 'hello', namespace: 'default', labels: {seen: '0'}},
		spec: {template: {spec: {containers: [{image: 'registry.example.com/helloworld-go:1'}]}}},
	});
	faults.set({goaway: 1});
	const seen: string[] = [];
	const waiting = new Map<string, () => void>();
	const reflector = reflect(
		cluster,
		{path},
		{
			onChange(change) {
				const objects = change.type === 'page' ? change.items : [change.object];
				for (const object of objects) {
					const label = stringOf(at(object, 'metadata', 'labels', 'seen'));
					seen.push(label);
					waiting.get(label)?.();
				}
			},
			onState() {},
		},
		timers,
	);
	for (let count = 1; count <= 60; count++) {
		const told = Promise.withResolvers<void>();
		waiting.set(String(count), told.resolve);
		const answer = await cluster.request({
			method: 'PATCH',
			path: `${path}/hello`,
			body: {metadata: {labels: {seen: String(count)}}},
			contentType: 'application/merge-patch+json',
		});
		expect(answer.status).toBe(200);
		if (count % 10 === 0) faults.cutWatches();
		await told.promise;
	}

	reflector.stop();
	await reflector.done;
	const inOrder = Array.from({length: 61}, (_, count) => String(count));
	// What was there when the first list was made is told once, in that list.
	expect(inOrder.slice(-seen.length)).toEqual(seen);
	expect(seen.length).toBeGreaterThanOrEqual(60);
});
