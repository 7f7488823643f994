import * as fc from '../../support/property.js';
import {expect, it} from 'vitest';
import {isObject} from '../../../source/sandbox/api/body/json.js';
import {created, jsonPatch, knativeService, mergePatch, servicesPath, start} from './support.js';

const fields = [
	'apiVersion',
	'kind',
	'metadata',
	'name',
	'namespace',
	'labels',
	'annotations',
	'ownerReferences',
	'finalizers',
	'spec',
	'template',
	'traffic',
	'percent',
	'tag',
	'revisionName',
	'latestRevision',
	'containers',
	'image',
	'env',
	'ports',
	'containerPort',
	'readinessProbe',
	'volumes',
	'volumeMounts',
	'securityContext',
	'resources',
	'status',
	'conditions',
	'__proto__',
	'constructor',
	'hasOwnProperty',
];

/** JSON that hits the fields there are with values nobody expects. */
const {value: anything} = fc.letrec(tie => ({
	value: fc.oneof(
		{depthSize: 'small', withCrossShrink: true},
		fc.constantFrom(
			null,
			true,
			0,
			-1,
			1.5,
			2 ** 53,
			'',
			'a',
			'hello',
			'B ad',
			'100',
			'serving.knative.dev/v1',
			'Service',
		),
		fc.array(tie('value'), {maxLength: 3}),
		fc.dictionary(fc.constantFrom(...fields), tie('value'), {maxKeys: 5}),
	),
}));

function isWellFormed(answer: {code: number; body: Record<string, unknown>}): boolean {
	return (
		answer.code < 500 &&
		isObject(answer.body) &&
		(answer.code < 300 || (answer.body['kind'] === 'Status' && answer.body['code'] === answer.code))
	);
}

it('answers whatever is created with an object or a well-formed refusal', async () => {
	const {call} = await start();
	await fc.assert(
		fc.asyncProperty(anything, anything, async (metadata, spec) => {
			const body = {apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata, spec};
			expect(await call('POST', servicesPath, {body})).toSatisfy(isWellFormed);
		}),
		{numRuns: 300},
	);
	expect((await call('GET', servicesPath)).code).toBe(200);
});

it('answers whatever is patched with an object or a well-formed refusal', async () => {
	const running = await start();
	await created(running, knativeService('hello'));
	const path = `${servicesPath}/hello`;
	const pointer = fc
		.array(fc.oneof(fc.constantFrom(...fields), fc.constantFrom('0', '1', '-', '~0', '~2')), {maxLength: 4})
		.map(tokens => tokens.map(token => `/${token}`).join(''));
	const operation = fc.record({
		op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
		path: pointer,
		from: pointer,
		value: anything,
	});
	await fc.assert(
		fc.asyncProperty(fc.array(operation, {maxLength: 3}), anything, async (operations, merge) => {
			expect(await running.call('PATCH', path, {headers: jsonPatch, body: operations})).toSatisfy(
				isWellFormed,
			);
			expect(await running.call('PATCH', path, {headers: mergePatch, body: {spec: merge}})).toSatisfy(
				isWellFormed,
			);
			expect(
				await running.call('PATCH', `${path}/status`, {headers: mergePatch, body: {status: merge}}),
			).toSatisfy(isWellFormed);
		}),
		{numRuns: 200},
	);
	expect((await running.call('GET', path)).code).toBe(200);
});
