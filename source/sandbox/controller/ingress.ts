/**
 * KIngress → the gateway, as net-kourier does it: the configuration is pushed, the gateway is probed until it answers
 * with it, and only then is the load balancer said to be ready. Until then the old split still answers.
 *
 * Source: net-kourier pkg/reconciler/ingress, knative/networking pkg/apis/networking/v1alpha1/ingress_lifecycle.go.
 */
import type {LoadBalancerIngress} from '../../traffic/wire.js';
import type {RoutingTable} from '../gateway/routing-table.js';
import {ingresses} from '../resources.js';
import {ingressConditions, reconcileStatus} from './conditions.js';
import type {ControllerContext, Reconciler} from './controller.js';
import {getIngress, keyOf, type Key} from './objects.js';

/** Milliseconds from the push until the gateway serves the new configuration. */
const push = 300;
/** Milliseconds until the probes have seen it. */
const probing = 200;

/** How far the gateway has come with the configuration of one object (`uid` and generation). */
type Progress = {version: string; programmed: boolean; probed: boolean};

function loadBalancer(service: string): {ingress: LoadBalancerIngress[]} {
	return {ingress: [{domainInternal: `${service}.kourier-system.svc.cluster.local`}]};
}

export function ingressReconciler(
	context: ControllerContext,
	table: RoutingTable,
	again: (key: Key) => void,
): Reconciler {
	const {store, pace} = context;
	const progress = new Map<Key, Progress>();

	/** The next step of one version; without effect when a newer one has come meanwhile. */
	function advance(key: Key, current: Progress, milliseconds: number, step: Partial<Progress>): void {
		pace.after(milliseconds, () => {
			if (progress.get(key) === current) {
				Object.assign(current, step);
				again(key);
			}
		});
	}

	return {
		name: 'kourier-controller',
		keysOf: ({resource, object}) => (resource === ingresses ? [keyOf(object)] : []),
		reconcile(key) {
			const ingress = getIngress(store, key);
			if (!ingress) {
				progress.delete(key);
				table.remove(key);
				return;
			}

			const {uid, generation, namespace, name} = ingress.metadata;
			const version = `${uid}/${generation}`;
			let current = progress.get(key);
			if (current?.version !== version) {
				current = {version, programmed: false, probed: false};
				progress.set(key, current);
				advance(key, current, push, {programmed: true});
			} else if (current.programmed && !current.probed) {
				table.program(key, ingress.spec?.rules ?? []);
				advance(key, current, probing, {probed: true});
			}

			const {probed} = current;
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
		},
	};
}
