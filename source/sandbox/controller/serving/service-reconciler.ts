/**
 * Service → Configuration and Route.
 *
 * Source: knative/serving pkg/reconciler/service/service.go, pkg/apis/serving/v1/service_lifecycle.go.
 */
import {isDeepStrictEqual} from 'node:util';
import type {
	Configuration,
	KnativeServiceStatus,
	Route,
	TrafficTarget,
} from '../../../knative/objects/wire.js';
import {configurations, routes, services} from '../../resources.js';
import {reconcileStatus, serviceConditions, type ConditionSet} from './conditions.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {revisionNameConflict} from './configuration-reconciler.js';
import {
	controlledBy,
	controllerKeys,
	getConfiguration,
	getRoute,
	getService,
	isControlledBy,
	keyOf,
	type ObjectKey,
	type StoredConfiguration,
	type StoredRoute,
	type StoredService,
} from '../objects.js';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const rolloutDuration = 'serving.knative.dev/rollout-duration';

export function serviceReconciler(context: ControllerContext): Reconciler {
	const {store} = context;
	return {
		name: 'service-controller',
		keysOf({resource, object}) {
			if (resource === services) {
				return [keyOf(object)];
			}

			return resource === configurations || resource === routes ? controllerKeys(object, 'Service') : [];
		},
		reconcile(key: ObjectKey) {
			const service = getService(store, key);
			if (!service) {
				return;
			}

			const status = reconcileStatus(service, serviceConditions, context.now(), (conditions, before) =>
				reconcileChildren(context, service, conditions, before),
			);
			const {namespace, name} = service.metadata;
			store.update(services, namespace, name, 'status', current => ({...current, status}));
		},
	};
}

function reconcileChildren(
	context: ControllerContext,
	service: StoredService,
	conditions: ConditionSet,
	before: KnativeServiceStatus,
): KnativeServiceStatus {
	const {name} = service.metadata;
	const configuration = reconcileConfiguration(context, service);
	if (!isControlledBy(configuration, service)) {
		const message = `There is an existing Configuration "${name}" that we do not own.`;
		conditions.markFalse('ConfigurationsReady', 'NotOwned', message);
		return before;
	}

	let status = before;
	const observed = configuration.metadata.generation === configuration.status?.observedGeneration;
	if (observed) {
		const {latestCreatedRevisionName, latestReadyRevisionName} = configuration.status ?? {};
		status = {
			...status,
			...(latestCreatedRevisionName === undefined ? {} : {latestCreatedRevisionName}),
			...(latestReadyRevisionName === undefined ? {} : {latestReadyRevisionName}),
		};
		copyReady(conditions, 'ConfigurationsReady', configuration);
	} else {
		conditions.markUnknown(
			'ConfigurationsReady',
			'OutOfDate',
			'The Configuration is still working to reflect the latest desired specification.',
		);
	}

	const revisionName = configuration.spec?.template.metadata?.name;
	// With a revision name of the user's own the two must be reconciled one after the other.
	if (!observed && revisionName !== undefined) {
		return status;
	}

	if (revisionName !== undefined && revisionNameConflict(context.store, configuration)) {
		const message = `The revision name "${revisionName}" is taken by a conflicting Revision, so traffic will not be migrated`;
		conditions.markFalse('RoutesReady', 'RevisionNameTaken', message);
		return status;
	}

	const route = reconcileRoute(context, service);
	if (!isControlledBy(route, service)) {
		conditions.markFalse(
			'RoutesReady',
			'NotOwned',
			`There is an existing Route "${name}" that we do not own.`,
		);
		return status;
	}

	if (route.metadata.generation === route.status?.observedGeneration) {
		const {url, address, traffic} = route.status ?? {};
		status = {
			...status,
			...(url === undefined ? {} : {url}),
			...(address === undefined ? {} : {address}),
			...(traffic === undefined ? {} : {traffic}),
		};
		copyReady(conditions, 'RoutesReady', route);
	} else {
		conditions.markUnknown(
			'RoutesReady',
			'OutOfDate',
			'The Route is still working to reflect the latest desired specification.',
		);
	}

	if (conditions.get('RoutesReady')?.status === 'True' && !isMigrated(configuration, route)) {
		const message = 'Traffic is not yet migrated to the latest revision.';
		conditions.markUnknown('RoutesReady', 'TrafficNotMigrated', message);
	}

	return status;
}

function copyReady(conditions: ConditionSet, type: string, child: StoredConfiguration | StoredRoute): void {
	const ready = child.status?.conditions?.find(condition => condition.type === 'Ready');
	if (ready) {
		conditions.copy(type, ready);
	}
}

/** Whether the Route serves what it is asked to with the latest ready revision (checkRoutesNotReady). */
function isMigrated(configuration: StoredConfiguration, route: StoredRoute): boolean {
	const {latestReadyRevisionName} = configuration.status ?? {};
	const wanted = (route.spec?.traffic ?? []).map(({configurationName, ...target}) =>
		configurationName === configuration.metadata.name
			? {...target, ...(latestReadyRevisionName === undefined ? {} : {revisionName: latestReadyRevisionName})}
			: target,
	);
	const got = (route.status?.traffic ?? []).map(({url: _url, ...target}) => target);
	return isDeepStrictEqual(got, wanted);
}

function childMetadata(
	service: StoredService,
	options: {labels: Record<string, string>; annotations: Record<string, string>; without: readonly string[]},
): {labels: Record<string, string>; annotations: Record<string, string>} {
	const annotations = Object.entries(service.metadata.annotations ?? {}).filter(
		([name]) => !options.without.includes(name),
	);
	return {
		labels: {...service.metadata.labels, ...options.labels},
		annotations: {...Object.fromEntries(annotations), ...options.annotations},
	};
}

function reconcileConfiguration(context: ControllerContext, service: StoredService): StoredConfiguration {
	const {store, events} = context;
	const {namespace = '', name, uid} = service.metadata;
	const spec = {template: service.spec?.template ?? {spec: {containers: []}}};
	const wanted = childMetadata(service, {
		labels: {'serving.knative.dev/service': name, 'serving.knative.dev/serviceUID': uid},
		annotations: {'serving.knative.dev/routes': name},
		without: [lastApplied, rolloutDuration],
	});
	const existing = getConfiguration(store, keyOf(service));
	if (!existing) {
		const configuration: Configuration = {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Configuration',
			metadata: {name, namespace, ...wanted, ownerReferences: [controlledBy(service)]},
			spec,
		};
		store.create(configurations, configuration);
		events.record(service, 'Normal', 'Created', `Created Configuration "${name}"`, 'service-controller');
	} else if (isControlledBy(existing, service)) {
		store.update(configurations, namespace, name, 'main', current => ({
			...current,
			metadata: {...current.metadata, ...wanted},
			spec,
		}));
	}

	return mustBe(getConfiguration(store, keyOf(service)), 'Configuration', name);
}

function reconcileRoute(context: ControllerContext, service: StoredService): StoredRoute {
	const {store, events} = context;
	const {namespace = '', name} = service.metadata;
	const spec = {traffic: (service.spec?.traffic ?? []).map(target => routeTarget(target, name))};
	const wanted = childMetadata(service, {
		labels: {'serving.knative.dev/service': name},
		annotations: {},
		without: [lastApplied],
	});
	const existing = getRoute(store, keyOf(service));
	if (!existing) {
		const route: Route = {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Route',
			metadata: {name, namespace, ...wanted, ownerReferences: [controlledBy(service)]},
			spec,
		};
		store.create(routes, route);
		events.record(service, 'Normal', 'Created', `Created Route "${name}"`, 'service-controller');
	} else if (isControlledBy(existing, service)) {
		store.update(routes, namespace, name, 'main', current => ({
			...current,
			metadata: {...current.metadata, ...wanted},
			spec,
		}));
	}

	return mustBe(getRoute(store, keyOf(service)), 'Route', name);
}

function routeTarget(target: TrafficTarget, configurationName: string): TrafficTarget {
	return target.revisionName === undefined || target.revisionName === ''
		? {...target, configurationName}
		: target;
}

function mustBe<T>(object: T | undefined, kind: string, name: string): T {
	if (object === undefined) {
		throw new Error(`the ${kind} ${name} is being deleted: it is made again when it is gone`);
	}

	return object;
}
