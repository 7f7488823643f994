import type {ObjectStore, Resource, StoredObject} from '../shared-store.js';

/**
 * Makes an object be as it should: created, or changed, or instead of one that the owner made that had this name before.
 * Of the status nothing is said.
 */
export function ensured(
	store: ObjectStore,
	resource: Resource,
	wanted: Parameters<ObjectStore['create']>[1],
): StoredObject {
	const {namespace, name, ownerReferences = []} = wanted.metadata;
	const existing = store.get(resource, namespace, name);
	const isOurs = existing?.metadata.ownerReferences?.[0]?.uid === ownerReferences[0]?.uid;
	if (existing && !isOurs) {
		store.remove(resource, namespace, name);
	}

	return existing && isOurs
		? store.update(resource, namespace, name, 'main', current => ({
				...current,
				metadata: {
					...current.metadata,
					...wanted.metadata,
					uid: current.metadata.uid,
					resourceVersion: current.metadata.resourceVersion,
				},
				spec: wanted.spec,
			}))
		: store.create(resource, wanted);
}
