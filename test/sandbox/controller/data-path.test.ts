/**
 * What comes of a Service once requests arrive: scale to zero and back, protocols, time limits.
 */
import {setImmediate as nextTurn} from 'node:timers/promises';
import {Client, credentials, Metadata, status, type ServiceError} from '@grpc/grpc-js';
import type {MethodDefinition} from '@grpc/proto-loader';
import {afterEach, expect, test} from 'vitest';
import {getRevision} from '../../../source/sandbox/controller/objects.js';
import {podsOf} from '../../../source/sandbox/controller/workload/pods.js';
import {greeterService, healthService} from '../../../source/sandbox/images/grpc-descriptors.js';
import {startWorld, template, type ControllerWorld} from './world.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) {
		await cleanup();
	}
});

async function world(options: Parameters<typeof startWorld>[0] = {}): Promise<ControllerWorld> {
	const started = await startWorld(options);
	cleanups.push(() => started.stop());
	return started;
}

const grpcImage = 'registry.example.com/test/helloworld-grpc:1';

function grpcClient(port: number, authority: string): Client {
	const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
		'grpc.default_authority': authority,
	});
	cleanups.push(async () => client.close());
	return client;
}

function method(service: typeof healthService, name: string): MethodDefinition<object, object> {
	const found = service[name];
	if (!found) {
		throw new Error(`there is no method ${name}`);
	}

	return found;
}

/** One unary call. */
async function call(
	client: Client,
	of: MethodDefinition<object, object>,
	request: object,
): Promise<object | ServiceError> {
	return new Promise(resolve => {
		const metadata = new Metadata();
		client.makeUnaryRequest(
			of.path,
			of.requestSerialize,
			of.responseDeserialize,
			request,
			metadata,
			(error, value) => resolve(error ?? value ?? {}),
		);
	});
}

test('a revision without requests goes to zero, stays Ready, and the next request wakes it', async () => {
	const {create, ready, until, get, conditionsOf, store} = await world({pace: 400});
	create('hello', {template: template({env: {TARGET: 'Again'}})});
	await ready();
	await until(
		() => podsOf(store, 'default/hello-00001').length === 0,
		() => conditionsOf('hello-00001', 'revision'),
	);
	await until(() => getRevision(store, 'default/hello-00001')?.status?.actualReplicas === 0);
	expect(conditionsOf('hello-00001', 'revision')).toEqual({
		Active: 'False NoTraffic The target is not receiving traffic.',
		ContainerHealthy: 'True',
		Ready: 'True',
		ResourcesAvailable: 'True',
	});
	const active = getRevision(store, 'default/hello-00001')?.status?.conditions?.find(
		({type}) => type === 'Active',
	);
	expect(active?.severity).toBe('Info');
	expect(conditionsOf('hello')['Ready']).toBe('True');
	expect(await get('hello.default.example.com')).toEqual({status: 200, body: 'Hello Again!\n'});
});

test('min-scale keeps pods, and a revision is Ready only with all of them', async () => {
	const {create, ready, store} = await world();
	create('hello', {template: template({annotations: {'autoscaling.knative.dev/min-scale': '3'}})});
	await ready();
	expect(podsOf(store, 'default/hello-00001')).toHaveLength(3);
	expect(getRevision(store, 'default/hello-00001')?.status).toMatchObject({
		actualReplicas: 3,
		desiredReplicas: 3,
	});
});

test('a minimum that is changed on the revision itself is followed', async () => {
	const {create, ready, until, store, annotate} = await world();
	create('hello', {template: template()});
	await ready();
	annotate('hello-00001', {'autoscaling.knative.dev/min-scale': '2'});
	await until(() => getRevision(store, 'default/hello-00001')?.status?.actualReplicas === 2);
	expect(podsOf(store, 'default/hello-00001')).toHaveLength(2);
});

test('requests at a time beyond the target bring more pods, up to max-scale', async () => {
	const {create, ready, until, get, store} = await world({pace: 100});
	create('hello', {
		template: template({
			image: 'registry.example.com/test/helloworld-flaky',
			env: {ERROR_RATE: '0', LATENCY_MS: '400'},
			annotations: {'autoscaling.knative.dev/target': '1', 'autoscaling.knative.dev/max-scale': '3'},
		}),
	});
	await ready();
	const answers = Array.from({length: 8}, () => get('hello.default.example.com'));
	await until(() => getRevision(store, 'default/hello-00001')?.status?.desiredReplicas === 3);
	for (const {status: code} of await Promise.all(answers)) {
		expect(code).toBe(200);
	}
});

test('a revision that does not wake within timeoutSeconds is a 504 of the activator', async () => {
	const {create, ready, until, get, store} = await world({pace: 200});
	create('hello', {
		template: template({image: 'registry.example.com/test/helloworld-slow', timeoutSeconds: 0.01}),
	});
	await ready();
	await until(() => podsOf(store, 'default/hello-00001').length === 0);
	expect(await get('hello.default.example.com')).toEqual({status: 504, body: 'activator request timeout'});
});

test('a container on another port than PORT never becomes ready, and fails at the progress deadline', async () => {
	const {create, until, conditionsOf} = await world({pace: 1000});
	create('hello', {
		template: template({
			image: 'registry.example.com/test/helloworld-wrong-port',
			annotations: {'serving.knative.dev/progress-deadline': '2m0s'},
		}),
	});
	await until(() => conditionsOf('hello-00001', 'revision')['ContainerHealthy'] === 'Unknown Deploying');
	await until(() => conditionsOf('hello-00001', 'revision')['Ready']?.startsWith('False') === true);
	expect(conditionsOf('hello-00001', 'revision')).toMatchObject({
		ResourcesAvailable: expect.stringMatching(
			/^False ProgressDeadlineExceeded ReplicaSet "hello-00001-deployment-[0-9a-f]{8}" has timed out progressing\.$/,
		),
	});
});

test('gRPC goes through as it is: health, a greeting that honours TARGET, a status with its message', async () => {
	const {create, ready, port} = await world();
	create('greeter', {template: template({image: grpcImage, port: 'h2c', env: {TARGET: 'Knative'}})});
	await ready('greeter');
	const client = grpcClient(port, 'greeter.default.example.com');
	expect(await call(client, method(healthService, 'Check'), {service: ''})).toEqual({status: 'SERVING'});
	expect(await call(client, method(greeterService, 'SayHello'), {name: ''})).toEqual({
		message: 'Hello Knative!',
	});
	expect(await call(client, method(healthService, 'Check'), {service: 'nobody'})).toMatchObject({
		code: status.NOT_FOUND,
		details: 'unknown service',
	});
});

test('a gRPC stream stays open and ends when the caller leaves', async () => {
	const {create, ready, port, manager} = await world();
	create('greeter', {template: template({image: grpcImage, port: 'h2c'})});
	await ready('greeter');
	const client = grpcClient(port, 'greeter.default.example.com');
	const {path, requestSerialize, responseDeserialize} = method(healthService, 'Watch');
	const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {service: ''});
	const failed = Promise.withResolvers<unknown>();
	stream.on('error', failed.resolve);
	const first = await new Promise(resolve => {
		stream.once('data', resolve);
	});
	expect(first).toEqual({status: 'SERVING'});
	const backend = manager.backends.get('default/greeter-00001');
	expect(backend?.usage.concurrency).toBe(1);
	stream.cancel();
	expect(await failed.promise).toMatchObject({code: status.CANCELLED});
	await expect.poll(() => backend?.usage.concurrency).toBe(0);
});

test('an unknown host is UNIMPLEMENTED for a gRPC client', async () => {
	const {port} = await world();
	const client = grpcClient(port, 'nobody.default.example.com');
	expect(await call(client, method(healthService, 'Check'), {service: ''})).toMatchObject({
		code: status.UNIMPLEMENTED,
	});
});

test('a gRPC server whose port is not named h2c becomes Ready, but does not understand HTTP/1.1', async () => {
	const {create, ready, port, get} = await world();
	create('greeter', {template: template({image: grpcImage})});
	await ready('greeter');
	expect(await get('greeter.default.example.com')).toMatchObject({status: 502});
	const client = grpcClient(port, 'greeter.default.example.com');
	expect(await call(client, method(healthService, 'Check'), {service: ''})).toMatchObject({
		code: status.UNAVAILABLE,
	});
});

test('an HTTP/1.1 server whose port is named h2c is a 502', async () => {
	const {create, ready, get} = await world();
	create('hello', {template: template({port: 'h2c'})});
	await ready();
	expect(await get('hello.default.example.com')).toMatchObject({status: 502});
});

test('no request is lost while the traffic moves from one revision to the next', async () => {
	const {create, ready, until, update, get, service} = await world({pace: 50});
	create('hello', {template: template()});
	await ready();
	update('hello', {template: template({env: {TARGET: 'Knative'}})});
	const moving = until(() => service().status?.latestReadyRevisionName === 'hello-00002').then(() => ready());
	const bodies: string[] = [];
	for (let moved = false; !moved; moved = await Promise.race([moving.then(() => true), nextTurn(false)])) {
		const {status: code, body} = await get('hello.default.example.com');
		expect(code).toBe(200);
		bodies.push(body);
	}

	expect(bodies).toContain('Hello World!\n');
	expect((await get('hello.default.example.com')).body).toBe('Hello Knative!\n');
});
