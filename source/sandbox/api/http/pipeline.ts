/**
 * What every write goes through after it was read, in the order a real API server has it:
 * mutating webhook → version → metadata and schema → validating webhook → managers → store.
 *
 * Sources: k8s.io/apiserver pkg/registry/generic/registry/store.go, pkg/endpoints/handlers/{create,update,patch}.go.
 */
import type {ManagedFieldsEntry} from '../../../knative/objects/wire.js';
import type {Resource, StoredObject} from '../../shared-store.js';
import {createdObject, timestamp, updatedObject} from '../../store/next-object.js';
import {mutate, validate} from '../admission/admission.js';
import {dryRunPod} from '../admission/pod-dry-run.js';
import {admissionSettings} from '../admission/admission-settings.js';
import {isKubernetesObject} from '../body/decode.js';
import {inForm} from '../verbs/object-forms.js';
import {apiVersionOf} from '../verbs/group-version.js';
import {objectOf, stringOf, type JsonObject} from '../body/json.js';
import {
	managedFieldsIn,
	managersAfterUpdate,
	type Writer,
} from '../../kubectl-compat/managed-fields/managers.js';
import {ownableOf} from '../../kubectl-compat/managed-fields/ownable.js';
import {immutableMetadataCauses, metadataCauses} from '../verbs/metadata.js';
import {generatedName} from '../verbs/names.js';
import {finishNamespace, putIntoNamespace} from '../access/namespace-rules.js';
import {includeObjectOf} from '../verbs/get-and-list.js';
import type {Api, ApiReply, ResourceRequest} from './request.js';
import {schemaOf} from '../../kubectl-compat/schema/knative.js';
import {schemaCauses} from '../../kubectl-compat/schema/schema.js';
import {finishSecret} from '../pods/secrets.js';
import {
	alreadyExists,
	ApiError,
	badRequest,
	internalError,
	invalid,
	invalidValue,
	staleWrite,
	unnamedError,
} from './api-error.js';
import type {ApiWriteOptions} from '../verbs/write-options.js';

/** A decoded object that comes in. */
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
export function admitNew(api: Api, request: ResourceRequest, incoming: IncomingRequest): ApiReply {
	return warning(incoming, told => letIn(api, request, incoming, told));
}

function letIn(
	api: Api,
	request: ResourceRequest,
	{object, options, managers}: IncomingRequest,
	told: string[],
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

	// What the webhook fills in is nobody's: the managers are found out before it is asked.
	const owners =
		managers ??
		managersAfterUpdate(schemaOf(resource), [], undefined, object, writerOf(api, request, options));
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

	validate(resource, object, undefined, admissionSettings(api.store), told);
	dryRunPod(api.store, request, object, options);
	objectOf(object['metadata'])['managedFields'] = owners;
	if (!isKubernetesObject(object)) {
		throw internalError('the object lost its kind or name on the way');
	}

	if (api.store.get(resource, namespace, name)) {
		throw alreadyExists(resource, name);
	}

	const created = options.dryRun
		? withoutResourceVersion(createdObject(resource, object, api.now()))
		: api.store.create(resource, object);
	return reply(api, request, 201, created, told);
}

/**
 * Does something about an incoming object: what is warned of meanwhile goes with the answer, also when that is an error.
 *
 * @param task is to add its warnings to those it is given.
 */
function warning({warnings}: IncomingRequest, task: (told: string[]) => ApiReply): ApiReply {
	const told = [...warnings];
	try {
		return task(told);
	} catch (error) {
		if (error instanceof ApiError) {
			error.warnings = told;
		}

		throw error;
	}
}

/** Lets a change in: an object instead of `current`. */
export function admitChange(
	api: Api,
	request: ResourceRequest,
	current: StoredObject,
	incoming: IncomingRequest,
): ApiReply {
	return warning(incoming, told => letChange(api, request, current, incoming, told));
}

function letChange(
	api: Api,
	request: ResourceRequest,
	current: StoredObject,
	{object: wanted, options, managers}: IncomingRequest,
	told: string[],
): ApiReply {
	const {resource, namespace, name = '', subresource} = request;
	const part = subresource === 'status' ? 'status' : 'main';
	const metadata = objectOf(wanted['metadata']);
	const old = current.metadata.managedFields ?? [];
	const claimed = managedFieldsIn(metadata['managedFields']) ?? old;
	const owners =
		managers ??
		managersAfterUpdate(
			schemaOf(resource),
			claimed,
			ownableOf(resource, current, part),
			ownableOf(resource, structuredClone(wanted), part),
			writerOf(api, request, options),
		);
	if (part === 'main') {
		mutate(resource, wanted, current, api.user.name, admissionSettings(api.store));
	}

	checkVersion(resource, current, stringOf(metadata['resourceVersion']));
	finishSecret(resource, wanted, current);
	const causes = [
		...metadataCauses(resource, metadata),
		...immutableMetadataCauses(resource, current, metadata),
		...schemaCauses(schemaOf(resource), wanted),
	];
	if (causes.length > 0) {
		throw invalid(resource, name, causes);
	}

	if (part === 'main') {
		validate(resource, wanted, current, admissionSettings(api.store), told);
		dryRunPod(api.store, request, wanted, options);
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
			managedFields: [...owners],
		},
	};
	if (old.length === 0 && owners.length === 0) {
		delete next.metadata.managedFields;
	}

	const stored = options.dryRun
		? updatedObject(resource, current, next, part)
		: api.store.update(resource, namespace, name, part, () => next);
	if (!options.dryRun && isFinalized(stored)) {
		api.store.remove(resource, namespace, name);
	}

	return reply(api, request, 200, stored, told);
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

/** Whether an object that is being deleted waits for nobody any more. */
function isFinalized(object: StoredObject): boolean {
	return object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
}

/**
 * A custom resource cannot be updated without saying which version of it was read; a built-in one can.
 *
 * @throws ApiError 422 without a version, 409 with an old one, 500 with one that is no number.
 */
function checkVersion(resource: Resource, current: StoredObject, resourceVersion: string): void {
	if (!/^\d*$/.test(resourceVersion)) {
		throw unnamedError(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
	}

	const isGiven = Number(resourceVersion) !== 0;
	if (!isGiven && resource.group !== '') {
		// This one error calls the kind by its plural.
		throw invalid({group: resource.group, kind: resource.plural}, current.metadata.name, [
			invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
		]);
	}

	if (isGiven && resourceVersion !== current.metadata.resourceVersion) {
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
		...(form.yaml === true ? {yaml: form.yaml} : {}),
		body: inForm(object, resource, form, {includeObject: includeObjectOf(query), now: api.now()}),
		warnings,
	};
}
