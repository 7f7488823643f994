import {describe, expect, test} from 'vitest';
import {
	initialService,
	serviceFields,
	toService,
	validateService,
	type ServiceValues,
} from '../../../source/knative/forms/service-form.js';
import {parseService} from '../../../source/knative/service/service.js';

const valid: ServiceValues = {...initialService(), name: 'helloworld-go', image: 'helloworld-go'};

describe('the form of a Service', () => {
	test('begins as its fields say', () => {
		const fields = serviceFields({namespace: 'shop'});
		expect(Object.fromEntries(fields.map(field => [field.id, field.initial]))).toEqual(
			initialService({namespace: 'shop'}),
		);
		expect(fields.filter(field => field.group === 'basic').map(field => field.id)).toEqual([
			'namespace',
			'name',
			'image',
			'protocol',
			'port',
		]);
	});

	test('asks for a name and an image and for nothing else', () => {
		expect(validateService(initialService())).toEqual({
			name: 'The name is missing.',
			image: 'The image is missing.',
		});
		expect(validateService(valid)).toEqual({});
	});

	test.each<[Partial<ServiceValues>, ReturnType<typeof validateService>]>([
		[{port: '8012'}, {port: 'Port 8012 is reserved by Knative; choose another, for example 8080.'}],
		[{namespace: 'Default'}, {namespace: expect.stringContaining('lower-case')}],
		[{env: [{name: 'PORT', value: '1'}]}, {env: 'The environment variable PORT is set by Knative itself.'}],
		[{env: [{name: 'TARGET', value: '', unfinished: true}]}, {env: '“TARGET” has no “=”; write NAME=value.'}],
		[{minScale: '3', maxScale: '1'}, {maxScale: expect.stringContaining('less than min pods')}],
		[
			{target: 'x', containerConcurrency: '-1'},
			{target: expect.any(String), containerConcurrency: expect.any(String)},
		],
		[
			{cpu: 'x', memory: '128m'},
			{cpu: expect.any(String), memory: expect.stringContaining('128Mi')},
		],
		[
			{command: '"a', args: "'"},
			{command: 'A " is opened and not closed.', args: "A ' is opened and not closed."},
		],
	])('finds what is wrong with %j', (change, errors) => {
		expect(validateService({...valid, ...change})).toEqual(errors);
	});

	test('makes the least object that says what was typed', () => {
		expect(toService(valid)).toEqual({
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'helloworld-go', namespace: 'default'},
			spec: {template: {spec: {containers: [{image: 'helloworld-go', ports: [{containerPort: 8080}]}]}}},
		});
	});

	test('puts everything where Knative expects it', () => {
		const service = toService({
			namespace: 'shop',
			name: 'greeter',
			image: 'ghcr.io/x/greeter:1',
			protocol: 'grpc',
			port: '9000',
			env: [{name: 'TARGET', value: 'World'}],
			minScale: '1',
			maxScale: '5',
			target: '20',
			containerConcurrency: '50',
			cpu: '500m',
			memory: '128Mi',
			command: '/bin/app --mode "two words"',
			args: '-v',
			clusterLocal: true,
			serviceAccount: 'robot',
			pullSecrets: 'registry, mirror',
		});
		expect(service).toEqual({
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {
				name: 'greeter',
				namespace: 'shop',
				labels: {'networking.knative.dev/visibility': 'cluster-local'},
			},
			spec: {
				template: {
					metadata: {
						annotations: {
							'autoscaling.knative.dev/min-scale': '1',
							'autoscaling.knative.dev/max-scale': '5',
							'autoscaling.knative.dev/target': '20',
						},
					},
					spec: {
						containerConcurrency: 50,
						serviceAccountName: 'robot',
						imagePullSecrets: [{name: 'registry'}, {name: 'mirror'}],
						containers: [
							{
								image: 'ghcr.io/x/greeter:1',
								ports: [{name: 'h2c', containerPort: 9000}],
								env: [{name: 'TARGET', value: 'World'}],
								command: ['/bin/app', '--mode', 'two words'],
								args: ['-v'],
								resources: {limits: {cpu: '500m', memory: '128Mi'}},
							},
						],
					},
				},
			},
		});
		expect(parseService(service)).toMatchObject({
			ok: true,
			value: {clusterLocal: true, summary: {protocol: 'grpc', port: 9000, containerConcurrency: 50}},
		});
	});

	test.each<[Partial<ServiceValues>, object]>([
		[{cpu: '500m'}, {resources: {limits: {cpu: '500m'}}}],
		[{args: "''"}, {args: ['']}],
		[{env: [{name: 'A', value: ''}]}, {env: [{name: 'A', value: ''}]}],
	])('leaves out what was not typed beside %j', (change, more) => {
		const [container] = toService({...valid, ...change}).spec?.template.spec.containers ?? [];
		expect(container).toEqual({image: 'helloworld-go', ports: [{containerPort: 8080}], ...more});
	});

	test.each<[Partial<ServiceValues>, RegExp]>([
		[{serviceAccount: 'My robot'}, /^The service account may have/],
		[{pullSecrets: 'a,a'}, /^A pull secret is named twice/],
	])('refuses %j', (change, sentence) => {
		const [found] = Object.values(validateService({...valid, ...change}));
		expect(found).toMatch(sentence);
	});

	test('makes nothing of what is wrong', () => {
		expect(() => toService(initialService())).toThrow('The name is missing.');
	});
});
