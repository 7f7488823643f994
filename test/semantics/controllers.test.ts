/** What follows from a write, by the numbers of the list of behaviours: revisions, conditions, traffic, deletion, watches. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {at, listOf, objectOf, objectsOf, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {
	condition,
	image,
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

let target: Target;

beforeAll(async () => {
	target = await openTarget();
});

afterAll(() => target.close());

const latest = (percent: number) => ({latestRevision: true, percent});
const pinned = (revisionName: string, percent: number, tag?: string) => ({
	revisionName,
	percent,
	...(tag === undefined ? {} : {tag}),
});
const modifierOf = (object: JsonObject): unknown =>
	at(object, 'metadata', 'annotations', 'serving.knative.dev/lastModifier');
const routingState = (object: JsonObject): unknown =>
	at(object, 'metadata', 'labels', 'serving.knative.dev/routingState');
const generation = (object: JsonObject): unknown => at(object, 'metadata', 'generation');

async function revisionsOf(name: string): Promise<string[]> {
	const selector = `labelSelector=serving.knative.dev/service%3D${name}`;
	const {body} = await target.call('GET', `${target.path('revisions')}?${selector}`);
	return objectsOf(body['items']).map(item => String(at(item, 'metadata', 'name')));
}

/** A Service with a second revision, traffic on the first. */
async function withTwoRevisions(name: string) {
	const service = serviceOf(target, name);
	await service.create();
	await service.ready();
	await service.patch({
		spec: {
			template: {spec: {containers: [{image, env: [{name: 'TARGET', value: 'two'}]}]}},
			traffic: [pinned(`${name}-00001`, 100)],
		},
	});
	await service.until(
		object => isReady(object) && at(object, 'status', 'latestReadyRevisionName') === `${name}-00002`,
	);
	return service;
}

/** An object without what a write leaves in it that changed nothing else. */
function withoutBookkeeping({metadata, ...object}: JsonObject): JsonObject {
	const {resourceVersion: _, managedFields: __, ...kept} = objectOf(metadata);
	return {...object, metadata: kept};
}

it('§8.4 traffic to a revision that does not exist is accepted, and then fails without moving anything', async () => {
	const service = serviceOf(target, 's4');
	await service.create();
	const before = await service.ready();
	expect((await service.traffic(pinned('s4-00009', 100))).code).toBe(200);
	const after = await service.until(
		object => isCurrent(object) && condition(object, 'RoutesReady').startsWith('False'),
	);
	expect(condition(after, 'RoutesReady')).toBe('False RevisionMissing');
	expect(messageOf(after, 'RoutesReady')).toBe('Revision "s4-00009" referenced in traffic not found.');
	expect(trafficOf(after, 'status')).toEqual(trafficOf(before, 'status'));
});

it('§8.5 the revision of another Service is accepted, and then not owned', async () => {
	const other = serviceOf(target, 's5a');
	const service = serviceOf(target, 's5b');
	await Promise.all([other.create(), service.create()]);
	await Promise.all([other.ready(), service.ready()]);
	expect((await service.traffic(pinned('s5a-00001', 100))).code).toBe(200);
	const after = await service.until(
		object => isCurrent(object) && condition(object, 'RoutesReady').startsWith('False'),
	);
	expect(condition(after, 'RoutesReady')).toBe('False RevisionNotOwned');
	expect(messageOf(after, 'RoutesReady')).toBe(
		'Revision "s5a-00001" belongs to Service "s5a", not Service "s5b".',
	);
});

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

it('§8.10 a new latest revision gets the traffic when it is ready, by the states of a real cluster', async () => {
	const service = serviceOf(target, 's10');
	await service.create();
	const before = await service.ready();
	const version = String(at(before, 'metadata', 'resourceVersion'));
	await service.greet('two');
	const seen: string[] = [];
	const served = new Set<unknown>();
	const query = `watch=1&fieldSelector=metadata.name%3Ds10&resourceVersion=${version}&timeoutSeconds=300`;
	for await (const event of await target.watch(`${target.path('services')}?${query}`)) {
		const object = objectOf(event['object']);
		const state = condition(object, 'RoutesReady');
		if (seen.at(-1) !== state) {
			seen.push(state);
		}

		// Until the new one is ready, all of it is the old one's.
		if (at(object, 'status', 'latestReadyRevisionName') === 's10-00001') {
			served.add(trafficOf(object, 'status')[0]?.['revisionName']);
		}

		if (isReady(object) && at(object, 'status', 'latestReadyRevisionName') === 's10-00002') {
			break;
		}
	}

	expect([...served]).toEqual(['s10-00001']);
	expect(seen.filter(state => state.startsWith('False'))).toEqual([]);
	const order = [
		'Unknown TrafficNotMigrated',
		'Unknown IngressNotConfigured',
		'Unknown Uninitialized',
		'True',
	];
	expect(seen.slice(seen.indexOf(order[0] ?? '')).filter(state => order.includes(state))).toEqual(order);
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

it('§8.14 latestRevision follows the latest that is ready, not the latest there is', async () => {
	const service = serviceOf(target, 's14');
	await service.create();
	await service.ready();
	await service.patch({spec: {template: {spec: {containers: [{image: imageWithout('none')}]}}}});
	const failed = await service.until(
		object => isCurrent(object) && condition(object, 'ConfigurationsReady').startsWith('False'),
	);
	expect(trafficOf(failed, 'status')[0]).toMatchObject({revisionName: 's14-00001', latestRevision: true});
});

it('§8.15 status.traffic names the revision of every entry, 0 % ones too, and has a URL for tags alone', async () => {
	const service = await withTwoRevisions('s15');
	await service.traffic(pinned('s15-00001', 0), {...latest(100), tag: 'canary'});
	const moved = await service.ready();
	const [old, newest] = trafficOf(moved, 'status');
	expect(old).toEqual({revisionName: 's15-00001', latestRevision: false, percent: 0});
	expect(newest).toMatchObject({
		revisionName: 's15-00002',
		latestRevision: true,
		percent: 100,
		tag: 'canary',
		url: expect.stringContaining('canary-s15'),
	});
});

it('§8.16 two entries of one revision are one in the status, and the Service never gets ready', async () => {
	const service = serviceOf(target, 's16');
	await service.create();
	await service.ready();
	expect((await service.traffic(pinned('s16-00001', 40), pinned('s16-00001', 60))).code).toBe(200);
	const stuck = await service.until(
		object => isCurrent(object) && condition(object, 'RoutesReady') === 'Unknown TrafficNotMigrated',
	);
	expect(trafficOf(stuck, 'status')).toHaveLength(1);
	expect(trafficOf(stuck, 'status')[0]).toMatchObject({revisionName: 's16-00001', percent: 100});
});

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

it('§8.32 the status shows a split before it is in effect; ready comes after', async () => {
	const service = await withTwoRevisions('s32');
	const before = await service.ready();
	const version = String(at(before, 'metadata', 'resourceVersion'));
	await service.traffic(pinned('s32-00001', 50), pinned('s32-00002', 50));
	const states: string[] = [];
	const query = `watch=1&fieldSelector=metadata.name%3Ds32&resourceVersion=${version}&timeoutSeconds=300`;
	for await (const event of await target.watch(`${target.path('services')}?${query}`)) {
		const object = objectOf(event['object']);
		if (trafficOf(object, 'status').length === 2) {
			states.push(condition(object, 'Ready'));
		}

		if (isReady(object) && generation(object) !== generation(before)) {
			break;
		}
	}

	expect(states[0]).toMatch(/^Unknown/);
	expect(states.at(-1)).toBe('True');
});

it('§8.33 a revision in use can be deleted: the route misses it; that of the present template comes back', async () => {
	const service = await withTwoRevisions('s33');
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

it('§8.35 a watch goes on from the version of a list, across kinds; a deletion carries the last state', async () => {
	const service = serviceOf(target, 's35');
	await service.create();
	await service.ready();
	const list = await target.call('GET', target.path('revisions'));
	const version = String(at(list.body, 'metadata', 'resourceVersion'));
	const query = `watch=1&fieldSelector=metadata.name%3Ds35&resourceVersion=${version}&timeoutSeconds=300`;
	const events = await target.watch(`${target.path('services')}?${query}`);
	await service.patch({metadata: {labels: {seen: 'last'}}});
	await target.call('DELETE', service.path);
	const seen: JsonObject[] = [];
	for await (const event of events) {
		seen.push(event);
		if (event['type'] === 'DELETED') {
			break;
		}
	}

	expect(seen[0]?.['type']).toBe('MODIFIED');
	expect(at(seen.at(-1), 'object', 'metadata', 'labels', 'seen')).toBe('last');
});

it.skipIf(isCluster)(
	'§8.35 (needs the switches of the sandbox) a watch from a version that is forgotten is told so in its stream',
	async () => {
		await fetch(`${target.sandbox?.switchesUrl ?? ''}/api/compact`, {
			method: 'POST',
			headers: {authorization: `Bearer ${target.sandbox?.token ?? ''}`},
		});
		const events = await target.watch(`${target.path('services')}?watch=1&resourceVersion=1`);
		const {value} = await events.next();
		expect(value).toMatchObject({type: 'ERROR', object: {kind: 'Status', code: 410, reason: 'Expired'}});
		expect((await events.next()).done).toBe(true);
	},
);

it('§8.35 a watch that asks for bookmarks gets one two seconds before its end at the latest', async () => {
	const list = await target.call('GET', target.path('services'));
	const version = String(at(list.body, 'metadata', 'resourceVersion'));
	const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${version}&timeoutSeconds=3`;
	const seen: JsonObject[] = [];
	for await (const event of await target.watch(`${target.path('services')}?${query}`)) {
		seen.push(event);
	}

	// A real server bookmarks about once a minute; a watch this short may end without.
	const bookmarks = seen.filter(event => event['type'] === 'BOOKMARK');
	expect(isCluster || bookmarks.length > 0).toBe(true);
	for (const event of bookmarks) {
		expect(at(event, 'object', 'metadata', 'resourceVersion')).toMatch(/^\d+$/);
		expect(at(event, 'object', 'kind')).toBe('Service');
	}
});

it('§8.36 a deletion in the foreground waits for the children, one in the background does not', async () => {
	const first = serviceOf(target, 's36a');
	const second = serviceOf(target, 's36b');
	await Promise.all([first.create(), second.create()]);
	await Promise.all([first.ready(), second.ready()]);
	const foreground = await target.call('DELETE', `${first.path}?propagationPolicy=Foreground`);
	expect(foreground.code).toBe(200);
	expect(at(foreground.body, 'metadata', 'deletionTimestamp')).toBeTypeOf('string');
	expect(listOf(at(foreground.body, 'metadata', 'finalizers'))).toContain('foregroundDeletion');
	const background = await target.call('DELETE', second.path);
	expect(background).toMatchObject({code: 200, body: {kind: 'Status', status: 'Success'}});
	for (const {name, path} of [first, second]) {
		for (const child of [path, target.path('configurations', name), target.path('routes', name)]) {
			await expect.poll(async () => (await target.call('GET', child)).code, {timeout: 60_000}).toBe(404);
		}

		await expect.poll(() => revisionsOf(name), {timeout: 60_000}).toEqual([]);
	}
});

it('§8.37 a rollout takes its time, one percent first, and a rollback to a named revision none', async () => {
	const service = serviceOf(target, 's37');
	await service.create({metadata: {annotations: {'serving.knative.dev/rollout-duration': '60s'}}});
	await service.ready();
	await service.greet('two');
	const rolling = await service.until(object => condition(object, 'Ready') === 'Unknown RolloutInProgress');
	expect(messageOf(rolling, 'Ready')).toBe('A gradual rollout of the latest revision(s) is in progress.');
	const split = Object.fromEntries(
		trafficOf(rolling, 'status').map(entry => [String(entry['revisionName']), entry['percent']]),
	);
	expect(split).toEqual({'s37-00001': 99, 's37-00002': 1});
	await service.traffic(pinned('s37-00001', 100));
	const back = await service.until(
		object => isCurrent(object) && trafficOf(object, 'status')[0]?.['percent'] === 100,
	);
	expect(trafficOf(back, 'status')).toHaveLength(1);
});

it('§8.39 a host label that is too long is accepted, and fails later', async () => {
	const service = serviceOf(target, 's39');
	await service.create();
	await service.ready();
	const answer = await service.traffic({...latest(100), tag: `t${'a'.repeat(61)}`});
	expect(answer.code).toBe(200);
	const failed = await service.until(
		object => isCurrent(object) && condition(object, 'RoutesReady').startsWith('False'),
	);
	const route = await target.call('GET', target.path('routes', 's39'));
	expect(condition(route.body, 'AllTrafficAssigned')).toBe('False ErrorConfig');
	expect(messageOf(failed, 'RoutesReady')).toContain('domain name error');
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
