import {describe, expect, it} from 'vitest';
import {pods, services} from '../../../../source/sandbox/resources.js';
import type {ObjectStore} from '../../../../source/sandbox/shared-store.js';
import {at, type JsonObject} from '../../../../source/sandbox/api/body/json.js';
import {servicesPath, start} from '../support.js';

function put(store: ObjectStore, name: string, labels: Record<string, string> = {}, namespace = 'default') {
	return store.create(services, {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {name, namespace, labels},
		spec: {},
	});
}

function label(store: ObjectStore, name: string, labels: Record<string, string>) {
	return store.update(services, 'default', name, 'main', current => ({
		...current,
		metadata: {...current.metadata, labels},
	}));
}

function told(event: JsonObject | undefined): unknown[] {
	return [
		event?.['type'],
		at(event, 'object', 'metadata', 'name'),
		at(event, 'object', 'metadata', 'resourceVersion'),
	];
}

describe('§8.35 a watch', () => {
	it('goes on from the version of a list: added, modified, deleted with the last state', async () => {
		const {store, watch} = await start();
		put(store, 'before');
		const events = await watch(`${servicesPath}?watch=true&resourceVersion=${store.resourceVersion}`);
		expect(events.code).toBe(200);
		const a = put(store, 'a');
		expect(await events.next()).toEqual({type: 'ADDED', object: a});
		const b = label(store, 'a', {x: 'y'});
		expect(await events.next()).toEqual({type: 'MODIFIED', object: b});
		const gone = store.remove(services, 'default', 'a');
		expect(await events.next()).toEqual({type: 'DELETED', object: gone});
	});

	it('catches up with what happened before it began', async () => {
		const {store, watch} = await start();
		const since = store.resourceVersion;
		put(store, 'a');
		label(store, 'a', {x: 'y'});
		const events = await watch(`${servicesPath}?watch=1&resourceVersion=${since}`);
		put(store, 'b');
		expect([await events.next(), await events.next(), await events.next()].map(event => told(event))).toEqual(
			[
				['ADDED', 'a', '3'],
				['MODIFIED', 'a', '4'],
				['ADDED', 'b', '5'],
			],
		);
	});

	it.each(['', '&resourceVersion=0'])(
		'begins with what is there when it names no version (%s)',
		async query => {
			const {store, watch} = await start();
			put(store, 'a');
			put(store, 'b');
			const events = await watch(`${servicesPath}?watch=true${query}`);
			expect([await events.next(), await events.next()].map(event => told(event)[1])).toEqual(['a', 'b']);
			put(store, 'c');
			expect(told(await events.next())).toEqual(['ADDED', 'c', '5']);
		},
	);

	it('sees only its own kind, namespace, name and labels', async () => {
		const {store, watch} = await start();
		const events = await watch(
			`${servicesPath}?watch=true&labelSelector=app%3Da&fieldSelector=metadata.name!%3Dhidden&resourceVersion=${store.resourceVersion}`,
		);
		put(store, 'other', {app: 'b'});
		put(store, 'hidden', {app: 'a'});
		put(store, 'elsewhere', {app: 'a'}, 'other');
		store.create(pods, {
			apiVersion: 'v1',
			kind: 'Pod',
			metadata: {name: 'pod', namespace: 'default', labels: {app: 'a'}},
		});
		put(store, 'seen', {app: 'a'});
		expect(told(await events.next())[1]).toBe('seen');
	});

	it('calls it added when an object comes into its selector, deleted when it goes out', async () => {
		const {store, watch} = await start();
		put(store, 'a');
		const events = await watch(
			`${servicesPath}?watch=true&labelSelector=app&resourceVersion=${store.resourceVersion}`,
		);
		label(store, 'a', {app: '1'});
		label(store, 'a', {app: '2'});
		const left = label(store, 'a', {});
		expect(told(await events.next())).toEqual(['ADDED', 'a', '4']);
		expect(told(await events.next())).toEqual(['MODIFIED', 'a', '5']);
		const last = await events.next();
		expect(told(last)).toEqual(['DELETED', 'a', left.metadata.resourceVersion]);
		expect(at(last, 'object', 'metadata', 'labels')).toEqual({app: '2'});
	});

	it('from a version that is forgotten answers 200 and then the error 410', async () => {
		const {store, watch} = await start({storeOptions: {history: 2}});
		for (let index = 0; index < 9; index++) {
			put(store, `s${index}`);
		}

		const events = await watch(`${servicesPath}?watch=true&resourceVersion=1`);
		expect(events.code).toBe(200);
		expect(await events.next()).toEqual({
			type: 'ERROR',
			object: {
				kind: 'Status',
				apiVersion: 'v1',
				metadata: {},
				status: 'Failure',
				message: `too old resource version: 1 (${store.resourceVersion})`,
				reason: 'Expired',
				code: 410,
			},
		});
		expect(await events.next()).toBeUndefined();
	});

	it('gets bookmarks when it asks for them, with nothing but the version', async () => {
		const {store, watch} = await start({bookmarkInterval: 5});
		const events = await watch(`${servicesPath}?watch=true&allowWatchBookmarks=true&resourceVersion=1`);
		put(store, 'elsewhere', {}, 'other');
		let event = await events.next();
		while (told(event)[2] !== store.resourceVersion) {
			event = await events.next();
		}

		expect(event).toEqual({
			type: 'BOOKMARK',
			object: {
				kind: 'Service',
				apiVersion: 'serving.knative.dev/v1',
				metadata: {resourceVersion: store.resourceVersion, creationTimestamp: null},
			},
		});
	});

	it('streams the list, and marks its end', async () => {
		const {store, watch} = await start();
		put(store, 'a');
		const events = await watch(
			`${servicesPath}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
		);
		expect(told(await events.next())).toEqual(['ADDED', 'a', '3']);
		expect(await events.next()).toMatchObject({
			type: 'BOOKMARK',
			object: {
				metadata: {resourceVersion: '3', annotations: {'k8s.io/initial-events-end': 'true'}},
			},
		});
		put(store, 'b');
		expect(told(await events.next())).toEqual(['ADDED', 'b', '4']);
	});

	it('ends by itself after its time, with a last bookmark two seconds before', async () => {
		const {watch} = await start();
		const events = await watch(
			`${servicesPath}?watch=true&timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion=1`,
		);
		expect(await events.next()).toMatchObject({type: 'BOOKMARK'});
		expect(await events.next()).toBeUndefined();
	});

	it('comes as tables, of which only the first one names its columns', async () => {
		const {store, watch} = await start();
		put(store, 'a');
		const events = await watch(`${servicesPath}?watch=true`, {
			accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
		});
		expect(await events.next()).toMatchObject({
			type: 'ADDED',
			object: {kind: 'Table', columnDefinitions: [{name: 'Name'}, {}, {}, {}, {}, {}]},
		});
		put(store, 'b');
		expect(await events.next()).toMatchObject({
			type: 'ADDED',
			object: {columnDefinitions: null, rows: [{cells: ['b', null, null, null, null, null]}]},
		});
	});

	it('refuses what it cannot make out', async () => {
		const {call} = await start();
		const codes = await Promise.all(
			[
				'resourceVersion=abc',
				'timeoutSeconds=soon',
				'sendInitialEvents=true',
				'resourceVersionMatch=NotOlderThan',
			].map(async query => (await call('GET', `${servicesPath}?watch=true&${query}`)).code),
		);
		expect(codes).toEqual([500, 400, 422, 422]);
	});

	it('ends when the server stops', async () => {
		const {server, watch} = await start();
		const events = await watch(`${servicesPath}?watch=true`);
		await server.close();
		await expect(events.next()).rejects.toThrow(TypeError);
	});
});
