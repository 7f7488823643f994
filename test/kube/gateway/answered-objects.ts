/** A cluster that has the objects which the test gives it, and is asked where its gateway is. */
import {afterEach, beforeEach} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {findGateway, type AskedRoute} from '../../../source/kube/gateway/find-gateway.js';
import {startApiServer, status, type ApiServer} from '../../support/kube/api-server.js';

export const ingresses = '/apis/networking.internal.knative.dev/v1alpha1';
const route = {namespace: 'default', name: 'hello'};

export let server: ApiServer;
let cluster: Cluster;
/** What the API has; everything else is not found. */
export let objects: Record<string, unknown>;

export function ingress(...entries: object[]) {
	return {
		metadata: {
			name: 'hello',
			annotations: {'networking.knative.dev/ingress.class': 'kourier.ingress.networking.knative.dev'},
		},
		status: {publicLoadBalancer: {ingress: entries}},
	};
}

export const inside = ingress({domainInternal: 'kourier.kourier-system.svc.cluster.local'});
export const kourier = '/api/v1/namespaces/kourier-system/services/kourier';

export const podsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;

export function service(more: {ports?: object[]; spec?: object; ingress?: object[]} = {}) {
	return {
		metadata: {name: 'kourier', namespace: 'kourier-system'},
		spec: {
			type: 'LoadBalancer',
			ports: more.ports ?? [
				{name: 'https', port: 443, nodePort: 30_443},
				{name: 'http2', port: 8088, targetPort: 8080, nodePort: 30_080},
			],
			...more.spec,
		},
		status: {loadBalancer: more.ingress ? {ingress: more.ingress} : {}},
	};
}

/** The addresses of documentation lead nowhere: these tests are about which of them is found. */
export const find = async (more: Partial<AskedRoute> = {}) =>
	findGateway(cluster, {...route, ...more}, {dial: async () => {}});

export const own = `${ingresses}/namespaces/default/ingresses/hello`;

/** What the server says of an object that may not be read. */
export const refusal = status(403, 'Forbidden', 'ingresses "hello" is forbidden');
const isRefusal = (found: unknown) => found === refusal;

/** For each test a server of its own, with nothing on it. */
export function withObjects(): void {
	beforeEach(async () => {
		server = await startApiServer();
		cluster = await connect({kubeconfigText: server.kubeconfig()});
		objects = {};
		server.always(({path, answer}) => {
			const found = objects[path];
			if (found === undefined) answer(404, status(404, 'NotFound', `${path} not found`));
			else answer(isRefusal(found) ? 403 : 200, found);
		});
	});

	afterEach(async () => {
		await cluster.close();
		await server.close();
	});
}
