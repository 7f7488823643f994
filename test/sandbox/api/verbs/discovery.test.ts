import {describe, expect, it} from 'vitest';
import {at, objectsOf} from '../../../../source/sandbox/api/body/json.js';
import {start} from '../support.js';

describe('discovery', () => {
	it('lists groups, versions and resources with what can be done with them', async () => {
		const {call} = await start();
		expect((await call('GET', '/api')).body).toMatchObject({kind: 'APIVersions', versions: ['v1']});
		const {body: groups} = await call('GET', '/apis');
		expect(objectsOf(groups['groups']).map(({name}) => name)).toEqual([
			'serving.knative.dev',
			'networking.internal.knative.dev',
			'autoscaling.internal.knative.dev',
			'apps',
			'authentication.k8s.io',
			'authorization.k8s.io',
		]);
		expect((await call('GET', '/apis/serving.knative.dev')).body).toMatchObject({
			kind: 'APIGroup',
			preferredVersion: {groupVersion: 'serving.knative.dev/v1'},
		});
		const {body} = await call('GET', '/apis/serving.knative.dev/v1');
		expect(body).toMatchObject({kind: 'APIResourceList', groupVersion: 'serving.knative.dev/v1'});
		expect(objectsOf(body['resources'])).toEqual(
			expect.arrayContaining([
				{
					name: 'services',
					singularName: 'service',
					namespaced: true,
					kind: 'Service',
					shortNames: ['kservice', 'ksvc'],
					categories: ['all', 'knative', 'serving'],
					verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
					storageVersionHash: 'vqppxVmf8h0=',
				},
				{
					name: 'services/status',
					singularName: '',
					namespaced: true,
					kind: 'Service',
					verbs: ['get', 'patch', 'update'],
				},
			]),
		);
		expect((await call('GET', '/api/v1')).body).toMatchObject({groupVersion: 'v1'});
	});

	it('comes in one piece for those who ask for that', async () => {
		const {call} = await start();
		const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
		const {body, headers} = await call('GET', '/apis', {headers: {accept}});
		expect(headers['content-type']).toBe(
			'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
		);
		expect(body).toMatchObject({kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2'});
		const [serving] = objectsOf(body['items']);
		expect(at(serving, 'metadata', 'name')).toBe('serving.knative.dev');
		expect(objectsOf(objectsOf(serving?.['versions'])[0]?.['resources'])[2]).toMatchObject({
			resource: 'services',
			responseKind: {kind: 'Service'},
			scope: 'Namespaced',
			shortNames: ['kservice', 'ksvc'],
			subresources: [{subresource: 'status'}],
		});
		expect((await call('GET', '/api', {headers: {accept}})).body).toMatchObject({
			items: [{versions: [{version: 'v1'}]}],
		});
	});

	it('tells the version, that it is ready, and what PATCH takes', async () => {
		const {call} = await start();
		expect((await call('GET', '/version')).body).toMatchObject({major: '1'});
		for (const path of ['/livez', '/readyz', '/healthz']) {
			expect(await call('GET', path)).toMatchObject({code: 200, text: 'ok'});
		}

		const {body: index} = await call('GET', '/openapi/v3');
		const url = at(index, 'paths', 'apis/serving.knative.dev/v1', 'serverRelativeURL');
		const {code, body} = await call('GET', String(url));
		expect(code).toBe(200);
		const patch = at(
			body,
			'paths',
			'/apis/serving.knative.dev/v1/namespaces/{namespace}/services/{name}',
			'patch',
		);
		expect(objectsOf(at(patch, 'parameters')).map(({name}) => name)).toContain('fieldValidation');
		expect(
			at(body, 'components', 'schemas', 'dev.knative.serving.v1.Service', 'properties', 'spec', 'type'),
		).toBe('object');
	});
});

describe('what is not served', () => {
	it('§8.40 is told in plain text where no group, version or resource of that name exists', async () => {
		const {call} = await start();
		for (const path of [
			'/apis/serving.knative.dev/v1/domainmappings',
			'/apis/serving.knative.dev/v2',
			'/apis/eventing.knative.dev/v1/namespaces/default/brokers',
			'/api/v2',
			'/',
			'/favicon.ico',
		]) {
			expect(await call('GET', path)).toMatchObject({
				code: 404,
				text: '404 page not found\n',
				headers: {'content-type': 'text/plain; charset=utf-8'},
			});
		}
	});

	it('is told in a Status below the core API', async () => {
		const {call} = await start();
		expect(await call('GET', '/api/v1/namespaces/default/endpoints')).toMatchObject({
			code: 404,
			body: {
				reason: 'NotFound',
				message: 'the server could not find the requested resource',
				details: {},
			},
		});
	});
});
