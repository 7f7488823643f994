/** What the webhook says to a container. */
import {describe, expect, it} from 'vitest';
import {denial, denied, knativeService, servicesPath, start} from '../support.js';

const container = 'spec.template.spec.containers[0]';

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
