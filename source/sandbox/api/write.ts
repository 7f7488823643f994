/**
 * create, update and patch: the same pipeline in the order a real API server has it.
 * decode → namespace → mutating webhook → version → metadata and schema → validating webhook → store.
 *
 * Sources: k8s.io/apiserver pkg/endpoints/handlers/{create,update,patch}.go, pkg/registry/generic/registry/store.go.
 */
import {namespaces} from '../resources.js';
import type {Resource, StoredObject} from '../state.js';
import {createdObject, updatedObject} from '../store/next-object.js';
import {mutate, validate} from './admission/admission.js';
import {mediaTypeOf, parseBody} from './body.js';
import {decode, isKubernetesObject} from './decode.js';
import {inForm} from './forms.js';
import {objectOf, stringOf, type JsonObject} from './json.js';
import {immutableMetadataCauses, metadataCauses} from './metadata.js';
import {generatedName} from './names.js';
import {patched} from './patch.js';
import {includeObjectOf} from './read.js';
import type {Api, Reply, ResourceRequest} from './request.js';
import {schemaOf} from './schema/knative.js';
import {schemaCauses} from './schema/schema.js';
import {
	alreadyExists,
	ApiError,
	badRequest,
	conflict,
	internalError,
	invalid,
	invalidValue,
	notFound,
	qualifiedResource,
	staleWrite,
} from './status.js';
import {writeOptionsOf} from './write-options.js';

function objectIn({resource, message}: ResourceRequest, body: Buffer): unknown {
	return parseBody(body, mediaTypeOf(message), {protobuf: resource.group === ''});
}

/** POST to a collection. */
export function create(api: Api, request: ResourceRequest, body: Buffer): Reply {
	const {resource, namespace, query} = request;
	const {dryRun, fieldValidation} = writeOptionsOf(query, 'CreateOptions');
	const {object, warnings} = decode(resource, objectIn(request, body), fieldValidation);
	const metadata = objectOf(object['metadata']);
	putIntoNamespace(api, resource, namespace, metadata);
	if (stringOf(metadata['resourceVersion']) !== '') {
		throw badRequest('resourceVersion should not be set on objects to be created');
	}

	// The server's to give, whatever the client sends.
	for (const field of ['uid', 'creationTimestamp', 'deletionTimestamp', 'generation', 'selfLink']) {
		Reflect.deleteProperty(metadata, field);
	}

	if (resource.statusSubresource) {
		Reflect.deleteProperty(object, 'status');
	}

	mutate(resource, object, undefined, api.user.name);
	if (stringOf(metadata['name']) === '' && stringOf(metadata['generateName']) !== '') {
		metadata['name'] = generatedName(stringOf(metadata['generateName']));
	}

	finishNamespace(resource, object);
	const name = stringOf(metadata['name']);
	const causes = [...metadataCauses(resource, metadata), ...schemaCauses(schemaOf(resource), object)];
	if (causes.length > 0) {
		throw invalid(resource, name, causes);
	}

	warnings.push(...validate(resource, object, undefined));
	if (!isKubernetesObject(object)) {
		throw internalError('the object lost its kind or name on the way');
	}

	if (api.store.get(resource, namespace, name)) {
		throw alreadyExists(resource, name);
	}

	const created = dryRun
		? withoutResourceVersion(createdObject(resource, object, api.now()))
		: api.store.create(resource, object);
	return reply(api, request, 201, created, warnings);
}

/** PUT of an object or of its status. */
export function update(api: Api, request: ResourceRequest, body: Buffer): Reply {
	const {resource, namespace, name = '', query} = request;
	const {dryRun, fieldValidation} = writeOptionsOf(query, 'UpdateOptions');
	const {object, warnings} = decode(resource, objectIn(request, body), fieldValidation);
	checkNameAndNamespace(request, object);
	const current = api.store.get(resource, namespace, name);
	if (!current) {
		throw notFound(resource, name);
	}

	const uid = stringOf(objectOf(object['metadata'])['uid']);
	if (uid !== '' && uid !== current.metadata.uid) {
		throw conflict(
			resource,
			name,
			`StorageError: invalid object, Code: 4, Key: /registry/${resource.group === '' ? resource.plural : `${resource.group}/${resource.plural}`}/${namespace === undefined ? '' : `${namespace}/`}${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
		);
	}

	return finish(api, request, current, object, {dryRun, warnings});
}

/** PATCH of an object or of its status. */
export function patch(api: Api, request: ResourceRequest, body: Buffer): Reply {
	const {resource, namespace, name = '', query} = request;
	const mediaType = mediaTypeOf(request.message);
	const {dryRun, fieldValidation} = writeOptionsOf(query, 'PatchOptions');
	const current = api.store.get(resource, namespace, name);
	// The media type is refused first, whether or not there is something to patch.
	const text = body.toString('utf8');
	const result = patched(current ?? {}, current ? text : '{}', current ? mediaType : patchTypeOr(mediaType));
	if (!current) {
		throw notFound(resource, name);
	}

	const {object, warnings} = decode(resource, result, fieldValidation, JSON.stringify(result));
	checkNameAndNamespace(request, object);
	return finish(api, request, current, object, {dryRun, warnings});
}

/** Of a patch to what does not exist only the media type matters: an empty object is a merge patch, and no JSON patch. */
function patchTypeOr(mediaType: string): string {
	return mediaType === 'application/json-patch+json' ? 'application/merge-patch+json' : mediaType;
}

/** What an update and a patch have in common: `wanted` in the stead of `current`. */
function finish(
	api: Api,
	request: ResourceRequest,
	current: StoredObject,
	wanted: JsonObject,
	{dryRun, warnings}: {dryRun: boolean; warnings: string[]},
): Reply {
	const {resource, namespace, name = '', subresource} = request;
	const part = subresource === 'status' ? 'status' : 'main';
	const metadata = objectOf(wanted['metadata']);
	if (part === 'main') {
		mutate(resource, wanted, current, api.user.name);
	}

	checkVersion(resource, current, stringOf(metadata['resourceVersion']));
	const causes = [
		...metadataCauses(resource, metadata),
		...immutableMetadataCauses(current, metadata),
		...schemaCauses(schemaOf(resource), wanted),
	];
	if (causes.length > 0) {
		throw invalid(resource, name, causes);
	}

	if (part === 'main') {
		warnings.push(...validate(resource, wanted, current));
	}

	if (!isKubernetesObject(wanted)) {
		throw internalError('the object lost its kind or name on the way');
	}

	const {uid, resourceVersion, creationTimestamp, deletionTimestamp} = current.metadata;
	const next: StoredObject = {
		...wanted,
		metadata: {
			...wanted.metadata,
			uid,
			resourceVersion,
			creationTimestamp,
			...(deletionTimestamp === undefined ? {} : {deletionTimestamp}),
		},
	};
	const result = dryRun
		? updatedObject(resource, current, next, part)
		: api.store.update(resource, namespace, name, part, () => next);
	if (!dryRun && isFinalized(result)) {
		api.store.remove(resource, namespace, name);
	}

	return reply(api, request, 200, result, warnings);
}

/** Whether an object that is being deleted waits for nobody any more. */
function isFinalized(object: StoredObject): boolean {
	return object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
}

/**
 * A custom resource cannot be updated without saying which version of it was read; a built-in one can.
 *
 * @throws ApiError 422 without a version, 409 with an old one.
 */
function checkVersion(resource: Resource, current: StoredObject, resourceVersion: string): void {
	if (resourceVersion === '' && resource.group !== '') {
		throw invalid(resource, current.metadata.name, [
			invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
		]);
	}

	if (resourceVersion !== '' && resourceVersion !== current.metadata.resourceVersion) {
		throw staleWrite(resource, current.metadata.name);
	}
}

function checkNameAndNamespace({resource, name, namespace}: ResourceRequest, object: JsonObject): void {
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
function putIntoNamespace(
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
function finishNamespace(resource: Resource, object: JsonObject): void {
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

function withoutResourceVersion(object: StoredObject): StoredObject {
	const metadata = {...object.metadata};
	Reflect.deleteProperty(metadata, 'resourceVersion');
	return {...object, metadata};
}

function reply(
	api: Api,
	{resource, form, query}: ResourceRequest,
	code: number,
	object: StoredObject,
	warnings: string[],
): Reply {
	return {
		code,
		body: inForm(object, resource, form, {includeObject: includeObjectOf(query), now: api.now()}),
		warnings,
	};
}
