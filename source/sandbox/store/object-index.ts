/**
 * Objects by something other than their names, kept up with the store: what the informers' indexes are for controllers.
 * With ten thousand objects a controller that lists them all for each change would never be done.
 */
import type {ObjectStore, Resource, StoredObject} from '../shared-store.js';

export type ObjectIndex = {
	/** The objects under a value, sorted by namespace and name. */
	get(value: string): StoredObject[];
};

/** @param valuesOf what an object is found by; is called with each version of it and must be pure. */
function createObjectIndex(
	store: ObjectStore,
	resource: Resource,
	valuesOf: (object: StoredObject) => readonly string[],
): ObjectIndex {
	const byValue = new Map<string, Map<string, StoredObject>>();
	const valuesByUid = new Map<string, readonly string[]>();

	function forget(uid: string): void {
		for (const value of valuesByUid.get(uid) ?? []) {
			const found = byValue.get(value);
			found?.delete(uid);
			if (found?.size === 0) {
				byValue.delete(value);
			}
		}

		valuesByUid.delete(uid);
	}

	function keep(object: StoredObject): void {
		const {uid} = object.metadata;
		forget(uid);
		const values = valuesOf(object);
		for (const value of values) {
			const found = byValue.get(value) ?? new Map<string, StoredObject>();
			found.set(uid, object);
			byValue.set(value, found);
		}

		valuesByUid.set(uid, values);
	}

	for (const object of store.list(resource)) {
		keep(object);
	}

	store.subscribe(change => {
		if (change.resource !== resource) {
			return;
		}

		if (change.type === 'DELETED') {
			forget(change.object.metadata.uid);
		} else {
			keep(change.object);
		}
	});
	return {
		get: value =>
			[...(byValue.get(value)?.values() ?? [])].toSorted((left, right) =>
				nameOf(left) < nameOf(right) ? -1 : 1,
			),
	};
}

/** The NUL sorts before every character of a name. */
const nameOf = ({metadata}: StoredObject): string => `${metadata.namespace ?? ''}\0${metadata.name}`;

/** An index for each store that asks for one. */
export function sharedIndex(
	resource: Resource,
	valuesOf: (object: StoredObject) => readonly string[],
): (store: ObjectStore) => ObjectIndex {
	const indexes = new WeakMap<ObjectStore, ObjectIndex>();
	return store => {
		let index = indexes.get(store);
		if (!index) {
			index = createObjectIndex(store, resource, valuesOf);
			indexes.set(store, index);
		}

		return index;
	};
}
