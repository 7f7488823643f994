/**
 * What every write goes through after it was read, in the order a real API server has it:
 * mutating webhook → version → metadata and schema → validating webhook → managers → store.
 *
 * Sources: k8s.io/apiserver pkg/registry/generic/registry/store.go, pkg/endpoints/handlers/{create,update,patch}.go.
 */
import {isDeepStrictEqual} from 'node:util';
import type {ManagedFieldsEntry} from '../../../knative/objects/wire.js';
import type {Resource, StoredObject} from '../../state.js';
import {createdObject, timestamp, updatedObject} from '../../store/next-object.js';
import {mutate, validate} from '../admission/admission.js';
import {admissionSettings} from '../admission/settings.js';
import {isKubernetesObject} from './decode.js';
import {inForm} from '../verbs/forms.js';
import {apiVersionOf} from '../verbs/group-version.js';
import {objectOf, stringOf, type JsonObject} from './json.js';
import {
	managedFieldsIn,
	managersAfterUpdate,
	type Writer,
} from '../../kubectl-compat/managed-fields/managers.js';
import {ownableOf} from '../../kubectl-compat/managed-fields/ownable.js';
import {immutableMetadataCauses, metadataCauses} from '../verbs/metadata.js';
import {generatedName} from '../verbs/names.js';
import {finishNamespace, putIntoNamespace} from '../access/namespace-rules.js';
import {includeObjectOf} from '../verbs/read.js';
import type {Api, ApiReply, ResourceRequest} from './request.js';
import {schemaOf} from '../../kubectl-compat/schema/knative.js';
import {schemaCauses} from '../../kubectl-compat/schema/schema.js';
import {finishSecret} from '../pods/secrets.js';
import {alreadyExists, badRequest, internalError, invalid, invalidValue, staleWrite} from './status.js';
import type {ApiWriteOptions} from '../verbs/write-options.js';

/** A decoded object on its way in. */
export type IncomingRequest = {
	object: JsonObject;
	options: ApiWriteOptions;
	/** So far. */
	warnings: readonly string[];
	/** Who owns what afterwards; found out from the difference unless told. */
	managers?: readonly ManagedFieldsEntry[];
};

/** The server's to give, whatever the client sends. */
const given = ['uid', 'creationTimestamp', 'deletionTimestamp', 'generation', 'selfLink', 'managedFields'];

/** Lets a new object in. */
export function admitNew(
	api: Api,
	request: ResourceRequest,
	{object, options, warnings, managers}: IncomingRequest,
): ApiReply {
	const {resource, namespace} = request;
	const metadata = objectOf(object['metadata']);
	putIntoNamespace(api, resource, namespace, metadata);
	if (stringOf(metadata['resourceVersion']) !== '') {
		throw badRequest('resourceVersion should not be set on objects to be created');
	}

	for (const field of given) {
		Reflect.deleteProperty(metadata, field);
	}

	if (resource.statusSubresource) {
		Reflect.deleteProperty(object, 'status');
	}

	mutate(resource, object, undefined, api.user.name, admissionSettings(api.store));
	if (stringOf(metadata['name']) === '' && stringOf(metadata['generateName']) !== '') {
		metadata['name'] = generatedName(stringOf(metadata['generateName']));
	}

	finishNamespace(resource, object);
	finishSecret(resource, object);
	const name = stringOf(metadata['name']);
	const causes = [...metadataCauses(resource, metadata), ...schemaCauses(schemaOf(resource), object)];
	if (causes.length > 0) {
		throw invalid(resource, name, causes);
	}

	const told = validate(resource, object, undefined, admissionSettings(api.store));
	objectOf(object['metadata'])['managedFields'] =
		managers ??
		managersAfterUpdate(schemaOf(resource), [], undefined, object, writerOf(api, request, options));
	if (!isKubernetesObject(object)) {
		throw internalError('the object lost its kind or name on the way');
	}

	if (api.store.get(resource, namespace, name)) {
		throw alreadyExists(resource, name);
	}

	const created = options.dryRun
		? withoutResourceVersion(createdObject(resource, object, api.now()))
		: api.store.create(resource, object);
	return reply(api, request, 201, created, [...warnings, ...told]);
}

/** Lets a change in: an object in the stead of `current`. */
export function admitChange(
	api: Api,
	request: ResourceRequest,
	current: StoredObject,
	{object: wanted, options, warnings, managers}: IncomingRequest,
): ApiReply {
	const {resource, namespace, name = '', subresource} = request;
	const part = subresource === 'status' ? 'status' : 'main';
	const metadata = objectOf(wanted['metadata']);
	if (part === 'main') {
		mutate(resource, wanted, current, api.user.name, admissionSettings(api.store));
	}

	checkVersion(resource, current, stringOf(metadata['resourceVersion']));
	finishSecret(resource, wanted, current);
	const causes = [
		...metadataCauses(resource, metadata),
		...immutableMetadataCauses(current, metadata),
		...schemaCauses(schemaOf(resource), wanted),
	];
	if (causes.length > 0) {
		throw invalid(resource, name, causes);
	}

	const told = part === 'main' ? validate(resource, wanted, current, admissionSettings(api.store)) : [];
	if (!isKubernetesObject(wanted)) {
		throw internalError('the object lost its kind or name on the way');
	}

	const {uid, resourceVersion, creationTimestamp, deletionTimestamp} = current.metadata;
	const old = current.metadata.managedFields ?? [];
	const claimed = managedFieldsIn(metadata['managedFields']) ?? old;
	const next: StoredObject = {
		...wanted,
		metadata: {
			...wanted.metadata,
			uid,
			resourceVersion,
			creationTimestamp,
			...(deletionTimestamp === undefined ? {} : {deletionTimestamp}),
			managedFields: claimed,
		},
	};
	const changed = updatedObject(resource, current, next, part);
	const owners =
		managers ??
		managersAfterUpdate(
			schemaOf(resource),
			claimed,
			ownableOf(resource, current, part),
			ownableOf(resource, changed, part),
			writerOf(api, request, options),
		);
	const result: StoredObject = {
		...next,
		// A write that changes nothing but the time of its manager changes nothing.
		metadata: {...next.metadata, managedFields: isSameBut(owners, old, 'time') ? old : [...owners]},
	};
	if (old.length === 0 && result.metadata.managedFields?.length === 0) {
		delete result.metadata.managedFields;
	}

	const stored = options.dryRun
		? updatedObject(resource, current, result, part)
		: api.store.update(resource, namespace, name, part, () => result);
	if (!options.dryRun && isFinalized(stored)) {
		api.store.remove(resource, namespace, name);
	}

	return reply(api, request, 200, stored, [...warnings, ...told]);
}

/** Who writes, as managedFields name it: the first part of the user agent unless told. */
export function writerOf(
	api: Api,
	{resource, subresource, message}: ResourceRequest,
	options: ApiWriteOptions,
): Writer {
	const agent = (message.headers['user-agent'] ?? '').split('/', 1)[0]?.slice(0, 128) ?? '';
	return {
		manager: options.fieldManager || agent || 'unknown',
		apiVersion: apiVersionOf(resource),
		subresource: subresource === 'status' ? 'status' : undefined,
		time: timestamp(api.now()),
	};
}

function isSameBut(
	left: readonly ManagedFieldsEntry[],
	right: readonly ManagedFieldsEntry[],
	field: 'time',
): boolean {
	const bare = (entries: readonly ManagedFieldsEntry[]) => entries.map(entry => ({...entry, [field]: ''}));
	return isDeepStrictEqual(bare(left), bare(right));
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
): ApiReply {
	return {
		code,
		body: inForm(object, resource, form, {includeObject: includeObjectOf(query), now: api.now()}),
		warnings,
	};
}
