import {afterEach, expect, test} from 'vitest';
import {getRevision, listRevisions} from '../../../../source/sandbox/controller/objects.js';
import type {RevisionTemplate} from '../../../../source/knative/objects/wire.js';
import {pinned, startWorld, template, type ControllerWorld} from '../world.js';

let world: ControllerWorld;
afterEach(async () => {
	await world.stop();
});

const names = (): string[] => listRevisions(world.store, 'default').map(({metadata}) => metadata.name);
const stateOf = (name: string): string | undefined =>
	getRevision(world.store, `default/${name}`)?.metadata.labels?.['serving.knative.dev/routingState'];

/** However fast time passes, it is long enough for a pod to start. */
const numbered = (number: number): RevisionTemplate =>
	template({
		env: {TARGET: String(number)},
		annotations: {'serving.knative.dev/progress-deadline': '240h0m0s'},
	});

/** A Service of that many revisions, of which only the latest serves. */
async function withRevisions(count: number): Promise<void> {
	world.create('hello', {template: numbered(1)});
	await world.ready();
	for (let number = 2; number <= count; number++) {
		world.update('hello', {template: numbered(number)});
		await world.until(() => world.service().status?.latestReadyRevisionName === `hello-0000${number}`);
		await world.ready();
	}

	await world.until(() => stateOf(`hello-0000${count - 1}`) === 'reserve');
}

const tight = {'min-non-active-revisions': '0', 'max-non-active-revisions': '0'};

test('with the settings of a fresh cluster no revision goes', async () => {
	world = await startWorld();
	await withRevisions(4);
	expect(names()).toEqual(['hello-00001', 'hello-00002', 'hello-00003', 'hello-00004']);
});

test('with no room at all every revision in reserve goes, the latest and those in the traffic stay', async () => {
	world = await startWorld();
	await withRevisions(3);
	world.update('hello', {traffic: [pinned('hello-00003', 100), pinned('hello-00001', 0)]});
	await world.until(() => stateOf('hello-00001') === 'active');
	world.configure('config-gc', tight);
	await world.until(() => !names().includes('hello-00002'));
	expect(names()).toEqual(['hello-00001', 'hello-00003']);
	// The rollback target that is left out of the traffic is lost as soon as the route has moved on.
	world.update('hello', {traffic: [pinned('hello-00003', 100)]});
	await world.until(() => !names().includes('hello-00001'));
	expect(names()).toEqual(['hello-00003']);
});

test('no-gc keeps a revision', async () => {
	world = await startWorld();
	await withRevisions(3);
	world.annotate('hello-00001', {'serving.knative.dev/no-gc': 'true'});
	world.configure('config-gc', tight);
	await world.until(() => !names().includes('hello-00002'));
	expect(names()).toEqual(['hello-00001', 'hello-00003']);
});

test('above the maximum the ones that were active longest ago go', async () => {
	world = await startWorld();
	await withRevisions(4);
	world.annotate('hello-00001', {'serving.knative.dev/routingStateModified': '2026-01-03T00:00:00Z'});
	world.annotate('hello-00002', {'serving.knative.dev/routingStateModified': '2026-01-01T00:00:00Z'});
	world.annotate('hello-00003', {'serving.knative.dev/routingStateModified': '2026-01-02T00:00:00Z'});
	world.configure('config-gc', {
		'min-non-active-revisions': '0',
		'max-non-active-revisions': '1',
		'retain-since-create-time': 'disabled',
		'retain-since-last-active-time': 'disabled',
	});
	await world.until(() => names().length === 2);
	expect(names()).toEqual(['hello-00001', 'hello-00004']);
});

test('what is past both of its times goes, down to the minimum; time passes at the pace of the sandbox', async () => {
	world = await startWorld({pace: 1000});
	world.configure('config-gc', {
		'min-non-active-revisions': '1',
		'retain-since-create-time': '30m',
		'retain-since-last-active-time': '15m',
	});
	await withRevisions(4);
	await world.until(() => names().length === 2);
	expect(names()).toContain('hello-00004');
});
