/**
 * The objects as they are on the wire: only the fields this project reads or writes, all as the API names them.
 * Types alone, no code: the one file that the client side and the sandbox share.
 *
 * Sources: knative/serving pkg/apis/serving/v1, knative/networking pkg/apis/networking/v1alpha1,
 * kubernetes/apimachinery pkg/apis/meta/v1.
 */

export type OwnerReference = {
	apiVersion: string;
	kind: string;
	name: string;
	uid: string;
	controller?: boolean;
	blockOwnerDeletion?: boolean;
};

export type ObjectMeta = {
	name: string;
	namespace?: string;
	generateName?: string;
	uid?: string;
	resourceVersion?: string;
	/** Moves when, and only when, the spec changed. */
	generation?: number;
	/** RFC 3339, UTC, whole seconds. */
	creationTimestamp?: string;
	deletionTimestamp?: string;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
	ownerReferences?: OwnerReference[];
	finalizers?: string[];
	managedFields?: ManagedFieldsEntry[];
};

/** Who wrote which fields, and when. */
export type ManagedFieldsEntry = {
	manager: string;
	operation: 'Apply' | 'Update';
	apiVersion: string;
	/** RFC 3339, UTC, whole seconds. */
	time: string;
	fieldsType: 'FieldsV1';
	fieldsV1: FieldsV1;
	subresource?: string;
};

/** `f:<name>`, `k:<keys as JSON>`, `v:<value as JSON>` or `.`, each with what is below it. */
export type FieldsV1 = {[key: string]: FieldsV1};

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export type Condition = {
	type: string;
	status: ConditionStatus;
	severity?: string;
	reason?: string;
	message?: string;
	lastTransitionTime?: string;
};

/** An entry of `spec.traffic` or `status.traffic`. In status there is always a `revisionName`; `url` only beside a `tag`. */
export type TrafficTarget = {
	revisionName?: string;
	latestRevision?: boolean;
	configurationName?: string;
	/** Whole percent, 0–100. */
	percent?: number;
	tag?: string;
	url?: string;
};

export type EnvVar = {name: string; value?: string; valueFrom?: unknown};

export type ContainerPort = {name?: string; containerPort?: number; protocol?: string};

export type Container = {
	name?: string;
	image: string;
	env?: EnvVar[];
	ports?: ContainerPort[];
	command?: string[];
	args?: string[];
	resources?: {limits?: Record<string, string>; requests?: Record<string, string>};
	readinessProbe?: unknown;
	[field: string]: unknown;
};

export type RevisionSpec = {
	containers: Container[];
	containerConcurrency?: number;
	timeoutSeconds?: number;
	[field: string]: unknown;
};

export type RevisionTemplate = {
	metadata?: {name?: string; labels?: Record<string, string>; annotations?: Record<string, string>};
	spec: RevisionSpec;
};

export type KubernetesObject<Kind extends string = string, Spec = unknown, Status = unknown> = {
	apiVersion: string;
	kind: Kind;
	metadata: ObjectMeta;
	spec?: Spec;
	status?: Status;
};

export type KnativeServiceStatus = {
	observedGeneration?: number;
	conditions?: Condition[];
	url?: string;
	address?: {url?: string};
	traffic?: TrafficTarget[];
	latestCreatedRevisionName?: string;
	latestReadyRevisionName?: string;
};
export type KnativeService = KubernetesObject<
	'Service',
	{template: RevisionTemplate; traffic?: TrafficTarget[]},
	KnativeServiceStatus
>;

export type Configuration = KubernetesObject<
	'Configuration',
	{template: RevisionTemplate},
	{
		observedGeneration?: number;
		conditions?: Condition[];
		latestCreatedRevisionName?: string;
		latestReadyRevisionName?: string;
	}
>;

export type Route = KubernetesObject<
	'Route',
	{traffic?: TrafficTarget[]},
	{
		observedGeneration?: number;
		conditions?: Condition[];
		url?: string;
		address?: {url?: string};
		traffic?: TrafficTarget[];
	}
>;

export type Revision = KubernetesObject<
	'Revision',
	RevisionSpec,
	{
		observedGeneration?: number;
		conditions?: Condition[];
		actualReplicas?: number;
		desiredReplicas?: number;
		containerStatuses?: {name?: string; imageDigest?: string}[];
		logUrl?: string;
	}
>;

export type IngressSplit = {
	serviceName: string;
	serviceNamespace: string;
	servicePort: number | string;
	percent: number;
	appendHeaders?: Record<string, string>;
};
export type IngressRule = {
	hosts: string[];
	visibility: 'ExternalIP' | 'ClusterLocal';
	http: {
		paths: {
			splits: IngressSplit[];
			/** A path is taken only by requests that carry these; of several the first that fits. */
			headers?: Record<string, {exact: string}>;
			appendHeaders?: Record<string, string>;
		}[];
	};
};
export type LoadBalancerIngress = {ip?: string; domain?: string; domainInternal?: string; meshOnly?: boolean};
export type Ingress = KubernetesObject<
	'Ingress',
	{rules: IngressRule[]; httpOption?: string},
	{
		observedGeneration?: number;
		conditions?: Condition[];
		publicLoadBalancer?: {ingress?: LoadBalancerIngress[]};
		privateLoadBalancer?: {ingress?: LoadBalancerIngress[]};
	}
>;

/** The core/v1 Service, of which only what leads to a gateway is of interest. */
export type CoreService = KubernetesObject<
	'Service',
	{
		type?: string;
		externalName?: string;
		ports?: {name?: string; port: number; targetPort?: number | string; nodePort?: number}[];
	},
	{loadBalancer?: {ingress?: {ip?: string; hostname?: string}[]}}
>;

/** `kind: Status`, the body of every answer that is no object. */
export type ApiStatus = {
	kind: 'Status';
	apiVersion: 'v1';
	metadata: {resourceVersion?: string; continue?: string};
	status: 'Success' | 'Failure';
	message?: string;
	reason?: string;
	details?: {
		name?: string;
		group?: string;
		kind?: string;
		uid?: string;
		causes?: {reason?: string; message?: string; field?: string}[];
		retryAfterSeconds?: number;
	};
	code?: number;
};
