/**
 * What a Revision takes over from what is beneath it: from its Deployment, the pods of that, and its PodAutoscaler.
 *
 * Source: knative/serving pkg/reconciler/revision/reconcile_resources.go, pkg/apis/serving/v1/revision_lifecycle.go
 * (PropagateDeploymentStatus, PropagateAutoscalerStatus).
 */
import {podCauses} from '../../api/admission/pod-dry-run.js';
import {invalid} from '../../api/http/api-error.js';
import type {Revision} from '../../../knative/objects/wire.js';
import {deployments} from '../../resources.js';
import type {ObjectStore, StoredObject} from '../../shared-store.js';
import type {DesiredScale} from '../autoscaling/autoscaler.js';
import {autoscalerStatusOf} from '../autoscaling/pod-autoscaler.js';
import {fieldOf} from '../fields.js';
import {keyOf, type StoredRevision} from '../objects.js';
import {deploymentCondition, deploymentName} from '../workload/deployment.js';
import {userContainer} from '../workload/pod-spec.js';
import {containerStatusOf} from '../workload/pod-status.js';
import {podsOf} from '../workload/pods.js';
import type {ConditionSet} from './conditions.js';

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Why there can be no Deployment of a revision: what admission lets through is not all that Kubernetes takes. */
export function deploymentProblem(revision: StoredRevision): string | undefined {
	const causes = podCauses({...revision.spec}).map(cause => ({
		...cause,
		field: `spec.template.${cause.field}`,
	}));
	if (causes.length === 0) {
		return undefined;
	}

	const name = deploymentName(revision);
	const {message} = invalid({group: 'apps', kind: 'Deployment'}, name, causes);
	return `failed to create deployment ${JSON.stringify(name)}: ${message}`;
}

/** What its Deployment says of a revision, and one of its pods while none of them serves. */
export function markDeployment(store: ObjectStore, revision: StoredRevision, conditions: ConditionSet): void {
	const deployment = store.get(deployments, revision.metadata.namespace, deploymentName(revision));
	if (!deployment || numberOf(fieldOf(deployment.spec, 'replicas')) === 0) {
		return;
	}

	const isAvailable = numberOf(fieldOf(deployment.status, 'availableReplicas')) > 0;
	const progressing = deploymentCondition(deployment, 'Progressing');
	const refused = deploymentCondition(deployment, 'ReplicaFailure');
	const failure =
		refused?.status === 'True' ? refused : progressing?.status === 'False' ? progressing : undefined;
	if (failure && !isAvailable) {
		conditions.markFalse('ResourcesAvailable', failure.reason, failure.message);
	} else if (conditions.get('ResourcesAvailable')?.status === 'False') {
		conditions.markUnknown('ResourcesAvailable', 'Deploying');
	}

	if (isAvailable) {
		conditions.markTrue('ContainerHealthy');
	} else {
		markPod(store, revision, conditions, progressing?.status === 'False');
	}
}

/** One of the pods stands for all of them. */
function markPod(
	store: ObjectStore,
	revision: StoredRevision,
	conditions: ConditionSet,
	hasTimedOut: boolean,
): void {
	const [pod]: (StoredObject | undefined)[] = podsOf(store, keyOf(revision));
	const container = pod && containerStatusOf(pod, userContainer(revision)?.name ?? 'user-container');
	const terminated = container?.lastState.terminated;
	const waiting = container?.state.waiting;
	if (terminated) {
		const {exitCode, message} = terminated;
		const words = exitCode === 0 && message === '' ? 'container exited with no error' : message;
		conditions.markFalse('ContainerHealthy', `ExitCode${exitCode}`, `Container failed with: ${words}`);
	} else if (waiting && hasTimedOut) {
		conditions.markFalse('ResourcesAvailable', waiting.reason, waiting.message);
	}
}

/** What its PodAutoscaler says of a revision; answers the replicas that are known. */
export function markAutoscaler(
	store: ObjectStore,
	revision: StoredRevision,
	conditions: ConditionSet,
	scale: DesiredScale | undefined,
): Pick<NonNullable<Revision['status']>, 'actualReplicas' | 'desiredReplicas'> {
	const status = autoscalerStatusOf(store, revision);
	if (!status) {
		return markAsleep(conditions, scale);
	}

	const {actualScale = -1, desiredScale = -1} = status;
	const conditionOf = (type: string) => status.conditions?.find(condition => condition.type === type);
	const ready = conditionOf('Ready');
	const isInitialized = conditionOf('ScaleTargetInitialized')?.status === 'True';
	const isUnavailable = conditions.get('ResourcesAvailable')?.status === 'False';
	if (ready) {
		conditions.copy('Active', {...ready, type: 'Active'});
	}

	if (ready?.status === 'False' && !isInitialized && !isUnavailable && status.serviceName) {
		conditions.markFalse(
			'ResourcesAvailable',
			'ProgressDeadlineExceeded',
			'Initial scale was never achieved',
		);
	} else if (ready?.status === 'True' || (isInitialized && !isUnavailable)) {
		conditions.markTrue('ResourcesAvailable');
		conditions.markTrue('ContainerHealthy');
	}

	return {
		...(actualScale < 0 ? {} : {actualReplicas: actualScale}),
		...(desiredScale < 0 ? {} : {desiredReplicas: desiredScale}),
	};
}

/** A revision that is to have no pods has no PodAutoscaler here: there are many like it. */
function markAsleep(
	conditions: ConditionSet,
	scale: DesiredScale | undefined,
): Pick<NonNullable<Revision['status']>, 'actualReplicas' | 'desiredReplicas'> {
	if (!scale || scale.desired > 0 || scale.ready > 0) {
		return {};
	}

	const {status, reason, message} = scale.active;
	conditions.copy('Active', {type: 'Active', status, reason, message});
	if (scale.initialized) {
		conditions.markTrue('ResourcesAvailable');
		conditions.markTrue('ContainerHealthy');
	}

	return {actualReplicas: 0, desiredReplicas: 0};
}
