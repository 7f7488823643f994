/** What the controllers look objects up by, besides their names. */
import {coreServices, pods, revisions, routes} from '../resources.js';
import type {ObjectStore, StoredObject} from '../shared-store.js';
import {sharedIndex} from '../store/object-index.js';
import {
	isRevision,
	isRoute,
	keyOf,
	revisionKeys,
	type ObjectKey,
	type StoredRevision,
	type StoredRoute,
} from './objects.js';

const inNamespaceOf = ({metadata}: StoredObject, name: string): ObjectKey =>
	keyOf({metadata: {...(metadata.namespace === undefined ? {} : {namespace: metadata.namespace}), name}});

const byConfiguration = sharedIndex(revisions, revision => {
	const name = revision.metadata.labels?.['serving.knative.dev/configuration'];
	return name === undefined ? [] : [inNamespaceOf(revision, name)];
});

/** The names of the routes that are noted on a revision. */
export function routeNames({metadata}: StoredObject): string[] {
	return (metadata.annotations?.['serving.knative.dev/routes'] ?? '').split(',').filter(name => name !== '');
}

const byRoute = sharedIndex(revisions, revision =>
	routeNames(revision).map(name => inNamespaceOf(revision, name)),
);

const byTarget = sharedIndex(routes, object => {
	if (!isRoute(object)) {
		return [];
	}

	const targets = [...(object.spec?.traffic ?? []), ...(object.status?.traffic ?? [])];
	return targets.flatMap(({revisionName, configurationName}) => [
		...(revisionName === undefined ? [] : [`Revision ${inNamespaceOf(object, revisionName)}`]),
		...(configurationName === undefined ? [] : [`Configuration ${inNamespaceOf(object, configurationName)}`]),
	]);
});

const servicesByOwner = sharedIndex(coreServices, ({metadata}) =>
	(metadata.ownerReferences ?? []).map(({uid}) => uid),
);

const podsByRevision = sharedIndex(pods, revisionKeys);

/** Makes the indexes before anything changes, so that they have heard of each change before any controller. */
export function prepareIndexes(store: ObjectStore): void {
	for (const index of [byConfiguration, byRoute, byTarget, servicesByOwner, podsByRevision]) {
		index(store);
	}
}

/** By the label that Configurations put on what they make. */
export const revisionsOfConfiguration = (store: ObjectStore, configuration: ObjectKey): StoredRevision[] =>
	byConfiguration(store).get(configuration).filter(isRevision);

/** The revisions on which a route is noted. */
export const revisionsOfRoute = (store: ObjectStore, route: ObjectKey): StoredRevision[] =>
	byRoute(store).get(route).filter(isRevision);

/** The routes that refer to a Revision or a Configuration, in spec or status. */
export const routesTo = (store: ObjectStore, target: StoredObject): StoredRoute[] =>
	byTarget(store)
		.get(`${target.kind} ${keyOf(target)}`)
		.filter(isRoute);

/** Services of core/v1, by their owner references. */
export const servicesOwnedBy = (store: ObjectStore, owner: StoredObject): StoredObject[] =>
	servicesByOwner(store).get(owner.metadata.uid);

/** By their label; those that are being deleted, too. */
export const podsOfRevision = (store: ObjectStore, revision: ObjectKey): StoredObject[] =>
	podsByRevision(store).get(revision);
