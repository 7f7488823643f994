/**
 * How the pods of a Deployment come to be of its present template: as many new ones as there should be, and those of another
 * template go as the new ones become ready.
 *
 * Source: kubernetes pkg/controller/deployment/rolling.go, pkg/controller/controller_utils.go (the ranking).
 */
import {randomBytes} from 'node:crypto';
import {pods, replicaSets} from '../../resources.js';
import type {RequestMetrics} from '../../queue-proxy/observability.js';
import type {StoredObject} from '../../shared-store.js';
import type {ControllerContext} from '../controller.js';
import {makeReplicaSet, replicaSetName} from './deployment.js';
import {ensured} from '../ensured.js';
import {fieldOf} from '../fields.js';
import {timestamp, type StoredRevision} from '../objects.js';
import {makePod} from './pod-spec.js';
import {isReady} from './pod-status.js';
import {quotaProblem} from '../../api/admission/resource-quota.js';

/** Whether the pod was made by that ReplicaSet. */
export const isOf = (pod: StoredObject, {metadata}: StoredObject): boolean =>
	(pod.metadata.ownerReferences ?? []).some(({uid}) => uid === metadata.uid);

/** The ReplicaSets of templates that the Deployment had before. */
export function outdated(
	{store}: ControllerContext,
	revision: StoredRevision,
	current: StoredObject,
): StoredObject[] {
	return store
		.list(replicaSets, revision.metadata.namespace)
		.filter(
			set =>
				set.metadata.labels?.['serving.knative.dev/revisionUID'] === revision.metadata.uid &&
				set.metadata.uid !== current.metadata.uid,
		);
}

type Workload = {
	revision: StoredRevision;
	deployment: StoredObject;
	/** Pods that there should be, and those that there are. */
	desired: number;
	present: readonly StoredObject[];
	queueEnv: RequestMetrics['env'];
};

/**
 * Has as many pods of the present template as there should be; those of another one go as the new ones become ready, so that
 * there are never fewer that serve (RollingUpdate with maxUnavailable 0 and maxSurge 25 %). Returns the ReplicaSet of the
 * present template, and why a pod could not be made.
 */
export function rollOut(
	context: ControllerContext,
	{revision, deployment, desired, present, queueEnv}: Workload,
): {replicaSet: StoredObject; refusal: string | undefined} {
	const {store, events} = context;
	const {namespace} = revision.metadata;
	const name = replicaSetName(revision, queueEnv);
	const setBefore = store.get(replicaSets, namespace, name);
	const isFresh = (pod: StoredObject): boolean => setBefore !== undefined && isOf(pod, setBefore);
	const fresh = present.filter(isFresh);
	const old = present.filter(pod => !isFresh(pod));
	const surge = old.length > 0 ? Math.ceil(desired / 4) : 0;
	const wantedFresh = Math.min(desired, Math.max(fresh.length, desired + surge - old.length));
	const replicaSet = ensured(store, replicaSets, makeReplicaSet(revision, deployment, wantedFresh, queueEnv));
	const scaled = (set: string, from: number, to: number): void => {
		if (from !== to) {
			const text = `Scaled ${from < to ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`;
			events.record(deployment, 'Normal', 'ScalingReplicaSet', text, 'deployment-controller');
		}
	};
	scaled(name, replicasOf(setBefore), wantedFresh);
	let refusal: string | undefined;
	for (let count = fresh.length; count < wantedFresh; count++) {
		const suffix = randomBytes(3).toString('hex').slice(0, 5);
		const wanted = makePod(revision, replicaSet, {suffix, queueEnv});
		refusal = quotaProblem(store, wanted);
		if (refusal !== undefined) {
			events.record(
				replicaSet,
				'Warning',
				'FailedCreate',
				`Error creating: ${refusal}`,
				'replicaset-controller',
			);
			break;
		}

		const pod = store.create(pods, wanted);
		const text = `Created pod: ${pod.metadata.name}`;
		events.record(replicaSet, 'Normal', 'SuccessfulCreate', text, 'replicaset-controller');
	}

	for (const pod of ranked(fresh).slice(0, Math.max(0, fresh.length - wantedFresh))) {
		removePod(context, pod, replicaSet);
	}

	const readyFresh = fresh.filter(isReady).length;
	const sets = outdated(context, revision, replicaSet);
	let serving = readyFresh + old.filter(isReady).length;
	const gone = new Set<StoredObject>();
	for (const pod of ranked(old)) {
		const isNeeded = isReady(pod) && serving - 1 < desired;
		const owner = sets.find(set => isOf(pod, set));
		if (!isNeeded && owner) {
			serving -= isReady(pod) ? 1 : 0;
			gone.add(pod);
			removePod(context, pod, owner);
		}
	}

	for (const set of sets) {
		const members = old.filter(pod => isOf(pod, set) && !gone.has(pod)).length;
		scaled(set.metadata.name, replicasOf(set), members);
		store.update(replicaSets, namespace, set.metadata.name, 'main', current => ({
			...current,
			spec: {...specOf(current), replicas: members},
		}));
	}

	return {replicaSet, refusal};
}

/** Those that are not ready go first, then the youngest (ReplicaSet's ranking). */
function ranked(candidates: readonly StoredObject[]): StoredObject[] {
	return candidates.toSorted(
		(left, right) =>
			Number(isReady(left)) - Number(isReady(right)) ||
			right.metadata.creationTimestamp.localeCompare(left.metadata.creationTimestamp),
	);
}

/** Has a pod go within its time of grace. */
function removePod(
	{store, events, now}: ControllerContext,
	pod: StoredObject,
	replicaSet: StoredObject,
): void {
	const {namespace, name} = pod.metadata;
	const seconds = fieldOf(pod.spec, 'terminationGracePeriodSeconds');
	const deletionGracePeriodSeconds = typeof seconds === 'number' ? seconds : 30;
	const deletionTimestamp = timestamp(now() + deletionGracePeriodSeconds * 1000);
	store.update(pods, namespace, name, 'main', current => ({
		...current,
		metadata: {...current.metadata, deletionTimestamp, deletionGracePeriodSeconds},
	}));
	events.record(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`, 'replicaset-controller');
}

const specOf = ({spec}: StoredObject): object => (typeof spec === 'object' && spec !== null ? spec : {});

function replicasOf(object: StoredObject | undefined): number {
	const spec: unknown = object?.spec;
	const replicas: unknown = typeof spec === 'object' && spec !== null ? Reflect.get(spec, 'replicas') : 0;
	return typeof replicas === 'number' ? replicas : 0;
}
