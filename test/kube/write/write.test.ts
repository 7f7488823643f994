import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {
	createService,
	deleteService,
	guardedPatch,
	type Sent,
	type WriteOutcome,
} from '../../../source/kube/write/write.js';
import type {PatchOperation} from '../../../source/knative/objects/patch.js';
import {startApiServer, status, type ApiServer} from '../../support/api-server.js';
import {manualTimers, type ManualTimers} from '../manual-timers.js';

const base = '/apis/serving.knative.dev/v1/namespaces/default/services';
const path = `${base}/hello`;
const target = {namespace: 'default', name: 'hello', uid: 'u-1', generation: 3};
const traffic = [
	{revisionName: 'hello-00001', percent: 90},
	{revisionName: 'hello-00002', percent: 10},
];
const operations: PatchOperation[] = [{op: 'replace', path: '/spec/traffic', value: traffic}];

/** As the server stores it: with what it fills in. */
function service(
	generation: number,
	spec: unknown = {traffic: traffic.map(entry => ({...entry, latestRevision: false}))},
	uid = 'u-1',
) {
	return {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {name: 'hello', uid, generation, resourceVersion: '77'},
		spec,
	};
}

/** The same with an annotation that came with the change. */
function annotatedService(note: string, generation = 4) {
	const {metadata, ...rest} = service(generation);
	return {...rest, metadata: {...metadata, annotations: {'example.com/note': note}}};
}

/** What a Service takes to be created. */
const manifestOf = (name: string) => ({
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name, namespace: 'default'},
	spec: {template: {spec: {containers: [{image: 'registry.example.com/hello:1'}]}}},
});

/** As the API server says that it has taken a deletion on. */
const taken = {kind: 'Status', status: 'Success', details: {name: 'hello', uid: 'u-1'}};
const notFound = status(404, 'NotFound', 'services.serving.knative.dev "hello" not found');
const guardRefused = status(422, 'Invalid', 'the server rejected our request due to an error in our request');

let server: ApiServer;
let cluster: Cluster;
let timers: ManualTimers;
let sent: Sent[];
const onSent = (each: Sent) => {
	sent.push(each);
};

beforeEach(async () => {
	timers = manualTimers();
	server = await startApiServer();
	cluster = await connect({kubeconfigText: server.kubeconfig(), timers});
	sent = [];
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

/** One patch, answered by `first`, and the read after it by `second`. */
async function patchAnswered(
	first: [number, unknown] | 'cut',
	second?: [number, unknown] | 'cut',
): Promise<WriteOutcome> {
	const outcome = guardedPatch(cluster, target, operations, {onSent});
	const patch = await server.next();
	if (first === 'cut') patch.cut();
	else patch.answer(...first);
	if (second === 'cut') {
		// A question is asked twice.
		(await server.next()).cut();
		(await server.next()).cut();
	} else if (second) {
		(await server.next()).answer(...second);
	}
	const result = await outcome;
	expect(server.log.splice(0).filter(line => !line.startsWith('GET'))).toEqual([`PATCH ${path}`]);
	return result;
}

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

		it('and is looked for after a page that says 401; where that wants a login for all, it was not made', async () => {
			const through = guardedPatch(cluster, target, noted);
			(await server.next()).answer(401, page);
			(await server.next()).answer(200, annotatedService('at 12:00'));
			expect(await through).toMatchObject({kind: 'done'});
			const kept = guardedPatch(cluster, target, noted);
			(await server.next()).answer(401, page);
			(await server.next()).answer(401, page);
			expect(await kept).toMatchObject({kind: 'refused', status: 401});
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
		await server.close();
		const outcome = await guardedPatch(cluster, target, operations, {onSent});
		expect(outcome).toEqual({
			kind: 'not made',
			sentence: `nothing was sent: ${server.url} refused the connection`,
		});
		expect(sent).toEqual([]);
		server = await startApiServer();
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

describe('a guarded patch whose answer was lost', () => {
	it('is not said to be somebody else’s when this program may have written it last', async () => {
		const altered = service(4, {traffic: [{revisionName: 'hello-00001', percent: 100}]});
		const managedFields = [
			{manager: 'kn-canary', operation: 'Update', time: '2026-11-26T12:00:02Z'},
			{manager: 'kubectl', operation: 'Update', time: '2026-11-26T12:00:01Z'},
			{manager: 'controller', operation: 'Update', time: '2026-11-26T12:00:03Z', subresource: 'status'},
		];
		const now = {...altered, metadata: {...altered.metadata, managedFields}};
		expect(await patchAnswered('cut', [200, now])).toMatchObject({kind: 'unknown'});
		const theirs = {...now, metadata: {...now.metadata, managedFields: managedFields.slice(1)}};
		expect(await patchAnswered('cut', [200, theirs])).toEqual({kind: 'conflict', theirs});
	});

	it('and that is not as wanted after two more changes cannot be told', async () => {
		const later = service(5, {traffic: [{revisionName: 'hello-00001', percent: 100}]});
		expect(await patchAnswered('cut', [200, later])).toMatchObject({kind: 'unknown'});
	});

	it('was made when the next generation has what it wanted', async () => {
		expect(await patchAnswered('cut', [200, service(4)])).toEqual({
			kind: 'done',
			object: service(4),
			warnings: [],
		});
		expect(sent).toMatchObject([{outcome: {kind: 'done'}}]);
	});

	it('was not made when the next generation is somebody else’s, whose change the guard then refuses for good', async () => {
		const theirs = service(4, {traffic: [{revisionName: 'hello-00001', percent: 100}]});
		expect(await patchAnswered('cut', [200, theirs])).toEqual({kind: 'conflict', theirs});
	});

	it('may still be on its way while nothing has changed', async () => {
		const before = service(3, {traffic: []});
		const outcome = await patchAnswered('cut', [200, before]);
		expect(outcome).toMatchObject({kind: 'unknown', now: before});
		expect(outcome).toHaveProperty('sentence', expect.stringContaining('may still be on its way'));
	});

	it('cannot be told from others after several changes', async () => {
		const outcome = await patchAnswered('cut', [200, service(5)]);
		expect(outcome).toHaveProperty('sentence', expect.stringContaining('cannot be told'));
	});

	it('cannot be told in a list that grew', async () => {
		const outcome = guardedPatch(cluster, target, [{op: 'add', path: '/spec/traffic/-', value: {tag: 'x'}}]);
		(await server.next()).cut();
		(await server.next()).answer(200, service(4));
		expect(await outcome).toMatchObject({kind: 'unknown', now: service(4)});
	});

	it('is unknown when the object cannot be read either', async () => {
		const outcome = await patchAnswered('cut', 'cut');
		expect(outcome).toHaveProperty('kind', 'unknown');
		expect(outcome).toHaveProperty(
			'sentence',
			expect.stringContaining('reading the object again failed too'),
		);
	});

	it('of something deleted since, or created anew under the name, may have been made before that', async () => {
		const sentence = expect.stringMatching(/; hello was deleted since, and whether .* cannot be told$/);
		const another = service(1, undefined, 'u-2');
		expect(await patchAnswered('cut', [404, notFound])).toEqual({kind: 'unknown', sentence});
		expect(await patchAnswered('cut', [200, another])).toEqual({kind: 'unknown', sentence, now: another});
	});

	it('may still be on its way where what is read is older than what was seen', async () => {
		const outcome = await patchAnswered('cut', [200, service(2)]);
		expect(outcome).toHaveProperty('sentence', expect.stringContaining('may still be on its way'));
	});

	it.each([
		[504, status(504, 'Timeout', 'the server ran out of time')],
		[502, '<html>bad gateway</html>'],
		[500, status(500, 'InternalError', 'etcdserver: request timed out')],
	])('counts as lost with %i, which may come after the change was made', async (code, body) => {
		expect(await patchAnswered([code, body], [200, service(4)])).toMatchObject({kind: 'done'});
	});

	it('is not lost when a webhook could not be called, because nothing is stored before', async () => {
		const down = status(
			500,
			'InternalError',
			'Internal error occurred: failed calling webhook "webhook.serving.knative.dev": refused',
		);
		expect(await patchAnswered([500, down], [200, service(3)])).toMatchObject({kind: 'refused', status: 500});
	});

	it('by time is read again too', async () => {
		const outcome = guardedPatch(cluster, target, operations);
		await server.next();
		timers.advance(15_000);
		(await server.next()).answer(200, service(4));
		expect(await outcome).toMatchObject({kind: 'done'});
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
		['done', [404, notFound]],
		['refused', [200, service(3)]],
	] as const)('is a %s as the read after a refusal tells', async (kind, [code, body]) => {
		const outcome = deleteService(cluster, target);
		(await server.next()).answer(409, status(409, 'Conflict', 'the UID in the precondition does not match'));
		(await server.next()).answer(code, body);
		expect((await outcome).kind).toBe(kind);
	});

	it.each([
		['done', [404, notFound]],
		['done', [200, service(1, undefined, 'u-2')]],
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

describe('the answer to a deletion', () => {
	const deletionAnswered = async (body: unknown) => {
		const outcome = deleteService(cluster, target);
		(await server.next()).answer(200, body);
		// What is read again, where it is.
		server.always(exchange => exchange.answer(200, service(3)));
		return outcome;
	};

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
