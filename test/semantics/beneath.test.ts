/** What is beneath a revision, and whose writes made it: what a client sees that looks further than the four kinds of serving. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {at, listOf, objectOf, objectsOf, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {condition, image, isReady, mergePatch, openTarget, serviceOf, until, type Target} from './target.js';

let target: Target;

beforeAll(async () => {
	target = await openTarget();
	const service = serviceOf(target, 'beneath');
	await service.create({
		container: {image},
		templateMetadata: {annotations: {'autoscaling.knative.dev/min-scale': '1'}},
	});
	await service.ready();
});

afterAll(() => target.close());

const internal = (plural: string): string =>
	`/apis/networking.internal.knative.dev/v1alpha1/namespaces/${target.namespace}/${plural}`;
const autoscalers = (): string =>
	`/apis/autoscaling.internal.knative.dev/v1alpha1/namespaces/${target.namespace}/podautoscalers`;
const core = (plural: string): string => `/api/v1/namespaces/${target.namespace}/${plural}`;
const get = async (path: string): Promise<JsonObject> => (await target.call('GET', path)).body;
const ownersOf = (object: JsonObject): string[] =>
	objectsOf(at(object, 'metadata', 'ownerReferences')).map(
		({kind, name, controller}) => `${String(kind)} ${String(name)} ${String(controller)}`,
	);

const writersOf = (object: JsonObject): string[] =>
	objectsOf(at(object, 'metadata', 'managedFields')).map(({manager, subresource, operation}) =>
		[manager, operation, subresource]
			.map(part => (typeof part === 'string' ? part : ''))
			.join(' ')
			.trim(),
	);
const uidOf = (object: JsonObject): unknown => at(object, 'metadata', 'uid');
const tagUrl = (object: JsonObject): unknown => objectsOf(at(object, 'status', 'traffic'))[0]?.['url'];
const apply = (manager: string, greeting: string) =>
	target.call('PATCH', `${target.path('services', 'beneath')}?fieldManager=${manager}`, {
		headers: {'content-type': 'application/apply-patch+yaml'},
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'beneath'},
			spec: {template: {metadata: {labels: {greeting}}}},
		},
	});

it('a revision has a PodAutoscaler, that a ServerlessService, and that a public and a private Service', async () => {
	const autoscaler = await get(`${autoscalers()}/beneath-00001`);
	expect(ownersOf(autoscaler)).toEqual(['Revision beneath-00001 true']);
	const serverless = await until(
		target,
		internal('serverlessservices'),
		'beneath-00001',
		object => condition(object, 'Ready') === 'True',
	);
	expect(ownersOf(serverless)).toEqual(['PodAutoscaler beneath-00001 true']);
	expect(serverless).toMatchObject({
		spec: {
			// One pod has no room for a burst of 211 requests: the activator stays before it.
			mode: 'Proxy',
			objectRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'beneath-00001-deployment'},
			protocolType: 'http1',
		},
		status: {serviceName: 'beneath-00001', privateServiceName: 'beneath-00001-private'},
	});
	const open = await get(`${core('services')}/beneath-00001`);
	expect(ownersOf(open)).toEqual(['ServerlessService beneath-00001 true']);
	expect(at(open, 'spec', 'selector')).toBeUndefined();
	expect(objectsOf(at(open, 'spec', 'ports'))[0]).toMatchObject({name: 'http', port: 80, targetPort: 8012});
	const inner = await get(`${core('services')}/beneath-00001-private`);
	expect(ownersOf(inner)).toEqual(['ServerlessService beneath-00001 true']);
	expect(at(inner, 'metadata', 'labels', 'networking.internal.knative.dev/serviceType')).toBe('Private');
	const revision = await get(target.path('revisions', 'beneath-00001'));
	expect(at(inner, 'spec', 'selector')).toEqual({
		'serving.knative.dev/revisionUID': at(revision, 'metadata', 'uid'),
	});
});

it('every process of the control plane leaves its name at what it wrote', async () => {
	const service = await get(target.path('services', 'beneath'));
	expect(writersOf(service)).toContain('controller Update status');
	expect(writersOf(service)).not.toContain('controller Update');
	const entry = objectsOf(at(service, 'metadata', 'managedFields')).find(
		({subresource}) => subresource === 'status',
	);
	expect(Object.keys(objectOf(at(entry, 'fieldsV1', 'f:status')))).toEqual(
		expect.arrayContaining(['f:conditions', 'f:traffic', 'f:url']),
	);
	expect(writersOf(await get(target.path('configurations', 'beneath')))).toEqual(
		expect.arrayContaining(['controller Update', 'controller Update status']),
	);
	expect(writersOf(await get(`${internal('ingresses')}/beneath`))).toContain('controller Update');
	const pods = await get(`${core('pods')}?labelSelector=serving.knative.dev/service%3Dbeneath`);
	expect(writersOf(objectsOf(pods['items'])[0] ?? {})).toEqual(
		expect.arrayContaining(['kube-controller-manager Update', 'kubelet Update status']),
	);
});

it('who applies the spec is in nobody’s way: the status is owned by itself', async () => {
	expect(await apply('one', 'hello')).toMatchObject({code: 200});
	const conflict = await apply('two', 'servus');
	expect(conflict).toMatchObject({code: 409});
	expect(conflict.body['message']).toContain('conflict with "one": .spec.template.metadata.labels.greeting');
});

it('what is deleted from under a revision or a route comes again', async () => {
	for (const name of ['beneath', 'beneath-00001', 'beneath-00001-private']) {
		const before = await get(`${core('services')}/${name}`);
		expect(await target.call('DELETE', `${core('services')}/${name}`)).toMatchObject({code: 200});
		const after = await until(
			target,
			core('services'),
			name,
			object => uidOf(object) !== undefined && uidOf(object) !== uidOf(before),
		);
		expect(ownersOf(after)).toEqual(ownersOf(before));
	}
});

it('a label on the Service of a tag takes that tag out of the world, and no other host', async () => {
	const service = serviceOf(target, 'beneath');
	await service.traffic({latestRevision: true, percent: 100, tag: 'inner'});
	const open = await service.until(object => isReady(object) && tagUrl(object) !== undefined);
	const label = (value: string | null) =>
		target.call('PATCH', `${core('services')}/inner-beneath`, {
			headers: mergePatch,
			body: {metadata: {labels: {'networking.knative.dev/visibility': value}}},
		});
	expect(await label('cluster-local')).toMatchObject({code: 200});
	const hidden = await service.until(
		object => tagUrl(object) === `http://inner-beneath.${target.namespace}.svc.cluster.local`,
	);
	expect(at(hidden, 'status', 'url')).toBe(at(open, 'status', 'url'));
	await label(null);
	await service.until(object => tagUrl(object) === tagUrl(open));
});

it('all of it goes with the Service', async () => {
	const list = await get(core('services'));
	const version = String(at(list, 'metadata', 'resourceVersion'));
	const left = new Set(objectsOf(list['items']).map(item => String(at(item, 'metadata', 'name'))));
	expect([...left]).toEqual(expect.arrayContaining(['beneath', 'beneath-00001', 'beneath-00001-private']));
	const watching = await target.watch(`${core('services')}?watch=1&resourceVersion=${version}`);
	await target.call('DELETE', target.path('services', 'beneath'));
	for await (const {type, object} of watching) {
		if (type === 'DELETED') {
			left.delete(String(at(object, 'metadata', 'name')));
		}

		if (!['beneath', 'beneath-00001', 'beneath-00001-private'].some(name => left.has(name))) {
			break;
		}
	}

	await expect.poll(async () => listOf((await get(internal('serverlessservices')))['items']).length).toBe(0);
	await expect.poll(async () => listOf((await get(autoscalers()))['items']).length).toBe(0);
});
