import {describe, expect, it} from 'vitest';
import {annotateRevision} from '../../../source/kube/write/annotate-revision.js';
import type {WriteOutcome} from '../../../source/kube/write/write.js';
import {status, type Exchange} from '../../support/kube/api-server.js';
import {cluster, server, withCluster} from '../answered-cluster.js';

const path = '/apis/serving.knative.dev/v1/namespaces/default/revisions/hello-00002';
const target = {namespace: 'default', revision: 'hello-00002', uid: 'r-2'};
const mark = {'kn-canary.dev/rejected': 'by ann'};

const revision = (annotations: object = {...mark, other: 'kept'}, uid = 'r-2') => ({
	metadata: {name: 'hello-00002', uid, resourceVersion: '78', annotations},
});

withCluster();

/** What is said of the write when the server does these one after the other. */
async function after(...doings: ((exchange: Exchange) => void)[]): Promise<WriteOutcome> {
	const outcome = annotateRevision(cluster, target, mark);
	for (const act of doings) act(await server.next());
	return outcome;
}

const answer = (code: number, body: unknown) => (exchange: Exchange) => exchange.answer(code, body);
const cut = (exchange: Exchange) => exchange.cut();
const notFound = status(404, 'NotFound', 'revisions.serving.knative.dev "hello-00002" not found');

it('is one merge patch of the annotations, for this uid alone', async () => {
	const outcome = annotateRevision(cluster, target, mark);
	const patch = await server.next();
	expect(patch.method).toBe('PATCH');
	expect(patch.path).toBe(path);
	expect(patch.headers['content-type']).toBe('application/merge-patch+json');
	expect(Object.fromEntries(patch.query)).toEqual({fieldManager: 'kn-canary', fieldValidation: 'Strict'});
	expect(patch.body).toEqual({metadata: {uid: 'r-2', annotations: mark}});
	patch.answer(200, revision());
	expect(await outcome).toMatchObject({kind: 'done', object: revision()});
	expect(server.log).toEqual([`PATCH ${path}`]);
});

describe('the answer is read', () => {
	it.each([
		['a page to log in', '<html>Log in</html>'],
		['another object', {metadata: {name: 'else', uid: 'r-2', annotations: mark}}],
		['another one of that name', revision(mark, 'r-9')],
		['the object without the mark', revision({other: 'kept'})],
	])('and %s with 200 is no answer: the object is looked at again', async (_, body) => {
		expect(await after(answer(200, body), answer(200, revision()))).toMatchObject({kind: 'done'});
		expect(server.log).toEqual([`PATCH ${path}`, `GET ${path}`]);
	});

	it('as no success with 300', async () => {
		expect(await after(answer(300, revision()), answer(200, revision({})))).toMatchObject({
			kind: 'refused',
			status: 300,
		});
	});

	it('as gone only where the server says so of this one', async () => {
		expect(await after(answer(404, notFound))).toEqual({kind: 'gone'});
		expect(await after(answer(404, 'no route'), answer(200, revision({})))).toMatchObject({
			kind: 'refused',
			status: 404,
		});
	});

	it('as refused, in the words of the server', async () => {
		const conflict = status(409, 'Conflict', 'Precondition failed: UID in precondition: r-2');
		expect(await after(answer(409, conflict), answer(200, revision({})))).toMatchObject({
			kind: 'refused',
			status: 409,
			sentence: expect.stringContaining('UID in precondition'),
		});
	});
});

describe('a lost answer', () => {
	it('is looked for in the revision', async () => {
		expect(await after(cut, answer(200, revision()))).toMatchObject({kind: 'done'});
		expect(await after(cut, answer(200, revision({other: 'kept'})))).toMatchObject({
			kind: 'unknown',
			now: revision({other: 'kept'}),
		});
	});

	it('of one that is gone, or another by now, is no doubt', async () => {
		expect(await after(cut, answer(404, notFound))).toEqual({kind: 'gone'});
		expect(await after(cut, answer(200, revision(mark, 'r-9')))).toEqual({kind: 'gone'});
	});

	it('is a doubt where the revision cannot be read', async () => {
		expect(
			await after(cut, answer(403, status(403, 'Forbidden', 'you may not get revisions'))),
		).toMatchObject({
			kind: 'unknown',
			sentence: expect.stringContaining('you may not get revisions'),
		});
	});
});
