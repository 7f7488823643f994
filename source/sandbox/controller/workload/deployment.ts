/**
 * The Deployment and the ReplicaSet of a Revision, as objects.
 *
 * Source: knative/serving pkg/reconciler/revision/resources/deploy.go, kubernetes pkg/controller/deployment/progress.go.
 */
import {createHash} from 'node:crypto';
import type {KubernetesObject} from '../../../knative/objects/wire.js';
import type {StoredObject} from '../../shared-store.js';
import {childName, controlledBy, type StoredRevision} from '../objects.js';
import {podTemplate, workloadAnnotations, workloadLabels, type QueueEnv} from './pod-spec.js';

/** `hello-00001-deployment`, cut with a hash where that would be too long for a name. */
export const deploymentName = ({metadata}: StoredRevision): string => childName(metadata.name, '-deployment');

/** Of the pod template: another one, and the Deployment replaces its pods by those of another ReplicaSet. */
const templateHash = ({metadata}: StoredRevision, queueEnv: QueueEnv): string =>
	createHash('sha256')
		.update(JSON.stringify([metadata.uid, queueEnv]))
		.digest('hex')
		.slice(0, 8);

/** Another one for each pod template: a Deployment replaces its pods by way of another ReplicaSet. */
export const replicaSetName = (revision: StoredRevision, queueEnv: QueueEnv): string =>
	`${deploymentName(revision)}-${templateHash(revision, queueEnv)}`;

/** @param progressDeadline in milliseconds. */
export function makeDeployment(
	revision: StoredRevision,
	{replicas, queueEnv, progressDeadline}: {replicas: number; queueEnv: QueueEnv; progressDeadline: number},
): KubernetesObject {
	const {namespace = '', uid} = revision.metadata;
	return {
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata: {
			name: deploymentName(revision),
			namespace,
			labels: workloadLabels(revision),
			annotations: {...workloadAnnotations(revision), 'deployment.kubernetes.io/revision': '1'},
			ownerReferences: [controlledBy(revision)],
		},
		spec: {
			replicas,
			selector: {matchLabels: {'serving.knative.dev/revisionUID': uid}},
			strategy: {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 0, maxSurge: '25%'}},
			template: podTemplate(revision, queueEnv),
			revisionHistoryLimit: 0,
			progressDeadlineSeconds: Math.round(progressDeadline / 1000),
		},
	};
}

/**
 * @param replicas How many pods it is to have.
 * @param queueEnv Of the queue-proxy: what of the cluster its pods are made with.
 */
export function makeReplicaSet(
	revision: StoredRevision,
	deployment: StoredObject,
	replicas: number,
	queueEnv: QueueEnv,
): KubernetesObject {
	const {namespace = '', uid} = revision.metadata;
	const hash = templateHash(revision, queueEnv);
	const template = podTemplate(revision, queueEnv);
	return {
		apiVersion: 'apps/v1',
		kind: 'ReplicaSet',
		metadata: {
			name: replicaSetName(revision, queueEnv),
			namespace,
			labels: {...workloadLabels(revision), 'pod-template-hash': hash},
			annotations: {
				...deployment.metadata.annotations,
				'deployment.kubernetes.io/desired-replicas': String(replicas),
			},
			ownerReferences: [controlledBy(deployment)],
		},
		spec: {
			replicas,
			selector: {matchLabels: {'pod-template-hash': hash, 'serving.knative.dev/revisionUID': uid}},
			template: {
				...template,
				metadata: {...template.metadata, labels: {...template.metadata.labels, 'pod-template-hash': hash}},
			},
		},
	};
}

type PodCounts = {
	/** Pods that should be there, that are, and that serve. */
	wanted: number;
	all: number;
	ready: number;
};

/** Of a Deployment: those besides that are of the present template. */
type RolloutCounts = PodCounts & {updated: number};

/** A pod that serves is available at once: Knative has no minReadySeconds. */
export function replicaSetStatus({metadata}: StoredObject, {all, ready}: PodCounts): object {
	return {
		replicas: all,
		fullyLabeledReplicas: all,
		readyReplicas: ready,
		availableReplicas: ready,
		observedGeneration: metadata.generation ?? 1,
	};
}

type DeploymentCondition = {
	type: string;
	status: string;
	reason: string;
	message: string;
	lastTransitionTime: string;
	lastUpdateTime: string;
};

/**
 * With the conditions as they were where they say the same, so that their times stay.
 *
 * @param options.isOverdue Whether it made no progress for as long as it may.
 * @param options.now RFC 3339.
 */
export function deploymentStatus(
	deployment: StoredObject,
	replicaSet: string,
	{
		wanted,
		all,
		ready,
		updated,
		isOverdue,
		refusal,
		now,
	}: RolloutCounts & {
		isOverdue: boolean;
		/** Why a pod could not be made. */
		refusal: string | undefined;
		now: string;
	},
): object {
	const before = conditionsOf(deployment);
	const condition = (type: string, status: string, reason: string, message: string): DeploymentCondition => {
		const earlier = before.find(other => other.type === type);
		if (earlier?.status === status && earlier.reason === reason) {
			return earlier;
		}

		return {
			type,
			status,
			reason,
			message,
			lastUpdateTime: now,
			lastTransitionTime: earlier?.status === status ? earlier.lastTransitionTime : now,
		};
	};
	const progressing =
		ready >= wanted
			? condition(
					'Progressing',
					'True',
					'NewReplicaSetAvailable',
					`ReplicaSet "${replicaSet}" has successfully progressed.`,
				)
			: isOverdue
				? condition('Progressing', 'False', 'ProgressDeadlineExceeded', timedOutProgressing(replicaSet))
				: condition('Progressing', 'True', 'ReplicaSetUpdated', `ReplicaSet "${replicaSet}" is progressing.`);
	const available =
		ready >= wanted
			? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
			: condition(
					'Available',
					'False',
					'MinimumReplicasUnavailable',
					'Deployment does not have minimum availability.',
				);
	return {
		observedGeneration: deployment.metadata.generation ?? 1,
		replicas: all,
		updatedReplicas: updated,
		readyReplicas: ready,
		availableReplicas: ready,
		...(wanted > ready ? {unavailableReplicas: wanted - ready} : {}),
		conditions: [
			available,
			...(refusal === undefined ? [] : [condition('ReplicaFailure', 'True', 'FailedCreate', refusal)]),
			progressing,
		],
	};
}

/** What a Deployment says once its progress deadline is over; Knative passes it on. */
const timedOutProgressing = (replicaSet: string): string =>
	`ReplicaSet "${replicaSet}" has timed out progressing.`;

/** A condition of a Deployment. */
export function deploymentCondition(
	deployment: StoredObject | undefined,
	type: string,
): {status: string; reason: string; message: string} | undefined {
	return deployment && conditionsOf(deployment).find(condition => condition.type === type);
}

function conditionsOf({status}: StoredObject): DeploymentCondition[] {
	const conditions: unknown =
		typeof status === 'object' && status !== null && 'conditions' in status ? status.conditions : [];
	return Array.isArray(conditions) ? conditions.filter(isCondition) : [];
}

const isCondition = (value: unknown): value is DeploymentCondition =>
	typeof value === 'object' && value !== null && 'type' in value && 'lastTransitionTime' in value;
