/** A sandbox without waiting, and what the tests write to it. */
import {onTestFinished} from 'vitest';
import {connect} from '../../source/kube/connect.js';
import type {Cluster} from '../../source/kube/cluster.js';
import type {Sandbox, SandboxOptions} from '../../source/sandbox/sandbox.js';
import {startSandbox} from '../../source/sandbox/sandbox.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {parseService} from '../../source/knative/service/service.js';
import {routeSettled} from '../../source/knative/service/service-state.js';

export type SandboxWorld = {sandbox: Sandbox; cluster: Cluster};

/** Everything comes at once; stopped after the test. */
export async function openSandbox(options: SandboxOptions = {}): Promise<SandboxWorld> {
	const sandbox = await startSandbox({pace: Infinity, ...options});
	onTestFinished(async () => sandbox.stop());
	const cluster = await connect({kubeconfig: sandbox.kubeconfigPath});
	onTestFinished(async () => cluster.close());
	return {sandbox, cluster};
}

export const gatewayOf = ({gatewayAddress}: Sandbox) => ({
	host: '127.0.0.1',
	port: Number(gatewayAddress.split(':')[1]),
	tls: false,
});

/** Has the pods count their requests: users are counted then, where they are estimated otherwise (config-observability). */
export async function countRequests(cluster: Cluster, protocol: string | null = 'prometheus'): Promise<void> {
	const {status, body} = await cluster.request({
		method: 'PATCH',
		path: '/api/v1/namespaces/knative-serving/configmaps/config-observability',
		contentType: 'application/merge-patch+json',
		body: {data: {'request-metrics-protocol': protocol}},
	});
	if (status !== 200) throw new Error(JSON.stringify(body));
}

const path = '/apis/serving.knative.dev/v1/namespaces/default/services';

/** Creates the service with this container; resolves when its route has settled. */
export async function createService(
	cluster: Cluster,
	name: string,
	container: Readonly<Record<string, unknown>>,
): Promise<ServiceView> {
	await cluster.request({
		method: 'POST',
		path,
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name, namespace: 'default'},
			spec: {template: {spec: {containers: [container]}}},
		},
	});
	return settled(cluster, name);
}

/** Merges this into the spec; resolves when the route has settled on it. */
export async function patchSpec(cluster: Cluster, name: string, spec: unknown): Promise<ServiceView> {
	const answer = await cluster.request({
		method: 'PATCH',
		path: `${path}/${name}`,
		contentType: 'application/merge-patch+json',
		body: {spec},
	});
	if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
	return settled(cluster, name);
}

/** Revision numbers to percents, each tagged by its number: `{1: 90, 2: 10}` has the tags `r1` and `r2`. */
export const trafficOf = (name: string, percents: Readonly<Record<number, number>>) =>
	Object.entries(percents).map(([number, percent]) => ({
		revisionName: `${name}-${number.padStart(5, '0')}`,
		percent,
		tag: `r${number}`,
	}));

export async function settled(cluster: Cluster, name: string): Promise<ServiceView> {
	for (;;) {
		const answer = await cluster.request({method: 'GET', path: `${path}/${name}`});
		const parsed = parseService(answer.body);
		if (!parsed.ok) throw new Error(parsed.reason);
		if (routeSettled(parsed.value)) return parsed.value;
	}
}

export const greeter = (target: string) => ({
	image: 'registry.example.com/samples/helloworld-go:1',
	env: [{name: 'TARGET', value: target}],
});
