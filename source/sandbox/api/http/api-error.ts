/**
 * The errors of the API, each a `kind: Status` with the words a real API server uses.
 *
 * Source: k8s.io/apimachinery pkg/api/errors/errors.go and pkg/util/validation/field/errors.go.
 */
import type {ApiStatus} from '../../../knative/objects/wire.js';
import type {Resource} from '../../shared-store.js';
import type {ResourceAttributes} from '../access/rbac.js';

/** An answer that is no object. Thrown anywhere below the dispatcher, which turns it into the response. */
export class ApiError extends Error {
	override name = 'ApiError';
	/** Each becomes a header `Warning: 299`: what was warned of before it came to the error. */
	warnings: readonly string[] = [];

	constructor(
		readonly code: number,
		/** '' for an error that the server has no word for. */
		readonly reason: string,
		message: string,
		readonly details?: ApiStatus['details'],
		readonly headers: Record<string, string> = {},
		readonly metadata: ApiStatus['metadata'] = {},
	) {
		super(message);
	}

	get status(): ApiStatus {
		return {
			kind: 'Status',
			apiVersion: 'v1',
			metadata: this.metadata,
			status: 'Failure',
			message: this.message,
			...(this.reason === '' ? {} : {reason: this.reason}),
			...(this.details ? {details: this.details} : {}),
			code: this.code,
		};
	}
}

/** One field of an object that is wrong: a cause of a 422. */
export type FieldCause = {reason: string; field: string; message: string};

/** field.Invalid: a value that is not allowed there. @param field Its path. @param why After the value. */
export function invalidValue(field: string, value: unknown, why: string): FieldCause {
	return {reason: 'FieldValueInvalid', field, message: `Invalid value: ${inGo(value)}: ${why}`};
}

/** field.Required. @param why Left out where the name of the field says it. */
export function requiredValue(field: string, why = ''): FieldCause {
	return {
		reason: 'FieldValueRequired',
		field,
		message: why === '' ? 'Required value' : `Required value: ${why}`,
	};
}

/** field.Duplicate: in a list that is a set. */
export function duplicateValue(field: string, value: unknown): FieldCause {
	return {reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${inGo(value)}`};
}

/** field.Forbidden: a field that may not be set, or not be changed. */
export function forbiddenValue(field: string, why: string): FieldCause {
	return {reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}`};
}

/** field.TooLong. @param limit Bytes. */
export function tooLong(field: string, limit: number): FieldCause {
	return {
		reason: 'FieldValueTooLong',
		field,
		message: `Too long: may not be more than ${limit} bytes`,
	};
}

/** A value as field errors print it: in JSON, keys sorted. */
function inGo(value: unknown): string {
	if (Array.isArray(value)) {
		return `[${value.map(entry => inGo(entry)).join(',')}]`;
	}

	if (typeof value === 'object' && value !== null) {
		const fields = Object.entries(value)
			.toSorted(([left], [right]) => (left < right ? -1 : 1))
			.map(([key, entry]) => `${JSON.stringify(key)}:${inGo(entry)}`);
		return `{${fields.join(',')}}`;
	}

	return JSON.stringify(value) ?? 'null';
}

/** `services.serving.knative.dev`, `pods`: what errors call a resource. */
export function qualifiedResource(resource: Resource): string {
	return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `Service.serving.knative.dev`, `Pod`: what errors call a kind. */
export function qualifiedKind(resource: Resource): string {
	return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
}

/** The `details` of an error about one object; real ones put the plural into `kind`. */
function detailsOf(resource: Resource, name: string): NonNullable<ApiStatus['details']> {
	return {name, ...(resource.group === '' ? {} : {group: resource.group}), kind: resource.plural};
}

/** 400: a request that cannot be read. */
export function badRequest(message: string): ApiError {
	return new ApiError(400, 'BadRequest', message);
}

/** 401: no token, or one that is not known. It does not say which. */
export function unauthorized(): ApiError {
	return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

/** 404 of one object. */
export function notFound(resource: Resource, name: string): ApiError {
	return new ApiError(
		404,
		'NotFound',
		`${qualifiedResource(resource)} "${name}" not found`,
		detailsOf(resource, name),
	);
}

/** The answer to a path of a known API that leads to no resource. */
export function noSuchResource(): ApiError {
	return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 405. @param verb That of the API: `watch`, `deletecollection`. */
export function methodNotAllowed(resource: Resource, verb: string): ApiError {
	return new ApiError(
		405,
		'MethodNotAllowed',
		`${verb} is not supported on resources of kind "${qualifiedResource(resource)}"`,
		{...(resource.group === '' ? {} : {group: resource.group}), kind: resource.plural},
	);
}

/** What bodies and answers may be in. */
export const mediaTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** 406: an Accept header that names no form there is. */
export function notAcceptable(): ApiError {
	return new ApiError(
		406,
		'NotAcceptable',
		`only the following media types are accepted: ${mediaTypes.join(', ')}`,
	);
}

/** 409 of a create. */
export function alreadyExists(resource: Resource, name: string): ApiError {
	return new ApiError(
		409,
		'AlreadyExists',
		`${qualifiedResource(resource)} "${name}" already exists`,
		detailsOf(resource, name),
	);
}

/** A write upon an old version. */
export function staleWrite(resource: Resource, name: string): ApiError {
	return conflict(
		resource,
		name,
		'the object has been modified; please apply your changes to the latest version and try again',
	);
}

/** 409 of an object that is not as the request takes it to be. @param why Ends the sentence. */
export function conflict(resource: Resource, name: string, why: string): ApiError {
	return new ApiError(
		409,
		'Conflict',
		`Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${why}`,
		detailsOf(resource, name),
	);
}

/** 410: a version that the history does not reach back to. @param metadata What a list may go on with. */
export function expired(message: string, metadata: ApiStatus['metadata'] = {}): ApiError {
	return new ApiError(410, 'Expired', message, undefined, {}, metadata);
}

/** 413, after which the connection is closed. @param limit Bytes. */
export function tooLarge(limit: number): ApiError {
	return new ApiError(
		413,
		'RequestEntityTooLarge',
		`Request entity too large: limit is ${limit}`,
		undefined,
		// What was not read would be taken for the next request.
		{connection: 'close'},
	);
}

/** 415. @param accepted Media types of the body that there are for this verb. */
export function unsupportedMediaType(accepted: readonly string[]): ApiError {
	return new ApiError(
		415,
		'UnsupportedMediaType',
		`the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
	);
}

/** 422 with one cause a field. `name` is that of the object, `kind` the qualified one. */
export function invalid(kind: {group: string; kind: string}, name: string, causes: FieldCause[]): ApiError {
	const lines = [...new Set(causes.map(({field, message}) => `${field}: ${message}`))];
	const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
	return new ApiError(
		422,
		'Invalid',
		`${qualified} "${name}" is invalid: ${lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`}`,
		{
			...(name === '' ? {} : {name}),
			...(kind.group === '' ? {} : {group: kind.group}),
			...(kind.kind === '' ? {} : {kind: kind.kind}),
			causes: causes.map(({reason, message, field}) => ({reason, message, field})),
		},
	);
}

/** The generic 422: what a JSON patch that cannot be applied gets, a failed `test` included. */
export function unprocessable(): ApiError {
	return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** A list at a version that is still to come. */
export function tooLargeResourceVersion(asked: string, current: string): ApiError {
	return new ApiError(
		504,
		'Timeout',
		`Timeout: Too large resource version: ${asked}, current: ${current}`,
		{
			causes: [{reason: 'ResourceVersionTooLarge', message: 'Too large resource version'}],
			retryAfterSeconds: 1,
		},
		{'retry-after': '1'},
	);
}

/** An error of Go's own that nobody has turned into one of the API: no reason, no details. */
export function unnamedError(message: string): ApiError {
	return new ApiError(500, '', message);
}

/** 500 with the reason that the server gives for its own errors. */
export function internalError(message: string): ApiError {
	return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
		causes: [{message}],
	});
}

/** What the authorizer refuses, in the words of RBAC's denial. */
export function forbidden(attributes: ResourceAttributes & {user: string}): ApiError {
	const {user, verb, group, resource, subresource, namespace, name} = attributes;
	const qualified = group === '' ? resource : `${resource}.${group}`;
	const full = subresource === undefined ? resource : `${resource}/${subresource}`;
	const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
	return new ApiError(
		403,
		'Forbidden',
		`${qualified}${name === undefined ? '' : ` "${name}"`} is forbidden: User "${user}" cannot ${verb} resource "${full}" in API group "${group}" ${scope}`,
		{
			...(name === undefined ? {} : {name}),
			...(group === '' ? {} : {group}),
			kind: resource,
		},
		nosniff,
	);
}

const nosniff = {'x-content-type-options': 'nosniff'};

/** 403 of a path that is no resource. @param verb `get`, `post`: the method in small letters. */
export function forbiddenPath(user: string, verb: string, path: string): ApiError {
	return new ApiError(
		403,
		'Forbidden',
		`forbidden: User "${user}" cannot ${verb} path "${path}"`,
		{},
		nosniff,
	);
}
