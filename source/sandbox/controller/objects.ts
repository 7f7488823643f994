/**
 * The objects of the store by their types. Controllers and the API server's admission are the only ones who write them,
 * so the kind of an object says what it holds.
 */
import {createHash} from 'node:crypto';
import type {
	Configuration,
	Ingress,
	KnativeService,
	OwnerReference,
	Revision,
	Route,
} from '../../knative/objects/wire.js';
import {configurations, ingresses, revisions, routes, services} from '../resources.js';
import type {ObjectStore, Resource, StoredObject} from '../shared-store.js';

export type StoredService = StoredObject & KnativeService;
export type StoredConfiguration = StoredObject & Configuration;
export type StoredRoute = StoredObject & Route;
export type StoredRevision = StoredObject & Revision;
export type StoredIngress = StoredObject & Ingress;

const isOf = (object: StoredObject, {group, kind}: Resource): boolean =>
	object.kind === kind && object.apiVersion.startsWith(`${group}/`);
const isService = (object: StoredObject): object is StoredService => isOf(object, services);
const isConfiguration = (object: StoredObject): object is StoredConfiguration => isOf(object, configurations);

/** Of serving.knative.dev, whatever the version; by kind and group. */
export const isRoute = (object: StoredObject): object is StoredRoute => isOf(object, routes);

/** Of serving.knative.dev, whatever the version; by kind and group. */
export const isRevision = (object: StoredObject): object is StoredRevision => isOf(object, revisions);
const isIngress = (object: StoredObject): object is StoredIngress => isOf(object, ingresses);

/** `namespace/name`, as client-go's work queues name objects. */
export type ObjectKey = string;

/** The key of an object; without a namespace it begins with `/`. */
export function keyOf(object: {metadata: {namespace?: string; name: string}}): ObjectKey {
	return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** The parts of a key; the namespace is '' for what has none. */
export function splitKey(key: ObjectKey): {namespace: string; name: string} {
	const slash = key.indexOf('/');
	return {namespace: key.slice(0, slash), name: key.slice(slash + 1)};
}

/** The object under a key, or undefined when there is none that is not being deleted. */
function get<T extends StoredObject>(
	store: ObjectStore,
	resource: Resource,
	key: ObjectKey,
	guard: (object: StoredObject) => object is T,
): T | undefined {
	const {namespace, name} = splitKey(key);
	const object = store.get(resource, namespace, name);
	return object && guard(object) && object.metadata.deletionTimestamp === undefined ? object : undefined;
}

/** Undefined also while it is being deleted, as for all that a controller gets by these. */
export const getService = (store: ObjectStore, key: ObjectKey): StoredService | undefined =>
	get(store, services, key, isService);

/** Undefined also while it is being deleted. */
export const getConfiguration = (store: ObjectStore, key: ObjectKey): StoredConfiguration | undefined =>
	get(store, configurations, key, isConfiguration);

/** Undefined also while it is being deleted. */
export const getRoute = (store: ObjectStore, key: ObjectKey): StoredRoute | undefined =>
	get(store, routes, key, isRoute);

/** Undefined also while it is being deleted. */
export const getRevision = (store: ObjectStore, key: ObjectKey): StoredRevision | undefined =>
	get(store, revisions, key, isRevision);

/** Undefined also while it is being deleted. */
export const getIngress = (store: ObjectStore, key: ObjectKey): StoredIngress | undefined =>
	get(store, ingresses, key, isIngress);

/** Of one namespace, or of all; those that are being deleted, too. */
export const listRevisions = (store: ObjectStore, namespace?: string): StoredRevision[] =>
	store.list(revisions, namespace).filter(object => isRevision(object));

/** Of one namespace, or of all; those that are being deleted, too. */
export const listRoutes = (store: ObjectStore, namespace?: string): StoredRoute[] =>
	store.list(routes, namespace).filter(object => isRoute(object));

/** The reference of an object that its controller made. */
export function controlledBy(owner: StoredObject): OwnerReference {
	const {apiVersion, kind, metadata} = owner;
	return {
		apiVersion,
		kind,
		name: metadata.name,
		uid: metadata.uid,
		controller: true,
		blockOwnerDeletion: true,
	};
}

/** Whether this very owner made it: one of the same name that came later has another uid. */
export function isControlledBy(object: StoredObject, owner: StoredObject): boolean {
	return (object.metadata.ownerReferences ?? []).some(
		({uid, controller}) => controller === true && uid === owner.metadata.uid,
	);
}

/** The keys of those controllers of an object that are of a kind. */
export function controllerKeys(object: StoredObject, kind: string): ObjectKey[] {
	const {namespace, ownerReferences = []} = object.metadata;
	return ownerReferences
		.filter(owner => owner.controller === true && owner.kind === kind)
		.map(owner => keyOf({metadata: {...(namespace === undefined ? {} : {namespace}), name: owner.name}}));
}

/** The revision that a Deployment, ReplicaSet or Pod is for, by its label. */
export function revisionKeys({metadata}: StoredObject): ObjectKey[] {
	const {namespace, labels = {}} = metadata;
	const name = labels['serving.knative.dev/revision'];
	return name === undefined
		? []
		: [keyOf({metadata: {...(namespace === undefined ? {} : {namespace}), name}})];
}

/** A parent's name with a suffix, shortened by a hash where it would exceed 63 characters (knative/pkg kmeta/names.go). */
export function childName(parent: string, suffix: string): string {
	const longest = 63;
	const hashLength = 32;
	if (parent.length + suffix.length <= longest) {
		return parent + suffix;
	}

	const hash = createHash('md5').update(parent).digest('hex');
	const kept = parent.slice(0, Math.max(0, longest - hashLength - suffix.length));
	return `${kept}${hash}${suffix}`.slice(0, longest);
}

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export function timestamp(milliseconds: number): string {
	return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
