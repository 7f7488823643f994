/**
 * Deletes revisions that nobody has referred to for long: what a rollback target that is not in the traffic may meet.
 *
 * Source: knative/serving pkg/reconciler/gc/gc.go, pkg/gc/config.go.
 */
import {configmaps, configurations, revisions} from '../../resources.js';
import type {ObjectStore} from '../../shared-store.js';
import {settingsOf, systemNamespace} from '../../cluster-settings.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {revisionsOfConfiguration} from '../indexes.js';
import {
	controllerKeys,
	getConfiguration,
	isControlledBy,
	keyOf,
	timestamp,
	type ObjectKey,
	type StoredConfiguration,
	type StoredRevision,
} from '../objects.js';

const hour = 3_600_000;
/** Milliseconds after which everything is looked at again though nothing has changed (the informers' resync). */
const resync = 10 * hour;
/** The least milliseconds between two looks that only time is the reason for. */
const shortestWait = 1000;

/** config-gc. Infinity where a limit is `disabled`. */
type GcSettings = {
	/** Milliseconds. */
	retainSinceCreate: number;
	retainSinceLastActive: number;
	min: number;
	max: number;
};

function gcSettings(store: ObjectStore): GcSettings {
	const settings = settingsOf(store, 'config-gc');
	const unless = (key: string, value: number): number =>
		settings.text(key) === 'disabled' ? Number.POSITIVE_INFINITY : value;
	const time = (key: string, fallback: number): number => unless(key, settings.duration(key, fallback));
	const count = (key: string, fallback: number): number => unless(key, settings.number(key, fallback));
	return {
		retainSinceCreate: time('retain-since-create-time', 48 * hour),
		retainSinceLastActive: time('retain-since-last-active-time', 15 * hour),
		min: count('min-non-active-revisions', 20),
		max: count('max-non-active-revisions', 1000),
	};
}

export function revisionGcReconciler(
	context: ControllerContext,
	again: (key: ObjectKey) => void,
): Reconciler {
	const {store, pace} = context;
	/** Milliseconds of sandbox time until the next look that is due, when it was asked for. */
	const due = new Map<ObjectKey, number>();

	function lookAgain(key: ObjectKey, wait: number): void {
		// At an infinite pace no time passes to become stale in.
		if (!Number.isFinite(pace.factor) || (due.get(key) ?? Number.POSITIVE_INFINITY) <= wait) {
			return;
		}

		due.set(key, wait);
		pace.after(wait, () => {
			if (due.get(key) === wait) {
				due.delete(key);
				again(key);
			}
		});
	}

	return {
		name: 'revision-gc-controller',
		keysOf({type, resource, object}) {
			if (resource === configurations) {
				return [keyOf(object)];
			}

			if (resource === revisions) {
				return type === 'DELETED' ? [] : controllerKeys(object, 'Configuration');
			}

			const isSettings =
				resource === configmaps &&
				object.metadata.namespace === systemNamespace &&
				object.metadata.name === 'config-gc';
			return isSettings ? store.list(configurations).map(keyOf) : [];
		},
		reconcile(key) {
			const configuration = getConfiguration(store, key);
			if (!configuration) {
				due.delete(key);
				return;
			}

			const {stale, wait} = staleRevisions(context, configuration);
			for (const revision of stale) {
				remove(context, revision);
			}

			lookAgain(key, wait);
		},
	};
}

/** What is to go now, and milliseconds until more may be. */
function staleRevisions(
	context: ControllerContext,
	configuration: StoredConfiguration,
): {stale: StoredRevision[]; wait: number} {
	const {retainSinceCreate, retainSinceLastActive, min, max} = gcSettings(context.store);
	const all = revisionsOfConfiguration(context.store, keyOf(configuration)).filter(
		revision => isControlledBy(revision, configuration) && revision.metadata.deletionTimestamp === undefined,
	);
	if (all.length <= min) {
		return {stale: [], wait: resync};
	}

	const age = (time: string | undefined): number => ageOf(context, time);
	const reserve = all
		.filter(revision => isCollectable(revision, configuration))
		.map(revision => ({
			revision,
			sinceCreate: age(revision.metadata.creationTimestamp),
			sinceActive: age(
				revision.metadata.annotations?.['serving.knative.dev/routingStateModified'] ??
					revision.metadata.creationTimestamp,
			),
		}))
		.toSorted((left, right) => right.sinceActive - left.sinceActive);
	if (reserve.length <= min) {
		return {stale: [], wait: resync};
	}

	/** Milliseconds until both of its times are over. */
	const left = ({sinceCreate, sinceActive}: (typeof reserve)[number]): number =>
		Math.max(retainSinceCreate - sinceCreate, retainSinceLastActive - sinceActive);
	const stale = reserve.filter(entry => left(entry) <= 0).slice(0, reserve.length - min);
	const kept = reserve.filter(entry => !stale.includes(entry));
	// Above the maximum the oldest go, whatever their age.
	const surplus = kept.slice(0, Math.max(0, kept.length - max));
	const next = Math.min(resync, ...kept.map(left).filter(time => time > 0));
	return {
		stale: [...stale, ...surplus].map(({revision}) => revision),
		wait: Math.max(shortestWait, next),
	};
}

function isCollectable({metadata}: StoredRevision, configuration: StoredConfiguration): boolean {
	return (
		metadata.name !== configuration.status?.latestReadyRevisionName &&
		// Not in Knative's rules: it would be made again at once, and go again, without end.
		metadata.name !== configuration.status?.latestCreatedRevisionName &&
		metadata.annotations?.['serving.knative.dev/no-gc']?.toLowerCase() !== 'true' &&
		metadata.labels?.['serving.knative.dev/routingState'] === 'reserve'
	);
}

/** Milliseconds of sandbox time since then: what was before this process began passed at the usual pace. */
function ageOf({now, pace}: ControllerContext, time: string | undefined): number {
	const then = Date.parse(time ?? '');
	const factor = Number.isFinite(pace.factor) ? pace.factor : 1;
	const start = Math.max(then, Math.min(performance.timeOrigin, now()));
	return start - then + Math.max(0, now() - start) * factor;
}

function remove(context: ControllerContext, revision: StoredRevision): void {
	const {namespace, name, finalizers = []} = revision.metadata;
	if (finalizers.length === 0) {
		context.store.remove(revisions, namespace, name);
		return;
	}

	context.store.update(revisions, namespace, name, 'main', current => ({
		...current,
		metadata: {...current.metadata, deletionTimestamp: timestamp(context.now())},
	}));
}
