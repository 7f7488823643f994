import {describe, expect, it} from 'vitest';
import {events, namespaces, pods, services} from '../../../../source/sandbox/resources.js';
import type {ObjectStore} from '../../../../source/sandbox/shared-store.js';
import {at, objectsOf, stringOf, type JsonObject} from '../../../../source/sandbox/api/body/json.js';
import {created, knativeService, servicesPath, start, type Running} from '../support.js';

const everywhere = '/apis/serving.knative.dev/v1/services';

function put(store: ObjectStore, name: string, labels: Record<string, string> = {}, namespace = 'default') {
	return store.create(services, {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {name, namespace, labels},
		spec: {},
	});
}

function names(list: JsonObject): string[] {
	return objectsOf(list['items']).map(item => stringOf(at(item, 'metadata', 'name')));
}

async function namesAt({call}: Running, path: string): Promise<string[]> {
	return names((await call('GET', path)).body);
}

describe('getting', () => {
	it('answers with the object, or that it is not there', async () => {
		const running = await start();
		const object = await created(running, knativeService('hello'));
		expect((await running.call('GET', `${servicesPath}/hello`)).body).toEqual(object);
		expect((await running.call('GET', `${servicesPath}/hello/status`)).body).toEqual(object);
		expect(await running.call('GET', `${servicesPath}/other`)).toMatchObject({
			code: 404,
			body: {
				kind: 'Status',
				apiVersion: 'v1',
				metadata: {},
				status: 'Failure',
				message: 'services.serving.knative.dev "other" not found',
				reason: 'NotFound',
				details: {name: 'other', group: 'serving.knative.dev', kind: 'services'},
				code: 404,
			},
		});
	});

	it('takes names as long as they may be', async () => {
		const {call} = await start();
		const {code, body} = await call('GET', `${servicesPath}/${'a'.repeat(253)}`);
		expect(code).toBe(404);
		expect(body['reason']).toBe('NotFound');
	});
});

describe('listing', () => {
	it('answers one namespace or all, with the version to watch from', async () => {
		const running = await start();
		put(running.store, 'b');
		put(running.store, 'a');
		put(running.store, 'c', {}, 'other');
		const {body} = await running.call('GET', servicesPath);
		expect(body).toMatchObject({
			kind: 'ServiceList',
			apiVersion: 'serving.knative.dev/v1',
			metadata: {resourceVersion: running.store.resourceVersion},
		});
		expect(names(body)).toEqual(['a', 'b']);
		expect(objectsOf(body['items'])[0]).toMatchObject({kind: 'Service'});
		expect(await namesAt(running, everywhere)).toEqual(['a', 'b', 'c']);
		expect(await namesAt(running, servicesPath.replace('default', 'nowhere'))).toEqual([]);
	});

	it('leaves kind and apiVersion out of the items of a built-in kind', async () => {
		const {call} = await start();
		const {body} = await call('GET', '/api/v1/namespaces');
		expect(names(body)).toEqual(['default', 'kube-system']);
		expect(objectsOf(body['items'])[0]).not.toHaveProperty('kind');
	});

	it.each([
		['app=a', ['one', 'three']],
		['app==a', ['one', 'three']],
		['app!=a', ['none', 'two']],
		['app=a,tier', ['three']],
		['app in (a, b)', ['one', 'three', 'two']],
		['app notin (a)', ['none', 'two']],
		['app', ['one', 'three', 'two']],
		['!app', ['none']],
		['app in (b),size>3', ['two']],
		['size<3', []],
		['app=', []],
		['example.com/x=1', ['none']],
	])('selects by label: %s', async (selector, expected) => {
		const running = await start();
		put(running.store, 'one', {app: 'a'});
		put(running.store, 'two', {app: 'b', size: '5'});
		put(running.store, 'three', {app: 'a', tier: ''});
		put(running.store, 'none', {'example.com/x': '1'});
		expect(await namesAt(running, `${servicesPath}?labelSelector=${encodeURIComponent(selector)}`)).toEqual(
			expected,
		);
	});

	it.each(['a b', 'in (a)', 'a in b', '=a', 'a>b', 'a=b=c', 'a=b,', '/x=1'])(
		'refuses a label selector that is none: %s',
		async selector => {
			const {call} = await start();
			expect(
				await call('GET', `${servicesPath}?labelSelector=${encodeURIComponent(selector)}`),
			).toMatchObject({code: 400, body: {reason: 'BadRequest'}});
		},
	);

	it('selects by name and namespace, and by nothing else for a custom resource', async () => {
		const running = await start();
		put(running.store, 'a');
		put(running.store, 'b', {}, 'other');
		const select = (selector: string) =>
			namesAt(running, `${everywhere}?fieldSelector=${encodeURIComponent(selector)}`);
		expect(await select('metadata.name=a')).toEqual(['a']);
		expect(await select('metadata.namespace!=default')).toEqual(['b']);
		expect(await select('metadata.name=a,metadata.namespace=other')).toEqual([]);
		expect(await running.call('GET', `${everywhere}?fieldSelector=spec.foo%3Dbar`)).toMatchObject({
			code: 400,
			body: {message: 'field label not supported: spec.foo'},
		});
	});

	it('selects events by the object they are about', async () => {
		const running = await start();
		for (const [name, about] of [
			['e1', 'hello'],
			['e2', 'other'],
		] as const) {
			const event = {
				apiVersion: 'v1',
				kind: 'Event',
				metadata: {name, namespace: 'default'},
				involvedObject: {kind: 'Service', name: about},
				reason: 'Created',
			};
			running.store.create(events, event);
		}

		expect(
			await namesAt(
				running,
				'/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dhello%2CinvolvedObject.kind%3DService',
			),
		).toEqual(['e1']);
	});

	it('goes page by page through the state of the first one', async () => {
		const running = await start();
		for (const name of ['a', 'b', 'c', 'd', 'e']) {
			put(running.store, name);
		}

		const first = await running.call('GET', `${servicesPath}?limit=2`);
		expect(names(first.body)).toEqual(['a', 'b']);
		expect(first.body['metadata']).toMatchObject({remainingItemCount: 3});
		running.store.remove(services, 'default', 'c');
		put(running.store, 'cc');
		const token = encodeURIComponent(stringOf(at(first.body, 'metadata', 'continue')));
		const rest = await running.call('GET', `${servicesPath}?limit=9&continue=${token}`);
		expect(names(rest.body)).toEqual(['c', 'd', 'e']);
		expect(rest.body['metadata']).toEqual({
			resourceVersion: at(first.body, 'metadata', 'resourceVersion'),
			continue: '',
		});
		const exact = await running.call(
			'GET',
			`${servicesPath}?resourceVersionMatch=Exact&resourceVersion=${stringOf(at(first.body, 'metadata', 'resourceVersion'))}`,
		);
		expect(names(exact.body)).toEqual(['a', 'b', 'c', 'd', 'e']);
	});

	it('gives up a page whose state is forgotten, with a token to go on from anyway', async () => {
		const running = await start({storeOptions: {history: 3}});
		for (const name of ['a', 'b', 'c']) {
			put(running.store, name);
		}

		const first = await running.call('GET', `${servicesPath}?limit=1`);
		for (let index = 0; index < 9; index++) {
			put(running.store, `x${index}`);
		}

		const token = encodeURIComponent(stringOf(at(first.body, 'metadata', 'continue')));
		const rest = await running.call('GET', `${servicesPath}?limit=1&continue=${token}`);
		expect(rest).toMatchObject({code: 410, body: {reason: 'Expired'}});
		expect(rest.body['message']).toContain('The provided continue parameter is too old');
		const next = encodeURIComponent(stringOf(at(rest.body, 'metadata', 'continue')));
		expect(await namesAt(running, `${servicesPath}?limit=1&continue=${next}`)).toEqual(['b']);
	});

	it('refuses a token, a limit or a version that is none, or one that is still to come; a limit below 0 is none', async () => {
		const {call} = await start();
		const codes = await Promise.all(
			['continue=nonsense', 'limit=x', 'limit=-1', 'resourceVersion=abc', 'resourceVersion=999999'].map(
				async query => (await call('GET', `${servicesPath}?${query}`)).code,
			),
		);
		expect(codes).toEqual([400, 400, 200, 500, 504]);
	});
});

describe('as a table', () => {
	const table = {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'};

	it('has the columns of the CRD, and no age', async () => {
		const running = await start();
		put(running.store, 'hello');
		running.store.update(services, 'default', 'hello', 'status', current => ({
			...current,
			status: {
				url: 'http://hello.default.example.com',
				latestCreatedRevisionName: 'hello-00001',
				conditions: [{type: 'Ready', status: 'Unknown', reason: 'RevisionMissing'}],
			},
		}));
		const {body} = await running.call('GET', servicesPath, {headers: table});
		expect(body).toMatchObject({kind: 'Table', apiVersion: 'meta.k8s.io/v1'});
		expect(objectsOf(body['columnDefinitions']).map(({name}) => name)).toEqual([
			'Name',
			'URL',
			'LatestCreated',
			'LatestReady',
			'Ready',
			'Reason',
		]);
		expect(objectsOf(body['rows'])).toMatchObject([
			{
				cells: [
					'hello',
					'http://hello.default.example.com',
					'hello-00001',
					null,
					'Unknown',
					'RevisionMissing',
				],
				object: {kind: 'PartialObjectMetadata', metadata: {name: 'hello'}},
			},
		]);
	});

	it('brings with each row what was asked for', async () => {
		const running = await start();
		put(running.store, 'hello');
		const rowFor = async (include: string) =>
			objectsOf(
				(await running.call('GET', `${servicesPath}?includeObject=${include}`, {headers: table})).body[
					'rows'
				],
			)[0];
		expect(await rowFor('None')).not.toHaveProperty('object');
		expect(await rowFor('Object')).toMatchObject({object: {kind: 'Service', spec: {}}});
		expect((await running.call('GET', `${servicesPath}?includeObject=All`, {headers: table})).code).toBe(400);
	});

	it('shows pods as kubectl does', async () => {
		const running = await start({now: () => Date.parse('2026-01-01T01:00:00Z')});
		running.store.create(pods, {
			apiVersion: 'v1',
			kind: 'Pod',
			metadata: {name: 'p', namespace: 'default'},
			spec: {containers: [{}, {}]},
			status: {
				phase: 'Pending',
				containerStatuses: [
					{ready: true, restartCount: 1},
					{ready: false, restartCount: 2, state: {waiting: {reason: 'CrashLoopBackOff'}}},
				],
			},
		});
		const {body} = await running.call('GET', '/api/v1/pods', {headers: table});
		const [row] = objectsOf(body['rows']);
		expect(row).toMatchObject({cells: expect.arrayContaining(['p', '1/2', 'CrashLoopBackOff', '3'])});
	});

	it('is refused in forms nobody has', async () => {
		const {call} = await start();
		const answer = await call('GET', servicesPath, {
			headers: {accept: 'application/vnd.kubernetes.protobuf'},
		});
		expect(answer).toMatchObject({code: 406, body: {reason: 'NotAcceptable'}});
		const fallback = await call('GET', servicesPath, {
			headers: {accept: 'application/vnd.kubernetes.protobuf, application/json'},
		});
		expect(fallback.code).toBe(200);
	});

	it('answers with metadata alone on request', async () => {
		const running = await start();
		put(running.store, 'hello');
		const {body} = await running.call('GET', servicesPath, {
			headers: {accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'},
		});
		expect(body).toMatchObject({
			kind: 'PartialObjectMetadataList',
			items: [{kind: 'PartialObjectMetadata', metadata: {name: 'hello'}}],
		});
		expect(objectsOf(body['items'])[0]).not.toHaveProperty('spec');
	});
});

it('makes the namespaces every cluster has, and leaves those that are there', async () => {
	const running = await start();
	expect(running.store.get(namespaces, undefined, 'default')).toMatchObject({
		status: {phase: 'Active'},
		metadata: {labels: {'kubernetes.io/metadata.name': 'default'}},
	});
});
