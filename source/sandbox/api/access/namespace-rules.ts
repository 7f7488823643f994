/**
 * What the path says of an object holds for its body too; and what a namespace lets into itself.
 *
 * Sources: k8s.io/apiserver pkg/endpoints/handlers/rest.go, pkg/admission/plugin/namespace/lifecycle.
 */
import {namespaces} from '../../resources.js';
import type {Resource} from '../../shared-store.js';
import {objectOf, stringOf, type JsonObject} from '../body/json.js';
import type {Api, ResourceRequest} from '../http/request.js';
import {ApiError, badRequest, notFound, qualifiedResource} from '../http/api-error.js';

/** @throws ApiError 400 when name or namespace of the body are not those of the path. */
export function checkNameAndNamespace(
	{resource, name, namespace}: ResourceRequest,
	object: JsonObject,
): void {
	const metadata = objectOf(object['metadata']);
	const bodyName = stringOf(metadata['name']);
	if (bodyName !== name) {
		throw badRequest(
			bodyName === ''
				? 'name must be provided'
				: `the name of the object (${bodyName}) does not match the name on the URL (${name})`,
		);
	}

	checkNamespace(resource, namespace, metadata);
}

function checkNamespace(resource: Resource, namespace: string | undefined, metadata: JsonObject): void {
	if (!resource.namespaced) {
		Reflect.deleteProperty(metadata, 'namespace');
		return;
	}

	const bodyNamespace = stringOf(metadata['namespace']);
	if (bodyNamespace !== '' && bodyNamespace !== namespace) {
		throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
	}

	metadata['namespace'] = namespace;
}

/** @throws ApiError 404 when the namespace is not there, 403 while it goes away. */
export function putIntoNamespace(
	api: Api,
	resource: Resource,
	namespace: string | undefined,
	metadata: JsonObject,
): void {
	checkNamespace(resource, namespace, metadata);
	if (namespace === undefined) {
		return;
	}

	const found = api.store.get(namespaces, undefined, namespace);
	if (!found) {
		throw notFound(namespaces, namespace);
	}

	if (found.metadata.deletionTimestamp !== undefined) {
		const name = stringOf(metadata['name']);
		const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
		throw new ApiError(
			403,
			'Forbidden',
			`${qualifiedResource(resource)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`,
			{
				...(name === '' ? {} : {name}),
				...(resource.group === '' ? {} : {group: resource.group}),
				kind: resource.plural,
				causes: [
					{
						reason: 'NamespaceTerminating',
						message: `namespace ${namespace} is being terminated`,
						field: 'metadata.namespace',
					},
				],
			},
		);
	}
}

/** What a new Namespace has from the start. */
export function finishNamespace(resource: Resource, object: JsonObject): void {
	if (resource.plural !== 'namespaces' || resource.group !== '') {
		return;
	}

	const metadata = objectOf(object['metadata']);
	metadata['labels'] = {
		...objectOf(metadata['labels']),
		'kubernetes.io/metadata.name': metadata['name'],
	};
	object['spec'] = {finalizers: ['kubernetes']};
	object['status'] = {phase: 'Active'};
}
