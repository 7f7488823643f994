/** As a real API server: gzip for large answers to reads, where the client takes it (k8s.io/apiserver responsewriters). */
import {request} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {gunzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {services} from '../../../../source/sandbox/resources.js';
import {servicesPath, start, token} from '../support.js';

async function bytesOf(port: number, path: string, headers: Record<string, string>) {
	const {promise, resolve, reject} = Promise.withResolvers<{headers: object; body: Buffer}>();
	request(
		{host: '127.0.0.1', port, path, agent: false, headers: {authorization: `Bearer ${token}`, ...headers}},
		response => {
			buffer(response).then(body => resolve({headers: response.headers, body}), reject);
		},
	)
		.on('error', reject)
		.end();
	return promise;
}

test('a large list is packed for who takes gzip, and the same for who does not', async () => {
	const {server, store} = await start();
	for (let index = 0; index < 20; index++) {
		store.create(services, {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: `s-${index}`, namespace: 'default', annotations: {note: 'x'.repeat(10_000)}},
			spec: {},
		});
	}
	const plain = await bytesOf(server.port, servicesPath, {});
	expect(plain.headers).not.toHaveProperty('content-encoding');
	const packed = await bytesOf(server.port, servicesPath, {'accept-encoding': 'gzip, deflate'});
	expect(packed.headers).toMatchObject({
		'content-encoding': 'gzip',
		vary: 'Accept-Encoding',
		'content-length': String(packed.body.length),
	});
	expect(packed.body.length).toBeLessThan(plain.body.length / 10);
	expect(gunzipSync(packed.body)).toEqual(plain.body);
});

test('a small answer is not packed', async () => {
	const {server} = await start();
	const {headers, body} = await bytesOf(server.port, servicesPath, {'accept-encoding': 'gzip'});
	expect(headers).not.toHaveProperty('content-encoding');
	expect(JSON.parse(body.toString())).toMatchObject({kind: 'ServiceList', items: []});
});
