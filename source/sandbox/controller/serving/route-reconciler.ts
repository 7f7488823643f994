/**
 * Route → KIngress: which revisions serve which share under which hosts.
 *
 * Source: knative/serving pkg/reconciler/route/route.go, pkg/apis/serving/v1/route_lifecycle.go.
 */
import type {Condition, Ingress, Route, TrafficTarget} from '../../../knative/objects/wire.js';
import {configmaps, configurations, coreServices, ingresses, revisions, routes} from '../../resources.js';
import type {ObjectStore} from '../../shared-store.js';
import {reconcileStatus, routeConditions, type ConditionSet} from './conditions.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {duration, networkSettings, systemNamespace} from '../../cluster-settings.js';
import {hostProblem, hostsOf, type Hosts} from './domain.js';
import type {EventRecorder} from '../events.js';
import {routesTo, servicesOwnedBy} from '../indexes.js';
import {makeIngress, makePlaceholders, rolloutGoal, spread} from '../networking/kingress.js';
import {isDone, parseRollout, rolloutAnnotation, step, type Rollout} from './rollout.js';
import {
	controllerKeys,
	getIngress,
	getRoute,
	isControlledBy,
	keyOf,
	listRoutes,
	type ObjectKey,
	type StoredIngress,
	type StoredRoute,
} from '../objects.js';
import {resolveTargets, type ResolvedTarget} from './traffic-targets.js';

type RouteStatus = NonNullable<Route['status']>;

/** The ConfigMaps that every route follows. */
const followed = new Set(['config-domain', 'config-network', 'config-features']);

export function routeReconciler(
	context: ControllerContext,
	againAfter: (key: ObjectKey, milliseconds: number) => void,
): Reconciler {
	const {store} = context;
	return {
		name: 'route-controller',
		keysOf({resource, object}) {
			if (resource === routes) {
				return [keyOf(object)];
			}

			if (resource === ingresses || resource === coreServices) {
				return controllerKeys(object, 'Route');
			}

			// A route waits for its targets to be there and ready, whoever made them.
			if (resource === revisions || resource === configurations) {
				return routesTo(store, object).map(route => keyOf(route));
			}

			const isFollowed =
				resource === configmaps &&
				object.metadata.namespace === systemNamespace &&
				followed.has(object.metadata.name);
			return isFollowed ? listRoutes(store).map(route => keyOf(route)) : [];
		},
		reconcile(key: ObjectKey) {
			const route = getRoute(store, key);
			if (!route) {
				return;
			}

			const status = reconcileStatus(route, routeConditions, context.now(), (conditions, before) =>
				reconcileRoute(context, againAfter, route, conditions, before),
			);
			const {namespace, name} = route.metadata;
			store.update(routes, namespace, name, 'status', current => ({...current, status}));
		},
	};
}

function reconcileRoute(
	{store, events, pace, now}: ControllerContext,
	againAfter: (key: ObjectKey, milliseconds: number) => void,
	route: StoredRoute,
	conditions: ConditionSet,
	before: RouteStatus,
): RouteStatus {
	// An error on the way must not leave the old IngressReady standing for the new generation.
	if (before.observedGeneration !== route.metadata.generation) {
		markIngressNotConfigured(conditions);
	}

	const hosts = hostsOf(store, route, '');
	const problem = hostProblem(hosts.host);
	if (problem !== undefined) {
		conditions.markFalse('AllTrafficAssigned', 'ErrorConfig', problem);
		return before;
	}

	// The URL is known before anything serves it.
	const withUrl = {...before, url: `${urlScheme(store, hosts)}://${hosts.host}`};
	const targets = resolveTargets(store, route);
	if (!Array.isArray(targets)) {
		const {status, reason, message} = targets;
		conditions.copy('AllTrafficAssigned', {type: 'AllTrafficAssigned', status, reason, message});
		return withUrl;
	}

	const tagProblem = targets
		.map(({tag}) => (tag === '' ? undefined : hostProblem(hostsOf(store, route, tag).host)))
		.find(text => text !== undefined);
	if (tagProblem !== undefined) {
		conditions.markFalse('AllTrafficAssigned', 'ErrorConfig', tagProblem);
		return withUrl;
	}

	const existing = getIngress(store, keyOf(route));
	const {rollout, wait} = nextRollout(store, route, {
		targets,
		existing,
		now: sandboxTime(now(), pace.factor),
		isServed:
			existing !== undefined && isReady(existing) && conditions.get('IngressReady')?.status !== 'True',
	});
	if (wait > 0) {
		againAfter(keyOf(route), wait);
	}

	const assigned: RouteStatus = {
		...withUrl,
		traffic: spread(targets, rollout).map(target => statusTarget(store, route, target)),
		address: {url: `http://${hosts.local.at(-1) ?? hosts.host}`},
	};
	conditions.markTrue('AllTrafficAssigned');
	const conflict = reconcilePlaceholders(store, events, route, targets);
	if (conflict !== undefined) {
		const message = `There is an existing placeholder Service "${conflict}" that we do not own.`;
		conditions.markFalse('IngressReady', 'NotOwned', message);
		return assigned;
	}

	const tls = hosts.clusterLocal
		? 'TLS is not enabled for cluster-local'
		: 'external-domain-tls is not enabled';
	conditions.markTrue('CertificateProvisioned', 'TLSNotEnabled', tls);
	const ingress = reconcileIngress(store, route, makeIngress(store, route, targets, rollout));
	if (!existing) {
		const text = `Created Ingress "${ingress.metadata.name}"`;
		events.record(route, 'Normal', 'Created', text, 'route-controller');
	}

	if (!isDone(rollout)) {
		conditions.markUnknown(
			'IngressReady',
			'RolloutInProgress',
			'A gradual rollout of the latest revision(s) is in progress.',
		);
	} else if (ingress.metadata.generation === ingress.status?.observedGeneration) {
		propagate(conditions, ingress.status?.conditions);
	} else {
		markIngressNotConfigured(conditions);
	}

	return assigned;
}

const urlScheme = (store: ObjectStore, {clusterLocal}: Hosts): string =>
	clusterLocal ? 'http' : networkSettings(store).scheme;

function isReady({metadata, status}: StoredIngress): boolean {
	return (
		metadata.generation === status?.observedGeneration &&
		status?.conditions?.some(({type, status: value}) => type === 'Ready' && value === 'True') === true
	);
}

/**
 * The shares of the revisions now, and in how many milliseconds of sandbox time they move on (0: not by themselves).
 * Without a duration everything goes to the latest revision at once.
 */
function nextRollout(
	store: ObjectStore,
	route: StoredRoute,
	options: {
		targets: readonly ResolvedTarget[];
		existing: StoredIngress | undefined;
		now: number;
		isServed: boolean;
	},
): {rollout: Rollout; wait: number} {
	const goal = rolloutGoal(options.targets);
	const wanted =
		duration(route.metadata.annotations?.['serving.knative.dev/rollout-duration']) ||
		networkSettings(store).rolloutDuration;
	if (wanted <= 0 || !options.existing) {
		return {rollout: goal, wait: 0};
	}

	const previous = parseRollout(options.existing.metadata.annotations?.[rolloutAnnotation]);
	const {now, isServed} = options;
	const {rollout, nextStepTime} = step({goal, previous, now, duration: wanted * 1e6, isServed});
	return {rollout, wait: nextStepTime === 0 ? 0 : Math.max(1, (nextStepTime - now) / 1e6)};
}

/**
 * Nanoseconds since 1970 as the sandbox lives them: at a pace of 10 they pass at 10× speed. At an infinite pace a
 * millisecond is long enough for a step.
 */
function sandboxTime(now: number, factor: number): number {
	const start = performance.timeOrigin;
	const passed = Math.max(0, now - start);
	return Math.round((start + passed * Math.min(factor, 1e6)) * 1e6);
}

function markIngressNotConfigured(conditions: ConditionSet): void {
	conditions.markUnknown('IngressReady', 'IngressNotConfigured', 'Ingress has not yet been reconciled.');
}

function propagate(conditions: ConditionSet, of: readonly Condition[] = []): void {
	const ready = of.find(({type}) => type === 'Ready');
	if (ready) {
		conditions.copy('IngressReady', ready);
	}
}

function statusTarget(store: ObjectStore, route: StoredRoute, target: ResolvedTarget): TrafficTarget {
	const {revisionName, latestRevision, percent, tag} = target;
	const hosts = hostsOf(store, route, tag);
	return {
		revisionName,
		latestRevision,
		percent,
		...(tag === '' ? {} : {tag, url: `${urlScheme(store, hosts)}://${hosts.host}`}),
	};
}

/** Makes the Services that are wanted and removes those of tags that are gone; the name of one that is somebody else's. */
function reconcilePlaceholders(
	store: ObjectStore,
	events: EventRecorder,
	route: StoredRoute,
	targets: readonly ResolvedTarget[],
): string | undefined {
	const wanted = makePlaceholders(store, route, targets);
	for (const service of wanted) {
		const {namespace, name} = service.metadata;
		const existing = store.get(coreServices, namespace, name);
		if (!existing) {
			store.create(coreServices, service);
			const text = `Created placeholder service "${name}"`;
			events.record(route, 'Normal', 'Created', text, 'route-controller');
		} else if (!isControlledBy(existing, route)) {
			return name;
		}
	}

	for (const service of servicesOwnedBy(store, route)) {
		const {namespace, name} = service.metadata;
		if (isControlledBy(service, route) && !wanted.some(({metadata}) => metadata.name === name)) {
			store.remove(coreServices, namespace, name);
		}
	}

	return undefined;
}

function reconcileIngress(store: ObjectStore, route: StoredRoute, wanted: Ingress): StoredIngress {
	const {namespace, name, labels = {}, annotations = {}} = wanted.metadata;
	if (getIngress(store, keyOf(route))) {
		store.update(ingresses, namespace, name, 'main', current => ({
			...current,
			metadata: {...current.metadata, labels, annotations},
			spec: wanted.spec,
		}));
	} else {
		store.create(ingresses, wanted);
	}

	const ingress = getIngress(store, keyOf(route));
	if (!ingress) {
		throw new Error(`the Ingress ${name} is being deleted: it is made again when it is gone`);
	}

	return ingress;
}
