import http from 'node:http';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {afterEach, expect, test, vi} from 'vitest';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';

let sandbox: Sandbox | undefined;
afterEach(async () => {
	await sandbox?.stop();
});

async function list(running: Sandbox, plural: string): Promise<Record<string, unknown>[]> {
	const response = await fetch(`${running.apiUrl}/apis/serving.knative.dev/v1/namespaces/default/${plural}`, {
		headers: {authorization: `Bearer ${running.token}`},
	});
	const body: unknown = await response.json();
	const items: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'items') : undefined;
	return Array.isArray(items) ? items : [];
}

test('a crowd of services is there at once, settled, and its revisions wake like any other', async () => {
	sandbox = await startSandbox({seed: false, tls: false, pace: 100, crowd: {services: 40, revisions: 3}});
	const [services, revisions] = [await list(sandbox, 'services'), await list(sandbox, 'revisions')];
	expect([services.length, revisions.length]).toEqual([40, 120]);
	expect(services[0]).toMatchObject({
		metadata: {name: 'crowd-0001', generation: 3},
		status: {
			observedGeneration: 3,
			url: 'http://crowd-0001.default.example.com',
			latestReadyRevisionName: 'crowd-0001-00003',
			traffic: [{revisionName: 'crowd-0001-00003', latestRevision: true, percent: 100}],
		},
	});
	const request = http.get(`http://${sandbox.gatewayAddress}/`, {
		headers: {host: 'crowd-0040.default.example.com'},
		agent: false,
	});
	const [response]: unknown[] = await once(request, 'response');
	expect(response instanceof http.IncomingMessage && (await text(response))).toBe('Hello crowd-0040 3!\n');
	// The controllers have looked at everything by the time a pod has started, and left it as it was.
	const after = await list(sandbox, 'services');
	expect(after.map(({metadata}) => metadata)).toEqual(services.map(({metadata}) => metadata));
});

test('a label on one of a crowd changes that label and nothing that is run: it is as admission would have left it', async () => {
	sandbox = await startSandbox({seed: false, tls: false, pace: 100, crowd: {services: 2, revisions: 2}});
	const running = sandbox;
	const url = `${running.apiUrl}/apis/serving.knative.dev/v1/namespaces/default/services/crowd-0001`;
	const [before] = await list(running, 'services');
	const response = await fetch(url, {
		method: 'PATCH',
		headers: {
			authorization: `Bearer ${running.token}`,
			'content-type': 'application/merge-patch+json',
		},
		body: JSON.stringify({metadata: {labels: {touched: 'yes'}}}),
	});
	expect(response.status).toBe(200);
	const labelled = async (plural: string) =>
		(await list(running, plural)).some(({metadata}) => JSON.stringify(metadata).includes('"touched":"yes"'));
	// The controllers hand labels on: when the Route has it they are through with the service.
	await vi.waitUntil(async () => (await labelled('routes')) && (await labelled('configurations')), {
		timeout: 10_000,
	});
	const [after] = await list(running, 'services');
	expect(after).toMatchObject({
		metadata: {generation: 2, labels: {touched: 'yes'}},
		spec: before?.['spec'],
		status: before?.['status'],
	});
	expect(await list(running, 'revisions')).toHaveLength(4);
});
