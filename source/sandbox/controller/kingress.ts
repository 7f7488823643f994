/**
 * The KIngress of a Route: its hosts and, for each, the split.
 *
 * Source: knative/serving pkg/reconciler/route/resources/{ingress,service}.go.
 */
import type {CoreService, Ingress, IngressRule, IngressSplit} from '../../traffic/wire.js';
import type {ObjectStore} from '../state.js';
import {hostsOf} from './domain.js';
import {controlledBy, type StoredRoute} from './objects.js';
import type {ResolvedTarget} from './traffic-targets.js';

export const kourierClass = 'kourier.ingress.networking.knative.dev';

/** The targets by the name they are reached under: '' for the route itself, then its tags in alphabetical order. */
function byName(targets: readonly ResolvedTarget[]): [string, readonly ResolvedTarget[]][] {
	const tags = [...new Set(targets.map(({tag}) => tag).filter(tag => tag !== ''))].toSorted();
	return [
		['', targets],
		// A tag takes everything to its target, whatever the percentage.
		...tags.map((tag): [string, readonly ResolvedTarget[]] => [
			tag,
			targets.filter(target => target.tag === tag).map(target => ({...target, percent: 100})),
		]),
	];
}

export function makeIngress(
	store: ObjectStore,
	route: StoredRoute,
	targets: readonly ResolvedTarget[],
): Ingress {
	const {name, namespace = '', labels = {}, annotations = {}} = route.metadata;
	const rules = byName(targets).flatMap(([tag, named]): IngressRule[] => {
		const hosts = hostsOf(store, route, tag);
		const http = {paths: [{splits: splitsOf(named, namespace)}]};
		return [
			{hosts: hosts.local, visibility: 'ClusterLocal', http},
			...(hosts.clusterLocal ? [] : [{hosts: [hosts.host], visibility: 'ExternalIP' as const, http}]),
		];
	});
	return {
		apiVersion: 'networking.internal.knative.dev/v1alpha1',
		kind: 'Ingress',
		metadata: {
			name,
			namespace,
			labels: {
				...labels,
				'serving.knative.dev/route': name,
				'serving.knative.dev/routeNamespace': namespace,
			},
			annotations: {...annotations, 'networking.knative.dev/ingress.class': kourierClass},
			ownerReferences: [controlledBy(route)],
		},
		spec: {httpOption: 'Enabled', rules},
	};
}

/** Nothing for 0 %, and one split a revision (makeBaseIngressPath). */
function splitsOf(targets: readonly ResolvedTarget[], namespace: string): IngressSplit[] {
	const percents = new Map<string, number>();
	for (const {revisionName, percent} of targets) {
		if (percent > 0) {
			percents.set(revisionName, (percents.get(revisionName) ?? 0) + percent);
		}
	}

	return [...percents].map(([revision, percent]) => ({
		serviceName: revision,
		serviceNamespace: namespace,
		servicePort: 80,
		percent,
		appendHeaders: {'Knative-Serving-Revision': revision, 'Knative-Serving-Namespace': namespace},
	}));
}

/** The core Services that make the route and its tags known inside the cluster. */
export function makePlaceholders(route: StoredRoute, targets: readonly ResolvedTarget[]): CoreService[] {
	const {name, namespace = '', labels = {}} = route.metadata;
	return byName(targets).map(([tag]) => ({
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {
			name: tag === '' ? name : `${tag}-${name}`,
			namespace,
			labels: {...labels, 'serving.knative.dev/route': name},
			ownerReferences: [controlledBy(route)],
		},
		spec: {
			type: 'ExternalName',
			externalName: 'kourier-internal.kourier-system.svc.cluster.local',
			ports: [{name: 'http2', port: 80, targetPort: 80}],
		},
	}));
}
