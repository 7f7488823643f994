/** A split that a Route can take as it is: pinned to revisions, and without rows that would keep the gateway from moving. */
import type {RevisionView} from '../../revision/revision.js';
import type {ServiceView} from '../../service/service.js';
import {condition} from '../../service/service-state.js';
import {addRow, completeOn, splitOf, type Split, type SplitRow} from '../../split/split.js';
import {partsOfLatest} from '../evidence/shares.js';

/**
 * The present split with nothing in it that follows the latest revision: what did is pinned, during a gradual rollout all
 * that share it, which stops the rollout where it is. A row that follows it while no revision is ready goes.
 *
 * @param onPinned Told of each revision that is pinned by this.
 */
export function pinnedSplit(
	service: ServiceView,
	onPinned: (revision: string, percent: number) => void = () => {},
): Split {
	const rows = splitOf(service);
	const following = rows.find(row => row.latest);
	if (!following) return rows;
	const result: SplitRow[] = rows.filter(row => !row.latest);
	const place = rows.indexOf(following);
	for (const [index, {revision, percent}] of partsOfLatest(service, following).entries()) {
		onPinned(revision, percent);
		const tags = index === 0 ? following.tags : [];
		const same = result.findIndex(row => row.key === revision);
		const existing = result[same];
		if (existing) {
			result[same] = {...existing, percent: existing.percent + percent, tags: [...existing.tags, ...tags]};
		} else {
			const row = {key: revision, revision, latest: false, percent, tags, locked: false};
			result.splice(Math.min(place + index, result.length), 0, row);
		}
	}
	return result;
}

/** The present split, pinned, with everything on this revision. */
export function allOn(service: ServiceView, revision: string): Split {
	return completeOn(addRow(pinnedSplit(service), revision), revision);
}

/**
 * Without the rows at 0 % whose revision is not there or not ready: the Route takes a split as a whole, and one such
 * target, whatever its share, keeps the gateway at the split before (knative/serving
 * pkg/reconciler/route/traffic/traffic.go). Where the revisions are not known and the Route refuses the present split,
 * only the rows that it had resolved stay.
 *
 * @param notes Gets a sentence for each row that goes.
 */
export function withoutBlocking(
	service: ServiceView,
	split: Split,
	revisions: readonly RevisionView[] | undefined,
	notes: string[],
): Split {
	const ready = revisions && new Set(revisions.filter(({state}) => state.ready).map(({name}) => name));
	const resolved = new Set(service.statusTraffic.map(target => target.revision));
	const isRefused = condition(service, 'RoutesReady')?.status === 'False';
	return split.filter(row => {
		if (row.percent > 0) return true;
		const name = row.revision ?? row.key;
		const isFine = ready ? ready.has(name) : !isRefused || resolved.has(name);
		if (!isFine) {
			const tags = row.tags.length > 0 ? ` with its tag ${row.tags.join(', ')}` : '';
			notes.push(
				`${name} leaves the split${tags}: it is not ready, and the route refuses a split that lists it.`,
			);
		}
		return isFine;
	});
}
