/**
 * Keeps as many pods of each Revision as the autoscaler wants, and a Deployment and a ReplicaSet that say so: what the
 * controllers of apps/v1 do on a cluster.
 *
 * Source: kubernetes pkg/controller/{deployment,replicaset}, knative/serving pkg/reconciler/revision/resources/deploy.go.
 */
import {concernsRequestMetrics, requestMetrics} from '../../queue-proxy/observability.js';
import {isOf, outdated, rollOut} from './pod-rollout.js';
import {deployments, pods, replicaSets, revisions} from '../../resources.js';
import type {ObjectStore, Resource, StoredObject} from '../../shared-store.js';
import type {Autoscaler, DesiredScale} from '../autoscaling/autoscaler.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {deploymentName, deploymentStatus, makeDeployment, replicaSetStatus} from './deployment.js';
import {ensured} from '../ensured.js';
import {podsOfRevision} from '../indexes.js';
import {
	getRevision,
	keyOf,
	listRevisions,
	revisionKeys,
	timestamp,
	type ObjectKey,
	type StoredRevision,
} from '../objects.js';
import {progressDeadline} from '../autoscaling/scale-bounds.js';
import {restartsAtOnce} from './kubelet.js';
import {isReady, statusOf} from './pod-status.js';

/** The pods of a revision that are not on their way out. */
export function podsOf(store: ObjectStore, key: ObjectKey): StoredObject[] {
	return podsOfRevision(store, key).filter(({metadata}) => metadata.deletionTimestamp === undefined);
}

/**
 * Since when a Deployment makes no progress: `false` until its deadline is over, `true` after that, 'complete' once all its
 * pods were there, from when on it has no deadline any more.
 */
type PodDeadline = {
	uid: string;
	isOver: boolean;
	isComplete: boolean;
	/** How often in a row a pod could not be made, and whether that is to be tried again. */
	refusals: number;
	triesAgain: boolean;
};

/** Milliseconds until a pod that was refused is tried again: twice as long each time. */
const firstRetry = 1000;
const longestRetry = 300_000;

/** @param again Has a revision reconciled once more: when it made no progress for too long, or a pod that was refused is tried again. */
export function podsReconciler(
	context: ControllerContext,
	autoscaler: Autoscaler,
	again: (key: ObjectKey) => void,
): Reconciler {
	const {store, pace} = context;
	const deadlines = new Map<ObjectKey, PodDeadline>();

	function deadlineOf(key: ObjectKey, revision: StoredRevision): PodDeadline {
		const {uid} = revision.metadata;
		const known = deadlines.get(key);
		if (known?.uid === uid) {
			return known;
		}

		const deadline: PodDeadline = {uid, isOver: false, isComplete: false, refusals: 0, triesAgain: false};
		deadlines.set(key, deadline);
		// At an infinite pace no time passes in which progress could fail to be made.
		if (Number.isFinite(pace.factor)) {
			pace.after(progressDeadline(store, revision), () => {
				if (deadlines.get(key) === deadline && !deadline.isComplete) {
					deadline.isOver = true;
					again(key);
				}
			});
		}

		return deadline;
	}

	/** A ReplicaSet hears nothing of quotas: it tries again and again, at an infinite pace it would without end. */
	function tryAgain(key: ObjectKey, isRefused: boolean): void {
		const deadline = deadlines.get(key);
		if (!deadline || !isRefused) {
			if (deadline) {
				deadline.refusals = 0;
			}

			return;
		}

		if (!deadline.triesAgain && Number.isFinite(pace.factor)) {
			deadline.triesAgain = true;
			pace.after(Math.min(firstRetry * 2 ** deadline.refusals++, longestRetry), () => {
				deadline.triesAgain = false;
				again(key);
			});
		}
	}

	return {
		name: 'deployment-controller',
		keysOf(change) {
			const {resource, object} = change;
			if (resource === revisions) {
				return [keyOf(object)];
			}

			if (concernsRequestMetrics(change)) {
				return listRevisions(store).map(keyOf);
			}

			return [pods, deployments, replicaSets].includes(resource) ? revisionKeys(object) : [];
		},
		reconcile(key) {
			const revision = getRevision(store, key);
			const scale = autoscaler.scaleOf(key);
			if (!revision) {
				deadlines.delete(key);
			} else if (scale) {
				const made = reconcileWorkload(context, revision, scale, () => deadlineOf(key, revision));
				autoscaler.observe(key, made.ready);
				tryAgain(key, made.isRefused);
			}
		},
	};
}

/** Makes the pods be as they should, and answers how many of them serve, and whether one was refused. */
function reconcileWorkload(
	context: ControllerContext,
	revision: StoredRevision,
	scale: DesiredScale,
	deadlineOf: () => PodDeadline,
): {ready: number; isRefused: boolean} {
	const {store} = context;
	const key = keyOf(revision);
	const {namespace} = revision.metadata;
	const present = podsOf(store, key);
	const deploymentBefore = store.get(deployments, namespace, deploymentName(revision));
	if (!deploymentBefore && scale.desired === 0 && present.length === 0) {
		// Nothing to scale yet; ten thousand revisions at rest need no thirty thousand objects.
		return {ready: 0, isRefused: false};
	}

	const deadline = deadlineOf();

	const queueEnv = requestMetrics(store).env;
	const deployment = ensured(
		store,
		deployments,
		makeDeployment(revision, {
			replicas: scale.desired,
			queueEnv,
			progressDeadline: progressDeadline(store, revision),
		}),
	);
	const {replicaSet, refusal} = rollOut(context, {
		revision,
		deployment,
		desired: scale.desired,
		present,
		queueEnv,
	});

	const own = podsOf(store, key);
	const fresh = own.filter(pod => isOf(pod, replicaSet));
	const counts = {wanted: scale.desired, all: own.length, ready: own.filter(isReady).length};
	const now = timestamp(context.now());
	if (counts.ready >= counts.wanted) {
		deadline.isComplete = true;
		deadline.isOver = false;
	}

	const isOverdue = !deadline.isComplete && (deadline.isOver || isGivenUp(context, own));
	for (const set of [replicaSet, ...outdated(context, revision, replicaSet)]) {
		const members = own.filter(pod => isOf(pod, set));
		const status = replicaSetStatus(set, {
			wanted: members.length,
			all: members.length,
			ready: members.filter(isReady).length,
		});
		writeStatus(store, replicaSets, set, status);
	}

	writeStatus(
		store,
		deployments,
		deployment,
		deploymentStatus(deployment, replicaSet.metadata.name, {
			...counts,
			updated: fresh.length,
			isOverdue,
			refusal,
			now,
		}),
	);
	return {ready: counts.ready, isRefused: refusal !== undefined};
}

/** At an infinite pace a deadline is over when the kubelet tries no more. */
function isGivenUp({pace}: ControllerContext, own: readonly StoredObject[]): boolean {
	return (
		!Number.isFinite(pace.factor) &&
		own.some(pod =>
			(statusOf(pod)?.containerStatuses ?? []).some(
				({state, restartCount}) =>
					state.waiting?.reason === 'ImagePullBackOff' ||
					(state.waiting?.reason === 'CrashLoopBackOff' && restartCount >= restartsAtOnce),
			),
		)
	);
}

function writeStatus(store: ObjectStore, resource: Resource, object: StoredObject, status: object): void {
	const {namespace, name} = object.metadata;
	store.update(resource, namespace, name, 'status', current => ({...current, status}));
}
