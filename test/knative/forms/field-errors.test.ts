import {expect, test} from 'vitest';
import {refusals} from '../../../source/knative/forms/field-errors.js';

const denied =
	'admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: ';
const label = "a DNS-1035 label must consist of lower case alphanumeric characters or '-'";

// The sentences of the server (knative/serving's and Kubernetes' own), literally.
test.each([
	[
		'expected 0 <= 70000 <= 65535: spec.template.spec.containers[0].ports.containerPort',
		[{field: 'port', sentence: 'expected 0 <= 70000 <= 65535'}],
	],
	[
		'invalid value: 8012 is a reserved port: spec.template.spec.containers[0].ports.containerPort\n8012 is a reserved port, please use a different value',
		[
			{
				field: 'port',
				sentence:
					'invalid value: 8012 is a reserved port (8012 is a reserved port, please use a different value)',
			},
		],
	],
	[
		"Port name foo is not allowed: spec.template.spec.containers[0].ports\nName must be empty, or one of: 'h2c', 'http1'",
		[
			{
				field: 'protocol',
				sentence: "Port name foo is not allowed (Name must be empty, or one of: 'h2c', 'http1')",
			},
		],
	],
	[
		'missing field(s): spec.template.spec.containers[0].image',
		[{field: 'image', sentence: 'missing field(s)'}],
	],
	[
		'"K_REVISION" is a reserved environment variable: spec.template.spec.containers[0].env[0].name',
		[{field: 'env', sentence: '"K_REVISION" is a reserved environment variable'}],
	],
	[
		'Traffic targets sum to 90, want 100: spec.traffic',
		[{field: 'traffic', sentence: 'Traffic targets sum to 90, want 100'}],
	],
	[
		`invalid value: not a DNS 1035 label: [${label}]: spec.traffic.tag[0]`,
		[{field: 'newTag', sentence: `invalid value: not a DNS 1035 label: [${label}]`}],
	],
	[
		'expected 0 <= 1001 <= 1000: spec.template.spec.containerConcurrency',
		[{field: 'containerConcurrency', sentence: 'expected 0 <= 1001 <= 1000'}],
	],
	['not a DNS 1035 label: [x]: metadata.name', [{field: 'name', sentence: 'not a DNS 1035 label: [x]'}]],
	[
		'expected 0 <= -50 <= 100: spec.traffic[1].percent\nexpected 0 <= 150 <= 100: spec.traffic[0].percent',
		[
			{field: 'traffic', sentence: 'expected 0 <= -50 <= 100'},
			{field: 'traffic', sentence: 'expected 0 <= 150 <= 100'},
		],
	],
	[
		'must not set the field(s): spec.template.spec.nodeSelector',
		[{field: undefined, sentence: 'must not set the field(s): spec.template.spec.nodeSelector'}],
	],
])('%j is told at its field', (text, expected) => {
	expect(refusals(denied + text, 'revision')).toEqual(expected);
});

test('pods and target are the fields of the form that is open', () => {
	const path = 'spec.template.metadata.annotations.autoscaling.knative.dev';
	const text = `${denied}max-scale=2 is less than min-scale=5: ${path}/max-scale, ${path}/min-scale\ntarget 0 should be at least 0.01: ${path}/target`;
	expect(refusals(text, 'service').map(({field}) => field)).toEqual(['maxScale', 'target']);
	expect(refusals(text, 'revision').map(({field}) => field)).toEqual(['max-scale', 'target']);
	expect(
		refusals(`${denied}invalid value: 0: ${path}/initial-scale=0 not allowed by cluster`, 'revision'),
	).toEqual([{field: 'initial-scale', sentence: expect.stringContaining('invalid value: 0')}]);
});

test('refusals of the API server itself are understood', () => {
	expect(
		refusals(
			'Service.serving.knative.dev "x" is invalid: spec.template.spec.containers[0].env[1]: Duplicate value: {"name":"A"}',
			'service',
		),
	).toEqual([{field: 'env', sentence: 'Duplicate value: {"name":"A"}'}]);
	expect(
		refusals(
			'Service.serving.knative.dev "X" is invalid: [metadata.name: Invalid value: "X": a lowercase RFC 1123 subdomain, spec.template.spec.containers[0].image: Required value]',
			'service',
		).map(({field}) => field),
	).toEqual(['name', 'image']);
	expect(refusals('services.serving.knative.dev "hello" already exists', 'service')).toEqual([
		{field: 'name', sentence: 'services.serving.knative.dev "hello" already exists'},
	]);
	expect(refusals('namespaces "shop" not found', 'service')[0]?.field).toBe('namespace');
});

test('details without a complaint before them are a complaint, and further ones its details', () => {
	const text =
		'mutation failed: cannot decode\n\n  line 3\nmissing field(s): spec.template.spec.containers[0].image';
	expect(
		refusals(`admission webhook "webhook.serving.knative.dev" denied the request: ${text}`, 'revision'),
	).toEqual([
		{field: undefined, sentence: 'cannot decode (line 3)'},
		{field: 'image', sentence: 'missing field(s)'},
	]);
});

test('a complaint of the API server about nothing that is asked keeps its path', () => {
	const text = 'spec.template.spec.containers[0].livenessProbe: Required value';
	expect(refusals(`Service.serving.knative.dev "x" is invalid: ${text}`, 'service')).toEqual([
		{field: undefined, sentence: text},
	]);
});

test.each([
	['services.serving.knative.dev "hello" not found', undefined],
	['secrets "hello" already exists', undefined],
	['namespaces "shop" is forbidden', undefined],
])('%j is about no field of a form', (text, field) => {
	expect(refusals(text, 'service')).toEqual([{field, sentence: text}]);
});

test('anything else is told as it is, made printable', () => {
	expect(refusals('the server is \u001b[31mon fire', 'service')).toEqual([
		{field: undefined, sentence: 'the server is ␛[31mon fire'},
	]);
	expect(refusals('', 'service')).toEqual([]);
});
