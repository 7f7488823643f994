/**
 * create, update and patch: from a request to the object it wants.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/{create,update,patch}.go.
 */
import {mediaTypeOf, parseBody} from '../body/request-body.js';
import {decode} from '../body/decode.js';
import {duplicateFields} from '../body/go-json.js';
import {objectOf, stringOf, withSortedKeys} from '../body/json.js';
import {checkNameAndNamespace} from '../access/namespace-rules.js';
import {applyPatchType, checkPatchType, patched} from './patch-types.js';
import {admitChange, admitNew} from '../http/pipeline.js';
import type {Api, ApiReply, ResourceRequest} from '../http/request.js';
import {serverSideApply} from '../../kubectl-compat/server-side-apply.js';
import {conflict, notFound} from '../http/api-error.js';
import {writeOptionsOf} from './write-options.js';

/** POST to a collection. */
export function create(api: Api, request: ResourceRequest, body: Buffer): ApiReply {
	const options = writeOptionsOf(request.query, 'CreateOptions');
	return admitNew(api, request, {
		...decode(request.resource, objectIn(request, body), options.fieldValidation, {
			duplicates: duplicatesIn(request, body),
		}),
		options,
	});
}

/** PUT of an object or of its status. */
export function update(api: Api, request: ResourceRequest, body: Buffer): ApiReply {
	const {resource, namespace, name = '', query} = request;
	const options = writeOptionsOf(query, 'UpdateOptions');
	const decoded = decode(resource, objectIn(request, body), options.fieldValidation, {
		duplicates: duplicatesIn(request, body),
	});
	checkNameAndNamespace(request, decoded.object);
	const current = api.store.get(resource, namespace, name);
	if (!current) {
		throw notFound(resource, name);
	}

	const uid = stringOf(objectOf(decoded.object['metadata'])['uid']);
	if (uid !== '' && uid !== current.metadata.uid) {
		throw conflict(
			resource,
			name,
			`StorageError: invalid object, Code: 4, Key: /registry/${resource.group === '' ? resource.plural : `${resource.group}/${resource.plural}`}/${namespace === undefined ? '' : `${namespace}/`}${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
		);
	}

	return admitChange(api, request, current, {...decoded, options});
}

/** PATCH of an object or of its status. */
export function patch(api: Api, request: ResourceRequest, body: Buffer): ApiReply {
	const {resource, namespace, name = '', query} = request;
	const mediaType = mediaTypeOf(request.message);
	// The media type is refused first, whether or not there is something to patch.
	checkPatchType(resource, mediaType);
	if (mediaType === applyPatchType) {
		return serverSideApply(api, request, body);
	}

	const options = writeOptionsOf(query, 'PatchOptions');
	const current = api.store.get(resource, namespace, name);
	if (!current) {
		throw notFound(resource, name);
	}

	const result = patched(current, body.toString('utf8'), mediaType);
	const decoded = decode(resource, result, options.fieldValidation, {
		patched: JSON.stringify(withSortedKeys(result)),
	});
	checkNameAndNamespace(request, decoded.object);
	return admitChange(api, request, current, {...decoded, options});
}

function objectIn({resource, message}: ResourceRequest, body: Buffer): unknown {
	return parseBody(body, mediaTypeOf(message), {protobuf: resource.group === '', kind: resource.kind});
}

const duplicatesIn = ({message}: ResourceRequest, body: Buffer): string[] =>
	['', 'application/json'].includes(mediaTypeOf(message)) ? duplicateFields(body.toString('utf8')) : [];
