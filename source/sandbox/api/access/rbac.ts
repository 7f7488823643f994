/**
 * What the user of the sandbox may do, as RBAC's rules say it. Everything unless told, so that a test or a rehearsal can
 * take rights away and see what the console makes of it.
 *
 * Source: kubernetes pkg/apis/rbac, plugin/pkg/auth/authorizer/rbac.
 */

/** A rule that grants; nothing denies. `*` stands for all. */
export type PolicyRule = {
	verbs: string[];
	apiGroups?: string[];
	/** `services`, `services/status`, `*`. */
	resources?: string[];
	resourceNames?: string[];
	nonResourceURLs?: string[];
	/** As a RoleBinding would: only in these namespaces. Everywhere when absent. */
	namespaces?: string[];
};

/** What a request asks of a resource; `namespace` is undefined at the cluster scope. */
export type ResourceAttributes = {
	verb: string;
	group: string;
	resource: string;
	subresource?: string | undefined;
	namespace?: string | undefined;
	name?: string | undefined;
};

export const everything: readonly PolicyRule[] = [
	{verbs: ['*'], apiGroups: ['*'], resources: ['*']},
	{verbs: ['*'], nonResourceURLs: ['*']},
];

/** What everybody may who has signed in (the ClusterRoles system:discovery and system:basic-user). */
const basicPaths = ['/api', '/apis', '/version', '/healthz', '/livez', '/readyz', '/openapi'];
const basicGroups = new Set(['authorization.k8s.io', 'authentication.k8s.io']);

/** Whether one of the rules grants it. A subresource has to be granted itself: `services/status`, not `services` alone. */
export function mayUseResource(rules: readonly PolicyRule[], attributes: ResourceAttributes): boolean {
	const {verb, group, resource, subresource, namespace, name} = attributes;
	if (verb === 'create' && basicGroups.has(group)) {
		return true;
	}

	const full = subresource === undefined ? resource : `${resource}/${subresource}`;
	return rules.some(
		rule =>
			has(rule.verbs, verb) &&
			has(rule.apiGroups, group) &&
			(has(rule.resources, full) ||
				(subresource !== undefined && (rule.resources ?? []).includes(`*/${subresource}`))) &&
			(rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))) &&
			(rule.namespaces === undefined || (namespace !== undefined && rule.namespaces.includes(namespace))),
	);
}

/** Whether one of the rules grants a path that is no resource, such as `/version`. A rule may end in `*`. */
export function mayUsePath(rules: readonly PolicyRule[], verb: string, path: string): boolean {
	if (verb === 'get' && basicPaths.some(basic => path === basic || path.startsWith(`${basic}/`))) {
		return true;
	}

	return rules.some(
		rule =>
			has(rule.verbs, verb) &&
			(rule.nonResourceURLs ?? []).some(
				url => url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
			),
	);
}

function has(granted: string[] | undefined, asked: string): boolean {
	return granted !== undefined && (granted.includes('*') || granted.includes(asked));
}
