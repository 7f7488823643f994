/** The two ends of a canary release: everything to the newest revision, or everything back to the one before. */

import type {RevisionView} from '../revision/revision.js';
import {conditionSentence} from '../revision/revision-state.js';
import type {ServiceView} from '../service/service.js';
import {condition} from '../service/service-state.js';
import {addRow, completeOn, equalSplits, latestKey, splitOf, type Split} from '../split/split.js';

/** The tag by which a revision is marked as the one to fall back to. */
export const stableTag = 'stable';

export type Release =
	| {
			ok: true;
			split: Split;
			/** The revision that gets 100 %. */
			revision: string;
			/** Sentences the operator should read before agreeing. */
			notes: readonly string[];
	  }
	/** `already`: what is wished for is so. */
	| {ok: false; reason: string; already?: true};

export type RollbackTarget =
	| {
			ok: true;
			revision: string;
			/** Why this one, as a sentence. */ because: string;
			notes: readonly string[];
	  }
	| {ok: false; reason: string};

/**
 * 100 % to the newest Ready revision: through the row that follows the latest one where there is such a row, else
 * pinned. The other rows and their tags are kept, at 0 %, but for those that would keep the gateway from moving.
 *
 * @param revisions Those of this Service; undefined when they are not known.
 */
export function completeSplit(view: ServiceView, revisions?: readonly RevisionView[]): Release {
	const newest = view.latestReady;
	if (newest === undefined) {
		return {ok: false, reason: `No revision of ${view.name} has become ready, so none can take the traffic.`};
	}
	const before = splitOf(view);
	// Whether by following the latest or pinned: where it has everything, nothing turns the one into the other.
	if (before.every(row => row.revision === newest || row.percent === 0)) {
		return alreadyComplete(view, newest, revisions);
	}
	const notes: string[] = [];
	const all = before.some(row => row.latest)
		? completeOn(before, latestKey)
		: completeOn(addRow(before, newest), newest);
	const split = withoutBlocking(view, all, revisions, notes);
	if (view.latestCreated !== undefined && view.latestCreated !== newest) {
		notes.push(
			`The newest revision, ${view.latestCreated}, is not ready; ${newest} is the newest one that is.`,
		);
	}
	// Where it begins to follow, a warning says so.
	if (before.some(row => row.latest && row.percent > 0)) {
		notes.push(
			'The traffic follows the latest ready revision: the next one to become ready takes it over at once.',
		);
	}
	return {ok: true, split, revision: newest, notes};
}

/** Complete is what has 100 % on the newest revision of all: a release whose newest one is not ready is none. */
function alreadyComplete(
	view: ServiceView,
	newest: string,
	revisions: readonly RevisionView[] | undefined,
): Release {
	const {name, latestCreated} = view;
	const has = `${newest} has 100 % of the traffic of ${name} already`;
	if (latestCreated !== undefined && latestCreated !== newest) {
		const created = revisions?.find(revision => revision.name === latestCreated)?.state;
		const configurations = condition(view, 'ConfigurationsReady');
		const why =
			created?.sentence ||
			(configurations?.status === 'False' ? conditionSentence(configurations) : '') ||
			(created?.word ?? '');
		return {
			ok: false,
			reason: `The newest revision, ${latestCreated}, is not ready${why === '' ? '' : ` (${withoutStop(why)})`}; ${has}. Nothing was completed.`,
		};
	}
	if (view.observedGeneration !== view.generation) {
		return {
			ok: false,
			reason: `${has}, but the controller has not taken up the last change yet, which may make a newer revision. Nothing was completed; ask again.`,
		};
	}
	return {ok: false, reason: `${has}.`, already: true};
}

const withoutStop = (sentence: string) => sentence.replace(/\.$/, '');

/**
 * The revision that had the traffic before this canary began. In this order: the latest one in `history` that had 100 %
 * by itself and is not the canary; the one tagged `stable`; the newest Ready one older than the canary. The canary is
 * the newest revision in the present split, be it with 0 %. A candidate that does not exist any more is passed over.
 *
 * @param revisions Those of this Service; others are ignored. Undefined when they are not known: a roll back waits for
 * nothing, so then the history, the tag and the split have to do.
 * @param history Earlier splits of this Service, oldest first.
 */
export function rollbackTarget(
	view: ServiceView,
	revisions: readonly RevisionView[] | undefined,
	history: readonly Split[] = [],
): RollbackTarget {
	if (revisions === undefined) return unseenTarget(view, history);
	const own = revisions.filter(
		revision => revision.namespace === view.namespace && revision.service === view.name,
	);
	const byName = new Map(own.map(revision => [revision.name, revision]));
	const split = splitOf(view);
	const canary = split
		.flatMap(row => byName.get(row.revision ?? '') ?? [])
		.reduce<RevisionView | undefined>(
			(newest, revision) => (newest && newest.generation >= revision.generation ? newest : revision),
			undefined,
		);
	const candidate = (name: string | undefined) => {
		const revision = byName.get(name ?? '');
		return revision && revision.name !== canary?.name ? revision : undefined;
	};
	for (const earlier of history.toReversed()) {
		const revision = candidate(earlier.find(row => row.percent === 100)?.revision);
		if (revision) return found(view, revision, `${revision.name} had 100 % before this release began.`);
	}
	const stable = candidate(split.find(row => row.tags.includes(stableTag))?.revision);
	if (stable) return found(view, stable, `${stable.name} is tagged ${stableTag}.`);
	const [older] = own
		.filter(
			revision => revision.state.ready && canary !== undefined && revision.generation < canary.generation,
		)
		.toSorted((a, b) => b.generation - a.generation);
	if (older) {
		return found(view, older, `${older.name} is the newest ready revision older than ${canary?.name}.`);
	}
	return {ok: false, reason: `${view.name} has no earlier ready revision to roll back to.`};
}

/** As above, of names alone. The canary is then the newest one that was made, or else what has no `stable` tag. */
function unseenTarget(view: ServiceView, history: readonly Split[]): RollbackTarget {
	const split = splitOf(view);
	const canary = [view.latestCreated, view.latestReady].find(
		name => name !== undefined && split.some(row => row.revision === name),
	);
	const other = (name: string | undefined) => (name === undefined || name === canary ? undefined : name);
	const before = history
		.toReversed()
		.map(earlier => other(earlier.find(row => row.percent === 100)?.revision))
		.find(name => name !== undefined);
	const stable = other(split.find(row => row.tags.includes(stableTag))?.revision);
	const listed = split
		.filter(row => other(row.revision) !== undefined)
		.toSorted((a, b) => b.percent - a.percent)[0]?.revision;
	const revision = before ?? stable ?? listed;
	if (revision === undefined) {
		return {
			ok: false,
			reason: `The revisions of ${view.name} are not known yet, and neither its split nor the history names an earlier one.`,
		};
	}
	const because =
		before !== undefined
			? `${revision} had 100 % before this release began.`
			: stable !== undefined
				? `${revision} is tagged ${stableTag}.`
				: `${revision} is the other one in the split.`;
	return {
		ok: true,
		revision,
		because,
		notes: [`The revisions could not be listed, so whether ${revision} is ready is not known here.`],
	};
}

function found(view: ServiceView, revision: RevisionView, because: string): RollbackTarget {
	return {ok: true, revision: revision.name, because, notes: warningsOf(view, revision)};
}

/** What is to be said of a revision before traffic is sent to it. */
function warningsOf(view: ServiceView, revision: RevisionView): string[] {
	const notes: string[] = [];
	if (!revision.state.ready) {
		const {word, sentence} = revision.state;
		notes.push(`${revision.name} is not ready (${sentence === '' ? word : sentence}).`);
	}
	if (revision.state.kind === 'idle') {
		notes.push(`${revision.name} is scaled to zero; the first answers wait for a pod to start.`);
	}
	const listed = [...view.specTraffic, ...view.statusTraffic].some(
		target => target.revision === revision.name,
	);
	if (!listed)
		notes.push(`${revision.name} is not listed in the split, so it may be garbage collected at any time.`);
	return notes;
}

/**
 * 100 % to this revision, pinned: were it reached by following the latest one, the next revision to become ready would
 * take the traffic away from it again. The other rows and their tags are kept, at 0 %, but for those that would keep the
 * gateway from moving.
 *
 * @param revisions Those of this Service; undefined when they are not known.
 */
export function rollbackSplit(
	view: ServiceView,
	revision: string,
	revisions?: readonly RevisionView[],
): Release {
	const before = splitOf(view);
	const blocking: string[] = [];
	const all = completeOn(addRow(before, revision), revision);
	const split = withoutBlocking(view, all, revisions, blocking);
	if (equalSplits(before, split)) {
		return {
			ok: false,
			reason: `${revision} has 100 % of the traffic of ${view.name} already.`,
			already: true,
		};
	}
	const notes = before.some(row => row.latest && row.percent > 0)
		? [`The traffic is pinned to ${revision}; it followed the latest ready revision until now.`]
		: [];
	return {ok: true, split, revision, notes: [...notes, ...blocking]};
}

/**
 * Without the rows at 0 % whose revision is not there or not ready: the Route takes a split as a whole, and one such
 * target, whatever its share, keeps the gateway at the split before (knative/serving
 * pkg/reconciler/route/traffic/traffic.go). Where the revisions are not known and the Route refuses the present split,
 * only the rows that it had resolved stay.
 */
function withoutBlocking(
	view: ServiceView,
	split: Split,
	revisions: readonly RevisionView[] | undefined,
	notes: string[],
): Split {
	const ready = revisions && new Set(revisions.filter(({state}) => state.ready).map(({name}) => name));
	const resolved = new Set(view.statusTraffic.map(target => target.revision));
	const isRefused = condition(view, 'RoutesReady')?.status === 'False';
	return split.filter(row => {
		if (row.percent > 0) return true;
		const name = row.revision ?? row.key;
		const isFine = ready ? ready.has(name) : !isRefused || resolved.has(name);
		if (!isFine) {
			notes.push(
				`${name} is taken out of the split${row.tags.length > 0 ? ` with its tag ${row.tags.join(', ')}` : ''}: it is not ready, and the gateway takes no split that lists it.`,
			);
		}
		return isFine;
	});
}
