import type {StoredObject} from '../shared-store.js';

export type ListMetadata = {resourceVersion: string; continue?: string; remainingItemCount?: number};

/** `includeObject` of a table's rows. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** The metadata of an object alone. */
export function partial(object: StoredObject, version: string): unknown {
	return {
		kind: 'PartialObjectMetadata',
		apiVersion: `meta.k8s.io/${version}`,
		metadata: object.metadata,
	};
}
