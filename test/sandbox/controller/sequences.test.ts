import {afterEach, beforeEach, expect, test} from 'vitest';
import {getRevision, getRoute, listRevisions} from '../../../source/sandbox/controller/objects.js';
import {pinned, shown, startWorld, template, type ControllerWorld} from './world.js';

let world: ControllerWorld;
beforeEach(async () => {
	world = await startWorld();
});
afterEach(async () => {
	await world.stop();
});

const outOfDate = 'Unknown OutOfDate The Route is still working to reflect the latest desired specification.';
const configurationOutOfDate =
	'Unknown OutOfDate The Configuration is still working to reflect the latest desired specification.';
const notConfigured = 'Unknown IngressNotConfigured Ingress has not yet been reconciled.';
const uninitialized = 'Unknown Uninitialized Waiting for load balancer to be ready';
const notMigrated = 'Unknown TrafficNotMigrated Traffic is not yet migrated to the latest revision.';
const waiting = 'Unknown RevisionMissing Configuration "hello" is waiting for a Revision to become ready.';

test('a first Service goes through its states in the order of a real cluster', async () => {
	const seen = world.transitions();
	world.create('hello', {template: template()});
	await world.ready();
	expect(seen).toEqual([
		'- | -',
		`${configurationOutOfDate} | ${outOfDate}`,
		`Unknown | ${waiting}`,
		`True | ${waiting}`,
		`True | ${notConfigured}`,
		`True | ${uninitialized}`,
		'True | True',
	]);
	expect(world.service().status).toMatchObject({
		url: 'http://hello.default.example.com',
		address: {url: 'http://hello.default.svc.cluster.local'},
		latestCreatedRevisionName: 'hello-00001',
		latestReadyRevisionName: 'hello-00001',
		traffic: [{revisionName: 'hello-00001', latestRevision: true, percent: 100}],
	});
	expect(await world.get('hello.default.example.com')).toEqual({status: 200, body: 'Hello World!\n'});
});

test('Ready says what was marked last', async () => {
	const seen: string[] = [];
	world.store.subscribe(({object}) => {
		const line =
			object.kind === 'Service' && object.metadata.name === 'hello' && world.conditionsOf('hello')['Ready'];
		if (typeof line === 'string' && seen.at(-1) !== line) {
			seen.push(line);
		}
	});
	world.create('hello', {template: template()});
	await world.ready();
	expect(seen).toEqual([outOfDate, waiting, notConfigured, uninitialized, 'True']);
});

test('a new template of a Service that follows its latest revision migrates the traffic once that is ready', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	const seen = world.transitions();
	world.update('hello', {template: template({env: {TARGET: 'Knative'}})});
	await world.until(() => world.service().status?.latestReadyRevisionName === 'hello-00002');
	await world.ready();
	expect(seen).toEqual([
		'True | True',
		`${configurationOutOfDate} | True`,
		'Unknown | True',
		`True | ${notMigrated}`,
		`True | ${notConfigured}`,
		`True | ${uninitialized}`,
		'True | True',
	]);
	expect(await world.get('hello.default.example.com')).toEqual({status: 200, body: 'Hello Knative!\n'});
});

test('a change of traffic alone leaves the Configuration as it is and makes no revision', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	world.update('hello', {
		template: template({env: {TARGET: 'Knative'}}),
		traffic: [pinned('hello-00001', 100), {latestRevision: true, percent: 0, tag: 'canary'}],
	});
	await world.until(() => world.service().status?.latestReadyRevisionName === 'hello-00002');
	await world.ready();
	expect((await world.get('hello.default.example.com')).body).toBe('Hello World!\n');
	expect((await world.get('canary-hello.default.example.com')).body).toBe('Hello Knative!\n');
	const seen = world.transitions();
	world.update('hello', {traffic: [pinned('hello-00001', 0, 'stable'), pinned('hello-00002', 100)]});
	await world.until(() => world.service().status?.observedGeneration === 3);
	await world.ready();
	expect(seen).toEqual([
		'True | True',
		`True | ${outOfDate}`,
		`True | ${notConfigured}`,
		`True | ${uninitialized}`,
		'True | True',
	]);
	expect(world.service().status?.traffic).toEqual([
		{
			revisionName: 'hello-00001',
			latestRevision: false,
			percent: 0,
			tag: 'stable',
			url: 'http://stable-hello.default.example.com',
		},
		{revisionName: 'hello-00002', latestRevision: false, percent: 100},
	]);
	expect(listRevisions(world.store).map(({metadata}) => metadata.name)).toEqual([
		'hello-00001',
		'hello-00002',
	]);
	expect((await world.get('hello.default.example.com')).body).toBe('Hello Knative!\n');
	// The tag that is gone is no host any more.
	expect((await world.get('canary-hello.default.example.com')).status).toBe(404);
});

test('a revision is numbered by the generation of its Configuration', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	world.update('hello', {traffic: [pinned('hello-00001', 100)]});
	await world.until(() => world.service().status?.observedGeneration === 2);
	world.update('hello', {template: template({env: {TARGET: 'Knative'}})});
	await world.until(() => world.service().status?.latestReadyRevisionName === 'hello-00002');
	expect(world.service().metadata.generation).toBe(3);
});

test('traffic to a revision that does not exist leaves the split as it was, in status and at the gateway', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	const before = world.service().status?.traffic;
	world.update('hello', {traffic: [pinned('hello-00009', 100)]});
	const missing = 'False RevisionMissing Revision "hello-00009" referenced in traffic not found.';
	await world.until(() => world.conditionsOf('hello')['RoutesReady'] === missing);
	expect(world.conditionsOf('hello')).toEqual({
		ConfigurationsReady: 'True',
		RoutesReady: missing,
		Ready: missing,
	});
	expect(world.service().status?.traffic).toEqual(before);
	expect(
		getRoute(world.store, 'default/hello')?.status?.conditions?.map(
			condition => `${condition.type} ${shown(condition)}`,
		),
	).toContain(`IngressReady ${notConfigured}`);
	expect((await world.get('hello.default.example.com')).body).toBe('Hello World!\n');
});

test("another Service's revision is not served", async () => {
	world.create('hello', {template: template()});
	world.create('other', {template: template()});
	await Promise.all([world.ready('hello'), world.ready('other')]);
	world.update('hello', {traffic: [pinned('other-00001', 100)]});
	const notOwned =
		'False RevisionNotOwned Revision "other-00001" belongs to Service "other", not Service "hello".';
	await world.until(() => world.conditionsOf('hello')['Ready'] === notOwned);
});

test('two untagged entries of one revision become one in status, and the migration never ends', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	world.update('hello', {traffic: [pinned('hello-00001', 40), pinned('hello-00001', 60)]});
	await world.until(() => world.conditionsOf('hello')['RoutesReady'] === notMigrated);
	await world.until(() => world.service().status?.traffic?.[0]?.percent === 100);
	expect(world.service().status?.traffic).toHaveLength(1);
});

test('an image that cannot be pulled fails the new revision; pinned traffic does not feel it', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	world.update('hello', {
		template: template({image: 'registry.example.com/test/nothing:1'}),
		traffic: [pinned('hello-00001', 100)],
	});
	const problem =
		'Unable to fetch image "registry.example.com/test/nothing:1": failed to resolve image to digest: HEAD https://registry.example.com/v2/test/nothing/manifests/1: unexpected status code 404 Not Found (HEAD responses have no body, use GET for details)';
	const failed = `False RevisionFailed Revision "hello-00002" failed with message: ${problem}.`;
	await world.until(
		() =>
			world.conditionsOf('hello')['Ready'] === failed &&
			world.conditionsOf('hello')['RoutesReady'] === 'True',
		() => world.conditionsOf('hello'),
	);
	expect(world.conditionsOf('hello')['ConfigurationsReady']).toBe(failed);
	expect(world.service().status).toMatchObject({
		latestCreatedRevisionName: 'hello-00002',
		latestReadyRevisionName: 'hello-00001',
	});
	expect(world.conditionsOf('hello-00002', 'revision')).toMatchObject({
		ContainerHealthy: `False ContainerMissing ${problem}`,
		Ready: `False ContainerMissing ${problem}`,
	});
	expect(world.eventsOf('hello-00002')).toEqual(['Warning InternalError']);
	expect((await world.get('hello.default.example.com')).body).toBe('Hello World!\n');
});

test('when the very first revision fails, Ready speaks of the route and the cause is in ConfigurationsReady', async () => {
	world.create('hello', {template: template({image: 'nothing'})});
	const noRevision = 'False RevisionMissing Configuration "hello" does not have any ready Revision.';
	await world.until(
		() => world.conditionsOf('hello')['Ready'] === noRevision,
		() => world.conditionsOf('hello'),
	);
	expect(world.conditionsOf('hello')['ConfigurationsReady']).toContain('Unable to fetch image "nothing"');
	expect(world.conditionsOf('hello')['ConfigurationsReady']).toContain('401 Unauthorized');
	expect((await world.get('hello.default.example.com')).status).toBe(404);
});

test('a container that exits is unhealthy with its exit code and the end of its log', async () => {
	world.create('hello', {template: template({image: 'registry.example.com/test/helloworld-crash'})});
	await world.until(
		() => world.conditionsOf('hello-00001', 'revision')['ContainerHealthy']?.startsWith('False') === true,
	);
	expect(world.conditionsOf('hello-00001', 'revision')['Ready']).toMatch(
		/^False ExitCode1 Container failed with: helloworld-crash: starting server\.\.\.\npanic: could not connect/,
	);
	expect(world.eventsOf('hello-00001')).toContain('Warning BackOff');
});

test('a command that the image does not have is a failed start', async () => {
	world.create('hello', {template: template({command: ['/bin/nothing']})});
	await world.until(
		() => world.conditionsOf('hello-00001', 'revision')['ContainerHealthy']?.startsWith('False') === true,
	);
	expect(world.conditionsOf('hello-00001', 'revision')['Ready']).toMatch(
		/^False ExitCode128 Container failed with: failed to create containerd task: .* exec: "\/bin\/nothing": executable file not found in \$PATH/,
	);
});

test('the revision of the current generation is made again when somebody deletes it', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	const uid = getRevision(world.store, 'default/hello-00001')?.metadata.uid;
	world.removeRevision('hello-00001');
	await world.until(() => {
		const again = getRevision(world.store, 'default/hello-00001');
		return (
			again !== undefined &&
			again.metadata.uid !== uid &&
			world.conditionsOf('hello-00001', 'revision')['Ready'] === 'True'
		);
	});
});

test('a referenced revision that is deleted is missed', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	world.update('hello', {
		template: template({env: {TARGET: 'Knative'}}),
		traffic: [pinned('hello-00001', 100)],
	});
	await world.until(() => world.service().status?.latestReadyRevisionName === 'hello-00002');
	await world.ready();
	world.removeRevision('hello-00001');
	const missing = 'False RevisionMissing Revision "hello-00001" referenced in traffic not found.';
	await world.until(() => world.conditionsOf('hello')['Ready'] === missing);
});

test('a cluster-local Service has no host outside', async () => {
	world.create('hello', {template: template()}, {'networking.knative.dev/visibility': 'cluster-local'});
	await world.ready();
	expect(world.service().status?.url).toBe('http://hello.default.svc.cluster.local');
	for (const host of ['hello.default.svc.cluster.local', 'hello.default.example.com', 'hello.default']) {
		expect(await world.get(host)).toEqual({status: 404, body: ''});
	}
});

test('a tag that makes the first label of its host too long is an ErrorConfig', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	world.update('hello', {traffic: [pinned('hello-00001', 100, 'a'.repeat(60))]});
	await world.until(
		() => world.conditionsOf('hello')['Ready']?.startsWith('False ErrorConfig domain name error: ') === true,
	);
});

test('what a route refers to is active, what it no longer does is in reserve', async () => {
	world.create('hello', {template: template()});
	await world.ready();
	const state = (name: string): string | undefined =>
		getRevision(world.store, `default/${name}`)?.metadata.labels?.['serving.knative.dev/routingState'];
	expect(state('hello-00001')).toBe('active');
	world.update('hello', {
		template: template({env: {TARGET: 'Knative'}}),
		traffic: [pinned('hello-00001', 100), {latestRevision: true, percent: 0}],
	});
	await world.until(() => world.service().status?.latestReadyRevisionName === 'hello-00002');
	await world.ready();
	expect([state('hello-00001'), state('hello-00002')]).toEqual(['active', 'active']);
	world.update('hello', {traffic: [pinned('hello-00002', 100)]});
	await world.until(() => state('hello-00001') === 'reserve');
	expect(state('hello-00002')).toBe('active');
});
