/**
 * The Go structs behind Knative's objects: errors of Go's decoder name them.
 *
 * Source: knative/serving pkg/apis/serving/v1/*_types.go, k8s.io/api core/v1/types.go; encoding/json decode.go for what is named.
 */

/** What a field of a struct leads to. */
type StructFields = Readonly<Record<string, string>>;

/** Struct → field → the struct of its value, or of the items of its list. */
const structs: Readonly<Record<string, StructFields>> = {
	Service: {spec: 'ServiceSpec'},
	Configuration: {spec: 'ConfigurationSpec'},
	Route: {spec: 'RouteSpec'},
	Revision: {spec: 'RevisionSpec'},
	ConfigurationSpec: {template: 'RevisionTemplateSpec'},
	RouteSpec: {traffic: 'TrafficTarget'},
	RevisionTemplateSpec: {spec: 'RevisionSpec'},
	PodSpec: {
		containers: 'Container',
		initContainers: 'Container',
		volumes: 'Volume',
		imagePullSecrets: 'LocalObjectReference',
	},
	Container: {
		env: 'EnvVar',
		envFrom: 'EnvFromSource',
		ports: 'ContainerPort',
		resources: 'ResourceRequirements',
		livenessProbe: 'Probe',
		readinessProbe: 'Probe',
		startupProbe: 'Probe',
		securityContext: 'SecurityContext',
		volumeMounts: 'VolumeMount',
	},
	EnvVar: {valueFrom: 'EnvVarSource'},
	EnvVarSource: {configMapKeyRef: 'ConfigMapKeySelector', secretKeyRef: 'SecretKeySelector'},
	EnvFromSource: {configMapRef: 'ConfigMapEnvSource', secretRef: 'SecretEnvSource'},
	SecurityContext: {capabilities: 'Capabilities', seccompProfile: 'SeccompProfile'},
	ProbeHandler: {
		exec: 'ExecAction',
		httpGet: 'HTTPGetAction',
		tcpSocket: 'TCPSocketAction',
		grpc: 'GRPCAction',
	},
	HTTPGetAction: {httpHeaders: 'HTTPHeader'},
	VolumeSource: {
		configMap: 'ConfigMapVolumeSource',
		secret: 'SecretVolumeSource',
		projected: 'ProjectedVolumeSource',
	},
};

/** Struct → the struct embedded in it that a field sits in; its own fields are told apart from the rest. */
const embedded: Readonly<Record<string, (field: string) => string | undefined>> = {
	ServiceSpec: field => ({template: 'ConfigurationSpec', traffic: 'RouteSpec'})[field] ?? undefined,
	RevisionSpec: field =>
		['containerConcurrency', 'timeoutSeconds', 'responseStartTimeoutSeconds', 'idleTimeoutSeconds'].includes(
			field,
		)
			? undefined
			: 'PodSpec',
	Probe: field => (Object.hasOwn(structs['ProbeHandler'] ?? {}, field) ? 'ProbeHandler' : undefined),
	Volume: field => (field === 'name' ? undefined : 'VolumeSource'),
};

/** Where a field of a struct is: what its path says after the struct, and the struct of its value. */
export function goField(struct: string, field: string): {path: string; struct: string} {
	const via = embedded[struct]?.(field);
	const holder = via ?? struct;
	const known = structs[holder]?.[field];
	return {
		path: via === undefined ? field : `${via}.${field}`,
		struct: field === 'metadata' ? 'ObjectMeta' : (known ?? field.charAt(0).toUpperCase() + field.slice(1)),
	};
}
