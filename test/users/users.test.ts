/** What users get, measured on the sandbox through its API server: real pods, real traffic, real rights. */
import {once} from 'node:events';
import {request as httpRequest, type IncomingMessage} from 'node:http';
import {afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';
import {
	createUsersMeter,
	type UsersMeter,
	type UsersSnapshot,
	type UsersSplit,
} from '../../source/users/users.js';
import {countRequests} from '../headless/sandbox.js';
import {mostAtOnce} from '../../source/users/scrape/scraper.js';

let sandbox: Sandbox;
let admin: Cluster;

beforeAll(async () => {
	sandbox = await startSandbox({pace: 50});
	admin = await connect({kubeconfig: sandbox.kubeconfigPath});
});

afterEach(async () => {
	sandbox.users.clear();
	sandbox.apiFaults.clear();
	await sandbox.gatewayFaults.clear();
});

afterAll(async () => {
	await admin.close();
	await sandbox.stop();
});

const split: UsersSplit = {
	weights: [
		{revision: 'cart-00001', percent: 90},
		{revision: 'cart-00002', percent: 10},
	],
	isSettling: false,
	pair: {fresh: 'cart-00002', old: 'cart-00001'},
};

async function as(context: string): Promise<Cluster> {
	const cluster = await connect({kubeconfig: sandbox.kubeconfigPath, context});
	onTestFinished(async () => cluster.close());
	return cluster;
}

function measure(cluster: Cluster, of: UsersSplit = split, options = {}): UsersMeter {
	const meter = createUsersMeter({cluster, namespace: 'default', ...options});
	onTestFinished(() => meter.stop());
	meter.setSplit(of);
	meter.start();
	return meter;
}

/** The first snapshot after a round that is as wanted. */
async function until(
	meter: UsersMeter,
	isWanted: (snapshot: UsersSnapshot) => boolean,
): Promise<UsersSnapshot> {
	const {promise, resolve} = Promise.withResolvers<UsersSnapshot>();
	const look = () => {
		const snapshot = meter.snapshot();
		if (isWanted(snapshot)) resolve(snapshot);
	};
	const stop = meter.subscribe(look);
	look();
	try {
		return await promise;
	} finally {
		stop();
	}
}

const after = (seconds: number) => (snapshot: UsersSnapshot) =>
	snapshot.state === 'counting' && snapshot.view.recent.seconds >= seconds;
const isCounted = (snapshot: UsersSnapshot) => snapshot.view.recent.isExact;

/** Has the pods tell Prometheus of requests, or no longer; resolves when all of them are the new ones. */
async function observe(protocol: string | null, revisions: readonly string[]): Promise<void> {
	const names = async () => {
		const {body} = await admin.request({
			method: 'GET',
			path: '/api/v1/namespaces/default/pods',
			query: {labelSelector: `serving.knative.dev/revision in (${revisions.join(',')})`},
		});
		const items: unknown = Reflect.get(Object(body), 'items');
		return Array.isArray(items)
			? items.map(
					(pod: {metadata: {name: string}; status: {conditions?: {type: string; status: string}[]}}) => ({
						name: pod.metadata.name,
						isReady:
							pod.status.conditions?.some(({type, status}) => type === 'Ready' && status === 'True') ?? false,
					}),
				)
			: [];
	};
	const before = new Set((await names()).map(({name}) => name));
	await countRequests(admin, protocol);
	await vi.waitUntil(
		async () => {
			const now = await names();
			return now.length === before.size && now.every(({name, isReady}) => isReady && !before.has(name));
		},
		{timeout: 20_000},
	);
}

it('counts as many a second while another pod keeps it waiting', async () => {
	await observe('prometheus', ['cart-00001', 'cart-00002']);
	onTestFinished(async () => observe(null, ['cart-00001', 'cart-00002']));
	sandbox.users.set({service: 'cart', rate: 50, arrivals: 'steady'});
	const kept = Promise.withResolvers<void>();
	const meter = measure({
		...admin,
		async fetchFromPod(target, ...rest) {
			if (target.pod.name.startsWith('cart-00002') && meter.snapshot().asked === 0) await kept.promise;
			return admin.fetchFromPod(target, ...rest);
		},
	});
	setTimeout(() => kept.resolve(), 3000);
	const {view} = await until(meter, after(3));
	expect(view.sinceSplit.perSecond).toBeGreaterThan(35);
	expect(view.sinceSplit.perSecond).toBeLessThan(65);
});

describe('from rates, at port 9090', () => {
	it('says how many there are and where they go, as an estimate, and how exact counts are to be had', async () => {
		sandbox.users.set({service: 'cart', rate: 50, arrivals: 'steady'});
		const {view, problems} = await until(measure(admin), after(7));
		expect(view.recent.perSecond).toBeGreaterThan(40);
		expect(view.recent.perSecond).toBeLessThan(60);
		expect(view.recent.isExact).toBe(false);
		expect(view.recent.rows[1]?.share).toBeGreaterThan(0.02);
		expect(view.recent.rows[1]?.share).toBeLessThan(0.25);
		expect(view.split).toBeUndefined();
		expect(problems).toEqual([
			{kind: 'rates', sentence: expect.stringContaining('request-metrics-protocol: prometheus')},
		]);
	});

	it('says that nobody comes', async () => {
		const {view} = await until(measure(admin), after(3));
		expect(view.recent.perSecond).toBe(0);
		expect(view.recent.rows.map(({share}) => share)).toEqual([undefined, undefined]);
	});

	it('goes over port-forwards where there is no right to pods/proxy', async () => {
		sandbox.users.set({service: 'cart', rate: 50, arrivals: 'steady'});
		const {view} = await until(measure(await as('sandbox-operator')), after(3));
		expect(view.recent.perSecond).toBeGreaterThan(30);
	});

	it('says which right is missing where there is neither', async () => {
		const {problems, asked} = await until(
			measure(await as('sandbox-viewer')),
			({state}) => state === 'unknown',
		);
		expect(asked).toBe(0);
		expect(problems).toEqual([
			{
				kind: 'forbidden',
				sentence: expect.stringMatching(
					/^needs the right to get pods\/proxy, or to get and create pods\/portforward \(pods "cart-0000\d-deployment-.*" is forbidden: User "sandbox-viewer" cannot get/,
				),
			},
		]);
	});

	it.each([
		['the list of pods', '/pods'],
		['the pods', '/proxy/metrics'],
	])('speaks of credentials and of no right where %s wants others', async (_, path) => {
		sandbox.apiFaults.set({
			answers: [
				{code: 401, path},
				{code: 401, path: '/portforward'},
			],
		});
		const {problems} = await until(measure(admin), ({state}) => state === 'unknown');
		expect(problems[0]?.sentence).toMatch(/^the API server does not accept the credentials of this context/);
		expect(problems.map(({sentence}) => sentence).join('\n')).not.toMatch(/right/);
	});

	it('says what the API server says of a pod that it cannot reach, and asks it more and more seldom', async () => {
		sandbox.apiFaults.set({answers: [{code: 503, path: '/proxy/metrics'}]});
		const meter = measure(admin);
		const {problems} = await until(meter, ({state}) => state === 'unknown');
		expect(problems[0]).toMatchObject({kind: 'unread', sentence: expect.stringContaining('cannot be asked')});
		const {asked} = meter.snapshot();
		await until(meter, snapshot => snapshot.asked > asked);
		sandbox.apiFaults.clear();
		expect((await until(meter, ({state}) => state === 'counting')).problems[0]?.kind).not.toBe('unread');
	});

	it('does not take a revision for unused whose pods do not answer, and gives its part to no other', async () => {
		sandbox.users.set({service: 'cart', rate: 50, arrivals: 'steady'});
		sandbox.apiFaults.set({answers: [{code: 503, path: '/pods/cart-00001'}]});
		const meter = measure(admin);
		const shares: (number | undefined)[] = [];
		meter.subscribe(() => shares.push(...meter.snapshot().view.recent.rows.map(({share}) => share)));
		const {problems} = await until(meter, ({state}) => state !== 'waiting');
		expect(meter.snapshot().state).toBe('unknown');
		expect(problems[0]).toMatchObject({kind: 'unread', sentence: expect.stringContaining('cart-00001')});
		expect(shares.filter(share => share !== undefined)).toEqual([]);
	});

	it('follows a revision that has no pod and gets nothing', async () => {
		const meter = measure(admin, {
			...split,
			weights: [...split.weights, {revision: 'cart-00009', percent: 0}],
		});
		const {view} = await until(meter, after(1));
		expect(view.recent.rows[2]).toMatchObject({
			revision: 'cart-00009',
			perSecond: 0,
			pods: {all: 0, read: 0},
		});
	});
});

describe('from counts, at port 9091', () => {
	beforeAll(() => observe('prometheus', ['cart-00001', 'cart-00002']));
	afterAll(() => observe(null, ['cart-00001', 'cart-00002']));

	it('is exact: every request that users sent between two rounds, where it went and how it was answered', async () => {
		const meter = measure(admin);
		await until(meter, after(1));
		const {sent} = sandbox.users.counts;
		sandbox.users.set({service: 'cart', rate: 80});
		await expect.poll(() => sandbox.users.counts.sent - sent, {timeout: 10_000}).toBeGreaterThan(200);
		sandbox.users.set({rate: 0});
		await expect.poll(() => sandbox.users.counts.answers).toEqual({200: sandbox.users.counts.sent - sent});
		const total = sandbox.users.counts.sent - sent;
		const {view} = await until(meter, ({view: {recent}}) => recent.requests >= total);
		expect(view.recent).toMatchObject({requests: total, isExact: true});
		expect(view.recent.rows.reduce((sum, {requests, failed}) => sum + requests + failed, 0)).toBe(total);
		expect(view.recent.rows[0]?.p95).toBeGreaterThan(0);
	});

	it('takes the requests of this console out, when it is told of them', async () => {
		let own = {requests: 0, failed: 0, rejected: 0};
		const meter = measure(admin, split, {own: () => new Map([['cart-00001', own]])});
		await until(meter, after(1));
		const answers = await Promise.all(
			Array.from({length: 20}, async () => visit('stable-cart.default.example.com')),
		);
		expect(answers).toEqual(answers.map(() => 200));
		own = {requests: 20, failed: 0, rejected: 0};
		const {view} = await until(meter, after(5));
		expect(view.recent.requests).toBe(0);
	});

	it('calls a gateway that gives 50/50 instead of 90/10, within a thousand requests or so', async () => {
		sandbox.users.set({service: 'cart', rate: 100});
		const meter = measure(admin);
		expect((await until(meter, after(24))).view.split?.state).toMatch(/^(agrees|suspicious)$/);
		await sandbox.gatewayFaults.set({
			weights: {'cart.default.example.com': {'cart-00001': 1, 'cart-00002': 1}},
		});
		const {sent} = sandbox.users.counts;
		const {view} = await until(meter, ({view: {split: verdict}}) => verdict?.state === 'disagrees');
		expect(sandbox.users.counts.sent - sent).toBeLessThanOrEqual(1500);
		expect(view.recent.isExact).toBe(true);
	});

	it('calls one that did so from the beginning on, within some hundred requests', async () => {
		await sandbox.gatewayFaults.set({
			weights: {'cart.default.example.com': {'cart-00001': 1, 'cart-00002': 1}},
		});
		const {sent} = sandbox.users.counts;
		sandbox.users.set({service: 'cart', rate: 50});
		await until(measure(admin), ({view: {split: verdict}}) => verdict?.state === 'disagrees');
		expect(sandbox.users.counts.sent - sent).toBeLessThanOrEqual(750);
	});

	it('counts on while pods are replaced, and begins again with each of them', async () => {
		sandbox.users.set({service: 'cart', rate: 50});
		const meter = measure(admin);
		await until(meter, isCounted);
		const {body} = await admin.request({
			method: 'GET',
			path: '/api/v1/namespaces/default/pods',
			query: {labelSelector: 'serving.knative.dev/revision=cart-00001'},
		});
		const items: unknown = Reflect.get(Object(body), 'items');
		const [pod] = Array.isArray(items)
			? items.map((item: {metadata: {name: string}}) => item.metadata.name)
			: [];
		await admin.request({method: 'DELETE', path: `/api/v1/namespaces/default/pods/${pod}`});
		const before = meter.snapshot().view.sinceSplit.seconds;
		const {view} = await until(
			meter,
			snapshot => isCounted(snapshot) && snapshot.view.sinceSplit.seconds > before + 6,
		);
		expect(view.recent.rows[0]).toMatchObject({pods: {all: 1, read: 1}});
		expect(view.recent.perSecond).toBeGreaterThan(25);
	});
});

/** Percents of the revisions of the Service `big`, in their order. */
const traffic = (...percents: number[]) =>
	percents.map((percent, index) => ({revisionName: `big-0000${index + 1}`, percent, tag: `t${index + 1}`}));

it('asks the API server no more than ten times a second for three revisions of five pods, eight at a time', async () => {
	const image = 'registry.example.com/shop/helloworld-go:1';
	const path = '/apis/serving.knative.dev/v1/namespaces/default/services';
	const template = (name: string) => ({
		metadata: {annotations: {'autoscaling.knative.dev/min-scale': '5'}},
		spec: {containers: [{image, env: [{name: 'TARGET', value: name}]}]},
	});
	await admin.request({
		method: 'POST',
		path,
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'big'},
			spec: {template: template('1')},
		},
	});
	for (const [index, shares] of [[100], [50, 50]].entries()) {
		await expect.poll(() => podsOf(`big-0000${index + 1}`), {timeout: 20_000}).toBe(5);
		await admin.request({
			method: 'PATCH',
			path: `${path}/big`,
			contentType: 'application/merge-patch+json',
			body: {
				spec: {
					template: template(String(index + 2)),
					traffic: [...traffic(...shares), {latestRevision: true, percent: 0, tag: 'new'}],
				},
			},
		});
	}
	await expect.poll(() => podsOf('big-00003'), {timeout: 20_000}).toBe(5);

	let requests = 0;
	let underWay = 0;
	const times: number[] = [];
	let most = 0;
	const counting: Cluster = {
		...admin,
		request: async request => {
			requests++;
			return admin.request(request);
		},
		watch: async (...watched) => {
			requests++;
			return admin.watch(...watched);
		},
		fetchFromPod: async (...asked) => {
			requests++;
			times.push(performance.now());
			underWay++;
			most = Math.max(most, underWay);
			return admin.fetchFromPod(...asked).finally(() => underWay--);
		},
	};
	const weights = [34, 33, 33].map((percent, index) => ({revision: `big-0000${index + 1}`, percent}));
	const begun = performance.now();
	const meter = measure(counting, {weights, isSettling: false, pair: undefined});
	const {view} = await until(meter, after(8));
	const seconds = (performance.now() - begun) / 1000;
	expect(view.recent.rows.map(({pods}) => pods)).toEqual([
		{all: 5, read: 5},
		{all: 5, read: 5},
		{all: 5, read: 5},
	]);
	// One round more than the time has room for: the first comes at once.
	expect(requests).toBeLessThanOrEqual(10 * seconds + 15);
	expect(most).toBeLessThanOrEqual(mostAtOnce);
	// Nor in any second of it.
	const within = times.map(from => times.filter(time => time >= from && time < from + 1000).length);
	expect(Math.max(...within)).toBeLessThanOrEqual(10);
	meter.pause();
	const {asked} = meter.snapshot();
	const again = measure(admin);
	await until(again, after(3));
	expect(meter.snapshot().asked).toBe(asked);
});

async function visit(host: string): Promise<number | undefined> {
	const request = httpRequest(`http://${sandbox.gatewayAddress}`, {headers: {host}, agent: false});
	const answered = once(request, 'response');
	request.end();
	const [response]: IncomingMessage[] = await answered;
	response?.resume();
	return response?.statusCode;
}

async function podsOf(revision: string): Promise<number> {
	const {body} = await admin.request({
		method: 'GET',
		path: '/api/v1/namespaces/default/pods',
		query: {labelSelector: `serving.knative.dev/revision=${revision}`},
	});
	const items: unknown = Reflect.get(Object(body), 'items');
	return Array.isArray(items)
		? items.filter((pod: {status: {phase?: string}}) => pod.status.phase === 'Running').length
		: 0;
}
