/** What the webhook says to the template of a revision. */
import {describe, expect, it} from 'vitest';
import {created, denial, denied, jsonPatch, knativeService, servicesPath, start} from '../support.js';

describe('a revision', () => {
	it.each([
		['no container', {containers: []}, 'missing field(s): spec.template.spec.containers'],
		[
			'a time-out too long',
			{timeoutSeconds: 601},
			'expected 0 <= 601 <= 600: spec.template.spec.timeoutSeconds',
		],
		[
			'a concurrency too high',
			{containerConcurrency: 1001},
			'expected 0 <= 1001 <= 1000: spec.template.spec.containerConcurrency',
		],
		[
			'a field behind a feature flag',
			{nodeSelector: {a: 'b'}},
			'must not set the field(s): spec.template.spec.nodeSelector',
		],
		[
			'two containers without a port',
			{containers: [{image: 'a'}, {image: 'b'}]},
			'missing field(s): spec.template.spec.containers[*].ports',
		],
		[
			'a volume nobody mounts',
			{volumes: [{name: 'v', emptyDir: {}}]},
			'volume with name "v" not mounted: spec.template.spec.volumes[0].name',
		],
	])('is denied with %s', async (_, revision, text) => {
		expect(await denied(knativeService('hello', {revision}))).toBe(denial(text));
	});

	it('without containers at all is what the schema refuses', async () => {
		const {call} = await start();
		expect(
			await call('POST', servicesPath, {
				body: {apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: {name: 'a'}, spec: {}},
			}),
		).toMatchObject({
			code: 422,
			body: {
				message:
					'Service.serving.knative.dev "a" is invalid: spec.template.spec.containers: Invalid value: "null": spec.template.spec.containers in body must be of type array: "null"',
			},
		});
	});

	it('§8.18 must have a name of its own that begins with that of the Service', async () => {
		expect(await denied(knativeService('hello', {templateMetadata: {name: 'foo'}}))).toBe(
			denial('invalid value: "foo" must have prefix "hello-": spec.template.metadata.name'),
		);
	});

	it('§8.18 must change its own name with its template', async () => {
		const running = await start();
		await created(
			running,
			knativeService('hello', {
				templateMetadata: {name: 'hello-one'},
				container: {env: [{name: 'TARGET', value: 'World'}]},
			}),
		);
		const answer = await running.call('PATCH', `${servicesPath}/hello`, {
			headers: jsonPatch,
			body: [{op: 'replace', path: '/spec/template/spec/containers/0/env/0/value', value: 'Knative'}],
		});
		expect(answer.body['message']).toBe(
			denial(
				'Saw the following changes without a name change (-old +new): spec.template.metadata.name\n{*v1.RevisionTemplateSpec}.Spec.PodSpec.Containers[0].Env[0].Value:\n\t-: "World"\n\t+: "Knative"\n',
			),
		);
	});
});
