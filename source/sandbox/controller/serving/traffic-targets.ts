/**
 * What the targets of a Route come to: the revisions that serve, or the one target that cannot.
 *
 * Source: knative/serving pkg/reconciler/route/traffic/{traffic,errors}.go.
 */
import type {TrafficTarget} from '../../../knative/objects/wire.js';
import type {ObjectStore} from '../../shared-store.js';
import {getConfiguration, getRevision, type StoredRevision, type StoredRoute} from '../objects.js';

/** A target whose revision is known. `percent` is always there. */
export type ResolvedTarget = {
	revisionName: string;
	latestRevision: boolean;
	percent: number;
	tag: string;
	/** Where the latest revision is meant, of which configuration. */
	configurationName?: string;
};

/** Why a target cannot serve, as AllTrafficAssigned says it. */
export type BadTarget = {
	status: 'False' | 'Unknown';
	reason: 'RevisionMissing' | 'ConfigurationMissing' | 'RevisionNotOwned';
	message: string;
};

/** All targets in the order of the spec, or what is wrong with one of them. */
export function resolveTargets(store: ObjectStore, route: StoredRoute): ResolvedTarget[] | BadTarget {
	const resolved: ResolvedTarget[] = [];
	let bad: BadTarget | undefined;
	for (const target of route.spec?.traffic ?? []) {
		const result = resolve(store, route, target);
		if ('reason' in result) {
			// What failed outweighs what only waits; of several failures the last one counts (deferTargetError).
			if (!bad || result.status === 'False' || bad.status === 'Unknown') {
				bad = result;
			}
		} else {
			resolved.push(result);
		}
	}

	return bad ?? merged(resolved);
}

function resolve(store: ObjectStore, route: StoredRoute, target: TrafficTarget): ResolvedTarget | BadTarget {
	const {percent = 0, tag = '', revisionName, configurationName} = target;
	return revisionName === undefined || revisionName === ''
		? resolveConfiguration(store, route, configurationName ?? route.metadata.name, {percent, tag})
		: resolveRevision(store, route, revisionName, {
				percent,
				tag,
				latestRevision: target.latestRevision ?? false,
			});
}

function resolveConfiguration(
	store: ObjectStore,
	route: StoredRoute,
	name: string,
	rest: {percent: number; tag: string},
): ResolvedTarget | BadTarget {
	const configuration = getConfiguration(store, `${route.metadata.namespace}/${name}`);
	if (!configuration) {
		const message = `Configuration "${name}" referenced in traffic not found.`;
		return {status: 'False', reason: 'ConfigurationMissing', message};
	}

	const {latestReadyRevisionName, conditions = []} = configuration.status ?? {};
	if (latestReadyRevisionName === undefined) {
		const failed = conditions.some(({type, status}) => type === 'Ready' && status === 'False');
		return {
			status: failed ? 'False' : 'Unknown',
			reason: 'RevisionMissing',
			message: failed
				? `Configuration "${name}" does not have any ready Revision.`
				: `Configuration "${name}" is waiting for a Revision to become ready.`,
		};
	}

	const revision = getRevision(store, `${route.metadata.namespace}/${latestReadyRevisionName}`);
	return revision
		? {revisionName: latestReadyRevisionName, latestRevision: true, configurationName: name, ...rest}
		: missing(latestReadyRevisionName);
}

function resolveRevision(
	store: ObjectStore,
	route: StoredRoute,
	name: string,
	rest: {percent: number; tag: string; latestRevision: boolean},
): ResolvedTarget | BadTarget {
	const revision = getRevision(store, `${route.metadata.namespace}/${name}`);
	if (!revision) {
		return missing(name);
	}

	return notOwned(route, revision) ?? notReady(revision) ?? {revisionName: name, ...rest};
}

function missing(name: string): BadTarget {
	return {
		status: 'False',
		reason: 'RevisionMissing',
		message: `Revision "${name}" referenced in traffic not found.`,
	};
}

function notOwned(route: StoredRoute, revision: StoredRevision): BadTarget | undefined {
	const serviceLabel = 'serving.knative.dev/service';
	const mine = route.metadata.labels?.[serviceLabel];
	const its = revision.metadata.labels?.[serviceLabel];
	if (mine === undefined || mine === its) {
		return undefined;
	}

	const {name} = revision.metadata;
	return {
		status: 'False',
		reason: 'RevisionNotOwned',
		message:
			its === undefined
				? `Revision "${name}" does not belong to Service "${mine}".`
				: `Revision "${name}" belongs to Service "${its}", not Service "${mine}".`,
	};
}

function notReady(revision: StoredRevision): BadTarget | undefined {
	const {name} = revision.metadata;
	const status = revision.status?.conditions?.find(({type}) => type === 'Ready')?.status ?? 'Unknown';
	if (status === 'True') {
		return undefined;
	}

	return {
		status,
		reason: 'RevisionMissing',
		message:
			status === 'False'
				? `Revision "${name}" failed to become ready.`
				: `Revision "${name}" is not yet ready.`,
	};
}

/** Targets of the same tag, revision and way of following become one. */
function merged(targets: readonly ResolvedTarget[]): ResolvedTarget[] {
	const result: ResolvedTarget[] = [];
	for (const target of targets) {
		const same = result.findIndex(
			({tag, revisionName, latestRevision}) =>
				tag === target.tag &&
				revisionName === target.revisionName &&
				latestRevision === target.latestRevision,
		);
		const earlier = result[same];
		if (earlier) {
			result[same] = {...earlier, percent: earlier.percent + target.percent};
		} else {
			result.push(target);
		}
	}

	return result;
}
