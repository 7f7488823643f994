import {describe, expect, it} from 'vitest';
import type {JsonObject} from '../../../source/sandbox/api/body/json.js';
import {created, denial, jsonPatch, knativeService, mergePatch, servicesPath, start} from './support.js';

const dns1035 =
	"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const container = 'spec.template.spec.containers[0]';
const annotations = 'spec.template.metadata.annotations';

/** What the webhook says to a Service, as one that is created and as nothing that is kept. */
async function denied(object: JsonObject): Promise<unknown> {
	const {call} = await start();
	const answer = await call('POST', servicesPath, {body: object});
	expect(answer.body).toMatchObject({
		kind: 'Status',
		apiVersion: 'v1',
		metadata: {},
		status: 'Failure',
		reason: 'BadRequest',
		code: 400,
	});
	expect(answer.code).toBe(400);
	expect(answer.body).not.toHaveProperty('details');
	expect((await call('GET', servicesPath)).body['items']).toEqual([]);
	return answer.body['message'];
}

describe('traffic', () => {
	it('§8.2 must sum to 100, and the object stays as it was', async () => {
		const running = await start();
		const before = await created(running, knativeService('hello'));
		const answer = await running.call('PATCH', `${servicesPath}/hello`, {
			headers: mergePatch,
			body: {spec: {traffic: [{latestRevision: true, percent: 90}]}},
		});
		expect(answer.body).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message: denial('Traffic targets sum to 90, want 100: spec.traffic'),
			reason: 'BadRequest',
			code: 400,
		});
		expect((await running.call('GET', `${servicesPath}/hello`)).body).toEqual(before);
	});

	it('§8.3 tells each percentage out of range, sorted', async () => {
		const traffic = [
			{revisionName: 'hello-00001', percent: 150},
			{latestRevision: true, percent: -50},
		];
		expect(await denied(knativeService('hello', {spec: {traffic}}))).toBe(
			denial(
				'expected 0 <= -50 <= 100: spec.traffic[1].percent\nexpected 0 <= 150 <= 100: spec.traffic[0].percent',
			),
		);
	});

	it.each([
		[
			'a revision and the latest at once',
			[{revisionName: 'hello-1', latestRevision: true, percent: 100}],
			'may not set revisionName "hello-1" when latestRevision is true: spec.traffic[0].latestRevision',
		],
		[
			'neither of them',
			[{latestRevision: false, percent: 100}],
			'may not set revisionName "" when latestRevision is false: spec.traffic[0].latestRevision',
		],
		[
			'a Configuration',
			[{configurationName: 'hello', percent: 100}],
			'must not set the field(s): spec.traffic[0].configurationName',
		],
		['a URL', [{tag: 'a', url: 'http://a', percent: 100}], 'must not set the field(s): spec.traffic[0].url'],
		[
			'§8.17 a tag twice',
			[
				{tag: 'x', percent: 50},
				{tag: 'x', percent: 50},
			],
			'Multiple definitions for "x": spec.traffic[0].tag, spec.traffic[1].tag',
		],
		[
			'§8.17 a tag that is no label, with the index where upstream has it',
			[{percent: 0}, {tag: 'X', percent: 100}],
			`invalid value: not a DNS 1035 label: [${dns1035}]: spec.traffic.tag[1]`,
		],
		[
			'a revision name that is none',
			[{revisionName: 'b ar', percent: 100}],
			`invalid key name "b ar": spec.traffic[0].revisionName\nname part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
		],
	])('is denied with %s', async (_, traffic, text) => {
		expect(await denied(knativeService('hello', {spec: {traffic}}))).toBe(denial(text));
	});

	it('§8.4 §8.16 may name revisions that do not exist, and one of them twice', async () => {
		const {call} = await start();
		const traffic = [
			{revisionName: 'nobody', percent: 40},
			{revisionName: 'nobody', percent: 60},
		];
		expect(
			await call('POST', servicesPath, {body: knativeService('hello', {spec: {traffic}})}),
		).toMatchObject({code: 201});
	});

	it.each([
		['33.3', 33.3, 'number 33.3'],
		['"50"', '50', 'string'],
	])('cannot be decoded with a percentage of %s', async (_, percent, what) => {
		expect(await denied(knativeService('hello', {spec: {traffic: [{latestRevision: true, percent}]}}))).toBe(
			`admission webhook "webhook.serving.knative.dev" denied the request: mutation failed: cannot decode incoming new object: json: cannot unmarshal ${what} into Go struct field TrafficTarget.spec.RouteSpec.traffic.percent of type int64`,
		);
	});
});

describe('a container', () => {
	it.each([
		['no image', {image: ''}, `missing field(s): ${container}.image`],
		[
			'an image that is none',
			{image: 'UPPER case'},
			`Failed to parse image reference: ${container}.image\nimage: "UPPER case", error: could not parse reference: UPPER case`,
		],
		[
			'a reserved name',
			{name: 'queue-proxy'},
			`"queue-proxy" is a reserved container name: ${container}.name`,
		],
		[
			'§8.21 a reserved port',
			{ports: [{containerPort: 8012}]},
			`invalid value: 8012 is a reserved port: ${container}.ports.containerPort\n8012 is a reserved port, please use a different value`,
		],
		[
			'§8.21 a port too high',
			{ports: [{containerPort: 65_536}]},
			`expected 0 <= 65536 <= 65535: ${container}.ports.containerPort`,
		],
		[
			'§8.21 a port name',
			{ports: [{containerPort: 80, name: 'grpc'}]},
			`Port name grpc is not allowed: ${container}.ports\nName must be empty, or one of: 'h2c', 'http1'`,
		],
		[
			'a port of another protocol',
			{ports: [{containerPort: 80, protocol: 'UDP'}]},
			`invalid value: UDP: ${container}.ports.protocol`,
		],
		[
			'two ports',
			{ports: [{containerPort: 80}, {containerPort: 81}]},
			'more than one container port is set: spec.template.spec.containers[*].ports\nOnly a single port is allowed across all containers',
		],
		[
			'§8.22 a reserved environment variable',
			{env: [{name: 'A'}, {name: 'K_REVISION', value: 'x'}]},
			`"K_REVISION" is a reserved environment variable: ${container}.env[1].name`,
		],
		[
			'a field of the pod as a value',
			{env: [{name: 'A', valueFrom: {fieldRef: {fieldPath: 'metadata.name'}}}]},
			`must not set the field(s): ${container}.env[0].valueFrom.fieldRef`,
		],
		[
			'a threshold beside the fast probe',
			{readinessProbe: {failureThreshold: 3}},
			`failureThreshold is disallowed when periodSeconds is zero: ${container}.readinessProbe.failureThreshold`,
		],
		[
			'a mount without a volume',
			{volumeMounts: [{name: 'v', mountPath: '/dev', readOnly: true}]},
			`mountPath "/dev" is a reserved path: ${container}.volumeMounts[0].mountPath\nvolumeMount has no matching volume: ${container}.volumeMounts[0].name`,
		],
	])('is denied with %s', async (_, fields, text) => {
		expect(await denied(knativeService('hello', {container: fields}))).toBe(denial(text));
	});

	it('§8.21 may leave its port at 0', async () => {
		const {call} = await start();
		const object = knativeService('hello', {container: {ports: [{containerPort: 0, name: 'h2c'}]}});
		expect(await call('POST', servicesPath, {body: object})).toMatchObject({code: 201});
	});

	it('§8.22 may not have an environment variable twice: the schema says so, not the webhook', async () => {
		const {call} = await start();
		const object = knativeService('hello', {container: {env: [{name: 'A', value: '1'}, {name: 'A'}]}});
		expect(await call('POST', servicesPath, {body: object})).toMatchObject({
			code: 422,
			body: {
				reason: 'Invalid',
				message:
					'Service.serving.knative.dev "hello" is invalid: spec.template.spec.containers[0].env[1]: Duplicate value: {"name":"A"}',
				details: {
					name: 'hello',
					group: 'serving.knative.dev',
					kind: 'Service',
					causes: [
						{
							reason: 'FieldValueDuplicate',
							field: 'spec.template.spec.containers[0].env[1]',
						},
					],
				},
			},
		});
	});
});

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

describe('annotations', () => {
	it('§8.23 of autoscaling belong on the template', async () => {
		expect(
			await denied(
				knativeService('hello', {metadata: {annotations: {'autoscaling.knative.dev/min-scale': '1'}}}),
			),
		).toBe(
			denial(
				'invalid key name "autoscaling.knative.dev/min-scale": metadata.annotations\nautoscaling annotations must be put under "spec.template.metadata.annotations" to work',
			),
		);
	});

	it.each([
		[
			{'min-scale': '5', 'max-scale': '2'},
			`max-scale=2 is less than min-scale=5: ${annotations}.autoscaling.knative.dev/max-scale, ${annotations}.autoscaling.knative.dev/min-scale`,
		],
		[{'min-scale': '-1'}, `expected 0 <= -1 <= 2147483647: ${annotations}.autoscaling.knative.dev/min-scale`],
		[{minScale: 'foo'}, `invalid value: foo: ${annotations}.autoscaling.knative.dev/minScale`],
		[{metric: 'cpu'}, `invalid value: cpu: ${annotations}.autoscaling.knative.dev/metric`],
		[{class: 'x.knative.dev'}, `invalid value: x.knative.dev: ${annotations}.autoscaling.knative.dev/class`],
		[{target: '0'}, `target 0 should be at least 0.01: ${annotations}.autoscaling.knative.dev/target`],
		[
			{'target-utilization-percentage': '101'},
			`expected 1 <= 101 <= 100: ${annotations}.autoscaling.knative.dev/target-utilization-percentage`,
		],
		[
			{'target-burst-capacity': '-11'},
			`invalid value: -11: ${annotations}.autoscaling.knative.dev/target-burst-capacity`,
		],
		[
			{'panic-threshold-percentage': '100'},
			`expected 110 <= 100 <= 1000: ${annotations}.autoscaling.knative.dev/panic-threshold-percentage`,
		],
		[{window: '1s'}, `expected 6s <= 1s <= 1h0m0s: ${annotations}.autoscaling.knative.dev/window`],
		[
			{window: '6500ms'},
			`must be specified with at most second precision: ${annotations}.autoscaling.knative.dev/window`,
		],
		[
			{'scale-down-delay': '311m'},
			`expected 0s <= 311m <= 1h0m0s: ${annotations}.autoscaling.knative.dev/scale-down-delay`,
		],
		[
			{'initial-scale': '0'},
			`invalid value: 0: ${annotations}.autoscaling.knative.dev/initial-scale=0 not allowed by cluster`,
		],
		[
			{'activation-scale': '1'},
			`activation-scale=1 must be greater than 1: ${annotations}.autoscaling.knative.dev/activation-scale`,
		],
	])('of autoscaling have limits: %o', async (scaling, text) => {
		const prefixed = Object.fromEntries(
			Object.entries(scaling).map(([key, value]) => [`autoscaling.knative.dev/${key}`, value]),
		);
		expect(await denied(knativeService('hello', {templateMetadata: {annotations: prefixed}}))).toBe(
			denial(text),
		);
	});

	it.each([
		['abc', 'invalid value: abc: metadata.annotations.serving.knative.dev/rollout-duration'],
		[
			'1.5s',
			'rollout-duration=1.5s is not at second precision: metadata.annotations.serving.knative.dev/rollout-duration',
		],
		[
			'-5s',
			'rollout-duration=-5s must be positive: metadata.annotations.serving.knative.dev/rollout-duration',
		],
	])('a rollout duration of %s is denied', async (value, text) => {
		expect(
			await denied(
				knativeService('hello', {metadata: {annotations: {'serving.knative.dev/rollout-duration': value}}}),
			),
		).toBe(denial(text));
	});

	it('networking.knative.dev/* that nobody reads are denied', async () => {
		expect(
			await denied(
				knativeService('hello', {templateMetadata: {annotations: {'networking.knative.dev/x': '1'}}}),
			),
		).toBe(denial(`invalid key name "networking.knative.dev/x": ${annotations}`));
	});

	it('must be strings: a number cannot be decoded', async () => {
		expect(
			await denied(
				knativeService('hello', {
					templateMetadata: {annotations: {'autoscaling.knative.dev/min-scale': 1}},
				}),
			),
		).toContain('mutation failed: cannot decode incoming new object: json: cannot unmarshal number');
	});
});

describe('names', () => {
	it('in capitals are refused by Kubernetes', async () => {
		const {call} = await start();
		expect(await call('POST', servicesPath, {body: knativeService('Hello')})).toMatchObject({
			code: 422,
			body: {
				reason: 'Invalid',
				message: `Service.serving.knative.dev "Hello" is invalid: metadata.name: Invalid value: "Hello": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
				details: {causes: [{reason: 'FieldValueInvalid', field: 'metadata.name'}]},
			},
		});
	});

	it('that begin with a digit are refused by Knative', async () => {
		expect(await denied(knativeService('1-hello'))).toBe(
			denial(`not a DNS 1035 label: [${dns1035}]: metadata.name`),
		);
	});

	it('are made up where a beginning is given', async () => {
		const {call} = await start();
		const {name: _name, ...metadata} = {name: '', generateName: 'hello-'};
		const {code, body} = await call('POST', servicesPath, {
			body: {...knativeService('x'), metadata},
		});
		expect(code).toBe(201);
		expect(body['metadata']).toMatchObject({name: expect.stringMatching(/^hello-[a-z0-9]{5}$/)});
	});
});
