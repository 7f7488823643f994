/**
 * Keeps as many pods of each Revision as the autoscaler wants, and a Deployment and a ReplicaSet that say so: what the
 * controllers of apps/v1 do on a cluster.
 *
 * Source: kubernetes pkg/controller/{deployment,replicaset}, knative/serving pkg/reconciler/revision/resources/deploy.go.
 */
import {concernsRequestMetrics, requestMetrics} from '../../queue-proxy/observability.js';
import {isOf, outdated, rollOut} from './pod-rollout.js';
import {deployments, pods, replicaSets, revisions} from '../../resources.js';
import type {ObjectStore, Resource, StoredObject} from '../../state.js';
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
import {isReady} from './pod-status.js';

/** The pods of a revision that are not on their way out. */
export function podsOf(store: ObjectStore, key: ObjectKey): StoredObject[] {
	return podsOfRevision(store, key).filter(({metadata}) => metadata.deletionTimestamp === undefined);
}

export function podsReconciler(context: ControllerContext, autoscaler: Autoscaler): Reconciler {
	const {store} = context;
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
			if (revision && scale) {
				reconcileWorkload(context, revision, scale);
			}
		},
	};
}

function reconcileWorkload(context: ControllerContext, revision: StoredRevision, scale: DesiredScale): void {
	const {store} = context;
	const key = keyOf(revision);
	const {namespace} = revision.metadata;
	const present = podsOf(store, key);
	const deploymentBefore = store.get(deployments, namespace, deploymentName(revision));
	if (!deploymentBefore && scale.desired === 0 && present.length === 0) {
		// Nothing to scale yet; ten thousand revisions at rest need no thirty thousand objects.
		return;
	}

	const queueEnv = requestMetrics(store).env;
	const deployment = ensured(store, deployments, makeDeployment(revision, scale.desired, queueEnv));
	const replicaSet = rollOut(context, {revision, deployment, desired: scale.desired, present, queueEnv});

	const own = podsOf(store, key);
	const fresh = own.filter(pod => isOf(pod, replicaSet));
	const counts = {wanted: scale.desired, all: own.length, ready: own.filter(isReady).length};
	const now = timestamp(context.now());
	const {conditions = []} = revision.status ?? {};
	const isOverdue = conditions.some(({type, status}) => type === 'ResourcesAvailable' && status === 'False');
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
			now,
		}),
	);
}

function writeStatus(store: ObjectStore, resource: Resource, object: StoredObject, status: object): void {
	const {namespace, name} = object.metadata;
	store.update(resource, namespace, name, 'status', current => ({...current, status}));
}
