/** What users get, as the console follows it: the selected service's, for as long as somebody looks. */
import {once} from 'node:events';
import {createServer} from 'node:http';
import {expect, onTestFinished, test} from 'vitest';
import {createConsole, type Console} from '../../../source/console/console.js';
import {usersSummary} from '../../../source/console/live/users-lines.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {servingPath} from '../../../source/kube/paths.js';
import type {PrometheusPlace} from '../../../source/users/prometheus-place.js';
import {countRequests, openSandbox} from '../../headless/sandbox.js';
import {selectNamed} from '../../support/select.js';
import {until} from './until.js';

async function opened(cluster: Cluster, service: string, prometheus?: PrometheusPlace): Promise<Console> {
	const console = createConsole({to: 'sandbox', namespace: 'default', prometheus});
	onTestFinished(async () => console.stop());
	console.connected(cluster);
	await until(console, ({services}) => (services.some(({name}) => name === service) ? true : undefined));
	selectNamed(console.store, service);
	return console;
}

const uidOf = ({store}: Console, service: string) =>
	store.getState().services.find(({name}) => name === service)?.uid;

test('begins by itself with the service that is selected, and leaves it with the selection', async () => {
	const {sandbox, cluster} = await openSandbox();
	sandbox.users.set({rate: 60});
	const console = await opened(cluster, 'cart');
	const {uid, snapshot} = await until(console, ({users}) =>
		users?.snapshot.state === 'counting' ? users : undefined,
	);
	expect(uid).toBe(uidOf(console, 'cart'));
	expect(snapshot.view.recent.rows.map(({revision}) => revision)).toEqual(['cart-00001', 'cart-00002']);
	expect(usersSummary(snapshot).text).toMatch(/^users and tag URLs {2}≈\d+\/s {3}≈[\d.]+│[\d.]+ ±\d+$/);
	selectNamed(console.store, 'checkout');
	expect(console.store.getState().users).toBeUndefined();
	const next = await until(console, ({users}) => (users?.snapshot.state === 'counting' ? users : undefined));
	expect(next.uid).toBe(uidOf(console, 'checkout'));
});

test('says which right is missing in the place of the numbers', async () => {
	const {sandbox} = await openSandbox();
	const viewer = await connect({kubeconfig: sandbox.kubeconfigPath, context: 'sandbox-viewer'});
	const console = await opened(viewer, 'cart');
	const snapshot = await until(console, ({users}) =>
		users?.snapshot.state === 'unknown' ? users.snapshot : undefined,
	);
	expect(usersSummary(snapshot)).toEqual({
		tone: 'dim',
		text: expect.stringMatching(
			/^users {2}not known: needs the right to get pods\/proxy, or to get and create pods\/portforward/,
		),
	});
});

const templateOf = (image: string) => ({
	spec: {containers: [{image: `registry.example.com/samples/${image}:1`}]},
});

test('says of a service that never had a split that there is none, until there is one', async () => {
	const {sandbox, cluster} = await openSandbox();
	sandbox.users.set({rate: 60});
	const path = servingPath('services', 'default');
	const body = {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {name: 'aaa', namespace: 'default'},
		spec: {template: templateOf('no-such-image')},
	};
	await cluster.request({method: 'POST', path, body});
	const console = await opened(cluster, 'aaa');
	const {uid, snapshot} = await until(console, ({users}) => users);
	expect(uid).toBe(uidOf(console, 'aaa'));
	expect(usersSummary(snapshot).text).toBe('users  none: the route has no split, so no pod is asked');
	await cluster.request({
		method: 'PATCH',
		path: `${path}/aaa`,
		contentType: 'application/merge-patch+json',
		body: {spec: {template: templateOf('helloworld-go')}},
	});
	const served = await until(console, ({users}) =>
		users?.snapshot.state === 'counting' ? users.snapshot : undefined,
	);
	expect(served.view.recent.rows.map(({revision}) => revision)).toEqual(['aaa-00002']);
});

test('asks nothing any more once the console is left', async () => {
	const {cluster} = await openSandbox();
	let asked = 0;
	const counting: Cluster = {
		...cluster,
		fetchFromPod: async (...request) => {
			asked++;
			return cluster.fetchFromPod(...request);
		},
		// It is the test's to close.
		close: async () => undefined,
	};
	const console = await opened(counting, 'cart');
	await until(console, ({users}) => (users?.snapshot.state === 'counting' ? true : undefined));
	await console.stop();
	const before = asked;
	expect(before).toBeGreaterThan(0);
	const other = await opened(cluster, 'cart');
	await until(other, ({users}) => (users?.snapshot.state === 'counting' ? true : undefined));
	expect(asked).toBe(before);
});

test('the requests of the loop, its pairs and what it learns from tags are no users', async () => {
	const {cluster} = await openSandbox();
	await countRequests(cluster);
	const console = await opened(cluster, 'cart');
	await until(console, ({users}) => (users?.snapshot.view.recent.isExact === true ? true : undefined));
	const {gateway} = await until(console, state => (state.gateway.kind === 'found' ? state : undefined));
	expect(gateway.kind).toBe('found');
	await console.live.toggle();
	for (let press = 0; press < 4; press++) console.live.changePace(1);
	await until(console, ({live, users}) =>
		(live?.snapshot.sent ?? 0) >= 150 && (users?.snapshot.view.recent.seconds ?? 0) >= 10 ? true : undefined,
	);
	await console.live.toggle();
	// What is under way when pods are read is told of with the next reading.
	const seen = await until(console, ({live, users}) =>
		live?.snapshot.inFlight === 0 ? users?.snapshot.view.sinceSplit.seconds : undefined,
	);
	const {live, users} = await until(console, state =>
		(state.users?.snapshot.view.sinceSplit.seconds ?? 0) > seen + 3 ? state : undefined,
	);
	const atTags = [...(live?.snapshot.atTags.values() ?? [])];
	expect(atTags.reduce((sum, {requests}) => sum + requests, 0)).toBeGreaterThan(20);
	expect(users?.snapshot.view.sinceSplit.rows.map(({requests}) => requests)).toEqual([0, 0]);
	expect(users?.snapshot.view.split?.state).not.toBe('disagrees');
});

test('the failures of the loop that are of no certain revision are no failures of users', async () => {
	const {cluster} = await openSandbox();
	await countRequests(cluster);
	const env = [{name: 'ERROR_RATE', value: '1'}];
	await cluster.request({
		method: 'PATCH',
		path: servingPath('services', 'default', 'cart'),
		contentType: 'application/merge-patch+json',
		body: {
			spec: {
				template: {spec: {containers: [{image: 'registry.example.com/samples/helloworld-flaky:2', env}]}},
				traffic: [
					{revisionName: 'cart-00001', percent: 50},
					{latestRevision: true, percent: 50},
				],
			},
		},
	});
	const console = await opened(cluster, 'cart');
	await until(console, ({users}) =>
		users?.snapshot.view.sinceSplit.rows.some(({revision}) => revision === 'cart-00003') === true &&
		users.snapshot.view.recent.isExact
			? true
			: undefined,
	);
	await until(console, state => (state.gateway.kind === 'found' ? true : undefined));
	await console.live.toggle();
	for (let press = 0; press < 4; press++) console.live.changePace(1);
	const {view, problems} = await until(console, ({live, users}) =>
		(live?.snapshot.errors ?? 0) >= 60 && (users?.snapshot.view.recent.seconds ?? 0) >= 12
			? users?.snapshot
			: undefined,
	);
	// What is under way when pods are read is told of with the next reading: a few of the 60 and more.
	const failed = view.sinceSplit.rows.map(row => row.failed);
	expect(Math.max(...failed)).toBeLessThan(6);
	expect(problems.find(({kind}) => kind === 'own')?.sentence).toMatch(
		/^includes \d+ requests of this console that are not attributed; \d+ that failed are in no count of failures$/,
	);
});

test('of the requests of the loop nothing is left that would be shown as shares of users', async () => {
	const {cluster} = await openSandbox();
	const console = await opened(cluster, 'cart');
	await until(console, state => (state.gateway.kind === 'found' ? true : undefined));
	await until(console, ({users}) => (users?.snapshot.state === 'counting' ? true : undefined));
	const said: string[] = [];
	const unsubscribe = console.store.subscribe(({users}) => {
		if (users?.snapshot.state === 'counting') said.push(usersSummary(users.snapshot).text);
	});
	onTestFinished(unsubscribe);
	await console.live.toggle();
	for (let press = 0; press < 4; press++) console.live.changePace(1);
	await until(console, ({live, users}) =>
		(live?.snapshot.sent ?? 0) >= 150 && (users?.snapshot.view.recent.seconds ?? 0) >= 12 ? true : undefined,
	);
	expect(said.length).toBeGreaterThan(3);
	expect(said.filter(text => text.includes('│'))).toEqual([]);
});

/** Of 600 requests within a minute. */
const metric = (revision_name: string) => ({
	metric: {revision_name, response_code: '200'},
	value: [0, '600'],
});

test('says of what Prometheus tells that requests of this console are among it, once it sends some', async () => {
	const server = createServer((request, response) => {
		const isOfCounts = (request.url ?? '').includes('revision_app_request_count');
		const result = isOfCounts ? [metric('cart-00001'), metric('cart-00002')] : [];
		response.end(JSON.stringify({status: 'success', data: {resultType: 'vector', result}}));
	});
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
	const {cluster} = await openSandbox();
	const console = await opened(cluster, 'cart', {kind: 'url', url});
	await until(console, state => (state.gateway.kind === 'found' ? true : undefined));
	const before = await until(console, ({users}) =>
		users?.snapshot.state === 'counting' ? users : undefined,
	);
	expect(usersSummary(before.snapshot).text).toMatch(/^users and tag URLs {2}≈20\/s {3}≈50│50/);
	expect(before.snapshot.problems.map(({kind}) => kind)).toEqual(['rates', 'tags']);
	await console.live.toggle();
	const after = await until(console, ({users}) =>
		users?.snapshot.problems.some(({kind}) => kind === 'own') === true ? users : undefined,
	);
	expect(usersSummary(after.snapshot).text).toMatch(/^users and this console {2}≈20\/s/);
	expect(after.snapshot.problems.at(-1)?.sentence).toBe('includes the requests of this console');
});
