import type {Resource} from '../../shared-store.js';
import type {JsonObject} from '../../api/body/json.js';

/** The part of an object whose fields a write through this door can own. */
export function ownableOf(resource: Resource, object: JsonObject, part: 'main' | 'status'): JsonObject {
	const {metadata, status, ...rest} = object;
	if (part === 'status') {
		return status === undefined ? {} : {status};
	}

	return {
		...rest,
		metadata,
		...(resource.statusSubresource || status === undefined ? {} : {status}),
	};
}
