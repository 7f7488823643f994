import protobuf from 'protobufjs/light.js';
import {describe, expect, it} from 'vitest';
import {at} from '../../../source/sandbox/api/body/json.js';
import {start} from './support.js';

const configmaps = '/api/v1/namespaces/default/configmaps';
const strategic = {'content-type': 'application/strategic-merge-patch+json'};
const protobufHeaders = {
	'content-type': 'application/vnd.kubernetes.protobuf',
	accept: 'application/vnd.kubernetes.protobuf,application/json',
};

/** A message as client-go's typed clients write it: length-delimited fields by their number. */
function message(...fields: [number, string | Buffer][]): Buffer {
	const writer = protobuf.Writer.create();
	for (const [number, value] of fields) {
		writer.uint32(number * 8 + 2).bytes(Buffer.from(value));
	}

	return Buffer.from(writer.finish());
}

function envelope(apiVersion: string, kind: string, raw: Buffer): string {
	const typeMeta = message([1, apiVersion], [2, kind]);
	// Only printable bytes here, so that the text of a request can carry it.
	return Buffer.concat([Buffer.from('k8s\0'), message([1, typeMeta], [2, raw])]).toString('utf8');
}

function owner(uid: string) {
	return {apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid};
}

describe('a built-in kind', () => {
	it('is taken in protobuf, and answered in JSON', async () => {
		const {call} = await start();
		const data = message([1, 'greeting'], [2, '']);
		const raw = envelope('v1', 'ConfigMap', message([1, message([1, 'words'])], [2, data]));
		const answer = await call('POST', configmaps, {raw, headers: protobufHeaders});
		expect(answer).toMatchObject({
			code: 201,
			body: {kind: 'ConfigMap', metadata: {name: 'words'}, data: {greeting: ''}},
		});
	});

	it.each([
		['no envelope', 'k8s', 'expected prefix 6b387300'],
		['a broken one', 'k8s\0\u000A\u007F', 'protobuf error'],
		['a kind that is not taken', envelope('v1', 'Pod', Buffer.alloc(0)), 'no kind "Pod"'],
	])('is refused in protobuf with %s', async (_, raw, why) => {
		const {call} = await start();
		const answer = await call('POST', configmaps, {raw, headers: protobufHeaders});
		expect(answer.code).toBe(400);
		expect(answer.body['message']).toContain(why);
	});

	it('is patched by a strategic merge, with its directives', async () => {
		const {call} = await start();
		await call('POST', configmaps, {
			body: {
				apiVersion: 'v1',
				kind: 'ConfigMap',
				metadata: {name: 'words', finalizers: ['a.example.com/x']},
				data: {a: '1', b: '2'},
			},
		});
		const patch = (body: unknown) => call('PATCH', `${configmaps}/words`, {headers: strategic, body});
		const merged = await patch({data: {a: null, c: '3'}, metadata: {finalizers: ['b.example.com/y']}});
		expect(merged.body['data']).toEqual({b: '2', c: '3'});
		expect(at(merged.body, 'metadata', 'finalizers')).toEqual(['a.example.com/x', 'b.example.com/y']);
		const cut = await patch({
			data: {$patch: 'replace', only: 'this'},
			metadata: {'$deleteFromPrimitiveList/finalizers': ['a.example.com/x']},
		});
		expect(cut.body['data']).toEqual({only: 'this'});
		expect(at(cut.body, 'metadata', 'finalizers')).toEqual(['b.example.com/y']);
	});

	it('merges its owners by their uid', async () => {
		const {call} = await start();
		await call('POST', configmaps, {
			body: {
				apiVersion: 'v1',
				kind: 'ConfigMap',
				metadata: {name: 'words'},
			},
		});
		const one = await call('GET', `${configmaps}/words`);
		const uid = String(at(one.body, 'metadata', 'uid'));
		const patch = (ownerReferences: unknown) =>
			call('PATCH', `${configmaps}/words?dryRun=All`, {
				headers: strategic,
				body: {metadata: {ownerReferences}},
			});
		expect(at((await patch([owner(uid)])).body, 'metadata', 'ownerReferences')).toEqual([owner(uid)]);
		expect(at((await patch([{uid, $patch: 'delete'}])).body, 'metadata', 'ownerReferences')).toEqual([]);
	});
});
