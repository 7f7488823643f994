/**
 * What the caller may do and who it is, asked of the server.
 *
 * Sources: kubernetes pkg/registry/authorization, pkg/registry/authentication/selfsubjectreview.
 */
import {mayUsePath, mayUseResource} from './rbac.js';
import {mediaTypeOf, parseBody} from '../body/request-body.js';
import type {ApiMessage} from '../http/exchange.js';
import {at, isObject, objectOf, stringOf, type JsonObject} from '../body/json.js';
import type {Api, ApiReply} from '../http/request.js';
import {badRequest, invalid, invalidValue} from '../http/api-error.js';

const authorization = 'authorization.k8s.io';
const authentication = 'authentication.k8s.io';

/** POST to a review. Undefined when there is none of that name. */
export function review(
	api: Api,
	group: string,
	plural: string,
	message: ApiMessage,
	body: Buffer,
): ApiReply | undefined {
	switch (`${group}/${plural}`) {
		case `${authorization}/selfsubjectaccessreviews`: {
			return accessReview(api, bodyOf(message, body, 'SelfSubjectAccessReview', group));
		}

		case `${authorization}/selfsubjectrulesreviews`: {
			return rulesReview(api, bodyOf(message, body, 'SelfSubjectRulesReview', group));
		}

		case `${authentication}/selfsubjectreviews`: {
			const object = bodyOf(message, body, 'SelfSubjectReview', group);
			const {name, ...others} = api.user;
			return created(api, object, {userInfo: {username: name, ...others}});
		}

		default: {
			return undefined;
		}
	}
}

function bodyOf(message: ApiMessage, body: Buffer, kind: string, group: string): JsonObject {
	const value = parseBody(body, mediaTypeOf(message), {protobuf: true});
	if (!isObject(value) || value['kind'] !== kind || value['apiVersion'] !== `${group}/v1`) {
		throw badRequest(`the body must be a ${kind} of ${group}/v1`);
	}

	return value;
}

function created(api: Api, object: JsonObject, status: JsonObject): ApiReply {
	return {
		code: 201,
		body: {...object, metadata: objectOf(object['metadata']), status},
	};
}

function accessReview(api: Api, object: JsonObject): ApiReply {
	const resource = at(object, 'spec', 'resourceAttributes');
	const path = at(object, 'spec', 'nonResourceAttributes');
	if (isObject(resource) === isObject(path)) {
		// The error names no kind.
		throw invalid({group: authorization, kind: ''}, '', [
			invalidValue(
				'spec.resourceAttributes',
				resource ?? null,
				'exactly one of nonResourceAttributes or resourceAttributes must be specified',
			),
		]);
	}

	const allowed = isObject(resource)
		? mayUseResource(api.rules, {
				verb: stringOf(resource['verb']),
				group: stringOf(resource['group']),
				resource: stringOf(resource['resource']),
				subresource: stringOf(resource['subresource']) || undefined,
				namespace: stringOf(resource['namespace']) || undefined,
				name: stringOf(resource['name']) || undefined,
			})
		: mayUsePath(api.rules, stringOf(objectOf(path)['verb']), stringOf(objectOf(path)['path']));
	return created(api, object, {
		allowed,
		...(allowed ? {reason: `RBAC: allowed to User "${api.user.name}"`} : {}),
	});
}

function rulesReview(api: Api, object: JsonObject): ApiReply {
	const namespace = stringOf(at(object, 'spec', 'namespace'));
	if (namespace === '') {
		throw badRequest('no namespace on request');
	}

	const rules = api.rules.filter(
		rule => rule.namespaces === undefined || rule.namespaces.includes(namespace),
	);
	return created(api, object, {
		resourceRules: rules
			.filter(rule => rule.resources !== undefined)
			.map(({verbs, apiGroups, resources, resourceNames}) => ({
				verbs,
				apiGroups,
				resources,
				...(resourceNames ? {resourceNames} : {}),
			})),
		nonResourceRules: rules
			.filter(rule => rule.nonResourceURLs !== undefined)
			.map(({verbs, nonResourceURLs}) => ({verbs, nonResourceURLs})),
		incomplete: false,
	});
}
