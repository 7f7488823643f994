/**
 * From a parsed body to an object of a resource: kind and apiVersion checked, unknown fields pruned.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/{create,update,patch,rest}.go.
 */
import type {KubernetesObject} from '../../../knative/objects/wire.js';
import type {Resource} from '../../shared-store.js';
import {unrecognized} from './request-body.js';
import {apiVersionOf} from '../verbs/group-version.js';
import {isObject, stringOf, type JsonObject} from './json.js';
import {schemaOf} from '../../kubectl-compat/schema/knative.js';
import {decodingProblem} from '../../kubectl-compat/schema/decoding.js';
import {applyDefaults, prune} from '../../kubectl-compat/schema/schema.js';
import {badRequest, invalid, invalidValue} from '../http/api-error.js';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** What became of a body, with a warning for each field nobody knows. */
export type Decoded = {object: JsonObject; warnings: string[]};

/**
 * @param options.patched the text to blame when the object is the outcome of a patch, whose errors are told otherwise.
 * @param options.duplicates fields that were given more than once.
 * @throws ApiError 400, or 422 for a patch.
 */
export function decode(
	resource: Resource,
	value: unknown,
	validation: FieldValidation,
	{patched, duplicates = []}: {patched?: string; duplicates?: readonly string[]} = {},
): Decoded {
	function refuse(why: string): Error {
		return patched === undefined
			? badRequest(
					`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`,
				)
			: invalid({group: '', kind: ''}, '', [
					{...invalidValue('patch', '', why), message: `Invalid value: ${JSON.stringify(patched)}: ${why}`},
				]);
	}

	const object = checkKind(resource, value, validation);
	const schema = schemaOf(resource);
	// Serving's own fields are left to its webhook, which has words of its own for what does not fit.
	const decoded =
		resource.group === 'serving.knative.dev'
			? {...schema, properties: {metadata: schema.properties?.['metadata'] ?? {}}}
			: schema;
	const problem = decodingProblem(resource.kind, decoded, object);
	if (problem !== undefined) {
		throw refuse(problem);
	}

	const unknownFields = [
		...duplicates.map(field => `duplicate field ${JSON.stringify(field)}`),
		...prune(schema, object).map(field => `unknown field ${JSON.stringify(field)}`),
	];
	if (unknownFields.length > 0 && validation === 'Strict') {
		throw refuse(`strict decoding error: ${unknownFields.join(', ')}`);
	}

	applyDefaults(schema, object);
	return {object, warnings: validation === 'Warn' ? unknownFields : []};
}

function checkKind(resource: Resource, value: unknown, validation: FieldValidation): JsonObject {
	if (!isObject(value)) {
		throw badRequest(
			`couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
		);
	}

	const kind = stringOf(value['kind']);
	const apiVersion = stringOf(value['apiVersion']);
	const expected = apiVersionOf(resource);
	// A built-in kind is known from the path; a custom one has to be named.
	if (resource.group === '') {
		value['kind'] = kind || resource.kind;
		value['apiVersion'] = apiVersion || expected;
	} else if (kind === '') {
		const text = JSON.stringify(value);
		throw unrecognized(`Object 'Kind' is missing in '${text.slice(0, 500)}'`, text, resource.kind);
	} else if (resource.group.includes('.')) {
		// What another kind of the version a custom resource's body says it is is not looked at.
		value['kind'] = resource.kind;
	}

	if (value['apiVersion'] !== expected) {
		const error = badRequest(
			`the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
		);
		// In a version that is not its own a custom resource has no schema: nothing in it is known.
		const strange = Object.keys(value).filter(field => !['apiVersion', 'kind', 'metadata'].includes(field));
		if (resource.group.includes('.') && validation === 'Warn') {
			error.warnings = strange.toSorted().map(field => `unknown field ${JSON.stringify(field)}`);
		}

		throw error;
	}

	if (value['kind'] !== resource.kind) {
		throw badRequest(
			`${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: no kind "${kind}" is registered for version "${apiVersion}"`,
		);
	}

	if (!isObject(value['metadata'])) {
		value['metadata'] = {};
	}

	return value;
}

/** Narrows what `decode` has let through. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
	return (
		isObject(value) &&
		typeof value['apiVersion'] === 'string' &&
		typeof value['kind'] === 'string' &&
		isObject(value['metadata']) &&
		typeof value['metadata']['name'] === 'string'
	);
}
