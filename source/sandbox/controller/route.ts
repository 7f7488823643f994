/**
 * Route → KIngress: which revisions serve which share under which hosts.
 *
 * Source: knative/serving pkg/reconciler/route/route.go, pkg/apis/serving/v1/route_lifecycle.go.
 */
import type {Condition, Route, TrafficTarget} from '../../traffic/wire.js';
import {configmaps, configurations, coreServices, ingresses, revisions, routes} from '../resources.js';
import type {ObjectStore} from '../state.js';
import {reconcileStatus, routeConditions, type ConditionSet} from './conditions.js';
import type {ControllerContext, Reconciler} from './controller.js';
import {hostProblem, hostsOf} from './domain.js';
import {makeIngress, makePlaceholders} from './kingress.js';
import {
	controllerKeys,
	getIngress,
	getRoute,
	isControlledBy,
	keyOf,
	listRoutes,
	type Key,
	type StoredIngress,
	type StoredRoute,
} from './objects.js';
import {resolveTargets, type ResolvedTarget} from './traffic-targets.js';

type RouteStatus = NonNullable<Route['status']>;

export function routeReconciler(context: ControllerContext): Reconciler {
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
				return listRoutes(store, object.metadata.namespace)
					.filter(route => refersTo(route, object.kind, object.metadata.name))
					.map(route => keyOf(route));
			}

			const isDomain = resource === configmaps && object.metadata.name === 'config-domain';
			return isDomain ? listRoutes(store).map(route => keyOf(route)) : [];
		},
		reconcile(key: Key) {
			const route = getRoute(store, key);
			if (!route) {
				return;
			}

			const status = reconcileStatus(route, routeConditions, context.now(), (conditions, before) =>
				reconcileRoute(context, route, conditions, before),
			);
			const {namespace, name} = route.metadata;
			store.update(routes, namespace, name, 'status', current => ({...current, status}));
		},
	};
}

function refersTo(route: StoredRoute, kind: string, name: string): boolean {
	return [...(route.spec?.traffic ?? []), ...(route.status?.traffic ?? [])].some(target =>
		kind === 'Revision' ? target.revisionName === name : target.configurationName === name,
	);
}

function reconcileRoute(
	{store, events}: ControllerContext,
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
	const withUrl = {...before, url: `http://${hosts.host}`};
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

	const assigned: RouteStatus = {
		...withUrl,
		traffic: targets.map(target => statusTarget(store, route, target)),
		address: {url: `http://${hosts.local.at(-1) ?? hosts.host}`},
	};
	conditions.markTrue('AllTrafficAssigned');
	const conflict = reconcilePlaceholders(store, route, targets);
	if (conflict !== undefined) {
		const message = `There is an existing placeholder Service "${conflict}" that we do not own.`;
		conditions.markFalse('IngressReady', 'NotOwned', message);
		return assigned;
	}

	const tls = hosts.clusterLocal
		? 'TLS is not enabled for cluster-local'
		: 'external-domain-tls is not enabled';
	conditions.markTrue('CertificateProvisioned', 'TLSNotEnabled', tls);
	const isNew = !getIngress(store, keyOf(route));
	const ingress = reconcileIngress(store, route, targets);
	if (isNew) {
		const text = `Created Ingress "${ingress.metadata.name}"`;
		events.record(route, 'Normal', 'Created', text, 'route-controller');
	}

	if (ingress.metadata.generation === ingress.status?.observedGeneration) {
		propagate(conditions, ingress.status?.conditions);
	} else {
		markIngressNotConfigured(conditions);
	}

	return assigned;
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
	return {
		revisionName,
		latestRevision,
		percent,
		...(tag === '' ? {} : {tag, url: `http://${hostsOf(store, route, tag).host}`}),
	};
}

/** Makes the Services that are wanted and removes those of tags that are gone; the name of one that is somebody else's. */
function reconcilePlaceholders(
	store: ObjectStore,
	route: StoredRoute,
	targets: readonly ResolvedTarget[],
): string | undefined {
	const wanted = makePlaceholders(route, targets);
	for (const service of wanted) {
		const {namespace, name} = service.metadata;
		const existing = store.get(coreServices, namespace, name);
		if (!existing) {
			store.create(coreServices, service);
		} else if (!isControlledBy(existing, route)) {
			return name;
		}
	}

	for (const service of store.list(coreServices, route.metadata.namespace)) {
		const {namespace, name} = service.metadata;
		if (isControlledBy(service, route) && !wanted.some(({metadata}) => metadata.name === name)) {
			store.remove(coreServices, namespace, name);
		}
	}

	return undefined;
}

function reconcileIngress(
	store: ObjectStore,
	route: StoredRoute,
	targets: readonly ResolvedTarget[],
): StoredIngress {
	const wanted = makeIngress(store, route, targets);
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
