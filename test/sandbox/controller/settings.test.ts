/** What the ConfigMaps of knative-serving and the annotations of a Service change in how traffic moves and where it goes. */
import http from 'node:http';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {afterEach, expect, test} from 'vitest';
import {getIngress} from '../../../source/sandbox/controller/objects.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import {latest, pinned, startWorld, template, type ControllerWorld} from './world.js';

let world: ControllerWorld;
afterEach(async () => {
	await world.stop();
});

const inProgress = 'Unknown RolloutInProgress A gradual rollout of the latest revision(s) is in progress.';

/** The split of the Service each time it is another one. */
function splits(name = 'hello'): TrafficTarget[][] {
	const seen: TrafficTarget[][] = [];
	world.store.subscribe(({object}) => {
		if (
			object.kind === 'Service' &&
			object.metadata.name === name &&
			object.metadata.generation !== undefined
		) {
			const {traffic = []} = world.service(name).status ?? {};
			if (JSON.stringify(seen.at(-1)) !== JSON.stringify(traffic)) {
				seen.push(traffic);
			}
		}
	});
	return seen;
}

const shareOf = (traffic: readonly TrafficTarget[], revision: string): number =>
	traffic.find(({revisionName}) => revisionName === revision)?.percent ?? 0;

test('§8.37 with a rollout-duration the latest revision begins at one percent and takes the rest step by step', async () => {
	world = await startWorld({pace: 150});
	world.create('hello', {template: template()}, {}, {'serving.knative.dev/rollout-duration': '60s'});
	await world.ready();
	const seen = splits();
	const transitions = world.transitions();
	world.update('hello', {template: template({env: {TARGET: 'Knative'}})});
	await world.until(() => world.conditionsOf('hello')['Ready'] === inProgress);
	await world.ready();
	expect(seen.slice(0, 2)).toEqual([
		[{revisionName: 'hello-00001', latestRevision: true, percent: 100}],
		[
			{revisionName: 'hello-00001', latestRevision: true, percent: 99},
			{revisionName: 'hello-00002', latestRevision: true, percent: 1},
		],
	]);
	expect(seen.at(-1)).toEqual([{revisionName: 'hello-00002', latestRevision: true, percent: 100}]);
	const shares = seen.map(traffic => shareOf(traffic, 'hello-00002'));
	expect(shares).toEqual(shares.toSorted((left, right) => left - right));
	for (const traffic of seen) {
		expect(traffic.reduce((sum, {percent = 0}) => sum + percent, 0)).toBe(100);
	}

	expect(transitions).toContain(`True | ${inProgress}`);
	expect(transitions.at(-1)).toBe('True | True');
	expect((await world.get('hello.default.example.com')).body).toBe('Hello Knative!\n');
});

test('§8.37 a pinned rollback in the middle of a rollout cuts at once', async () => {
	world = await startWorld({pace: 50});
	world.create('hello', {template: template()}, {}, {'serving.knative.dev/rollout-duration': '24h'});
	await world.ready();
	world.update('hello', {template: template({env: {TARGET: 'Knative'}})});
	await world.until(() => world.conditionsOf('hello')['Ready'] === inProgress);
	expect(world.service().status?.traffic).toHaveLength(2);
	const seen = splits();
	world.update('hello', {traffic: [pinned('hello-00001', 100), latest(0)]});
	await world.until(() => world.service().status?.observedGeneration === 3);
	await world.ready();
	expect(seen.filter(traffic => traffic[0]?.percent === 100).length).toBe(1);
	expect(world.service().status?.traffic).toEqual([
		{revisionName: 'hello-00001', latestRevision: false, percent: 100},
		{revisionName: 'hello-00002', latestRevision: true, percent: 0},
	]);
	expect((await world.get('hello.default.example.com')).body).toBe('Hello World!\n');
});

test('the rollout-duration of config-network holds for who gives none, and its state is in the KIngress', async () => {
	world = await startWorld({pace: 50});
	world.configure('config-network', {'rollout-duration': '86400'});
	world.create('hello', {template: template()});
	await world.ready();
	world.update('hello', {template: template({env: {TARGET: 'Knative'}})});
	await world.until(() => world.conditionsOf('hello')['Ready'] === inProgress);
	const {annotations = {}} = getIngress(world.store, 'default/hello')?.metadata ?? {};
	expect(JSON.parse(annotations['networking.internal.knative.dev/rollout'] ?? '')).toMatchObject({
		configurations: [
			{
				configurationName: 'hello',
				percent: 100,
				revisions: [
					{revisionName: 'hello-00001', percent: 99},
					{revisionName: 'hello-00002', percent: 1},
				],
			},
		],
	});
	// Taken back, it is over at once.
	world.configure('config-network', {'rollout-duration': '0'});
	await world.ready();
	expect(world.service().status?.traffic).toEqual([
		{revisionName: 'hello-00002', latestRevision: true, percent: 100},
	]);
});

async function answerOf(headers: Record<string, string>): Promise<string> {
	const request = http.get({host: '127.0.0.1', port: world.port, headers, agent: false});
	const [response]: unknown[] = await once(request, 'response');
	if (!(response instanceof http.IncomingMessage)) {
		throw new TypeError('no answer');
	}

	return response.statusCode === 200 ? text(response) : String(response.statusCode);
}

test('§8.31 Knative-Serving-Tag chooses a tag only while config-features says so', async () => {
	world = await startWorld();
	world.create('hello', {template: template()});
	await world.ready();
	world.update('hello', {
		template: template({env: {TARGET: 'Knative'}}),
		traffic: [pinned('hello-00001', 100), {latestRevision: true, percent: 0, tag: 'canary'}],
	});
	await world.until(() => world.service().status?.latestReadyRevisionName === 'hello-00002');
	await world.ready();
	const host = 'hello.default.example.com';
	const ask = (tag: string): Promise<string> => answerOf({host, 'knative-serving-tag': tag});
	expect(await ask('canary')).toBe('Hello World!\n');
	world.configure('config-features', {'tag-header-based-routing': 'enabled'});
	const rules = () => getIngress(world.store, 'default/hello')?.spec?.rules ?? [];
	await world.until(() => rules()[0]?.http.paths.length === 2);
	await world.until(() => {
		const ingress = getIngress(world.store, 'default/hello');
		return (
			ingress?.status?.observedGeneration === ingress?.metadata.generation &&
			ingress?.status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True') === true
		);
	});
	expect(await ask('canary')).toBe('Hello Knative!\n');
	expect(await ask('nobody')).toBe('Hello World!\n');
	expect(await answerOf({host})).toBe('Hello World!\n');
});

test('domain-template, tag-template and the domains are followed as they change', async () => {
	world = await startWorld();
	world.create('hello', {template: template(), traffic: [{...latest(100), tag: 'now'}]});
	await world.ready();
	expect(world.service().status?.url).toBe('http://hello.default.example.com');
	world.configure('config-network', {
		'domain-template': '{{.Name}}-{{ .Namespace }}.{{.Domain}}',
		'tag-template': '{{.Name}}-{{.Tag}}',
	});
	world.configure('config-domain', {'apps.example.org': ''});
	await world.until(() => world.service().status?.url === 'http://hello-default.apps.example.org');
	await world.until(
		() => world.service().status?.traffic?.[0]?.url === 'http://hello-now-default.apps.example.org',
	);
	await world.ready();
	expect(await answerOf({host: 'hello-default.apps.example.org'})).toBe('Hello World!\n');
	expect(await answerOf({host: 'hello-now-default.apps.example.org'})).toBe('Hello World!\n');
	expect(await answerOf({host: 'hello.default.example.com'})).toBe('404');
});

test('a domain-template that makes no host is an ErrorConfig, and the gateway keeps what it had', async () => {
	world = await startWorld();
	world.create('hello', {template: template()});
	await world.ready();
	world.configure('config-network', {'domain-template': '{{.Name}}_{{.Namespace}}.{{.Domain}}'});
	await world.until(
		() => world.conditionsOf('hello')['Ready']?.startsWith('False ErrorConfig domain name error: ') === true,
	);
	expect(await answerOf({host: 'hello.default.example.com'})).toBe('Hello World!\n');
});
