import {describe, expect, it} from 'vitest';
import {at, listOf, objectOf, type JsonObject} from '../../../source/sandbox/api/body/json.js';
import {
	created,
	knativeService,
	mergePatch,
	servicesPath,
	start,
	versionOf,
	type Running,
} from '../api/support.js';

const hello = `${servicesPath}/hello`;
const applyPatch = {'content-type': 'application/apply-patch+yaml'};

function apply(running: Running, manager: string, body: unknown, more = '') {
	return running.call('PATCH', `${hello}?fieldManager=${manager}${more}`, {headers: applyPatch, body});
}

/** Who owns what, as `manager operation` → fields. */
function managersOf(object: unknown): Record<string, unknown> {
	return Object.fromEntries(
		listOf(at(object, 'metadata', 'managedFields')).map(entry => {
			const {manager, operation, fieldsV1} = objectOf(entry);
			return [`${String(manager)} ${String(operation)}`, fieldsV1];
		}),
	);
}

const labelled = (labels: JsonObject, spec?: JsonObject): JsonObject => ({
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name: 'hello', ...(Object.keys(labels).length > 0 ? {labels} : {})},
	...(spec ? {spec} : {}),
});

const secrets = (...names: string[]): JsonObject => ({
	template: {spec: {imagePullSecrets: names.map(name => ({name}))}},
});

const secretsOf = (object: unknown): unknown[] =>
	listOf(at(object, 'spec', 'template', 'spec', 'imagePullSecrets')).map(entry => at(entry, 'name'));

describe('server-side apply', () => {
	it('creates what is not there, owned by whom applied it', async () => {
		const running = await start();
		const answer = await apply(running, 'ci', knativeService('hello', {metadata: {labels: {team: 'a'}}}));
		expect(answer.code).toBe(201);
		expect(managersOf(answer.body)).toEqual({
			'ci Apply': {
				'f:metadata': {'f:labels': {'f:team': {}}},
				'f:spec': {'f:template': {'f:spec': {'f:containers': {}}}},
			},
		});
	});

	it('reads YAML', async () => {
		const running = await start();
		const raw = `apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec: {template: {spec: {containers: [{image: registry.example.com/a:1}]}}}
`;
		const answer = await running.call('PATCH', `${hello}?fieldManager=ci`, {raw, headers: applyPatch});
		expect(answer.code).toBe(201);
	});

	it('again changes nothing', async () => {
		const running = await start();
		const object = knativeService('hello');
		const first = await apply(running, 'ci', object);
		const second = await apply(running, 'ci', object);
		expect(second.code).toBe(200);
		expect(versionOf(second.body)).toBe(versionOf(first.body));
	});

	it('is refused where somebody else wrote another value, field by field', async () => {
		const running = await start({now: () => Date.UTC(2026, 0, 2, 3, 4, 5)});
		await apply(running, 'ci', knativeService('hello', {metadata: {labels: {team: 'a', tier: 'x'}}}));
		await running.call('PATCH', `${hello}?fieldManager=jane`, {
			headers: mergePatch,
			body: {metadata: {labels: {team: 'b', tier: 'y'}}},
		});
		const one = await apply(running, 'ci', labelled({team: 'c'}));
		expect(one).toMatchObject({
			code: 409,
			body: {
				reason: 'Conflict',
				message:
					'Apply failed with 1 conflict: conflict with "jane" using serving.knative.dev/v1 at 2026-01-02T03:04:05Z: .metadata.labels.team',
				details: {
					causes: [
						{
							reason: 'FieldManagerConflict',
							message: 'conflict with "jane" using serving.knative.dev/v1 at 2026-01-02T03:04:05Z',
							field: '.metadata.labels.team',
						},
					],
				},
			},
		});
		const two = await apply(running, 'ci', labelled({team: 'c', tier: 'z'}));
		expect(two.body['message']).toBe(
			'Apply failed with 2 conflicts: conflicts with "jane" using serving.knative.dev/v1 at 2026-01-02T03:04:05Z:\n- .metadata.labels.team\n- .metadata.labels.tier',
		);
	});

	it('takes a field over when it is forced', async () => {
		const running = await start();
		await apply(running, 'ci', knativeService('hello', {metadata: {labels: {team: 'a'}}}));
		await apply(running, 'jane', labelled({team: 'b'}), '&force=true');
		const {body} = await running.call('GET', hello);
		expect(at(body, 'metadata', 'labels')).toEqual({team: 'b'});
		expect(managersOf(body)).toMatchObject({'jane Apply': {'f:metadata': {'f:labels': {'f:team': {}}}}});
		expect(managersOf(body)).toMatchObject({'ci Apply': {'f:spec': {}}});
		expect(at(managersOf(body), 'ci Apply', 'f:metadata')).toBeUndefined();
	});

	it('owns together what both want alike, and takes away what nobody wants any more', async () => {
		const running = await start();
		await apply(running, 'ci', knativeService('hello', {metadata: {labels: {team: 'a', only: 'ci'}}}));
		expect((await apply(running, 'jane', labelled({team: 'a'}))).code).toBe(200);
		const answer = await apply(running, 'ci', knativeService('hello'));
		expect(at(answer.body, 'metadata', 'labels')).toEqual({team: 'a'});
		const last = await apply(running, 'jane', labelled({}));
		expect(at(last.body, 'metadata', 'labels')).toBeUndefined();
	});

	it('owns traffic as a whole', async () => {
		const running = await start();
		const split = [
			{latestRevision: true, percent: 90},
			{revisionName: 'hello-00001', percent: 10},
		];
		await apply(running, 'ci', {
			...knativeService('hello'),
			spec: {...objectOf(knativeService('hello')['spec']), traffic: split},
		});
		const answer = await apply(
			running,
			'jane',
			labelled({}, {traffic: [{latestRevision: true, percent: 100}]}),
		);
		expect(answer.body['message']).toBe('Apply failed with 1 conflict: conflict with "ci": .spec.traffic');
	});

	it('owns entries of a list that is a map by their keys', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		await apply(running, 'one', labelled({}, secrets('a')));
		const {body} = await apply(running, 'two', labelled({}, secrets('b')));
		expect(secretsOf(body)).toEqual(['a', 'b']);
		expect(at(managersOf(body), 'two Apply', 'f:spec', 'f:template', 'f:spec')).toEqual({
			'f:imagePullSecrets': {'k:{"name":"b"}': {'.': {}, 'f:name': {}}},
		});
		const gone = await apply(running, 'one', labelled({}));
		expect(secretsOf(gone.body)).toEqual(['b']);
	});

	it('has to say who it is, and only it may force', async () => {
		const running = await start();
		const anonymous = await running.call('PATCH', hello, {
			headers: applyPatch,
			body: knativeService('hello'),
		});
		expect(anonymous.body['message']).toBe(
			'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
		);
		const forced = await running.call('PATCH', `${hello}?force=true`, {headers: mergePatch, body: {}});
		expect(forced.body['message']).toBe(
			'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
		);
	});

	it('keeps nothing in a dry run', async () => {
		const running = await start();
		expect((await apply(running, 'ci', knativeService('hello'), '&dryRun=All')).code).toBe(201);
		expect((await running.call('GET', hello)).code).toBe(404);
	});

	it('creates nothing for whom may only patch', async () => {
		const running = await start({
			rules: [{verbs: ['patch'], apiGroups: ['serving.knative.dev'], resources: ['services']}],
		});
		const answer = await apply(running, 'ci', knativeService('hello'));
		expect(answer.code).toBe(403);
		expect(answer.body['message']).toContain('cannot create resource "services"');
	});

	it('goes through the webhooks as any other write', async () => {
		const running = await start();
		const object = knativeService('hello', {spec: {traffic: [{latestRevision: true, percent: 90}]}});
		expect((await apply(running, 'ci', object)).body['message']).toContain(
			'Traffic targets sum to 90, want 100',
		);
	});
});

describe('the managers of fields', () => {
	it('are those who wrote them, by the name of their program unless they say another', async () => {
		const running = await start();
		await running.call('POST', servicesPath, {
			body: knativeService('hello'),
			headers: {'user-agent': 'kn/v1.18 (linux)'},
		});
		await running.call('PATCH', `${hello}?fieldManager=canary`, {
			headers: mergePatch,
			body: {metadata: {labels: {team: 'a'}}},
		});
		const {body} = await running.call('GET', hello);
		expect(managersOf(body)['canary Update']).toEqual({
			'f:metadata': {'f:labels': {'.': {}, 'f:team': {}}},
		});
		expect(at(managersOf(body), 'kn Update', 'f:spec', 'f:template')).toBeDefined();
	});

	it('stay as they are when nothing changes', async () => {
		const running = await start();
		const before = await created(running, knativeService('hello'));
		const after = await running.call('PATCH', `${hello}?fieldManager=other`, {
			headers: mergePatch,
			body: {spec: {traffic: [{latestRevision: true, percent: 100}]}},
		});
		expect(after.body).toEqual(before);
	});

	it('of the status are told from those of the rest', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		const {body} = await running.call('PATCH', `${hello}/status?fieldManager=controller`, {
			headers: mergePatch,
			body: {status: {url: 'http://hello.example.com'}},
		});
		const entry = listOf(at(body, 'metadata', 'managedFields')).find(
			candidate => at(candidate, 'manager') === 'controller',
		);
		expect(entry).toMatchObject({subresource: 'status', fieldsV1: {'f:status': {'f:url': {}}}});
	});
});
