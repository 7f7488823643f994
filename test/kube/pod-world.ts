/** An API server over TLS, with a Service whose pods are servers of the test: what is forwarded to is as real as the way. */
import {onTestFinished} from 'vitest';
import type {Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {findTarget} from '../../source/kube/port-forward/forward-target.js';
import {openPortForward, type ForwardState} from '../../source/kube/port-forward/port-forward.js';
import {kubeconfigYaml} from '../../source/sandbox/api/http/sandbox-kubeconfig.js';
import {startApiServer} from '../../source/sandbox/api/http/server.js';
import {createObjectStore} from '../../source/sandbox/store/object-store.js';
import {coreServices, pods} from '../../source/sandbox/resources.js';

const namespace = 'gateways';
export const envoy = {namespace, name: 'envoy', port: 80};

/** @param listening Ports of this machine, by pod; at no other does anything listen. */
export async function startPodWorld(listening: Record<string, number>) {
	const store = createObjectStore();
	const token = 'a-token-of-the-test';
	const viewer = {
		name: 'viewer',
		token: 'another-token-of-the-test',
		groups: [],
		rules: [{verbs: ['get', 'list'], apiGroups: [''], resources: ['services', 'pods']}],
	};
	const opened: string[] = [];
	const server = await startApiServer({
		store,
		token,
		userName: 'jane',
		others: [viewer],
		tls: true,
		pods: {
			logOf: () => undefined,
			socketOf(key, port) {
				opened.push(`${key}:${port}`);
				const local = listening[key.split('/')[1] ?? ''];
				return local !== undefined && port === 8080 ? {host: '127.0.0.1', port: local} : undefined;
			},
		},
	});
	onTestFinished(() => server.close());
	store.create(coreServices, {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: 'envoy', namespace},
		spec: {selector: {app: 'envoy'}, ports: [{name: 'http2', port: 80, targetPort: 'web'}]},
	});
	const addPod = (name: string): void => {
		store.create(pods, {
			apiVersion: 'v1',
			kind: 'Pod',
			metadata: {name, namespace, labels: {app: 'envoy'}},
			spec: {containers: [{name: 'envoy', ports: [{name: 'web', containerPort: 8080}]}]},
			status: {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]},
		});
	};
	for (const name of Object.keys(listening)) addPod(name);

	async function connectAs(user: {userName: string; token: string}): Promise<Cluster> {
		const {url, certificateAuthority} = server;
		const kubeconfigText = kubeconfigYaml({...user, server: url, certificateAuthority, contextName: 'test'});
		const cluster = await connect({kubeconfigText});
		onTestFinished(() => cluster.close());
		return cluster;
	}

	return {
		store,
		server,
		/** `namespace/pod:port` of each connection that was asked for. */
		opened,
		addPod,
		removePod: (name: string) => store.remove(pods, namespace, name),
		removeService: () => store.remove(coreServices, namespace, 'envoy'),
		asViewer: async () => connectAs({userName: viewer.name, token: viewer.token}),
		/** A port-forward to the Service, and its states so far. */
		async forward(options: Parameters<typeof openPortForward>[2] & {cluster?: Cluster} = {}) {
			const states: ForwardState[] = [];
			const {cluster = await connectAs({userName: 'jane', token}), ...others} = options;
			const way = {
				find: async () => findTarget(cluster, envoy),
				connect: cluster.connectToPod.bind(cluster),
			};
			const forward = await openPortForward(envoy, way, {
				...others,
				onState(state) {
					states.push(state);
					others.onState?.(state);
				},
			});
			onTestFinished(() => forward.close());
			return {forward, states, cluster};
		},
	};
}
