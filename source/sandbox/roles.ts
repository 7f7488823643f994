/**
 * The users of the sandbox: each a context of the kubeconfig, so that what a missing right looks like can be rehearsed.
 */
import {everything, type PolicyRule} from './api/access/rbac.js';

const read = ['get', 'list', 'watch'];

/** As the ClusterRole `view`, with Knative's own resources aggregated into it. */
const viewing: readonly PolicyRule[] = [
	{
		verbs: read,
		apiGroups: [''],
		resources: ['namespaces', 'pods', 'pods/log', 'services', 'configmaps', 'events'],
	},
	{
		verbs: read,
		apiGroups: ['serving.knative.dev', 'networking.internal.knative.dev', 'autoscaling.internal.knative.dev'],
		resources: ['*'],
	},
	{verbs: read, apiGroups: ['apps'], resources: ['deployments', 'replicasets']},
];

/** Moves traffic and makes revisions, by PATCH alone; creates and deletes nothing. */
const operating: readonly PolicyRule[] = [
	...viewing,
	{verbs: ['patch'], apiGroups: ['serving.knative.dev'], resources: ['services']},
	{verbs: ['get', 'create'], apiGroups: [''], resources: ['pods/portforward']},
];

export type UserRole = {
	userName: string;
	/** Of the kubeconfig. */
	contextName: string;
	groups: readonly string[];
	rules: readonly PolicyRule[];
};

export const admin: UserRole = {
	userName: 'sandbox-admin',
	contextName: 'sandbox',
	groups: ['system:masters'],
	rules: everything,
};

/** The admin first: its context is the current one. */
export const roles: readonly UserRole[] = [
	admin,
	{userName: 'sandbox-operator', contextName: 'sandbox-operator', groups: [], rules: operating},
	{userName: 'sandbox-viewer', contextName: 'sandbox-viewer', groups: [], rules: viewing},
];
