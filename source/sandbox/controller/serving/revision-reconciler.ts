/**
 * Revision → pods that serve it, and what its conditions say of them.
 *
 * Source: knative/serving pkg/reconciler/revision/{revision,reconcile_resources,background}.go,
 * pkg/apis/serving/v1/revision_lifecycle.go.
 */
import type {Revision} from '../../../knative/objects/wire.js';
import {RevisionBackend} from '../../gateway/revision-backend.js';
import {resolveDigest, type Resolution} from '../../images/catalog.js';
import {configmaps, deployments, podAutoscalers, revisions} from '../../resources.js';
import type {Autoscaler} from '../autoscaling/autoscaler.js';
import {reconcileStatus, revisionConditions, type ConditionSet} from './conditions.js';
import {deploymentProblem, markAutoscaler, markDeployment} from './revision-conditions.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {
	getRevision,
	keyOf,
	listRevisions,
	revisionKeys,
	type ObjectKey,
	type StoredRevision,
} from '../objects.js';
import {userContainer} from '../workload/pod-spec.js';
import {systemNamespace} from '../../cluster-settings.js';

const component = 'revision-controller';
/** Milliseconds a registry takes to answer. */
const registryAnswer = 300;
/** Milliseconds until a registry that refused is asked again: twice as long each time (client-go's work queue). */
const firstRetry = 1000;
const longestRetry = 1_000_000;
/** The ConfigMaps that every revision follows. */
const followed = new Set(['config-autoscaler', 'config-deployment']);

type RevisionStatus = NonNullable<Revision['status']>;
type RevisionProgress = {
	uid: string;
	/** By image reference. */
	digests?: Map<string, Resolution>;
	/** How often the registry refused, and whether it is to be asked again. */
	refusals: number;
	asksAgain: boolean;
	backend?: RevisionBackend;
};

export type RevisionOptions = {
	autoscaler: Autoscaler;
	/** What the gateway sends requests to. */
	backends: Map<ObjectKey, RevisionBackend>;
	again: (key: ObjectKey) => void;
};

export function revisionReconciler(context: ControllerContext, options: RevisionOptions): Reconciler {
	const {store, pace, events} = context;
	const {autoscaler, backends, again} = options;
	const progress = new Map<ObjectKey, RevisionProgress>();

	function later(key: ObjectKey, current: RevisionProgress, milliseconds: number, step: () => void): void {
		pace.after(milliseconds, () => {
			if (progress.get(key) === current) {
				step();
				again(key);
			}
		});
	}

	function begin(key: ObjectKey, revision: StoredRevision): RevisionProgress {
		const current: RevisionProgress = {
			uid: revision.metadata.uid,
			refusals: 0,
			asksAgain: false,
		};
		progress.set(key, current);
		const {containerStatuses} = revision.status ?? {};
		const containers = revision.spec?.containers ?? [];
		if (containerStatuses?.length === containers.length) {
			// Resolved once, a digest stays.
			current.digests = new Map(
				containers.map(({image}, index) => [image, {digest: containerStatuses[index]?.imageDigest ?? ''}]),
			);
			return current;
		}

		later(key, current, registryAnswer, () => {
			const images = (revision.spec?.containers ?? []).map(({image}) => image);
			current.digests = new Map(images.map(image => [image, resolveDigest(image)]));
		});
		return current;
	}

	/**
	 * Says that the registry refused, now and each time it is asked again. It answers the same each time here, so that only
	 * the event has to come.
	 */
	function refused(key: ObjectKey, current: RevisionProgress, say: () => void): void {
		if (current.asksAgain) {
			return;
		}

		say();
		// At an infinite pace it would be asked without end.
		if (Number.isFinite(pace.factor)) {
			current.asksAgain = true;
			later(key, current, Math.min(firstRetry * 2 ** current.refusals++, longestRetry), () => {
				current.asksAgain = false;
			});
		}
	}

	/** Makes the revision known to gateway and autoscaler. */
	function deploy(key: ObjectKey, current: RevisionProgress, revision: StoredRevision): void {
		const {timeoutSeconds = 300, containerConcurrency = 0} = revision.spec ?? {};
		const [port] = userContainer(revision)?.ports ?? [];
		const settings = {
			protocol: port?.name === 'h2c' ? ('h2c' as const) : ('http1' as const),
			timeoutSeconds,
			containerConcurrency,
		};
		if (!current.backend) {
			current.backend = new RevisionBackend(settings, {onDemand: () => autoscaler.wake(key)});
			backends.set(key, current.backend);
		}

		autoscaler.manage(key, revision, current.backend);
	}

	function reconcileResources(
		key: ObjectKey,
		revision: StoredRevision,
		conditions: ConditionSet,
		before: RevisionStatus,
	): RevisionStatus {
		let current = progress.get(key);
		if (current?.uid !== revision.metadata.uid) {
			forget(key);
			current = begin(key, revision);
		}

		if (!current.digests) {
			conditions.markUnknown('ResourcesAvailable', 'ResolvingDigests');
			return before;
		}

		const containerStatuses: {name: string; imageDigest: string}[] = [];
		for (const {name = 'user-container', image} of revision.spec?.containers ?? []) {
			const resolution = current.digests.get(image);
			if (!resolution || 'error' in resolution) {
				const problem = resolution?.error ?? 'no answer';
				const message = `Unable to fetch image "${image}": failed to resolve image to digest: ${problem}`;
				refused(key, current, () => events.record(revision, 'Warning', 'InternalError', message, component));
				conditions.markFalse('ContainerHealthy', 'ContainerMissing', message);
				return before;
			}

			containerStatuses.push({name, imageDigest: resolution.digest});
		}

		const first = before.containerStatuses === undefined;
		if (first) {
			// The pods carry the digest: they come once the status has it.
			for (const type of ['ResourcesAvailable', 'ContainerHealthy', 'Active']) {
				conditions.markUnknown(type, 'Deploying');
			}

			again(key);
			return {...before, containerStatuses};
		}

		const invalid = deploymentProblem(revision);
		if (invalid !== undefined) {
			refused(key, current, () => events.record(revision, 'Warning', 'InternalError', invalid, component));
			return {...before, containerStatuses};
		}

		deploy(key, current, revision);
		const wasReady = conditions.get('Ready')?.status === 'True';
		markDeployment(store, revision, conditions);
		const replicas = markAutoscaler(store, revision, conditions, autoscaler.scaleOf(key));
		if (!wasReady && conditions.get('Ready')?.status === 'True') {
			const text = 'Revision becomes ready upon all resources being ready';
			events.record(revision, 'Normal', 'RevisionReady', text, component);
		}

		const {actualReplicas: _actual, desiredReplicas: _desired, ...others} = before;
		return {...others, containerStatuses, ...replicas};
	}

	function forget(key: ObjectKey): void {
		progress.delete(key);
		backends.get(key)?.close();
		backends.delete(key);
		autoscaler.forget(key);
	}

	return {
		name: component,
		keysOf({resource, object}) {
			if (resource === revisions) {
				return [keyOf(object)];
			}

			if (
				resource === configmaps &&
				object.metadata.namespace === systemNamespace &&
				followed.has(object.metadata.name)
			) {
				return listRevisions(store).map(keyOf);
			}

			// Of its pods it hears nothing but by way of the Deployment: a container that keeps exiting does not change that.
			return resource === deployments || resource === podAutoscalers ? revisionKeys(object) : [];
		},
		reconcile(key) {
			const revision = getRevision(store, key);
			if (!revision) {
				forget(key);
				return;
			}

			const status = reconcileStatus(revision, revisionConditions, context.now(), (conditions, before) =>
				reconcileResources(key, revision, conditions, before),
			);
			const {namespace, name} = revision.metadata;
			store.update(revisions, namespace, name, 'status', current => ({...current, status}));
		},
	};
}
