import {describe, expect, it, onTestFinished} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {createService, deleteService, guardedPatch} from '../../../source/kube/write/write.js';
import {latestGuard, type PatchOperation} from '../../../source/knative/objects/patch.js';
import {startApiServer, status} from '../../support/kube/api-server.js';
import {cluster, server} from '../answered-cluster.js';
import {
	annotatedService,
	manifestOf,
	notFound,
	onSent,
	operations,
	patchAnswered,
	path,
	sent,
	service,
	target,
	withApiServer,
} from './hello-service.js';

withApiServer();

const guardRefused = status(422, 'Invalid', 'the server rejected our request due to an error in our request');

describe('a guarded patch', () => {
	it('is one JSON patch that tests uid and generation first', async () => {
		const outcome = guardedPatch(cluster, target, operations, {onSent, reason: 'roll back', now: () => 5});
		const patch = await server.next();
		expect(patch.headers['content-type']).toBe('application/json-patch+json');
		expect(Object.fromEntries(patch.query)).toEqual({fieldManager: 'kn-canary', fieldValidation: 'Strict'});
		expect(patch.body).toEqual([
			{op: 'test', path: '/metadata/uid', value: 'u-1'},
			{op: 'test', path: '/metadata/generation', value: 3},
			...operations,
		]);
		patch.answer(200, service(4), {warning: '299 - "mind the gap"'});
		expect(await outcome).toEqual({kind: 'done', object: service(4), warnings: ['mind the gap']});
		expect(server.log).toEqual([`PATCH ${path}`]);
		expect(sent).toEqual([
			{
				at: 5,
				method: 'PATCH',
				path,
				query: {fieldManager: 'kn-canary', fieldValidation: 'Strict'},
				contentType: 'application/json-patch+json',
				body: patch.body,
				dryRun: false,
				reason: 'roll back',
				outcome: await outcome,
			},
		]);
	});

	it('says when there was nothing to change', async () => {
		expect(await patchAnswered([200, service(3)])).toMatchObject({kind: 'done', unchanged: true});
	});

	it('does not say so of a patch of metadata, which moves no generation', async () => {
		const outcome = guardedPatch(cluster, target, [{op: 'add', path: '/metadata/labels', value: {a: 'b'}}]);
		(await server.next()).answer(200, service(3));
		(await server.next()).answer(200, service(3));
		expect(await outcome).not.toHaveProperty('unchanged');
	});

	it.each([
		['another generation', service(4, {traffic: []})],
		['another uid', service(3, undefined, 'u-2')],
	])('that the guard refused is a conflict, with theirs: %s', async (_, theirs) => {
		expect(await patchAnswered([422, guardRefused], [200, theirs])).toEqual({kind: 'conflict', theirs});
	});

	it('that is meant for another latest revision is a conflict, though nobody changed the spec', async () => {
		const meant = [latestGuard('hello-00002'), ...operations];
		const answered = async (latestReadyRevisionName: string) => {
			const outcome = guardedPatch(cluster, target, meant);
			(await server.next()).answer(422, guardRefused);
			const now = {...service(3, {traffic: []}), status: {latestReadyRevisionName}};
			(await server.next()).answer(200, now);
			return [await outcome, now] as const;
		};
		const [other, now] = await answered('hello-00003');
		expect(other).toEqual({kind: 'conflict', theirs: now, latest: true});
		const [same] = await answered('hello-00002');
		expect(same).toMatchObject({kind: 'refused', status: 422});
	});

	describe('that comes with an annotation of its own', () => {
		const noted: PatchOperation[] = [
			...operations,
			{op: 'add', path: '/metadata/annotations/example.com~1note', value: 'at 12:00'},
		];

		it.each([
			['refused', 422, guardRefused],
			['a conflict', 409, status(409, 'Conflict', 'the object has been modified')],
			['something cut short', 409, '{"kind": "Status", "reas'],
		])(
			'was made when it is what came next, though %s was said: it was sent twice on the way',
			async (_, code, body) => {
				const outcome = guardedPatch(cluster, target, noted);
				(await server.next()).answer(code, body);
				(await server.next()).answer(200, annotatedService('at 12:00'));
				expect(await outcome).toEqual({kind: 'done', object: annotatedService('at 12:00'), warnings: []});
			},
		);

		it.each([
			['the same change with another', annotatedService('at 12:01')],
			['a later one', annotatedService('at 12:00', 5)],
		])('was not, when what came is %s', async (_, theirs) => {
			const outcome = guardedPatch(cluster, target, noted);
			(await server.next()).answer(422, guardRefused);
			(await server.next()).answer(200, theirs);
			expect(await outcome).toEqual({kind: 'conflict', theirs});
		});
	});

	it('that lost against writes of the status or of labels is a conflict over the same spec', async () => {
		const answer = status(409, 'Conflict', 'Operation cannot be fulfilled: the object has been modified');
		expect(await patchAnswered([409, answer], [200, service(3)])).toEqual({
			kind: 'conflict',
			theirs: service(3),
			sameSpec: true,
		});
		expect(await patchAnswered([409, answer], [403, status(403, 'Forbidden', 'no')])).toEqual({
			kind: 'conflict',
			theirs: undefined,
		});
		expect(await patchAnswered([409, status(409, 'Else', 'words')], [200, service(3)])).toMatchObject({
			kind: 'refused',
			sentence: 'words',
		});
	});

	it('that was refused for another reason is no conflict', async () => {
		const invalid = status(
			422,
			'Invalid',
			'Service.serving.knative.dev "hello" is invalid: spec.template: Required value',
		);
		expect(await patchAnswered([422, invalid], [200, service(3)])).toEqual({
			kind: 'refused',
			status: 422,
			reason: 'Invalid',
			sentence: 'Service.serving.knative.dev "hello" is invalid: spec.template: Required value',
			full: 'Service.serving.knative.dev "hello" is invalid: spec.template: Required value',
		});
	});

	it('of something deleted is gone, told at once or by the read after it', async () => {
		expect(await patchAnswered([404, notFound])).toEqual({kind: 'gone'});
	});

	it('of something deleted meanwhile is gone', async () => {
		expect(await patchAnswered([422, guardRefused], [404, notFound])).toEqual({kind: 'gone'});
	});

	it('is refused, not gone, where Knative is not installed', async () => {
		expect(await patchAnswered([404, '404 page not found\n'], [200, service(3)])).toMatchObject({
			kind: 'refused',
			status: 404,
		});
	});

	it('that a webhook denied is told in its own words, without its name', async () => {
		const full =
			'admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: Traffic targets sum to 90, want 100: spec.traffic';
		expect(await patchAnswered([400, status(400, 'BadRequest', full)])).toEqual({
			kind: 'refused',
			status: 400,
			reason: 'BadRequest',
			sentence: 'Traffic targets sum to 90, want 100: spec.traffic',
			full,
		});
	});

	it('that was refused shows no control characters', async () => {
		const outcome = await patchAnswered([403, status(403, 'Forbidden', 'no\u001B[31m\nway')]);
		expect(outcome).toMatchObject({kind: 'refused', sentence: 'no␛[31m\nway'});
	});

	it('says how long a busy server wants to be left alone', async () => {
		const busy = status(429, 'TooManyRequests', 'slow down', {details: {retryAfterSeconds: 4}});
		expect(await patchAnswered([429, busy], [200, service(3)])).toMatchObject({
			kind: 'refused',
			status: 429,
			retryAfter: 4,
		});
	});

	it('that did not leave is not made, and not in the log', async () => {
		const gone = await startApiServer();
		const left = await connect({kubeconfigText: gone.kubeconfig()});
		onTestFinished(async () => left.close());
		await gone.close();
		const outcome = await guardedPatch(left, target, operations, {onSent});
		expect(outcome).toEqual({
			kind: 'not made',
			sentence: `nothing was sent: ${gone.url} refused the connection`,
		});
		expect(sent).toEqual([]);
	});

	it('leaves nothing when the console is read-only', async () => {
		const reader = await connect({kubeconfigText: server.kubeconfig(), readOnly: true});
		expect(await guardedPatch(reader, target, operations, {onSent, dryRun: true})).toMatchObject({
			kind: 'read only',
		});
		expect(
			await createService(reader, {...service(1), metadata: {name: 'a', namespace: 'b'}}, {onSent}),
		).toMatchObject({
			kind: 'read only',
		});
		expect(await deleteService(reader, target, {onSent})).toMatchObject({kind: 'read only'});
		expect(server.log).toEqual([]);
		expect(sent).toEqual([]);
		await reader.close();
	});
});

describe('over HTTP/2', () => {
	it.each(['PATCH', 'DELETE', 'POST'])(
		'a stream of a %s that was refused was not made, and is not sent again',
		async method => {
			const h2 = await startApiServer({protocol: 'h2'});
			const client = await connect({kubeconfigText: h2.kubeconfig()});
			try {
				const outcome =
					method === 'PATCH'
						? guardedPatch(client, target, operations, {onSent})
						: method === 'DELETE'
							? deleteService(client, target, {onSent})
							: createService(client, manifestOf('hello'), {onSent});
				(await h2.next()).refuse();
				expect(await outcome).toEqual({
					kind: 'not made',
					sentence: expect.stringMatching(/refused the request before it did anything \(REFUSED_STREAM\)$/),
				});
				expect(h2.log).toHaveLength(1);
				expect(sent).toEqual([]);
			} finally {
				await client.close();
				await h2.close();
			}
		},
	);

	it('a GOAWAY under way lets the answer come', async () => {
		const h2 = await startApiServer({protocol: 'h2'});
		const client = await connect({kubeconfigText: h2.kubeconfig()});
		try {
			const outcome = guardedPatch(client, target, operations, {onSent});
			const patch = await h2.next();
			h2.goAway();
			patch.answer(200, service(4));
			expect(await outcome).toMatchObject({kind: 'done'});
			expect(h2.log).toEqual([`PATCH ${path}`]);
		} finally {
			await client.close();
			await h2.close();
		}
	});
});

describe('a dry run', () => {
	it('asks the server to store nothing, and is in the log as one', async () => {
		const outcome = guardedPatch(cluster, target, operations, {dryRun: true, onSent});
		const patch = await server.next();
		expect(patch.query.get('dryRun')).toBe('All');
		patch.answer(200, service(4));
		expect(await outcome).toMatchObject({kind: 'done'});
		expect(sent).toMatchObject([{dryRun: true, query: {dryRun: 'All'}}]);
	});

	it('without an answer has changed nothing, which needs no reading', async () => {
		const outcome = guardedPatch(cluster, target, operations, {dryRun: true});
		(await server.next()).cut();
		expect(await outcome).toMatchObject({kind: 'not made', sentence: expect.stringMatching(/\w/)});
		expect(server.log).toHaveLength(1);
	});
});
