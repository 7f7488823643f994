/** From a path and a method to a request for a resource that its caller may make. */
import type {Resource} from '../../shared-store.js';
import {mayUseResource} from '../access/rbac.js';
import type {ApiMessage, ApiResponse} from '../http/exchange.js';
import {verbsOf} from './group-version.js';
import {negotiate, type Form} from '../http/negotiation.js';
import type {Api, ResourceRequest} from '../http/request.js';
import {forbidden, methodNotAllowed} from '../http/api-error.js';

/** The forms that resources come in beside their own. */
const resourceForms: Form['as'][] = ['Table', 'PartialObjectMetadata'];

/** @throws ApiError 403, 405 or 406 when it is not to be served. */
export function requestFor(
	api: Api,
	target: {
		resource: Resource;
		namespace: string | undefined;
		name: string | undefined;
		subresource?: ResourceRequest['subresource'];
	},
	verb: string | undefined,
	message: ApiMessage,
	response: ApiResponse,
	query: URLSearchParams,
): ResourceRequest {
	const {resource, namespace, name, subresource} = target;
	const asked = verb ?? (message.method ?? '').toLowerCase();
	const attributes = {
		verb: asked,
		group: resource.group,
		resource: resource.plural,
		subresource,
		// To the authorizer a namespace is in itself.
		namespace: resource.plural === 'namespaces' && resource.group === '' ? name : namespace,
		name: name ?? nameSelected(query),
	};
	if (!mayUseResource(api.rules, attributes)) {
		throw forbidden({...attributes, user: api.user.name});
	}

	const verbs =
		subresource !== undefined && subresource !== 'status' && subresource !== 'log'
			? ['get', 'create']
			: verbsOf(resource);
	if (verb === undefined || !verbs.includes(verb)) {
		throw methodNotAllowed(resource, asked);
	}

	return {
		resource,
		namespace,
		name,
		subresource,
		query,
		// A log is text, whatever the client says it takes.
		form:
			subresource === 'log'
				? {as: 'Object', version: 'v1'}
				: negotiate(message.headers.accept, resourceForms),
		message,
		response,
	};
}

/** Of the one object that a list or a watch is of: to the authorizer it is named then (requestinfo.go: RequiresExactMatch). */
function nameSelected(query: URLSearchParams): string | undefined {
	const terms = (query.get('fieldSelector') ?? '').split(',');
	return terms.map(term => /^metadata\.name==?([^=]+)$/.exec(term)?.[1]).find(name => name !== undefined);
}
