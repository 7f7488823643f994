import type {RevisionBackend} from '../gateway/revision-backend.js';
import {createRoutingTable, type RoutingTable} from '../gateway/routing-table.js';
import {createAutoscaler, type Autoscaler} from './autoscaling/autoscaler.js';
import {configurationReconciler} from './serving/configuration-reconciler.js';
import {startController, type Controller, type ControllerContext} from './controller.js';
import {prepareIndexes} from './indexes.js';
import {ingressReconciler} from './networking/ingress.js';
import {quotaUsageReconciler} from './workload/quota-usage.js';
import {podAutoscalerReconciler} from './autoscaling/pod-autoscaler.js';
import {startKubelet, type Kubelet} from './workload/kubelet.js';
import {labelerReconciler} from './serving/labeler.js';
import {keyOf, listRevisions, revisionKeys, type ObjectKey} from './objects.js';
import {podsReconciler} from './workload/pods.js';
import {revisionReconciler} from './serving/revision-reconciler.js';
import {revisionGcReconciler} from './serving/revision-gc.js';
import {routeReconciler} from './serving/route-reconciler.js';
import {serviceReconciler} from './serving/service-reconciler.js';

export type ControllerManager = {
	/** What the gateway routes by: from outside, and from within the cluster. */
	tables: {external: RoutingTable; internal: RoutingTable};
	/** The revisions it routes to, by `namespace/name`. */
	backends: ReadonlyMap<ObjectKey, RevisionBackend>;
	autoscaler: Autoscaler;
	kubelet: Kubelet;
	/** Looks at every revision again, as informers do from time to time. */
	resync(): void;
	/** Stops all controllers and every pod. */
	stop(): Promise<void>;
};

/** Starts everything that follows from the objects in the store. */
export function startControllers(context: ControllerContext): ControllerManager {
	prepareIndexes(context.store);
	// The hosts of the cluster are not to be had from outside; the public ones are from inside.
	const tables = {external: createRoutingTable(), internal: createRoutingTable(() => true)};
	const backends = new Map<ObjectKey, RevisionBackend>();
	const controllers: Controller[] = [];
	// The scale decides on pods, and pods on what the revision says.
	const autoscaler = createAutoscaler(context.store, context.pace, key => {
		podsController.enqueue(key);
		revisionController.enqueue(key);
		autoscalerController.enqueue(key);
	});
	const podsController = startController(
		context,
		podsReconciler(context, autoscaler, key => podsController.enqueue(key)),
	);
	const revisionController = startController(
		context,
		revisionReconciler(context, {autoscaler, backends, again: key => revisionController.enqueue(key)}),
	);
	const autoscalerController = startController(context, podAutoscalerReconciler(context, autoscaler));
	const ingressController = startController(
		context,
		ingressReconciler(context, Object.values(tables), key => ingressController.enqueue(key)),
	);
	// In this order: of two that answer to one change the one nearer to the user comes first.
	controllers.push(
		startController(context, serviceReconciler(context)),
		startController(context, configurationReconciler(context)),
	);
	const routeController = startController(
		context,
		routeReconciler(context, (key, milliseconds) => routeController.enqueueAfter(key, milliseconds)),
	);
	const gcController = startController(
		context,
		revisionGcReconciler(context, key => gcController.enqueue(key)),
	);
	controllers.push(
		routeController,
		gcController,
		startController(context, labelerReconciler(context)),
		podsController,
		revisionController,
		autoscalerController,
		startController(context, quotaUsageReconciler(context)),
		ingressController,
	);
	const backendsOf = (pod: Parameters<typeof revisionKeys>[0]): RevisionBackend[] =>
		revisionKeys(pod)
			.map(key => backends.get(key))
			.filter(backend => backend !== undefined);
	/** By pod. A revision that is gone still has requests to finish. */
	const serving = new Map<string, RevisionBackend[]>();
	const kubelet = startKubelet(context, {
		ready(pod, socket, meter) {
			const {uid} = pod.metadata;
			const own = backendsOf(pod);
			serving.set(uid, own);
			for (const backend of own) {
				backend.add({pod: uid, ...socket, meter});
			}
		},
		async unready(pod) {
			const {uid} = pod.metadata;
			const own = serving.get(uid) ?? [];
			serving.delete(uid);
			await Promise.all(own.map(backend => backend.remove(uid)));
		},
	});
	return {
		tables,
		backends,
		autoscaler,
		kubelet,
		resync() {
			for (const revision of listRevisions(context.store)) {
				revisionController.enqueue(keyOf(revision));
			}
		},
		async stop() {
			for (const controller of controllers) {
				controller.stop();
			}

			autoscaler.stop();
			await kubelet.stop();
		},
	};
}
