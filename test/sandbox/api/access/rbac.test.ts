import {describe, expect, it} from 'vitest';
import {namespaces} from '../../../../source/sandbox/resources.js';
import type {PolicyRule} from '../../../../source/sandbox/api/access/rbac.js';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {knativeService, mergePatch, servicesPath, start, token, user, type Running} from '../support.js';

const reader: PolicyRule[] = [
	{
		verbs: ['get', 'list', 'watch'],
		apiGroups: ['serving.knative.dev'],
		resources: ['services'],
		namespaces: ['default'],
	},
];

describe('without the token', () => {
	it.each([
		['none', {authorization: ''}],
		['another one', {authorization: `Bearer ${token}x`}],
		['another scheme', {authorization: `Basic ${token}`}],
	])('(%s) everything is refused, in words kubectl understands', async (_, headers) => {
		const {call} = await start();
		const answers = await Promise.all(
			[servicesPath, '/version', '/api', '/nowhere'].map(path => call('GET', path, {headers})),
		);
		for (const {code, body} of answers) {
			expect(code).toBe(401);
			expect(body).toEqual({
				kind: 'Status',
				apiVersion: 'v1',
				metadata: {},
				status: 'Failure',
				message: 'Unauthorized',
				reason: 'Unauthorized',
				code: 401,
			});
		}
	});
});

describe('§8.40 without the right', () => {
	it('a write is refused with user, verb, group and namespace', async () => {
		const {call} = await start({rules: reader});
		expect((await call('GET', servicesPath)).code).toBe(200);
		const denied = await call('PATCH', `${servicesPath}/hello`, {headers: mergePatch, body: {}});
		expect(denied.body).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message: `services.serving.knative.dev "hello" is forbidden: User "${user}" cannot patch resource "services" in API group "serving.knative.dev" in the namespace "default"`,
			reason: 'Forbidden',
			details: {name: 'hello', group: 'serving.knative.dev', kind: 'services'},
			code: 403,
		});
	});

	it('a list of all namespaces is refused to whom one namespace is open', async () => {
		const {call} = await start({rules: reader});
		const {body} = await call('GET', '/apis/serving.knative.dev/v1/services');
		expect(body['message']).toBe(
			`services.serving.knative.dev is forbidden: User "${user}" cannot list resource "services" in API group "serving.knative.dev" at the cluster scope`,
		);
	});

	it('nobody speaks as somebody else', async () => {
		const {call} = await start({rules: reader});
		const {code, body} = await call('GET', servicesPath, {headers: {'impersonate-user': 'bob'}});
		expect(code).toBe(403);
		expect(body['message']).toBe(
			`users "bob" is forbidden: User "${user}" cannot impersonate resource "users" in API group "" at the cluster scope`,
		);
	});

	it('discovery and reviews are open to everybody who has signed in', async () => {
		const {call} = await start({rules: []});
		expect((await call('GET', '/apis/serving.knative.dev/v1')).code).toBe(200);
		expect((await call('GET', '/readyz')).text).toBe('ok');
	});
});

const reviewsPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const patchServices = {
	verb: 'patch',
	group: 'serving.knative.dev',
	resource: 'services',
	namespace: 'default',
};

function review(resourceAttributes: Record<string, string>) {
	return {
		apiVersion: 'authorization.k8s.io/v1',
		kind: 'SelfSubjectAccessReview',
		spec: {resourceAttributes},
	};
}

describe('reviews', () => {
	it('of access say what the caller may do', async () => {
		const free = await start();
		const allowed = await free.call('POST', reviewsPath, {body: review(patchServices)});
		expect(allowed).toMatchObject({code: 201, body: {status: {allowed: true}}});
		const bound = await start({rules: reader});
		const denied = await bound.call('POST', reviewsPath, {body: review(patchServices)});
		expect(denied.body['status']).toEqual({allowed: false});
		const reading = await bound.call('POST', reviewsPath, {body: review({...patchServices, verb: 'watch'})});
		expect(at(reading.body, 'status', 'allowed')).toBe(true);
	});

	it('of access refuse a question that is none', async () => {
		const {call} = await start();
		const empty = {apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {}};
		expect((await call('POST', reviewsPath, {body: empty})).code).toBe(422);
		expect((await call('POST', reviewsPath, {body: {}})).code).toBe(400);
		expect((await call('GET', reviewsPath)).code).toBe(404);
	});

	it('of rules list them for a namespace', async () => {
		const {call} = await start({rules: reader});
		const rulesIn = async (namespace: string) =>
			at(
				(
					await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
						body: {
							apiVersion: 'authorization.k8s.io/v1',
							kind: 'SelfSubjectRulesReview',
							spec: {namespace},
						},
					})
				).body,
				'status',
				'resourceRules',
			);
		expect(await rulesIn('default')).toEqual([
			{
				verbs: ['get', 'list', 'watch'],
				apiGroups: ['serving.knative.dev'],
				resources: ['services'],
			},
		]);
		expect(await rulesIn('other')).toEqual([]);
	});

	it('of oneself say who one is', async () => {
		const {call} = await start({groups: ['system:masters']});
		expect(
			await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
				body: {apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview'},
			}),
		).toMatchObject({
			code: 201,
			body: {
				status: {
					userInfo: {username: user, groups: ['system:masters', 'system:authenticated']},
				},
			},
		});
	});
});

describe('what the sandbox makes itself', () => {
	it('can be read, and be written by nobody else', async () => {
		const {call, store} = await start();
		const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'p'}, spec: {}};
		const denied = await call('POST', '/api/v1/namespaces/default/pods', {body: pod});
		expect(denied).toMatchObject({
			code: 405,
			body: {
				reason: 'MethodNotAllowed',
				message: 'create is not supported on resources of kind "pods"',
			},
		});
		expect(store.list(namespaces)).toHaveLength(2);
	});

	it('is written in a namespace only', async () => {
		const {call} = await start();
		expect(
			await call('POST', '/apis/serving.knative.dev/v1/services', {body: knativeService('a')}),
		).toMatchObject({code: 405});
	});
});

const whoami = (running: Running, headers: Record<string, string> = {}) =>
	running.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
		body: {apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview'},
		headers,
	});

describe('several users', () => {
	const others = [{name: 'bob', token: 'token-of-bob', rules: reader}];
	const asBob = {authorization: 'Bearer token-of-bob'};
	it('are told apart by their tokens, each with rights of their own', async () => {
		const running = await start({others});
		expect((await running.call('GET', servicesPath, {headers: asBob})).code).toBe(200);
		const denied = await running.call('DELETE', `${servicesPath}/hello`, {headers: asBob});
		expect(denied.body['message']).toContain('User "bob" cannot delete resource "services"');
		expect((await running.call('DELETE', `${servicesPath}/hello`)).code).toBe(404);
		expect(at((await whoami(running, asBob)).body, 'status', 'userInfo', 'username')).toBe('bob');
	});

	it('are spoken for by whom may impersonate, with the rights of whom they speak for', async () => {
		const running = await start({others});
		const headers = {'impersonate-user': 'bob'};
		expect((await running.call('GET', servicesPath, {headers})).code).toBe(200);
		const denied = await running.call('DELETE', `${servicesPath}/hello`, {headers});
		expect(denied.body['message']).toContain('User "bob" cannot delete resource "services"');
		const stranger = await running.call('GET', servicesPath, {headers: {'impersonate-user': 'eve'}});
		expect(stranger.body['message']).toContain('User "eve" cannot list resource "services"');
	});

	it('bring the groups, uid and extra that are asked for', async () => {
		const running = await start();
		const {body} = await whoami(running, {
			'impersonate-user': 'eve',
			'impersonate-group': 'system:masters',
			'impersonate-uid': '7',
			'impersonate-extra-acme.com%2fproject': 'x',
		});
		expect(at(body, 'status', 'userInfo')).toEqual({
			username: 'eve',
			groups: ['system:masters', 'system:authenticated'],
			uid: '7',
			extra: {'acme.com/project': ['x']},
		});
	});

	it('are not spoken for without a name', async () => {
		const running = await start();
		expect((await whoami(running, {'impersonate-group': 'system:masters'})).code).toBe(400);
	});

	it('speak for service accounts, who belong to their groups', async () => {
		const running = await start();
		const {body} = await whoami(running, {'impersonate-user': 'system:serviceaccount:default:robot'});
		expect(at(body, 'status', 'userInfo', 'groups')).toEqual([
			'system:serviceaccounts',
			'system:serviceaccounts:default',
			'system:authenticated',
		]);
	});
});
