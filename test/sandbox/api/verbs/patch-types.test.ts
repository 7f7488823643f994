/** The three ways to patch that are served, and the one that is not. */
import {describe, expect, it} from 'vitest';
import {services} from '../../../../source/sandbox/resources.js';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {created, jsonPatch, knativeService, mergePatch, servicesPath, start} from '../support.js';

const hello = `${servicesPath}/hello`;

describe('patching', () => {
	it('guarded by tests writes once, and refuses the second time', async () => {
		const running = await start();
		const object = await created(running, knativeService('hello'));
		const body = [
			{op: 'test', path: '/metadata/uid', value: at(object, 'metadata', 'uid')},
			{op: 'test', path: '/metadata/generation', value: 1},
			{op: 'replace', path: '/spec/traffic', value: [{latestRevision: true, percent: 100, tag: 'a'}]},
		];
		const first = await running.call('PATCH', hello, {headers: jsonPatch, body});
		expect(first).toMatchObject({code: 200, body: {metadata: {generation: 2}}});
		const second = await running.call('PATCH', hello, {headers: jsonPatch, body});
		expect(second.body).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message: 'the server rejected our request due to an error in our request',
			reason: 'Invalid',
			details: {},
			code: 422,
		});
	});

	it.each([
		['what is not there', {op: 'remove', path: '/spec/nothing'}],
		['a place in nothing', {op: 'add', path: '/spec/nothing/at/all', value: 1}],
		['a place behind the end of a list', {op: 'add', path: '/spec/traffic/7', value: {}}],
		['a name in a list', {op: 'add', path: '/spec/traffic/first', value: {}}],
		['what every object inherits', {op: 'add', path: '/metadata/hasOwnProperty/x', value: 1}],
		['the prototype', {op: 'add', path: '/__proto__/polluted', value: 1}],
		['an unknown operation', {op: 'merge', path: '/spec', value: {}}],
		['a value moved into itself', {op: 'move', from: '/spec', path: '/spec/template'}],
		['no pointer', {op: 'add', path: 'spec', value: 1}],
		['the whole object gone', {op: 'remove', path: ''}],
		['something else in its stead', {op: 'replace', path: '', value: []}],
	])('with a JSON patch of %s is refused', async (_, operation) => {
		const running = await start();
		const before = await created(running, knativeService('hello'));
		const answer = await running.call('PATCH', hello, {headers: jsonPatch, body: [operation]});
		expect(answer).toMatchObject({code: 422, body: {reason: 'Invalid'}});
		expect((await running.call('GET', hello)).body).toEqual(before);
		expect({}).not.toHaveProperty('polluted');
	});

	it('by JSON patch can copy a value into itself, but not without end', async () => {
		const running = await start();
		await created(running, knativeService('hello', {metadata: {annotations: {a: 'x'.repeat(1000)}}}));
		const copy = {op: 'copy', from: '/metadata/annotations', path: '/metadata/annotations/copy'};
		const once = await running.call('PATCH', hello, {headers: jsonPatch, body: [copy]});
		// An annotation is no object: it was copied, and then refused.
		expect(once.code).toBe(422);
		expect(once.body['message']).toContain('cannot unmarshal object');
		const many = await running.call('PATCH', hello, {
			headers: jsonPatch,
			body: Array.from({length: 64}, (_, index) => ({...copy, path: `${copy.path}${index}`})),
		});
		expect(many.body['message']).toBe('the server rejected our request due to an error in our request');
	});

	it('§8.20 by merge replaces lists whole and removes what is null', async () => {
		const running = await start();
		await created(
			running,
			knativeService('hello', {
				metadata: {labels: {a: '1', b: '2'}},
				spec: {
					traffic: [
						{revisionName: 'hello-00001', percent: 10},
						{latestRevision: true, percent: 90},
					],
				},
			}),
		);
		const answer = await running.call('PATCH', hello, {
			headers: mergePatch,
			body: {metadata: {labels: {a: null}}, spec: {traffic: [{latestRevision: true, percent: 100}]}},
		});
		expect(answer.body).toMatchObject({
			metadata: {labels: {b: '2'}},
			spec: {traffic: [{latestRevision: true, percent: 100}]},
		});
		expect(at(answer.body, 'metadata', 'labels')).toEqual({b: '2'});
	});

	it('by merge with an old resourceVersion is a conflict', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		expect(
			await running.call('PATCH', hello, {
				headers: mergePatch,
				body: {metadata: {resourceVersion: '1', labels: {a: 'b'}}},
			}),
		).toMatchObject({code: 409, body: {reason: 'Conflict'}});
	});

	it('§8.20 by strategic merge is not supported', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		const headers = {'content-type': 'application/strategic-merge-patch+json'};
		expect(await running.call('PATCH', hello, {headers, body: {}})).toMatchObject({
			code: 415,
			body: {
				reason: 'UnsupportedMediaType',
				message:
					'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
			},
		});
	});

	it('of what is not there is a 404', async () => {
		const {call} = await start();
		expect(await call('PATCH', hello, {headers: jsonPatch, body: []})).toMatchObject({
			code: 404,
			body: {message: 'services.serving.knative.dev "hello" not found'},
		});
	});

	it('strictly refuses a field nobody knows, as a patch does', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		const answer = await running.call('PATCH', `${hello}?fieldValidation=Strict`, {
			headers: mergePatch,
			body: {spec: {foo: 1}},
		});
		expect(answer.code).toBe(422);
		expect(answer.body['message']).toMatch(
			/^ "" is invalid: patch: Invalid value: .*unknown field "spec.foo"$/,
		);
	});

	it('cannot rename an object, nor change its uid', async () => {
		const running = await start();
		await created(running, knativeService('hello'));
		const renamed = await running.call('PATCH', hello, {
			headers: mergePatch,
			body: {metadata: {name: 'other'}},
		});
		expect(renamed.code).toBe(400);
		const forged = await running.call('PATCH', hello, {headers: mergePatch, body: {metadata: {uid: 'x'}}});
		expect(forged).toMatchObject({
			code: 422,
			body: {details: {causes: [{field: 'metadata.uid'}, {field: 'metadata.uid'}]}},
		});
		expect(running.store.list(services)).toHaveLength(1);
	});
});
