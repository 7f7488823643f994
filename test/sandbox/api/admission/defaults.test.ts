import {expect, it} from 'vitest';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {
	created,
	jsonPatch,
	knativeService,
	mergePatch,
	servicesPath,
	start,
	user,
	versionOf,
} from '../support.js';

it('§8.1 fills in what Knative fills in', async () => {
	const {call} = await start();
	const {code, body} = await call('POST', servicesPath, {body: knativeService('hello')});
	expect(code).toBe(201);
	expect(body['spec']).toEqual({
		template: {
			metadata: {},
			spec: {
				containerConcurrency: 0,
				containers: [
					{
						image: 'registry.example.com/helloworld-go:1',
						name: 'user-container',
						readinessProbe: {successThreshold: 1, tcpSocket: {port: 0}},
						resources: {},
					},
				],
				enableServiceLinks: false,
				timeoutSeconds: 300,
			},
		},
		traffic: [{latestRevision: true, percent: 100}],
	});
	expect(body['metadata']).toMatchObject({
		namespace: 'default',
		generation: 1,
		annotations: {
			'serving.knative.dev/creator': user,
			'serving.knative.dev/lastModifier': user,
		},
	});
	expect(body).not.toHaveProperty('status');
});

it('§8.24 warns of what a hardened container would close, in one merged line', async () => {
	const {call} = await start();
	const {warnings} = await call('POST', servicesPath, {body: knativeService('hello')});
	const path = 'spec.template.spec.containers[0].securityContext';
	expect(warnings).toEqual([
		`Kubernetes default value is insecure, Knative may default this to secure in a future release: ${path}.allowPrivilegeEscalation, ${path}.capabilities, ${path}.runAsNonRoot, ${path}.seccompProfile`,
	]);
	const hardened = await call('POST', servicesPath, {
		body: knativeService('hardened', {
			container: {
				securityContext: {
					allowPrivilegeEscalation: false,
					runAsNonRoot: true,
					capabilities: {drop: ['ALL']},
					seccompProfile: {type: 'RuntimeDefault'},
				},
			},
		}),
	});
	expect(hardened).toMatchObject({code: 201, warnings: []});
});

it('names several containers apart and gives a probe to the one with the port only', async () => {
	const running = await start();
	const image = 'registry.example.com/sidecar';
	const service = await created(
		running,
		knativeService('hello', {
			revision: {containers: [{image, ports: [{containerPort: 8080}]}, {image}, {image, name: 'mine'}]},
		}),
	);
	expect(at(service, 'spec', 'template', 'spec', 'containers')).toMatchObject([
		{name: 'user-container-0', ports: [{containerPort: 8080, protocol: 'TCP'}], readinessProbe: {}},
		{name: 'user-container-1'},
		{name: 'mine'},
	]);
	expect(at(service, 'spec', 'template', 'spec', 'containers')).not.toHaveProperty('1.readinessProbe');
});

it('fills in the fields of a target that were left out', async () => {
	const running = await start();
	const service = await created(
		running,
		knativeService('hello', {
			spec: {traffic: [{revisionName: 'hello-00001', percent: 100, tag: ''}, {tag: 'latest'}]},
		}),
	);
	expect(at(service, 'spec', 'traffic')).toEqual([
		{revisionName: 'hello-00001', percent: 100, latestRevision: false},
		{tag: 'latest', latestRevision: true, percent: 0},
	]);
});

it('mounts volumes read-only unless they are made for writing', async () => {
	const running = await start();
	const service = await created(
		running,
		knativeService('hello', {
			container: {
				volumeMounts: [
					{name: 'config', mountPath: '/config'},
					{name: 'scratch', mountPath: '/scratch'},
				],
			},
			revision: {
				volumes: [
					{name: 'config', configMap: {name: 'c'}},
					{name: 'scratch', emptyDir: {}},
				],
			},
		}),
	);
	expect(at(service, 'spec', 'template', 'spec', 'containers')).toMatchObject([
		{
			volumeMounts: [
				{name: 'config', readOnly: true},
				{name: 'scratch', mountPath: '/scratch'},
			],
		},
	]);
});

it('§8.24 drops a field nobody knows with a warning, and refuses it when asked to be strict', async () => {
	const {call} = await start();
	const object = knativeService('hello', {container: {lifecycle: {}}});
	const lenient = await call('POST', servicesPath, {body: object});
	expect(lenient.warnings).toContain('unknown field "spec.template.spec.containers[0].lifecycle"');
	expect(lenient.text).not.toContain('lifecycle');
	const silent = await call('POST', `${servicesPath}?fieldValidation=Ignore`, {
		body: {...object, metadata: {name: 'silent'}},
	});
	expect(silent.warnings.join('\n')).not.toContain('unknown field');
	const strict = await call('POST', `${servicesPath}?fieldValidation=Strict`, {body: object});
	expect(strict).toMatchObject({
		code: 400,
		body: {
			reason: 'BadRequest',
			message:
				'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.template.spec.containers[0].lifecycle"',
		},
	});
});

it('§8.9 answers 200 with the same resourceVersion when a write changes nothing, however late', async () => {
	let now = Date.parse('2026-11-03T03:00:00Z');
	const running = await start({now: () => now});
	const before = await created(
		running,
		knativeService('hello', {container: {env: [{name: 'TARGET', value: 'World'}, {name: 'EMPTY'}]}}),
	);
	now += 60_000;
	const again = await running.call('PATCH', `${servicesPath}/hello`, {
		headers: mergePatch,
		// As a client would write it: without what was filled in, and with an empty value where Go has none.
		body: {
			spec: {
				template: {
					spec: {
						containers: [
							{
								image: 'registry.example.com/helloworld-go:1',
								env: [
									{name: 'TARGET', value: 'World'},
									{name: 'EMPTY', value: ''},
								],
							},
						],
					},
				},
			},
		},
	});
	expect(again.code).toBe(200);
	expect(again.body).toEqual(before);
});

it('§8.6 moves the generation with the traffic; §8.7 leaves it and the modifier with metadata', async () => {
	const running = await start();
	await created(running, knativeService('hello'));
	const traffic = await running.call('PATCH', `${servicesPath}/hello`, {
		headers: mergePatch,
		body: {
			spec: {
				traffic: [
					{revisionName: 'hello-00001', percent: 60},
					{latestRevision: true, percent: 40},
				],
			},
		},
	});
	expect(at(traffic.body, 'metadata', 'generation')).toBe(2);
	const labelled = await running.call('PATCH', `${servicesPath}/hello`, {
		headers: jsonPatch,
		body: [{op: 'add', path: '/metadata/labels', value: {a: 'b'}}],
	});
	expect(labelled.code).toBe(200);
	expect(at(labelled.body, 'metadata', 'generation')).toBe(2);
	expect(versionOf(labelled.body)).not.toBe(versionOf(traffic.body));
});

it('does not fill anything into the template of a revision that keeps its own name', async () => {
	const running = await start();
	const before = await created(
		running,
		knativeService('hello', {templateMetadata: {name: 'hello-mine'}, revision: {timeoutSeconds: 60}}),
	);
	const answer = await running.call('PATCH', `${servicesPath}/hello`, {
		headers: jsonPatch,
		body: [{op: 'remove', path: '/spec/template/spec/containerConcurrency'}],
	});
	expect(answer.code).toBe(400);
	expect(answer.body['message']).toContain('Spec.ContainerConcurrency:');
	expect(versionOf(before)).toBe(versionOf((await running.call('GET', `${servicesPath}/hello`)).body));
});
