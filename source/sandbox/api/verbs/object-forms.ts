/** One object or a list of them in the form a client asked for. */
import type {Resource, StoredObject} from '../../shared-store.js';
import {apiVersionOf} from './group-version.js';
import type {Form} from '../http/negotiation.js';
import {partial, type IncludeObject, type ListMetadata} from '../../kubectl-compat/partial-object.js';
import {tableOf} from '../../kubectl-compat/table.js';

/** An object as itself, as its metadata alone, or as a Table with one row. @param options.now Milliseconds since 1970, for ages. */
export function inForm(
	object: StoredObject,
	resource: Resource,
	form: Form,
	options: {includeObject: IncludeObject; now: number; withoutHeaders?: boolean},
): unknown {
	if (form.as === 'Table') {
		return tableOf(resource, [object], {
			...options,
			version: form.version,
			metadata: {resourceVersion: object.metadata.resourceVersion},
		});
	}

	return form.as === 'PartialObjectMetadata' ? partial(object, form.version) : object;
}

/** The same of a list. @param metadata Of the list: its version, and where the next page begins. */
export function listInForm(
	objects: StoredObject[],
	resource: Resource,
	form: Form,
	metadata: ListMetadata,
	options: {includeObject: IncludeObject; now: number},
): unknown {
	if (form.as === 'Table') {
		return tableOf(resource, objects, {...options, version: form.version, metadata});
	}

	if (form.as === 'PartialObjectMetadata') {
		return {
			kind: 'PartialObjectMetadataList',
			apiVersion: `meta.k8s.io/${form.version}`,
			metadata,
			items: objects.map(object => partial(object, form.version)),
		};
	}

	return {
		kind: `${resource.kind}List`,
		apiVersion: apiVersionOf(resource),
		metadata,
		// In a list of a built-in kind the items do not repeat it.
		items:
			resource.group === ''
				? objects.map(({apiVersion: _apiVersion, kind: _kind, ...rest}) => rest)
				: objects,
	};
}
