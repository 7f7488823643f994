/**
 * Keeps as many pods of each Revision as the autoscaler wants, and a Deployment and a ReplicaSet that say so: what the
 * controllers of apps/v1 do on a cluster.
 *
 * Source: kubernetes pkg/controller/{deployment,replicaset}, knative/serving pkg/reconciler/revision/resources/deploy.go.
 */
import {randomBytes} from 'node:crypto';
import {deployments, pods, replicaSets, revisions} from '../../resources.js';
import type {ObjectStore, Resource, StoredObject} from '../../state.js';
import type {Autoscaler, DesiredScale} from '../autoscaling/autoscaler.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {
	deploymentName,
	deploymentStatus,
	makeDeployment,
	makeReplicaSet,
	replicaSetName,
	replicaSetStatus,
} from './deployment.js';
import {ensured} from '../ensured.js';
import {fieldOf} from '../fields.js';
import {podsOfRevision} from '../indexes.js';
import {
	getRevision,
	keyOf,
	revisionKeys,
	timestamp,
	type ObjectKey,
	type StoredRevision,
} from '../objects.js';
import {makePod} from './pod-spec.js';
import {isReady} from './pod-status.js';

/** The pods of a revision that are not on their way out. */
export function podsOf(store: ObjectStore, key: ObjectKey): StoredObject[] {
	return podsOfRevision(store, key).filter(({metadata}) => metadata.deletionTimestamp === undefined);
}

export function podsReconciler(context: ControllerContext, autoscaler: Autoscaler): Reconciler {
	const {store} = context;
	return {
		name: 'deployment-controller',
		keysOf({resource, object}) {
			if (resource === revisions) {
				return [keyOf(object)];
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
	const {store, events} = context;
	const key = keyOf(revision);
	const {namespace} = revision.metadata;
	const present = podsOf(store, key);
	const deploymentBefore = store.get(deployments, namespace, deploymentName(revision));
	if (!deploymentBefore && scale.desired === 0 && present.length === 0) {
		// Nothing to scale yet; ten thousand revisions at rest need no thirty thousand objects.
		return;
	}

	const deployment = ensured(store, deployments, makeDeployment(revision, scale.desired));
	const replicaSetBefore = store.get(replicaSets, namespace, replicaSetName(revision));
	const before = replicasOf(replicaSetBefore);
	const replicaSet = ensured(store, replicaSets, makeReplicaSet(revision, deployment, scale.desired));
	if (before !== scale.desired) {
		const direction = before < scale.desired ? 'up' : 'down';
		const text = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${before} to ${scale.desired}`;
		events.record(deployment, 'Normal', 'ScalingReplicaSet', text, 'deployment-controller');
	}

	for (let count = present.length; count < scale.desired; count++) {
		const pod = store.create(pods, makePod(revision, replicaSet, randomBytes(3).toString('hex').slice(0, 5)));
		const text = `Created pod: ${pod.metadata.name}`;
		events.record(replicaSet, 'Normal', 'SuccessfulCreate', text, 'replicaset-controller');
	}

	// Those that are not ready go first, then the youngest (ReplicaSet's ranking).
	const surplus = present
		.toSorted(
			(left, right) =>
				Number(isReady(left)) - Number(isReady(right)) ||
				right.metadata.creationTimestamp.localeCompare(left.metadata.creationTimestamp),
		)
		.slice(0, Math.max(0, present.length - scale.desired));
	for (const pod of surplus) {
		const {name} = pod.metadata;
		const seconds = fieldOf(pod.spec, 'terminationGracePeriodSeconds');
		const deletionGracePeriodSeconds = typeof seconds === 'number' ? seconds : 30;
		const deletionTimestamp = timestamp(context.now() + deletionGracePeriodSeconds * 1000);
		store.update(pods, namespace, name, 'main', current => ({
			...current,
			metadata: {...current.metadata, deletionTimestamp, deletionGracePeriodSeconds},
		}));
		events.record(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`, 'replicaset-controller');
	}

	const own = podsOf(store, key);
	const counts = {wanted: scale.desired, all: own.length, ready: own.filter(isReady).length};
	const now = timestamp(context.now());
	const {conditions = []} = revision.status ?? {};
	const isOverdue = conditions.some(({type, status}) => type === 'ResourcesAvailable' && status === 'False');
	writeStatus(store, replicaSets, replicaSet, replicaSetStatus(replicaSet, counts));
	writeStatus(
		store,
		deployments,
		deployment,
		deploymentStatus(deployment, replicaSet.metadata.name, {...counts, isOverdue, now}),
	);
}

function replicasOf(object: StoredObject | undefined): number {
	const spec: unknown = object?.spec;
	const replicas: unknown = typeof spec === 'object' && spec !== null ? Reflect.get(spec, 'replicas') : 0;
	return typeof replicas === 'number' ? replicas : 0;
}

function writeStatus(store: ObjectStore, resource: Resource, object: StoredObject, status: object): void {
	const {namespace, name} = object.metadata;
	store.update(resource, namespace, name, 'status', current => ({...current, status}));
}
