/** The ConfigMaps of knative-serving that the webhooks go by. */
import {expect, it} from 'vitest';
import {at, type JsonObject} from '../../../../source/sandbox/api/body/json.js';
import {configmaps} from '../../../../source/sandbox/resources.js';
import {denial, knativeService, servicesPath, start, type Running} from '../support.js';

function configure({store}: Running, name: string, data: Record<string, string>): void {
	const configMap = {
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: {name, namespace: 'knative-serving'},
		data,
	};
	store.create(configmaps, configMap);
}

it('config-defaults gives the timeout, the concurrency and the service links', async () => {
	const running = await start();
	configure(running, 'config-defaults', {
		'revision-timeout-seconds': '60',
		'container-concurrency': '5',
		'enable-service-links': 'true',
	});
	const {code, body} = await running.call('POST', servicesPath, {body: knativeService('hello')});
	expect(code).toBe(201);
	expect(at(body['spec'], 'template', 'spec')).toMatchObject({
		timeoutSeconds: 60,
		containerConcurrency: 5,
		enableServiceLinks: true,
	});
});

const template = 'spec.template.spec';
const annotations = 'spec.template.metadata.annotations.autoscaling.knative.dev';
const scale = (value: string, name = 'max-scale'): JsonObject =>
	knativeService('hello', {templateMetadata: {annotations: {[`autoscaling.knative.dev/${name}`]: value}}});

it.each<[string, Record<string, string>, JsonObject, string]>([
	[
		'config-defaults',
		{'max-revision-timeout-seconds': '1200'},
		knativeService('hello', {revision: {timeoutSeconds: 1201}}),
		`expected 0 <= 1201 <= 1200: ${template}.timeoutSeconds`,
	],
	[
		'config-defaults',
		{'container-concurrency-max-limit': '10'},
		knativeService('hello', {revision: {containerConcurrency: 11}}),
		`expected 0 <= 11 <= 10: ${template}.containerConcurrency`,
	],
	[
		'config-defaults',
		{'allow-container-concurrency-zero': 'false'},
		knativeService('hello', {revision: {containerConcurrency: 0}}),
		`expected 1 <= 0 <= 1000: ${template}.containerConcurrency`,
	],
	[
		'config-autoscaler',
		{'max-scale-limit': '10'},
		scale('20'),
		`expected 1 <= 20 <= 10: ${annotations}/max-scale`,
	],
	[
		'config-autoscaler',
		{'max-scale-limit': '10'},
		scale('0'),
		`max-scale=0 (unlimited), must be less than 10: ${annotations}/max-scale`,
	],
])('%s with %j sets the limit', async (name, data, object, text) => {
	const running = await start();
	configure(running, name, data);
	const {code, body} = await running.call('POST', servicesPath, {body: object});
	expect([code, body['message']]).toEqual([400, denial(text)]);
});

it('a value that cannot be read counts as not given', async () => {
	const running = await start();
	configure(running, 'config-defaults', {'max-revision-timeout-seconds': 'forever'});
	const object = knativeService('hello', {revision: {timeoutSeconds: 601}});
	const {body} = await running.call('POST', servicesPath, {body: object});
	expect(body['message']).toBe(denial(`expected 0 <= 601 <= 600: ${template}.timeoutSeconds`));
});

it('an initial scale of zero is let through where the cluster allows it', async () => {
	const running = await start();
	const object = scale('0', 'initial-scale');
	expect((await running.call('POST', servicesPath, {body: object})).code).toBe(400);
	configure(running, 'config-autoscaler', {'allow-zero-initial-scale': 'true'});
	expect((await running.call('POST', servicesPath, {body: object})).code).toBe(201);
});
