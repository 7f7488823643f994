/**
 * delete and deletecollection.
 *
 * Sources: k8s.io/apiserver pkg/endpoints/handlers/delete.go, pkg/registry/generic/registry/store.go,
 * pkg/registry/rest/delete.go.
 */
import type {ApiStatus} from '../../../knative/objects/wire.js';
import {namespaces, pods} from '../../resources.js';
import type {ObjectStore, Resource, StoredObject} from '../../shared-store.js';
import {timestamp} from '../../store/next-object.js';
import {mediaTypeOf, parseBody} from '../body/request-body.js';
import {inForm, listInForm} from './object-forms.js';
import {at, listOf, stringOf, type JsonObject} from '../body/json.js';
import {includeObjectOf, select} from './get-and-list.js';
import {isYes, type Api, type ApiReply, type ResourceRequest} from '../http/request.js';
import {ApiError, invalid, notFound, qualifiedKind, unnamedError} from '../http/api-error.js';
import {unsupported} from './write-options.js';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

type AskedDeletion = {
	propagation: Propagation;
	dryRun: boolean;
	/** Seconds that a pod is given; its own unless told. */
	grace: number | undefined;
	uid: string;
	resourceVersion: string;
};

/** DELETE of one object. */
export function remove(api: Api, request: ResourceRequest, body: Buffer): ApiReply {
	const {resource, namespace, name = '', form, query} = request;
	const options = deleteOptionsOf(request, body);
	const current = api.store.get(resource, namespace, name);
	if (!current) {
		throw notFound(resource, name);
	}

	checkMortal(resource, name);
	checkPreconditions(resource, current, options);
	const left = options.dryRun
		? stillThere(resource, current, options, api.now())
		: beginDeletion(api.store, resource, current, options, api.now());
	if (left === undefined && resource.plural !== 'pods') {
		return {code: 200, body: success(resource, current)};
	}

	return {
		code: 200,
		body: inForm(left ?? current, resource, form, {
			includeObject: includeObjectOf(query),
			now: api.now(),
		}),
	};
}

/** DELETE of a collection. */
export function removeAll(api: Api, request: ResourceRequest, body: Buffer): ApiReply {
	const {resource, form, query} = request;
	const options = deleteOptionsOf(request, body);
	const {objects, metadata} = select(api.store, request);
	if (!options.dryRun) {
		for (const object of objects) {
			beginDeletion(api.store, resource, object, options, api.now());
		}
	}

	return {
		code: 200,
		body: listInForm(objects, resource, form, metadata, {
			includeObject: includeObjectOf(query),
			now: api.now(),
		}),
	};
}

/**
 * Deletes an object at once, or marks it when somebody has to finish first.
 *
 * @param now in milliseconds since 1970.
 * @returns the object that is marked; undefined when it is gone.
 */
export function beginDeletion(
	store: ObjectStore,
	resource: Resource,
	object: StoredObject,
	options: Pick<AskedDeletion, 'propagation'> & Partial<Pick<AskedDeletion, 'grace'>>,
	now: number,
): StoredObject | undefined {
	const {namespace, name} = object.metadata;
	const marked = stillThere(resource, object, options, now);
	if (!marked) {
		store.remove(resource, namespace, name);
		return undefined;
	}

	return store.update(resource, namespace, name, 'main', () => marked);
}

/** The object as its deletion leaves it for now; undefined when nothing holds it. */
function stillThere(
	resource: Resource,
	object: StoredObject,
	{propagation, grace: asked}: Parameters<typeof beginDeletion>[3],
	now: number,
): StoredObject | undefined {
	const collector =
		propagation === 'Foreground' ? 'foregroundDeletion' : propagation === 'Orphan' ? 'orphan' : undefined;
	const isNamespace = resource.group === '' && resource.plural === 'namespaces';
	// How the dependents are treated is decided by the last one who asks.
	const finalizers = [
		...(object.metadata.finalizers ?? []).filter(
			finalizer => finalizer !== 'foregroundDeletion' && finalizer !== 'orphan',
		),
		...(collector === undefined || isNamespace ? [] : [collector]),
	];
	const grace = isOnNode(resource, object) ? (asked ?? graceOf(object)) : 0;
	if (finalizers.length === 0 && !isNamespace && grace === 0) {
		return undefined;
	}

	const metadata = {
		...object.metadata,
		deletionTimestamp: object.metadata.deletionTimestamp ?? timestamp(now + grace * 1000),
		deletionGracePeriodSeconds: grace,
	};
	if (finalizers.length > 0) {
		metadata.finalizers = finalizers;
	}

	return {...object, metadata, ...(isNamespace ? {status: {phase: 'Terminating'}} : {})};
}

/**
 * Whether an object is a pod that runs somewhere: its node takes it away, once it has finished
 * (kubernetes pkg/registry/core/pod/strategy.go, CheckGracefulDelete).
 */
export function isOnNode(resource: Resource, {spec, status}: StoredObject): boolean {
	return (
		resource === pods &&
		stringOf(at(spec, 'nodeName')) !== '' &&
		!['Succeeded', 'Failed'].includes(stringOf(at(status, 'phase')))
	);
}

function graceOf({spec}: StoredObject): number {
	const seconds = at(spec, 'terminationGracePeriodSeconds');
	return typeof seconds === 'number' ? seconds : 30;
}

/** The options are in the body or in the query: a body, whatever is in it, makes the query be overlooked. */
function deleteOptionsOf(
	{query, message}: Pick<ResourceRequest, 'query' | 'message'>,
	body: Buffer,
): AskedDeletion {
	const given =
		body.length === 0
			? optionsIn(query)
			: checkedKind(parseBody(body, mediaTypeOf(message), {protobuf: true, kind: 'DeleteOptions'}));
	const dryRun = listOf(at(given, 'dryRun'));
	if (dryRun.some(value => value !== 'All')) {
		throw invalid({group: 'meta.k8s.io', kind: 'DeleteOptions'}, '', [
			unsupported('dryRun', JSON.stringify(dryRun), ['All']),
		]);
	}

	const grace = at(given, 'gracePeriodSeconds');
	const asked = stringOf(at(given, 'propagationPolicy'));
	const orphan = at(given, 'orphanDependents') === true;
	return {
		propagation: propagationOf(asked === '' && orphan ? 'Orphan' : asked),
		dryRun: dryRun.length > 0,
		grace: typeof grace === 'number' && grace >= 0 ? grace : undefined,
		uid: stringOf(at(given, 'preconditions', 'uid')),
		resourceVersion: stringOf(at(given, 'preconditions', 'resourceVersion')),
	};
}

/** Whether nothing is to be deleted. Options that cannot be read say no such thing. */
export function isDryDeletion(request: Pick<ResourceRequest, 'query' | 'message'>, body: Buffer): boolean {
	try {
		return deleteOptionsOf(request, body).dryRun;
	} catch {
		return false;
	}
}

/** What a query says, in the form of a body. */
function optionsIn(query: URLSearchParams): JsonObject {
	return {
		dryRun: query.getAll('dryRun').filter(value => value !== ''),
		propagationPolicy: query.get('propagationPolicy') ?? '',
		orphanDependents: isYes(query.get('orphanDependents')),
		gracePeriodSeconds: numberIn(query.get('gracePeriodSeconds')),
	};
}

/** @throws ApiError 500 when a body says that it is something else. */
function checkedKind(given: unknown): unknown {
	const kind = stringOf(at(given, 'kind'));
	if (kind !== '' && kind !== 'DeleteOptions') {
		const version = JSON.stringify(stringOf(at(given, 'apiVersion')));
		throw unnamedError(
			`no kind ${JSON.stringify(kind)} is registered for version ${version} in scheme "pkg/runtime/scheme.go:110"`,
		);
	}

	return given;
}

const numberIn = (text: string | null): number | undefined =>
	text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;

function propagationOf(asked: string): Propagation {
	switch (asked) {
		case '':
		case 'Background': {
			return 'Background';
		}

		case 'Foreground':
		case 'Orphan': {
			return asked;
		}

		default: {
			throw invalid({group: 'meta.k8s.io', kind: 'DeleteOptions'}, '', [
				{
					reason: 'FieldValueNotSupported',
					field: 'propagationPolicy',
					message: `Unsupported value: ${JSON.stringify(asked)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
				},
			]);
		}
	}
}

/** Source: k8s.io/apiserver pkg/admission/plugin/namespace/lifecycle. */
function checkMortal(resource: Resource, name: string): void {
	if (resource === namespaces && ['default', 'kube-system', 'kube-public'].includes(name)) {
		throw new ApiError(
			403,
			'Forbidden',
			`namespaces ${JSON.stringify(name)} is forbidden: this namespace may not be deleted`,
			{name, kind: 'namespaces'},
		);
	}
}

function checkPreconditions(
	resource: Resource,
	{metadata}: StoredObject,
	{uid, resourceVersion}: AskedDeletion,
): void {
	if (uid !== '' && uid !== metadata.uid) {
		throw preconditionFailed(
			resource,
			metadata.name,
			`the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
		);
	}

	if (resourceVersion !== '' && resourceVersion !== metadata.resourceVersion) {
		throw preconditionFailed(
			resource,
			metadata.name,
			`the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
		);
	}
}

/** A conflict that names the kind where others name the resource. */
function preconditionFailed(resource: Resource, name: string, why: string): ApiError {
	return new ApiError(
		409,
		'Conflict',
		`Operation cannot be fulfilled on ${qualifiedKind(resource)} ${JSON.stringify(name)}: ${why}`,
		{name, ...(resource.group === '' ? {} : {group: resource.group}), kind: resource.kind},
	);
}

function success(resource: Resource, {metadata}: StoredObject): ApiStatus {
	return {
		kind: 'Status',
		apiVersion: 'v1',
		metadata: {},
		status: 'Success',
		details: {
			name: metadata.name,
			...(resource.group === '' ? {} : {group: resource.group}),
			kind: resource.plural,
			uid: metadata.uid,
		},
	};
}
