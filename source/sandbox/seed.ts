/**
 * The services a newcomer finds: one that is well, one in the middle of a canary release, one whose newest revision
 * failed while the old one serves. Made through the API and the controllers like any other, only in the past.
 */
import type {KnativeService, RevisionTemplate, TrafficTarget} from '../knative/objects/wire.js';
import {getService} from './controller/objects.js';
import {podsOf} from './controller/workload/pods.js';
import {isReady} from './controller/workload/pod-status.js';
import type {ObjectStore} from './shared-store.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const image = 'registry.example.com/shop/helloworld-go:73fbdd56';

function template(target: string, minScale: number, of = image): RevisionTemplate {
	return {
		metadata: {annotations: {'autoscaling.knative.dev/min-scale': String(minScale)}},
		spec: {containers: [{image: of, env: [{name: 'TARGET', value: target}]}]},
	};
}

type SeedStep = {
	/** Milliseconds before now. */
	ago: number;
	service: string;
	/** The first write of a service creates it, later ones are merge patches of its spec. */
	spec: {template?: RevisionTemplate; traffic?: TrafficTarget[]};
	/** What Ready is to come to, and for which reason. */
	ready: 'True' | 'False';
	/** Pods that are to be ready in the end, by revision. */
	pods: Readonly<Record<string, number>>;
};

const steps: readonly SeedStep[] = [
	{
		ago: 21 * day,
		service: 'checkout',
		spec: {template: template('Checkout', 2)},
		ready: 'True',
		pods: {'checkout-00001': 2},
	},
	{
		ago: 9 * day,
		service: 'payments',
		spec: {template: template('Payments', 1)},
		ready: 'True',
		pods: {'payments-00001': 1},
	},
	{
		ago: 6 * day,
		service: 'cart',
		spec: {template: template('Cart', 1)},
		ready: 'True',
		pods: {'cart-00001': 1},
	},
	{
		ago: 3 * hour,
		service: 'payments',
		spec: {
			template: template('Payments v2', 1, 'registry.example.com/shop/payments:2.4.0-rc1'),
			traffic: [{revisionName: 'payments-00001', percent: 100}],
		},
		ready: 'False',
		pods: {'payments-00001': 1},
	},
	{
		ago: 45 * minute,
		service: 'cart',
		spec: {
			template: template('Cart v2', 1),
			traffic: [
				{revisionName: 'cart-00001', percent: 100, tag: 'stable'},
				{latestRevision: true, percent: 0, tag: 'canary'},
			],
		},
		ready: 'True',
		pods: {'cart-00001': 1, 'cart-00002': 1},
	},
	{
		ago: 38 * minute,
		service: 'cart',
		spec: {
			traffic: [
				{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
				{revisionName: 'cart-00002', percent: 10, tag: 'canary'},
			],
		},
		ready: 'True',
		pods: {'cart-00001': 1, 'cart-00002': 1},
	},
];

export type SeedOptions = {
	store: ObjectStore;
	/** Sends a request to the API server; throws when it is refused. */
	request: (method: 'POST' | 'PATCH', path: string, body: unknown, contentType: string) => Promise<void>;
	/** Sets the clock of the sandbox that many milliseconds back. */
	setBack: (milliseconds: number) => void;
};

/** Makes the services one after the other, each to its end, and leaves the clock at the present. */
export async function seed({store, request, setBack}: SeedOptions): Promise<void> {
	const path = '/apis/serving.knative.dev/v1/namespaces/default/services';
	try {
		for (const step of steps) {
			setBack(step.ago);
			if (getService(store, `default/${step.service}`)) {
				const type = 'application/merge-patch+json';
				await request('PATCH', `${path}/${step.service}`, {spec: step.spec}, type);
			} else {
				const service = {
					apiVersion: 'serving.knative.dev/v1',
					kind: 'Service',
					metadata: {name: step.service, namespace: 'default'},
					spec: step.spec,
				};
				await request('POST', path, service, 'application/json');
			}

			await until(store, () => isSettled(store, step), step.service);
		}
	} finally {
		setBack(0);
	}
}

function isSettled(store: ObjectStore, step: SeedStep): boolean {
	const service: KnativeService | undefined = getService(store, `default/${step.service}`);
	const ready = service?.status?.conditions?.find(({type}) => type === 'Ready');
	return (
		service?.metadata.generation === service?.status?.observedGeneration &&
		ready?.status === step.ready &&
		(step.ready === 'True' || ready.reason === 'RevisionFailed') &&
		Object.entries(step.pods).every(
			([revision, count]) => podsOf(store, `default/${revision}`).filter(isReady).length === count,
		)
	);
}

/** Seconds without any change after which it is a hang. Each is a turn of the event loop: a slow machine has all of its turns. */
const longestSilence = 20;

/** Waits for what the controllers make of it. */
async function until(store: ObjectStore, isDone: () => boolean, name: string): Promise<void> {
	if (isDone()) {
		return;
	}

	const {promise, resolve, reject} = Promise.withResolvers<void>();
	let silence = 0;
	const unsubscribe = store.subscribe(() => {
		silence = 0;
		if (isDone()) {
			resolve();
		}
	});
	const timer = setInterval(() => {
		silence++;
		if (silence === longestSilence) {
			reject(
				new Error(`the sandbox's own Service ${name} has not settled, and nothing changed for 20 seconds`),
			);
		}
	}, 1000);
	try {
		await promise;
	} finally {
		clearInterval(timer);
		unsubscribe();
	}
}
