/** The client against the API server of the sandbox, over HTTP: two sides that were written apart. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {mayI} from '../../source/kube/auth/access.js';
import type {Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {findGateway} from '../../source/kube/gateway/find-gateway.js';
import {listNamespaces} from '../../source/kube/namespaces.js';
import {identityOf, type Identity} from '../../source/kube/identity.js';
import {corePath, servingPath} from '../../source/kube/paths.js';
import {reflect, type ReflectorChange} from '../../source/kube/watch/reflector.js';
import {createService, deleteService, guardedPatch, type WriteTarget} from '../../source/kube/write/write.js';
import {kubeconfigYaml} from '../../source/sandbox/api/http/sandbox-kubeconfig.js';
import {startApiServer, type ApiServer} from '../../source/sandbox/api/http/server.js';
import {createObjectStore} from '../../source/sandbox/store/object-store.js';
import type {ObjectStore} from '../../source/sandbox/shared-store.js';
import {coreServices, ingresses} from '../../source/sandbox/resources.js';
import type {PatchOperation} from '../../source/knative/objects/patch.js';

const token = 'a-token-of-the-test';
const path = servingPath('services', 'default', 'hello');
const manifest = {
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name: 'hello', namespace: 'default'},
	spec: {template: {spec: {containers: [{image: 'helloworld-go'}]}}},
};
const pin: PatchOperation[] = [
	{op: 'replace', path: '/spec/traffic', value: [{revisionName: 'hello-00001', percent: 100}]},
];

let store: ObjectStore;
let server: ApiServer;
let cluster: Cluster;

function config(): string {
	const {url, certificateAuthority} = server;
	return kubeconfigYaml({server: url, certificateAuthority, token, userName: 'jane', contextName: 'sandbox'});
}

async function current(): Promise<Identity> {
	const answer = await cluster.request({method: 'GET', path});
	expect(answer.status).toBe(200);
	return identityOf(answer.body)!;
}

/** The Service as it is now, to make a change from. */
async function seen(): Promise<WriteTarget> {
	const {uid, generation} = await current();
	return {namespace: 'default', name: 'hello', uid: uid!, generation: generation!};
}

beforeEach(async () => {
	store = createObjectStore();
	server = await startApiServer({store, token, userName: 'jane', tls: true, bookmarkInterval: 20});
	cluster = await connect({kubeconfigText: config()});
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

/** Nothing listens where these objects say that the gateway is. */
const reachable = async () => {};

/** When what is there already is not new any more. */
const soon = () => Date.now() + 2000;

describe('against the sandbox', () => {
	it('creates a Service once', async () => {
		const created = await createService(cluster, manifest);
		expect(created).toMatchObject({
			kind: 'done',
			object: {spec: {traffic: [{latestRevision: true, percent: 100}]}},
		});
		expect(created).toHaveProperty('warnings', [
			expect.stringContaining('Kubernetes default value is insecure'),
		]);
		// Of one that is new, and as wanted, something on the way may have made it by sending the request twice.
		expect(await createService(cluster, manifest)).toMatchObject({
			kind: 'unknown',
			sentence: expect.stringContaining('there is a Service hello already'),
		});
		expect(await createService(cluster, manifest, {now: soon})).toEqual({kind: 'exists'});
	});

	it('is refused what the real one refuses, in its words', async () => {
		const wrong = {...manifest, spec: {...manifest.spec, traffic: [{latestRevision: true, percent: 90}]}};
		expect(await createService(cluster, wrong)).toMatchObject({
			kind: 'refused',
			status: 400,
			reason: 'BadRequest',
			sentence: 'Traffic targets sum to 90, want 100: spec.traffic',
		});
		const misspelt = {...manifest, spec: {...manifest.spec, trafic: []}};
		expect(await createService(cluster, misspelt)).toMatchObject({kind: 'refused', status: 400});
	});

	it('changes the traffic, and says when it is so already', async () => {
		await createService(cluster, manifest);
		const target = await seen();
		expect(await guardedPatch(cluster, target, pin)).toMatchObject({
			kind: 'done',
			object: {metadata: {generation: target.generation + 1}},
		});
		expect(await guardedPatch(cluster, await seen(), pin)).toMatchObject({kind: 'done', unchanged: true});
	});

	it('has a conflict when somebody changed the spec', async () => {
		await createService(cluster, manifest);
		const target = await seen();
		const theirs = [
			{op: 'replace', path: '/spec/traffic', value: [{revisionName: 'hello-00009', percent: 100}]},
		];
		await cluster.request({method: 'PATCH', path, body: theirs, contentType: 'application/json-patch+json'});
		const outcome = await guardedPatch(cluster, target, pin);
		expect(outcome).toMatchObject({
			kind: 'conflict',
			theirs: {spec: {traffic: [{revisionName: 'hello-00009', percent: 100}]}},
		});
	});

	it('has a conflict with a Service that was made again under the name', async () => {
		await createService(cluster, manifest);
		const target = await seen();
		expect(await deleteService(cluster, target)).toMatchObject({kind: 'done'});
		await createService(cluster, manifest);
		expect(await guardedPatch(cluster, target, pin)).toMatchObject({kind: 'conflict'});
		expect(await deleteService(cluster, target)).toMatchObject({kind: 'conflict'});
	});

	it('has no conflict when only status or metadata changed', async () => {
		await createService(cluster, manifest);
		const target = await seen();
		const merge = 'application/merge-patch+json';
		await cluster.request({
			method: 'PATCH',
			path: `${path}/status`,
			body: {status: {url: 'http://x'}},
			contentType: merge,
		});
		await cluster.request({method: 'PATCH', path, body: {metadata: {labels: {a: 'b'}}}, contentType: merge});
		expect(await guardedPatch(cluster, target, pin)).toMatchObject({
			kind: 'done',
			object: {metadata: {labels: {a: 'b'}, generation: target.generation + 1}, status: {url: 'http://x'}},
		});
	});

	it('finds that it is gone', async () => {
		await createService(cluster, manifest);
		const target = await seen();
		await deleteService(cluster, target);
		expect(await guardedPatch(cluster, target, pin)).toEqual({kind: 'gone'});
		expect(await deleteService(cluster, target)).toEqual({kind: 'gone'});
	});

	it('stores nothing in a dry run, which still tells what would be', async () => {
		expect(await createService(cluster, manifest, {dryRun: true})).toMatchObject({kind: 'done'});
		expect((await cluster.request({method: 'GET', path})).status).toBe(404);
		await createService(cluster, manifest);
		const before = await current();
		const target = await seen();
		expect(await guardedPatch(cluster, target, pin, {dryRun: true})).toMatchObject({
			kind: 'done',
			object: {metadata: {generation: target.generation + 1}},
		});
		expect(await guardedPatch(cluster, {...target, generation: 7}, pin, {dryRun: true})).toMatchObject({
			kind: 'conflict',
		});
		expect(await deleteService(cluster, target, {dryRun: true})).toMatchObject({kind: 'done'});
		expect(await current()).toEqual(before);
	});

	it('changes nothing when it is read-only', async () => {
		await createService(cluster, manifest);
		const before = await current();
		const version = store.resourceVersion;
		const reader = await connect({kubeconfigText: config(), readOnly: true});
		expect(await guardedPatch(reader, await seen(), pin)).toMatchObject({kind: 'read only'});
		expect(await deleteService(reader, await seen())).toMatchObject({kind: 'read only'});
		expect(
			await mayI(reader, 'default', [{verb: 'patch', group: 'serving.knative.dev', resource: 'services'}]),
		).toEqual([{kind: 'allowed'}]);
		expect(await current()).toEqual(before);
		expect(store.resourceVersion).toBe(version);
		await reader.close();
	});

	it('follows what happens, bookmarks included', async () => {
		const changes: ReflectorChange[] = [];
		let arrived: (() => void) | undefined;
		const count = async (number: number) => {
			while (changes.length < number) {
				await new Promise<void>(resolve => {
					arrived = resolve;
				});
			}
		};
		const live = Promise.withResolvers<void>();
		const reflector = reflect(
			cluster,
			{path: servingPath('services')},
			{
				onChange(change) {
					changes.push(change);
					arrived?.();
				},
				onState({kind}) {
					if (kind === 'live') live.resolve();
				},
			},
		);
		await live.promise;
		await createService(cluster, manifest);
		await count(2);
		await guardedPatch(cluster, await seen(), pin);
		await count(3);
		await deleteService(cluster, await seen());
		await count(4);
		expect(changes.map(change => change.type)).toEqual(['page', 'put', 'put', 'gone']);
		expect(changes[0]).toEqual({type: 'page', items: [], isFirst: true, isLast: true});
		expect(changes[2]).toMatchObject({object: {metadata: {name: 'hello', generation: 2}}});
		reflector.stop();
		await reflector.done;
	});

	it('may do what the rules say, and says so when it may not', async () => {
		await server.close();
		server = await startApiServer({
			store,
			token,
			userName: 'jane',
			tls: true,
			rules: [{verbs: ['get'], apiGroups: ['serving.knative.dev'], resources: ['services']}],
		});
		const limited = await connect({kubeconfigText: config()});
		const actions = ['get', 'patch'].map(verb => ({
			verb,
			group: 'serving.knative.dev',
			resource: 'services',
		}));
		expect(await mayI(limited, 'default', actions)).toMatchObject([{kind: 'allowed'}, {kind: 'denied'}]);
		expect(await createService(limited, manifest)).toMatchObject({
			kind: 'refused',
			status: 403,
			reason: 'Forbidden',
		});
		expect(await listNamespaces(limited)).toMatchObject({kind: 'unlisted', names: ['default']});
		await limited.close();
	});

	it('lists the namespaces', async () => {
		expect(await listNamespaces(cluster)).toEqual({kind: 'listed', names: ['default', 'kube-system']});
	});

	it('finds the gateway by the Ingress and its Service', async () => {
		store.create(ingresses, {
			apiVersion: 'networking.internal.knative.dev/v1alpha1',
			kind: 'Ingress',
			metadata: {
				name: 'hello',
				namespace: 'default',
				annotations: {'networking.knative.dev/ingress-class': 'kourier.ingress.networking.knative.dev'},
			},
			spec: {rules: []},
			status: {publicLoadBalancer: {ingress: [{domainInternal: 'kourier.kourier-system.svc.cluster.local'}]}},
		});
		store.create(coreServices, {
			apiVersion: 'v1',
			kind: 'Service',
			metadata: {name: 'kourier', namespace: 'kourier-system'},
			spec: {type: 'LoadBalancer', ports: [{name: 'http2', port: 34_567, targetPort: 8080}]},
			status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}},
		});
		expect(
			(await cluster.request({method: 'GET', path: corePath('services', 'kourier-system', 'kourier')}))
				.status,
		).toBe(200);
		const found = {kind: 'found', host: '127.0.0.1', port: 34_567, tls: false, via: 'kourier'};
		expect(await findGateway(cluster, {namespace: 'default', name: 'hello'}, {dial: reachable})).toEqual(
			found,
		);
	});

	it('is told that its token is wrong', async () => {
		const stranger = await connect({kubeconfigText: config().replace(token, 'wrong')});
		expect(await createService(stranger, manifest)).toMatchObject({
			kind: 'refused',
			status: 401,
			sentence: 'the API server does not accept the credentials of this context (HTTP 401)',
		});
		await stranger.close();
	});
});
