/** RBAC in front of the API server of a sandbox: what a relay answers to a user who has only these rights. */
import {
	mayUseResource,
	type PolicyRule,
	type ResourceAttributes,
} from '../../../source/sandbox/api/access/rbac.js';
import {at, type RelayedRequest, type RelayRules} from './api-relay.js';

type ReviewAnswer = {status: number; body: unknown};

const verbs: Readonly<Record<string, string>> = {
	POST: 'create',
	PUT: 'update',
	PATCH: 'patch',
	DELETE: 'delete',
};

/** What a request asks for (k8s.io/apiserver pkg/endpoints/request/requestinfo.go); undefined where it is no resource. */
export function attributesOf({method, path, query}: RelayedRequest): ResourceAttributes | undefined {
	const parts = path.split('/').slice(1);
	const group = parts[0] === 'api' ? '' : parts[1];
	let rest = parts.slice(parts[0] === 'api' ? 2 : 3);
	if (!['api', 'apis'].includes(parts[0] ?? '') || group === undefined || rest.length === 0) return undefined;
	let namespace: string | undefined;
	// A namespace is an object itself, too.
	if (rest[0] === 'namespaces' && rest[2] !== undefined) {
		namespace = rest[1];
		rest = rest.slice(2);
	}
	const [resource = '', named, subresource] = rest;
	// `name:port` of the proxy.
	const selected = /(?:^|,)metadata\.name=([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
	const name = named?.split(':')[0] ?? selected;
	const read = named === undefined ? (query.has('watch') ? 'watch' : 'list') : 'get';
	return {
		verb: verbs[method] ?? read,
		group,
		resource,
		namespace: resource === 'namespaces' ? name : namespace,
		...(name !== undefined && {name}),
		...(subresource !== undefined && {subresource}),
	};
}

/** As rest.go writes a refusal of the authorizer. */
function forbidden({verb, group, resource, subresource, namespace, name}: ResourceAttributes): ReviewAnswer {
	const full = group === '' ? resource : `${resource}.${group}`;
	const what = subresource === undefined ? resource : `${resource}/${subresource}`;
	const where =
		namespace === undefined || resource === 'namespaces'
			? 'at the cluster scope'
			: `in the namespace "${namespace}"`;
	const object = name === undefined ? full : `${full} "${name}"`;
	return {
		status: 403,
		body: {
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			reason: 'Forbidden',
			code: 403,
			details: {kind: resource, ...(group !== '' && {group}), ...(name !== undefined && {name})},
			message: `${object} is forbidden: User "dev" cannot ${verb} resource "${what}" in API group "${group}" ${where}`,
		},
	};
}

/** The refusal of what a request asks for; undefined where that is no resource. */
export function forbiddenTo(request: RelayedRequest): ReviewAnswer | undefined {
	const attributes = attributesOf(request);
	return attributes && forbidden(attributes);
}

/**
 * @param reviews Whether the user may have access reviews made, which everybody may who has signed in unless somebody took
 * that away.
 */
export function withRights(
	rules: readonly PolicyRule[],
	{reviews = true}: {reviews?: boolean} = {},
): Required<Pick<RelayRules, 'answer'>> {
	return {
		answer(request) {
			const attributes = attributesOf(request);
			if (!attributes) return undefined;
			if (attributes.resource !== 'selfsubjectaccessreviews') {
				return mayUseResource(rules, attributes) ? undefined : forbidden(attributes);
			}
			if (!reviews) return forbidden(attributes);
			const review: unknown = JSON.parse(request.body);
			const spec = at(Object(review), 'spec');
			const asked = at(spec, 'resourceAttributes');
			const text = (key: string) => (typeof asked[key] === 'string' ? asked[key] : undefined);
			const allowed = mayUseResource(rules, {
				verb: text('verb') ?? '',
				group: text('group') ?? '',
				resource: text('resource') ?? '',
				subresource: text('subresource'),
				namespace: text('namespace'),
				name: text('name'),
			});
			return {
				status: 201,
				body: {
					kind: 'SelfSubjectAccessReview',
					apiVersion: 'authorization.k8s.io/v1',
					metadata: {},
					spec,
					status: {allowed},
				},
			};
		},
	};
}

const serving = ['serving.knative.dev', 'networking.internal.knative.dev'];
export const reading = ['get', 'list', 'watch'];

/** A RoleBinding to the ClusterRole `edit`, into which Knative aggregates its own roles, in these namespaces. */
export function editorIn(...namespaces: readonly string[]): PolicyRule[] {
	return [
		{verbs: ['*'], apiGroups: serving, resources: ['*'], namespaces: [...namespaces]},
		{
			verbs: reading,
			apiGroups: [''],
			resources: ['pods', 'pods/log', 'services', 'configmaps', 'events'],
			namespaces: [...namespaces],
		},
		{
			verbs: ['get', 'create'],
			apiGroups: [''],
			resources: ['pods/portforward', 'pods/proxy'],
			namespaces: [...namespaces],
		},
	];
}
