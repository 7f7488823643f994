/**
 * The KIngress of a Route: its hosts and, for each, the split.
 *
 * Source: knative/serving pkg/reconciler/route/resources/{ingress,service}.go.
 */
import type {CoreService, Ingress, IngressRule, IngressSplit} from '../../../knative/objects/wire.js';
import type {ObjectStore} from '../../shared-store.js';
import {isTagHeaderEnabled, networkSettings} from '../../cluster-settings.js';
import {hostsOf, serviceName, visibilityLabel, type Hosts} from '../serving/domain.js';
import {controlledBy, type StoredRoute} from '../objects.js';
import {rolloutAnnotation, rolloutText, type ConfigurationRollout, type Rollout} from '../serving/rollout.js';
import type {ResolvedTarget} from '../serving/traffic-targets.js';

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

/** Where each configuration is to come to, under each name: its latest revision alone. */
export function rolloutGoal(targets: readonly ResolvedTarget[]): Rollout {
	const configurations = byName(targets).flatMap(([tag, named]) => {
		const goals = new Map<string, ConfigurationRollout>();
		for (const {configurationName, revisionName, percent} of named) {
			if (configurationName !== undefined && percent > 0) {
				const sum = (goals.get(configurationName)?.percent ?? 0) + percent;
				goals.set(configurationName, {
					configurationName,
					...(tag === '' ? {} : {tag}),
					percent: sum,
					revisions: [{revisionName, percent: sum}],
				});
			}
		}

		return [...goals.values()].toSorted((left, right) =>
			left.configurationName < right.configurationName ? -1 : 1,
		);
	});
	return configurations.length > 0 ? {configurations} : {};
}

/** The targets with those that follow a configuration divided among the revisions of its rollout. */
export function spread(
	targets: readonly ResolvedTarget[],
	{configurations = []}: Rollout,
	name = '',
): ResolvedTarget[] {
	const shares = new Map(
		configurations
			.filter(({tag = ''}) => tag === name)
			.map(({configurationName, revisions}) => [configurationName, [...revisions]]),
	);
	return targets.flatMap(target => {
		const queue = shares.get(target.configurationName ?? '');
		if (!queue || target.percent === 0) {
			return [target];
		}

		// Two targets of one configuration share its revisions: the first takes the oldest.
		const parts: ResolvedTarget[] = [];
		let missing = target.percent;
		for (let share = queue.shift(); share && missing > 0; share = queue.shift()) {
			const percent = Math.min(missing, share.percent);
			parts.push({...target, revisionName: share.revisionName, percent});
			missing -= percent;
			if (percent < share.percent) {
				queue.unshift({...share, percent: share.percent - percent});
				break;
			}
		}

		return parts;
	});
}

const tagHeader = 'Knative-Serving-Tag';
const defaultRouteHeader = 'Knative-Serving-Default-Route';

/**
 * The KIngress of a Route: rules for its host and for that of each tag, inside and, unless it is cluster-local, outside.
 *
 * @param targets What the traffic comes to, percent 0–100; those of one tag go to its host.
 * @param rollout Shares of revisions that a new latest one takes over step by step.
 */
export function makeIngress(
	store: ObjectStore,
	route: StoredRoute,
	targets: readonly ResolvedTarget[],
	rollout: Rollout,
): Ingress {
	const {name, namespace = '', labels = {}, annotations = {}} = route.metadata;
	const {'kubectl.kubernetes.io/last-applied-configuration': _applied, ...kept} = annotations;
	const withTagHeader = isTagHeaderEnabled(store);
	const names = byName(targets).map(([tag, named]) => ({
		tag,
		splits: splitsOf(spread(named, rollout, tag), namespace),
	}));
	const tagPaths = names
		.filter(({tag}) => tag !== '')
		.map(({tag, splits}) => ({headers: {[tagHeader]: {exact: tag}}, splits}));
	const rules = names.flatMap(({tag, splits}): IngressRule[] => {
		const hosts = hostsOf(store, route, tag);
		const appendHeaders = tag === '' ? {[defaultRouteHeader]: 'true'} : {[tagHeader]: tag};
		const paths: IngressRule['http']['paths'] = withTagHeader
			? [...(tag === '' ? tagPaths : []), {splits, appendHeaders}]
			: [{splits}];
		return [
			{hosts: hosts.local, visibility: 'ClusterLocal', http: {paths}},
			...(hosts.clusterLocal
				? []
				: [{hosts: [hosts.host], visibility: 'ExternalIP' as const, http: {paths}}]),
		];
	});
	const tagToHosts = Object.fromEntries(
		names.filter(({tag}) => tag !== '').map(({tag}) => [tag, allHosts(hostsOf(store, route, tag))]),
	);
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
			annotations: {
				...kept,
				'networking.knative.dev/ingress.class':
					annotations['networking.knative.dev/ingress.class'] ??
					annotations['networking.knative.dev/ingress-class'] ??
					networkSettings(store).ingressClass,
				[rolloutAnnotation]: rolloutText(rollout),
				...(withTagHeader ? {'networking.internal.knative.dev/tag-to-host': JSON.stringify(tagToHosts)} : {}),
			},
			ownerReferences: [controlledBy(route)],
		},
		spec: {httpOption: 'Enabled', rules},
	};
}

const allHosts = ({host, local, clusterLocal}: Hosts): string[] => [
	...local,
	...(clusterLocal ? [] : [host]),
];

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
export function makePlaceholders(
	store: ObjectStore,
	route: StoredRoute,
	targets: readonly ResolvedTarget[],
): CoreService[] {
	const {name, namespace = '', labels = {}} = route.metadata;
	// It is for the users to set there, for each tag.
	const {[visibilityLabel]: _visibility, ...kept} = labels;
	return byName(targets).map(([tag]) => ({
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {
			name: serviceName(store, name, tag),
			namespace,
			labels: {...kept, 'serving.knative.dev/route': name},
			ownerReferences: [controlledBy(route)],
		},
		spec: {
			type: 'ExternalName',
			externalName: 'kourier-internal.kourier-system.svc.cluster.local',
			ports: [{name: 'http2', port: 80, targetPort: 80}],
		},
	}));
}
