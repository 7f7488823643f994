/** Requests that make no sense, made of what makes some. */
import * as fc from '../../support/property.js';
import {servicesPath, token} from './support.js';

export type Fuzzed = {method: string; path: string; headers: Record<string, string>; body: Buffer};

const hello = `${servicesPath}/hello`;
const known = [
	servicesPath,
	hello,
	`${hello}/status`,
	'/api/v1/namespaces',
	'/api/v1/namespaces/default',
	'/api/v1/namespaces/default/configmaps/x',
	'/api/v1/namespaces/default/pods/x/log',
	'/api/v1/namespaces/default/pods/x/portforward',
	'/apis',
	'/api',
	'/openapi/v3/apis/serving.knative.dev/v1',
	'/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
	'/apis/authentication.k8s.io/v1/selfsubjectreviews',
];
const parameters = [
	'watch',
	'limit',
	'continue',
	'resourceVersion',
	'resourceVersionMatch',
	'labelSelector',
	'fieldSelector',
	'dryRun',
	'fieldManager',
	'fieldValidation',
	'force',
	'sendInitialEvents',
	'allowWatchBookmarks',
	'timeoutSeconds',
	'propagationPolicy',
	'includeObject',
	'tailLines',
	'ports',
];
const types = [
	'application/json',
	'application/yaml',
	'application/json-patch+json',
	'application/merge-patch+json',
	'application/strategic-merge-patch+json',
	'application/apply-patch+yaml',
	'application/vnd.kubernetes.protobuf',
	'text/plain',
	'',
	';;;',
];
/** What the head of a request may hold at all; the rest is the HTTP parser's to refuse. */
const headerText = fc
	.string({unit: fc.integer({min: 0x21, max: 0x7e}).map(code => String.fromCodePoint(code)), maxLength: 60})
	.map(text => text.trim());
const segment = fc.oneof(
	fc.constantFrom('..', '%', '%00', '%zz', '%2e%2e', '%E0%A4%A', 'services', 'namespaces', '*', '-', ''),
	fc.string({maxLength: 12}).map(text => encodeURIComponent(text.toWellFormed())),
);
const path = fc.oneof(
	{weight: 3, arbitrary: fc.constantFrom(...known)},
	{weight: 1, arbitrary: fc.array(segment, {maxLength: 8}).map(parts => `/${parts.join('/')}`)},
	{
		weight: 1,
		arbitrary: fc.tuple(fc.constantFrom(...known), segment).map(parts => parts.join('/')),
	},
);
const query = fc
	.array(
		fc.tuple(
			fc.constantFrom(...parameters),
			fc.oneof(
				fc.constantFrom(
					'true',
					'-1',
					'0',
					'1',
					'999999999999999999999',
					'All',
					'a%20in%20(',
					'!',
					'=',
					'%00',
				),
				fc.string({maxLength: 12}).map(text => encodeURIComponent(text.toWellFormed())),
			),
		),
		{maxLength: 4},
	)
	.map(pairs => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
/** Objects that are nearly right: real field names, values of any kind. */
const nearly = fc
	.record(
		{
			apiVersion: fc.oneof(fc.constant('serving.knative.dev/v1'), fc.anything()),
			kind: fc.oneof(fc.constant('Service'), fc.anything()),
			metadata: fc.oneof(
				fc.record(
					{
						name: fc.oneof(fc.constant('hello'), fc.anything()),
						resourceVersion: fc.anything(),
						labels: fc.anything(),
						annotations: fc.anything(),
						managedFields: fc.anything(),
						finalizers: fc.anything(),
						ownerReferences: fc.anything(),
					},
					{requiredKeys: []},
				),
				fc.anything(),
			),
			spec: fc.oneof(
				fc.record({traffic: fc.anything(), template: fc.record({spec: fc.anything()})}, {requiredKeys: []}),
				fc.anything(),
			),
			status: fc.anything(),
		},
		{requiredKeys: []},
	)
	.map(value => json(value));
const patches = fc
	.array(
		fc.record(
			{
				op: fc.oneof(fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'), fc.anything()),
				path: fc.oneof(
					fc.constantFrom(
						'',
						'/',
						'/spec',
						'/spec/traffic/-',
						'/spec/traffic/99',
						'/metadata/~2',
						'/__proto__/x',
					),
					fc.anything(),
				),
				from: fc.oneof(fc.constantFrom('', '/spec', '/spec/template'), fc.anything()),
				value: fc.anything(),
			},
			{requiredKeys: []},
		),
		{maxLength: 4},
	)
	.map(value => json(value));
const body = fc.oneof(
	nearly.map(text => Buffer.from(text)),
	patches.map(text => Buffer.from(text)),
	fc.string({maxLength: 200}).map(text => Buffer.from(text)),
	fc.uint8Array({maxLength: 200}).map(bytes => Buffer.from(bytes)),
	fc.uint8Array({maxLength: 200}).map(bytes => Buffer.concat([Buffer.from('k8s\0'), bytes])),
	nearly.map(text => Buffer.from(text.slice(0, -1))),
);
/** Requests that are nearly right, or make no sense at all. */
export const requests: fc.Arbitrary<Fuzzed> = fc.record({
	method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'),
	path: fc.tuple(path, query).map(([where, what]) => (what === '' ? where : `${where}?${what}`)),
	headers: fc
		.record(
			{
				authorization: fc.oneof(
					{weight: 8, arbitrary: fc.constant(`Bearer ${token}`)},
					{weight: 1, arbitrary: headerText},
				),
				'content-type': fc.oneof({weight: 4, arbitrary: fc.constantFrom(...types)}, headerText),
				accept: fc.oneof(
					fc.constantFrom(
						'*/*',
						'application/json',
						'application/json;as=Table;v=v1;g=meta.k8s.io',
						'application/json;as=__proto__;v=v1;g=meta.k8s.io',
					),
					headerText,
				),
				'impersonate-user': headerText,
				'impersonate-group': headerText,
				'user-agent': headerText,
			},
			{requiredKeys: ['authorization', 'content-type']},
		)
		.map(headers => ({...headers})),
	body,
});

/** JSON of anything: what JSON does not have is left out. */
function json(value: unknown): string {
	return (
		JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ??
		'null'
	);
}
