import {describe, expect, it} from 'vitest';
import {deleteService} from '../../../source/kube/write/write.js';
import {status} from '../../support/kube/api-server.js';
import {cluster, server} from '../answered-cluster.js';
import {notFound, onSent, path, sent, service, taken, target, withApiServer} from './hello-service.js';

withApiServer();

describe('deleting a Service', () => {
	it('names the one that is meant by its uid', async () => {
		const outcome = deleteService(cluster, target, {onSent});
		const request = await server.next();
		expect(request).toMatchObject({
			method: 'DELETE',
			path,
			body: {kind: 'DeleteOptions', preconditions: {uid: 'u-1'}, propagationPolicy: 'Background'},
		});
		request.answer(200, taken);
		expect(await outcome).toMatchObject({kind: 'done'});
		expect(sent).toHaveLength(1);
		expect(request.body).not.toHaveProperty('dryRun');
	});

	it('says in its body alone that it is a dry run: with a body there, the API server ignores the query', async () => {
		const outcome = deleteService(cluster, target, {dryRun: true, onSent});
		const request = await server.next();
		expect([...request.query]).toEqual([]);
		expect(request.body).toEqual({
			kind: 'DeleteOptions',
			apiVersion: 'v1',
			propagationPolicy: 'Background',
			preconditions: {uid: 'u-1'},
			dryRun: ['All'],
		});
		request.answer(200, taken);
		expect(await outcome).toMatchObject({kind: 'done'});
		expect(sent[0]).toMatchObject({dryRun: true, body: {dryRun: ['All']}});
	});

	it.each([
		['conflict', [200, service(1, undefined, 'u-2')]],
		['gone', [404, notFound]],
		['refused', [200, service(3)]],
	] as const)('is a %s as the read after a refusal tells', async (kind, [code, body]) => {
		const outcome = deleteService(cluster, target);
		(await server.next()).answer(409, status(409, 'Conflict', 'the UID in the precondition does not match'));
		(await server.next()).answer(code, body);
		expect((await outcome).kind).toBe(kind);
	});

	it.each([
		['done', [404, notFound]],
		['unknown', [200, service(1, undefined, 'u-2')]],
		[
			'done',
			[
				200,
				{...service(3), metadata: {name: 'hello', uid: 'u-1', deletionTimestamp: '2026-01-01T00:00:00Z'}},
			],
		],
		['unknown', [200, service(3)]],
	] as const)('is %s as the read after a lost answer tells', async (kind, [code, body]) => {
		const outcome = deleteService(cluster, target);
		(await server.next()).cut();
		(await server.next()).answer(code, body);
		expect((await outcome).kind).toBe(kind);
	});

	it.each([
		['answered with another one', 200, service(1, undefined, 'u-2')],
		["refused in words that may be anybody's", 413, 'too large'],
	])(
		'that was %s, which is there by now, is no deletion of the one that was meant',
		async (_, code, body) => {
			const outcome = deleteService(cluster, target);
			(await server.next()).answer(code, body);
			(await server.next()).answer(200, service(1, undefined, 'u-2'));
			expect(await outcome).toMatchObject({
				kind: 'unknown',
				sentence: expect.stringMatching(
					/the hello there now is another, and who deleted the first cannot be told/,
				),
			});
		},
	);
});

const deletionAnswered = async (body: unknown) => {
	const outcome = deleteService(cluster, target);
	(await server.next()).answer(200, body);
	// What is read again, where it is.
	server.always(exchange => exchange.answer(200, service(3)));
	return outcome;
};

describe('the answer to a deletion', () => {
	it.each([
		['a success of this name', {kind: 'Status', status: 'Success', details: {name: 'hello'}}],
		['a success of this uid', taken],
		[
			'the object that is going',
			{...service(3), metadata: {...service(3).metadata, deletionTimestamp: '2026-01-01T00:00:00Z'}},
		],
	])('is %s', async (_, body) => {
		expect(await deletionAnswered(body)).toMatchObject({kind: 'done', object: body});
	});

	it.each([
		['a failure', {kind: 'Status', status: 'Failure'}],
		['a success that does not say of what', {kind: 'Status', status: 'Success'}],
		['a success of another uid', {...taken, details: {name: 'hello', uid: 'u-2'}}],
		['the object as it was', service(3)],
		['a status that says nothing', {kind: 'Status'}],
		['a success of another name', {kind: 'Status', status: 'Success', details: {name: 'other'}}],
		['another object', service(3, undefined, 'u-2')],
		['something else that succeeded', {kind: 'Login', status: 'Success'}],
		['nothing', null],
	])('is not %s: the service is read again', async (_, body) => {
		expect(await deletionAnswered(body)).toMatchObject({kind: 'unknown', now: service(3)});
	});
});
