/** What a refusal proves that may not be the API server's own. */
import {describe, expect, it} from 'vitest';
import {guardedPatch} from '../../../source/kube/write/write.js';
import type {PatchOperation} from '../../../source/knative/objects/patch.js';
import {status} from '../../support/kube/api-server.js';
import {cluster, server} from '../answered-cluster.js';
import {annotatedService, operations, service, target, withApiServer} from './hello-service.js';

withApiServer();

describe('a guarded patch that was refused by whoever is on the way, when it was made or before', () => {
	const noted: PatchOperation[] = [
		...operations,
		{op: 'add', path: '/metadata/annotations/example.com~1note', value: 'at 12:00'},
	];
	const page = '<!doctype html><title>Log in</title>';
	const refusals: readonly (readonly [string, number, unknown])[] = [
		['a webhook that was not reached', 500, status(500, 'InternalError', 'failed calling webhook "x": EOF')],
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
