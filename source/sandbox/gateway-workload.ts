/**
 * The gateway as objects of the cluster: the Services that lead to it and the pod it runs in, so that it can be found, looked at
 * and forwarded to like any other. It is no container that a kubelet of the sandbox started.
 *
 * Source: net-kourier config/300-gateway.yaml.
 */
import {randomBytes} from 'node:crypto';
import type {KubernetesObject} from '../knative/objects/wire.js';
import type {PodRuntime} from './api/pods/pod-runtime.js';
import {controlledBy} from './controller/objects.js';
import {coreServices, deployments, pods, replicaSets} from './resources.js';
import type {ObjectStore, StoredObject} from './shared-store.js';
import {timestamp} from './store/next-object.js';

const namespace = 'kourier-system';
const workload = '3scale-kourier-gateway';
const selector = {app: workload};
/** Not that of the kubelet: what runs there is none of its business. */
const nodeName = 'sandbox-gateway-node';
const host = '127.0.0.1';
/** Where Envoy listens inside the pod, as Kourier configures it. */
const externalPort = 8080;
const internalPort = 8081;

export type GatewayPorts = {
	/** Where the public listener and the one for the inside of the cluster really are, on 127.0.0.1. */
	external: number;
	internal: number;
};

/**
 * Puts it all into the store and keeps a pod there, whoever deletes it.
 *
 * @param now the clock, in milliseconds since 1970.
 * @returns what runs in that pod, the way to give the gateway an address outside or to take it, and the way to stop.
 */
export function deployGateway(
	store: ObjectStore,
	ports: GatewayPorts,
	now: () => number,
): {runtime: PodRuntime; expose: (type: 'LoadBalancer' | 'ClusterIP') => void; stop: () => void} {
	store.create(coreServices, service('kourier', externalPort, loadBalancer(ports.external)));
	store.create(coreServices, service('kourier-internal', internalPort, clusterIp));
	const spec = {replicas: 1, selector: {matchLabels: selector}, template: podTemplate};
	const status = {replicas: 1, readyReplicas: 1, availableReplicas: 1, observedGeneration: 1};
	const deployment = store.create(deployments, {
		...object('apps/v1', 'Deployment', workload),
		spec,
		status: {...status, updatedReplicas: 1},
	});
	const hash = deployment.metadata.uid.slice(0, 8);
	const replicaSet = store.create(replicaSets, {
		...object('apps/v1', 'ReplicaSet', `${workload}-${hash}`, deployment),
		spec,
		status: {...status, fullyLabeledReplicas: 1},
	});
	const isOurs = ({metadata}: StoredObject): boolean =>
		metadata.namespace === namespace && metadata.labels?.['app'] === workload;
	const addPod = (): void => {
		store.create(pods, pod(replicaSet, randomBytes(3).toString('hex').slice(0, 5), timestamp(now())));
	};
	addPod();
	const stop = store.subscribe(({type, resource, object: changed}) => {
		if (resource !== pods || !isOurs(changed)) {
			return;
		}

		if (type === 'MODIFIED' && changed.metadata.deletionTimestamp !== undefined) {
			store.remove(pods, namespace, changed.metadata.name);
		}

		// With the namespace it goes for good.
		const owner = store.get(replicaSets, namespace, replicaSet.metadata.name);
		if (type === 'DELETED' && owner) {
			addPod();
		}
	});
	const isHere = (key: string): boolean =>
		store.list(pods, namespace).some(found => isOurs(found) && key === `${namespace}/${found.metadata.name}`);
	return {
		runtime: {
			// Envoy as Kourier sets it up writes no access log.
			logOf: key => (isHere(key) ? silence : undefined),
			socketOf(key, port) {
				const open = {[externalPort]: ports.external, [internalPort]: ports.internal}[port];
				return open !== undefined && isHere(key) ? {host, port: open} : undefined;
			},
		},
		expose(type) {
			const found = store.get(coreServices, namespace, 'kourier');
			if (!found || found.spec === undefined || isOfType(found.spec, type)) {
				return;
			}

			const wanted = service(
				'kourier',
				externalPort,
				type === 'ClusterIP' ? clusterIp : loadBalancer(ports.external),
			);
			for (const part of ['main', 'status'] as const) {
				store.update(coreServices, namespace, 'kourier', part, current => ({
					...current,
					spec: wanted.spec,
					status: wanted.status,
				}));
			}
		},
		stop,
	};
}

/** The node of several: each pod runs on one of them. */
export function nodesOf(...nodes: readonly PodRuntime[]): PodRuntime {
	const first = <T>(ask: (node: PodRuntime) => T | undefined): T | undefined => {
		for (const node of nodes) {
			const answer = ask(node);
			if (answer !== undefined) {
				return answer;
			}
		}

		return undefined;
	};
	return {
		logOf: key => first(node => node.logOf(key)),
		socketOf: (key, port) => first(node => node.socketOf(key, port)),
	};
}

const silence = {lines: () => [], previous: () => undefined, follow: () => () => {}};

const labels = {
	'networking.knative.dev/ingress-provider': 'kourier',
	'app.kubernetes.io/component': 'net-kourier',
	'app.kubernetes.io/name': 'knative-serving',
};

function object(apiVersion: string, kind: string, name: string, owner?: StoredObject): KubernetesObject {
	return {
		apiVersion,
		kind,
		metadata: {
			name,
			namespace,
			labels: kind === 'Service' ? labels : {...labels, ...selector},
			...(owner ? {ownerReferences: [controlledBy(owner)]} : {}),
		},
	};
}

/** How a Service is reached: its type, its own port, and what its status says of a load balancer. */
type Exposure = {type: string; port: number; status: object};

/** As a cloud has it, or MetalLB: the port is where the listener of the sandbox really is. */
const loadBalancer = (port: number): Exposure => ({
	type: 'LoadBalancer',
	port,
	status: {ingress: [{ip: host}]},
});
const clusterIp: Exposure = {type: 'ClusterIP', port: 80, status: {}};

function service(name: string, targetPort: number, {type, port, status}: Exposure): KubernetesObject {
	return {
		...object('v1', 'Service', name),
		spec: {type, ports: [{name: 'http2', port, protocol: 'TCP', targetPort}], selector},
		status: {loadBalancer: status},
	};
}

function isOfType(spec: unknown, type: string): boolean {
	return typeof spec === 'object' && spec !== null && 'type' in spec && spec.type === type;
}

const container = {
	name: 'kourier-gateway',
	image: 'docker.io/envoyproxy/envoy:v1.34-latest',
	command: ['/usr/local/bin/envoy'],
	ports: [
		{name: 'http2-external', containerPort: externalPort, protocol: 'TCP'},
		{name: 'http2-internal', containerPort: internalPort, protocol: 'TCP'},
	],
};
const podTemplate = {metadata: {labels: selector}, spec: {containers: [container]}};

function pod(replicaSet: StoredObject, suffix: string, time: string): KubernetesObject {
	const condition = (type: string) => ({type, status: 'True', lastTransitionTime: time});
	return {
		...object('v1', 'Pod', `${replicaSet.metadata.name}-${suffix}`, replicaSet),
		spec: {...podTemplate.spec, nodeName, restartPolicy: 'Always'},
		status: {
			phase: 'Running',
			hostIP: host,
			podIP: host,
			startTime: time,
			conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(condition),
			containerStatuses: [
				{
					name: container.name,
					image: container.image,
					ready: true,
					started: true,
					restartCount: 0,
					state: {running: {startedAt: time}},
					lastState: {},
				},
			],
		},
	};
}
