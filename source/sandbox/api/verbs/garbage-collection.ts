/**
 * What follows from a deletion: dependents go with their owners, in the background or before them, and a namespace takes
 * everything in it along. Works after the fact, as the controllers of a real cluster do.
 *
 * Source: kubernetes pkg/controller/garbagecollector, pkg/controller/namespace.
 */
import {namespaces, resources} from '../../resources.js';
import type {StateChange, ObjectStore, Resource, StoredObject} from '../../shared-store.js';
import {beginDeletion, isOnNode} from './delete.js';
import {at, listOf} from '../body/json.js';

type Kept = {resource: Resource; object: StoredObject};

/**
 * Starts collecting.
 *
 * @param now the clock, in milliseconds since 1970.
 * @returns the way to stop.
 */
export function startGarbageCollection(store: ObjectStore, now: () => number): () => void {
	const present = new Map<string, Kept>();
	/** By the uid of an owner, the uids of what it owns or owned: looking through everything would take too long. */
	const owned = new Map<string, Set<string>>();

	function keep(resource: Resource, object: StoredObject): void {
		const {uid, ownerReferences = []} = object.metadata;
		present.set(uid, {resource, object});
		for (const owner of ownerReferences) {
			const siblings = owned.get(owner.uid);
			if (siblings) {
				siblings.add(uid);
			} else {
				owned.set(owner.uid, new Set([uid]));
			}
		}
	}

	function forget({metadata: {uid, ownerReferences = []}}: StoredObject): void {
		present.delete(uid);
		for (const owner of ownerReferences) {
			const siblings = owned.get(owner.uid);
			siblings?.delete(uid);
			if (siblings?.size === 0) {
				owned.delete(owner.uid);
			}
		}
	}

	for (const resource of resources) {
		for (const object of store.list(resource)) {
			keep(resource, object);
		}
	}

	let pending: StateChange[] = [];
	let scheduled: NodeJS.Immediate | undefined;
	const unsubscribe = store.subscribe(change => {
		if (change.type === 'DELETED') {
			forget(change.object);
		} else {
			keep(change.resource, change.object);
		}

		pending.push(change);
		// Later, not inside somebody's write: the answer to a deletion does not wait for the dependents.
		scheduled ??= setImmediate(work);
	});

	function work(): void {
		scheduled = undefined;
		const changes = pending;
		pending = [];
		for (const change of changes) {
			follow(change);
		}
	}

	function follow({type, resource, object}: StateChange): void {
		const {uid, namespace, ownerReferences = []} = object.metadata;
		if (type === 'DELETED') {
			for (const dependent of dependentsOf(uid)) {
				letGo(dependent);
			}

			// An owner may have waited for this one.
			for (const owner of ownerReferences) {
				finishDeletion(present.get(owner.uid));
			}

			finishNamespace(namespace);
			return;
		}

		finishDeletion(present.get(uid));
		if (type === 'ADDED' && ownerReferences.length > 0) {
			letGo({resource, object});
		}
	}

	function dependentsOf(uid: string): Kept[] {
		return [...(owned.get(uid) ?? [])]
			.map(dependent => present.get(dependent))
			.filter(kept => kept !== undefined)
			.filter(({object}) => (object.metadata.ownerReferences ?? []).some(owner => owner.uid === uid));
	}

	/** Deletes what has lost all its owners; what has lost some forgets those. */
	function letGo({resource, object}: Kept): void {
		const current = present.get(object.metadata.uid)?.object;
		if (!current) {
			return;
		}

		const owners = current.metadata.ownerReferences ?? [];
		const living = owners.filter(owner => present.has(owner.uid));
		if (owners.length > 0 && living.length === 0) {
			if (current.metadata.deletionTimestamp === undefined) {
				beginDeletion(store, resource, current, {propagation: 'Background'}, now());
			}
		} else if (living.length < owners.length) {
			changeMetadata({resource, object: current}, metadata => ({...metadata, ownerReferences: living}));
		}
	}

	/** Goes on with the deletion of an object that is marked. */
	function finishDeletion(kept: Kept | undefined): void {
		if (!kept || kept.object.metadata.deletionTimestamp === undefined) {
			return;
		}

		const {resource, object} = kept;
		const {namespace, name, uid, finalizers = []} = object.metadata;
		if (resource.plural === 'namespaces' && resource.group === '') {
			for (const inside of contentsOf(name)) {
				if (inside.object.metadata.deletionTimestamp === undefined) {
					beginDeletion(store, inside.resource, inside.object, {propagation: 'Background'}, now());
				}
			}

			finishNamespace(name);
		} else if (finalizers.length === 0) {
			// A pod is taken away by its node, when its last request is through.
			if (!isOnNode(resource, object)) {
				store.remove(resource, namespace, name);
			}
		} else if (finalizers.includes('orphan')) {
			for (const dependent of dependentsOf(uid)) {
				changeMetadata(dependent, metadata => ({
					...metadata,
					ownerReferences: (metadata.ownerReferences ?? []).filter(owner => owner.uid !== uid),
				}));
			}

			dropFinalizer(kept, 'orphan');
		} else if (finalizers.includes('foregroundDeletion')) {
			const dependents = dependentsOf(uid);
			for (const dependent of dependents) {
				if (dependent.object.metadata.deletionTimestamp === undefined) {
					beginDeletion(store, dependent.resource, dependent.object, {propagation: 'Foreground'}, now());
				}
			}

			const isBlocked = dependentsOf(uid).some(dependent =>
				(dependent.object.metadata.ownerReferences ?? []).some(
					owner => owner.uid === uid && owner.blockOwnerDeletion === true,
				),
			);
			if (!isBlocked) {
				dropFinalizer(kept, 'foregroundDeletion');
			}
		}
	}

	function dropFinalizer(kept: Kept, finalizer: string): void {
		changeMetadata(kept, metadata => ({
			...metadata,
			finalizers: (metadata.finalizers ?? []).filter(entry => entry !== finalizer),
		}));
	}

	function changeMetadata(
		{resource, object}: Kept,
		next: (metadata: StoredObject['metadata']) => StoredObject['metadata'],
	): void {
		const {namespace, name, uid} = object.metadata;
		if (store.get(resource, namespace, name)?.metadata.uid === uid) {
			store.update(resource, namespace, name, 'main', current => ({
				...current,
				metadata: next(current.metadata),
			}));
		}
	}

	function contentsOf(namespace: string): Kept[] {
		return [...present.values()].filter(({object}) => object.metadata.namespace === namespace);
	}

	function finishNamespace(name: string | undefined): void {
		const namespace = name === undefined ? undefined : store.get(namespaces, undefined, name);
		if (
			namespace?.metadata.deletionTimestamp !== undefined &&
			contentsOf(namespace.metadata.name).length === 0 &&
			(namespace.metadata.finalizers ?? []).length === 0 &&
			listOf(at(namespace.spec, 'finalizers')).every(finalizer => finalizer === 'kubernetes')
		) {
			store.remove(namespaces, undefined, namespace.metadata.name);
		}
	}

	return () => {
		unsubscribe();
		clearImmediate(scheduled);
	};
}
