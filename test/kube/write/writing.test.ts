/** What settles a write, and what only looks like an answer. */
import {describe, expect, it} from 'vitest';
import {createService, deleteService, guardedPatch} from '../../../source/kube/write/write.js';
import type {PatchOperation} from '../../../source/knative/objects/patch.js';
import {status} from '../../support/kube/api-server.js';
import {cluster, server} from '../answered-cluster.js';
import {
	manifestOf,
	notFound,
	operations,
	patchAnswered,
	path,
	service,
	taken,
	target,
	traffic,
	withApiServer,
} from './hello-service.js';

withApiServer();

describe('the answer to a guarded patch is read', () => {
	const stored = [
		{revisionName: 'hello-00001', percent: 95},
		{revisionName: 'hello-00002', percent: 5},
	];

	it('and when the server stored something else, that is what is told, with what was wanted', async () => {
		expect(await patchAnswered([200, service(4, {traffic: stored})])).toMatchObject({
			kind: 'altered',
			object: service(4, {traffic: stored}),
			differences: [{path: '/spec/traffic', wanted: traffic, stored}],
		});
	});

	it('and when the server kept everything as it was, that nothing was stored', async () => {
		const kept = service(3, {traffic: stored});
		expect(await patchAnswered([200, kept], [200, kept])).toMatchObject({
			kind: 'altered',
			unchanged: true,
		});
	});

	it('and the object as it was, from who has not seen the change, is no answer', async () => {
		const old = service(3, {traffic: stored});
		const stale = {...old, metadata: {...old.metadata, resourceVersion: '76'}};
		expect(await patchAnswered([200, stale], [200, service(4)])).toMatchObject({kind: 'done'});
		expect(await patchAnswered([200, stale], [200, old])).toMatchObject({kind: 'unknown', now: old});
		expect(await patchAnswered([200, stale], 'cut')).toMatchObject({kind: 'unknown'});
	});

	it.each([
		['a page to log in', '<!doctype html><title>Log in</title>'],
		['nothing', ''],
		['an empty object', {}],
		['another object', service(4, undefined, 'u-2')],
		['an object of another name', {...service(4), metadata: {name: 'other', uid: 'u-1', generation: 4}}],
		['an object from before', service(2)],
		['an object from after a change that came later', service(5)],
		['a success in words alone', {kind: 'Status', status: 'Success', code: 200}],
	])('and %s with 200 is no answer: the object is read again', async (_, body) => {
		expect(await patchAnswered([200, body], [200, service(4)])).toMatchObject({kind: 'done'});
	});

	it('and what is read again may not tell whether it was made', async () => {
		const html = '<!doctype html>';
		const before = service(3, {traffic: []});
		expect(await patchAnswered([200, html], [200, before])).toMatchObject({kind: 'unknown', now: before});
		expect(await patchAnswered([200, html], [404, notFound])).toMatchObject({kind: 'unknown'});
		expect(await patchAnswered([200, html], 'cut')).toMatchObject({kind: 'unknown'});
	});

	it('of a dry run likewise, and nothing is read again for it', async () => {
		const altered = guardedPatch(cluster, target, operations, {dryRun: true});
		(await server.next()).answer(200, service(4, {traffic: stored}));
		expect(await altered).toMatchObject({kind: 'altered'});
		const html = guardedPatch(cluster, target, operations, {dryRun: true});
		(await server.next()).answer(200, '<!doctype html>');
		expect(await html).toMatchObject({
			kind: 'not made',
			sentence: expect.stringMatching(/is not the object that was written/),
		});
		expect(server.log).toEqual([`PATCH ${path}`, `PATCH ${path}`]);
	});

	it('and 404 says that the object is gone only when it speaks of that object', async () => {
		const other = status(404, 'NotFound', 'namespaces "default" not found', {
			details: {name: 'default', kind: 'namespaces'},
		});
		expect(await patchAnswered([404, other], [200, service(3)])).toMatchObject({
			kind: 'refused',
			status: 404,
		});
		expect(await patchAnswered([404, notFound])).toEqual({kind: 'gone'});
	});

	it('and a 503 of somebody in between settles nothing', async () => {
		expect(await patchAnswered([503, 'upstream connect error'], [200, service(4)])).toMatchObject({
			kind: 'done',
		});
		const unavailable = status(
			503,
			'ServiceUnavailable',
			'the server is currently unable to handle the request',
		);
		expect(await patchAnswered([503, unavailable], [200, service(3)])).toMatchObject({
			kind: 'refused',
			status: 503,
		});
	});
});

describe('what settles a write, and what does not', () => {
	it('is no success with 300, whatever comes with it', async () => {
		expect(await patchAnswered([300, service(4)], [200, service(3)])).toMatchObject({
			kind: 'refused',
			status: 300,
		});
		expect(await patchAnswered([299, service(4)])).toMatchObject({kind: 'done'});
		const creation = createService(cluster, manifestOf('hello'));
		(await server.next()).answer(300, {...manifestOf('hello'), metadata: {name: 'hello', uid: 'u-1'}});
		(await server.next()).answer(404, notFound);
		expect(await creation).toMatchObject({kind: 'refused', status: 300});
		const deletion = deleteService(cluster, target);
		(await server.next()).answer(300, taken);
		(await server.next()).answer(200, service(3));
		expect(await deletion).toMatchObject({kind: 'refused', status: 300});
	});

	it.each([
		['a failure of the server', 500, status(500, 'InternalError', 'etcdserver: request timed out')],
		['one that names no reason', 500, 'failed calling webhook'],
		['a time-out of a gateway', 504, status(504, 'Timeout', 'no answer in time')],
		['a busy one that has begun', 503, status(503, 'Timeout', 'no answer in time')],
	])('by %s nothing is settled: the object is read again', async (_, code, body) => {
		expect(await patchAnswered([code, body], [200, service(4)])).toMatchObject({kind: 'done'});
	});

	it.each([
		['a failure of the server', 500, status(500, 'InternalError', 'etcdserver: request timed out')],
		['a gateway that is bad', 502, '<html>bad gateway</html>'],
		['somebody in between who has nobody to ask', 503, 'upstream connect error'],
		['a busy one that has begun', 503, status(503, 'Timeout', 'no answer in time')],
		['a time-out of a gateway', 504, status(504, 'Timeout', 'no answer in time')],
		['somebody who has waited for too long', 408, 'Request Timeout'],
	])(
		'by %s is not that nothing was written, though the object is as it was: it may still arrive',
		async (_, code, body) => {
			const doubt = {kind: 'unknown', sentence: expect.stringContaining('may still arrive')};
			expect(await patchAnswered([code, body], [200, service(3, {traffic: []})])).toMatchObject(doubt);
			const creation = createService(cluster, manifestOf('hello'));
			(await server.next()).answer(code, body);
			(await server.next()).answer(404, notFound);
			expect(await creation).toMatchObject(doubt);
			const deletion = deleteService(cluster, target);
			(await server.next()).answer(code, body);
			(await server.next()).answer(200, service(3));
			expect(await deletion).toMatchObject(doubt);
		},
	);

	it('is a doubt where the read after it was answered by somebody else', async () => {
		for (const answer of [
			[404, 'no route'],
			[203, service(4)],
			[200, 'Log in'],
		] as const) {
			expect(await patchAnswered('cut', [...answer])).toMatchObject({
				kind: 'unknown',
				sentence: expect.stringContaining('reading the object again failed too'),
			});
		}
	});

	it('is a conflict only where the guard, or the server, says that it is one', async () => {
		const exists = status(409, 'AlreadyExists', 'it is there');
		expect(await patchAnswered([409, exists], [200, service(3)])).toMatchObject({
			kind: 'refused',
			status: 409,
		});
		expect(await patchAnswered([409, 'locked'], [200, service(3)])).toMatchObject({kind: 'refused'});
	});

	it('waits as long as the answer says, in its head before its body', async () => {
		const busy = status(429, 'TooManyRequests', 'busy', {details: {retryAfterSeconds: 7}});
		expect(await patchAnswered([429, busy], [200, service(3)])).toMatchObject({
			kind: 'refused',
			retryAfter: 7,
		});
		expect(await patchAnswered([403, status(403, 'Forbidden', 'no')])).not.toHaveProperty('retryAfter');
		const outcome = guardedPatch(cluster, target, operations);
		(await server.next()).answer(429, busy, {'retry-after': '3'});
		(await server.next()).answer(200, service(3));
		expect(await outcome).toMatchObject({retryAfter: 3});
	});
});

describe('of a patch of the spec with a note beside it', () => {
	const noted: PatchOperation[] = [
		...operations,
		{op: 'add', path: '/metadata/annotations/example.com~1note', value: 'x'},
	];
	const answered = async (object: object, wanted = noted) => {
		const outcome = guardedPatch(cluster, target, wanted);
		(await server.next()).answer(200, object);
		(await server.next()).answer(200, object);
		return outcome;
	};
	const before = service(3, {traffic: []});
	const annotated = {...before, metadata: {...before.metadata, annotations: {'example.com/note': 'x'}}};

	it('nothing was stored where neither is there', async () => {
		expect(await answered(before)).toMatchObject({kind: 'altered', unchanged: true});
	});

	it('something was, where one of them is', async () => {
		const outcome = await answered(annotated);
		expect(outcome.kind).toBe('altered');
		expect(outcome).not.toHaveProperty('unchanged');
	});

	it('that is not said of a note alone, which moves no generation', async () => {
		const outcome = await answered(before, noted.slice(1));
		expect(outcome.kind).toBe('altered');
		expect(outcome).not.toHaveProperty('unchanged');
	});
});
