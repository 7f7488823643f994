/** `kn-canary verify` against the gateway of the sandbox, and against one that lies about the weights. */
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';
import {exitCodeOf, verifySplit, type VerifyOptions} from '../../../source/headless/evidence/verify.js';
import {runVerify} from '../../../source/headless/evidence/verify-run.js';
import {verifyLines} from '../../../source/headless/evidence/verify-text.js';
import {seeded} from '../../stats/parts/random.js';
import {createService, greeter, openSandbox, patchSpec, trafficOf, type SandboxWorld} from '../sandbox.js';
import {isListening, unusedPort} from '../../support/ports.js';

/** Fast, because the answers are what matters. */
const requestOptions = {...defaultRequestOptions, rate: 200, maxRate: 200};
const cart: VerifyOptions = {service: 'cart', namespace: 'default', n: 200, alpha: 0.01, requestOptions};

/** A seeded draw, and one that favours what stands first in the split. */
const fair = () => seeded(12);
const lying = () => {
	const random = seeded(12);
	return () => random() ** 2;
};

async function verify({cluster}: SandboxWorld, options: Partial<VerifyOptions> = {}) {
	const outcome = await verifySplit(cluster, {...cart, ...options});
	return {outcome, code: exitCodeOf(outcome), report: outcome.kind === 'asked' ? outcome.report : undefined};
}

test('a gateway that does what the route says agrees, with two revisions and with three', async () => {
	const world = await openSandbox({random: fair()});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
	const two = await verify(world);
	expect(two.report).toMatchObject({
		requests: {
			asked: 200,
			// Also on a busy machine: what passes unsent is made up for.
			sent: 200,
			answered: 200,
			attributed: 200,
			unattributed: 0,
			errors: 0,
			statusCodes: {200: 200},
		},
		verdict: {state: 'agrees', method: 'exact', alpha: 0.01, minimum: 7},
	});
	expect(two.code).toBe(0);
	const series = two.report?.series ?? [];
	expect(series.reduce((sum, {n}) => sum + n, 0)).toBe(200);
	expect(series.reduce((sum, {revisions}) => sum + (revisions['cart-00002']?.n ?? 0), 0)).toBe(
		two.report?.rows.find(({revision}) => revision === 'cart-00002')?.n,
	);
	expect(series.every(({at, duration}) => new Date(at).getTime() % duration === 0)).toBe(true);

	await patchSpec(world.cluster, 'cart', {
		template: {spec: {containers: [greeter('Cart v3')]}},
		traffic: trafficOf('cart', {1: 80, 2: 20}),
	});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 60, 2: 30, 3: 10})});
	const three = await verify(world);
	expect(three.report?.rows.map(({revision, expectedPercent}) => ({revision, expectedPercent}))).toEqual([
		{revision: 'cart-00001', expectedPercent: 60},
		{revision: 'cart-00002', expectedPercent: 30},
		{revision: 'cart-00003', expectedPercent: 10},
	]);
	expect(three.report?.verdict.state).toBe('agrees');
});

test('a gateway that lies about the weights disagrees', async () => {
	const world = await openSandbox({random: lying()});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
	const {code, report} = await verify(world);
	expect(report?.verdict).toMatchObject({state: 'disagrees', method: 'exact'});
	expect(report?.verdict.p).toBeLessThan(0.001);
	expect(code).toBe(1);
});

test('an expected split that the route does not have disagrees, and the report says what it has', async () => {
	const world = await openSandbox({random: fair()});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 100, 2: 0})});
	const {code, report} = await verify(world, {n: 40, expect: 'r1=50,r2=50'});
	expect(code).toBe(1);
	expect(report?.notes[0]).toBe(
		'The route is configured otherwise than expected: cart-00001 100 %, cart-00002 0 %.',
	);
});

test('revisions that answer alike, or have no tag, cannot be told apart', async () => {
	const world = await openSandbox({random: fair(), seed: false});
	await createService(world.cluster, 'twin', greeter('Twin'));
	await patchSpec(world.cluster, 'twin', {
		template: {spec: {containers: [{...greeter('Twin'), args: ['again']}]}},
		traffic: trafficOf('twin', {1: 100}),
	});
	await patchSpec(world.cluster, 'twin', {traffic: trafficOf('twin', {1: 50, 2: 50})});
	const alike = await verify(world, {service: 'twin', n: 30});
	expect(alike.code).toBe(2);
	expect(alike.report?.notes[0]).toBe(
		'twin-00001 and twin-00002 answer identically. Another part of the answer (--fingerprint) or another page (--path) may identify them.',
	);

	const untagged = trafficOf('twin', {1: 50, 2: 50}).map(target => ({...target, tag: undefined}));
	await patchSpec(world.cluster, 'twin', {traffic: untagged});
	const unknown = await verify(world, {service: 'twin', n: 30});
	expect(unknown.code).toBe(2);
	expect(unknown.report?.verdict.sentence).toMatch(
		/^Cannot tell: it depends on whose the 30 unattributed answers are\.$/,
	);
	expect(unknown.report?.notes[0]).toContain('twin-00001 has no tag URL');
});

const grpcGreeter = (greeting: string) => ({
	image: 'registry.example.com/samples/helloworld-grpc:1',
	ports: [{name: 'h2c', containerPort: 8080}],
	env: [{name: 'TARGET', value: greeting}],
});

test('over gRPC the health of two revisions is alike; a method that tells them apart is compared', async () => {
	const world = await openSandbox({random: fair(), seed: false});
	await createService(world.cluster, 'g', grpcGreeter('World'));
	await patchSpec(world.cluster, 'g', {
		template: {spec: {containers: [grpcGreeter('Knative')]}},
		traffic: trafficOf('g', {1: 100}),
	});
	await patchSpec(world.cluster, 'g', {traffic: trafficOf('g', {1: 50, 2: 50})});
	const health = await verify(world, {service: 'g', n: 40});
	expect(health.report).toMatchObject({
		requests: {statusCodes: {OK: expect.any(Number)}, errors: 0},
		rows: [
			{revision: 'g-00001', n: 0},
			{revision: 'g-00002', n: 0},
			{fingerprint: 'SERVING', why: 'alike', candidates: ['g-00001', 'g-00002']},
		],
		verdict: {state: 'cannot tell'},
	});
	expect(health.report?.notes[0]).toMatch(
		/^g-00001 and g-00002 answer identically\. .*with --grpc-method package\.Service\/Method\.$/,
	);

	const directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-proto-'));
	onTestFinished(async () => rm(directory, {recursive: true}));
	const protoFile = path.join(directory, 'helloworld.proto');
	await writeFile(
		protoFile,
		`syntax = "proto3"; package helloworld;
		service Greeter { rpc SayHello (HelloRequest) returns (HelloReply) {} }
		message HelloRequest { string name = 1; } message HelloReply { string message = 1; }`,
	);
	const grpcCall = {method: 'helloworld.Greeter/SayHello', request: {}, protoFile};
	const hello = await verify(world, {service: 'g', n: 60, requestOptions: {...requestOptions, grpcCall}});
	expect(hello.code).toBe(0);
	expect(hello.report?.rows).toMatchObject([
		{revision: 'g-00001', fingerprint: '{"message":"Hello World!"}'},
		{revision: 'g-00002', fingerprint: '{"message":"Hello Knative!"}'},
	]);
});

test('a gateway without an address is asked through a port-forward, over HTTP and over gRPC', async () => {
	const world = await openSandbox({random: fair(), tls: true});
	await world.sandbox.gatewayFaults.set({service: 'ClusterIP'});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
	const http = await verify(world);
	expect(http.report).toMatchObject({
		gateway: {host: '127.0.0.1', via: 'kourier', portForward: true},
		requests: {sent: 200, attributed: 200, errors: 0},
		verdict: {state: 'agrees'},
	});
	expect(verifyLines(http.report!)[0]).toBe(
		'default/cart  http://cart.default.example.com at the gateway kourier via port-forward (latencies include the API server)',
	);
	// With the answer, the port is gone.
	expect(await isListening(http.report!.gateway.port)).toBe(false);

	await createService(world.cluster, 'g', grpcGreeter('World'));
	const grpc = await verify(world, {service: 'g', n: 40});
	expect(grpc.report).toMatchObject({
		gateway: {portForward: true},
		requests: {statusCodes: {OK: 40}, errors: 0, attributed: 40},
		verdict: {state: 'agrees'},
	});
});

test('a port-forward that cannot be had is said in a sentence, after one request', async () => {
	const world = await openSandbox({random: fair()});
	await world.sandbox.gatewayFaults.set({service: 'ClusterIP'});
	const {connect} = await import('../../../source/kube/connect.js');
	const viewer = await connect({kubeconfig: world.sandbox.kubeconfigPath, context: 'sandbox-viewer'});
	onTestFinished(async () => viewer.close());
	expect(await verify({...world, cluster: viewer})).toMatchObject({
		code: 3,
		outcome: {
			sentence: expect.stringContaining(
				'takes the right to create pods/portforward in namespace kourier-system: ',
			),
		},
	});
	// The review has no say over what the server does.
	world.sandbox.apiFaults.set({answers: [{code: 403, methods: ['GET'], path: '/portforward'}]});
	expect(await verify(world)).toMatchObject({
		code: 3,
		outcome: {
			sentence: expect.stringMatching(
				/^No port-forward to kourier-system\/kourier: it takes the right to get and create pods\/portforward /,
			),
		},
	});
});

test('a gateway whose address cannot be reached is asked through a port-forward, or it is said what to do', async () => {
	const world = await openSandbox({random: fair()});
	const port = await unusedPort();
	const {status} = await world.cluster.request({
		method: 'PATCH',
		path: '/api/v1/namespaces/kourier-system/services/kourier',
		contentType: 'application/json-patch+json',
		body: [{op: 'replace', path: '/spec/ports/0/port', value: port}],
	});
	expect(status).toBe(200);
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 50, 2: 50})});
	const {report} = await verify(world, {n: 40});
	expect(report).toMatchObject({
		gateway: {host: '127.0.0.1', via: 'kourier', portForward: true},
		requests: {sent: 40, attributed: 40, errors: 0},
		// On a busy machine it also says how many slots passed unsent.
		notes: expect.arrayContaining([
			`The gateway cannot be reached from here at 127.0.0.1:${port} (load balancer: connection refused), so it is asked through a port-forward.`,
		]),
	});
	const {connect} = await import('../../../source/kube/connect.js');
	const viewer = await connect({kubeconfig: world.sandbox.kubeconfigPath, context: 'sandbox-viewer'});
	onTestFinished(async () => viewer.close());
	expect(await verify({...world, cluster: viewer})).toMatchObject({
		code: 3,
		outcome: {
			sentence: expect.stringMatching(
				/^Nothing listens at \S+ \(connection refused\).* The gateway cannot be reached from here at \S+ \(load balancer: connection refused\), and a port-forward .* takes the right to create pods\/portforward in namespace kourier-system: .*; give an address that can be reached with --gateway host\[:port\]/,
			),
		},
	});
	// The operator's own word is not tried beforehand: it may be that only some requests are answered.
	expect(await verify(world, {n: 5, gateway: {host: '127.0.0.1', port, tls: false}})).toMatchObject({
		code: 3,
		outcome: {sentence: expect.not.stringContaining('The gateway cannot be reached')},
	});
});

test('a verify that is called off while it looks for the gateway ends with that', async () => {
	const world = await openSandbox({random: fair()});
	const leaving = new AbortController();
	const {cluster} = world;
	const watched: typeof cluster = {
		...cluster,
		async request(request) {
			// The service is read by now.
			if (request.path.endsWith('/services/kourier')) leaving.abort(new Error('left'));
			return cluster.request(request);
		},
	};
	await expect(verify({...world, cluster: watched}, {signal: leaving.signal})).rejects.toThrow('left');
});

test('too few requests cannot tell', async () => {
	const world = await openSandbox({random: fair()});
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 99, 2: 1})});
	const {code, report} = await verify(world, {n: 20});
	expect({code, minimum: report?.verdict.minimum}).toEqual({code: 2, minimum: 459});
});

const neverReady: readonly [string, string, string][] = [
	['cannot be pulled', 'no-such-image', 'Unable to fetch image'],
	['is still coming up', 'helloworld-slow', ''],
];

test.each(neverReady)(
	'of a service whose first revision %s nothing can be told, and nothing is asked',
	async (_, image, why) => {
		const world = await openSandbox({pace: 1});
		await world.cluster.request({
			method: 'POST',
			path: '/apis/serving.knative.dev/v1/namespaces/default/services',
			body: {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name: 'new', namespace: 'default'},
				spec: {template: {spec: {containers: [{image: `registry.example.com/samples/${image}:1`}]}}},
			},
		});
		const run = {
			...cart,
			service: 'new',
			expect: '50/50',
			// As long as it takes to fail, and not as long as it takes to start.
			settleTimeout: 1500,
			cluster: world.cluster,
		};
		const [stdout, stderr] = [output(false), output(false)];
		expect(await runVerify({...run, output: 'text', stdout, stderr})).toBe(2);
		expect(stdout.text()).toContain(
			`? Cannot tell: no revision of new has been ready so far, so its route has no split.`,
		);
		expect(stdout.text()).toContain(why);
		expect(stderr.text()).toBe('');
	},
);

test('what could not be asked is said, is no verdict, and ends as with other commands', async () => {
	const world = await openSandbox({random: fair()});
	expect(await verify(world, {service: 'nope'})).toMatchObject({
		code: 1,
		outcome: {
			kind: 'refused',
			sentence: 'Service nope in namespace default: services.serving.knative.dev "nope" not found',
		},
	});
	const port = await unusedPort();
	expect(await verify(world, {n: 5, gateway: {host: '127.0.0.1', port, tls: false}})).toMatchObject({
		code: 3,
		outcome: {sentence: expect.stringContaining('connection refused')},
	});
	expect(await verify(world, {expect: '1/2'})).toMatchObject({code: 2, outcome: {kind: 'usage'}});
});

function output(isTTY: boolean) {
	let text = '';
	return {isTTY, write: (part: string) => void (text += part), text: () => text};
}

test('the command prints JSON with every count on stdout, and progress on stderr for a terminal only', async () => {
	const {cluster} = await openSandbox({random: fair()});
	const run = {...cart, n: 60, cluster};
	const [stdout, stderr] = [output(false), output(true)];
	expect(await runVerify({...run, output: 'json', stdout, stderr})).toBe(0);
	expect(JSON.parse(stdout.text())).toMatchObject({
		result: 'agrees',
		exitCode: 0,
		context: 'sandbox',
		requests: {asked: 60, answered: 60, unattributed: 0},
		rows: [{p99: null}, {p99: null}],
	});
	expect(stderr.text()).toMatch(/\r\d+\/60 answered, 0 failures/);
	expect(stderr.text().endsWith('\r\u001B[K')).toBe(true);

	const [plain, quiet] = [output(false), output(false)];
	expect(await runVerify({...run, output: 'text', stdout: plain, stderr: quiet})).toBe(0);
	expect(plain.text()).toMatch(/\d+ of 60 answered at 200\/s, 0 failures, 0 unattributed {2}\(200 ×\d+\)\n/);
	expect(plain.text()).toMatch(/✓ Agrees with the expected split \(p = [\d.]+\)\.\n/);
	expect(quiet.text()).toBe('');
});
