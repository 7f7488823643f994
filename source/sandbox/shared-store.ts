/**
 * What the API server and the controllers of the sandbox share: one store of objects with one resourceVersion, as etcd
 * is for a real cluster. The API server writes what clients ask for, the controllers write what follows from it.
 */
import type {KubernetesObject, ObjectMeta} from '../knative/objects/wire.js';

/** A resource the sandbox serves. `group` is '' for core/v1. */
export type Resource = {
	group: string;
	version: string;
	kind: string;
	/** As in the path: `services`. */
	plural: string;
	singular: string;
	shortNames: string[];
	categories: string[];
	namespaced: boolean;
	/** Whether generation moves with the spec and `/status` is a path of its own. */
	statusSubresource: boolean;
};

/** An object as it is kept: metadata is complete. Never changed in place; a write puts a new object in its stead. */
export type StoredObject = KubernetesObject & {
	metadata: ObjectMeta & {uid: string; resourceVersion: string; creationTimestamp: string};
	[field: string]: unknown;
};

export type StateChange = {
	type: 'ADDED' | 'MODIFIED' | 'DELETED';
	resource: Resource;
	/** The new state; for DELETED the last one, under the resourceVersion of its removal. */
	object: StoredObject;
	/** The state before, absent for ADDED: a watch with a selector has to tell who left and who came in. */
	previous?: StoredObject;
};

/**
 * The store. Writes are synchronous and atomic, listeners are called after each, in order, and must not throw.
 * A write that changes nothing keeps the resourceVersion and tells nobody (as etcd's store does).
 */
export type ObjectStore = {
	/** The resourceVersion of the last change, as a decimal string. */
	readonly resourceVersion: string;
	get(resource: Resource, namespace: string | undefined, name: string): StoredObject | undefined;
	/** Sorted by namespace and name. */
	list(resource: Resource, namespace?: string): StoredObject[];
	/** Fills uid, resourceVersion, creationTimestamp and generation 1. Throws StoreConflict('exists') when it is there already. */
	create(resource: Resource, object: KubernetesObject): StoredObject;
	/**
	 * Puts `change(current)` instead of the current object. `part` says whose write it is: 'main' keeps the
	 * status and moves generation when anything outside metadata and status changed; 'status' keeps all but status.
	 * Throws StoreConflict('missing') when it is not there.
	 */
	update(
		resource: Resource,
		namespace: string | undefined,
		name: string,
		part: 'main' | 'status',
		change: (current: StoredObject) => StoredObject,
	): StoredObject;
	/** Removes the object at once, finalizers and dependents being the caller's matter. Undefined when it was not there. */
	remove(resource: Resource, namespace: string | undefined, name: string): StoredObject | undefined;
	/** All changes from now on. Returns the way to stop. */
	subscribe(listener: (change: StateChange) => void): () => void;
	/** Changes after a resourceVersion, oldest first; 'expired' when the history no longer reaches back that far. */
	changesSince(resourceVersion: string): StateChange[] | 'expired';
	/** Forgets the history, as etcd's compaction does: whoever goes on from an older version has to list again. */
	compact(): void;
};

export class StoreConflict extends Error {
	override name = 'StoreConflict';
	constructor(readonly reason: 'exists' | 'missing') {
		super(reason === 'exists' ? 'the object exists already' : 'the object does not exist');
	}
}

/**
 * Time in the sandbox: every waiting of a controller or a pod goes through it, so that tests need not wait.
 * Given in milliseconds of the real Knative; a pace of 10 makes them pass at 10× speed, a pace of Infinity at once.
 */
export type SandboxPace = {
	readonly factor: number;
	/** Runs `task` after that long; returns the way to call it off. Timers do not keep the process alive. */
	after(milliseconds: number, task: () => void): () => void;
	/** What time it is in the sandbox, in milliseconds since some moment. Never goes back. */
	now(): number;
	/** Lets no time pass, for a second at most, while the machine does what takes none on a cluster. Returns the way to let go. */
	hold(): () => void;
};
