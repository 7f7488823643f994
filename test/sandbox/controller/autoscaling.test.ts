/** How many pods a revision has, by its annotations and by config-autoscaler. */
import {afterEach, expect, test} from 'vitest';
import {getRevision} from '../../../source/sandbox/controller/objects.js';
import {podsOf} from '../../../source/sandbox/controller/workload/pods.js';
import {deployments, podAutoscalers, pods, replicaSets} from '../../../source/sandbox/resources.js';
import type {Resource, StoredObject} from '../../../source/sandbox/shared-store.js';
import {pinned, startWorld, template, type ControllerWorld} from './world.js';

let world: ControllerWorld;
afterEach(async () => {
	await world.stop();
});

function at(value: unknown, field: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}

const podCount = (revision: string): number => podsOf(world.store, `default/${revision}`).length;
const condition = (revision: string, type: string): string | undefined =>
	world.conditionsOf(revision, 'revision')[type];

const autoscaling = (annotations: Record<string, string>): Record<string, string> =>
	Object.fromEntries(
		Object.entries(annotations).map(([name, value]) => [`autoscaling.knative.dev/${name}`, value]),
	);

test('§8.26 a revision in reserve is not kept up by its minimum', async () => {
	world = await startWorld({pace: 400});
	const annotations = autoscaling({'min-scale': '2'});
	world.create('hello', {template: template({annotations})});
	await world.ready();
	world.update('hello', {template: template({annotations, env: {TARGET: 'Knative'}})});
	await world.until(() => world.service().status?.latestReadyRevisionName === 'hello-00002');
	await world.ready();
	await world.until(() => podCount('hello-00001') === 0);
	expect(podCount('hello-00002')).toBe(2);
	expect(condition('hello-00001', 'Active')).toBe('False NoTraffic The target is not receiving traffic.');
	expect(condition('hello-00001', 'Ready')).toBe('True');
	// Listed at 0 % it is referred to again, and gets its pods back before it gets a request.
	world.update('hello', {traffic: [pinned('hello-00002', 100), pinned('hello-00001', 0)]});
	await world.until(() => condition('hello-00001', 'Active') === 'True');
	expect(podCount('hello-00001')).toBe(2);
});

test('a revision whose pods never become ready is given up after its deadline, and its pods go', async () => {
	world = await startWorld({pace: 1000});
	world.create('hello', {
		template: template({
			image: 'registry.example.com/test/helloworld-wrong-port',
			annotations: {'serving.knative.dev/progress-deadline': '2m0s'},
		}),
	});
	await world.until(() => condition('hello-00001', 'Active')?.startsWith('Unknown Queued') === true);
	await world.until(() => podCount('hello-00001') === 1);
	await world.until(
		() => condition('hello-00001', 'Active') === 'False TimedOut The target could not be activated.',
	);
	await world.until(() => podCount('hello-00001') === 0);
	expect(condition('hello-00001', 'ResourcesAvailable')).toMatch(/^False ProgressDeadlineExceeded /);
});

test('enable-scale-to-zero false keeps the last pod; turned on again it goes', async () => {
	world = await startWorld({pace: 1000});
	world.configure('config-autoscaler', {'enable-scale-to-zero': 'false'});
	world.create('hello', {template: template()});
	await world.ready();
	// What fails after four minutes says that far more time has passed than it takes to go to zero.
	world.create('clock', {
		template: template({
			image: 'registry.example.com/test/helloworld-wrong-port',
			annotations: {'serving.knative.dev/progress-deadline': '4m0s'},
		}),
	});
	await world.until(() => condition('clock-00001', 'Ready')?.startsWith('False') === true);
	expect(podCount('hello-00001')).toBe(1);
	expect(condition('hello-00001', 'Active')).toBe('True');
	world.configure('config-autoscaler', {'enable-scale-to-zero': 'true'});
	await world.until(() => podCount('hello-00001') === 0);
});

test('activation-scale is what a revision wakes up with', async () => {
	world = await startWorld({pace: 400});
	world.create('hello', {template: template({annotations: autoscaling({'activation-scale': '3'})})});
	await world.ready();
	await world.until(() => podCount('hello-00001') === 0);
	let most = 0;
	world.store.subscribe(({resource}) => {
		if (resource === pods) {
			most = Math.max(most, podCount('hello-00001'));
		}
	});
	expect(await world.get('hello.default.example.com')).toMatchObject({status: 200});
	expect(most).toBe(3);
});

test('initial-scale is needed once to be Ready; zero only where the cluster allows it', async () => {
	world = await startWorld();
	world.create('hello', {template: template({annotations: autoscaling({'initial-scale': '2'})})});
	world.create('lazy', {template: template({annotations: autoscaling({'initial-scale': '0'})})});
	await world.ready();
	await world.ready('lazy');
	expect([podCount('hello-00001'), podCount('lazy-00001')]).toEqual([2, 1]);
	world.configure('config-autoscaler', {'allow-zero-initial-scale': 'true'});
	world.create('lazier', {template: template({annotations: autoscaling({'initial-scale': '0'})})});
	await world.ready('lazier');
	expect(podCount('lazier-00001')).toBe(0);
	expect(getRevision(world.store, 'default/lazier-00001')?.status).toMatchObject({
		actualReplicas: 0,
		desiredReplicas: 0,
	});
	expect(await world.get('lazier.default.example.com')).toMatchObject({status: 200});
});

test('the bounds of config-autoscaler hold for who gives none, and are followed as they change', async () => {
	world = await startWorld();
	world.create('hello', {template: template()});
	world.create('own', {template: template({annotations: autoscaling({'min-scale': '1'})})});
	await world.ready();
	await world.ready('own');
	world.configure('config-autoscaler', {'min-scale': '3', 'max-scale': '3'});
	await world.until(() => getRevision(world.store, 'default/hello-00001')?.status?.actualReplicas === 3);
	expect(podCount('own-00001')).toBe(1);
});

test('scale-down-delay keeps the pods that were wanted within it', async () => {
	world = await startWorld({pace: 100});
	const flaky = {
		image: 'registry.example.com/test/helloworld-flaky',
		env: {ERROR_RATE: '0', LATENCY_MS: '60'},
	};
	const scaled = {target: '1', 'max-scale': '3', window: '30s'};
	world.create('slow', {
		template: template({...flaky, annotations: autoscaling({...scaled, 'scale-down-delay': '1h'})}),
	});
	await world.ready('slow');
	const replicas = (): number | undefined =>
		getRevision(world.store, 'default/slow-00001')?.status?.actualReplicas;
	while (replicas() !== 3) {
		await Promise.all(Array.from({length: 12}, () => world.get('slow.default.example.com')));
	}

	const desired: unknown[] = [];
	world.store.subscribe(({object}) => {
		if (object.kind === 'Revision') {
			desired.push(getRevision(world.store, 'default/slow-00001')?.status?.desiredReplicas);
		}
	});
	// One request after the other keeps it from being idle, and needs one pod only.
	for (let count = 0; count < 10; count++) {
		await world.get('slow.default.example.com');
	}

	expect(new Set(desired).has(1)).toBe(false);
	expect(podCount('slow-00001')).toBe(3);
});

test('a revision has a Deployment, a ReplicaSet and a PodAutoscaler that say how many pods it has and wants', async () => {
	world = await startWorld();
	world.create('hello', {template: template({annotations: autoscaling({'initial-scale': '2'})})});
	await world.ready();
	const deployment = (): StoredObject | undefined =>
		world.store.get(deployments, 'default', 'hello-00001-deployment');
	await world.until(() => at(deployment()?.status, 'readyReplicas') === 2);
	const revision = getRevision(world.store, 'default/hello-00001');
	expect(deployment()).toMatchObject({
		spec: {replicas: 2},
		metadata: {ownerReferences: [{kind: 'Revision', name: 'hello-00001', uid: revision?.metadata.uid}]},
		status: {
			replicas: 2,
			conditions: [
				{type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable'},
				{type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable'},
			],
		},
	});
	const [pod] = podsOf(world.store, 'default/hello-00001');
	const [replicaSet] = world.store.list(replicaSets, 'default');
	expect(pod?.metadata.ownerReferences).toMatchObject([
		{kind: 'ReplicaSet', name: replicaSet?.metadata.name, uid: replicaSet?.metadata.uid},
	]);
	expect(pod?.metadata.name.startsWith(`${replicaSet?.metadata.name}-`)).toBe(true);
	const autoscaler = (): StoredObject | undefined =>
		world.store.get(podAutoscalers, 'default', 'hello-00001');
	await world.until(() => at(autoscaler()?.status, 'actualScale') === 2);
	expect(autoscaler()).toMatchObject({
		spec: {
			scaleTargetRef: {kind: 'Deployment', name: 'hello-00001-deployment'},
			reachability: 'Reachable',
		},
	});
});

test('scaled to zero, Deployment and PodAutoscaler say so', async () => {
	world = await startWorld({pace: 400});
	world.create('hello', {template: template()});
	await world.ready();
	const status = (resource: Resource, name: string): unknown =>
		world.store.get(resource, 'default', name)?.status;
	await world.until(() => at(status(deployments, 'hello-00001-deployment'), 'replicas') === 0);
	await world.until(() => at(status(podAutoscalers, 'hello-00001'), 'actualScale') === 0);
	expect(at(status(podAutoscalers, 'hello-00001'), 'desiredScale')).toBe(0);
	expect(world.eventsOf('hello-00001')).toEqual(
		expect.arrayContaining([
			'Normal ScalingReplicaSet',
			'Normal SuccessfulCreate',
			'Normal SuccessfulDelete',
		]),
	);
});
