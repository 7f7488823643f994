/**
 * Says on each Revision whether a Route refers to it: what is not referred to scales to zero and may be collected.
 *
 * Source: knative/serving pkg/reconciler/labeler.
 */
import {revisions, routes} from '../../resources.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {revisionsOfRoute, routeNames} from '../indexes.js';
import {
	getConfiguration,
	getRevision,
	getRoute,
	keyOf,
	splitKey,
	timestamp,
	type ObjectKey,
	type StoredRevision,
	type StoredRoute,
} from '../objects.js';

const finalizer = 'routes.serving.knative.dev';
const stateLabel = 'serving.knative.dev/routingState';
const modifiedAnnotation = 'serving.knative.dev/routingStateModified';
const routesAnnotation = 'serving.knative.dev/routes';

export function labelerReconciler(context: ControllerContext): Reconciler {
	const {store} = context;
	return {
		name: 'labeler-controller',
		keysOf({resource, object}) {
			if (resource === routes) {
				return [keyOf(object)];
			}

			const service = object.metadata.labels?.['serving.knative.dev/service'];
			return resource === revisions && service !== undefined
				? [`${object.metadata.namespace}/${service}`]
				: [];
		},
		reconcile(key: ObjectKey) {
			const route = getRoute(store, key);
			if (route) {
				reconcileLabels(context, route);
			} else {
				finalize(context, key);
			}
		},
	};
}

function reconcileLabels(context: ControllerContext, route: StoredRoute): void {
	const {store} = context;
	const {namespace, name, finalizers = []} = route.metadata;
	if (!finalizers.includes(finalizer)) {
		store.update(routes, namespace, name, 'main', current => ({
			...current,
			metadata: {...current.metadata, finalizers: [...finalizers, finalizer]},
		}));
		const text = `Updated ${JSON.stringify(name)} finalizers`;
		context.events.record(route, 'Normal', 'FinalizerUpdate', text, 'route-controller');
	}

	const referred = referredBy(context, route);
	const ready = route.status?.conditions?.find(({type}) => type === 'Ready')?.status;
	const named = [...referred].flatMap(revision => getRevision(store, `${namespace}/${revision}`) ?? []);
	const noted = revisionsOfRoute(store, keyOf(route)).filter(({metadata}) => !referred.has(metadata.name));
	for (const revision of [...named, ...noted]) {
		const names = routeNames(revision);
		if (referred.has(revision.metadata.name)) {
			setRoutes(context, revision, [...new Set([...names, name])]);
		} else if (names.includes(name) && ready !== 'Unknown' && ready !== undefined) {
			// While the route is under way the old revisions may still be serving.
			setRoutes(
				context,
				revision,
				names.filter(other => other !== name),
			);
		}
	}
}

/** What the route serves, is asked to serve, or will serve once the latest revision is ready. */
function referredBy({store}: ControllerContext, route: StoredRoute): Set<string> {
	const {namespace} = route.metadata;
	const names = [...(route.spec?.traffic ?? []), ...(route.status?.traffic ?? [])].flatMap(target => {
		if (target.revisionName !== undefined) {
			return [target.revisionName];
		}

		const configuration = getConfiguration(store, `${namespace}/${target.configurationName ?? ''}`);
		return [configuration?.status?.latestCreatedRevisionName ?? ''];
	});
	return new Set(names);
}

function setRoutes(
	{store, now}: ControllerContext,
	revision: StoredRevision,
	names: readonly string[],
): void {
	const {namespace, name, labels = {}, annotations = {}} = revision.metadata;
	const state = names.length > 0 ? 'active' : 'reserve';
	const list = names.toSorted().join(',');
	if (labels[stateLabel] === state && (annotations[routesAnnotation] ?? '') === list) {
		return;
	}

	const {[routesAnnotation]: _routes, ...others} = annotations;
	store.update(revisions, namespace, name, 'main', current => ({
		...current,
		metadata: {
			...current.metadata,
			labels: {...labels, [stateLabel]: state},
			annotations: {
				...others,
				...(list === '' ? {} : {[routesAnnotation]: list}),
				[modifiedAnnotation]:
					labels[stateLabel] === state
						? (annotations[modifiedAnnotation] ?? timestamp(now()))
						: timestamp(now()),
			},
		},
	}));
}

/** A route that is being deleted lets its revisions go first. */
function finalize(context: ControllerContext, key: ObjectKey): void {
	const {store} = context;
	const {namespace, name} = splitKey(key);
	const route = store.get(routes, namespace, name);
	if (!route?.metadata.finalizers?.includes(finalizer)) {
		return;
	}

	for (const revision of revisionsOfRoute(store, key)) {
		const names = routeNames(revision);
		if (names.includes(name)) {
			setRoutes(
				context,
				revision,
				names.filter(other => other !== name),
			);
		}
	}

	store.update(routes, namespace, name, 'main', current => ({
		...current,
		metadata: {
			...current.metadata,
			finalizers: (current.metadata.finalizers ?? []).filter(other => other !== finalizer),
		},
	}));
	const text = `Updated ${JSON.stringify(name)} finalizers`;
	context.events.record(route, 'Normal', 'FinalizerUpdate', text, 'route-controller');
}
