/** Creating objects, and replacing them. */
import {describe, expect, it} from 'vitest';
import {revisions} from '../../../../source/sandbox/resources.js';
import {at, objectOf} from '../../../../source/sandbox/api/body/json.js';
import {base, created, denial, knativeService, mergePatch, servicesPath, start} from '../support.js';

const hello = `${servicesPath}/hello`;

describe('creating', () => {
	it('refuses what is there already', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		expect(await running.call('POST', servicesPath, {body: knativeService('hello')})).toMatchObject({
			code: 409,
			body: {
				reason: 'AlreadyExists',
				message: 'services.serving.knative.dev "hello" already exists',
				details: {name: 'hello', group: 'serving.knative.dev', kind: 'services'},
			},
		});
	});

	it('refuses a namespace that does not exist', async () => {
		const {call} = await start();
		expect(
			await call('POST', servicesPath.replace('/default/', '/x/'), {body: knativeService('hello')}),
		).toMatchObject({
			code: 404,
			body: {
				reason: 'NotFound',
				message: 'namespaces "x" not found',
				details: {name: 'x', kind: 'namespaces'},
			},
		});
	});

	it('refuses a namespace or version other than that of the path; another kind it takes for its own', async () => {
		const {call} = await start();
		const object = knativeService('hello');
		const answers = await Promise.all(
			[
				{...object, metadata: {name: 'hello', namespace: 'other'}},
				{...object, kind: 'Route'},
				{...object, apiVersion: 'serving.knative.dev/v1alpha1'},
				{...object, kind: undefined},
				[],
			].map(body => call('POST', servicesPath, {body})),
		);
		expect(answers.map(({code}) => code)).toEqual([400, 201, 400, 400, 400]);
		expect(answers[1]?.body['kind']).toBe('Service');
		expect(answers[0]?.body['message']).toBe(
			'the namespace of the provided object does not match the namespace sent on the request',
		);
		expect(answers[2]?.body['message']).toBe(
			'the API version in the data (serving.knative.dev/v1alpha1) does not match the expected API version (serving.knative.dev/v1)',
		);
	});

	it('takes no status and no identity from the client', async () => {
		const running = await start();
		const object = await created(running, {
			...knativeService('hello', {
				metadata: {uid: 'forged', generation: 7, creationTimestamp: '1970-01-01T00:00:00Z'},
			}),
			status: {url: 'http://forged'},
		});
		expect(object).not.toHaveProperty('status');
		expect(object['metadata']).toMatchObject({generation: 1});
		expect(at(object, 'metadata', 'uid')).not.toBe('forged');
	});

	it('takes YAML as well', async () => {
		const {call} = await start();
		expect(
			await call('POST', '/api/v1/namespaces/default/configmaps', {
				raw: 'metadata: {name: settings}\ndata: {a: b}\n',
				headers: {'content-type': 'application/yaml'},
			}),
		).toMatchObject({code: 201, body: {kind: 'ConfigMap', data: {a: 'b'}}});
	});
});

describe('§8.19 replacing', () => {
	it('needs the version that was read', async () => {
		const running = await start();
		const object = await created(running, knativeService('hello'));
		const {resourceVersion: _version, ...metadata} = objectOf(object['metadata']);
		expect(await running.call('PUT', hello, {body: {...object, metadata}})).toMatchObject({
			code: 422,
			body: {
				message:
					'services.serving.knative.dev "hello" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
			},
		});
	});

	it('is refused upon an old version', async () => {
		const running = await start();
		const object = await created(running, knativeService('hello'));
		await running.call('PATCH', hello, {headers: mergePatch, body: {metadata: {labels: {a: 'b'}}}});
		expect(await running.call('PUT', hello, {body: object})).toMatchObject({
			code: 409,
			body: {
				reason: 'Conflict',
				message:
					'Operation cannot be fulfilled on services.serving.knative.dev "hello": the object has been modified; please apply your changes to the latest version and try again',
				details: {name: 'hello', group: 'serving.knative.dev', kind: 'services'},
			},
		});
	});

	it('may not lose who created it, nor say who changed it', async () => {
		const running = await start();
		const object = await created(running, knativeService('hello'));
		const metadata = objectOf(object['metadata']);
		const lost = await running.call('PUT', hello, {
			body: {...object, metadata: {...metadata, annotations: {}}},
		});
		expect(lost.body['message']).toBe(
			denial(
				'annotation value is immutable: metadata.annotations.serving.knative.dev/creator\ninvalid value: : metadata.annotations.serving.knative.dev/lastModifier',
			),
		);
		const forged = await running.call('PATCH', hello, {
			headers: mergePatch,
			body: {metadata: {annotations: {'serving.knative.dev/lastModifier': 'bob'}}},
		});
		expect(forged.body['message']).toBe(
			denial('invalid value: bob: metadata.annotations.serving.knative.dev/lastModifier'),
		);
	});

	it('refuses another name, another uid and what is not there', async () => {
		const running = await start();
		const object = await created(running, knativeService('hello'));
		const metadata = objectOf(object['metadata']);
		const other = await running.call('PUT', `${servicesPath}/other`, {body: object});
		expect(other).toMatchObject({
			code: 400,
			body: {message: 'the name of the object (hello) does not match the name on the URL (other)'},
		});
		const absent = await running.call('PUT', `${servicesPath}/other`, {
			body: {...object, metadata: {...metadata, name: 'other'}},
		});
		expect(absent).toMatchObject({
			code: 404,
			body: {message: 'services.serving.knative.dev "other" not found'},
		});
		const uid = await running.call('PUT', hello, {body: {...object, metadata: {...metadata, uid: 'x'}}});
		expect(uid.code).toBe(409);
		expect(uid.body['message']).toContain('Precondition failed: UID in precondition: x');
	});

	it('writes the object that was read and changed', async () => {
		const running = await start();
		const object = await created(running, knativeService('hello'));
		const answer = await running.call('PUT', hello, {
			body: {...object, spec: {...objectOf(object['spec']), traffic: [{tag: 'now', percent: 100}]}},
		});
		expect(answer).toMatchObject({
			code: 200,
			body: {
				metadata: {generation: 2},
				spec: {traffic: [{tag: 'now', latestRevision: true, percent: 100}]},
			},
		});
	});
});

describe('the status', () => {
	it('is written through a path of its own, and nothing else is', async () => {
		const running = await start();
		const object = await created(running, knativeService('hello'));
		const answer = await running.call('PUT', `${hello}/status`, {
			body: {...object, spec: {}, status: {url: 'http://hello.default.example.com'}},
		});
		expect(answer).toMatchObject({
			code: 200,
			body: {spec: object['spec'], status: {url: 'http://hello.default.example.com'}},
		});
		expect(at(answer.body, 'metadata', 'generation')).toBe(1);
		const main = await running.call('PATCH', hello, {
			headers: mergePatch,
			body: {status: {url: 'http://forged'}, metadata: {labels: {a: 'b'}}},
		});
		expect(main.body['status']).toEqual({url: 'http://hello.default.example.com'});
	});

	it('is checked against the schema', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		const answer = await running.call('PATCH', `${hello}/status`, {
			headers: mergePatch,
			body: {status: {observedGeneration: 'one'}},
		});
		expect(answer).toMatchObject({
			code: 422,
			body: {
				message:
					'Service.serving.knative.dev "hello" is invalid: status.observedGeneration: Invalid value: "string": status.observedGeneration in body must be of type integer: "string"',
			},
		});
	});
});

describe('§8.34 a Revision', () => {
	const revision = {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Revision',
		metadata: {name: 'hello-00001', namespace: 'default'},
		spec: {containers: [{name: 'user-container', image: 'a'}], containerConcurrency: 0},
	};
	const path = `${base}/revisions/hello-00001`;

	it('may be labelled and annotated', async () => {
		const running = await start();
		running.store.create(revisions, revision);
		expect(
			await running.call('PATCH', path, {headers: mergePatch, body: {metadata: {labels: {a: 'b'}}}}),
		).toMatchObject({code: 200, body: {metadata: {labels: {a: 'b'}, generation: 1}}});
		const bad = await running.call('PATCH', path, {
			headers: mergePatch,
			body: {metadata: {annotations: {'autoscaling.knative.dev/min-scale': 'x'}}},
		});
		expect(bad.body['message']).toBe(
			denial('invalid value: x: metadata.annotations.autoscaling.knative.dev/min-scale'),
		);
	});

	it('may not be changed otherwise', async () => {
		const running = await start();
		running.store.create(revisions, revision);
		const answer = await running.call('PATCH', path, {
			headers: mergePatch,
			body: {spec: {containerConcurrency: 5}},
		});
		expect(answer.code).toBe(400);
		expect(answer.body['message']).toBe(
			denial(
				'Immutable fields changed (-old +new): spec\n*{v1.RevisionSpec}.ContainerConcurrency:\n\t-: "0"\n\t+: "5"\n',
			),
		);
	});
});
