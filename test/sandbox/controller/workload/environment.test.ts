import {afterEach, describe, expect, test} from 'vitest';
import {environmentOf} from '../../../../source/sandbox/controller/workload/environment.js';
import {podsOf} from '../../../../source/sandbox/controller/workload/pods.js';
import {containerStatusOf} from '../../../../source/sandbox/controller/workload/pod-status.js';
import {configmaps} from '../../../../source/sandbox/resources.js';
import type {StoredObject} from '../../../../source/sandbox/shared-store.js';
import {startWorld, template, type ControllerWorld} from '../world.js';

const settings: StoredObject = {
	apiVersion: 'v1',
	kind: 'ConfigMap',
	metadata: {
		name: 'settings',
		namespace: 'default',
		uid: '1',
		resourceVersion: '1',
		creationTimestamp: '2026-01-01T00:00:00Z',
	},
	data: {TARGET: 'Map', 'log level': 'no name of a variable', level: 'info'},
};
const secret: StoredObject = {
	...settings,
	kind: 'Secret',
	metadata: {...settings.metadata, name: 'token'},
	data: {TOKEN: Buffer.from('s3cret').toString('base64')},
};
const lookUp = (kind: string, name: string): StoredObject | undefined =>
	[settings, secret].find(object => object.kind.toLowerCase() === kind && object.metadata.name === name);

describe('the environment of a container', () => {
	test('whole ConfigMaps come first, single variables over them, in their order', () => {
		const container = {
			envFrom: [{configMapRef: {name: 'settings'}}, {prefix: 'LOG_', configMapRef: {name: 'settings'}}],
			env: [
				{name: 'TARGET', value: 'Own'},
				{name: 'LEVEL', valueFrom: {configMapKeyRef: {name: 'settings', key: 'level'}}},
				{name: 'GREETING', value: '$(TARGET) at $(LEVEL), $(NOBODY), $$(TARGET)'},
			],
		};
		expect(environmentOf(container, lookUp)).toEqual({
			values: {
				TARGET: 'Own',
				level: 'info',
				LOG_TARGET: 'Map',
				LOG_level: 'info',
				LEVEL: 'info',
				GREETING: 'Own at info, $(NOBODY), $(TARGET)',
			},
		});
	});

	test('Secrets give what their base64 stands for', () => {
		const container = {
			envFrom: [{prefix: 'MY_', secretRef: {name: 'token'}}],
			env: [{name: 'ONE', valueFrom: {secretKeyRef: {name: 'token', key: 'TOKEN'}}}],
		};
		expect(environmentOf(container, lookUp)).toEqual({values: {MY_TOKEN: 's3cret', ONE: 's3cret'}});
	});

	test.each([
		[{envFrom: [{configMapRef: {name: 'other'}}]}, 'configmap "other" not found'],
		[
			{env: [{name: 'A', valueFrom: {secretKeyRef: {name: 'token', key: 'none'}}}]},
			"couldn't find key none in Secret default/token",
		],
		[{envFrom: [{secretRef: {name: 'keys'}}]}, 'secret "keys" not found'],
		[
			{env: [{name: 'A', valueFrom: {configMapKeyRef: {name: 'settings', key: 'none'}}}]},
			"couldn't find key none in ConfigMap default/settings",
		],
		[
			{env: [{name: 'A', valueFrom: {configMapKeyRef: {name: 'other', key: 'none'}}}]},
			'configmap "other" not found',
		],
		[{env: [{name: 'A', valueFrom: {secretKeyRef: {name: 'keys', key: 'a'}}}]}, 'secret "keys" not found'],
	])('what %j refers to is missing', (container, problem) => {
		expect(environmentOf(container, lookUp)).toEqual({problem});
	});

	test('what is optional may be missing', () => {
		const container = {
			envFrom: [{configMapRef: {name: 'other', optional: true}}, {secretRef: {name: 'keys', optional: true}}],
			env: [
				{name: 'A', valueFrom: {configMapKeyRef: {name: 'settings', key: 'none', optional: true}}},
				{name: 'B', valueFrom: {secretKeyRef: {name: 'keys', key: 'b', optional: true}}},
			],
		};
		expect(environmentOf(container, lookUp)).toEqual({values: {}});
	});
});

describe('a pod', () => {
	let world: ControllerWorld;
	afterEach(async () => {
		await world.stop();
	});

	test('waits for the ConfigMap it refers to, and starts when that comes', async () => {
		world = await startWorld();
		world.create('hello', {
			template: template({container: {envFrom: [{configMapRef: {name: 'settings'}}]}}),
		});
		const waiting = (): string | undefined => {
			const [pod] = podsOf(world.store, 'default/hello-00001');
			return pod && containerStatusOf(pod, 'user-container')?.state.waiting?.message;
		};
		await world.until(() => waiting() === 'configmap "settings" not found');
		expect(world.eventsOf('hello-00001')).toContain('Warning Failed');
		const {apiVersion, kind, data} = settings;
		const metadata = {name: 'settings', namespace: 'default'};
		world.store.create(configmaps, Object.assign({apiVersion, kind, metadata}, {data}));
		await world.ready();
		expect(await world.get('hello.default.example.com')).toEqual({status: 200, body: 'Hello Map!\n'});
	});
});
