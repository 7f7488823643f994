/** What a console asks an API server when it starts, and over how many connections. */
import {channel} from 'node:diagnostics_channel';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {connect} from '../../source/kube/connect.js';
import {at, stringOf} from '../../source/sandbox/api/body/json.js';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';
import {createConsole, type Console} from '../../source/console/console.js';
import type {ConsoleState} from '../../source/console/state/state.js';
import {startRelay, type Relay} from '../support/kube/relay.js';

let sandbox: Sandbox;
let relay: Relay;
let console: Console;
/** `GET /path`, in the order in which they came to the server; without the query but for watches. */
let asked: string[];

/** Node tells of each stream that its servers are sent (`http2.server.stream.start`). */
const streams = channel('http2.server.stream.start');
const onStream = (message: unknown): void => {
	const method = stringOf(at(message, 'headers', ':method'));
	const [path = '', query = ''] = stringOf(at(message, 'headers', ':path')).split('?');
	asked.push(`${method} ${path}${query.includes('watch=1') ? ' (watch)' : ''}`);
};

beforeEach(async () => {
	sandbox = await startSandbox({pace: 50});
	relay = await startRelay(Number(new URL(sandbox.apiUrl).port));
	asked = [];
	streams.subscribe(onStream);
});

afterEach(async () => {
	streams.unsubscribe(onStream);
	await console.stop();
	await relay.close();
	await sandbox.stop();
});

async function until(isSo: (state: ConsoleState) => boolean): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	const look = (state: ConsoleState) => {
		if (isSo(state)) resolve();
	};
	const unsubscribe = console.store.subscribe(look);
	look(console.store.getState());
	await promise;
	unsubscribe();
}

it('takes one connection and few requests, and the services come first', async () => {
	const kubeconfigText = sandbox.kubeconfig.replaceAll(sandbox.apiUrl, `https://127.0.0.1:${relay.port}`);
	const cluster = await connect({kubeconfigText});
	console = createConsole({to: 'the test'});
	console.connected(cluster);
	await until(
		({feeds, gateway, rights}) =>
			feeds.services.kind === 'live' &&
			feeds.revisions.kind === 'live' &&
			gateway.kind === 'found' &&
			rights.has('default'),
	);
	const serving = '/apis/serving.knative.dev/v1/namespaces/default';
	expect(asked[0]).toBe(`GET ${serving}/services`);
	expect(asked.filter(each => each.endsWith('(watch)')).toSorted()).toEqual([
		`GET ${serving}/revisions (watch)`,
		`GET ${serving}/services (watch)`,
	]);
	expect(asked.filter(each => each.startsWith('POST ')).length).toBe(4);
	// Beside these: the namespace, and the gateway's Ingress and Service.
	expect(asked.length).toBeLessThanOrEqual(12);
	expect(relay.connections).toBe(1);
});
