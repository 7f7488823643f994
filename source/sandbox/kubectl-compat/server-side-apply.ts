/**
 * Server-side apply: a client says what it wants to be responsible for, and the server finds out what to change.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/patch.go (applyPatcher).
 */
import {mayUseResource} from '../api/access/rbac.js';
import {parseBody} from '../api/body/request-body.js';
import {decode} from '../api/body/decode.js';
import {at, listOf, type JsonObject} from '../api/body/json.js';
import {apply} from './managed-fields/managers.js';
import {checkNameAndNamespace} from '../api/access/namespace-rules.js';
import {ownableOf} from './managed-fields/ownable.js';
import {admitChange, admitNew, writerOf} from '../api/http/pipeline.js';
import type {Api, ApiReply, ResourceRequest} from '../api/http/request.js';
import {schemaOf} from './schema/knative.js';
import {badRequest, forbidden, notFound} from '../api/http/api-error.js';
import {writeOptionsOf} from '../api/verbs/write-options.js';

/**
 * PATCH with `application/apply-patch+yaml`: creates the object when it is not there.
 *
 * @throws ApiError 409 when fields of other managers would change and it is not forced.
 */
export function serverSideApply(api: Api, request: ResourceRequest, body: Buffer): ApiReply {
	const {resource, namespace, name = '', subresource, query} = request;
	const options = writeOptionsOf(query, 'PatchOptions', true);
	const {object: configuration, warnings} = decode(
		resource,
		parseBody(body, 'application/yaml'),
		options.fieldValidation,
	);
	checkNameAndNamespace(request, configuration);
	if (listOf(at(configuration, 'metadata', 'managedFields')).length > 0) {
		throw badRequest('metadata.managedFields must be nil');
	}

	const part = subresource === 'status' ? 'status' : 'main';
	const current = api.store.get(resource, namespace, name);
	const live: JsonObject = current ? structuredClone(current) : {};
	if (!current && part === 'status') {
		throw notFound(resource, name);
	}

	if (!current) {
		checkMayCreate(api, request);
	}

	const {object, managers} = apply(
		schemaOf(resource),
		current?.metadata.managedFields ?? [],
		live,
		part === 'status'
			? {...ownableOf(resource, configuration, 'status'), metadata: {name}}
			: ownableOf(resource, configuration, 'main'),
		writerOf(api, request, options),
		options.force,
	);
	const incoming = {object, options, warnings, managers};
	return current ? admitChange(api, request, current, incoming) : admitNew(api, request, incoming);
}

/** Whoever may only patch does not create by way of a patch (apiserver pkg/endpoints/handlers/create.go, withAuthorization). */
function checkMayCreate({rules, user}: Api, {resource, namespace, name}: ResourceRequest): void {
	const attributes = {verb: 'create', group: resource.group, resource: resource.plural, namespace, name};
	if (!mayUseResource(rules, attributes)) {
		throw forbidden({...attributes, user: user.name});
	}
}
