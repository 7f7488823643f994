/** What becomes of traffic, by the numbers of the list of behaviours: targets that are missing, shared or rolled out. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {at, objectOf} from '../../source/sandbox/api/body/json.js';
import {
	condition,
	imageWithout,
	isCurrent,
	isReady,
	messageOf,
	openTarget,
	serviceOf,
	trafficOf,
	type Target,
} from './target.js';
import {generation, latest, pinned, withTwoRevisions} from './two-revisions.js';

let target: Target;

beforeAll(async () => {
	target = await openTarget();
});

afterAll(() => target.close());

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
	const service = await withTwoRevisions(target, 's15');
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

it('§8.32 the status shows a split before it is in effect; ready comes after', async () => {
	const service = await withTwoRevisions(target, 's32');
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
