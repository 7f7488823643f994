/** What became of a patch whose answer was lost, by what the object says afterwards. */
import {describe, expect, it} from 'vitest';
import {guardedPatch} from '../../../source/kube/write/write.js';
import {status} from '../../support/kube/api-server.js';
import {cluster, server, timers} from '../answered-cluster.js';
import {notFound, operations, patchAnswered, sent, service, target, withApiServer} from './hello-service.js';

withApiServer();

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

	it('may still arrive while nothing has changed', async () => {
		const before = service(3, {traffic: []});
		const outcome = await patchAnswered('cut', [200, before]);
		expect(outcome).toMatchObject({kind: 'unknown', now: before});
		expect(outcome).toHaveProperty('sentence', expect.stringContaining('may still arrive'));
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

	it('may still arrive where what is read is older than what was seen', async () => {
		const outcome = await patchAnswered('cut', [200, service(2)]);
		expect(outcome).toHaveProperty('sentence', expect.stringContaining('may still arrive'));
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
