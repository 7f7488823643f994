import {expect, it, onTestFinished} from 'vitest';
import type {Cluster, ServerSignal} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {startApiServer, type ApiServer} from '../support/kube/api-server.js';

const target = {pod: {namespace: 'default', name: 'shop-1'}, port: 9091};

async function open(): Promise<{server: ApiServer; cluster: Cluster; signs: ServerSignal[]}> {
	const server = await startApiServer();
	onTestFinished(async () => server.close());
	const cluster = await connect({kubeconfigText: server.kubeconfig()});
	onTestFinished(async () => cluster.close());
	const signs: ServerSignal[] = [];
	cluster.onServerSignal(sign => signs.push(sign));
	return {server, cluster, signs};
}

const ask = async (cluster: Cluster, {timeout = 5000, signal = new AbortController().signal} = {}) =>
	cluster.fetchFromPod(target, '/metrics', {accept: 'application/protobuf', timeout, signal});

it('asks the port of a pod through the API server, and gives what it says byte for byte', async () => {
	const {server, cluster} = await open();
	const answered = ask(cluster);
	const exchange = await server.next();
	expect(exchange).toMatchObject({
		method: 'GET',
		path: '/api/v1/namespaces/default/pods/shop-1:9091/proxy/metrics',
		headers: {accept: 'application/protobuf'},
	});
	const bytes = Uint8Array.from([0x0a, 0xff, 0x00, 0x80, 0xc3]);
	exchange.answer(200, bytes);
	const {status, body} = await answered;
	expect([status, Uint8Array.from(body)]).toEqual([200, bytes]);
});

it('gives a refusal as it came', async () => {
	const {server, cluster} = await open();
	const answered = ask(cluster);
	(await server.next()).answer(503, 'error trying to reach service: dial tcp: connection refused');
	expect(await answered).toMatchObject({status: 503});
});

it('gives up on a pod that says nothing, and does not doubt the API server for it', async () => {
	const {cluster, signs} = await open();
	await expect(ask(cluster, {timeout: 20})).rejects.toThrow('no answer within 0.02 s');
	expect(signs).toEqual([]);
});

it('reads no more of a pod than a queue-proxy has to say', async () => {
	const {server, cluster} = await open();
	const answered = ask(cluster);
	(await server.next()).answer(200, Buffer.alloc(4 * 1024 * 1024 + 1));
	await expect(answered).rejects.toThrow('the answer is larger than 4194304 bytes');
});

it('is called off when nobody wants it any more', async () => {
	const {server, cluster} = await open();
	const caller = new AbortController();
	const answered = ask(cluster, {signal: caller.signal});
	const exchange = await server.next();
	caller.abort();
	await expect(answered).rejects.toThrow(/called off|aborted/);
	await exchange.closed;
});
