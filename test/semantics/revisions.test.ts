/** When a revision is made and what becomes of it, by the numbers of the list of behaviours. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {at, objectOf, objectsOf, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {
	condition,
	imageWithout,
	isCluster,
	runsPods,
	isCurrent,
	isReady,
	mergePatch,
	messageOf,
	openTarget,
	serviceOf,
	trafficOf,
	until,
	type Target,
} from './target.js';
import {generation, latest, pinned, withTwoRevisions} from './two-revisions.js';

let target: Target;

beforeAll(async () => {
	target = await openTarget();
});

afterAll(() => target.close());

const modifierOf = (object: JsonObject): unknown =>
	at(object, 'metadata', 'annotations', 'serving.knative.dev/lastModifier');
const routingState = (object: JsonObject): unknown =>
	at(object, 'metadata', 'labels', 'serving.knative.dev/routingState');
async function revisionsOf(name: string): Promise<string[]> {
	const selector = `labelSelector=serving.knative.dev/service%3D${name}`;
	const {body} = await target.call('GET', `${target.path('revisions')}?${selector}`);
	return objectsOf(body['items']).map(item => String(at(item, 'metadata', 'name')));
}

/** An object without what a write leaves in it that changed nothing else. */
function withoutBookkeeping({metadata, ...object}: JsonObject): JsonObject {
	const {resourceVersion: _, managedFields: __, ...kept} = objectOf(metadata);
	return {...object, metadata: kept};
}

it('§8.6 traffic alone makes no revision, and leaves no gap in their numbers', async () => {
	const service = serviceOf(target, 's6');
	await service.create();
	await service.ready();
	await service.traffic(pinned('s6-00001', 30), latest(70));
	const moved = await service.until(object => isCurrent(object) && generation(object) === 2);
	expect(generation(moved)).toBe(2);
	const configuration = await target.call('GET', target.path('configurations', 's6'));
	expect(generation(configuration.body)).toBe(1);
	await service.greet('two');
	await service.until(object => at(object, 'status', 'latestCreatedRevisionName') === 's6-00002');
	expect(await revisionsOf('s6')).toEqual(['s6-00001', 's6-00002']);
});

it('§8.7 metadata alone changes no generation, makes no revision and has no modifier', async () => {
	const service = serviceOf(target, 's7');
	await service.create();
	const before = await service.ready();
	const {body} = await service.patch({
		metadata: {labels: {a: 'b'}, annotations: {'serving.knative.dev/rollout-duration': '10s'}},
	});
	expect(generation(body)).toBe(1);
	expect(modifierOf(body)).toBe(modifierOf(before));
	expect(await revisionsOf('s7')).toEqual(['s7-00001']);
});

it('§8.8 an annotation of the template makes a revision', async () => {
	const service = serviceOf(target, 's8');
	await service.create();
	await service.ready();
	await service.patch({
		spec: {template: {metadata: {annotations: {'autoscaling.knative.dev/min-scale': '1'}}}},
	});
	await service.until(object => at(object, 'status', 'latestReadyRevisionName') === 's8-00002');
});

it('§8.9 the same values again make no generation and no revision; only who wrote them when may be noted', async () => {
	const service = serviceOf(target, 's9');
	await service.create({container: {env: [{name: 'TARGET', value: 'same'}]}});
	const before = await service.ready();
	const {code, body} = await service.greet('same');
	expect(code).toBe(200);
	expect(withoutBookkeeping(body)).toEqual(withoutBookkeeping(before));
	await service.patch({metadata: {labels: {told: 'yes'}}});
	const version = String(at(before, 'metadata', 'resourceVersion'));
	const events = await target.watch(
		`${target.path('services')}?watch=1&fieldSelector=metadata.name%3Ds9&resourceVersion=${version}`,
	);
	for await (const event of events) {
		const object = objectOf(event['object']);
		if (at(object, 'metadata', 'labels', 'told') === 'yes') break;
		expect(withoutBookkeeping(object)).toEqual(withoutBookkeeping(before));
	}
	expect(await revisionsOf('s9')).toEqual(['s9-00001']);
});

it('§8.11 a new revision that fails, with traffic pinned elsewhere, leaves the routes ready', async () => {
	const service = serviceOf(target, 's11');
	await service.create();
	await service.ready();
	await service.traffic(pinned('s11-00001', 100));
	await service.patch({spec: {template: {spec: {containers: [{image: imageWithout('none')}]}}}});
	const failed = await service.until(
		object => isCurrent(object) && condition(object, 'Ready').startsWith('False'),
	);
	expect(condition(failed, 'Ready')).toBe('False RevisionFailed');
	expect(condition(failed, 'RoutesReady')).toBe('True');
	expect(at(failed, 'status', 'latestCreatedRevisionName')).toBe('s11-00002');
	expect(at(failed, 'status', 'latestReadyRevisionName')).toBe('s11-00001');
	expect(trafficOf(failed, 'status')[0]).toMatchObject({revisionName: 's11-00001', percent: 100});
});

it('§8.12 of a first revision that fails, the route is told, and the image in the configuration', async () => {
	const service = serviceOf(target, 's12');
	await service.create({container: {image: imageWithout('none')}});
	const failed = await service.until(object => condition(object, 'Ready') === 'False RevisionMissing');
	expect(messageOf(failed, 'Ready')).toBe('Configuration "s12" does not have any ready Revision.');
	expect(messageOf(failed, 'ConfigurationsReady')).toContain('Unable to fetch image');
});

it.skipIf(isCluster)(
	'§8.13 (needs an image of the sandbox) a wrong port is waited for until the deadline',
	async () => {
		const service = serviceOf(target, 's13');
		await service.create({
			container: {image: imageWithout('wrong-port')},
			templateMetadata: {annotations: {'serving.knative.dev/progress-deadline': '30s'}},
		});
		const deploying = await until(target, target.path('revisions'), 's13-00001', object =>
			condition(object, 'ResourcesAvailable').startsWith('Unknown Deploying'),
		);
		expect(condition(deploying, 'Ready')).toBe('Unknown Deploying');
		const failed = await until(target, target.path('revisions'), 's13-00001', object =>
			condition(object, 'Ready').startsWith('False'),
		);
		expect(condition(failed, 'ResourcesAvailable')).toBe('False ProgressDeadlineExceeded');
	},
);

it.skipIf(!runsPods)(
	'§8.25 (needs pods that run) a revision scaled to zero stays ready, inactive by information alone',
	async () => {
		const service = serviceOf(target, 's25');
		await service.create({templateMetadata: {annotations: {'autoscaling.knative.dev/window': '6s'}}});
		await service.ready();
		const idle = await until(
			target,
			target.path('revisions'),
			's25-00001',
			object =>
				condition(object, 'Active') === 'False NoTraffic' &&
				(at(object, 'status', 'actualReplicas') ?? 0) === 0,
		);
		expect(condition(idle, 'Ready')).toBe('True');
		expect(messageOf(idle, 'Active')).toBe('The target is not receiving traffic.');
		const active = objectsOf(at(idle, 'status', 'conditions')).find(entry => entry['type'] === 'Active');
		expect(active?.['severity']).toBe('Info');
	},
);

it.skipIf(!runsPods)(
	'§8.26 (needs pods that run) an unlisted revision is in reserve, where min-scale does not hold; one at 0 % is active',
	async () => {
		const service = serviceOf(target, 's26');
		const annotations = {'autoscaling.knative.dev/min-scale': '1', 'autoscaling.knative.dev/window': '6s'};
		await service.create({templateMetadata: {annotations}});
		await service.ready();
		await service.greet('two');
		await service.until(
			object => at(object, 'status', 'latestReadyRevisionName') === 's26-00002' && isReady(object),
		);
		await service.traffic(pinned('s26-00001', 0), latest(100));
		await until(target, target.path('revisions'), 's26-00001', object => routingState(object) === 'active');
		await service.ready();
		await service.traffic(latest(100));
		await until(
			target,
			target.path('revisions'),
			's26-00001',
			object => routingState(object) === 'reserve' && (at(object, 'status', 'actualReplicas') ?? 0) === 0,
		);
	},
);

it('§8.33 a revision in use can be deleted: the route misses it; that of the present template comes back', async () => {
	const service = await withTwoRevisions(target, 's33');
	const remove = (name: string) => target.call('DELETE', target.path('revisions', name));
	expect((await remove('s33-00001')).code).toBe(200);
	const missing = await service.until(object => condition(object, 'RoutesReady') === 'False RevisionMissing');
	expect(messageOf(missing, 'RoutesReady')).toBe('Revision "s33-00001" referenced in traffic not found.');
	const before = await target.call('GET', target.path('revisions', 's33-00002'));
	await remove('s33-00002');
	const again = await until(
		target,
		target.path('revisions'),
		's33-00002',
		object =>
			at(object, 'metadata', 'uid') !== undefined &&
			at(object, 'metadata', 'uid') !== at(before.body, 'metadata', 'uid'),
	);
	expect(at(again, 'metadata', 'deletionTimestamp')).toBeUndefined();
});

it('§8.26 min-scale holds where the revision is listed', async () => {
	const service = serviceOf(target, 's26b');
	const annotations = {'autoscaling.knative.dev/min-scale': '2'};
	await service.create({templateMetadata: {annotations}});
	await service.ready();
	const revision = await target.call('PATCH', target.path('revisions', 's26b-00001'), {
		headers: mergePatch,
		body: {metadata: {labels: {looked: 'at'}}},
	});
	expect(at(revision.body, 'status', 'actualReplicas')).toBe(2);
});
