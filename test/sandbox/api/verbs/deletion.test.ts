import {describe, expect, it} from 'vitest';
import {configurations, namespaces, revisions, services} from '../../../../source/sandbox/resources.js';
import type {
	StateChange,
	ObjectStore,
	Resource,
	StoredObject,
} from '../../../../source/sandbox/shared-store.js';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {base, created, knativeService, mergePatch, servicesPath, start, type Running} from '../support.js';

const hello = `${servicesPath}/hello`;

/** Resolves with the first change that fits, also one that has happened already. */
function changeOf(store: ObjectStore, fits: (change: StateChange) => boolean): Promise<StateChange> {
	const {promise, resolve} = Promise.withResolvers<StateChange>();
	const past = store.changesSince('0');
	const found = past === 'expired' ? undefined : past.find(change => fits(change));
	if (found) {
		resolve(found);
	} else {
		const stop = store.subscribe(change => {
			if (fits(change)) {
				stop();
				resolve(change);
			}
		});
	}

	return promise;
}

function gone(store: ObjectStore, {metadata: {uid}}: StoredObject): Promise<StateChange> {
	return changeOf(store, ({type, object}) => type === 'DELETED' && object.metadata.uid === uid);
}

function owned(
	store: ObjectStore,
	resource: Resource,
	name: string,
	owner: StoredObject,
	finalizers?: string[],
) {
	return store.create(resource, {
		apiVersion: 'serving.knative.dev/v1',
		kind: resource.kind,
		metadata: {
			name,
			namespace: 'default',
			...(finalizers ? {finalizers} : {}),
			ownerReferences: [
				{
					apiVersion: 'serving.knative.dev/v1',
					kind: owner.kind,
					name: owner.metadata.name,
					uid: owner.metadata.uid,
					controller: true,
					blockOwnerDeletion: true,
				},
			],
		},
		spec: resource === revisions ? {containers: [{image: 'a'}]} : {},
	});
}

/** A Service that owns a Configuration that owns a Revision. */
async function family({store, ...running}: Running, finalizers?: string[]) {
	await created({store, ...running}, knativeService('hello'));
	const service = store.get(services, 'default', 'hello');
	if (!service) {
		throw new Error('the Service was not kept');
	}

	const configuration = owned(store, configurations, 'hello', service);
	return {
		service,
		configuration,
		revision: owned(store, revisions, 'hello-00001', configuration, finalizers),
	};
}

describe('§8.36 deleting in the background', () => {
	it('answers with success at once; the dependents follow', async () => {
		const running = await start();
		const {service, configuration, revision} = await family(running);
		const answer = await running.call('DELETE', hello);
		expect(answer).toMatchObject({code: 200});
		expect(answer.body).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Success',
			details: {
				name: 'hello',
				group: 'serving.knative.dev',
				kind: 'services',
				uid: service.metadata.uid,
			},
		});
		expect((await running.call('GET', hello)).code).toBe(404);
		await gone(running.store, configuration);
		await gone(running.store, revision);
	});

	it('leaves what has another owner, and drops the one that is gone', async () => {
		const running = await start();
		const {configuration, service} = await family(running);
		await created(running, knativeService('other'));
		const other = running.store.get(services, 'default', 'other');
		running.store.update(configurations, 'default', 'hello', 'main', current => ({
			...current,
			metadata: {
				...current.metadata,
				ownerReferences: [
					...(current.metadata.ownerReferences ?? []),
					{
						apiVersion: 'serving.knative.dev/v1',
						kind: 'Service',
						name: 'other',
						uid: other?.metadata.uid ?? '',
					},
				],
			},
		}));
		await running.call('DELETE', hello);
		const {object} = await changeOf(
			running.store,
			change =>
				change.object.metadata.uid === configuration.metadata.uid &&
				change.type === 'MODIFIED' &&
				change.object.metadata.ownerReferences?.length === 1 &&
				change.object.metadata.ownerReferences[0]?.uid !== service.metadata.uid,
		);
		expect(object.metadata.ownerReferences).toMatchObject([{name: 'other'}]);
		expect(running.store.get(configurations, 'default', 'hello')).toBeDefined();
	});
});

describe('§8.36 deleting in the foreground', () => {
	it('marks the object until its dependents are gone', async () => {
		const running = await start();
		const {service, revision} = await family(running, ['example.com/slow']);
		const answer = await running.call('DELETE', hello, {body: {propagationPolicy: 'Foreground'}});
		expect(answer).toMatchObject({
			code: 200,
			body: {
				kind: 'Service',
				metadata: {finalizers: ['foregroundDeletion'], deletionTimestamp: expect.any(String)},
			},
		});
		expect(at(answer.body, 'metadata', 'generation')).toBe(2);
		await changeOf(
			running.store,
			({object}) =>
				object.metadata.uid === revision.metadata.uid && object.metadata.deletionTimestamp !== undefined,
		);
		expect((await running.call('GET', hello)).code).toBe(200);
		await running.call('PATCH', `${base}/revisions/hello-00001`, {
			headers: mergePatch,
			body: {metadata: {finalizers: null}},
		});
		await gone(running.store, revision);
		await gone(running.store, service);
	});
});

describe('deleting with orphans', () => {
	it('leaves the dependents, without an owner', async () => {
		const running = await start();
		const {service, configuration} = await family(running);
		await running.call('DELETE', `${hello}?propagationPolicy=Orphan`);
		await gone(running.store, service);
		expect(running.store.get(configurations, 'default', 'hello')).toMatchObject({
			metadata: {uid: configuration.metadata.uid, ownerReferences: []},
		});
	});
});

describe('deleting', () => {
	it('§8.33 takes a Revision away whoever refers to it', async () => {
		const running = await start();
		const {revision} = await family(running);
		expect((await running.call('DELETE', `${base}/revisions/hello-00001`)).code).toBe(200);
		await gone(running.store, revision);
	});

	it('waits for finalizers, and takes no new ones then', async () => {
		const running = await start();
		await family(running, ['example.com/slow']);
		const path = `${base}/revisions/hello-00001`;
		expect(await running.call('DELETE', path)).toMatchObject({
			code: 200,
			body: {metadata: {finalizers: ['example.com/slow']}},
		});
		const added = await running.call('PATCH', path, {
			headers: mergePatch,
			body: {metadata: {finalizers: ['example.com/slow', 'example.com/more']}},
		});
		expect(added).toMatchObject({code: 422});
		expect(added.body['message']).toContain('no new finalizers can be added');
		await running.call('PATCH', path, {headers: mergePatch, body: {metadata: {finalizers: []}}});
		expect((await running.call('GET', path)).code).toBe(404);
	});

	it('holds to its preconditions', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		const uid = await running.call('DELETE', hello, {body: {preconditions: {uid: 'x'}}});
		expect(uid).toMatchObject({code: 409, body: {reason: 'Conflict'}});
		expect(uid.body['message']).toContain('the UID in the precondition (x) does not match');
		const version = await running.call('DELETE', hello, {body: {preconditions: {resourceVersion: '1'}}});
		expect(version.code).toBe(409);
		expect((await running.call('DELETE', hello, {body: {propagationPolicy: 'Sideways'}})).code).toBe(422);
		expect((await running.call('GET', hello)).code).toBe(200);
	});

	it('empties a collection by its selector', async () => {
		const running = await start();
		await created(running, knativeService('a', {metadata: {labels: {app: 'x'}}}));
		await created(running, knativeService('b'));
		expect(await running.call('DELETE', `${servicesPath}?labelSelector=app%3Dx`)).toMatchObject({
			code: 200,
			body: {kind: 'ServiceList', items: [{metadata: {name: 'a'}}]},
		});
		expect(running.store.list(services).map(({metadata}) => metadata.name)).toEqual(['b']);
	});

	it('collects what names an owner that is not there', async () => {
		const running = await start();
		const {service} = await family(running);
		running.store.remove(services, 'default', 'hello');
		const late = owned(running.store, configurations, 'late', service);
		expect(await gone(running.store, late)).toMatchObject({type: 'DELETED'});
	});
});

describe('deleting a namespace', () => {
	it('takes everything in it along, and lets nothing new in', async () => {
		const running = await start();
		const path = '/api/v1/namespaces/team';
		await running.call('POST', '/api/v1/namespaces', {
			body: {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'team'}},
		});
		const inside = servicesPath.replace('/default/', '/team/');
		await running.call('POST', inside, {
			body: knativeService('hello', {metadata: {finalizers: ['example.com/slow']}}),
		});
		const namespace = running.store.get(namespaces, undefined, 'team');
		const service = running.store.get(services, 'team', 'hello');
		expect(await running.call('DELETE', path)).toMatchObject({
			code: 200,
			body: {kind: 'Namespace', status: {phase: 'Terminating'}},
		});
		await changeOf(
			running.store,
			({object}) =>
				object.metadata.uid === service?.metadata.uid && object.metadata.deletionTimestamp !== undefined,
		);
		const late = await running.call('POST', inside, {body: knativeService('late')});
		expect(late).toMatchObject({code: 403, body: {reason: 'Forbidden'}});
		expect(late.body['message']).toBe(
			'services.serving.knative.dev "late" is forbidden: unable to create new content in namespace team because it is being terminated',
		);
		await running.call('PATCH', `${inside}/hello`, {
			headers: mergePatch,
			body: {metadata: {finalizers: null}},
		});
		await changeOf(
			running.store,
			({type, object}) => type === 'DELETED' && object.metadata.uid === namespace?.metadata.uid,
		);
		expect((await running.call('GET', path)).code).toBe(404);
	});
});

it.each(['default', 'kube-system'])('the namespace %s may not be deleted', async name => {
	const {call} = await start();
	const answer = await call('DELETE', `/api/v1/namespaces/${name}`);
	expect(answer).toMatchObject({
		code: 403,
		body: {
			reason: 'Forbidden',
			message: `namespaces "${name}" is forbidden: this namespace may not be deleted`,
		},
	});
});
