/**
 * Turns a wish about the traffic into a Plan: the one write, and everything the review sheet says about it. Pure; the
 * console and the commands without a screen plan by the same functions.
 */
import {droppedByKn, knTrafficCommand, kubectlPatchCommand} from '../knative/commands/commands.js';
import {trafficOperation} from '../knative/objects/patch.js';
import {completeSplit, rollbackSplit, rollbackTarget} from '../knative/release/release.js';
import type {RevisionView} from '../knative/revision/revision.js';
import type {ServiceView} from '../knative/service/service.js';
import {diffSplit, equalSplits, splitOf, type Split} from '../knative/split/split.js';
import {retag} from '../knative/split/tags.js';
import {trafficWarnings, type Warning} from '../knative/release/warnings.js';
import type {SplitChange} from '../journal/journal-entry.js';
import type {Plan, TrafficAction} from './plan.js';

export type Planned =
	| {ok: true; plan: Plan}
	/** `already`: what is wished for is so. */
	| {ok: false; reason: string; already?: true};

/** What a plan is made from. */
export type Facts = {
	service: ServiceView;
	/** Newest first; undefined while they are not known, for which no roll back waits. */
	revisions: readonly RevisionView[] | undefined;
	/** Changes of its split, oldest first. */
	changes: readonly SplitChange[];
	/** Milliseconds since 1970. */
	now?: number | undefined;
};

/** A write of `spec.traffic` alone. */
function trafficPlan(
	action: TrafficAction,
	{service, revisions, now}: Facts,
	after: Split,
	{notes = [], warnings = []}: {notes?: readonly string[]; warnings?: readonly Warning[]} = {},
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
		notes: [...notes, ...knNotes(after)],
		warnings: [...warnings, ...trafficWarnings(service, revisions, before, after, {now})],
		commands: [kubectlPatchCommand(service, operations), knTrafficCommand(service, before, after)],
		splits: {before, after},
	};
}

/** What the command line of kn cannot do of it. */
function knNotes(after: Split): string[] {
	const dropped = droppedByKn(after).map(({key}) => key);
	return dropped.length === 0
		? []
		: [
				`kn keeps no row at 0 % without a tag: its command line leaves ${dropped.join(', ')} out of the split.`,
			];
}

export function planSplit(facts: Facts, after: Split): Planned {
	const {service} = facts;
	if (equalSplits(splitOf(service), after)) {
		return {ok: false, reason: `${service.name} has this split already.`, already: true};
	}
	return {ok: true, plan: trafficPlan('split', facts, after)};
}

export function planComplete(facts: Facts): Planned {
	const release = completeSplit(facts.service, facts.revisions);
	if (!release.ok) return release;
	return {ok: true, plan: trafficPlan('complete', facts, release.split, {notes: release.notes})};
}

/** Needs nothing but the service itself: it waits for no list, no dry run, no probe. */
export function planRollback(facts: Facts): Planned {
	const {service, revisions, changes} = facts;
	const target = rollbackTarget(
		service,
		revisions,
		changes.map(({before}) => before),
	);
	if (!target.ok) return target;
	const release = rollbackSplit(service, target.revision, revisions);
	if (!release.ok) return release;
	// What is to be said of a revision that is known, the warnings say.
	const unseen = revisions === undefined ? target.notes : [];
	return {
		ok: true,
		plan: trafficPlan('roll back', facts, release.split, {
			notes: [target.because, ...release.notes],
			warnings: unseen.map(sentence => ({kind: 'other', sentence})),
		}),
	};
}

/** The changes that undo would take back, oldest first: an undo takes back the one before it, and is none itself. */
function standing(changes: readonly SplitChange[]): SplitChange[] {
	const stack: SplitChange[] = [];
	for (const change of changes) {
		const last = stack.at(-1);
		if (/^undo(?::|$)/.test(change.reason) && last && equalSplits(change.before, last.after)) stack.pop();
		else stack.push(change);
	}
	return stack;
}

/**
 * Puts back the split before the last change, whoever made it. Where it followed the latest revision and that is another
 * one now, or about to be, the revision of then is pinned: undoing must not send traffic to one that had none.
 */
export function planUndo(facts: Facts): Planned {
	const {service, changes} = facts;
	const last = standing(changes).at(-1);
	if (!last) {
		return {
			ok: false,
			reason: `No change of the split of ${service.name} is known, so there is none to undo.`,
		};
	}
	const notes: string[] = last.own ? [] : [`This takes back a change by ${last.by || 'somebody else'}.`];
	const listed = new Set(last.before.filter(row => !row.latest).map(row => row.key));
	const newest = service.latestCreated ?? service.latestReady;
	const after = last.before.map(row => {
		if (!row.latest || row.revision === undefined) return row;
		if (row.revision === service.latestReady && row.revision === newest) return row;
		if (listed.has(row.revision)) return row;
		notes.push(
			`The split followed the latest revision, then ${row.revision}; that one is pinned now, because ${newest ?? 'none'} is the latest today.`,
		);
		return {...row, key: row.revision, latest: false};
	});
	const current = splitOf(service);
	if (equalSplits(current, after)) {
		return {
			ok: false,
			reason: `${service.name} has the split it had before the last change already.`,
			already: true,
		};
	}
	const warnings: Warning[] = equalSplits(current, last.after)
		? []
		: [
				{
					kind: 'other',
					sentence: 'The split is not as that change left it: what was changed since goes away too.',
				},
			];
	return {ok: true, plan: trafficPlan('undo', facts, after, {notes, warnings})};
}

/** @param tags All that are to lead to the revision; the others are taken from it. */
export function planTags(facts: Facts, revision: string, tags: readonly string[]): Planned {
	const {split, notes} = retag(facts.service, revision, tags);
	if (equalSplits(splitOf(facts.service), split)) {
		return {ok: false, reason: `The tags of ${revision} are like that already.`};
	}
	return {ok: true, plan: trafficPlan('tag', facts, split, {notes})};
}
