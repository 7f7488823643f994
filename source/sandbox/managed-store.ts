/**
 * The store as the controllers write it: each write leaves in managedFields whose it was, as on a cluster, where every
 * process of the control plane is a client of the API server like any other.
 */
import {isDeepStrictEqual} from 'node:util';
import {apiVersionOf} from './api/verbs/group-version.js';
import {ownableOf} from './kubectl-compat/managed-fields/ownable.js';
import {managersAfterUpdate} from './kubectl-compat/managed-fields/managers.js';
import {schemaOf} from './kubectl-compat/schema/knative.js';
import {
	deployments,
	events,
	ingresses,
	podAutoscalers,
	pods,
	replicaSets,
	serverlessServices,
} from './resources.js';
import type {ObjectStore, Resource, StoredObject} from './shared-store.js';
import {timestamp, updatedObject} from './store/next-object.js';
import type {KubernetesObject} from '../knative/objects/wire.js';

type StoredPart = 'main' | 'status';

/** The processes, as their user agents name them. */
const knative = 'controller';
const autoscaler = 'autoscaler';
const kourier = 'kourier';
const kubernetes = 'kube-controller-manager';
const scheduler = 'kube-scheduler';
const kubelet = 'kubelet';

/** Who writes what other than Knative's own controllers; whoever is not in here is theirs. */
const writers = new Map<Resource, Partial<Record<StoredPart, string>>>([
	[ingresses, {status: kourier}],
	[podAutoscalers, {status: autoscaler}],
	[serverlessServices, {main: autoscaler}],
	[deployments, {status: kubernetes}],
	[replicaSets, {main: kubernetes, status: kubernetes}],
	[pods, {main: kubernetes, status: kubelet}],
]);

/** By what an Event says of itself. */
const reporters: Readonly<Record<string, string>> = {
	kubelet,
	'default-scheduler': scheduler,
	'deployment-controller': kubernetes,
	'replicaset-controller': kubernetes,
};

function managerOf(resource: Resource, part: StoredPart, object: KubernetesObject): string {
	if (resource === events) {
		const component: unknown = Reflect.get(object, 'reportingComponent');
		return (typeof component === 'string' ? reporters[component] : undefined) ?? knative;
	}

	return writers.get(resource)?.[part] ?? knative;
}

/** @param now the clock, in milliseconds since 1970. */
export function createManagedStore(store: ObjectStore, now: () => number): ObjectStore {
	function withManagers<T extends KubernetesObject>(
		resource: Resource,
		part: StoredPart,
		{before, after, next}: {before: StoredObject | undefined; after: KubernetesObject; next: T},
	): T {
		const managedFields = managersAfterUpdate(
			schemaOf(resource),
			before?.metadata.managedFields ?? [],
			before && ownableOf(resource, before, part),
			ownableOf(resource, {...after}, part),
			{
				manager: managerOf(resource, part, after),
				apiVersion: apiVersionOf(resource),
				subresource: part === 'status' ? 'status' : undefined,
				time: timestamp(now()),
			},
		);
		return {...next, metadata: {...next.metadata, managedFields}};
	}

	return {
		get resourceVersion() {
			return store.resourceVersion;
		},
		get: (...parameters) => store.get(...parameters),
		list: (...parameters) => store.list(...parameters),
		create: (resource, object) =>
			store.create(
				resource,
				withManagers(resource, 'main', {before: undefined, after: object, next: object}),
			),
		update: (resource, namespace, name, part, change) =>
			store.update(resource, namespace, name, part, current => {
				const next = change(current);
				const after = updatedObject(resource, current, next, part);
				// A write that changes nothing is nobody's.
				return isDeepStrictEqual(after, current)
					? current
					: withManagers(resource, part, {before: current, after, next});
			}),
		remove: (...parameters) => store.remove(...parameters),
		subscribe: listener => store.subscribe(listener),
		changesSince: version => store.changesSince(version),
		compact: () => store.compact(),
	};
}
