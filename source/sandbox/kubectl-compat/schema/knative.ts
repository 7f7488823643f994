/**
 * The schemas of the resources the sandbox serves.
 *
 * Source: knative/serving config/core/300-resources/{service,configuration,route,revision}.yaml. What is not listed here
 * is not in the CRDs either and is pruned: lifecycle, restartPolicy, hostPort, …
 */
import type {Resource} from '../../shared-store.js';
import type {Schema} from './schema.js';

const string: Schema = {type: 'string'};
const boolean: Schema = {type: 'boolean'};
const int32: Schema = {type: 'integer', format: 'int32'};
const int64: Schema = {type: 'integer', format: 'int64'};
const strings: Schema = {type: 'array', items: string, 'x-kubernetes-list-type': 'atomic'};
const anyObject: Schema = {type: 'object', 'x-kubernetes-preserve-unknown-fields': true};
const anyObjects: Schema = {type: 'array', items: anyObject};
const stringMap: Schema = {type: 'object', additionalProperties: string};
const intOrString: Schema = {'x-kubernetes-int-or-string': true};
const quantity: Schema = {
	'x-kubernetes-int-or-string': true,
	pattern:
		'^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
};

function object(properties: Record<string, Schema>, required?: string[]): Schema {
	return {type: 'object', properties, ...(required ? {required} : {})};
}

function list(items: Schema): Schema {
	return {type: 'array', items};
}

function listMap(items: Schema, key: string): Schema {
	return {type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key]};
}

const emptyByDefault: Schema = {type: 'string', default: ''};
const keySelector = object({key: string, name: emptyByDefault, optional: boolean}, ['key']);
const reference = object({name: emptyByDefault, optional: boolean});
const keyToPath = list(object({key: string, mode: int32, path: string}, ['key', 'path']));

const probe = object({
	exec: object({command: strings}),
	grpc: object({port: int32, service: emptyByDefault}),
	httpGet: object({
		host: string,
		httpHeaders: list(object({name: string, value: string}, ['name', 'value'])),
		path: string,
		port: intOrString,
		scheme: string,
	}),
	tcpSocket: object({host: string, port: intOrString}),
	failureThreshold: int32,
	initialDelaySeconds: int32,
	periodSeconds: int32,
	successThreshold: int32,
	timeoutSeconds: int32,
});

const container = object({
	args: strings,
	command: strings,
	env: listMap(
		object(
			{
				name: string,
				value: string,
				valueFrom: object({
					configMapKeyRef: keySelector,
					fieldRef: anyObject,
					resourceFieldRef: anyObject,
					secretKeyRef: keySelector,
				}),
			},
			['name'],
		),
		'name',
	),
	envFrom: list(object({configMapRef: reference, prefix: string, secretRef: reference})),
	image: string,
	imagePullPolicy: string,
	livenessProbe: probe,
	name: string,
	ports: list(object({containerPort: int32, name: string, protocol: {type: 'string', default: 'TCP'}})),
	readinessProbe: probe,
	resources: object({
		limits: {type: 'object', additionalProperties: quantity},
		requests: {type: 'object', additionalProperties: quantity},
	}),
	securityContext: object({
		allowPrivilegeEscalation: boolean,
		capabilities: object({add: strings, drop: strings}),
		privileged: boolean,
		readOnlyRootFilesystem: boolean,
		runAsGroup: int64,
		runAsNonRoot: boolean,
		runAsUser: int64,
		seccompProfile: object({localhostProfile: string, type: string}, ['type']),
	}),
	startupProbe: probe,
	terminationMessagePath: string,
	terminationMessagePolicy: string,
	volumeMounts: listMap(
		object({mountPath: string, mountPropagation: string, name: string, readOnly: boolean, subPath: string}, [
			'mountPath',
			'name',
		]),
		'mountPath',
	),
	workingDir: string,
});

const volume = object(
	{
		configMap: object({defaultMode: int32, items: keyToPath, name: emptyByDefault, optional: boolean}),
		csi: anyObject,
		emptyDir: anyObject,
		ephemeral: anyObject,
		hostPath: anyObject,
		image: anyObject,
		name: string,
		persistentVolumeClaim: anyObject,
		projected: object({
			defaultMode: int32,
			sources: list(
				object({
					configMap: object({items: keyToPath, name: emptyByDefault, optional: boolean}),
					downwardAPI: object({
						items: list(
							object(
								{
									fieldRef: object({apiVersion: string, fieldPath: string}, ['fieldPath']),
									mode: int32,
									path: string,
									resourceFieldRef: object({containerName: string, divisor: quantity, resource: string}, [
										'resource',
									]),
								},
								['path'],
							),
						),
					}),
					secret: object({items: keyToPath, name: emptyByDefault, optional: boolean}),
					serviceAccountToken: object({audience: string, expirationSeconds: int64, path: string}, ['path']),
				}),
			),
		}),
		secret: object({defaultMode: int32, items: keyToPath, optional: boolean, secretName: string}),
	},
	['name'],
);

const revisionSpec = object(
	{
		affinity: anyObject,
		automountServiceAccountToken: boolean,
		containerConcurrency: int64,
		containers: list(container),
		dnsConfig: anyObject,
		dnsPolicy: string,
		enableServiceLinks: boolean,
		hostAliases: anyObjects,
		hostIPC: boolean,
		hostNetwork: boolean,
		hostPID: boolean,
		idleTimeoutSeconds: int64,
		imagePullSecrets: listMap(object({name: emptyByDefault}), 'name'),
		initContainers: anyObjects,
		nodeSelector: stringMap,
		priorityClassName: string,
		responseStartTimeoutSeconds: int64,
		runtimeClassName: string,
		schedulerName: string,
		securityContext: anyObject,
		serviceAccountName: string,
		shareProcessNamespace: boolean,
		timeoutSeconds: int64,
		tolerations: anyObjects,
		topologySpreadConstraints: anyObjects,
		volumes: listMap(volume, 'name'),
	},
	['containers'],
);

const template = object({
	metadata: {
		...object({
			annotations: stringMap,
			finalizers: list(string),
			labels: stringMap,
			name: string,
			namespace: string,
		}),
		'x-kubernetes-preserve-unknown-fields': true,
	},
	spec: revisionSpec,
});

const traffic = list(
	object({
		configurationName: string,
		latestRevision: boolean,
		percent: int64,
		revisionName: string,
		tag: string,
		url: string,
	}),
);

const conditions = list(
	object(
		{
			lastTransitionTime: string,
			message: string,
			reason: string,
			severity: string,
			status: string,
			type: string,
		},
		['status', 'type'],
	),
);
const duckStatus = {annotations: stringMap, conditions, observedGeneration: int64};
const configurationStatus = {latestCreatedRevisionName: string, latestReadyRevisionName: string};
const routeStatus = {
	address: object({CACerts: string, audience: string, name: string, url: string}),
	traffic,
	url: string,
};
const containerStatuses = list(object({imageDigest: string, name: string}));

/** metadata as every kind has it; what clients may not set is here too, as nothing is to be called unknown. */
const metadata = object({
	annotations: stringMap,
	creationTimestamp: string,
	deletionGracePeriodSeconds: int64,
	deletionTimestamp: string,
	finalizers: {...list(string), 'x-kubernetes-list-type': 'set'},
	generateName: string,
	generation: int64,
	labels: stringMap,
	managedFields: anyObjects,
	name: string,
	namespace: string,
	ownerReferences: list(
		object({
			apiVersion: string,
			blockOwnerDeletion: boolean,
			controller: boolean,
			kind: string,
			name: string,
			uid: string,
		}),
	),
	resourceVersion: string,
	selfLink: string,
	uid: string,
});

function root(
	spec: Schema | undefined,
	status: Schema | undefined,
	others: Record<string, Schema> = {},
): Schema {
	return object({
		apiVersion: string,
		kind: string,
		metadata,
		...(spec ? {spec} : {}),
		...(status ? {status} : {}),
		...others,
	});
}

const schemas: Record<string, Schema> = {
	'serving.knative.dev/services': root(
		object({template, traffic}),
		object({...duckStatus, ...configurationStatus, ...routeStatus}),
	),
	'serving.knative.dev/configurations': root(
		object({template}),
		object({...duckStatus, ...configurationStatus}),
	),
	'serving.knative.dev/routes': root(object({traffic}), object({...duckStatus, ...routeStatus})),
	'serving.knative.dev/revisions': root(
		revisionSpec,
		object({
			...duckStatus,
			actualReplicas: int32,
			containerStatuses,
			desiredReplicas: int32,
			initContainerStatuses: containerStatuses,
			logUrl: string,
		}),
	),
	'networking.internal.knative.dev/ingresses': root(anyObject, anyObject),
	'/namespaces': root(anyObject, anyObject),
	'/configmaps': root(undefined, undefined, {
		binaryData: stringMap,
		data: stringMap,
		immutable: boolean,
	}),
	'/secrets': root(undefined, undefined, {
		data: stringMap,
		immutable: boolean,
		stringData: stringMap,
		type: string,
	}),
	'/pods': root(anyObject, anyObject),
	'/services': root(anyObject, anyObject),
	'/events': {...root(undefined, undefined), 'x-kubernetes-preserve-unknown-fields': true},
};

/** The schema of a resource, its metadata included. */
export function schemaOf(resource: Resource): Schema {
	return schemas[`${resource.group}/${resource.plural}`] ?? root(anyObject, anyObject);
}
