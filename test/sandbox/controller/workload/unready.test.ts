/** Releases that do not become ready, by the states that a real cluster was seen to go through. */
import {afterEach, expect, test} from 'vitest';
import {events, pods, resourceQuotas} from '../../../../source/sandbox/resources.js';
import {podsOf} from '../../../../source/sandbox/controller/workload/pods.js';
import {containerStatusOf} from '../../../../source/sandbox/controller/workload/pod-status.js';
import {getRevision} from '../../../../source/sandbox/controller/objects.js';
import {shown, startWorld, template, type ControllerWorld} from '../world.js';

let world: ControllerWorld;
afterEach(async () => {
	await world.stop();
});

const registry = 'registry.example.com/test';

/** What a condition of the revision says from now on, each change once. */
function told(type: string, name = 'hello-00001'): string[] {
	const seen: string[] = [];
	world.store.subscribe(({object}) => {
		const line = object.kind === 'Revision' && world.conditionsOf(name, 'revision')[type];
		if (typeof line === 'string' && seen.at(-1) !== line) {
			seen.push(line);
		}
	});
	return seen;
}

const containerState = (): object | undefined => {
	const [pod] = podsOf(world.store, 'default/hello-00001');
	return pod && containerStatusOf(pod, 'user-container')?.state;
};

test('a container that exits leaves its Revision Deploying up to the progress deadline, and is told of then', async () => {
	world = await startWorld({pace: 200});
	const seen = told('Ready');
	world.create('hello', {
		template: template({
			image: `${registry}/helloworld-crash`,
			annotations: {'serving.knative.dev/progress-deadline': '60s'},
		}),
	});
	await world.until(() => JSON.stringify(containerState() ?? '').includes('CrashLoopBackOff'));
	expect(world.conditionsOf('hello-00001', 'revision')).toMatchObject({
		Ready: 'Unknown Deploying',
		Active: 'Unknown Queued Requests to the target are being buffered as resources are provisioned.',
	});
	expect(getRevision(world.store, 'default/hello-00001')?.status).not.toHaveProperty('desiredReplicas');
	await world.until(
		() => world.conditionsOf('hello-00001', 'revision')['Ready']?.startsWith('False') === true,
	);
	const [waiting, deploying, failed, ...more] = seen.filter(line => line !== 'Unknown');
	expect([waiting, deploying, more]).toEqual(['Unknown ResolvingDigests', 'Unknown Deploying', []]);
	expect(failed).toMatch(/^False ExitCode1 Container failed with: helloworld-crash: starting server/);
});

test('its pod is started again at once the first time, and waits for longer and longer after that', async () => {
	world = await startWorld({pace: 50});
	const seen: string[] = [];
	world.store.subscribe(({resource}) => {
		const [pod] = resource === pods ? podsOf(world.store, 'default/hello-00001') : [];
		const status = pod && containerStatusOf(pod, 'user-container');
		if (status) {
			const [state = '', inner] = Object.entries(status.state)[0] ?? [];
			const text = `${status.restartCount} ${inner && 'reason' in inner ? inner.reason : state}`;
			if (seen.at(-1) !== text) seen.push(text);
		}
	});
	world.create('hello', {template: template({image: `${registry}/helloworld-crash`})});
	await world.until(() => seen.includes('2 CrashLoopBackOff'));
	expect(seen).toEqual([
		'0 ContainerCreating',
		'0 running',
		'0 Error',
		'1 running',
		'1 Error',
		'1 CrashLoopBackOff',
		'2 running',
		'2 Error',
		'2 CrashLoopBackOff',
	]);
	expect(JSON.stringify(containerState())).toContain(
		'back-off 20s restarting failed container=user-container',
	);
});

test('an image that can be resolved but not pulled leaves it Deploying, too', async () => {
	world = await startWorld({pace: 200});
	world.create('hello', {
		template: template({
			image: `${registry}/nothing@sha256:${'0123abcd'.repeat(8)}`,
			annotations: {'serving.knative.dev/progress-deadline': '30s'},
		}),
	});
	await world.until(() => JSON.stringify(containerState() ?? '').includes('ImagePullBackOff'));
	expect(world.conditionsOf('hello-00001', 'revision')['Ready']).toBe('Unknown Deploying');
	await world.until(
		() => world.conditionsOf('hello-00001', 'revision')['Ready']?.startsWith('False') === true,
	);
	expect(world.conditionsOf('hello-00001', 'revision')['ResourcesAvailable']).toMatch(/^False (?:Err)?Image/);
});

test('an app that listens elsewhere runs unready, and its probe is told to fail', async () => {
	world = await startWorld({pace: 50});
	world.create('hello', {template: template({image: `${registry}/helloworld-wrong-port`})});
	await world.until(() =>
		world.store.list(pods).some(({metadata}) => world.eventsOf(metadata.name).includes('Warning Unhealthy')),
	);
	const [pod] = podsOf(world.store, 'default/hello-00001');
	expect(pod && containerStatusOf(pod, 'user-container')).toMatchObject({ready: true, restartCount: 0});
	expect(pod && containerStatusOf(pod, 'queue-proxy')).toMatchObject({ready: false});
	expect(world.conditionsOf('hello-00001', 'revision')['Ready']).toBe('Unknown Deploying');
});

test('a quota that is used up is told at once, and the pod comes when there is room', async () => {
	world = await startWorld({pace: 50});
	const spec = {hard: {pods: '0'}};
	world.store.create(resourceQuotas, {
		apiVersion: 'v1',
		kind: 'ResourceQuota',
		metadata: {name: 'tiny', namespace: 'default'},
		spec,
	});
	world.create('hello', {template: template()});
	await world.until(
		() => world.conditionsOf('hello-00001', 'revision')['Ready']?.startsWith('False') === true,
	);
	expect(world.conditionsOf('hello-00001', 'revision')['Ready']).toMatch(
		/^False FailedCreate pods "hello-00001-deployment-[^"]+" is forbidden: exceeded quota: tiny, requested: pods=1, used: pods=0, limited: pods=0$/,
	);
	await world.until(
		() => world.conditionsOf('hello')['ConfigurationsReady']?.includes('exceeded quota: tiny') === true,
	);
	world.store.update(resourceQuotas, 'default', 'tiny', 'main', current => ({
		...current,
		spec: {hard: {pods: '3', 'requests.cpu': '25m'}},
	}));
	await world.until(() =>
		world.store
			.list(events, 'default')
			.some(({message}) =>
				String(message).endsWith('failed quota: tiny: must specify requests.cpu for: user-container'),
			),
	);
	world.store.update(resourceQuotas, 'default', 'tiny', 'main', current => ({
		...current,
		spec: {hard: {pods: '3'}},
	}));
	await world.ready();
	expect(world.store.get(resourceQuotas, 'default', 'tiny')?.status).toEqual({
		hard: {pods: '3'},
		used: {pods: '1'},
	});
});

test('a template that Kubernetes makes no Deployment of stays Deploying, and only an event says why', async () => {
	world = await startWorld({pace: 50});
	world.create('hello', {
		template: template({container: {resources: {limits: {cpu: '1'}, requests: {cpu: '2'}}}}),
	});
	await world.until(() => world.eventsOf('hello-00001').includes('Warning InternalError'));
	expect(world.store.list(events, 'default').map(({message}) => message)).toContain(
		'failed to create deployment "hello-00001-deployment": Deployment.apps "hello-00001-deployment" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
	);
	expect(world.conditionsOf('hello-00001', 'revision')['Ready']).toBe('Unknown Deploying');
	expect(world.store.list(pods, 'default')).toEqual([]);
});

test('a revision tells of its replicas as they become known, in the steps of a real cluster', async () => {
	world = await startWorld({pace: 10});
	const seen: string[] = [];
	world.store.subscribe(({object}) => {
		if (object.kind !== 'Revision') return;
		const {status} = getRevision(world.store, 'default/hello-00001') ?? {};
		const of = (type: string): string => {
			const condition = status?.conditions?.find(candidate => candidate.type === type);
			return condition ? (shown({...condition, message: ''}) ?? '') : '-';
		};
		const line = `${status?.actualReplicas ?? '-'}/${status?.desiredReplicas ?? '-'} ${of('Active')} | ${of('ContainerHealthy')} | ${of('Ready')}`;
		if (seen.at(-1) !== line) seen.push(line);
	});
	world.create('hello', {template: template()});
	await world.until(() => getRevision(world.store, 'default/hello-00001')?.status?.desiredReplicas === 1);
	expect(seen).toEqual([
		'-/- - | - | -',
		'-/- - | Unknown | Unknown ResolvingDigests',
		'-/- Unknown Deploying | Unknown Deploying | Unknown Deploying',
		'0/- Unknown Queued | Unknown Deploying | Unknown Deploying',
		'0/- Unknown Queued | True | Unknown Deploying',
		'1/- Unknown NotReady | True | True',
		'1/- True | True | True',
		'1/1 True | True | True',
	]);
});
