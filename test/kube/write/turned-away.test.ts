/** What became of a write is told from the frames of HTTP/2: a server that has not looked at it says so. */
import {constants} from 'node:http2';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {createService, deleteService, guardedPatch, type Sent} from '../../../source/kube/write/write.js';
import {startFrameServer, type FrameServer} from '../../support/gateway/frame-server.js';

const target = {namespace: 'default', name: 'hello', uid: 'u-1', generation: 3};
const spec = {template: {spec: {containers: [{image: 'registry.example.com/hello:1'}]}}};
const metadata = {name: 'hello', namespace: 'default'};
const kind = {apiVersion: 'serving.knative.dev/v1', kind: 'Service'};
const stored = (generation: number) => ({...kind, metadata: {...metadata, uid: 'u-1', generation}, spec});

let server: FrameServer;
let client: Cluster;
let sent: Sent[];
const onSent = (each: Sent) => {
	sent.push(each);
};

beforeEach(async () => {
	server = await startFrameServer();
	client = await connect({kubeconfigText: server.kubeconfig});
	sent = [];
});

afterEach(async () => {
	await client.close();
	await server.close();
});

const writes = {
	patch: {
		send: async () => guardedPatch(client, target, [{op: 'replace', path: '/spec', value: spec}], {onSent}),
		made: stored(4),
		before: {...stored(3), spec: {}},
	},
	creation: {
		send: async () => createService(client, {...kind, metadata, spec}, {onSent}),
		made: stored(1),
		before: {kind: 'Status', status: 'Failure', message: 'not now', code: 503},
	},
	deletion: {
		send: async () => deleteService(client, target, {onSent}),
		made: {kind: 'Status', status: 'Success', details: {name: 'hello'}},
		before: stored(3),
	},
} as const;
const names = ['patch', 'creation', 'deletion'] as const;
const {NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM} = constants;
/** With the first the connection goes on for what it has taken, with the others it is over. */
const codes = [NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM];
const both = names.flatMap(name => codes.map(code => [name, code] as const));

/** The bodies that came are one and the same, so many times. */
const expectSent = (times: number) => {
	const bodies = server.seen.filter(body => body !== '');
	expect(bodies).toEqual(Array.from({length: times}, () => bodies[0]));
};

describe('a GOAWAY that takes less than the request', () => {
	it.each(both)('has a %s sent once more, on a new connection, and made (code %s)', async (name, code) => {
		const {send, made} = writes[name];
		const outcome = send();
		(await server.next()).goAway({last: 'none', code});
		(await server.next()).answer(made);
		expect(await outcome).toMatchObject({kind: 'done'});
		expectSent(2);
		expect(sent).toHaveLength(1);
	});

	it.each(both)('twice: a %s was not made, and is not sent a third time (code %s)', async (name, code) => {
		const outcome = writes[name].send();
		(await server.next()).goAway({last: 'none', code});
		(await server.next()).goAway({last: 'none', code});
		expect(await outcome).toEqual({
			kind: 'not made',
			sentence: expect.stringMatching(
				/^127[.\d:]+ closed the connection before it took the request \(GOAWAY\)$/,
			),
		});
		expectSent(2);
		expect(sent).toEqual([]);
	});

	it.each(names)('and then a cut: whether a %s was made is looked for', async name => {
		const {send, before} = writes[name];
		const outcome = send();
		(await server.next()).goAway({last: 'none', code: NGHTTP2_NO_ERROR});
		(await server.next()).cut();
		(await server.next()).answer(before);
		expect(await outcome).toMatchObject({kind: 'unknown'});
		expectSent(2);
	});
});

describe('a GOAWAY that takes the request', () => {
	it.each(names)('lets the answer to a %s come', async name => {
		const {send, made} = writes[name];
		const outcome = send();
		const request = await server.next();
		request.goAway({last: 'this one', code: NGHTTP2_NO_ERROR});
		request.answer(made);
		expect(await outcome).toMatchObject({kind: 'done'});
		expectSent(1);
	});

	it.each(names)('and ends the connection: a %s is looked for, and never sent again', async name => {
		const {send, before} = writes[name];
		const outcome = send();
		(await server.next()).goAway({last: 'this one', code: NGHTTP2_INTERNAL_ERROR});
		(await server.next()).answer(before);
		expect(await outcome).toMatchObject({kind: 'unknown'});
		expectSent(1);
		expect(sent).toMatchObject([{outcome: {kind: 'unknown'}}]);
	});
});

it.each(names)('a %s whose stream was refused was not made, and is not sent again', async name => {
	const outcome = writes[name].send();
	(await server.next()).refuse();
	expect(await outcome).toEqual({
		kind: 'not made',
		sentence: expect.stringMatching(
			/^127[.\d:]+ refused the request before it did anything \(REFUSED_STREAM\)$/,
		),
	});
	expectSent(1);
	expect(sent).toEqual([]);
});
