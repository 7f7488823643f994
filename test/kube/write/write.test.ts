import {describe, expect, it, onTestFinished} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {createService, deleteService, guardedPatch} from '../../../source/kube/write/write.js';
import {latestGuard, type PatchOperation} from '../../../source/knative/objects/patch.js';
import {startApiServer, status} from '../../support/api-server.js';
import {cluster, server} from '../answered-cluster.js';
import {
	base,
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

/** The same with an annotation that came with the change. */
function annotatedService(note: string, generation = 4) {
	const {metadata, ...rest} = service(generation);
	return {...rest, metadata: {...metadata, annotations: {'example.com/note': note}}};
}

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

	describe('that was refused by whoever is on the way, when it was made or before', () => {
		const noted: PatchOperation[] = [
			...operations,
			{op: 'add', path: '/metadata/annotations/example.com~1note', value: 'at 12:00'},
		];
		const page = '<!doctype html><title>Log in</title>';
		const refusals: readonly (readonly [string, number, unknown])[] = [
			[
				'a webhook that was not reached',
				500,
				status(500, 'InternalError', 'failed calling webhook "x": EOF'),
			],
			['a busy server', 429, status(429, 'TooManyRequests', 'slow down')],
			['a server that is not there', 503, status(503, 'ServiceUnavailable', 'unable to handle the request')],
			['a redirect to a login', 302, page],
			['a page that says 403', 403, page],
			['a page that says 404', 404, page],
		];

		it.each(refusals)('by %s: made, when it is there with its note', async (_, code, body) => {
			const outcome = guardedPatch(cluster, target, noted);
			(await server.next()).answer(code, body);
			(await server.next()).answer(200, annotatedService('at 12:00'));
			expect(await outcome).toEqual({kind: 'done', object: annotatedService('at 12:00'), warnings: []});
		});

		it.each(refusals)('by %s: refused, when what is there is as it was', async (_, code, body) => {
			const outcome = guardedPatch(cluster, target, noted);
			(await server.next()).answer(code, body);
			(await server.next()).answer(200, service(3));
			expect(await outcome).toMatchObject({kind: 'refused', status: code});
		});

		it('and is told to be no word of the server where it is a page or a redirect', async () => {
			const outcome = guardedPatch(cluster, target, noted);
			(await server.next()).answer(302, page, {location: 'https://sso.example.com/login?token=abc'});
			(await server.next()).answer(200, service(3));
			expect(await outcome).toMatchObject({
				kind: 'refused',
				isOnTheWay: true,
				sentence:
					'something between here and the API server redirects this to https://sso.example.com, perhaps to a login (HTTP 302)',
			});
		});

		it('and leaves it unknown where nothing else comes back: it may have let the request through', async () => {
			for (const code of [302, 403, 503]) {
				const outcome = guardedPatch(cluster, target, noted);
				(await server.next()).answer(code, page);
				(await server.next()).answer(code, page);
				expect(await outcome).toMatchObject({
					kind: 'unknown',
					sentence: expect.stringMatching(/^something between .* reading the object again failed too: /),
				});
			}
		});

		it.each([
			['a page that wants a login', 401, page],
			['words that want one', 401, 'Unauthorized'],
			['a body that is too large for somebody', 413, 'Request Entity Too Large'],
			['headers that are', 431, '431 Request Header Fields Too Large'],
			['somebody who is asked too often', 429, 'Too many requests, please try again later.'],
			['somebody who has waited for too long', 408, 'Request Timeout'],
			['an object of somebody else', 403, {message: 'Forbidden'}],
			['nothing', 404, ''],
			['a Status without a reason', 400, status(400, '', 'Bad Request')],
			['a Status that says another code', 502, status(403, 'Forbidden', 'you may not')],
			['a Status of no version', 403, {...status(403, 'Forbidden', 'you may not'), apiVersion: undefined}],
			['a Status of no failure', 403, {...status(403, 'Forbidden', 'you may not'), status: 'Success'}],
			['a time-out of the server', 504, status(504, 'Timeout', 'no answer in time')],
		])('by %s: it proves nothing, and what cannot be read then is not known', async (_, code, body) => {
			for (const sendsAgain of [page, '']) {
				const outcome = guardedPatch(cluster, target, noted);
				(await server.next()).answer(code, body);
				(await server.next()).answer(code, sendsAgain);
				expect(await outcome).toMatchObject({
					kind: 'unknown',
					sentence: expect.stringMatching(/ reading the object again failed too: /),
				});
			}
			const through = guardedPatch(cluster, target, noted);
			(await server.next()).answer(code, body);
			(await server.next()).answer(200, annotatedService('at 12:00'));
			expect(await through).toMatchObject({kind: 'done'});
			const followed = guardedPatch(cluster, target, noted);
			(await server.next()).answer(code, body);
			(await server.next()).answer(200, annotatedService('at 12:00', 5));
			expect(await followed).toMatchObject({kind: 'unknown'});
		});

		it('and is told to be perhaps no word of the server where nothing proves that it is', async () => {
			for (const [body, words] of [
				['Request Entity Too Large\nby a proxy', 'HTTP 413: Request Entity Too Large'],
				['', 'HTTP 413'],
			]) {
				const outcome = guardedPatch(cluster, target, noted);
				(await server.next()).answer(413, body);
				(await server.next()).answer(200, service(3));
				expect(await outcome).toMatchObject({
					kind: 'refused',
					isUnproven: true,
					sentence: `the answer may not be the API server's (${words})`,
				});
			}
		});

		it.each([
			['a body that is too large', 413, status(413, 'RequestEntityTooLarge', 'too large')],
			['a busy server', 429, status(429, 'TooManyRequests', 'slow down')],
			['a rule', 422, status(422, 'Invalid', 'the split is wrong')],
			['a webhook', 418, status(418, 'Tea', 'admission webhook "x" denied the request: no')],
			['a webhook that fails', 500, status(500, 'Tea', 'admission webhook "x" denied the request: no')],
		])('by the server itself for %s: nothing was stored, whatever cannot be read', async (_, code, body) => {
			const outcome = guardedPatch(cluster, target, noted);
			(await server.next()).answer(code, body);
			(await server.next()).answer(401, page);
			expect(await outcome).toMatchObject({kind: 'refused', status: code});
		});

		it('and a word of the server that comes before anything is done needs no reading', async () => {
			const outcome = guardedPatch(cluster, target, noted);
			(await server.next()).answer(403, status(403, 'Forbidden', 'you may not'));
			expect(await outcome).toMatchObject({kind: 'refused', sentence: 'you may not'});
			expect(server.log).toHaveLength(1);
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

describe('creating a Service', () => {
	const manifest = {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {name: 'hello', namespace: 'default'},
		spec: {template: {spec: {containers: [{image: 'x'}]}}},
	};
	const stored = service(1, {
		template: {spec: {containers: [{image: 'x', name: 'user-container'}]}},
		traffic: [],
	});

	it('refuses unknown fields instead of dropping them', async () => {
		const outcome = createService(cluster, manifest, {onSent, dryRun: true});
		const post = await server.next();
		expect(post).toMatchObject({method: 'POST', path: base, body: manifest});
		expect(Object.fromEntries(post.query)).toEqual({
			fieldManager: 'kn-canary',
			fieldValidation: 'Strict',
			dryRun: 'All',
		});
		post.answer(201, stored);
		expect(await outcome).toEqual({kind: 'done', object: stored, warnings: []});
	});

	it('says that there is one of the name', async () => {
		const outcome = createService(cluster, manifest);
		(await server.next()).answer(
			409,
			status(409, 'AlreadyExists', 'services.serving.knative.dev "hello" already exists'),
		);
		(await server.next()).answer(200, service(5));
		expect(await outcome).toEqual({kind: 'exists'});
	});

	it.each([
		['done when it is there as wanted', [200, stored], 'done'],
		['is not known when another is there', [200, service(1, {template: {}})], 'unknown'],
		['unknown while there is none', [404, notFound], 'unknown'],
		['unknown when it cannot be read', [403, status(403, 'Forbidden', 'no')], 'unknown'],
	] as const)('after a lost answer is %s', async (_, [code, body], kind) => {
		const outcome = createService(cluster, manifest);
		(await server.next()).cut();
		const get = await server.next();
		expect(`${get.method} ${get.path}`).toBe(`GET ${path}`);
		get.answer(code, body);
		expect((await outcome).kind).toBe(kind);
	});

	it('needs a name and a namespace', async () => {
		await expect(createService(cluster, {...manifest, metadata: {name: 'a'}})).rejects.toThrow(TypeError);
	});
});
