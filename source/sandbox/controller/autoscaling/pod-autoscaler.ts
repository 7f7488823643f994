/**
 * The PodAutoscaler of a Revision: what the autoscaler wants, as an object. It follows the Revision; the decisions are
 * made elsewhere.
 *
 * Source: knative/serving pkg/reconciler/revision/resources/pa.go, pkg/apis/autoscaling/v1alpha1/pa_lifecycle.go.
 */
import type {Condition, KubernetesObject} from '../../../knative/objects/wire.js';
import {coreServices, deployments, podAutoscalers, revisions, serverlessServices} from '../../resources.js';
import {StoreConflict, type ObjectStore, type StoredObject} from '../../shared-store.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import type {Autoscaler, DesiredScale} from './autoscaler.js';
import {reconcileStatus, type ConditionKind} from '../serving/conditions.js';
import {deploymentName} from '../workload/deployment.js';
import {ensured} from '../ensured.js';
import {controlledBy, getRevision, keyOf, revisionKeys, type StoredRevision} from '../objects.js';
import {userContainer, workloadAnnotations, workloadLabels} from '../workload/pod-spec.js';
import {writeServerlessService} from '../networking/serverless-service.js';

const podAutoscalerConditions: ConditionKind = {
	dependents: ['Active', 'SKSReady', 'ScaleTargetInitialized'],
};

type PodAutoscalerStatus = {
	observedGeneration?: number;
	conditions?: Condition[];
	serviceName?: string;
	metricsServiceName?: string;
	desiredScale?: number;
	actualScale?: number;
};

const reachability: Readonly<Record<string, string>> = {active: 'Reachable', reserve: 'Unreachable'};

function makePodAutoscaler(revision: StoredRevision): KubernetesObject {
	const {namespace = '', name, labels = {}} = revision.metadata;
	const annotations = workloadAnnotations(revision);
	const [port] = userContainer(revision)?.ports ?? [];
	return {
		apiVersion: 'autoscaling.internal.knative.dev/v1alpha1',
		kind: 'PodAutoscaler',
		metadata: {
			name,
			namespace,
			labels: workloadLabels(revision),
			annotations: {
				...annotations,
				'autoscaling.knative.dev/class':
					annotations['autoscaling.knative.dev/class'] ?? 'kpa.autoscaling.knative.dev',
				'autoscaling.knative.dev/metric': annotations['autoscaling.knative.dev/metric'] ?? 'concurrency',
			},
			ownerReferences: [controlledBy(revision)],
		},
		spec: {
			...(revision.spec?.containerConcurrency
				? {containerConcurrency: revision.spec.containerConcurrency}
				: {}),
			protocolType: port?.name === 'h2c' ? 'h2c' : 'http1',
			reachability: reachability[labels['serving.knative.dev/routingState'] ?? ''] ?? 'Unknown',
			scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: deploymentName(revision)},
		},
	};
}

/** Has each revision that was ever to have pods be followed by a PodAutoscaler, and by the Services beneath that. */
export function podAutoscalerReconciler(context: ControllerContext, autoscaler: Autoscaler): Reconciler {
	const {store} = context;
	return {
		name: 'autoscaler',
		keysOf({type, resource, object}) {
			if (resource === revisions) {
				return [keyOf(object)];
			}

			// What somebody deletes from under it comes again.
			const isBeneath =
				[podAutoscalers, serverlessServices, deployments].includes(resource) ||
				(resource === coreServices && type === 'DELETED');
			return isBeneath ? revisionKeys(object) : [];
		},
		reconcile(key) {
			const revision = getRevision(store, key);
			const scale = autoscaler.scaleOf(key);
			if (!revision || !scale) {
				return;
			}

			const {namespace, name} = revision.metadata;
			const isAsleep = scale.desired === 0 && scale.ready === 0;
			// Ten thousand revisions at rest need no forty thousand objects.
			if (!isAsleep || store.get(podAutoscalers, namespace, name)) {
				writePodAutoscaler(store, revision, scale, context.now());
			}
		},
	};
}

/** Writes the PodAutoscaler of a revision, its status included, and the Services that follow from it. @param now in milliseconds since 1970. */
function writePodAutoscaler(
	store: ObjectStore,
	revision: StoredRevision,
	scale: DesiredScale,
	now: number,
): void {
	const wanted = makePodAutoscaler(revision);
	const {namespace, name} = wanted.metadata;
	const current = ensured(store, podAutoscalers, wanted);
	// As the ServerlessService is before this: what comes of it is heard of afterwards.
	const status = statusOf(current, store.get(serverlessServices, namespace, name), scale, now);
	try {
		writeServerlessService(store, revision, current, {desired: scale.desired, ready: scale.ready, now});
		store.update(podAutoscalers, namespace, name, 'status', object => ({...object, status}));
	} catch (error) {
		// A listener may have removed it meanwhile.
		if (!(error instanceof StoreConflict)) {
			throw error;
		}
	}
}

function statusOf(
	object: StoredObject,
	serverless: StoredObject | undefined,
	scale: DesiredScale,
	now: number,
): PodAutoscalerStatus {
	const before = isStatus(object.status) ? {status: object.status} : {};
	return reconcileStatus<PodAutoscalerStatus>(
		{metadata: object.metadata, ...before},
		podAutoscalerConditions,
		now,
		conditions => {
			const {status, reason, message} = scale.active;
			const {serviceName = '', privateServiceName = '', ready} = servedBy(serverless);
			if (privateServiceName === '') {
				conditions.markUnknown('SKSReady', 'NotReady', 'No Private Service Name');
			} else if (ready?.status === 'True') {
				conditions.markTrue('SKSReady');
			} else {
				conditions.markUnknown('SKSReady', 'NotReady', ready?.message);
			}

			if (scale.initialized) {
				conditions.markTrue('ScaleTargetInitialized');
			} else {
				conditions.markUnknown('ScaleTargetInitialized');
			}

			conditions.copy('Active', {type: 'Active', status, reason, message});
			return {
				serviceName,
				metricsServiceName: privateServiceName,
				// While the last pod of an idle revision stays for the grace period none is wanted any more.
				desiredScale: scale.isDecided ? (status === 'False' ? 0 : scale.desired) : -1,
				actualScale: scale.ready,
			};
		},
	);
}

type Served = {serviceName?: string; privateServiceName?: string; ready: Condition | undefined};

/** What a ServerlessService says of itself. */
function servedBy(serverless: StoredObject | undefined): Served {
	const status: unknown = serverless?.status;
	return isServed(status)
		? {...status, ready: status.conditions?.find(({type}) => type === 'Ready')}
		: {ready: undefined};
}

const isServed = (status: unknown): status is Omit<Served, 'ready'> & {conditions?: Condition[]} =>
	typeof status === 'object' && status !== null;

/** What a PodAutoscaler says of its revision; undefined before it has said anything. */
export function autoscalerStatusOf(
	store: ObjectStore,
	{metadata}: StoredRevision,
): PodAutoscalerStatus | undefined {
	const status: unknown = store.get(podAutoscalers, metadata.namespace, metadata.name)?.status;
	return isStatus(status) && status.conditions ? status : undefined;
}

/** Nobody else writes it. */
const isStatus = (status: unknown): status is PodAutoscalerStatus =>
	typeof status === 'object' && status !== null;
