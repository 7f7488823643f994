/**
 * The Pod of a Revision, and what its container is to be given.
 *
 * Source: knative/serving pkg/reconciler/revision/resources/deploy.go, env_var.go.
 */
import type {PodIdentity} from '../../queue-proxy/invocations.js';
import {namesIn, type RequestMetrics} from '../../queue-proxy/observability.js';
import type {Container, EnvVar, KubernetesObject} from '../../../knative/objects/wire.js';
import type {StoredObject} from '../../shared-store.js';
import {environmentOf, type ContainerEnvironment, type LookUp} from './environment.js';
import {fieldOf, listOf, textOf} from '../fields.js';
import {controlledBy, type StoredRevision} from '../objects.js';

/** The node that the pods of revisions run on. */
export const nodeName = 'sandbox-node';

/** The port a container is expected to listen on when the template names none. */
const defaultPort = 8080;

function portOf(revision: StoredRevision): number {
	const [port] = userContainer(revision)?.ports ?? [];
	// Knative takes 0 for the default.
	return port?.containerPort || defaultPort;
}

/** The container that serves: the only one, or the one with a port. */
export function userContainer(revision: StoredRevision): Container | undefined {
	const {containers = []} = revision.spec ?? {};
	return containers.find(({ports = []}) => ports.length > 0) ?? containers[0];
}

export type QueueEnv = RequestMetrics['env'];

/** What the Deployment of a revision makes pods by. */
export type PodTemplate = {
	metadata: {labels: Record<string, string>; annotations: Record<string, string>};
	spec: Record<string, unknown>;
};

/** The labels of everything that carries a revision out. */
export function workloadLabels({metadata}: StoredRevision): Record<string, string> {
	// Whether traffic goes to the revision is said of it alone.
	const {'serving.knative.dev/routingState': _state, ...labels} = metadata.labels ?? {};
	return {
		...labels,
		'serving.knative.dev/revision': metadata.name,
		'serving.knative.dev/revisionUID': metadata.uid,
		app: metadata.name,
	};
}

/** The annotations of everything that carries a revision out. */
export function workloadAnnotations({metadata}: StoredRevision): Record<string, string> {
	const {
		'serving.knative.dev/routes': _routes,
		'serving.knative.dev/routingStateModified': _modified,
		'kubectl.kubernetes.io/last-applied-configuration': _applied,
		...annotations
	} = metadata.annotations ?? {};
	return annotations;
}

/** @param queueEnv The environment of its queue-proxy. */
export function podTemplate(revision: StoredRevision, queueEnv: QueueEnv): PodTemplate {
	const {name, labels = {}} = revision.metadata;
	const container = userContainer(revision);
	const containerName = container?.name ?? 'user-container';
	const digest = revision.status?.containerStatuses?.find(
		status => status.name === containerName,
	)?.imageDigest;
	const port = portOf(revision);
	const env: EnvVar[] = [
		...(container?.env ?? []),
		{name: 'PORT', value: String(port)},
		{name: 'K_REVISION', value: name},
		{name: 'K_CONFIGURATION', value: labels['serving.knative.dev/configuration'] ?? ''},
		{name: 'K_SERVICE', value: labels['serving.knative.dev/service'] ?? ''},
	];
	return {
		metadata: {
			labels: workloadLabels(revision),
			annotations: {
				...workloadAnnotations(revision),
				'kubectl.kubernetes.io/default-container': containerName,
			},
		},
		spec: {
			restartPolicy: 'Always',
			terminationGracePeriodSeconds: revision.spec?.timeoutSeconds ?? 300,
			containers: [
				{
					...container,
					name: containerName,
					image: digest ?? container?.image ?? '',
					ports: [{name: 'user-port', containerPort: port, protocol: 'TCP'}],
					env,
				},
				{
					name: 'queue-proxy',
					image: 'gcr.io/knative-releases/knative.dev/serving/cmd/queue',
					ports: [
						{name: 'http-queueadm', containerPort: 8022, protocol: 'TCP'},
						{name: 'http-autometric', containerPort: 9090, protocol: 'TCP'},
						{name: 'http-usermetric', containerPort: 9091, protocol: 'TCP'},
						{name: 'queue-port', containerPort: 8012, protocol: 'TCP'},
					],
					env: queueEnv,
					// Stock config-deployment asks for this much, and sets no limit.
					resources: {requests: {cpu: '25m'}},
				},
			],
		},
	};
}

/** A pod of a ReplicaSet; `suffix` tells it from its like. */
export function makePod(
	revision: StoredRevision,
	replicaSet: StoredObject,
	{suffix, queueEnv}: {suffix: string; queueEnv: QueueEnv},
): KubernetesObject {
	const {namespace = '', name} = replicaSet.metadata;
	const {metadata, spec} = podTemplate(revision, queueEnv);
	return {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {
			name: `${name}-${suffix}`,
			generateName: `${name}-`,
			namespace,
			labels: {
				...metadata.labels,
				'pod-template-hash': replicaSet.metadata.labels?.['pod-template-hash'] ?? '',
			},
			annotations: metadata.annotations,
			ownerReferences: [controlledBy(replicaSet)],
		},
		spec: {nodeName, ...spec},
		status: {phase: 'Pending'},
	};
}

export type PodContainer = {
	name: string;
	image: string;
	port: number;
	command: readonly string[];
	/** The environment with all references followed, or what is missing. */
	environment(lookUp: LookUp): ContainerEnvironment;
};

/** The container that serves, as it stands in a pod. */
export function containerOf(pod: StoredObject): PodContainer {
	const spec: unknown = pod.spec;
	const [container] = listOf(fieldOf(spec, 'containers'));
	const [port] = listOf(fieldOf(container, 'ports'));
	const containerPort = fieldOf(port, 'containerPort');
	return {
		name: textOf(fieldOf(container, 'name')),
		image: textOf(fieldOf(container, 'image')),
		port: typeof containerPort === 'number' ? containerPort : defaultPort,
		command: listOf(fieldOf(container, 'command')).map(word => textOf(word)),
		environment: lookUp => environmentOf(container, lookUp),
	};
}

/** Whose requests a queue-proxy tells of. */
export function identityOf({metadata}: StoredObject): PodIdentity {
	const {labels = {}} = metadata;
	return {
		namespace: metadata.namespace ?? '',
		pod: metadata.name,
		service: labels['serving.knative.dev/service'] ?? '',
		configuration: labels['serving.knative.dev/configuration'] ?? '',
		revision: labels['serving.knative.dev/revision'] ?? '',
	};
}

/** What the queue-proxy of a pod is to tell Prometheus: as its environment says, which stays what it was when the pod was made. */
export function metricsOf(pod: StoredObject): Pick<RequestMetrics, 'names'> {
	const spec: unknown = pod.spec;
	const queueProxy = listOf(fieldOf(spec, 'containers')).find(
		container => fieldOf(container, 'name') === 'queue-proxy',
	);
	return namesIn(
		listOf(fieldOf(queueProxy, 'env')).map(entry => ({
			name: textOf(fieldOf(entry, 'name')),
			value: textOf(fieldOf(entry, 'value')),
		})),
	);
}
