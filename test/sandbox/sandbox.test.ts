/** How a sandbox starts and stops, and what it tells who wants to use it. */
import {existsSync, statSync} from 'node:fs';
import {once} from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {load} from 'js-yaml';
import {startSandbox} from '../../source/sandbox/sandbox.js';
import {api, greeter, isReady, serving, start, watched} from './running-sandbox.js';

test('the kubeconfig leads to the API over TLS, is for its owner only, and goes when the sandbox stops', async () => {
	const sandbox = await start({tls: true, seed: false});
	const config: unknown = load(sandbox.kubeconfig);
	expect(config).toMatchObject({
		'current-context': 'sandbox',
		clusters: [{cluster: {server: sandbox.apiUrl, 'certificate-authority-data': expect.any(String)}}],
		users: [
			{name: 'sandbox-admin', user: {token: sandbox.token}},
			{name: 'sandbox-operator'},
			{name: 'sandbox-viewer'},
		],
		contexts: [{name: 'sandbox'}, {name: 'sandbox-operator'}, {name: 'sandbox-viewer'}],
	});
	expect(statSync(sandbox.kubeconfigPath).mode & 0o777).toBe(0o600);
	const request = https.get(`${sandbox.apiUrl}/version`, {
		ca: sandbox.certificateAuthority ?? '',
		headers: {authorization: `Bearer ${sandbox.token}`},
		agent: false,
	});
	const [response]: unknown[] = await once(request, 'response');
	expect(response).toMatchObject({statusCode: 200});
	await sandbox.stop();
	await sandbox.stop();
	expect(existsSync(sandbox.kubeconfigPath)).toBe(false);
	for (const port of [new URL(sandbox.apiUrl).port, sandbox.gatewayAddress.split(':')[1]]) {
		const socket = net.connect(Number(port), '127.0.0.1');
		const [error]: unknown[] = await once(socket, 'error');
		expect(error).toMatchObject({code: 'ECONNREFUSED'});
	}
});

test('stopping does not wait for a request that is held', async () => {
	const sandbox = await startSandbox({tls: false, seed: false});
	const host = 'slow.default.example.com';
	await api(sandbox, `${serving}/services`, {
		method: 'POST',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'slow'},
			spec: {
				template: {
					spec: {
						containers: [
							{
								image: 'helloworld-flaky',
								env: [
									{name: 'ERROR_RATE', value: '0'},
									{name: 'LATENCY_MS', value: '60000'},
								],
							},
						],
					},
				},
			},
		},
	});
	await watched(sandbox, `${serving}/services`, isReady('slow', 1));
	const request = http.get(`http://${sandbox.gatewayAddress}/`, {headers: {host}, agent: false});
	const failed = once(request, 'error');
	await once(request, 'finish');
	await sandbox.stop();
	expect(await failed).toMatchObject([{code: 'ECONNRESET'}]);
});

test.each([1e4, 1e6])('no deadline passes before a pod has started, at a pace of %s', async pace => {
	const sandbox = await start({pace, seed: false});
	const ready = watched(sandbox, `${serving}/services`, isReady('hello', 1));
	await api(sandbox, `${serving}/services`, {
		method: 'POST',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'hello'},
			spec: {template: greeter('Pace')},
		},
	});
	expect(await ready).toMatchObject({status: {latestReadyRevisionName: 'hello-00001'}});
});

test('a port that is taken is said to be', async () => {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	await expect(startSandbox({gatewayPort: port})).rejects.toThrow(
		`port ${port} of 127.0.0.1 is taken: give the sandbox's gateway another one, or 0 for any`,
	);
	await expect(startSandbox({apiPort: port})).rejects.toThrow(
		`port ${port} of 127.0.0.1 is taken: give the sandbox's API server another one, or 0 for any`,
	);
});
