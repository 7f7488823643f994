/** `kn-canary users` and `verify --source users`, on the sandbox. */
import {describe, expect, it, onTestFinished} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {runUsers} from '../../../source/headless/users/users-run.js';
import {runVerifyUsers} from '../../../source/headless/users/verify-users.js';
import {createUsersMeter, type UsersMeter, type UsersSnapshot} from '../../../source/users/users.js';
import {usersRow, usersSnapshot, usersWindow} from '../../users/snapshots.js';
import {countRequests, openSandbox, type SandboxWorld} from '../sandbox.js';

function streams() {
	const written = {out: '', err: ''};
	return {
		written,
		stdout: {write: (text: string) => (written.out += text)},
		stderr: {write: (text: string) => (written.err += text)},
	};
}

async function countedWorld(): Promise<SandboxWorld> {
	const world = await openSandbox();
	await countRequests(world.cluster);
	return world;
}

const cart = {service: 'cart', namespace: 'default'};

async function users(
	cluster: Cluster,
	options: {output?: 'text' | 'json'; seconds?: number; service?: string} = {},
) {
	const {output = 'text', seconds = 4, service = 'cart'} = options;
	const {written, ...to} = streams();
	const meter = createUsersMeter({cluster, namespace: 'default', recent: seconds * 1000});
	const code = await runUsers(cluster, {...cart, service, seconds, watch: false, output, meter}, to);
	return {code, ...written};
}

async function verify(
	cluster: Cluster,
	options: {service?: string; seconds?: number; expect?: string; output?: 'text' | 'json'} = {},
) {
	const {service = 'cart', seconds = 16, output = 'text'} = options;
	const {written, ...to} = streams();
	const meter = createUsersMeter({cluster, namespace: 'default'});
	const run = {...cart, service, seconds, expect: options.expect, output, meter};
	return {code: await runVerifyUsers(cluster, run, to), ...written};
}

describe('users', () => {
	it('says a row for each revision, and what is estimated', async () => {
		const {sandbox, cluster} = await openSandbox();
		sandbox.users.set({service: 'cart', rate: 60});
		const {code, out} = await users(cluster);
		expect(code).toBe(0);
		const lines = out.trimEnd().split('\n');
		expect(lines[0]).toMatch(/^default\/cart {2}users of the last \d+ s: ≈\d+\/s$/);
		expect(lines[1]).toMatch(/^REVISION +SET +GOT +RATE +COUNT +OK +4xx +P50 +P95 +PODS$/);
		expect(lines[2]).toMatch(/^cart-00001 +90 % +≈[\d.]+ % +≈\d+\/s +– +– +– +– +– +1$/);
		expect(lines.at(-2)).toMatch(/^! estimated from rates, without failures or alarms/);
		expect(lines.at(-1)).toMatch(/^! requests at tag URLs, also of other consoles/);
		const told = await users(cluster, {output: 'json'});
		// Nothing is counted: no failure of 0 requests would be said to be none.
		expect(JSON.parse(told.out)).toMatchObject({
			recent: {
				requests: null,
				perSecond: expect.any(Number),
				rows: [{requests: null, failed: null, rejected: null}, {}],
			},
		});
	});

	it('says it in JSON, every field each time', async () => {
		const {sandbox, cluster} = await countedWorld();
		sandbox.users.set({service: 'cart', rate: 60});
		const {out} = await users(cluster, {output: 'json', seconds: 6});
		const told: unknown = JSON.parse(out);
		expect(told).toMatchObject({
			service: 'cart',
			state: 'counting',
			recent: {
				isExact: expect.any(Boolean),
				rows: [{revision: 'cart-00001', percent: 90, pods: {all: 1, read: 1}}, {}],
			},
			split: {verdict: expect.any(String), requests: [expect.any(Number), expect.any(Number)]},
			errors: {verdict: 'not worse', canary: 'cart-00002', stable: 'cart-00001'},
		});
	});

	it('says of a service of gRPC who gets what, and of its errors that they are not known', async () => {
		const {sandbox, cluster} = await countedWorld();
		const image = 'registry.example.com/samples/helloworld-grpc:1';
		const path = '/apis/serving.knative.dev/v1/namespaces/default/services';
		const made = await cluster.request({
			method: 'POST',
			path,
			body: {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name: 'greeter', namespace: 'default'},
				spec: {template: {spec: {containers: [{image, ports: [{name: 'h2c', containerPort: 8080}]}]}}},
			},
		});
		expect(made.status).toBe(201);
		await expect
			.poll(async () => (await cluster.request({method: 'GET', path: `${path}/greeter`})).body, {
				timeout: 20_000,
			})
			.toMatchObject({status: {url: expect.any(String), traffic: [{percent: 100}]}});
		sandbox.users.set({service: 'greeter', rate: 60});
		const {out} = await users(cluster, {output: 'json', service: 'greeter'});
		expect(sandbox.users.counts.answers).toEqual({OK: expect.any(Number)});
		expect(JSON.parse(out)).toMatchObject({
			recent: {
				requests: expect.any(Number),
				rows: [{revision: 'greeter-00001', share: 1, failed: null, rejected: null}],
			},
			errors: null,
			problems: [{kind: 'grpc'}],
		});
		const told = await users(cluster, {service: 'greeter'});
		expect(told.out).toMatch(/\ngreeter-00001 +100 % +100 % +[\d.]+\/s +\d+ +– +– +≈/);
		expect(told.out).toContain('! errors not known: gRPC sends them with HTTP 200');
	});

	it('says that nobody comes, so that nobody takes a quiet step for a good one', async () => {
		const {cluster} = await openSandbox();
		const {out} = await users(cluster);
		expect(out).toContain('users: too little traffic for a verdict; no error here proves nothing');
		expect(out).toMatch(/^default\/cart {2}users of the last \d+ s: nobody uses it/);
		expect(out).toMatch(/\ncart-00001 +90 % +– +– /);
		const told = await users(cluster, {output: 'json'});
		expect(JSON.parse(told.out)).toMatchObject({recent: {certainty: 'nobody', rows: [{share: null}, {}]}});
	});

	it('says which service there is not, and which right is missing', async () => {
		const {sandbox, cluster} = await openSandbox();
		expect(await users(cluster, {service: 'nobody'})).toMatchObject({
			code: 1,
			err: 'Service nobody in namespace default: services.serving.knative.dev "nobody" not found\n',
		});
		const viewer = await connect({kubeconfig: sandbox.kubeconfigPath, context: 'sandbox-viewer'});
		onTestFinished(async () => viewer.close());
		const {code, out} = await users(viewer);
		expect(code).toBe(1);
		expect(out).toMatch(
			/^default\/cart {2}users {2}not known: needs the right to get pods\/proxy, or to get and create/,
		);
		const told = await users(viewer, {output: 'json'});
		expect(JSON.parse(told.out)).toMatchObject({
			state: 'unknown',
			recent: {
				seconds: 0,
				perSecond: null,
				certainty: null,
				rows: [{revision: 'cart-00001', perSecond: null, requests: null, failed: null, pods: null}, {}],
			},
		});
	});
});

/** Has counted this by the first round. */
const meterOf = (told: UsersSnapshot): UsersMeter => ({
	isRunning: true,
	setSplit() {},
	start() {},
	pause() {},
	stop() {},
	snapshot: () => told,
	subscribe(listener) {
		queueMicrotask(listener);
		return () => {};
	},
});

const disagreeing = {
	state: 'disagrees',
	requests: [800, 200],
	logE: 9,
	minimum: 10,
	dispersion: {factor: 1, isFound: false, looks: 20, mostOver: () => 1},
	oneClient: 0.1,
	isOneTagged: false,
} as const;

describe('verify --source users', () => {
	it('agrees with a gateway that does what the route says, and ends as soon as one does not', async () => {
		const world = await countedWorld();
		world.sandbox.users.set({service: 'cart', rate: 100});
		const right = await verify(world.cluster);
		expect([right.code, right.out]).toEqual([
			0,
			expect.stringContaining('users, split: no contradiction so far'),
		]);
		const wrong = await verify(world.cluster, {expect: '50/50', seconds: 60, output: 'json'});
		expect(wrong.code).toBe(1);
		expect(JSON.parse(wrong.out)).toMatchObject({
			result: 'disagrees',
			exitCode: 1,
			sinceSplit: {seconds: expect.any(Number)},
		});
	});

	it.each([
		[
			'was wrong and is right again',
			{split: {...disagreeing, isOver: true}},
			2,
			'Cannot tell: users, split: was wrong, as configured by now',
		],
		['is wrong', {split: disagreeing}, 1, 'users, split: DISAGREES'],
		[
			'leaves users where they were',
			{split: {...disagreeing, state: 'agrees'}, kept: {revision: 'cart-00002', requests: 412, others: 3}},
			1,
			'users, split: WRONG',
		],
	] as const)('says of a split that %s what is said on the screen', async (_, part, code, text) => {
		const {cluster} = await openSandbox();
		const rows = [usersRow('cart-00001', 90), usersRow('cart-00002', 10)];
		const told = usersSnapshot(usersWindow(rows), part);
		const {written, ...to} = streams();
		const run = {...cart, seconds: 16, expect: undefined, output: 'text', meter: meterOf(told)} as const;
		expect(await runVerifyUsers(cluster, run, to)).toBe(code);
		expect(written.out).toContain(text);
	});

	it('says why it cannot tell: of the split, whatever there is to say of errors', async () => {
		const world = await countedWorld();
		world.sandbox.users.set({service: 'cart', rate: 5});
		expect(await verify(world.cluster, {seconds: 3})).toMatchObject({
			code: 2,
			// Of so few users none at all may have come to the canary.
			out: expect.stringMatching(/^\? Cannot tell: (?:users, split: (?:too few|possibly off)|too early)/m),
		});
		world.sandbox.users.set({service: 'checkout'});
		expect(await verify(world.cluster, {seconds: 1, service: 'checkout'})).toMatchObject({
			code: 2,
			out: expect.stringContaining('? Cannot tell: nothing to compare: one revision.'),
		});
	});

	it('cannot tell from rates, and could not ask without the right or the service', async () => {
		const {sandbox, cluster} = await openSandbox();
		sandbox.users.set({service: 'cart', rate: 60});
		expect(await verify(cluster, {seconds: 4})).toMatchObject({
			code: 2,
			out: expect.stringContaining('? Cannot tell: rates are no counts'),
		});
		const viewer = await connect({kubeconfig: sandbox.kubeconfigPath, context: 'sandbox-viewer'});
		onTestFinished(async () => viewer.close());
		expect((await verify(viewer)).code).toBe(3);
		expect(await verify(cluster, {expect: '10/10'})).toMatchObject({
			code: 2,
			err: expect.stringContaining('--expect'),
		});
	});
});
