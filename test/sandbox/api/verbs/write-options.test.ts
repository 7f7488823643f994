/** What a write is told beside its object. */
import {describe, expect, it} from 'vitest';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {created, denial, knativeService, mergePatch, servicesPath, start, versionOf} from '../support.js';

const hello = `${servicesPath}/hello`;

describe('§8.38 a dry run', () => {
	it('of a creation answers with the object and keeps nothing', async () => {
		const running = await start();
		const before = running.store.resourceVersion;
		const {code, body} = await running.call('POST', `${servicesPath}?dryRun=All`, {
			body: knativeService('hello'),
		});
		expect(code).toBe(201);
		expect(body['metadata']).toMatchObject({generation: 1, uid: expect.any(String)});
		expect(versionOf(body)).toBeUndefined();
		expect(running.store.resourceVersion).toBe(before);
	});

	it('of a patch answers with the next generation under the old version, and still denies', async () => {
		const running = await start();
		const before = await created(running, knativeService('hello'));
		const path = `${hello}?dryRun=All`;
		const split = await running.call('PATCH', path, {
			headers: mergePatch,
			body: {
				spec: {
					traffic: [
						{revisionName: 'hello-00001', percent: 50},
						{latestRevision: true, percent: 50},
					],
				},
			},
		});
		expect(split.code).toBe(200);
		expect(at(split.body, 'metadata', 'generation')).toBe(2);
		expect(versionOf(split.body)).toBe(versionOf(before));
		const bad = await running.call('PATCH', path, {
			headers: mergePatch,
			body: {spec: {traffic: [{percent: 1}]}},
		});
		expect(bad.body['message']).toBe(denial('Traffic targets sum to 1, want 100: spec.traffic'));
		expect((await running.call('DELETE', path)).code).toBe(200);
		expect((await running.call('GET', hello)).body).toEqual(before);
	});

	it('is refused when it is neither all nor nothing', async () => {
		const {call} = await start();
		expect(await call('POST', `${servicesPath}?dryRun=Some`, {body: knativeService('hello')})).toMatchObject({
			code: 422,
			body: {
				message:
					'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
			},
		});
	});
});
