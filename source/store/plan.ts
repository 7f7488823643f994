/** Turns what the operator wants into a Plan: the one write, and everything the review sheet says about it. Pure. */
import {knTrafficCommand, kubectlCreateCommand, kubectlPatchCommand} from '../traffic/commands.js';
import {trafficOperation} from '../traffic/patch.js';
import type {RevisionPlan} from '../traffic/plan-revision.js';
import {completeSplit, rollbackSplit, rollbackTarget} from '../traffic/release.js';
import type {RevisionView} from '../traffic/revision.js';
import type {ServiceView} from '../traffic/service.js';
import {diffSplit, latestKey, splitOf, type Split} from '../traffic/split.js';
import {rolloutInProgress} from '../traffic/state.js';
import type {KnativeService} from '../traffic/wire.js';
import type {Plan} from './sheets.js';
import type {SplitChange} from './state.js';

export type Planned = {ok: true; plan: Plan} | {ok: false; reason: string};

type TrafficAction = Extract<Plan['action'], 'split' | 'complete' | 'roll back' | 'undo'>;

/** A write of `spec.traffic` alone. */
function trafficPlan(
	action: TrafficAction,
	service: ServiceView,
	revisions: readonly RevisionView[],
	after: Split,
	{notes = [], warnings = []}: {notes?: readonly string[]; warnings?: readonly string[]} = {},
): Plan {
	const before = splitOf(service);
	const operations = [trafficOperation(after)];
	return {
		action,
		namespace: service.namespace,
		name: service.name,
		write: {kind: 'patch', uid: service.uid, generation: service.generation, operations},
		rows: diffSplit(before, after),
		facts: [],
		notes,
		warnings: [...new Set([...warnings, ...trafficWarnings(service, revisions, before, after)])],
		commands: [kubectlPatchCommand(service, operations), knTrafficCommand(service, before, after)],
		splits: {before, after},
	};
}

export function planSplit(service: ServiceView, revisions: readonly RevisionView[], after: Split): Plan {
	return trafficPlan('split', service, revisions, after);
}

export function planComplete(service: ServiceView, revisions: readonly RevisionView[]): Planned {
	const release = completeSplit(service);
	if (!release.ok) return release;
	return {ok: true, plan: trafficPlan('complete', service, revisions, release.split, {notes: release.notes})};
}

/** `changes`: the splits this console wrote, oldest first. */
export function planRollback(
	service: ServiceView,
	revisions: readonly RevisionView[],
	changes: readonly SplitChange[],
): Planned {
	const target = rollbackTarget(
		service,
		revisions,
		changes.map(({before}) => before),
	);
	if (!target.ok) return target;
	const release = rollbackSplit(service, target.revision);
	if (!release.ok) return release;
	return {
		ok: true,
		plan: trafficPlan('roll back', service, revisions, release.split, {
			notes: [target.because, ...release.notes],
			warnings: target.notes,
		}),
	};
}

/**
 * Puts back the split before the last change. Where it followed the latest revision and that is another one now, the
 * revision of then is pinned: undoing must not send traffic to one that had none.
 */
export function planUndo(
	service: ServiceView,
	revisions: readonly RevisionView[],
	changes: readonly SplitChange[],
): Planned {
	const last = changes.at(-1);
	if (!last) {
		return {
			ok: false,
			reason: `No split of ${service.name} was written from here, so there is none to undo.`,
		};
	}
	const notes: string[] = [];
	const listed = new Set(last.before.filter(row => !row.latest).map(row => row.key));
	const after = last.before.map(row => {
		if (!row.latest || row.revision === undefined || row.revision === service.latestReady) return row;
		if (listed.has(row.revision)) return row;
		notes.push(
			`The split followed the latest revision, then ${row.revision}; that one is pinned now, because ${service.latestReady ?? 'none'} is the latest today.`,
		);
		return {...row, key: row.revision, latest: false};
	});
	const current = splitOf(service);
	if (diffSplit(current, after).every(row => !row.changed)) {
		return {ok: false, reason: `${service.name} has the split it had before the last change already.`};
	}
	return {ok: true, plan: trafficPlan('undo', service, revisions, after, {notes})};
}

export function planCreateRevision(
	service: ServiceView,
	plan: Extract<RevisionPlan, {ok: true}>,
	facts: Plan['facts'],
): Plan {
	const before = splitOf(service);
	const rows = diffSplit(before, plan.split).map(row =>
		row.key === latestKey && row.after !== undefined
			? // What it will resolve to has no name yet, and what it had before is pinned in a row of its own.
				{...row, revision: undefined, before: undefined}
			: row,
	);
	return {
		action: 'create revision',
		namespace: service.namespace,
		name: service.name,
		write: {
			kind: 'patch',
			uid: service.uid,
			generation: service.generation,
			operations: plan.operations,
		},
		rows: rows.map(row => withShareBefore(row, service)),
		facts,
		notes: plan.notes,
		warnings: ownerWarnings(service),
		commands: [kubectlPatchCommand(service, plan.operations)],
	};
}

/** A row pinned by this write had its share before too, by following the latest revision. */
function withShareBefore(row: Plan['rows'][number], service: ServiceView): Plan['rows'][number] {
	if (row.latest || row.before !== undefined) return row;
	const following = service.specTraffic.find(target => target.latest);
	return following && service.latestReady === row.key ? {...row, before: following.percent} : row;
}

export function planCreateService(manifest: KnativeService, facts: Plan['facts']): Plan {
	return {
		action: 'create service',
		namespace: manifest.metadata.namespace ?? 'default',
		name: manifest.metadata.name,
		write: {kind: 'create', manifest},
		rows: [],
		facts,
		notes: [],
		warnings: [],
		commands: [kubectlCreateCommand(manifest)],
	};
}

/** What an operator should know before moving traffic; each a sentence. */
function trafficWarnings(
	service: ServiceView,
	revisions: readonly RevisionView[],
	before: Split,
	after: Split,
): string[] {
	const warnings: string[] = [];
	const byName = new Map(revisions.map(revision => [revision.name, revision]));
	for (const row of after) {
		const old = before.find(({key}) => key === row.key)?.percent ?? 0;
		if (row.percent <= old) continue;
		const revision = row.revision === undefined ? undefined : byName.get(row.revision);
		if (!revision) {
			warnings.push(
				`${row.revision ?? row.key} does not exist${row.latest ? ' yet' : ''}: the server will accept the split and the gateway will keep the old one.`,
			);
		} else if (!revision.state.ready) {
			warnings.push(
				`${revision.name} is not ready: the server will accept the split and the gateway will keep the old one until it is.`,
			);
		} else if (revision.state.kind === 'idle') {
			warnings.push(`${revision.name} is scaled to zero: the first answers wait for a pod to start.`);
		}
		if (row.latest && old === 0) {
			warnings.push(
				'This row follows the latest ready revision: a newer one takes its share as soon as it is ready (f pins it).',
			);
		}
	}
	for (const row of before) {
		if (row.percent > 0 && !after.some(({key}) => key === row.key)) {
			warnings.push(
				`${row.revision ?? row.key} is not listed any more: it may be scaled down and garbage collected.`,
			);
		}
	}
	return [...warnings, ...ownerWarnings(service)];
}

function ownerWarnings(service: ServiceView): string[] {
	const warnings = service.owners.map(
		({by, evidence}) => `${by} manages this service (${evidence}) and may put its own split back.`,
	);
	if (rolloutInProgress(service)) {
		warnings.push('A gradual rollout is in progress: its shares are still moving by themselves.');
	}
	return warnings;
}
