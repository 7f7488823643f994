/** The loop against the gateway of the sandbox, which draws a revision per request as a real one does. */
import {expect, onTestFinished, test} from 'vitest';
import {createProbe} from '../../source/probe/transport/create-probe.js';
import type {Loop, LoopSnapshot} from '../../source/probe/loop/loop.js';
import {createLoop} from '../../source/probe/loop/loop.js';
import type {Sandbox} from '../../source/sandbox/sandbox.js';
import {startSandbox} from '../../source/sandbox/sandbox.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {parseService} from '../../source/knative/service/service.js';
import {routeSettled} from '../../source/knative/service/service-state.js';
import {targetAt} from './servers.js';

/** The same numbers in every run: what is tested is the loop, not luck. */
function createRandom(): () => number {
	let state = 0x2f_6e_2b_1d;
	return () => {
		// A linear congruential generator; Numerical Recipes, "Quick and dirty generators".
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

async function until(loop: Loop, isDone: (snapshot: LoopSnapshot) => boolean): Promise<LoopSnapshot> {
	return new Promise(resolve => {
		const unsubscribe = loop.subscribe(snapshot => {
			if (isDone(snapshot)) {
				unsubscribe();
				resolve(snapshot);
			}
		});
	});
}

type ServiceWrite = {method: 'POST' | 'PATCH'; contentType: string; body: unknown};

/** Reads a Service of the sandbox, or writes it and returns it as it is then. */
async function requestService(
	{apiUrl, token}: Sandbox,
	path: string,
	write?: ServiceWrite,
): Promise<ServiceView> {
	const response = await fetch(`${apiUrl}/apis/serving.knative.dev/v1/namespaces/default/services${path}`, {
		headers: {authorization: `Bearer ${token}`, 'content-type': write?.contentType ?? ''},
		...(write && {method: write.method, body: JSON.stringify(write.body)}),
	});
	const parsed = parseService(await response.json());
	if (!parsed.ok) {
		throw new Error(parsed.reason);
	}

	return parsed.value;
}

/** The Service once its route has settled on what was written last. */
async function settled(sandbox: Sandbox, name: string): Promise<ServiceView> {
	let service = await requestService(sandbox, `/${name}`);
	while (!routeSettled(service)) {
		service = await requestService(sandbox, `/${name}`);
	}

	return service;
}

async function splitCart(sandbox: Sandbox, stable: number, canary: number): Promise<ServiceView> {
	const traffic = [
		{revisionName: 'cart-00001', percent: stable, tag: 'stable'},
		{revisionName: 'cart-00002', percent: canary, tag: 'canary'},
	];
	const contentType = 'application/merge-patch+json';
	await requestService(sandbox, '/cart', {method: 'PATCH', contentType, body: {spec: {traffic}}});
	return settled(sandbox, 'cart');
}

const portOf = ({gatewayAddress}: Sandbox): number => Number(gatewayAddress.split(':')[1]);

const hostOf = (url = ''): string => new URL(url).host;

test('at 50/50 both greetings are seen and attributed, and agree with the split; at 100 only the new one is', async () => {
	const sandbox = await startSandbox({pace: Infinity, tls: false, random: createRandom()});
	onTestFinished(async () => sandbox.stop());
	const half = await splitCart(sandbox, 50, 50);
	const loop = createLoop({
		target: targetAt(portOf(sandbox), {authority: hostOf(half.url)}),
		rate: 500,
		maxRate: 500,
	});
	onTestFinished(async () => loop.stop());
	loop.setEpoch({weights: half.statusTraffic, settling: false});
	await loop.learn(
		half.statusTraffic.map(({tag = '', revision, url}) => ({tag, revision, authority: hostOf(url)})),
	);
	loop.start();

	const seen = await until(loop, ({answered}) => answered >= 100);
	expect(seen.rows).toMatchObject([
		{revision: 'cart-00001', fingerprint: 'Hello Cart!', learned: 'tag', configuredPercent: 50},
		{revision: 'cart-00002', fingerprint: 'Hello Cart v2!', learned: 'tag', configuredPercent: 50},
	]);
	expect(seen).toMatchObject({errors: 0, unattributed: 0, verdict: {state: 'agrees'}});

	const completed = await splitCart(sandbox, 0, 100);
	loop.setEpoch({weights: completed.statusTraffic, settling: false});
	const after = await until(loop, ({answered}) => answered >= 50);
	expect(after.rows).toMatchObject([
		{revision: 'cart-00001', fingerprint: 'Hello Cart!', configuredPercent: 0, n: 0, attribution: 'silent'},
		{revision: 'cart-00002', fingerprint: 'Hello Cart v2!', configuredPercent: 100, observedShare: 1},
	]);
	expect(after).toMatchObject({errors: 0, unattributed: 0, verdict: {state: 'agrees'}});
});

test('a gRPC service is healthy through the gateway, over h2c', async () => {
	const sandbox = await startSandbox({pace: Infinity, tls: false, seed: false});
	onTestFinished(async () => sandbox.stop());
	const container = {
		image: 'registry.example.com/shop/helloworld-grpc',
		ports: [{name: 'h2c', containerPort: 8080}],
	};
	await requestService(sandbox, '', {
		method: 'POST',
		contentType: 'application/json',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'greeter', namespace: 'default'},
			spec: {template: {spec: {containers: [container]}}},
		},
	});
	const service = await settled(sandbox, 'greeter');
	const loop = createLoop({
		target: targetAt(portOf(sandbox), {authority: hostOf(service.url), protocol: 'grpc'}),
		rate: 200,
		maxRate: 200,
	});
	onTestFinished(async () => loop.stop());
	loop.setEpoch({weights: service.statusTraffic, settling: false});
	loop.start();
	expect(await until(loop, ({answered}) => answered >= 20)).toMatchObject({
		errors: 0,
		statusCodes: {OK: expect.any(Number)},
		rows: [{fingerprint: 'SERVING', revision: 'greeter-00001', learned: 'alone', observedShare: 1}],
		verdict: {state: 'agrees'},
	});
});

test('what the gateway says itself is known from what the service says, by HTTP and by gRPC', async () => {
	const sandbox = await startSandbox({pace: Infinity, tls: false});
	onTestFinished(async () => sandbox.stop());
	const probe = createProbe({});
	onTestFinished(async () => probe.close());
	const ask = async (authority: string, protocol: 'http1' | 'grpc') => {
		const {outcome} = await probe.ask(targetAt(portOf(sandbox), {authority, protocol}));
		return outcome.kind === 'response' ? [outcome.code, outcome.by] : outcome;
	};
	expect(await ask('nobody.default.example.com', 'http1')).toEqual(['404', 'gateway']);
	expect(await ask('nobody.default.example.com', 'grpc')).toEqual(['UNIMPLEMENTED', 'gateway']);
	expect(await ask('cart.default.example.com', 'http1')).toEqual(['200', undefined]);
	await sandbox.gatewayFaults.set({unavailable: 1});
	expect(await ask('cart.default.example.com', 'http1')).toEqual(['503', 'gateway']);
	expect(await ask('cart.default.example.com', 'grpc')).toEqual(['UNAVAILABLE', 'gateway']);
});
