/**
 * What a cluster with Knative Serving and Kourier has before anybody deploys anything: namespaces, the ConfigMaps of
 * knative-serving, and the Service that leads to the gateway.
 *
 * Source: knative/serving config/core/configmaps, net-kourier config/{200-bootstrap,300-gateway}.yaml.
 */
import type {CoreService, KubernetesObject} from '../traffic/wire.js';
import {kourierClass} from './controller/kingress.js';
import {configmaps, coreServices, namespaces} from './resources.js';
import type {ObjectStore} from './state.js';

const namespaceNames = [
	'default',
	'kube-system',
	'knative-serving',
	'kourier-system',
	'staging',
	'production',
];

/** Only what differs from the defaults is set, as on a real cluster; `example.com` is what the docs configure. */
const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'config-domain': {'example.com': ''},
	'config-network': {'ingress-class': kourierClass},
	'config-autoscaler': {
		'container-concurrency-target-percentage': '70',
		'container-concurrency-target-default': '100',
		'requests-per-second-target-default': '200',
		'target-burst-capacity': '211',
		'stable-window': '60s',
		'panic-window-percentage': '10.0',
		'panic-threshold-percentage': '200.0',
		'max-scale-up-rate': '1000.0',
		'max-scale-down-rate': '2.0',
		'enable-scale-to-zero': 'true',
		'scale-to-zero-grace-period': '30s',
		'scale-to-zero-pod-retention-period': '0s',
		'pod-autoscaler-class': 'kpa.autoscaling.knative.dev',
		'activator-capacity': '100.0',
		'initial-scale': '1',
		'allow-zero-initial-scale': 'false',
		'min-scale': '0',
		'max-scale': '0',
		'scale-down-delay': '0s',
		'max-scale-limit': '0',
	},
	'config-features': {'tag-header-based-routing': 'disabled'},
	'config-defaults': {
		'revision-timeout-seconds': '300',
		'max-revision-timeout-seconds': '600',
		'container-concurrency': '0',
		'container-concurrency-max-limit': '1000',
		'allow-container-concurrency-zero': 'true',
		'enable-service-links': 'false',
	},
	'config-deployment': {'progress-deadline': '600s'},
	'config-gc': {
		'retain-since-create-time': '48h',
		'retain-since-last-active-time': '15h',
		'min-non-active-revisions': '20',
		'max-non-active-revisions': '1000',
	},
};

function kourier(name: string, type: string, port: number): CoreService {
	return {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {
			name,
			namespace: 'kourier-system',
			labels: {
				'networking.knative.dev/ingress-provider': 'kourier',
				'app.kubernetes.io/component': 'net-kourier',
				'app.kubernetes.io/name': 'knative-serving',
			},
		},
		spec: {type, ports: [{name: 'http2', port, targetPort: type === 'LoadBalancer' ? 8080 : 8081}]},
		status: {loadBalancer: type === 'LoadBalancer' ? {ingress: [{ip: '127.0.0.1'}]} : {}},
	};
}

/** Puts it all into the store. @param gatewayPort where the gateway really listens. */
export function furnish(store: ObjectStore, gatewayPort: number): void {
	for (const name of namespaceNames) {
		const namespace: KubernetesObject = {
			apiVersion: 'v1',
			kind: 'Namespace',
			metadata: {name, labels: {'kubernetes.io/metadata.name': name}},
			spec: {finalizers: ['kubernetes']},
			status: {phase: 'Active'},
		};
		store.create(namespaces, namespace);
	}

	for (const [name, data] of Object.entries(settings)) {
		const configmap: KubernetesObject & {data: Readonly<Record<string, string>>} = {
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: {
				name,
				namespace: 'knative-serving',
				labels: {'app.kubernetes.io/name': 'knative-serving', 'app.kubernetes.io/component': 'controller'},
			},
			data,
		};
		store.create(configmaps, configmap);
	}

	store.create(coreServices, kourier('kourier', 'LoadBalancer', gatewayPort));
	store.create(coreServices, kourier('kourier-internal', 'ClusterIP', 80));
}
