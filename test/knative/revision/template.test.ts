/** What is worth knowing of a template. */
import {describe, expect, it, test} from 'vitest';
import * as v from 'valibot';
import {resourcesOf, summaryOf, telling, template} from '../../../source/knative/revision/template.js';

const summary = (spec: object, metadata?: object) =>
	summaryOf(v.parse(template, {...(metadata && {metadata}), spec}));

const container = (more: object = {}) => ({containers: [{image: 'app:1', ...more}]});

describe('the container that gets the requests', () => {
	it('is the one with ports, wherever it is', () => {
		const containers = [
			{image: 'proxy:1', ports: []},
			{image: 'proxy:2'},
			{image: 'app:1', env: [{name: 'A', value: 'x'}], ports: [{name: 'h2c', containerPort: 9000}]},
			{image: 'other:1'},
		];
		expect(summary({containers})).toMatchObject({
			container: 2,
			image: 'app:1',
			env: [{name: 'A', shown: 'x', value: 'x'}],
			protocol: 'grpc',
			port: 9000,
		});
	});

	it('is the first where none has ports, at the port that Knative gives it', () => {
		const containers = [{image: 'app:1'}, {image: 'proxy:1'}];
		expect(summary({containers})).toMatchObject({container: 0, image: 'app:1', protocol: 'http', port: 8080});
	});

	it.each([
		[[{containerPort: 0}], 8080],
		[[{name: 'http1'}], 8080],
		[[{containerPort: 1}], 1],
	])('with the ports %j is asked at %i', (ports, port) => {
		expect(summary(container({ports}))).toMatchObject({port, protocol: 'http'});
	});
});

describe('a variable', () => {
	it('without a value is empty', () => {
		for (const none of [{}, {value: null}, {valueFrom: null}]) {
			const entry = {name: 'A', ...none};
			expect(summary(container({env: [entry]})).env).toEqual([{name: 'A', shown: '', value: ''}]);
		}
	});

	it.each([
		[{secretKeyRef: {name: 'db', key: 'password'}}, 'from Secret db, key password'],
		[{configMapKeyRef: {name: 'settings', key: 'mode'}}, 'from ConfigMap settings, key mode'],
		[{fieldRef: {fieldPath: 'metadata.name'}}, 'from field metadata.name'],
		[{resourceFieldRef: {resource: 'limits.cpu'}}, 'from elsewhere'],
		['nonsense', 'from elsewhere'],
	])('from %j has no value here', (valueFrom, shown) => {
		expect(summary(container({env: [{name: 'A', valueFrom}]})).env).toEqual([
			{name: 'A', shown, value: undefined},
		]);
	});

	it('is printable where it is shown, and raw where it is written', () => {
		expect(summary(container({env: [{name: 'A', value: '\u001B[2J'}]})).env).toEqual([
			{name: 'A', shown: '␛[2J', value: '\u001B[2J'},
		]);
	});
});

describe('of the rest', () => {
	it('nothing is said where nothing is', () => {
		expect(summary(container())).toMatchObject({
			revisionName: undefined,
			env: [],
			containerConcurrency: 0,
			serviceAccount: '',
			pullSecrets: [],
			autoscaling: new Map(),
		});
		expect(summary(container(), {name: ''}).revisionName).toBeUndefined();
	});

	it('all is said that is there', () => {
		const spec = {
			...container(),
			containerConcurrency: 7,
			serviceAccountName: 'robot',
			imagePullSecrets: [{name: 'one'}, {}, {name: ''}, {name: 'two'}],
		};
		const metadata = {
			name: 'cart-blue',
			annotations: {'autoscaling.knative.dev/min-scale': '2', 'example.com/min-scale': '3'},
		};
		expect(summary(spec, metadata)).toMatchObject({
			revisionName: 'cart-blue',
			containerConcurrency: 7,
			serviceAccount: 'robot',
			pullSecrets: ['one', 'two'],
			autoscaling: new Map([['min-scale', '2']]),
		});
	});
});

const resourcesOfSecond = (...containers: object[]) =>
	resourcesOf(
		v.parse(template, {spec: {containers: containers.map(more => ({image: 'a', ...more}))}}).spec,
		1,
	);

describe('resources', () => {
	it('are those of that container, by what it may use and asks for', () => {
		const resources = {limits: {cpu: '500m', memory: 1024}, requests: {cpu: '100m'}};
		expect([...resourcesOfSecond({resources: {limits: {cpu: '1'}}}, {resources})]).toEqual([
			['cpu limit', '500m'],
			['memory limit', '1024'],
			['cpu request', '100m'],
		]);
		expect([...resourcesOfSecond({}, {resources: {requests: {cpu: '1'}}})]).toEqual([['cpu request', '1']]);
	});

	it.each([[{}], [{resources: {}}], [{resources: 'none'}], [{resources: {limits: 'none'}}]])(
		'of %j are none',
		sick => {
			expect(resourcesOfSecond({}, sick).size).toBe(0);
		},
	);
});

test('an annotation that says what a revision does is kept as a digest of its value, bookkeeping is left out', () => {
	const told = telling(
		new Map([
			['example.com/note', 'foobar'],
			['example.com/empty', ''],
			['serving.knative.dev/creator', 'ann'],
			['client.knative.dev/user-image', 'app:1'],
			['autoscaling.knative.dev/min-scale', '1'],
			['kn-canary.dev/rejected', 'x'],
			['myserving.knative.dev/x', 'a'],
		]),
	);
	// FNV-1a of 32 bits, as its authors publish it for these texts (draft-eastlake-fnv).
	expect([...told]).toEqual([
		['example.com/note', 'bf9cf968'],
		['example.com/empty', '811c9dc5'],
		['myserving.knative.dev/x', 'e40c292c'],
	]);
	expect(telling(new Map([['example.com/note', 'a']])).size).toBe(1);
	expect(telling(new Map([['serving.knative.dev/creator', 'ann']])).size).toBe(0);
});
