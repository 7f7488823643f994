/** What the API server says to a write, by the numbers of the list of behaviours: status code, Status, object. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {at, objectOf, objectsOf, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {
	denial,
	image,
	isCluster,
	mergePatch,
	openTarget,
	serviceOf,
	trafficOf,
	type Target,
} from './target.js';

let target: Target;

beforeAll(async () => {
	target = await openTarget();
});

afterAll(() => target.close());

const version = (object: JsonObject): unknown => at(object, 'metadata', 'resourceVersion');
const latest = (percent: number) => ({latestRevision: true, percent});
const withPort = (port: JsonObject) =>
	serviceOf(target, 's21').create({container: {ports: [port]}}, '?dryRun=All');
const withVariables = (...names: string[]) =>
	serviceOf(target, 's22').create({container: {env: names.map(name => ({name, value: 'x'}))}});

it('§8.1 a Service without traffic is created with all its defaults', async () => {
	const {code, body} = await serviceOf(target, 's1').create();
	expect(code).toBe(201);
	expect(at(body, 'spec', 'traffic')).toEqual([{latestRevision: true, percent: 100}]);
	expect(at(body, 'spec', 'template', 'spec')).toMatchObject({timeoutSeconds: 300, containerConcurrency: 0});
	expect(objectsOf(at(body, 'spec', 'template', 'spec', 'containers'))[0]).toMatchObject({
		name: 'user-container',
		readinessProbe: {tcpSocket: {port: 0}, successThreshold: 1},
	});
	expect(at(body, 'metadata', 'generation')).toBe(1);
	expect(body['status'] ?? {}).toEqual({});
	const annotations = objectOf(at(body, 'metadata', 'annotations'));
	expect(annotations['serving.knative.dev/creator']).toBeTypeOf('string');
	expect(annotations['serving.knative.dev/lastModifier']).toBe(annotations['serving.knative.dev/creator']);
});

it('§8.2 percents that sum to 90 are a 400 that changes nothing', async () => {
	const service = serviceOf(target, 's2');
	await service.create();
	const before = await service.ready();
	const answer = await service.traffic(latest(90));
	expect(answer).toMatchObject({
		code: 400,
		body: {
			kind: 'Status',
			apiVersion: 'v1',
			status: 'Failure',
			reason: 'BadRequest',
			message: denial('Traffic targets sum to 90, want 100: spec.traffic'),
			code: 400,
		},
	});
	expect(version(await service.get())).toBe(version(before));
});

it('§8.3 percents out of range are told each, sorted, even if they sum to 100', async () => {
	const service = serviceOf(target, 's3');
	await service.create();
	const answer = await service.traffic({revisionName: 's3-00001', percent: 150}, latest(-50));
	expect(answer.code).toBe(400);
	expect(answer.body['message']).toBe(
		denial(
			'expected 0 <= -50 <= 100: spec.traffic[1].percent\nexpected 0 <= 150 <= 100: spec.traffic[0].percent',
		),
	);
});

it('§8.17 the same tag twice is a 400, and a bad tag has its index behind the field', async () => {
	const service = serviceOf(target, 's17');
	await service.create();
	const twice = await service.traffic(
		{...latest(50), tag: 'x'},
		{revisionName: 's17-00001', percent: 50, tag: 'x'},
	);
	expect(twice).toMatchObject({
		code: 400,
		body: {message: denial('Multiple definitions for "x": spec.traffic[0].tag, spec.traffic[1].tag')},
	});
	const bad = await service.traffic({...latest(100), tag: 'X'});
	expect(bad.code).toBe(400);
	expect(bad.body['message']).toMatch(/: spec\.traffic\.tag\[0\]$/);
});

it('§8.18 the name of a revision needs its prefix, and another template another name', async () => {
	const service = serviceOf(target, 's18');
	const wrong = await service.create({templateMetadata: {name: 'foo'}});
	expect(wrong).toMatchObject({
		code: 400,
		body: {message: denial('invalid value: "foo" must have prefix "s18-": spec.template.metadata.name')},
	});
	await service.create({
		templateMetadata: {name: 's18-one'},
		container: {env: [{name: 'TARGET', value: 'a'}]},
	});
	const changed = await service.greet('b');
	expect(changed.code).toBe(400);
	expect(changed.body['message']).toContain(
		denial('Saw the following changes without a name change (-old +new): spec.template.metadata.name\n'),
	);
});

it('§8.19 a PUT needs the version, the newest one, and the annotations that were read', async () => {
	const service = serviceOf(target, 's19');
	await service.create();
	const object = await service.ready();
	const put = (metadata: JsonObject) =>
		target.call('PUT', service.path, {
			body: {...object, metadata: {...objectOf(object['metadata']), ...metadata}},
		});
	const without = await put({resourceVersion: ''});
	expect(without).toMatchObject({code: 422, body: {reason: 'Invalid'}});
	expect(without.body['message']).toContain('metadata.resourceVersion: Invalid value: 0');
	await service.patch({metadata: {labels: {a: 'b'}}});
	expect(await put({})).toMatchObject({
		code: 409,
		body: {
			reason: 'Conflict',
			message:
				'Operation cannot be fulfilled on services.serving.knative.dev "s19": the object has been modified; please apply your changes to the latest version and try again',
		},
	});
	const newest = String(version(await service.get()));
	const annotations = {...objectOf(at(object, 'metadata', 'annotations'))};
	delete annotations['serving.knative.dev/creator'];
	const lost = await put({resourceVersion: newest, annotations});
	expect(lost.code).toBe(400);
	expect(lost.body['message']).toContain(
		'annotation value is immutable: metadata.annotations.serving.knative.dev/creator',
	);
});

it('§8.20 a strategic merge is a 415, and a merge patch replaces whole lists', async () => {
	const service = serviceOf(target, 's20');
	await service.create();
	const strategic = await target.call('PATCH', service.path, {
		headers: {'content-type': 'application/strategic-merge-patch+json'},
		body: {},
	});
	expect(strategic).toMatchObject({code: 415, body: {reason: 'UnsupportedMediaType'}});
	expect(strategic.body['message']).toContain(
		'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
	);
	await service.traffic({revisionName: 's20-00001', percent: 60}, latest(40));
	const {body} = await service.traffic(latest(100));
	expect(trafficOf(body, 'spec')).toHaveLength(1);
});

it.each([8008, 8012, 8013, 8022, 9090, 9091])('§8.21 port %i is reserved', async port => {
	const answer = await serviceOf(target, 's21').create({container: {ports: [{containerPort: port}]}});
	expect(answer.code).toBe(400);
	expect(answer.body['message']).toContain(
		`invalid value: ${port} is a reserved port: spec.template.spec.containers[0].ports.containerPort`,
	);
});

it('§8.21 port 0 is accepted, 65536 is out of range, and a port cannot be called grpc', async () => {
	expect((await withPort({containerPort: 0})).code).toBe(201);
	const tooHigh = await withPort({containerPort: 65_536});
	expect(tooHigh.code).toBe(400);
	expect(tooHigh.body['message']).toContain('expected 0 <= 65536 <= 65535');
	const named = await withPort({containerPort: 8080, name: 'grpc'});
	expect(named.code).toBe(400);
	expect(named.body['message']).toContain(
		'Port name grpc is not allowed: spec.template.spec.containers[0].ports',
	);
});

it('§8.22 PORT and K_* are a 400, the same variable twice a 422', async () => {
	for (const name of ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION']) {
		const answer = await withVariables(name);
		expect(answer.code).toBe(400);
		expect(answer.body['message']).toBe(
			denial(`"${name}" is a reserved environment variable: spec.template.spec.containers[0].env[0].name`),
		);
	}

	expect(await withVariables('A', 'A')).toMatchObject({code: 422, body: {reason: 'Invalid'}});
});

it('§8.23 autoscaling belongs to the template, and its bounds have an order', async () => {
	const service = serviceOf(target, 's23');
	const misplaced = await service.create({
		metadata: {annotations: {'autoscaling.knative.dev/min-scale': '1'}},
	});
	expect(misplaced).toMatchObject({
		code: 400,
		body: {
			message: denial(
				'invalid key name "autoscaling.knative.dev/min-scale": metadata.annotations\nautoscaling annotations must be put under "spec.template.metadata.annotations" to work',
			),
		},
	});
	const annotations = {'autoscaling.knative.dev/min-scale': '5', 'autoscaling.knative.dev/max-scale': '2'};
	const crossed = await service.create({templateMetadata: {annotations}});
	expect(crossed.body['message']).toContain(
		'max-scale=2 is less than min-scale=5: spec.template.metadata.annotations.autoscaling.knative.dev/max-scale, spec.template.metadata.annotations.autoscaling.knative.dev/min-scale',
	);
});

it('§8.24 a write is told about its securityContext, and an unknown field only warns unless it is checked strictly', async () => {
	const service = serviceOf(target, 's24');
	const odd = {container: {lifecycle: {preStop: {exec: {command: ['x']}}}}};
	const strict = await service.create(odd, '?fieldValidation=Strict');
	expect(strict.code).toBe(400);
	expect(strict.body['message']).toContain(
		'strict decoding error: unknown field "spec.template.spec.containers[0].lifecycle"',
	);
	const warned = await service.create(odd);
	expect(warned.code).toBe(201);
	expect(warned.warnings).toContain('unknown field "spec.template.spec.containers[0].lifecycle"');
	expect(warned.warnings.join('\n')).toContain(
		'Kubernetes default value is insecure, Knative may default this',
	);
	expect(warned.warnings.join('\n')).toContain(
		'spec.template.spec.containers[0].securityContext.runAsNonRoot',
	);
	expect(
		at(objectsOf(at(warned.body, 'spec', 'template', 'spec', 'containers'))[0], 'lifecycle'),
	).toBeUndefined();
});

it('§8.34 the spec of a revision is immutable, its labels are not', async () => {
	const service = serviceOf(target, 's34');
	await service.create();
	await service.ready();
	const path = target.path('revisions', 's34-00001');
	const patch = (body: unknown) => target.call('PATCH', path, {headers: mergePatch, body});
	const spec = await patch({spec: {timeoutSeconds: 10}});
	expect(spec.code).toBe(400);
	expect(spec.body['message']).toContain(denial('Immutable fields changed (-old +new): spec\n'));
	expect((await patch({metadata: {labels: {a: 'b'}, annotations: {c: 'd'}}})).code).toBe(200);
});

it('§8.38 a dry run keeps nothing, makes no revision, and still denies', async () => {
	const service = serviceOf(target, 's38');
	await service.create();
	const before = await service.ready();
	const answer = await service.patch(
		{spec: {template: {spec: {containers: [{image, env: [{name: 'TARGET', value: 'dry'}]}]}}}},
		'?dryRun=All',
	);
	expect(answer.code).toBe(200);
	expect(at(answer.body, 'metadata', 'generation')).toBe(2);
	expect(version(answer.body)).toBe(version(before));
	const bad = await service.patch({spec: {traffic: [latest(90)]}}, '?dryRun=All');
	expect(bad.code).toBe(400);
	expect(await service.get()).toEqual(before);
	const selector = 'labelSelector=serving.knative.dev/service%3Ds38';
	const revisions = await target.call('GET', `${target.path('revisions')}?${selector}`);
	expect(objectsOf(revisions.body['items'])).toHaveLength(1);
});

it('§8.40 a resource that is not installed is a 404 in plain text', async () => {
	const answer = await target.call('GET', '/apis/nothing.example.com/v1/namespaces/default/things');
	expect(answer.code).toBe(404);
	expect(answer.headers['content-type']).toMatch(/^text\/plain/);
	expect(answer.text).toBe('404 page not found\n');
});

it('§8.40 what RBAC denies is told with user, verb, group and namespace', async () => {
	const {name, path} = serviceOf(target, 's40');
	const answer = await target.call('PATCH', path, {
		headers: {...mergePatch, 'impersonate-user': 'nobody-we-know'},
		body: {},
	});
	expect(answer).toMatchObject({code: 403, body: {reason: 'Forbidden'}});
	// A real server may add what its other authorizers thought.
	expect(answer.body['message']).toContain(
		`services.serving.knative.dev "${name}" is forbidden: User "nobody-we-know" cannot patch resource "services" in API group "serving.knative.dev" in the namespace "${target.namespace}"`,
	);
});

it.skipIf(isCluster)(
	'§8.40 (needs the users of the sandbox) an operator may patch, and create nothing',
	async () => {
		const headers = {'impersonate-user': 'sandbox-operator'};
		const service = serviceOf(target, 's40b');
		await service.create();
		const patched = await target.call('PATCH', service.path, {
			headers: {...mergePatch, ...headers},
			body: {metadata: {labels: {a: 'b'}}},
		});
		expect(patched.code).toBe(200);
		expect((await target.call('DELETE', service.path, {headers})).code).toBe(403);
		const created = await target.call('POST', target.path('services'), {headers, body: {}});
		expect(created.body['message']).toContain('User "sandbox-operator" cannot create resource "services"');
	},
);
