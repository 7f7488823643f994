/**
 * What a cluster with Knative Serving and Kourier has before anybody deploys anything: namespaces and the
 * ConfigMaps of knative-serving.
 *
 * Source: knative/serving config/core/configmaps.
 */
import type {KubernetesObject} from '../knative/objects/wire.js';
import {kourierClass} from './controller/networking/kingress.js';
import {configmaps, namespaces} from './resources.js';
import type {ObjectStore} from './shared-store.js';

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
	// Nothing set: the queue-proxies tell the autoscaler of requests, and nobody else.
	'config-observability': {},
	'config-deployment': {'progress-deadline': '600s'},
	'config-gc': {
		'retain-since-create-time': '48h',
		'retain-since-last-active-time': '15h',
		'min-non-active-revisions': '20',
		'max-non-active-revisions': '1000',
	},
};

/** Puts it all into the store. */
export function putDefaultObjects(store: ObjectStore): void {
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
}
