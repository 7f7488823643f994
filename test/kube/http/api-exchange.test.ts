import {describe, expect, it} from 'vitest';
import {status} from '../../support/kube/api-server.js';
import {connected, server, withAnsweringServer} from '../answering-server.js';

withAnsweringServer();

const prometheus = '/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query';
const metrics = '/api/v1/namespaces/default/pods/cart-1:9090/proxy/metrics';
const unauthorized = status(401, 'Unauthorized', 'Unauthorized');

describe('a login', () => {
	it.each([
		[prometheus, 'Unauthorized\n'],
		[prometheus, {status: 'error', error: 'who are you?'}],
		[metrics, ''],
		['/api/v1/nodes/n-1/proxy/metrics', 'Unauthorized'],
	])('is not refused by what stands behind the API server: %s %j', async (path, body) => {
		const cluster = await connected();
		server.always(({answer}) => answer(401, body));
		expect(await cluster.request({method: 'GET', path})).toMatchObject({status: 401, body});
		expect(cluster.standing.isRefused).not.toBe(true);
		expect(server.log).toEqual([`GET ${path}`]);
	});

	it('is not refused by a pod whose metrics are asked for', async () => {
		const cluster = await connected();
		server.always(({answer}) => answer(401, 'no'));
		const target = {pod: {namespace: 'default', name: 'cart-1'}, port: 9090};
		const {status: code, body} = await cluster.fetchFromPod(target, '/metrics', {
			accept: 'text/plain',
			timeout: 5000,
			signal: new AbortController().signal,
		});
		expect([code, Buffer.from(body).toString()]).toEqual([401, 'no']);
		expect(cluster.standing.isRefused).not.toBe(true);
	});

	it.each([prometheus, '/version'])('is refused by the API server itself: %s', async path => {
		const cluster = await connected();
		server.always(({answer}) => answer(401, unauthorized));
		expect(await cluster.request({method: 'GET', path})).toMatchObject({status: 401});
		expect(cluster.standing.isRefused).toBe(true);
	});
});
