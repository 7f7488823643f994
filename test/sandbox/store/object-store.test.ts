import {describe, expect, it} from 'vitest';
import type {KubernetesObject} from '../../../source/knative/objects/wire.js';
import {configmaps, namespaces, pods, revisions, services} from '../../../source/sandbox/resources.js';
import {StoreConflict, type StateChange} from '../../../source/sandbox/shared-store.js';
import {createObjectStore} from '../../../source/sandbox/store/object-store.js';

function service(name: string, namespace = 'default', spec: unknown = {}): KubernetesObject {
	return {apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: {name, namespace}, spec};
}

describe('creating', () => {
	it('fills in uid, resourceVersion, creationTimestamp in whole seconds and generation 1', () => {
		const store = createObjectStore({now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678)});
		const created = store.create(services, service('a'));
		expect(created.metadata).toMatchObject({
			resourceVersion: '1',
			creationTimestamp: '2026-01-02T03:04:05Z',
			generation: 1,
		});
		expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
		expect(store.get(services, 'default', 'a')).toBe(created);
	});

	it('gives a kind without a status of its own no generation', () => {
		const created = createObjectStore().create(configmaps, {
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: {name: 'a', namespace: 'default'},
		});
		expect(created.metadata.generation).toBeUndefined();
	});

	it('refuses a second object of the same name, but not in another namespace or of another kind', () => {
		const store = createObjectStore();
		store.create(services, service('a'));
		expect(() => store.create(services, service('a'))).toThrow(new StoreConflict('exists'));
		store.create(services, service('a', 'other'));
		store.create(revisions, {...service('a'), kind: 'Revision'});
		expect(store.resourceVersion).toBe('3');
	});

	it('keeps a copy that nobody can change', () => {
		const store = createObjectStore();
		const mine = service('a', 'default', {list: [1]});
		const stored = store.create(services, mine);
		mine.spec = 'changed';
		expect(stored.spec).toEqual({list: [1]});
		expect(() => {
			stored.metadata.name = 'b';
		}).toThrow(TypeError);
	});
});

describe('updating', () => {
	it('moves the generation with the spec and keeps the status', () => {
		const store = createObjectStore();
		store.create(services, {...service('a'), status: {url: 'http://a'}});
		const updated = store.update(services, 'default', 'a', 'main', current => ({
			...current,
			spec: {changed: true},
			status: {url: 'forged'},
		}));
		expect(updated).toMatchObject({
			spec: {changed: true},
			status: {url: 'http://a'},
			metadata: {generation: 2, resourceVersion: '2'},
		});
	});

	it('leaves the generation when only metadata changed', () => {
		const store = createObjectStore();
		store.create(services, service('a'));
		const updated = store.update(services, 'default', 'a', 'main', current => ({
			...current,
			metadata: {...current.metadata, labels: {a: 'b'}},
		}));
		expect(updated.metadata).toMatchObject({generation: 1, resourceVersion: '2', labels: {a: 'b'}});
	});

	it('writes the status alone through the status part', () => {
		const store = createObjectStore();
		store.create(services, service('a', 'default', {kept: true}));
		const updated = store.update(services, 'default', 'a', 'status', current => ({
			...current,
			spec: {lost: true},
			metadata: {...current.metadata, labels: {lost: 'too'}},
			status: {observedGeneration: 1},
		}));
		expect(updated).toMatchObject({spec: {kept: true}, status: {observedGeneration: 1}});
		expect(updated.metadata.labels).toBeUndefined();
		expect(updated.metadata.generation).toBe(1);
	});

	it('§8.9 keeps the resourceVersion and tells nobody when nothing changed, undefined fields included', () => {
		const store = createObjectStore();
		const created = store.create(services, service('a', 'default', {list: [{b: 1, a: 2}]}));
		const heard: StateChange[] = [];
		store.subscribe(change => heard.push(change));
		const updated = store.update(services, 'default', 'a', 'main', current => ({
			...current,
			extra: undefined,
			spec: {list: [{a: 2, b: 1}]},
		}));
		expect(updated).toBe(created);
		expect(store.resourceVersion).toBe('1');
		expect(heard).toEqual([]);
	});

	it('keeps what the server gave: name, uid, creationTimestamp and generation', () => {
		const store = createObjectStore();
		const {metadata} = store.create(services, service('a'));
		const updated = store.update(services, 'default', 'a', 'main', current => ({
			...current,
			metadata: {
				name: 'b',
				namespace: 'other',
				uid: 'forged',
				resourceVersion: '99',
				creationTimestamp: '1970-01-01T00:00:00Z',
				generation: 9,
				labels: {a: 'b'},
			},
		}));
		expect(updated.metadata).toEqual({...metadata, resourceVersion: '2', labels: {a: 'b'}});
	});

	it('counts the beginning of a deletion as a change of what is wanted', () => {
		const store = createObjectStore();
		store.create(services, service('a'));
		const updated = store.update(services, 'default', 'a', 'main', current => ({
			...current,
			metadata: {...current.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x/y']},
		}));
		expect(updated.metadata.generation).toBe(2);
	});

	it('refuses what is not there, and leaves everything as it was when the change throws', () => {
		const store = createObjectStore();
		expect(() => store.update(services, 'default', 'a', 'main', current => current)).toThrow(
			new StoreConflict('missing'),
		);
		store.create(services, service('a'));
		expect(() =>
			store.update(services, 'default', 'a', 'main', () => {
				throw new Error('no');
			}),
		).toThrow('no');
		expect(store.resourceVersion).toBe('1');
	});
});

describe('listing', () => {
	it('sorts by namespace, then by name, by code unit', () => {
		const store = createObjectStore();
		for (const [name, namespace] of [
			['b', 'a'],
			['a', 'a-b'],
			['a.b', 'a'],
			['a', 'a'],
			['a-b', 'a'],
		] as const) {
			store.create(services, service(name, namespace));
		}

		expect(store.list(services).map(({metadata}) => `${metadata.namespace}/${metadata.name}`)).toEqual([
			'a/a',
			'a/a-b',
			'a/a.b',
			'a/b',
			'a-b/a',
		]);
		expect(store.list(services, 'a-b').map(({metadata}) => metadata.name)).toEqual(['a']);
		expect(store.list(pods)).toEqual([]);
	});

	it('finds a resource without namespaces whatever namespace is asked for', () => {
		const store = createObjectStore();
		store.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'default'}});
		expect(store.get(namespaces, undefined, 'default')?.kind).toBe('Namespace');
	});
});

describe('changes', () => {
	it('tells the state before and after; a deletion carries the last state under a new version', () => {
		const store = createObjectStore();
		const heard: StateChange[] = [];
		store.subscribe(change => heard.push(change));
		const first = store.create(services, service('a'));
		const second = store.update(services, 'default', 'a', 'main', current => ({...current, spec: {b: 1}}));
		store.remove(services, 'default', 'a');
		expect(heard).toEqual([
			{type: 'ADDED', resource: services, object: first},
			{type: 'MODIFIED', resource: services, object: second, previous: first},
			{
				type: 'DELETED',
				resource: services,
				object: {...second, metadata: {...second.metadata, resourceVersion: '3'}},
				previous: second,
			},
		]);
		expect(store.remove(services, 'default', 'a')).toBeUndefined();
	});

	it('tells every listener in order, also when one of them writes', () => {
		const store = createObjectStore();
		const heard: string[] = [];
		store.subscribe(({object}) => {
			if (object.metadata.name === 'a') {
				store.create(services, service('b'));
			}
		});
		store.subscribe(({object}) => heard.push(object.metadata.name));
		store.create(services, service('a'));
		expect(heard).toEqual(['a', 'b']);
	});

	it('tells a new listener nothing of before, and an old one nothing more once it has left', () => {
		const store = createObjectStore();
		const heard: string[] = [];
		const stops: (() => void)[] = [];
		store.subscribe(({object}) => {
			if (object.metadata.name === 'a') {
				stops.push(store.subscribe(change => heard.push(change.object.metadata.name)));
			}
		});
		store.create(services, service('a'));
		store.create(services, service('b'));
		for (const stop of stops) {
			stop();
		}

		store.create(services, service('c'));
		expect(heard).toEqual(['b']);
	});

	it('goes on from a version as far back as its history, and says when that is too far', () => {
		const store = createObjectStore({history: 4});
		for (let index = 0; index < 20; index++) {
			store.create(services, service(`s${index}`));
		}

		expect(store.changesSince('1')).toBe('expired');
		expect(store.changesSince('nonsense')).toBe('expired');
		expect(store.changesSince('20')).toEqual([]);
		const since = store.changesSince('17');
		expect(since === 'expired' ? since : since.map(({object}) => object.metadata.name)).toEqual([
			's17',
			's18',
			's19',
		]);
	});

	it('refuses a history that is none', () => {
		expect(() => createObjectStore({history: 0})).toThrow(RangeError);
	});
});
