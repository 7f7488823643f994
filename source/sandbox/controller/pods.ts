/**
 * Keeps as many pods of each Revision as the autoscaler wants: what Deployment and ReplicaSet do on a cluster.
 */
import {randomBytes} from 'node:crypto';
import {pods, revisions} from '../resources.js';
import type {ObjectStore, StoredObject} from '../state.js';
import type {Autoscaler} from './autoscaler.js';
import type {ControllerContext, Reconciler} from './controller.js';
import {controllerKeys, getRevision, keyOf, splitKey, timestamp, type Key} from './objects.js';
import {makePod} from './pod-spec.js';
import {isReady} from './pod-status.js';

/** The pods of a revision that are not on their way out. */
export function podsOf(store: ObjectStore, key: Key): StoredObject[] {
	return store
		.list(pods, splitKey(key).namespace)
		.filter(
			pod => pod.metadata.deletionTimestamp === undefined && controllerKeys(pod, 'Revision').includes(key),
		);
}

export function podsReconciler(context: ControllerContext, autoscaler: Autoscaler): Reconciler {
	const {store} = context;
	return {
		name: 'deployment-controller',
		keysOf({resource, object}) {
			if (resource === revisions) {
				return [keyOf(object)];
			}

			return resource === pods ? controllerKeys(object, 'Revision') : [];
		},
		reconcile(key) {
			const revision = getRevision(store, key);
			const scale = autoscaler.scaleOf(key);
			if (!revision || !scale) {
				return;
			}

			const present = podsOf(store, key);
			for (let count = present.length; count < scale.desired; count++) {
				store.create(
					pods,
					makePod(
						revision,
						`${revision.metadata.uid.slice(0, 8)}-${randomBytes(3).toString('hex').slice(0, 5)}`,
					),
				);
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
				const {namespace, name} = pod.metadata;
				store.update(pods, namespace, name, 'main', current => ({
					...current,
					metadata: {...current.metadata, deletionTimestamp: timestamp(context.now())},
				}));
			}
		},
	};
}
