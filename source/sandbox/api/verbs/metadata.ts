/**
 * What Kubernetes itself asks of metadata, whatever the kind.
 *
 * Source: k8s.io/apimachinery pkg/api/validation/objectmeta.go, apiserver pkg/registry/rest/{create,update}.go.
 */
import type {Resource, StoredObject} from '../../shared-store.js';
import {listOf, objectsOf, stringOf, stringsOf, type JsonObject} from '../body/json.js';
import {
	label1123Problems,
	labelValueProblems,
	qualifiedNameProblems,
	subdomain1123Problems,
} from './names.js';
import {forbiddenValue, invalidValue, requiredValue, tooLong, type FieldCause} from '../http/api-error.js';

/** All annotations of an object together, keys and values, in bytes. */
const annotationsLimit = 256 * 1024;

/** What is wrong with it: names, labels, annotations, owners. Empty where nothing is. */
export function metadataCauses(resource: Resource, metadata: JsonObject): FieldCause[] {
	const name = stringOf(metadata['name']);
	const causes =
		name === ''
			? [requiredValue('metadata.name', 'name or generateName is required')]
			: (resource.plural === 'namespaces' ? label1123Problems : subdomain1123Problems)(name).map(problem =>
					invalidValue('metadata.name', name, problem),
				);
	for (const [key, value] of stringsOf(metadata['labels'])) {
		causes.push(
			...qualifiedNameProblems(key).map(problem => invalidValue('metadata.labels', key, problem)),
			...labelValueProblems(value).map(problem => invalidValue('metadata.labels', value, problem)),
		);
	}

	let size = 0;
	for (const [key, value] of stringsOf(metadata['annotations'])) {
		// Upper case is no mistake in the key of an annotation.
		causes.push(
			...qualifiedNameProblems(key.toLowerCase()).map(problem =>
				invalidValue('metadata.annotations', key, problem),
			),
		);
		size += Buffer.byteLength(key) + Buffer.byteLength(value);
	}

	if (size > annotationsLimit) {
		causes.push(tooLong('metadata.annotations', annotationsLimit));
	}

	for (const [index, owner] of objectsOf(metadata['ownerReferences']).entries()) {
		causes.push(
			...['apiVersion', 'kind', 'name', 'uid']
				.filter(field => stringOf(owner[field]) === '')
				.map(field => invalidValue(`metadata.ownerReferences[${index}].${field}`, '', 'must not be empty')),
		);
	}

	for (const [index, finalizer] of listOf(metadata['finalizers']).entries()) {
		causes.push(
			...qualifiedNameProblems(stringOf(finalizer)).map(problem =>
				invalidValue(`metadata.finalizers[${index}]`, finalizer, problem),
			),
		);
	}

	return causes;
}

/** What an update may not change. Fields left out count as unchanged; the store fills them in. */
export function immutableMetadataCauses(
	resource: Resource,
	current: StoredObject,
	wanted: JsonObject,
): FieldCause[] {
	const causes: FieldCause[] = [];
	for (const field of ['uid', 'creationTimestamp', 'deletionTimestamp'] as const) {
		const value = wanted[field];
		if (value !== undefined && value !== null && value !== '' && value !== current.metadata[field]) {
			causes.push(invalidValue(`metadata.${field}`, value, 'field is immutable'));
		}
	}

	if (current.metadata.deletionTimestamp !== undefined) {
		const added = listOf(wanted['finalizers']).filter(
			finalizer => !(current.metadata.finalizers ?? []).includes(stringOf(finalizer)),
		);
		if (added.length > 0) {
			causes.push(
				forbiddenValue(
					'metadata.finalizers',
					`no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map(finalizer => JSON.stringify(finalizer)).join(', ')}}`,
				),
			);
		}
	}

	// The metadata of custom resources is validated twice (apiextensions-apiserver customresource/validator.go).
	return resource.group.includes('.') ? [...causes, ...causes] : causes;
}
