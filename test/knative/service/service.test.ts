/** What a Service says of itself; its split and its owners have files of their own beside this. */
import * as fc from '../../support/property.js';
import {describe, expect, test} from 'vitest';
import {parseService, type ServiceView} from '../../../source/knative/service/service.js';
import {knativeService, serviceView} from '../objects.js';

test('a Service as the server sends it is read whole', () => {
	const view = serviceView();
	expect(view).toMatchObject({
		uid: 'b7a1c9d0-0000-4000-8000-000000000001',
		name: 'helloworld-go',
		namespace: 'default',
		generation: 1,
		observedGeneration: 1,
		unannotatedAt: undefined,
		createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
		deleting: false,
		creator: 'alice',
		lastModifier: 'bob',
		rolloutDuration: undefined,
		owners: [],
		clusterLocal: false,
		url: 'http://helloworld-go.default.example.com',
		latestCreated: 'helloworld-go-00001',
		latestReady: 'helloworld-go-00001',
		specTraffic: [{revision: undefined, latest: true, percent: 100, tag: undefined}],
		statusTraffic: [
			{revision: 'helloworld-go-00001', latest: true, percent: 100, tag: undefined, url: undefined},
		],
		summary: {
			revisionName: undefined,
			container: 0,
			image: 'ghcr.io/knative/helloworld-go:latest',
			env: [{name: 'TARGET', shown: 'World', value: 'World'}],
			protocol: 'http',
			port: 8080,
			containerConcurrency: 0,
		},
	});
	expect(view.conditions.map(({type, status}) => `${type} ${status}`)).toEqual([
		'ConfigurationsReady True',
		'Ready True',
		'RoutesReady True',
	]);
	expect(view.template).toEqual(knativeService().spec.template);
});

test('a Service that has just been created has no status yet', () => {
	const {status: _status, ...young} = knativeService();
	const parsed = parseService(young);
	expect(parsed).toMatchObject({
		ok: true,
		value: {
			observedGeneration: undefined,
			conditions: [],
			statusTraffic: [],
			latestReady: undefined,
			latestCreated: undefined,
			url: undefined,
		},
	});
});

test('several containers: the one with the port gets the requests', () => {
	const view = serviceView({
		edit: service => {
			service.spec.template.spec.containers.unshift({name: 'sidecar', image: 'sidecar:1'});
		},
	});
	expect(view.summary).toMatchObject({
		container: 1,
		image: 'ghcr.io/knative/helloworld-go:latest',
		port: 8080,
	});
});

test('gRPC is told by the port name, values from elsewhere by where they come from', () => {
	const view = serviceView({
		edit: service => {
			const [container] = service.spec.template.spec.containers;
			Object.assign(container ?? {}, {
				ports: [{name: 'h2c', containerPort: 9000}],
				env: [
					{name: 'PASSWORD', valueFrom: {secretKeyRef: {name: 'db', key: 'password'}}},
					{name: 'MODE', valueFrom: {configMapKeyRef: {name: 'settings', key: 'mode'}}},
					{name: 'NODE', valueFrom: {resourceFieldRef: {resource: 'limits.cpu'}}},
					{name: 'EMPTY'},
				],
			});
			service.spec.template.metadata = {
				name: 'helloworld-go-mine',
				annotations: {'autoscaling.knative.dev/min-scale': '2', other: 'x'},
			};
		},
	});
	expect(view.summary).toMatchObject({
		revisionName: 'helloworld-go-mine',
		protocol: 'grpc',
		port: 9000,
		autoscaling: new Map([['min-scale', '2']]),
		env: [
			{name: 'PASSWORD', shown: 'from Secret db, key password', value: undefined},
			{name: 'MODE', shown: 'from ConfigMap settings, key mode', value: undefined},
			{name: 'NODE', shown: 'from elsewhere', value: undefined},
			{name: 'EMPTY', shown: '', value: ''},
		],
	});
});

test('what is shown is printable, what is written back is raw', () => {
	const view = serviceView({
		edit: service => {
			service.status.url = 'http://x\u001b[2J';
			const [container] = service.spec.template.spec.containers;
			Object.assign(container ?? {}, {env: [{name: 'MOTD', value: 'a\nb'}]});
		},
	});
	expect(view.url).toBe('http://x␛[2J');
	expect(view.summary.env).toEqual([{name: 'MOTD', shown: 'a␊b', value: 'a\nb'}]);
});

test('of the two spellings of its ingress class the older one counts, as Knative has it', () => {
	const object = knativeService();
	const classOf = (annotations: Record<string, string>) => {
		const parsed = parseService({...object, metadata: {...object.metadata, annotations}});
		return parsed.ok ? parsed.value.ingressClass : parsed.reason;
	};
	const older = {'networking.knative.dev/ingress.class': 'older.example.com'};
	const newer = {'networking.knative.dev/ingress-class': 'newer.example.com'};
	expect(classOf(older)).toBe('older.example.com');
	expect(classOf(newer)).toBe('newer.example.com');
	expect(classOf({...newer, ...older})).toBe('older.example.com');
});

test('a rollout-duration and being cluster-local are seen', () => {
	const view = serviceView({
		edit: service => {
			service.metadata.annotations = {'serving.knative.dev/rollout-duration': '380s'};
			service.metadata.labels = {'networking.knative.dev/visibility': 'cluster-local'};
			service.metadata.deletionTimestamp = '2026-01-02T03:04:06Z';
		},
	});
	expect(view).toMatchObject({
		rolloutDuration: '380s',
		clusterLocal: true,
		deleting: true,
		creator: undefined,
	});
	const stock = serviceView({
		edit: service => {
			service.status.url = 'http://helloworld-go.default.svc.cluster.local';
		},
	});
	expect(stock.clusterLocal).toBe(true);
});

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The way to every part of a value, its own way included. */
function ways(value: unknown, way: readonly string[] = []): (readonly string[])[] {
	if (!isObject(value)) return [way];
	return [way, ...Object.entries(value).flatMap(([key, part]) => ways(part, [...way, key]))];
}

/** The value with something else in the place that `way` leads to. */
function replaced(value: unknown, [key, ...rest]: readonly string[], part: unknown): unknown {
	if (key === undefined || !isObject(value)) return part;
	const parts = Object.entries(value).map(
		([name, own]) => [name, name === key ? replaced(own, rest, part) : own] as const,
	);
	return Array.isArray(value) ? parts.map(([, own]) => own) : Object.fromEntries(parts);
}

test.each([
	[undefined],
	[null],
	[{}],
	[{metadata: null, spec: null}],
	[{metadata: {labels: null, annotations: null}, spec: {containers: null}}],
	[{spec: {containers: [], imagePullSecrets: null, serviceAccountName: null, containerConcurrency: null}}],
	[{spec: {containers: [{image: null, env: null, ports: null, name: null}]}}],
])('a template of %j says as little as it says', template => {
	const object = knativeService();
	expect(parseService({...object, spec: {...object.spec, template}})).toMatchObject({
		ok: true,
		value: {summary: {image: '', env: [], port: 8080, pullSecrets: []}},
	});
});

describe('what is no Service', () => {
	test.each([
		[undefined, 'A Service cannot be read'],
		[null, 'A Service cannot be read'],
		['text', 'A Service cannot be read'],
		[{}, 'A Service cannot be read: metadata'],
		[{metadata: {name: 'a'}}, 'Service a cannot be read: metadata.namespace'],
		[{metadata: {name: '..', namespace: 'b'}}, 'Service .. cannot be read: metadata.name'],
		[{metadata: {name: 'a/b', namespace: 'b'}}, 'Service a/b cannot be read: metadata.name'],
		[{metadata: {name: 'a\u001b', namespace: 'b'}}, 'Service a␛ cannot be read: spec'],
		[
			{metadata: {name: 'a', namespace: 'b'}, spec: {template: {spec: {containers: 'none'}}}},
			'spec.template.spec.containers',
		],
	])('%j is refused with a reason', (input, reason) => {
		expect(parseService(input)).toMatchObject({ok: false, reason: expect.stringContaining(reason)});
	});

	test('parsing never throws, whatever takes the place of any part', () => {
		const places = ways(knativeService());
		fc.assert(
			fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, part) => {
				const parsed = parseService(replaced(knativeService(), place, part));
				expect(parsed.ok ? typeof parsed.value.name : typeof parsed.reason).toBe('string');
			}),
			{numRuns: 500},
		);
	});
});

const viewOf = (input: unknown, before?: ServiceView) => {
	const parsed = parseService(input, before);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
};
/** Told of three times: what is said but once is not compared. */
const known = (input: unknown) =>
	viewOf(structuredClone(input), viewOf(structuredClone(input), viewOf(input)));

describe('read with the view of an earlier state of it', () => {
	test('what changes nothing of the view is that view', () => {
		const object = knativeService();
		const before = known(object);
		object.metadata.resourceVersion = '4712';
		object.metadata.labels = {touched: 'yes'};
		expect(viewOf(object, before)).toBe(before);
		expect(viewOf(structuredClone(object), viewOf(knativeService()))).toEqual(before);
	});

	test('a changed label, spec or status is another one, and only that part of it', () => {
		const object = knativeService();
		const before = known(object);
		object.metadata.generation = 2;
		object.metadata.labels = {'networking.knative.dev/visibility': 'cluster-local'};
		const hidden = viewOf(object, before);
		expect(hidden).toEqual({...before, generation: 2, clusterLocal: true});
		expect(hidden.template).toBe(before.template);
		object.spec.traffic = [
			{revisionName: 'helloworld-go-00001', percent: 90},
			{latestRevision: true, percent: 10},
		];
		const split = viewOf(object, hidden);
		expect(split.specTraffic.map(({percent}) => percent)).toEqual([90, 10]);
		object.status.url = 'http://helloworld-go.default.svc.cluster.local';
		object.metadata.labels = {};
		expect(viewOf(object, split)).toMatchObject({clusterLocal: true, url: object.status.url});
	});

	test('the newest resourceVersion is the one to which a first annotation is added', () => {
		const object = knativeService();
		object.metadata.annotations = {};
		const before = known(object);
		for (const resourceVersion of ['4712', '4713']) {
			object.metadata.resourceVersion = resourceVersion;
			const view = viewOf(object, before);
			expect(view.unannotatedAt).toBe(resourceVersion);
			expect(view.template).toBe(before.template);
		}
	});

	test('it is read as it is without, whatever the earlier state was', () => {
		const places = ways(knativeService());
		const anyState = fc
			.tuple(fc.constantFrom(...places), fc.jsonValue())
			.map(([place, part]) => replaced(knativeService(), place, part));
		fc.assert(
			fc.property(anyState, anyState, (one, other) => {
				const first = parseService(one);
				let before = first.ok ? first.value : undefined;
				for (const state of [one, other, one, other]) {
					const parsed = parseService(structuredClone(state), before);
					expect(parsed).toEqual(parseService(state));
					before = parsed.ok ? parsed.value : before;
				}
			}),
			{numRuns: 300},
		);
	});
});
