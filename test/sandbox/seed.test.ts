/** What is in the sandbox to begin with, as clients of its API and users of its gateway see it. */
import {expect, onTestFinished, test, vi} from 'vitest';
import {seed} from '../../source/sandbox/seed.js';
import {namespaces} from '../../source/sandbox/resources.js';
import {createObjectStore} from '../../source/sandbox/store/object-store.js';
import {api, get, serving, start} from './running-sandbox.js';

const condition = (type: string, status: string, reason?: string): unknown =>
	expect.objectContaining({type, status, ...(reason === undefined ? {} : {reason})});

test('there are three services to begin with, each in its state, and they have a past', async () => {
	const sandbox = await start();
	const list = await api(sandbox, `${serving}/services`);
	expect(list).toMatchObject({
		items: [
			{
				metadata: {name: 'cart', generation: 3},
				status: {
					observedGeneration: 3,
					conditions: [
						condition('ConfigurationsReady', 'True'),
						condition('Ready', 'True'),
						condition('RoutesReady', 'True'),
					],
					latestReadyRevisionName: 'cart-00002',
					traffic: [
						{
							revisionName: 'cart-00001',
							percent: 90,
							tag: 'stable',
							url: 'http://stable-cart.default.example.com',
						},
						{
							revisionName: 'cart-00002',
							percent: 10,
							tag: 'canary',
							url: 'http://canary-cart.default.example.com',
						},
					],
				},
			},
			{
				metadata: {name: 'checkout', generation: 1},
				status: {
					conditions: [
						condition('ConfigurationsReady', 'True'),
						condition('Ready', 'True'),
						condition('RoutesReady', 'True'),
					],
					traffic: [{revisionName: 'checkout-00001', percent: 100, latestRevision: true}],
				},
			},
			{
				metadata: {name: 'payments', generation: 2},
				status: {
					conditions: [
						condition('ConfigurationsReady', 'False', 'RevisionFailed'),
						condition('Ready', 'False', 'RevisionFailed'),
						condition('RoutesReady', 'True'),
					],
					latestCreatedRevisionName: 'payments-00002',
					latestReadyRevisionName: 'payments-00001',
					traffic: [{revisionName: 'payments-00001', percent: 100}],
				},
			},
		],
	});
	const revisions = await api(sandbox, `${serving}/revisions`);
	expect(revisions).toMatchObject({
		items: [
			{metadata: {name: 'cart-00001'}, status: {actualReplicas: 1, desiredReplicas: 1}},
			{metadata: {name: 'cart-00002'}, status: {actualReplicas: 1, desiredReplicas: 1}},
			{metadata: {name: 'checkout-00001'}, status: {actualReplicas: 2, desiredReplicas: 2}},
			{metadata: {name: 'payments-00001'}, status: {actualReplicas: 1, desiredReplicas: 1}},
			{
				metadata: {name: 'payments-00002'},
				status: {
					conditions: expect.arrayContaining([condition('ContainerHealthy', 'False', 'ContainerMissing')]),
				},
			},
		],
	});
	const checkout: unknown = await api(sandbox, `${serving}/services/checkout`);
	expect(checkout).toMatchObject({metadata: {creationTimestamp: expect.stringMatching(/^\d{4}-/)}});
	expect(ageInDays(checkout)).toBeGreaterThan(20);
});

function ageInDays(object: unknown): number {
	const [time] = /(?<=creationTimestamp":")[^"]+/.exec(JSON.stringify(object)) ?? [''];
	return (Date.now() - Date.parse(time)) / 86_400_000;
}

test('the seeded services answer, the canary at its tag and at its share', async () => {
	let draw = 0.5;
	const sandbox = await start({random: () => draw});
	expect(await get(sandbox, 'checkout.default.example.com')).toEqual({
		status: 200,
		body: 'Hello Checkout!\n',
	});
	expect(await get(sandbox, 'payments.default.example.com')).toEqual({
		status: 200,
		body: 'Hello Payments!\n',
	});
	expect((await get(sandbox, 'cart.default.example.com')).body).toBe('Hello Cart!\n');
	draw = 0.899;
	expect((await get(sandbox, 'cart.default.example.com')).body).toBe('Hello Cart!\n');
	draw = 0.9;
	expect((await get(sandbox, 'cart.default.example.com')).body).toBe('Hello Cart v2!\n');
	expect((await get(sandbox, 'canary-cart.default.example.com')).body).toBe('Hello Cart v2!\n');
	expect(await get(sandbox, 'helloworld-go.default.example.com')).toEqual({status: 404, body: ''});
});

test('the gateway is found as on a real cluster: KIngress, then the LoadBalancer Service, then its port http2', async () => {
	const sandbox = await start();
	const [host, port] = sandbox.gatewayAddress.split(':');
	const ingress = await api(
		sandbox,
		'/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses/cart',
	);
	expect(ingress).toMatchObject({
		status: {publicLoadBalancer: {ingress: [{domainInternal: 'kourier.kourier-system.svc.cluster.local'}]}},
	});
	const service = await api(sandbox, '/api/v1/namespaces/kourier-system/services/kourier');
	expect(service).toMatchObject({
		spec: {type: 'LoadBalancer', ports: [{name: 'http2', port: Number(port)}]},
		status: {loadBalancer: {ingress: [{ip: host}]}},
	});
	const network = await api(sandbox, '/api/v1/namespaces/knative-serving/configmaps/config-network');
	expect(network).toMatchObject({data: {'ingress-class': 'kourier.ingress.networking.knative.dev'}});
});

test('a service that does not settle is waited for as long as anything happens, however slow the machine', async () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const store = createObjectStore();
	const rejected = vi.fn<(error: unknown) => void>();
	// Nothing is made of what is written: there are no controllers.
	const seeding = seed({store, request: async () => {}, setBack: () => {}}).catch(rejected);
	for (let change = 0; change < 3; change++) {
		await vi.advanceTimersByTimeAsync(19_000);
		store.create(namespaces, {
			apiVersion: 'v1',
			kind: 'Namespace',
			metadata: {name: `change-${change}`},
		});
	}
	await vi.advanceTimersByTimeAsync(19_000);
	expect(rejected).not.toHaveBeenCalled();
	await vi.advanceTimersByTimeAsync(1000);
	await seeding;
	expect(rejected).toHaveBeenCalledWith(
		new Error("the sandbox's own Service checkout has not settled, and nothing changed for 20 seconds"),
	);
});
