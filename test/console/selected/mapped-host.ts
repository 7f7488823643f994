/** A service whose own gateway only a port-forward leads to, with a host of a DomainMapping that has another one. */
import {onTestFinished} from 'vitest';
import type {ConsoleStore} from '../../../source/console/state/state.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {corePath, domainMappingsPath, ingressPath} from '../../../source/kube/paths.js';
import {serveHttp} from '../../probe/servers.js';
import {startWorld} from '../../support/world.js';

const host = 'shop.example.org';

const ready = {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]};
const door = {
	metadata: {name: 'door-1'},
	spec: {containers: [{name: 'door', ports: [{containerPort: 8080}]}]},
	status: ready,
};

/** @param isInside The gateway of the host has no address outside, either. */
export async function openMapped({isInside = false}: {isInside?: boolean} = {}) {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	await world.sandbox.gatewayFaults.set({service: 'ClusterIP'});
	/** What the gateway of the host was asked for. */
	const hosts: (string | undefined)[] = [];
	const {port} = await serveHttp((request, response) => {
		hosts.push(request.headers.host);
		response.end('mapped\n');
	});
	const objects: Record<string, object> = {
		[domainMappingsPath('default', host)]: {
			metadata: {name: host, namespace: 'default', uid: 'd-1'},
			spec: {ref: {kind: 'Service', name: 'cart'}},
			status: {url: `http://${host}`},
		},
		[ingressPath('default', host)]: {
			metadata: {annotations: {'networking.knative.dev/ingress-class': 'x.example'}},
			status: {publicLoadBalancer: {ingress: [{domainInternal: 'door.edge.svc.cluster.local'}]}},
		},
		[corePath('services', 'edge', 'door')]: isInside
			? {
					spec: {
						type: 'ClusterIP',
						selector: {app: 'door'},
						ports: [{name: 'http', port: 80, targetPort: 8080}],
					},
				}
			: {
					spec: {type: 'LoadBalancer', ports: [{name: 'http', port}]},
					status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}},
				},
		[corePath('pods', 'edge')]: {metadata: {}, items: [door]},
	};
	const sandbox = await world.connect();
	const cluster: Cluster = {
		...sandbox,
		async request(request) {
			const body = objects[request.path];
			return body && request.method === 'GET' ? {status: 200, body, warnings: []} : sandbox.request(request);
		},
	};
	return {world, cluster, host, port, hosts, objects};
}

/** Has the selected service asked by that host. */
export function askHost(store: ConsoleStore, asked: string): void {
	const {requestOptions, selected} = store.getState();
	store.setState({requests: new Map([[selected?.uid ?? '', {...requestOptions, host: asked}]])});
}
