/**
 * What an object becomes by a write, without writing it: the store keeps it, a dry run only answers with it.
 *
 * Source of the rules: apiextensions-apiserver pkg/registry/customresource/{strategy,status_strategy}.go.
 */
import {randomUUID} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import type {KubernetesObject} from '../../knative/objects/wire.js';
import type {Resource, StoredObject} from '../shared-store.js';

/**
 * A new object with uid, creationTimestamp and generation 1; its resourceVersion is still empty.
 *
 * @param now in milliseconds since 1970.
 */
export function createdObject(resource: Resource, object: KubernetesObject, now: number): StoredObject {
	const copy = plain(object);
	return {
		...copy,
		metadata: {
			...copy.metadata,
			uid: randomUUID(),
			resourceVersion: '',
			creationTimestamp: timestamp(now),
			...(resource.statusSubresource ? {generation: 1} : {}),
		},
	};
}

/** `current` after a write of `wanted`, under the resourceVersion of `current`. Equal to `current` when nothing changes. */
export function updatedObject(
	resource: Resource,
	current: StoredObject,
	wanted: StoredObject,
	part: 'main' | 'status',
): StoredObject {
	const copy = plain(wanted);
	return part === 'status' ? withStatusOf(current, copy) : withMainOf(resource, current, copy);
}

/** A write of everything but the status: what the API server owns stays, generation moves with what is left. */
function withMainOf(resource: Resource, current: StoredObject, wanted: StoredObject): StoredObject {
	const next: StoredObject = {...wanted, metadata: kept(current, wanted)};
	if (!resource.statusSubresource) {
		return next;
	}

	if (current.status === undefined) {
		delete next.status;
	} else {
		next.status = current.status;
	}

	const generation = current.metadata.generation ?? 0;
	// A deletion that waits for finalizers counts as a change of what is wanted (apiserver pkg/registry/rest/delete.go).
	const deletionBegins =
		next.metadata.deletionTimestamp !== undefined && current.metadata.deletionTimestamp === undefined;
	next.metadata.generation =
		deletionBegins || !isDeepStrictEqual(content(next), content(current)) ? generation + 1 : generation;
	return next;
}

/** A write of the status alone. */
function withStatusOf(current: StoredObject, wanted: StoredObject): StoredObject {
	const next = {...current};
	if (wanted.status === undefined) {
		delete next.status;
	} else {
		next.status = wanted.status;
	}

	// Who wrote the status is kept too; no other metadata goes in by this door.
	const {managedFields} = wanted.metadata;
	if (managedFields !== undefined) {
		next.metadata = {...current.metadata, managedFields};
	}

	return next;
}

/** The metadata of `wanted` with those fields that no write changes. */
function kept(current: StoredObject, wanted: StoredObject): StoredObject['metadata'] {
	const {name, namespace, uid, resourceVersion, creationTimestamp, generation} = current.metadata;
	const metadata = {...wanted.metadata, name, uid, resourceVersion, creationTimestamp};
	if (namespace !== undefined) {
		metadata.namespace = namespace;
	}

	if (generation === undefined) {
		delete metadata.generation;
	} else {
		metadata.generation = generation;
	}

	return metadata;
}

function content(object: StoredObject): Record<string, unknown> {
	const {metadata: _metadata, status: _status, ...rest} = object;
	return rest;
}

/** As JSON would carry it: a copy, without fields that are undefined (which would make equal objects differ). */
function plain<T>(object: T): T {
	const copy = structuredClone(object);
	dropUndefined(copy);
	return copy;
}

function dropUndefined(value: unknown): void {
	if (typeof value !== 'object' || value === null) {
		return;
	}

	for (const [field, inner] of Object.entries(value)) {
		if (inner === undefined) {
			Reflect.deleteProperty(value, field);
		} else {
			dropUndefined(inner);
		}
	}
}

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export function timestamp(milliseconds: number): string {
	return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
