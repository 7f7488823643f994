import http from 'node:http';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {afterEach, expect, test} from 'vitest';
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
