/**
 * The PodAutoscaler of a Revision: what the autoscaler wants, as an object. It follows the Revision; the decisions are
 * made elsewhere.
 *
 * Source: knative/serving pkg/reconciler/revision/resources/pa.go, pkg/apis/autoscaling/v1alpha1/pa_lifecycle.go.
 */
import type {Condition, KubernetesObject} from '../../../knative/objects/wire.js';
import {podAutoscalers} from '../../resources.js';
import {StoreConflict, type ObjectStore, type StoredObject} from '../../state.js';
import type {DesiredScale} from './autoscaler.js';
import {reconcileStatus, type ConditionKind} from '../serving/conditions.js';
import {deploymentName} from '../workload/deployment.js';
import {ensured} from '../ensured.js';
import {controlledBy, type StoredRevision} from '../objects.js';
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

/** Writes the PodAutoscaler of a revision, its status included, and the Services that follow from it. @param now in milliseconds since 1970. */
export function writePodAutoscaler(
	store: ObjectStore,
	revision: StoredRevision,
	{scale, ready, now}: {scale: DesiredScale; ready: number; now: number},
): void {
	const wanted = makePodAutoscaler(revision);
	const {namespace, name} = wanted.metadata;
	const current = ensured(store, podAutoscalers, wanted);
	const status = statusOf(current, revision, scale, ready, now);
	try {
		writeServerlessService(store, revision, current, {desired: scale.desired, ready, now});
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
	revision: StoredRevision,
	scale: DesiredScale,
	ready: number,
	now: number,
): PodAutoscalerStatus {
	const {name} = revision.metadata;
	const before = isStatus(object.status) ? {status: object.status} : {};
	return reconcileStatus<PodAutoscalerStatus>(
		{metadata: object.metadata, ...before},
		podAutoscalerConditions,
		now,
		conditions => {
			const {status, reason, message} = scale.active;
			conditions.markTrue('SKSReady');
			if (scale.initialized) {
				conditions.markTrue('ScaleTargetInitialized');
			} else {
				conditions.markUnknown('ScaleTargetInitialized');
			}

			conditions.copy('Active', {type: 'Active', status, reason, message});
			return {
				serviceName: name,
				metricsServiceName: `${name}-private`,
				desiredScale: scale.desired,
				actualScale: ready,
			};
		},
	);
}

/** Nobody else writes it. */
const isStatus = (status: unknown): status is PodAutoscalerStatus =>
	typeof status === 'object' && status !== null;
