/**
 * KIngress → the gateway, as net-kourier does it: the configuration is pushed, the gateway is probed until it answers
 * with it, and only then is the load balancer said to be ready. Until then the old split still answers.
 *
 * Source: net-kourier pkg/reconciler/ingress, knative/networking pkg/apis/networking/v1alpha1/ingress_lifecycle.go.
 */
import type {LoadBalancerIngress} from '../../../knative/objects/wire.js';
import type {RoutingTable} from '../../gateway/routing-table.js';
import {ingresses} from '../../resources.js';
import type {StoredObject} from '../../shared-store.js';
import {ingressConditions, reconcileStatus} from '../serving/conditions.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {getIngress, keyOf, splitKey, type ObjectKey, type StoredIngress} from '../objects.js';

const finalizer = 'ingresses.networking.internal.knative.dev';
/** Milliseconds that Kourier, a process of its own, hears of a change after Knative's own controllers. */
const hearing = 25;
/** Milliseconds from the push until the gateway serves the new configuration. */
const push = 300;
/** Milliseconds until the probes have seen it. */
const probing = 200;

/** How far the gateway has come with one version of a KIngress (its uid and generation). */
type IngressProgress = {version: string; stage: 'unheard' | 'heard' | 'pushed' | 'probed'};

function loadBalancer(service: string): {ingress: LoadBalancerIngress[]} {
	return {ingress: [{domainInternal: `${service}.kourier-system.svc.cluster.local`}]};
}

/** The status of a KIngress of generation 1 that the gateway serves. @param time RFC 3339. */
export function readyIngressStatus(time: string): object {
	return {
		observedGeneration: 1,
		conditions: ['LoadBalancerReady', 'NetworkConfigured', 'Ready'].map(type => ({
			type,
			status: 'True',
			lastTransitionTime: time,
		})),
		publicLoadBalancer: loadBalancer('kourier'),
		privateLoadBalancer: loadBalancer('kourier-internal'),
	};
}

function isServed({metadata, status}: StoredIngress): boolean {
	return (
		status?.observedGeneration === metadata.generation &&
		status?.conditions?.some(({type, status: value}) => type === 'Ready' && value === 'True') === true
	);
}

/**
 * @param tables Those of the gateways that it programs: outside and inside.
 * @param again Has a key reconciled once more, when a step is due.
 */
export function ingressReconciler(
	context: ControllerContext,
	tables: readonly RoutingTable[],
	again: (key: ObjectKey) => void,
): Reconciler {
	const {store, pace, events} = context;
	const progress = new Map<ObjectKey, IngressProgress>();

	function program(key: ObjectKey, ingress: StoredIngress): void {
		for (const table of tables) {
			table.program(key, ingress.spec?.rules ?? []);
		}
	}

	function sayUpdated(ingress: StoredObject): void {
		const text = `Updated ${JSON.stringify(ingress.metadata.name)} finalizers`;
		events.record(ingress, 'Normal', 'FinalizerUpdate', text, 'ingress-controller');
	}

	/** Lets an Ingress go that is being deleted: the gateway serves it no more. */
	function finalize(key: ObjectKey): void {
		const {namespace, name} = splitKey(key);
		const ingress = store.get(ingresses, namespace, name);
		if (ingress?.metadata.finalizers?.includes(finalizer)) {
			sayUpdated(ingress);
			store.update(ingresses, namespace, name, 'main', current => ({
				...current,
				metadata: {
					...current.metadata,
					finalizers: (current.metadata.finalizers ?? []).filter(other => other !== finalizer),
				},
			}));
		}
	}

	/** Has a deletion wait until the gateway has forgotten the Ingress. */
	function hold(ingress: StoredIngress): void {
		const {namespace, name, finalizers = []} = ingress.metadata;
		if (finalizers.includes(finalizer)) {
			return;
		}

		store.update(ingresses, namespace, name, 'main', current => ({
			...current,
			metadata: {...current.metadata, finalizers: [...finalizers, finalizer]},
		}));
		sayUpdated(ingress);
	}

	/** Does the next step for one version; without effect when a newer one has come meanwhile. */
	function after(key: ObjectKey, current: IngressProgress, milliseconds: number, step: () => void): void {
		pace.after(milliseconds, () => {
			if (progress.get(key) === current) {
				step();
			}
		});
	}

	function hear(key: ObjectKey, version: string): void {
		const current: IngressProgress = {version, stage: 'unheard'};
		progress.set(key, current);
		after(key, current, hearing, () => {
			current.stage = 'heard';
			again(key);
		});
	}

	/** Sends the rules to the gateway and waits until it is seen to answer by them. */
	function pushRules(key: ObjectKey, current: IngressProgress, ingress: StoredIngress): void {
		current.stage = 'pushed';
		after(key, current, push, () => {
			program(key, ingress);
			after(key, current, probing, () => {
				current.stage = 'probed';
				again(key);
			});
		});
	}

	return {
		name: 'kourier-controller',
		keysOf: ({resource, object}) => (resource === ingresses ? [keyOf(object)] : []),
		reconcile(key) {
			const ingress = getIngress(store, key);
			if (!ingress) {
				finalize(key);
				progress.delete(key);
				for (const table of tables) {
					table.remove(key);
				}

				return;
			}

			const {uid, generation, namespace, name} = ingress.metadata;
			const version = `${uid}/${generation}`;
			const current = progress.get(key);
			if (current === undefined && isServed(ingress)) {
				// It was ready before anybody here looked: the gateway takes its rules up as they are.
				progress.set(key, {version, stage: 'probed'});
				program(key, ingress);
				return;
			}

			if (current?.version !== version) {
				hear(key, version);
				return;
			}

			if (current.stage === 'unheard') {
				return;
			}

			hold(ingress);
			const probed = current.stage === 'probed';
			const status = reconcileStatus(ingress, ingressConditions, context.now(), (conditions, before) => {
				conditions.markTrue('NetworkConfigured');
				if (!probed) {
					conditions.markUnknown(
						'LoadBalancerReady',
						'Uninitialized',
						'Waiting for load balancer to be ready',
					);
					return before;
				}

				conditions.markTrue('LoadBalancerReady');
				return {
					...before,
					publicLoadBalancer: loadBalancer('kourier'),
					privateLoadBalancer: loadBalancer('kourier-internal'),
				};
			});
			store.update(ingresses, namespace, name, 'status', object => ({...object, status}));
			if (current.stage === 'heard') {
				pushRules(key, current, ingress);
			}
		},
	};
}
