/**
 * Configuration → one Revision for each of its generations.
 *
 * Source: knative/serving pkg/reconciler/configuration/configuration.go, resources/revision.go.
 */
import {isDeepStrictEqual} from 'node:util';
import type {Configuration, Revision} from '../../../knative/objects/wire.js';
import {configurations, revisions} from '../../resources.js';
import {StoreConflict, type ObjectStore} from '../../shared-store.js';
import {configurationConditions, reconcileStatus, type ConditionSet} from './conditions.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {revisionsOfConfiguration} from '../indexes.js';
import {
	childName,
	controlledBy,
	controllerKeys,
	getConfiguration,
	getRevision,
	isControlledBy,
	keyOf,
	timestamp,
	type ObjectKey,
	type StoredConfiguration,
	type StoredRevision,
} from '../objects.js';

const component = 'configuration-controller';
const generationLabel = 'serving.knative.dev/configurationGeneration';

type ConfigurationStatus = NonNullable<Configuration['status']>;

/**
 * Knows the Revision of a generation by its label, and makes it where there is none, also when it was deleted since. That the name
 * in the template is taken is said by `Ready`.
 */
export function configurationReconciler(context: ControllerContext): Reconciler {
	const {store} = context;
	return {
		name: component,
		keysOf({resource, object}) {
			if (resource === configurations) {
				return [keyOf(object)];
			}

			return resource === revisions ? controllerKeys(object, 'Configuration') : [];
		},
		reconcile(key: ObjectKey) {
			const configuration = getConfiguration(store, key);
			if (!configuration) {
				return;
			}

			const status = reconcileStatus(
				configuration,
				configurationConditions,
				context.now(),
				(conditions, before) => reconcileRevision(context, configuration, conditions, before),
			);
			const {namespace, name} = configuration.metadata;
			store.update(configurations, namespace, name, 'status', current => ({...current, status}));
		},
	};
}

/** Whether the revision name in the template belongs to a revision that is not this template's. */
export function revisionNameConflict(store: ObjectStore, configuration: StoredConfiguration): boolean {
	const {template} = configuration.spec ?? {};
	const name = template?.metadata?.name;
	const revision =
		name === undefined ? undefined : getRevision(store, `${configuration.metadata.namespace}/${name}`);
	if (!revision) {
		return false;
	}

	const sameGeneration =
		revision.metadata.labels?.[generationLabel] === String(configuration.metadata.generation);
	return (
		!isControlledBy(revision, configuration) ||
		(!sameGeneration && !isDeepStrictEqual(revision.spec, template?.spec))
	);
}

function reconcileRevision(
	context: ControllerContext,
	configuration: StoredConfiguration,
	conditions: ConditionSet,
	before: ConfigurationStatus,
): ConfigurationStatus {
	let latest: StoredRevision;
	try {
		latest = latestCreated(context.store, configuration) ?? createRevision(context, configuration);
	} catch (error) {
		if (!(error instanceof StoreConflict)) {
			throw error;
		}

		const name = revisionName(configuration);
		const message = `revisions.serving.knative.dev "${name}" already exists`;
		conditions.markFalse('Ready', 'RevisionFailed', `Revision creation failed with message: ${message}.`);
		return before;
	}

	const created = latest.metadata.name;
	if (before.latestReadyRevisionName !== created) {
		conditions.markUnknown('Ready');
	}

	const ready = latest.status?.conditions?.find(({type}) => type === 'Ready');
	if (ready?.status === 'False') {
		const message = `Revision "${created}" failed with message: ${ready.message ?? ''}.`;
		conditions.markFalse('Ready', 'RevisionFailed', message);
		if (before.latestCreatedRevisionName !== created || readyOf(configuration)?.reason !== 'RevisionFailed') {
			const text = `Latest created revision "${created}" has failed`;
			context.events.record(configuration, 'Warning', 'LatestCreatedFailed', text, component);
		}
	} else if (ready?.status === 'True' && before.latestReadyRevisionName === undefined) {
		context.events.record(
			configuration,
			'Normal',
			'ConfigurationReady',
			'Configuration becomes ready',
			component,
		);
	}

	const newestReady = findNewestReady(context.store, configuration, before.latestReadyRevisionName);
	if (newestReady === undefined) {
		return {...before, latestCreatedRevisionName: created};
	}

	if (newestReady === created) {
		conditions.markTrue('Ready');
	}

	if (newestReady !== before.latestReadyRevisionName) {
		const text = `LatestReadyRevisionName updated to "${newestReady}"`;
		context.events.record(configuration, 'Normal', 'LatestReadyUpdate', text, component);
	}

	return {...before, latestCreatedRevisionName: created, latestReadyRevisionName: newestReady};
}

function readyOf(configuration: StoredConfiguration): {reason?: string} | undefined {
	return configuration.status?.conditions?.find(({type}) => type === 'Ready');
}

const generationOf = (revision: StoredRevision): number =>
	Number(revision.metadata.labels?.[generationLabel]);

function ownRevisions(store: ObjectStore, configuration: StoredConfiguration): StoredRevision[] {
	return revisionsOfConfiguration(store, keyOf(configuration)).filter(
		revision => isControlledBy(revision, configuration) && revision.metadata.deletionTimestamp === undefined,
	);
}

/** The revision of the current generation, if there is one; by its own name where the template gives that. */
function latestCreated(store: ObjectStore, configuration: StoredConfiguration): StoredRevision | undefined {
	const {namespace, generation} = configuration.metadata;
	const named = configuration.spec?.template.metadata?.name;
	if (named !== undefined) {
		if (revisionNameConflict(store, configuration)) {
			throw new StoreConflict('exists');
		}

		return getRevision(store, `${namespace}/${named}`);
	}

	return ownRevisions(store, configuration).find(revision => generationOf(revision) === generation);
}

/** The newest ready revision from the one that was latest ready up to the current generation. */
function findNewestReady(
	store: ObjectStore,
	configuration: StoredConfiguration,
	current: string | undefined,
): string | undefined {
	const own = ownRevisions(store, configuration);
	const {generation = 0} = configuration.metadata;
	const currentRevision = own.find(({metadata}) => metadata.name === current);
	const from = currentRevision ? generationOf(currentRevision) : 0;
	const newest = own
		.filter(revision => generationOf(revision) >= from && generationOf(revision) <= generation)
		.toSorted((left, right) => generationOf(right) - generationOf(left))
		.find(revision =>
			revision.status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True'),
		);
	return newest?.metadata.name ?? current;
}

function revisionName(configuration: StoredConfiguration): string {
	const {name, generation = 1} = configuration.metadata;
	return (
		configuration.spec?.template.metadata?.name ?? childName(name, `-${String(generation).padStart(5, '0')}`)
	);
}

function createRevision(context: ControllerContext, configuration: StoredConfiguration): StoredRevision {
	const {store, events} = context;
	const {namespace = '', name, uid, generation = 1, labels = {}, annotations = {}} = configuration.metadata;
	const template = configuration.spec?.template;
	const routed = annotations['serving.knative.dev/routes'];
	const copied = Object.fromEntries(
		['serving.knative.dev/service', 'serving.knative.dev/serviceUID'].flatMap(label =>
			labels[label] === undefined ? [] : [[label, labels[label]]],
		),
	);
	const creator = annotations['serving.knative.dev/lastModifier'];
	const revision: Revision = {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Revision',
		metadata: {
			name: revisionName(configuration),
			namespace,
			labels: {
				...template?.metadata?.labels,
				...copied,
				'serving.knative.dev/configuration': name,
				[generationLabel]: String(generation),
				'serving.knative.dev/configurationUID': uid,
				'serving.knative.dev/routingState': routed === undefined ? 'pending' : 'active',
			},
			annotations: {
				...template?.metadata?.annotations,
				...(creator === undefined ? {} : {'serving.knative.dev/creator': creator}),
				...(routed === undefined ? {} : {'serving.knative.dev/routes': routed}),
				'serving.knative.dev/routingStateModified': timestamp(context.now()),
			},
			ownerReferences: [controlledBy(configuration)],
		},
		spec: template?.spec ?? {containers: []},
	};
	store.create(revisions, revision);
	const created = getRevision(store, keyOf(revision));
	if (!created) {
		throw new Error(`the Revision ${revision.metadata.name} is gone as soon as it was made`);
	}

	events.record(
		configuration,
		'Normal',
		'Created',
		`Created Revision "${revision.metadata.name}"`,
		component,
	);
	return created;
}
