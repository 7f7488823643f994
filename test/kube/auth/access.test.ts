import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {mayI, type AccessAction} from '../../../source/kube/auth/access.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {listNamespaces} from '../../../source/kube/namespaces.js';
import {startApiServer, status, type ApiServer} from '../../support/kube/api-server.js';

const patch: AccessAction = {verb: 'patch', group: 'serving.knative.dev', resource: 'services'};

let server: ApiServer;
let cluster: Cluster;

beforeEach(async () => {
	server = await startApiServer();
	cluster = await connect({kubeconfigText: server.kubeconfig({context: {namespace: 'shop'}})});
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

describe('what the operator may do', () => {
	it('is asked of the server, an action at a time, and answered in the order of the actions', async () => {
		const asked: unknown[] = [];
		server.always(({path, body, answer}) => {
			asked.push({path, body});
			const mayPatch = JSON.stringify(body).includes('"verb":"patch"');
			answer(201, {status: mayPatch ? {allowed: true} : {allowed: false, reason: 'not you\u001B'}});
		});
		const access = await mayI(cluster, 'shop', [{...patch, verb: 'delete'}, patch]);
		expect(access).toEqual([{kind: 'denied', reason: 'not you␛'}, {kind: 'allowed'}]);
		expect(asked).toContainEqual({
			path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
			body: {
				apiVersion: 'authorization.k8s.io/v1',
				kind: 'SelfSubjectAccessReview',
				spec: {
					resourceAttributes: {
						namespace: 'shop',
						verb: 'patch',
						group: 'serving.knative.dev',
						resource: 'services',
					},
				},
			},
		});
	});

	it('names the missing rule when the server gives no reason', async () => {
		server.always(({answer}) => answer(201, {status: {allowed: false}}));
		expect(await mayI(cluster, 'shop', [{...patch, subresource: 'status'}])).toEqual([
			{
				kind: 'denied',
				reason: 'you may not patch services/status',
			},
		]);
	});

	it.each([
		['a refusal', 403, status(403, 'Forbidden', 'no reviews for you'), 'no reviews for you'],
		['nonsense', 201, {status: 'yes'}, 'something other than a review'],
		[
			'an authorizer that is away',
			201,
			{status: {allowed: false, evaluationError: 'webhook down'}},
			'webhook down',
		],
	])('is unknown after %s', async (_, code, body, why) => {
		server.always(({answer}) => answer(code, body));
		const [access] = await mayI(cluster, 'shop', [patch]);
		expect(access).toMatchObject({kind: 'unknown'});
		expect(access).toHaveProperty('why', expect.stringContaining(why));
	});

	it('is unknown when the server is away', async () => {
		server.always(({cut}) => cut());
		expect(await mayI(cluster, 'shop', [patch])).toMatchObject([{kind: 'unknown'}]);
	});
});

describe('the namespaces', () => {
	it('are all that there are, sorted, over all pages', async () => {
		const listing = listNamespaces(cluster);
		(await server.next()).answer(200, {
			metadata: {continue: 'x'},
			items: [{metadata: {name: 'shop'}}, {metadata: {name: 'B\u001B'}}],
		});
		const second = await server.next();
		expect(second.query.get('continue')).toBe('x');
		second.answer(200, {metadata: {}, items: [{metadata: {name: 'default'}}, 7]});
		expect(await listing).toEqual({kind: 'listed', names: ['default', 'shop']});
	});

	it('are the one of the context when they may not be listed', async () => {
		const listing = listNamespaces(cluster);
		const sentence = 'namespaces is forbidden: User "bob" cannot list resource "namespaces"';
		(await server.next()).answer(403, status(403, 'Forbidden', sentence));
		expect(await listing).toEqual({kind: 'unlisted', names: ['shop'], sentence});
	});
});
